package sklearn

import (
	"math"
	"slices"
)

// What importances are shares of.
const (
	ofImpurity     = "impurity decrease"
	ofCoefficients = "absolute coefficients"
)

// gain adds up how much each feature's splits decrease the impurity, as
// feature_importances_ does since 0.21 (sklearn/ensemble/_gb.py, _forest.py): trees that
// are a single leaf do not count, and the sum is made 1. Before, trees counted that are a
// single leaf, which changes no share once the sum is 1.
type gain struct {
	equal bool // every tree counts the same, whatever its sum
	sum   []float64
	tree  []float64 // of the tree at hand
}

func newGain(features int, equal bool) *gain {
	return &gain{equal: equal, sum: make([]float64, features), tree: make([]float64, features)}
}

// add is Tree.compute_feature_importances (sklearn/tree/_tree.pyx).
func (g *gain) add(n nodes) {
	clear(g.tree)
	for i, left := range n.left {
		if left == leafChild {
			continue
		}
		weighted := func(at int64) float64 { return n.samples[at] * n.impurity[at] }
		g.tree[n.feature[i]] += weighted(int64(i)) - weighted(left) - weighted(n.right[i])
	}
	by := n.samples[0]
	if g.equal {
		by = total(g.tree)
	}
	if by <= 0 {
		return
	}
	for i, v := range g.tree {
		g.sum[i] += v / by
	}
}

func (g *gain) shares() []float64 { return shares(g.sum) }

// shares divides by the sum; nil if there is nothing to share, or if all is rounding, so
// that some decreases are well below 0. A hair below 0 they may be, as in the original.
func shares(v []float64) []float64 {
	sum := total(v)
	if !(sum > 0) || math.IsInf(sum, 1) || slices.Min(v) < -1e-6*sum {
		return nil
	}
	out := make([]float64, len(v))
	for i := range v {
		out[i] = v[i] / sum
	}
	return out
}

// mean is that of the shares of several estimators, those without left out.
func mean(of [][]float64) []float64 {
	var sum []float64
	for _, s := range of {
		if s == nil {
			continue
		}
		if sum == nil {
			sum = make([]float64, len(s))
		}
		for i, v := range s {
			sum[i] += v
		}
	}
	return shares(sum)
}

func total(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	return sum
}
