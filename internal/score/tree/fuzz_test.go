package tree

import (
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"testing"
)

// Whatever loads gives, for any finite values, probabilities in [0, 1] that add
// up to one, and for the others an error and no number.
func FuzzReadBoost(f *testing.F) {
	stump, err := os.ReadFile("testdata/stump.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(stump, 2.0, 11.0)
	f.Add(stump, math.NaN(), 1e300)
	f.Add([]byte(`{"format":1}`), 0.0, 0.0)
	f.Fuzz(func(t *testing.T, data []byte, even, odd float64) {
		b, err := ReadBoost(data)
		if err != nil {
			return
		}
		values := make([]float64, b.Features())
		for i := range values {
			values[i] = []float64{even, odd}[i%2]
		}
		p, err := b.Predict(values)
		var ve *ValueError
		if errors.As(err, &ve) && p == [2]float64{} {
			return
		}
		if err != nil || !(p[0] >= 0 && p[1] >= 0 && p[0] <= 1 && p[0]+p[1] == 1) {
			t.Fatalf("%v gives %v, %v", values, p, err)
		}
	})
}

// The walk of four trees at a time gives, bit for bit, what the plain walk over
// the file's columns in float64 gives.
func FuzzSum(f *testing.F) {
	f.Add(uint64(1), uint8(1), uint8(1))
	f.Add(uint64(2), uint8(7), uint8(3))
	f.Add(uint64(3), uint8(8), uint8(40))
	f.Fuzz(func(t *testing.T, seed uint64, trees, splits uint8) {
		rng := rand.New(rand.NewPCG(seed, 0))
		const features, rate = 3, 0.1
		x := make([]float32, features)
		for i := range x {
			x[i] = float32(rng.NormFloat64())
		}
		var got forest
		var want float64
		for range int(trees)%16 + 1 {
			c := grow(rng, int(splits)%64, features, x)
			if err := got.add(c, features, rate); err != nil {
				t.Fatal(err)
			}
			want += rate * c.leaf(x)
		}
		if sum := got.sum(x, 0); sum != want {
			t.Fatalf("sum %v, plain walk %v", sum, want)
		}
	})
}

// leaf is the walk as scikit-learn does it, one branch a node.
func (c columns) leaf(x []float32) float64 {
	i := uint32(0)
	for c.Feature[i] != leafFeature {
		if float64(x[c.Feature[i]]) <= c.Threshold[i] {
			i = c.Left[i]
		} else {
			i = c.Right[i]
		}
	}
	return c.Value[i]
}

// grow splits random leaves. Half of the thresholds lie on or right beside a
// value of x, where rounding decides.
func grow(rng *rand.Rand, splits, features int, x []float32) columns {
	c := chain(0)
	for range splits {
		at := rng.IntN(len(c.Feature))
		if c.Feature[at] != leafFeature {
			continue
		}
		feature := rng.IntN(features)
		threshold := rng.NormFloat64()
		if rng.IntN(2) == 0 {
			threshold = math.Nextafter(float64(x[feature]), rng.NormFloat64())
		}
		n := uint32(len(c.Feature))
		c.Feature[at], c.Threshold[at], c.Value[at] = int32(feature), threshold, 0
		c.Left[at], c.Right[at] = n, n+1
		if rng.IntN(2) == 0 {
			c.Left[at], c.Right[at] = n+1, n
		}
		c.Feature = append(c.Feature, leafFeature, leafFeature)
		c.Threshold = append(c.Threshold, 0, 0)
		c.Left = append(c.Left, 0, 0)
		c.Right = append(c.Right, 0, 0)
		c.Value = append(c.Value, rng.NormFloat64(), rng.NormFloat64())
	}
	return c
}
