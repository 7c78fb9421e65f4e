package model

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"strconv"

	"revscore/internal/event"
)

// Example is an answer of the original: a line of examples.jsonl. A model without
// features is asked by RevID, one with features does not look at it.
type Example struct {
	RevID    int64
	Features []float64 // false is 0, true is 1
	Score    event.Score
}

// exampleLine is the form of an example.
type exampleLine struct {
	RevID    int64       `json:"rev_id,omitempty"`
	Features []value     `json:"features,omitempty"`
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

// maxExamples bounds what is scored at every load. Imports keep 100.
const maxExamples = 10_000

// readExamples reads the lines of a file. Errors do not name it.
func readExamples(data []byte) ([]Example, error) {
	var examples []Example
	line := 0
	for text := range bytes.Lines(data) {
		if line++; line > maxExamples {
			return nil, fmt.Errorf("more than %d examples", maxExamples)
		}
		e, err := readExample(text)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		examples = append(examples, e)
	}
	if len(examples) == 0 {
		return nil, errors.New("no examples")
	}
	return examples, nil
}

func readExample(text []byte) (e Example, err error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	var read exampleLine
	if err := dec.Decode(&read); err != nil {
		return e, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return e, errors.New("more than one object")
	}
	if read.Score.Probability == nil {
		return e, errors.New("no score")
	}
	e = Example{RevID: read.RevID, Features: make([]float64, len(read.Features)), Score: read.Score}
	for i, v := range read.Features {
		e.Features[i] = float64(v)
	}
	return e, nil
}

func writeExamples(examples []Example) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	for i, e := range examples {
		line := exampleLine{e.RevID, make([]value, len(e.Features)), e.Score}
		for j, v := range e.Features {
			line.Features[j] = value(v)
		}
		if err := enc.Encode(line); err != nil {
			return nil, fmt.Errorf("example %d: %w", i+1, err)
		}
	}
	return b.Bytes(), nil
}

// tolerance allows for the last bits of exp, which differ between platforms;
// any mistake in the arithmetic is far larger.
const tolerance = 1e-9

// Verification is how far a model's answers are from those recorded.
type Verification struct {
	Examples int
	// Largest is the largest difference of a probability, and Worst the example
	// that has it, counted from 1.
	Largest float64
	Worst   int
}

// Verify asks the model its examples and reports the first answer that is not
// the original's.
func (m *Model) Verify() error {
	_, err := m.VerifyWithin(tolerance)
	return err
}

// VerifyWithin is [Model.Verify] with a tolerance of its own, and asks all examples
// whatever the first ones say. The prediction must always be the recorded one.
func (m *Model) VerifyWithin(tolerance float64) (Verification, error) {
	v := Verification{Examples: len(m.examples)}
	var first error
	for i, e := range m.examples {
		got, err := m.Score(e.RevID, e.Features)
		if err == nil {
			var largest float64
			largest, err = differ(got, e.Score, tolerance)
			if !(largest <= v.Largest) { // NaN is worse than any number
				v.Largest, v.Worst = largest, i+1
			}
		}
		if err != nil && first == nil {
			first = fmt.Errorf("verify %s: example %d of %d: %w", m, i+1, len(m.examples), err)
		}
	}
	return v, first
}

// differ returns the largest difference of a probability, and says in what got is
// not the recorded score.
func differ(got, recorded event.Score, tolerance float64) (largest float64, err error) {
	if !samePrediction(got.Prediction, recorded.Prediction) {
		err = fmt.Errorf("prediction is %v, recorded is %v", got.Prediction, recorded.Prediction)
	} else if len(got.Probability) != len(recorded.Probability) {
		err = fmt.Errorf("%d probabilities, recorded are %d", len(got.Probability), len(recorded.Probability))
	}
	for label, p := range got.Probability {
		r, ok := recorded.Probability[label]
		if !ok {
			if err == nil {
				err = fmt.Errorf("probability of %s is %v, none is recorded", label, p)
			}
			continue
		}
		d := math.Abs(p - r)
		if !(d <= largest) {
			largest = d
		}
		if !(d <= tolerance) && err == nil {
			err = fmt.Errorf("probability of %s is %v, recorded is %v", label, p, r)
		}
	}
	return largest, err
}

// samePrediction compares lists of labels with their order.
func samePrediction(a, b any) bool { return reflect.DeepEqual(a, b) }
