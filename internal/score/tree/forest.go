package tree

import "math"

const (
	// MaxFeatures bounds the features a forest may look at, MaxNodes the nodes of all
	// its trees together: the two numbers share one word of a node.
	MaxFeatures = 1 << featureBits
	MaxNodes    = 1 << (32 - featureBits)
	// MaxDepth bounds the steps of one walk. Trees grown without a limit on
	// millions of rows stay below 100.
	MaxDepth = 1024

	featureBits = 10
	featureMask = MaxFeatures - 1
	// lanes is how many trees are walked at once.
	lanes = 4
	// shallow is the depth up to which four trees are walked as deep as the deepest
	// of them without looking, blind how many steps are taken so in deeper ones.
	shallow, blind = 8, 6
	// leafBits is a float32 that is not a number. Its low bits are free.
	leafBits = 0x7fc00000
)

// Vector is what trees look at: the features, scaled and rounded to float32.
type Vector [MaxFeatures]float32

// node is one split, 8 bytes, eight to a cache line. The right child stands directly
// behind the left one.
//
// The threshold is the largest float32 not above the file's float64: for every
// float32 x, x <= floor32(t) exactly when float64(x) <= t.
//
// A leaf's threshold is NaN, with the leaf's number in its low bits, and its left
// child is the node before it. Nothing is <= NaN, so a walk that has arrived may go
// on taking steps and stays where it is.
type node struct {
	threshold float32
	link      uint32 // left child << featureBits | feature
}

// quad is four trees walked side by side. After steps the walk is over, or, if open,
// goes on until all four have arrived.
type quad struct {
	root  [lanes]uint32
	steps uint8
	open  bool
}

// Forest finds the leaf that a vector reaches in each of its trees. It never
// changes after [New].
//
// Why not the obvious walk, "until a leaf: go left or right": its branches are coin
// tosses that the processor mispredicts. Here the side is an index, and four walks
// hide each other's loads. Below, A is 700 trees of depth 5 over nine features, B 300
// trees grown without a limit (577,000 nodes, a path of 15 steps in the mean, 37 the
// longest); µs a vector over recorded vectors, one core of an Intel Xeon with go1.26:
//
//	                                                   A     B
//	columns as in the file, one tree at a time      24.7  80.4
//	nodes of 16 bytes, to the depth of the deepest   5.8  29.7
//	the same, until all four have arrived            7.8  21.2
//	nodes of 12 bytes, until all four have arrived   6.7  16.6
//	the same, a lane takes the next tree when done   6.4  16.2
//	nodes of 8 bytes, until all four have arrived    6.7  14.6
//	as here                                          5.0  14.2
//
// Children depth first, as here, instead of breadth first make half a µs of A and six
// of B: the lower part of a path lies together.
type Forest struct {
	nodes  []node
	cover  []float64 // of each node; nil if unknown
	quads  []quad
	trees  int
	leaves int
}

// Trees returns how many trees there are.
func (f *Forest) Trees() int { return f.trees }

// Leaves returns how many leaves all trees have.
func (f *Forest) Leaves() int { return f.leaves }

// Walk writes to leaf, which has an entry for each tree, the number of the leaf that
// x reaches there. Leaves are numbered over all trees, those of a tree in the order
// of its columns. Values of x must not be NaN.
func (f *Forest) Walk(x *Vector, leaf []uint32) {
	leaf = leaf[:f.trees]
	for k := range f.quads {
		q := &f.quads[k]
		a, b, c, d := q.root[0], q.root[1], q.root[2], q.root[3]
		for range q.steps {
			a, b, c, d = f.step(x, a), f.step(x, b), f.step(x, c), f.step(x, d)
		}
		for q.open {
			a2, b2, c2, d2 := f.step(x, a), f.step(x, b), f.step(x, c), f.step(x, d)
			if (a2^a)|(b2^b)|(c2^c)|(d2^d) == 0 {
				break
			}
			a, b, c, d = a2, b2, c2, d2
		}
		if len(leaf) < lanes {
			arrived := [lanes]uint32{f.number(a), f.number(b), f.number(c), f.number(d)}
			copy(leaf, arrived[:])
			break
		}
		leaf[0], leaf[1], leaf[2], leaf[3] = f.number(a), f.number(b), f.number(c), f.number(d)
		leaf = leaf[lanes:]
	}
}

// step goes from node i to the child x chooses. The compiler turns side into a
// flag without a jump only when it is made from the constants 0 and 1.
func (f *Forest) step(x *Vector, i uint32) uint32 {
	n := &f.nodes[i]
	side := uint32(0)
	if !(x[n.link&featureMask] <= n.threshold) {
		side = 1
	}
	return n.link>>featureBits + side
}

// number is that of the leaf at node i.
func (f *Forest) number(i uint32) uint32 {
	return math.Float32bits(f.nodes[i].threshold) &^ leafBits
}

// Thresholds calls yield for every split, with its feature and its threshold as the
// walk compares it, until yield returns false.
func (f *Forest) Thresholds(yield func(feature int, threshold float32) bool) {
	for i, n := range f.nodes {
		if int(n.link>>featureBits) > i && !yield(int(n.link&featureMask), n.threshold) {
			return
		}
	}
}
