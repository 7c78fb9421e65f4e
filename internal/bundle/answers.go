package bundle

import (
	"errors"
	"fmt"
	"math"
	"reflect"

	"revscore/internal/event"
	"revscore/internal/score/estimator"
	"revscore/internal/score/model"
)

const (
	// exact is how far answers may be from recorded ones. Package model asks for the
	// same at every load: the last bits of exp differ between platforms.
	exact = 1e-9
	// single is the same of ONNX, whose runtime computes with float32: see package
	// onnx for what is equal to the last bit.
	single = 1e-6
)

// maxKept bounds the examples that a bundle keeps: each is scored at every load.
const maxKept = 100

// answers has a draft's estimator answer all that was recorded, and chooses from it
// the examples that the bundle keeps: spread over the whole, for files are often
// sorted. An example that is equal within the tolerance, and not exactly, has the
// answer of ours: it then shows what changes later.
func answers(d *model.Draft, all []Recorded, within float64) ([]model.Example, error) {
	if len(all) == 0 {
		return nil, nil
	}
	e, err := estimator.New(d.Estimator)
	if err != nil {
		return nil, err
	}
	step := max(1, float64(len(all))/maxKept)
	var kept []model.Example
	var first error
	wrong := 0
	for i, recorded := range all {
		ours, err := answer(e, recorded.Features)
		if err == nil {
			err = differ(ours, recorded.Score, within)
		}
		if err != nil {
			wrong++
			if first == nil {
				first = fmt.Errorf("recorded answer %d of %d: %w", i+1, len(all), err)
			}
			continue
		}
		if len(kept) < maxKept && i == int(math.Floor(float64(len(kept))*step)) {
			if differ(ours, recorded.Score, exact) == nil {
				ours = recorded.Score
			}
			kept = append(kept, model.Example{Features: recorded.Features, Score: ours})
		}
	}
	if first != nil {
		return nil, fmt.Errorf("%w (%d of them differ)", first, wrong)
	}
	return kept, nil
}

// Largest is how far a bundle's answers are from recorded ones, by the largest
// difference of a probability. Those that differ by more than an import allows have
// made it fail.
func Largest(m *model.Model, all []Recorded) (largest float64, err error) {
	for i, recorded := range all {
		ours, err := m.Score(0, recorded.Features)
		if err != nil {
			return 0, fmt.Errorf("recorded answer %d of %d: %w", i+1, len(all), err)
		}
		for label, p := range recorded.Score.Probability {
			largest = max(largest, math.Abs(p-ours.Probability[label]))
		}
	}
	return largest, nil
}

// answer is what [model.Model.Score] says, before there is a model.
func answer(e *estimator.Estimator, values []float64) (event.Score, error) {
	if values == nil {
		return event.Score{}, errors.New("has no features")
	}
	if len(values) != e.Features() {
		return event.Score{}, fmt.Errorf("has %d features, the estimator takes %d", len(values), e.Features())
	}
	classes := e.Classes()
	p, chosen := make([]float64, len(classes)), make([]bool, len(classes))
	if err := e.Predict(values, p, chosen); err != nil {
		return event.Score{}, err
	}
	s := event.Score{Probability: make(map[string]float64, len(classes))}
	for i, class := range classes {
		s.Probability[labelKey(class)] = p[i]
	}
	s.Prediction = model.Prediction(classes, chosen, e.Multilabel())
	return s, nil
}

// differ says in what an answer is not the recorded one.
func differ(ours, recorded event.Score, within float64) error {
	if !reflect.DeepEqual(ours.Prediction, recorded.Prediction) {
		return fmt.Errorf("prediction is %#v, recorded is %#v", ours.Prediction, recorded.Prediction)
	}
	if len(ours.Probability) != len(recorded.Probability) {
		return fmt.Errorf("%d probabilities, recorded are %d", len(ours.Probability), len(recorded.Probability))
	}
	for label, p := range recorded.Probability {
		q, ok := ours.Probability[label]
		if !ok {
			return fmt.Errorf("no probability of %s, recorded is %v", label, p)
		}
		if !(math.Abs(p-q) <= within) {
			return fmt.Errorf("probability of %s is %v, recorded is %v", label, q, p)
		}
	}
	return nil
}
