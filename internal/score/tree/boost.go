package tree

import (
	"fmt"
	"math"
)

// MaxFeatures bounds the features of a model: they are scaled on the stack.
const MaxFeatures = 512

// Boost is a gradient boosting classifier of two classes. It never changes
// after [ReadBoost].
type Boost struct {
	classes  [2]any
	features int
	init     float64
	center   []float64
	scale    []float64
	forest   forest
}

// ValueError says that a value has no place in a model: it is not finite, or
// not any more once scaled and rounded to float32. The reference raises a
// ValueError in the same cases (sklearn check_array, force_all_finite).
type ValueError struct {
	Index int     // of the feature
	Value float64 // as it was given
}

func (e *ValueError) Error() string {
	if finite(e.Value) {
		return fmt.Sprintf("value %d is %v, too large for float32 once scaled", e.Index, e.Value)
	}
	return fmt.Sprintf("value %d is %v", e.Index, e.Value)
}

// Features returns how many values a prediction takes.
func (b *Boost) Features() int { return b.features }

// Classes returns the two classes, in the order of the probabilities. Each is a
// bool or a string, as a score document spells the prediction.
func (b *Boost) Classes() [2]any { return b.classes }

// Predict returns the probability of each class. The classes' order decides a
// tie: the prediction is the second only if its probability is the larger.
func (b *Boost) Predict(values []float64) ([2]float64, error) {
	if len(values) != b.features {
		return [2]float64{}, fmt.Errorf("%d values for a model of %d features", len(values), b.features)
	}
	var buf [MaxFeatures]float32
	x := buf[:len(values)]
	for i, v := range values {
		x[i] = float32((v - b.center[i]) / b.scale[i])
		if !finite(float64(x[i])) {
			return [2]float64{}, &ValueError{Index: i, Value: v}
		}
	}
	p := 1 / (1 + math.Exp(-b.forest.sum(x, b.init)))
	return [2]float64{1 - p, p}, nil
}
