package estimator

import (
	"errors"
	"fmt"
	"math"

	"revscore/internal/score/tree"
)

// ensemble is an [Ensemble] made ready. Its leaves are multiplied by the rate already:
// the product is rounded on its own, as the original rounds it before adding.
type ensemble struct {
	forest   *tree.Forest
	value    []float64 // leaves x width
	width    int
	outputs  int
	target   []int32 // of each tree; nil if there is one output or the leaves have all
	base     []float64
	mean     float64 // what sums are divided by, or 0
	link     Link
	decision Decision
}

func (s *Ensemble) build(features, classes int) (predictor, error) {
	if s.Single {
		return nil, errors.New("sums in float32 outside a chain")
	}
	e, span, err := s.ready(features, classes)
	if err != nil {
		return nil, err
	}
	err = errors.Join(
		column("base", s.Base, s.Outputs),
		s.Link.check(s.Outputs, classes),
		s.Decision.check(s.Outputs),
	)
	if err != nil {
		return nil, err
	}
	e.base, e.link, e.decision = s.Base, s.Link, s.Decision
	if s.Mean {
		e.mean = float64(len(s.Trees))
	}
	return e, e.checkSpan(span)
}

// ready does what is the same on its own and in a chain, with most outputs at most.
func (s *Ensemble) ready(features, most int) (*ensemble, []span, error) {
	if err := s.checkShape(most); err != nil {
		return nil, nil, err
	}
	columns := make([]tree.Columns, len(s.Trees))
	for i, t := range s.Trees {
		columns[i] = tree.Columns{Feature: t.Feature, Threshold: t.Threshold, Left: t.Left, Right: t.Right, Cover: t.Cover}
	}
	forest, err := tree.New(columns, features)
	if err != nil {
		return nil, nil, err
	}
	e := &ensemble{forest: forest, width: s.Width, outputs: s.Outputs}
	if s.Width == 1 && s.Outputs > 1 {
		e.target = s.Target
	}
	if s.Width == 1 && s.Outputs > 1 && s.Target == nil {
		e.target = make([]int32, len(s.Trees))
		for i := range e.target {
			e.target[i] = int32(i % s.Outputs)
		}
	}
	spans := make([]span, s.Outputs)
	e.value = make([]float64, 0, forest.Leaves()*s.Width)
	for i, t := range s.Trees {
		at := len(e.value)
		if e.value, err = t.appendLeaves(e.value, s.Width, s.Rate); err != nil {
			return nil, nil, fmt.Errorf("tree %d: %w", i, err)
		}
		for w := range s.Width {
			o := w
			if e.target != nil {
				o = int(e.target[i])
			}
			spans[o].add(e.value[at:], w, s.Width)
		}
	}
	return e, spans, nil
}

func (s *Ensemble) checkShape(most int) error {
	switch {
	case s.Outputs < 1 || s.Outputs > most:
		return fmt.Errorf("%d outputs, must be 1 to %d", s.Outputs, most)
	case s.Width != 1 && s.Width != s.Outputs:
		return fmt.Errorf("leaves of %d numbers for %d outputs", s.Width, s.Outputs)
	case !(s.Rate > 0) || math.IsInf(s.Rate, 0):
		return fmt.Errorf("rate is %v, must be positive", s.Rate)
	case s.Target != nil && s.Width > 1:
		return errors.New("targets of trees whose leaves have a number for each output")
	case s.Target != nil && len(s.Target) != len(s.Trees):
		return fmt.Errorf("%d targets of %d trees", len(s.Target), len(s.Trees))
	}
	for i, t := range s.Target {
		if t < 0 || int(t) >= s.Outputs {
			return fmt.Errorf("tree %d: output %d of %d", i, t, s.Outputs)
		}
	}
	return nil
}

