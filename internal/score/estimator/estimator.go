package estimator

import (
	"errors"
	"fmt"
	"math"
	"sync"

	"revscore/internal/score/tree"
)

const (
	// MaxFeatures and MaxClasses bound what a prediction takes and gives.
	MaxFeatures = tree.MaxFeatures
	MaxClasses  = 256
)

// errUndefined tells of sums beyond all numbers, or of a division of nothing by
// nothing. The original answers NaN there.
var errUndefined = errors.New("the probabilities are not defined for these values")

// Estimator predicts. It never changes after [New], and many goroutines may use it.
type Estimator struct {
	classes      []any
	multilabel   bool
	features     int
	scaler       Scaler
	parts        []predictor
	narrow       bool // some part takes float32
	importance   []float64
	importanceOf string
	kind         string
	idle         sync.Pool // of *scratch
}

// predictor is a part made ready. It writes the probability of each class to p and
// returns the class predicted.
type predictor interface {
	predict(s *scratch, p []float64) int
	need(*need)
	// marks calls yield for scaled values of features near which predictions change.
	marks(yield func(feature int, x float64))
}

// need is the largest that any part asks of a scratch.
type need struct {
	trees   int
	outputs int // of a chain
	row     int // numbers in a chain
	pairs   int // classes squared
}

// scratch is the space of one prediction.
type scratch struct {
	x      []float64 // scaled
	x32    tree.Vector
	leaf   []uint32  // reached, of each tree
	raw    []float64 // scores
	term   []float64 // of sums over features; votes of classes
	row    []float64
	pair   []float64  // decision values of pairs of classes
	square []float64  // two tables of pairs
	both   [2]float64 // probabilities of one label
}

// New checks spec and makes it ready. The spec must not change afterwards.
func New(spec *Spec) (*Estimator, error) {
	e, err := build(spec)
	if err != nil {
		return nil, fmt.Errorf("estimator: %w", err)
	}
	return e, nil
}

func build(spec *Spec) (*Estimator, error) {
	if err := spec.check(); err != nil {
		return nil, err
	}
	e := &Estimator{
		classes: spec.Classes, multilabel: spec.Multilabel, features: spec.Features, scaler: spec.Scaler,
		importance: spec.Importance, importanceOf: spec.ImportanceOf, kind: spec.kind(),
	}
	classes := len(spec.Classes)
	if spec.Multilabel {
		classes = 2
	}
	var n need
	for i, part := range spec.Parts {
		if _, is := part.(*Chain); is && len(spec.Parts) > 1 {
			return nil, fmt.Errorf("part %d: a chain beside others", i)
		}
		p, err := part.build(spec.Features, classes)
		if err != nil {
			return nil, fmt.Errorf("part %d: %w", i, err)
		}
		p.need(&n)
		e.parts = append(e.parts, p)
	}
	e.narrow = n.trees > 0 || n.row > 0
	e.idle.New = func() any {
		return &scratch{
			x: make([]float64, spec.Features), leaf: make([]uint32, n.trees), raw: make([]float64, max(classes, n.outputs)),
			term: make([]float64, max(spec.Features, classes)), row: make([]float64, n.row),
			pair: make([]float64, n.pairs), square: make([]float64, 2*n.pairs),
		}
	}
	return e, nil
}

// Features returns how many values a prediction takes.
func (e *Estimator) Features() int { return e.features }

// Classes returns the classes, or the labels of a multilabel estimator, in the order
// of the probabilities: bools, strings or int64s. The caller must not change them.
func (e *Estimator) Classes() []any { return e.classes }

// Multilabel says whether any number of classes may be chosen at once.
func (e *Estimator) Multilabel() bool { return e.multilabel }

// Kind names the estimator for people: "gradient boosting, 700 trees".
func (e *Estimator) Kind() string { return e.kind }

// Importance returns the share of each feature, adding up to 1, and what it is a
// share of; nil if unknown. The caller must not change it.
func (e *Estimator) Importance() (share []float64, of string) {
	return e.importance, e.importanceOf
}

// Predict writes the probability of each class to p and marks those predicted in
// chosen: exactly one, or any number if multilabel. Both are as long as
// [Estimator.Classes]. A value that has no place in the estimator is a [*ValueError].
// After an error p and chosen are zero. It does not allocate.
func (e *Estimator) Predict(values, p []float64, chosen []bool) error {
	clear(p)
	clear(chosen)
	switch {
	case len(values) != e.features:
		return errWidth(len(values), e.features)
	case len(p) != len(e.classes) || len(chosen) != len(e.classes):
		return fmt.Errorf("room for %d probabilities and %d choices of %d classes", len(p), len(chosen), len(e.classes))
	}
	s := e.idle.Get().(*scratch)
	err := e.scale(s, values)
	if err == nil {
		err = e.predict(s, p, chosen)
	}
	e.idle.Put(s)
	if err != nil {
		clear(p)
		clear(chosen)
	}
	return err
}

func errWidth(values, features int) error {
	return fmt.Errorf("%d values for an estimator of %d features", values, features)
}

func (e *Estimator) predict(s *scratch, p []float64, chosen []bool) error {
	if e.multilabel {
		for i, part := range e.parts {
			both := s.both[:]
			chosen[i] = part.predict(s, both) == 1
			p[i] = both[1]
		}
	} else {
		chosen[e.parts[0].predict(s, p)] = true
	}
	for _, v := range p {
		if !(v >= 0 && v <= 1) {
			return errUndefined
		}
	}
	return nil
}

// scale is RobustScaler.transform, in float64 (_data.py), and refuses what
// check_array refuses: see [ValueError].
func (e *Estimator) scale(s *scratch, values []float64) error {
	for i, v := range values {
		x := v
		if e.scaler.Center != nil {
			x -= e.scaler.Center[i]
		}
		if e.scaler.Scale != nil {
			x /= e.scaler.Scale[i]
		}
		s.x[i] = x
		if !finite(x) {
			return &ValueError{Index: i, Value: v}
		}
		if !e.narrow {
			continue
		}
		s.x32[i] = float32(x)
		if math.IsInf(float64(s.x32[i]), 0) {
			return &ValueError{Index: i, Value: v}
		}
	}
	return nil
}
