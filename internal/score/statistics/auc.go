package statistics

import (
	"math"
	"sort"
)

// rocAUC is the area under recall by false-positive rate.
func (t *Thresholds) rocAUC() (any, error) {
	var xs, ys []float64
	for i := range t.Rows {
		x, y := divide(t.Rows[i].FP, t.Rows[i].falses()), t.Rows[i].recall()
		if !x.ok && len(t.Rows) > 1 {
			return nil, raise(TypeError, "the area under the curve is undefined: every observation has the label, so that there is no fpr")
		}
		if !x.ok {
			x.value = math.NaN() // numpy's None, alone
		}
		if !y.ok {
			return nil, raise(TypeError, "the area under the curve is undefined: no observation has the label, so that there is no recall")
		}
		xs, ys = append(xs, x.value), append(ys, y.value)
	}
	return zeroToOneAUC(xs, ys)
}

// prAUC is the area under precision by recall, where both are defined.
func (t *Thresholds) prAUC() (any, error) {
	var xs, ys []float64
	for i := range t.Rows {
		x, y := t.Rows[i].recall(), t.Rows[i].precision()
		if x.ok && y.ok {
			xs, ys = append(xs, x.value), append(ys, y.value)
		}
	}
	return zeroToOneAUC(xs, ys)
}

// aucPoints is how many points the curve is sampled at.
const aucPoints = 50

// zeroToOneAUC is zero_to_one_auc: the curve at even steps from 0 to 1, and the
// trapezoids under it (scaled_threshold_statistics.py). The steps are numpy's
// linspace, interp and pairwise sum, in the same order of operations.
func zeroToOneAUC(xs, ys []float64) (any, error) {
	if len(xs) == 0 {
		return nil, raise(ValueError, "the area under the curve is undefined: the table is empty")
	}
	if !increasing(xs) {
		xs, ys = reversed(xs), reversed(ys)
	}
	var at, curve [aucPoints]float64
	const step = 1.0 / (aucPoints - 1)
	for i := range at {
		at[i] = float64(i) * step
	}
	at[aucPoints-1] = 1
	for i, x := range at {
		curve[i] = interpolate(x, xs, ys)
	}
	var areas [aucPoints - 1]float64
	for i := range areas {
		areas[i] = float64((at[i+1]-at[i])*(curve[i+1]+curve[i])) / 2
	}
	if area := pairwiseSum(areas[:]); !math.IsNaN(area) {
		return area, nil
	}
	return nil, nil
}

func increasing(xs []float64) bool {
	for i := 1; i < len(xs); i++ {
		if !(xs[i]-xs[i-1] > 0) {
			return false
		}
	}
	return true
}

func reversed(xs []float64) []float64 {
	out := make([]float64, len(xs))
	for i, x := range xs {
		out[len(xs)-1-i] = x
	}
	return out
}

// interpolate is numpy.interp at one point.
func interpolate(x float64, xs, ys []float64) float64 {
	last := len(xs) - 1
	if last == 0 { // at a NaN too
		return ys[0]
	}
	j := sort.Search(len(xs), func(i int) bool { return !(x >= xs[i]) }) - 1
	switch {
	case x > xs[last] || j >= last:
		return ys[last]
	case x < xs[0] || j < 0:
		return ys[0]
	case xs[j] == x:
		return ys[j]
	}
	slope := (ys[j+1] - ys[j]) / (xs[j+1] - xs[j])
	y := float64(slope*(x-xs[j])) + ys[j]
	if math.IsNaN(y) { // numpy tries the other direction
		y = float64(slope*(x-xs[j+1])) + ys[j+1]
		if math.IsNaN(y) && ys[j] == ys[j+1] {
			y = ys[j]
		}
	}
	return y
}

// pairwiseSum is numpy's sum of 8 to 128 numbers: eight sums side by side.
func pairwiseSum(xs []float64) float64 {
	var r [8]float64
	copy(r[:], xs)
	i := 8
	for ; i+8 <= len(xs); i += 8 {
		for k := range r {
			r[k] += xs[i+k]
		}
	}
	sum := ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]))
	for ; i < len(xs); i++ {
		sum += xs[i]
	}
	return sum
}
