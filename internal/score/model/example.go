package model

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"strconv"

	"revscore/internal/event"
)

// tolerance allows for the last bits of exp, which differ between platforms;
// any mistake in the arithmetic is far larger.
const tolerance = 1e-9

// example is a line of examples.jsonl: an answer of the original. A model
// without features is asked by rev_id.
type example struct {
	RevID    int64       `json:"rev_id"`
	Features []value     `json:"features"`
	Score    event.Score `json:"score"`
}

// value is a feature's value as revscoring prints it: a number, or a bool that
// estimators take as 0 or 1.
type value float64

func (v *value) UnmarshalJSON(data []byte) error {
	switch string(data) {
	case "false":
		*v = 0
	case "true":
		*v = 1
	default:
		f, err := strconv.ParseFloat(string(data), 64)
		if err != nil {
			return fmt.Errorf("value %.40q is neither a number nor a bool", data)
		}
		*v = value(f)
	}
	return nil
}

func readExamples(fsys fs.FS, name string) ([]example, error) {
	data, err := readFile(fsys, name, maxOtherBytes)
	if err != nil {
		return nil, err
	}
	var examples []example
	line := 0
	for text := range bytes.Lines(data) {
		line++
		var e example
		dec := json.NewDecoder(bytes.NewReader(text))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&e); err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", name, line, err)
		}
		if e.Score.Probability == nil {
			return nil, fmt.Errorf("%s: line %d: no score", name, line)
		}
		examples = append(examples, e)
	}
	if len(examples) == 0 {
		return nil, fmt.Errorf("%s: no examples", name)
	}
	return examples, nil
}

// Verify asks the model its examples and reports the first answer that is not
// the original's.
func (m *Model) Verify() error {
	for i, e := range m.examples {
		// A model with features does not look at the id, one without needs it.
		values := make([]float64, len(e.Features))
		for j, v := range e.Features {
			values[j] = float64(v)
		}
		got, err := m.Score(e.RevID, values)
		if err == nil {
			err = differ(got, e.Score)
		}
		if err != nil {
			return fmt.Errorf("verify %s: example %d of %d: %w", m, i+1, len(m.examples), err)
		}
	}
	return nil
}

// differ says in what got is not the recorded score.
func differ(got, recorded event.Score) error {
	if got.Prediction != recorded.Prediction {
		return fmt.Errorf("prediction is %v, recorded is %v", got.Prediction, recorded.Prediction)
	}
	if len(got.Probability) != len(recorded.Probability) {
		return fmt.Errorf("%d probabilities, recorded are %d", len(got.Probability), len(recorded.Probability))
	}
	for label, p := range got.Probability {
		r, ok := recorded.Probability[label]
		if !ok || math.Abs(p-r) > tolerance {
			return fmt.Errorf("probability of %s is %v, recorded is %v", label, p, r)
		}
	}
	return nil
}
