package tree

import (
	"errors"
	"fmt"
	"math"
)

// Leaf is the feature of a leaf.
const Leaf = -1

// Columns is one tree: entry i of each column is node i, node 0 the root. A node goes
// left when float64(float32(x)) <= Threshold. The order of the other nodes is free. A
// leaf's Threshold, Left and Right are 0.
type Columns struct {
	Feature     []int32
	Threshold   []float64
	Left, Right []uint32
	// Cover is how many training samples came by, weighted; nil if unknown. A forest
	// knows covers if all of its trees have them. No walk looks at them.
	Cover []float64
}

// New checks trees over that many features and lays them out for walks. It keeps
// nothing of them.
func New(trees []Columns, features int) (*Forest, error) {
	if features < 1 || features > MaxFeatures {
		return nil, fmt.Errorf("%d features, must be 1 to %d", features, MaxFeatures)
	}
	if len(trees) == 0 {
		return nil, errors.New("no trees")
	}
	nodes, largest, covered := 0, 0, true
	for _, c := range trees {
		covered = covered && c.Cover != nil
		nodes += len(c.Feature) + 1
		largest = max(largest, len(c.Feature))
		if nodes > MaxNodes {
			return nil, fmt.Errorf("more than %d nodes in all trees", MaxNodes)
		}
	}
	b := builder{
		forest: &Forest{
			nodes: make([]node, 0, nodes),
			quads: make([]quad, (len(trees)+lanes-1)/lanes),
		},
		number: make([]uint32, largest),
		seen:   make([]bool, largest),
	}
	if covered {
		b.forest.cover = make([]float64, nodes)
	}
	for i, c := range trees {
		if err := b.add(c, features); err != nil {
			return nil, fmt.Errorf("tree %d: %w", i, err)
		}
	}
	return b.forest, nil
}

// builder holds what one tree after the other needs while it is laid out.
type builder struct {
	forest *Forest
	number []uint32 // of each leaf, in order of the columns
	seen   []bool
	todo   []task
}

// task is a node of the columns that is to be laid out at a place of the forest.
type task struct{ from, to, depth uint32 }

func (b *builder) add(c Columns, features int) error {
	n := len(c.Feature)
	switch {
	case n == 0:
		return errors.New("no nodes")
	case len(c.Threshold) != n || len(c.Left) != n || len(c.Right) != n:
		return fmt.Errorf("columns differ in length: feature %d, threshold %d, left %d, right %d",
			n, len(c.Threshold), len(c.Left), len(c.Right))
	case c.Cover != nil && len(c.Cover) != n:
		return fmt.Errorf("cover of %d numbers for %d nodes", len(c.Cover), n)
	}
	for i := range n {
		if err := c.check(i, features); err != nil {
			return fmt.Errorf("node %d: %w", i, err)
		}
		b.number[i] = uint32(b.forest.leaves)
		if c.Feature[i] == Leaf {
			b.forest.leaves++
		}
	}
	root := uint32(len(b.forest.nodes) + 1)
	depth, err := b.lay(c, root)
	if err != nil {
		return err
	}
	b.forest.place(root, depth)
	return nil
}

// check looks at node i alone. What a leaf has no use for must be zero: anything else
// means that the columns slipped against each other.
func (c Columns) check(i, features int) error {
	n := len(c.Feature)
	switch {
	case c.Feature[i] == Leaf:
		if c.Threshold[i] != 0 || c.Left[i] != 0 || c.Right[i] != 0 {
			return errors.New("a leaf with a threshold or children")
		}
	case c.Feature[i] < 0 || int(c.Feature[i]) >= features:
		return fmt.Errorf("feature %d of %d", c.Feature[i], features)
	case !finite(c.Threshold[i]):
		return fmt.Errorf("threshold of %v is not finite", c.Threshold[i])
	case int64(c.Left[i]) >= int64(n):
		return fmt.Errorf("child %d of %d nodes", c.Left[i], n)
	case int64(c.Right[i]) >= int64(n):
		return fmt.Errorf("child %d of %d nodes", c.Right[i], n)
	}
	return nil
}

// lay appends the nodes, siblings beside each other and depth first, and returns the
// depth. If the walk over the columns meets every node once, they form a tree.
//
// One node stays free before each root: siblings then share a cache line, and a root
// that is a leaf has a node before it. The very first is where lanes without a tree
// stay for ever.
func (b *builder) lay(c Columns, root uint32) (deepest uint32, err error) {
	nodes := append(b.forest.nodes, node{threshold: float32(math.Inf(1))}, node{})
	seen := b.seen[:len(c.Feature)]
	clear(seen)
	met := 0
	todo := append(b.todo[:0], task{from: 0, to: root})
	for len(todo) > 0 {
		t := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		switch {
		case seen[t.from]:
			return 0, fmt.Errorf("node %d: a second parent", t.from)
		case t.depth > MaxDepth:
			return 0, fmt.Errorf("node %d: deeper than %d", t.from, MaxDepth)
		}
		seen[t.from] = true
		met++
		if b.forest.cover != nil {
			b.forest.cover[t.to] = c.Cover[t.from]
		}
		deepest = max(deepest, t.depth)
		if c.Feature[t.from] == Leaf {
			nodes[t.to] = node{
				threshold: math.Float32frombits(leafBits | b.number[t.from]),
				link:      (t.to - 1) << featureBits,
			}
			continue
		}
		left := uint32(len(nodes))
		nodes = append(nodes, node{}, node{})
		nodes[t.to] = node{
			threshold: floor32(c.Threshold[t.from]),
			link:      left<<featureBits | uint32(c.Feature[t.from]),
		}
		todo = append(todo,
			task{from: c.Right[t.from], to: left + 1, depth: t.depth + 1},
			task{from: c.Left[t.from], to: left, depth: t.depth + 1})
	}
	if met < len(seen) {
		return 0, fmt.Errorf("%d of %d nodes have no way from the root", len(seen)-met, len(seen))
	}
	b.forest.nodes, b.todo = nodes, todo
	return deepest, nil
}

// place gives the tree the next lane. The free lanes of the last quad walk node 0 for
// nothing; Walk leaves them out.
func (f *Forest) place(root, depth uint32) {
	q := &f.quads[f.trees/lanes]
	q.root[f.trees%lanes] = root
	f.trees++
	q.open = q.open || depth > shallow
	q.steps = max(q.steps, uint8(min(depth, shallow)))
	if q.open {
		q.steps = blind
	}
}

// floor32 is the largest float32 that is not above t.
func floor32(t float64) float32 {
	f := float32(t)
	if float64(f) > t {
		f = math.Nextafter32(f, float32(math.Inf(-1)))
	}
	return f
}

func finite(v float64) bool {
	return !math.IsNaN(v) && !math.IsInf(v, 0)
}
