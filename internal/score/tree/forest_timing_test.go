package tree

import (
	"math/rand/v2"
	"testing"
)

// BenchmarkWalk compares the walk with the plain one over the columns, one branch a
// node, on forests like those of gradient boosting (700 full trees of depth 5) and of a
// random forest (300 trees of about 1,900 nodes, as deep as chance makes them).
func BenchmarkWalk(b *testing.B) {
	const features = 9
	for _, c := range []struct {
		name  string
		trees int
		tree  func(rng *rand.Rand) Columns
	}{
		{"boosting", 700, func(rng *rand.Rand) Columns { return full(rng, 5, features) }},
		{"forest", 300, func(rng *rand.Rand) Columns { return grow(rng, 1600, features, false, new(Vector)) }},
	} {
		rng := rand.New(rand.NewPCG(1, 2))
		trees := make([]Columns, c.trees)
		for i := range trees {
			trees[i] = c.tree(rng)
		}
		vectors := make([]Vector, 500)
		for i := range vectors {
			for j := range features {
				vectors[i][j] = float32(rng.NormFloat64())
			}
		}
		forest, err := New(trees, features)
		if err != nil {
			b.Fatal(err)
		}
		leaf := make([]uint32, c.trees)
		b.Run(c.name+"/walk", func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				forest.Walk(&vectors[i%len(vectors)], leaf)
			}
		})
		b.Run(c.name+"/plain", func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				for k := range trees {
					leaf[k] = trees[k].node(&vectors[i%len(vectors)])
				}
			}
		})
		b.Run(c.name+"/new", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := New(trees, features); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func full(rng *rand.Rand, depth, features int) Columns {
	inner := 1<<depth - 1
	n := 2*inner + 1
	c := Columns{Feature: make([]int32, n), Threshold: make([]float64, n), Left: make([]uint32, n), Right: make([]uint32, n)}
	for i := range n {
		c.Feature[i] = Leaf
		if i < inner {
			c.Feature[i], c.Threshold[i] = int32(rng.IntN(features)), rng.NormFloat64()
			c.Left[i], c.Right[i] = uint32(2*i+1), uint32(2*i+2)
		}
	}
	return c
}
