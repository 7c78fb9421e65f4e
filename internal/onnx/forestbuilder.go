package onnx

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"revscore/internal/score/estimator"
)

// forestBuilder turns columns over all nodes into trees.
type forestBuilder struct {
	*forest
	columns *columns
	weights *weights
	outputs int
	width   int // of a row
	place   map[nodeKey]int
	leaf    [][]int32      // of each node of all trees, its weights
	used    []bool         // outputs that have weights
	covered []bool         // outputs that all leaves of some tree have a weight for
	target  []int32        // of each tree the one output of all its leaves, -1 if there are several
	listed  map[int64]bool // trees
}

func newForestBuilder(f *forest, c *columns, w *weights, outputs, width int) (*forestBuilder, error) {
	b := &forestBuilder{
		forest: f, columns: c, weights: w, outputs: outputs, width: width,
		place: make(map[nodeKey]int, len(c.tree)), leaf: make([][]int32, len(c.tree)),
		used: make([]bool, outputs), covered: make([]bool, outputs), listed: map[int64]bool{},
	}
	f.positive = true
	for i := range c.tree {
		key := nodeKey{c.tree[i], c.id[i]}
		if _, twice := b.place[key]; twice {
			return nil, fmt.Errorf("tree %d has two nodes %d", key.tree, key.node)
		}
		b.place[key] = i
	}
	for i := range w.tree {
		at, ok := b.place[nodeKey{w.tree[i], w.node[i]}]
		switch {
		case !ok:
			return nil, fmt.Errorf("a weight is of node %d of tree %d, which is not there", w.node[i], w.tree[i])
		case w.output[i] < 0 || w.output[i] >= int64(outputs):
			return nil, fmt.Errorf("a weight is for output %d of %d", w.output[i], outputs)
		case math.IsNaN(w.value[i]) || math.IsInf(w.value[i], 0):
			return nil, fmt.Errorf("a weight is %v", w.value[i])
		}
		f.positive = f.positive && w.value[i] >= 0
		b.used[w.output[i]] = true
		b.leaf[at] = append(b.leaf[at], int32(i))
	}
	return b, nil
}

// add makes a tree of nodes start to end; the first listed is the root.
func (b *forestBuilder) add(start, end int) error {
	if b.listed[b.columns.tree[start]] {
		return errors.New("its nodes are not listed together")
	}
	b.listed[b.columns.tree[start]] = true
	n := end - start
	t := estimator.Tree{
		Feature: make([]int32, n), Threshold: make([]float64, n),
		Left: make([]uint32, n), Right: make([]uint32, n),
	}
	leaves, have := 0, map[int64]int{} // leaves that have a weight for an output
	for i := range n {
		var err error
		if b.columns.mode[start+i] == leaf {
			t.Feature[i] = -1
			leaves++
			err = b.countWeights(start+i, have)
		} else {
			err = b.split(&t, i, start, end)
		}
		if err != nil {
			return err
		}
	}
	target := int32(-1)
	for output, n := range have {
		if b.covered[output] = b.covered[output] || n == leaves; len(have) == 1 {
			target = int32(output)
		}
	}
	b.target = append(b.target, target)
	b.ensemble.Trees = append(b.ensemble.Trees, t)
	return checkTree(&t)
}

// countWeights counts what outputs a leaf has weights for: one or more, none twice.
func (b *forestBuilder) countWeights(at int, have map[int64]int) error {
	weights := b.leaf[at]
	if len(weights) == 0 {
		return fmt.Errorf("leaf %d has no weight", b.columns.id[at])
	}
	seen := make(map[int64]bool, len(weights))
	for _, i := range weights {
		output := b.weights.output[i]
		if seen[output] {
			return fmt.Errorf("leaf %d has two weights for output %d", b.columns.id[at], output)
		}
		seen[output] = true
		have[output]++
	}
	return nil
}

func (b *forestBuilder) split(t *estimator.Tree, i, start, end int) error {
	c := b.columns
	at := start + i
	feature := c.feature[at]
	if feature < 0 || feature >= int64(b.width) {
		return fmt.Errorf("node %d compares column %d of %d", c.id[at], feature, b.width)
	}
	left, right, threshold, err := c.split(at)
	if err != nil {
		return err
	}
	l, okL := b.place[nodeKey{c.tree[at], left}]
	r, okR := b.place[nodeKey{c.tree[at], right}]
	if !okL || !okR || l < start || l >= end || r < start || r >= end {
		return fmt.Errorf("node %d has children %d and %d, which are not there", c.id[at], left, right)
	}
	switch c.mode[at] {
	case less, greaterOrEqual:
		b.strict = true
	default:
		b.inclusive = true
	}
	t.Feature[i], t.Threshold[i] = int32(feature), threshold
	t.Left[i], t.Right[i] = uint32(l-start), uint32(r-start)
	return nil
}

// checkTree sees to it that every node but the root has one parent and all hang
// together: then there is no cycle either.
func checkTree(t *estimator.Tree) error {
	seen := make([]bool, len(t.Feature))
	todo := []uint32{0}
	met := 0
	for len(todo) > 0 {
		i := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[i] {
			return errors.New("a node has two parents, which is not supported")
		}
		seen[i] = true
		met++
		if t.Feature[i] >= 0 {
			todo = append(todo, t.Left[i], t.Right[i])
		}
	}
	if met != len(seen) {
		return errors.New("not all nodes can be reached from the first")
	}
	return nil
}

// finish says what all trees have in common and gives the leaves their values: one
// each if every tree adds to one output.
func (b *forestBuilder) finish() error {
	// A class that no leaf on a row's ways has a weight for counts as absent in ONNX
	// Runtime. There is none of them if some tree has it in all leaves.
	b.everyOutput = !slices.Contains(b.covered, false)
	b.only = slices.Index(b.used, true)
	if b.only >= 0 && slices.Contains(b.used[b.only+1:], true) {
		b.only = -1
	}
	e := b.ensemble
	if e.Width = b.outputs; !slices.Contains(b.target, -1) {
		e.Width, e.Target = 1, b.target
	}
	if e.Width*len(b.columns.tree) > maxArray {
		return fmt.Errorf("leaves have more than %d weights", maxArray)
	}
	at := 0
	for k := range e.Trees {
		t := &e.Trees[k]
		t.Value = make([]float64, len(t.Feature)*e.Width)
		for i := range t.Feature {
			b.giveValues(t, i, b.leaf[at+i])
		}
		at += len(t.Feature)
	}
	return nil
}

// giveValues ignores weights of splits, which old converters wrote, as ONNX Runtime does.
func (b *forestBuilder) giveValues(t *estimator.Tree, i int, weights []int32) {
	if t.Feature[i] >= 0 {
		return
	}
	for _, w := range weights {
		output := 0
		if b.ensemble.Width > 1 {
			output = int(b.weights.output[w])
		}
		t.Value[i*b.ensemble.Width+output] = b.weights.value[w]
	}
}
