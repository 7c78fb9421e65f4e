package onnx

import (
	"errors"
	"fmt"
	"math"

	"revscore/internal/score/estimator"
)

const maxTreeNodes = 1 << 22 // as package tree

// forest is an ensemble and what its columns showed.
type forest struct {
	ensemble          *estimator.Ensemble
	strict, inclusive bool // comparisons by < or >=, by <= or >
	positive          bool // no weight is negative
	everyOutput       bool // some tree has a weight for each output in all of its leaves
	only              int  // the one output that has weights, -1 if there are several
}

// mode is how a node compares.
type mode byte

const (
	leaf mode = iota
	lessOrEqual
	less
	greaterOrEqual
	greater
)

var modes = map[string]mode{"LEAF": leaf, "BRANCH_LEQ": lessOrEqual, "BRANCH_LT": less, "BRANCH_GTE": greaterOrEqual, "BRANCH_GT": greater}

// columns are the attributes nodes_*, entry i of each is node i of all trees.
type columns struct {
	tree, id, feature, yes, no []int64
	value                      []float64
	mode                       []mode
}

// nodeKey is a node's tree and number.
type nodeKey struct{ tree, node int64 }

// weights are the attributes class_* or target_*.
type weights struct {
	tree, node, output []int64
	value              []float64
}

func readForest(n *node, kind string, outputs, width int) (*forest, error) {
	c, err := readColumns(n)
	if err != nil {
		return nil, err
	}
	w, err := readWeights(n, kind)
	if err != nil {
		return nil, err
	}
	if outputs < 1 {
		return nil, errors.New("no labels or targets")
	}
	f := &forest{ensemble: &estimator.Ensemble{Outputs: outputs, Rate: 1, Link: estimator.Identity, Decision: estimator.Argmax}}
	b, err := newForestBuilder(f, c, w, outputs, width)
	if err != nil {
		return nil, err
	}
	// Trees count in the order in which they are listed, which is that of the sums.
	for start := 0; start < len(c.tree); {
		end := start + 1
		for end < len(c.tree) && c.tree[end] == c.tree[start] {
			end++
		}
		if err := b.add(start, end); err != nil {
			return nil, fmt.Errorf("tree %d: %w", c.tree[start], err)
		}
		start = end
	}
	return f, b.finish()
}

func readColumns(n *node) (*columns, error) {
	c := &columns{}
	var err error
	for _, column := range []struct {
		name string
		into *[]int64
	}{{"treeids", &c.tree}, {"nodeids", &c.id}, {"featureids", &c.feature}, {"truenodeids", &c.yes}, {"falsenodeids", &c.no}} {
		if *column.into, err = n.ints("nodes_" + column.name); err != nil {
			return nil, fmt.Errorf("attribute nodes_%s: %w", column.name, err)
		}
	}
	if c.value, err = n.floats("nodes_values"); err != nil {
		return nil, err
	}
	if a := n.attributes["nodes_modes"]; a != nil {
		err := eachString(a.message, 9, func(s []byte) error {
			m, ok := modes[string(s)]
			if !ok {
				return fmt.Errorf("nodes of mode %.20q are not supported", s)
			}
			if len(c.mode) == maxTreeNodes {
				return fmt.Errorf("more than %d nodes in all trees", maxTreeNodes)
			}
			c.mode = append(c.mode, m)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	for _, length := range []int{len(c.id), len(c.feature), len(c.yes), len(c.no), len(c.value), len(c.mode)} {
		if length != len(c.tree) {
			return nil, errors.New("attributes nodes_* differ in length")
		}
	}
	if len(c.tree) == 0 {
		return nil, errors.New("no trees")
	}
	return c, nil
}

func readWeights(n *node, kind string) (*weights, error) {
	w := &weights{}
	var err error
	if w.tree, err = n.ints(kind + "_treeids"); err != nil {
		return nil, err
	}
	if w.node, err = n.ints(kind + "_nodeids"); err != nil {
		return nil, err
	}
	if w.output, err = n.ints(kind + "_ids"); err != nil {
		return nil, err
	}
	if w.value, err = n.floats(kind + "_weights"); err != nil {
		return nil, err
	}
	if len(w.node) != len(w.tree) || len(w.output) != len(w.tree) || len(w.value) != len(w.tree) {
		return nil, fmt.Errorf("attributes %s_* differ in length", kind)
	}
	return w, nil
}

// split returns a node's left and right children and threshold in our form: left where
// x <= threshold, for x a float32.
func (c *columns) split(i int) (left, right int64, threshold float64, err error) {
	t := c.value[i]
	if math.IsNaN(t) || float64(float32(t)) != t {
		return 0, 0, 0, fmt.Errorf("node %d: threshold %v is no float, which is not supported", c.id[i], t)
	}
	left, right = c.yes[i], c.no[i]
	switch c.mode[i] {
	case less, greaterOrEqual: // x < t where x is not more than the float before t
		t = float64(math.Nextafter32(float32(t), float32(math.Inf(-1))))
	}
	switch c.mode[i] {
	case greaterOrEqual, greater:
		left, right = right, left
	}
	if t = min(t, math.MaxFloat32); math.IsInf(t, -1) { // no row has infinities
		return 0, 0, 0, fmt.Errorf("node %d: no number is below its threshold %v", c.id[i], c.value[i])
	}
	return left, right, t, nil
}

// leavesAreShares reports whether scores of trees can be probabilities: no leaf is
// negative, and the largest of all trees add up to no more than one.
func leavesAreShares(e *estimator.Ensemble) bool {
	total := 0.0
	for _, t := range e.Trees {
		largest := 0.0
		for _, v := range t.Value {
			if v < 0 {
				return false
			}
			largest = max(largest, v)
		}
		total += largest
	}
	return total <= 1.001 // thousands of shares, each rounded to float32
}
