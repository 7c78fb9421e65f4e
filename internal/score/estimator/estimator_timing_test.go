package estimator

import (
	"math/rand/v2"
	"testing"

	"revscore/internal/score/tree"
)

// invent makes an ensemble like those people have: 700 trees of depth 5 whose leaves
// are one number (gradient boosting), or 300 trees of 1,000 leaves, as deep as chance
// makes them, of two (random forest). Nine features.
func invent(boosting bool) *Spec {
	const features = 9
	rng := rand.New(rand.NewPCG(1, 2))
	part := &Ensemble{Width: 1, Outputs: 1, Base: []float64{-1}, Rate: 0.1, Link: Logistic, Decision: Argmax}
	trees, leaves := 700, 32
	if !boosting {
		part = &Ensemble{Width: 2, Outputs: 2, Base: []float64{0, 0}, Rate: 1, Mean: true, Link: Identity, Decision: Argmax}
		trees, leaves = 300, 1000
	}
	for range trees {
		t := Tree{
			Feature: []int32{tree.Leaf}, Threshold: []float64{0}, Left: []uint32{0}, Right: []uint32{0},
			Cover: make([]float64, 2*leaves-1),
		}
		for next := 0; len(t.Feature) < 2*leaves-1; next++ {
			at := next // breadth first: full
			if !boosting {
				at = rng.IntN(len(t.Feature))
			}
			if t.Feature[at] != tree.Leaf {
				continue
			}
			n := uint32(len(t.Feature))
			t.Feature[at], t.Threshold[at] = int32(rng.IntN(features)), rng.NormFloat64()
			t.Left[at], t.Right[at] = n, n+1
			t.Feature = append(t.Feature, tree.Leaf, tree.Leaf)
			t.Threshold = append(t.Threshold, 0, 0)
			t.Left = append(t.Left, 0, 0)
			t.Right = append(t.Right, 0, 0)
		}
		t.Value = make([]float64, len(t.Feature)*part.Width)
		for i, f := range t.Feature {
			if f != tree.Leaf {
				continue
			}
			share := rng.Float64()
			t.Value[i*part.Width] = share
			if !boosting {
				t.Value[2*i+1] = 1 - share
			}
		}
		part.Trees = append(part.Trees, t)
	}
	return &Spec{Classes: []any{false, true}, Features: features, Parts: []Part{part}}
}

// BenchmarkPredict compares a prediction with the plain walk over the columns and the
// same sums. Medians of one row beside ONNX Runtime 1.31 on one thread, on models
// trained with scikit-learn's defaults on real edits (nine features; 37,000 and 610,000
// nodes), Intel Xeon, go1.26, November 2026, µs:
//
//	                                        here  ONNX Runtime
//	gradient boosting, 700 trees of depth 5  5.6          31.1
//	random forest, 300 trees                  17            80
func BenchmarkPredict(b *testing.B) {
	for _, c := range []struct {
		name string
		spec *Spec
	}{{"boosting", invent(true)}, {"forest", invent(false)}} {
		e := build1(b, c.spec)
		rows := e.Samples(500, 1)
		p, chosen := make([]float64, 2), make([]bool, 2)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if err := e.Predict(rows[i%len(rows)], p, chosen); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "predictions/s")
		})
		part := c.spec.Parts[0].(*Ensemble)
		b.Run(c.name+"/plain", func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				part.plain(rows[i%len(rows)], p[:part.Width])
			}
		})
	}
}

// plain is the sum of the leaves by the obvious walk.
func (s *Ensemble) plain(x, raw []float64) {
	clear(raw)
	for k := range s.Trees {
		t := &s.Trees[k]
		i := uint32(0)
		for t.Feature[i] != tree.Leaf {
			if float64(float32(x[t.Feature[i]])) <= t.Threshold[i] {
				i = t.Left[i]
			} else {
				i = t.Right[i]
			}
		}
		for w := range raw {
			raw[w] += s.Rate * t.Value[int(i)*s.Width+w]
		}
	}
}

// BenchmarkLoad is Decode and New of a file as [invent] makes it.
func BenchmarkLoad(b *testing.B) {
	for _, c := range []struct {
		name string
		spec *Spec
	}{{"boosting", invent(true)}, {"forest", invent(false)}} {
		data, err := c.spec.Encode()
		if err != nil {
			b.Fatal(err)
		}
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				spec, err := Decode(data)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := New(spec); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
