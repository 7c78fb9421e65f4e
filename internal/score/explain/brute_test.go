package explain

import (
	"math/bits"
	"math/rand/v2"

	"revscore/internal/score/estimator"
)

// What follows says the same as the package from the definition alone: all subsets, on
// the columns of the spec.

// expectation is a tree's mean for one number of its leaves, where the features in the
// set known are those of x.
func expectation(t *estimator.Tree, x []float64, known uint, width, offset int) float64 {
	var at func(i uint32) float64
	at = func(i uint32) float64 {
		f := t.Feature[i]
		if f < 0 {
			return t.Value[int(i)*width+offset]
		}
		l, r := t.Left[i], t.Right[i]
		if known>>f&1 == 1 {
			if float64(float32(x[f])) <= t.Threshold[i] {
				return at(l)
			}
			return at(r)
		}
		return (t.Cover[l]*at(l) + t.Cover[r]*at(r)) / (t.Cover[l] + t.Cover[r])
	}
	return at(0)
}

// shapley is each feature's value in the game worth, over so many features.
func shapley(features int, worth func(known uint) float64) []float64 {
	value := make([]float64, 1<<features)
	for s := range value {
		value[s] = worth(uint(s))
	}
	weight := make([]float64, features) // of a set of that size
	for size := range weight {
		weight[size] = 1 / float64(features)
		for k := range size { // divided by the binomial of features-1 over size
			weight[size] *= float64(k+1) / float64(features-1-k)
		}
	}
	phi := make([]float64, features)
	for s := range value {
		for i := range phi {
			if s>>i&1 == 0 {
				phi[i] += weight[bits.OnesCount(uint(s))] * (value[s|1<<i] - value[s])
			}
		}
	}
	return phi
}

// grow makes a random tree. Features come again on a path, and now and then a split
// sends all its samples one way.
func grow(rng *rand.Rand, features, width, depth int, leaf func() float64) estimator.Tree {
	var t estimator.Tree
	var node func(depth int, cover float64) uint32
	node = func(depth int, cover float64) uint32 {
		i := len(t.Feature)
		t.Feature, t.Threshold = append(t.Feature, -1), append(t.Threshold, 0)
		t.Left, t.Right = append(t.Left, 0), append(t.Right, 0)
		t.Cover, t.Value = append(t.Cover, cover), append(t.Value, make([]float64, width)...)
		if depth == 0 || rng.IntN(8) == 0 || cover == 0 {
			for w := range width {
				t.Value[i*width+w] = leaf()
			}
			return uint32(i)
		}
		share := rng.Float64()
		if rng.IntN(10) == 0 {
			share = float64(rng.IntN(2))
		}
		t.Feature[i], t.Threshold[i] = int32(rng.IntN(features)), float64(rng.IntN(5))-2
		l := node(depth-1, cover*share)
		r := node(depth-1, cover*(1-share))
		t.Left[i], t.Right[i] = l, r
		return uint32(i)
	}
	node(depth, 1000)
	return t
}