// appendLeaves appends the values of the tree's leaves in order of its columns.
func (t *Tree) appendLeaves(values []float64, width int, rate float64) ([]float64, error) {
	if len(t.Value) != len(t.Feature)*width {
		return nil, fmt.Errorf("%d values for %d nodes of %d", len(t.Value), len(t.Feature), width)
	}
	if t.Cover != nil && len(t.Cover) != len(t.Feature) {
		return nil, fmt.Errorf("cover of %d numbers for %d nodes", len(t.Cover), len(t.Feature))
	}
	for i, c := range t.Cover {
		if !(c >= 0) || math.IsInf(c, 0) {
			return nil, fmt.Errorf("node %d: cover is %v", i, c)
		}
	}
	for i, f := range t.Feature {
		for _, v := range t.Value[i*width : (i+1)*width] {
			switch {
			case f == tree.Leaf && !finite(rate*v):
				return nil, fmt.Errorf("node %d: value of %v is not finite", i, rate*v)
			case f == tree.Leaf:
				values = append(values, rate*v)
			case v != 0:
				return nil, fmt.Errorf("node %d: a split with a leaf's value", i)
			}
		}
	}
	return values, nil
}

// span bounds an output: the sums of the least and of the largest leaf of each tree,
// and of the largest size.
type span struct{ low, high, size float64 }

// add widens the span by a tree, of whose leaves number w of width counts.
func (s *span) add(leaves []float64, w, width int) {
	least, most := leaves[w], leaves[w]
	for ; w < len(leaves); w += width {
		least, most = min(least, leaves[w]), max(most, leaves[w])
	}
	s.low += least
	s.high += most
	s.size += max(-least, most)
}

// checkSpan sees to it that sums stay finite, since +Inf and -Inf could meet in one and
// make a NaN, and that sums which are probabilities lie between 0 and 1.
func (e *ensemble) checkSpan(spans []span) error {
	const slack = 1e-6 // for shares that were rounded beforehand
	for o, s := range spans {
		if !finite(2 * (s.size + math.Abs(e.base[o]))) {
			return errors.New("the sum of the trees can leave float64")
		}
		low, high := s.low+e.base[o], s.high+e.base[o]
		if e.mean > 0 {
			low, high = low/e.mean, high/e.mean
		}
		if e.link == Identity && (low < -slack || high > 1+slack) {
			return fmt.Errorf("output %d is to be a probability and can be %v to %v", o, low, high)
		}
	}
	return nil
}

func (e *ensemble) need(n *need) { n.trees = max(n.trees, e.forest.Trees()) }

func (e *ensemble) predict(s *scratch, p []float64) int {
	leaf := s.leaf[:e.forest.Trees()]
	e.forest.Walk(&s.x32, leaf)
	raw := s.raw[:e.outputs]
	e.sum(leaf, raw)
	if e.link == Softmax {
		softmaxOfLogs(raw, p)
	} else {
		e.link.apply(raw, p)
	}
	return e.decision.choose(raw, p)
}

// sum adds the leaves in the order of the trees (_gradient_boosting.pyx,
// _predict_regression_tree_inplace_fast_dense; _forest.py, _accumulate_prediction).
func (e *ensemble) sum(leaf []uint32, raw []float64) {
	clear(raw[copy(raw, e.base):]) // a chain has no base
	switch {
	case e.width > 1:
		for _, l := range leaf {
			for o, v := range e.value[int(l)*e.width:][:len(raw)] {
				raw[o] += v
			}
		}
	case e.target != nil:
		for i, l := range leaf {
			raw[e.target[i]] += e.value[l]
		}
	default:
		sum := raw[0]
		for _, l := range leaf {
			sum += e.value[l]
		}
		raw[0] = sum
	}
	if e.mean > 0 {
		for o := range raw {
			raw[o] /= e.mean
		}
	}
}

// sum32 adds in float32 (ONNX Runtime, tree_ensemble_aggregator.h). What it writes to
// raw are float32s.
func (e *ensemble) sum32(leaf []uint32, raw []float64) {
	clear(raw)
	for i, l := range leaf {
		o := 0
		if e.target != nil {
			o = int(e.target[i])
		}
		for w, v := range e.value[int(l)*e.width:][:e.width] {
			raw[o+w] = float64(float32(raw[o+w]) + float32(v))
		}
	}
}
