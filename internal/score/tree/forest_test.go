package tree

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// leaf is the number, among the leaves of the tree, of that where the plain walk ends.
func (c Columns) leaf(x *Vector) uint32 {
	number := uint32(0)
	for _, f := range c.Feature[:c.node(x)] {
		if f == Leaf {
			number++
		}
	}
	return number
}

// node is the walk as scikit-learn does it, one branch a node.
func (c Columns) node(x *Vector) uint32 {
	i := uint32(0)
	for c.Feature[i] != Leaf {
		if float64(x[c.Feature[i]]) <= c.Threshold[i] {
			i = c.Left[i]
		} else {
			i = c.Right[i]
		}
	}
	return i
}

// grow splits leaves, random ones or, if deep, mostly the last. Half of the
// thresholds lie on or right beside a value of x, where rounding decides.
func grow(rng *rand.Rand, splits, features int, deep bool, x *Vector) Columns {
	c := Columns{Feature: []int32{Leaf}, Threshold: []float64{0}, Left: []uint32{0}, Right: []uint32{0}}
	for range splits {
		at := rng.IntN(len(c.Feature))
		if deep && rng.IntN(4) > 0 {
			at = len(c.Feature) - 1 - rng.IntN(min(2, len(c.Feature)))
		}
		if c.Feature[at] != Leaf {
			continue
		}
		feature := rng.IntN(features)
		threshold := rng.NormFloat64()
		if rng.IntN(2) == 0 {
			threshold = math.Nextafter(float64(x[feature]), rng.NormFloat64())
		}
		n := uint32(len(c.Feature))
		c.Feature[at], c.Threshold[at] = int32(feature), threshold
		c.Left[at], c.Right[at] = n, n+1
		if rng.IntN(2) == 0 {
			c.Left[at], c.Right[at] = n+1, n
		}
		c.Feature = append(c.Feature, Leaf, Leaf)
		c.Threshold = append(c.Threshold, 0, 0)
		c.Left = append(c.Left, 0, 0)
		c.Right = append(c.Right, 0, 0)
	}
	return c
}

// The walk of four trees at a time arrives where the plain walk over the columns in
// float64 does.
func FuzzWalk(f *testing.F) {
	f.Add(uint64(1), uint8(1), uint8(0), false)
	f.Add(uint64(2), uint8(7), uint8(3), false)
	f.Add(uint64(3), uint8(8), uint8(40), false)
	f.Add(uint64(4), uint8(13), uint8(120), true)
	f.Fuzz(func(t *testing.T, seed uint64, count, splits uint8, deep bool) {
		rng := rand.New(rand.NewPCG(seed, 0))
		const features = 3
		var x Vector
		for i := range features {
			x[i] = float32(rng.NormFloat64())
		}
		trees := make([]Columns, int(count)%16+1)
		want := make([]uint32, len(trees))
		leaves := 0
		for i := range trees {
			trees[i] = grow(rng, rng.IntN(int(splits)+1), features, deep, &x)
			want[i] = uint32(leaves) + trees[i].leaf(&x)
			leaves += (len(trees[i].Feature) + 1) / 2
		}
		forest, err := New(trees, features)
		if err != nil {
			t.Fatal(err)
		}
		got := make([]uint32, len(trees))
		forest.Walk(&x, got)
		if !slices.Equal(got, want) || forest.Leaves() != leaves || forest.Trees() != len(trees) {
			t.Fatalf("leaves %v of %d in %d trees, plain walk %v of %d", got, forest.Leaves(), forest.Trees(), want, leaves)
		}
	})
}

func TestThresholds(t *testing.T) {
	single := Columns{Feature: []int32{Leaf}, Threshold: []float64{0}, Left: []uint32{0}, Right: []uint32{0}}
	f, err := New([]Columns{single, small(), small()}, 2)
	if err != nil {
		t.Fatal(err)
	}
	count := map[float32]int{}
	for feature, threshold := range f.Thresholds {
		count[float32(feature)*100+threshold]++
	}
	if len(count) != 2 || count[1.5] != 2 || count[100] != 2 {
		t.Errorf("%v", count)
	}
}
