package tree

// Node is one node, for those who take the sums over a forest apart. A walk does
// without: see [Forest].
type Node struct {
	Feature   int     // [Leaf] of a leaf
	Threshold float32 // x <= Threshold goes to Left, all others to the node behind it
	Left      uint32
	Number    uint32 // of a leaf, as [Forest.Walk] has it
}

// Root returns the root of a tree. The lanes of a quad are filled in order.
func (f *Forest) Root(tree int) uint32 { return f.quads[tree/lanes].root[tree%lanes] }

// Node returns node i: a root, or a child of a split.
func (f *Forest) Node(i uint32) Node {
	n := &f.nodes[i]
	if left := n.link >> featureBits; left > i {
		return Node{Feature: int(n.link & featureMask), Threshold: n.threshold, Left: left}
	}
	return Node{Feature: Leaf, Number: f.number(i)}
}

// Covered tells whether all nodes have their cover.
func (f *Forest) Covered() bool { return f.cover != nil }

// Cover is how many training samples came by node i, weighted.
func (f *Forest) Cover(i uint32) float64 { return f.cover[i] }
