package bundle

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"revscore/internal/event"
)

// maxLine bounds a line of recorded answers: 100,000 features, or a long label.
const maxLine = 4 << 20

// maxRecorded bounds how many are kept in memory: a small zipped file may be long.
const maxRecorded = 4_000_000

// Recorded is an answer that was given, by the original or whatever else computes the
// model: what its score was, of which values, and what was true, if the line tells.
type Recorded struct {
	Features []float64 // nil if the line has none
	Score    event.Score
	Label    any // nil, a bool, a string, a float64, or a []any of a multilabel model
}

// ReadRecorded reads JSON lines {"features": […], "score": {…}, "label": …}, zipped
// or not. Whatever else a line has is passed over.
func ReadRecorded(r io.Reader) ([]Recorded, error) {
	buffered := bufio.NewReader(r)
	if magic, _ := buffered.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		unzipped, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, err
		}
		defer unzipped.Close()
		buffered = bufio.NewReader(unzipped)
	}
	lines := bufio.NewScanner(buffered)
	lines.Buffer(nil, maxLine)
	var all []Recorded
	n := 0
	for lines.Scan() {
		n++
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		one, err := readRecorded(lines.Bytes())
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if len(all) == maxRecorded {
			return nil, fmt.Errorf("line %d: more than %d answers", n, maxRecorded)
		}
		all = append(all, one)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("after line %d: %w (a line may have %d bytes)", n, err, maxLine)
	}
	if len(all) == 0 {
		return nil, errors.New("no lines")
	}
	return all, nil
}

func readRecorded(line []byte) (Recorded, error) {
	var read struct {
		Features []json.RawMessage `json:"features"`
		Score    event.Score       `json:"score"`
		Label    any               `json:"label"`
	}
	if err := json.Unmarshal(line, &read); err != nil {
		return Recorded{}, Plain(err)
	}
	if read.Score.Probability == nil {
		return Recorded{}, errors.New("no score")
	}
	values, err := Values(read.Features)
	return Recorded{values, read.Score, read.Label}, err
}

// Plain is an error of encoding/json in words of JSON, where its own are types of Go.
func Plain(err error) error {
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) {
		return err
	}
	if wrong.Field == "" {
		return fmt.Errorf("a JSON %s, must be an object", wrong.Value)
	}
	return fmt.Errorf("%s is a JSON %s", wrong.Field, wrong.Value)
}

// Values are a row of features as revscoring prints them: numbers, and bools, which
// estimators take as 0 and 1.
func Values(row []json.RawMessage) ([]float64, error) {
	if row == nil {
		return nil, nil
	}
	values := make([]float64, len(row))
	for i, text := range row {
		switch string(text) {
		case "true":
			values[i] = 1
		case "false":
		default:
			// null is a zero to encoding/json, which is a plausible number.
			if err := json.Unmarshal(text, &values[i]); err != nil || string(text) == "null" {
				return nil, fmt.Errorf("value %d is %.40s, must be a number or a bool", i+1, text)
			}
		}
	}
	return values, nil
}
