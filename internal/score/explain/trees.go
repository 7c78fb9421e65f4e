package explain

import (
	"fmt"

	"revscore/internal/score/estimator"
	"revscore/internal/score/tree"
)

// trees explains sums over trees.
//
// Shapley values of one leaf: a path to it asks some features, and of each of them z is
// the share of training samples that its splits let through and o is 1 or 0, whether the
// vector is let through. With the features of a set known the leaf counts with the product
// of o over those inside the set and z over those outside. The Shapley value of feature i
// weighs that over all sets, and is
//
//	leaf * (o_i - z_i) * ∫ prod_{j≠i} (z_j (1-t) + o_j t) dt,  t from 0 to 1
//
// since ∫ t^s (1-t)^(d-1-s) dt is Shapley's weight of a set of s among d features. The
// product is a polynomial in t of degree d-1, so that d/2 points integrate it exactly.
// A walk carries the product at these points down, and brings the sum over the leaves
// below back up: what an edge contributes to its feature is that sum, with the edge's
// factor taken out. Where a feature is asked again further down, the edge takes back what
// the one above had said of the leaves below it. Time: nodes x depth, as of Linear
// TreeSHAP (Yu et al., 2022); the obvious other, algorithm 2, gives the same numbers in
// leaves x depth², and subtracts nearly equal ones in deep trees, where all is positive
// here.
type trees struct {
	*estimator.Trees
	rules    []quadrature // by number of points
	points   []uint16     // of each tree
	depth    int          // of the deepest
	most     int          // points of any
	expected []float64    // of each output, without its base
}

// newTrees looks at every path once.
func newTrees(t *estimator.Trees) (*trees, error) {
	if !t.Forest.Covered() {
		return nil, ErrNoCover
	}
	e := &trees{Trees: t, points: make([]uint16, t.Forest.Trees()), expected: make([]float64, t.Outputs)}
	s := survey{trees: e}
	for i := range e.points {
		s.tree, s.features = i, 0
		if err := s.visit(t.Forest.Root(i), 0, 0, 1); err != nil {
			return nil, fmt.Errorf("tree %d: %w", i, err)
		}
		points := max(1, (s.features+1)/2)
		e.points[i] = uint16(points)
		e.most = max(e.most, points)
	}
	e.rules = make([]quadrature, e.most+1)
	for _, n := range e.points {
		if e.rules[n].point == nil {
			e.rules[n] = gauss(int(n))
		}
	}
	return e, nil
}

// survey finds what is the same for every vector: expectations, depth, and the most
// features that a path of a tree asks.
type survey struct {
	*trees
	tree, features int
	asked          [tree.MaxFeatures]uint16 // how often, on the way to the node
}

// visit recurs as deep as the tree, which is [tree.MaxDepth] at most.
func (s *survey) visit(i uint32, depth, features int, share float64) error {
	n := s.Forest.Node(i)
	if n.Feature == tree.Leaf {
		s.depth, s.features = max(s.depth, depth), max(s.features, features)
		for w, v := range s.Value[int(n.Number)*s.Width:][:s.Width] {
			if s.Target != nil {
				w = int(s.Target[s.tree])
			}
			s.expected[w] += share * v
		}
		return nil
	}
	left, ok := s.share(n.Left)
	if !ok {
		return fmt.Errorf("a split that no training sample reached: %w", ErrNoCover)
	}
	if s.asked[n.Feature] == 0 {
		features++
	}
	s.asked[n.Feature]++
	err := s.visit(n.Left, depth+1, features, share*left)
	if err == nil {
		err = s.visit(n.Left+1, depth+1, features, share*(1-left))
	}
	s.asked[n.Feature]--
	return err
}

// share is that of the left one of two children in what came by both.
func (t *trees) share(left uint32) (share float64, ok bool) {
	a, b := t.Forest.Cover(left), t.Forest.Cover(left+1)
	return a / (a + b), a+b > 0
}

// walk is the way through one tree after the other, for one vector and output.
type walk struct {
	*trees
	row     []float64
	rule    quadrature
	offset  int     // of the output among the numbers of a leaf
	known   []known // of each feature, on the way to the node
	product []float64
	below   []float64 // sums over the leaves; both of each level
	phi     []float64
	sum     float64 // of the leaves that the vector reaches
}

// known is what a path has asked of one feature: see [trees].
type known struct{ one, zero float64 }

// at is the feature's factor.
func (k known) at(t float64) float64 { return k.zero*(1-t) + k.one*t }

func (t *trees) newWalk() *walk {
	w := &walk{
		trees: t, known: make([]known, tree.MaxFeatures),
		product: make([]float64, (t.depth+1)*t.most), below: make([]float64, (t.depth+1)*t.most),
	}
	for i := range w.known {
		w.known[i] = known{1, 1}
	}
	return w
}

func (t *trees) explain(s *scratch, output int, phi []float64) (base, sum float64) {
	w := s.walk
	w.row, w.phi, w.sum, w.offset = s.row, phi, 0, 0
	if t.Width > 1 {
		w.offset = output
	}
	for i, points := range t.points {
		if t.Target != nil && int(t.Target[i]) != output {
			continue
		}
		w.rule = t.rules[points]
		for j := range points {
			w.product[j] = 1
		}
		w.down(t.Forest.Root(i), 0, true)
	}
	return t.expected[output], w.sum
}

// down fills in below of the level, and recurs as deep as the tree. reached says whether
// the vector comes to node i.
func (w *walk) down(i uint32, level int, reached bool) {
	k := len(w.rule.point)
	below := w.below[level*k:][:k]
	n := w.Forest.Node(i)
	if n.Feature == tree.Leaf {
		v := w.Value[int(n.Number)*w.Width+w.offset]
		if reached {
			w.sum += v
		}
		for j, p := range w.product[level*k:][:k] {
			below[j] = v * p
		}
		return
	}
	clear(below)
	share, _ := w.share(n.Left)
	left := float32(w.row[n.Feature]) <= n.Threshold
	w.edge(n.Left, level, n.Feature, share, left, reached)
	w.edge(n.Left+1, level, n.Feature, 1-share, !left, reached)
}

// edge goes to a child of a node of that level. chosen says whether the vector would.
func (w *walk) edge(child uint32, level, feature int, share float64, chosen, reached bool) {
	before := w.known[feature]
	after := known{zero: before.zero * share}
	if chosen {
		after.one = before.one
	}
	if after == (known{}) { // nothing below counts in any set
		return
	}
	k := len(w.rule.point)
	from, to := w.product[level*k:][:k], w.product[(level+1)*k:][:k]
	for j, t := range w.rule.point {
		to[j] = from[j] * after.at(t) / before.at(t)
	}
	w.known[feature] = after
	w.down(child, level+1, reached && chosen)
	w.known[feature] = before

	now, then := after.one-after.zero, before.one-before.zero
	sum, below, moved := w.below[level*k:][:k], w.below[(level+1)*k:][:k], 0.0
	for j, t := range w.rule.point {
		moved += w.rule.weight[j] * below[j] * (now/after.at(t) - then/before.at(t))
		sum[j] += below[j]
	}
	w.phi[feature] += moved
}
