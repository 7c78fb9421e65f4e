package estimator

import "math"

// pairwise adds up as numpy's sum over contiguous numbers does: eight sums side by
// side, and beyond 128 numbers the sums of halves (loops_utils.h.src, pairwise_sum).
// The order matters where large terms cancel, as in naive Bayes over raw counts.
func pairwise(a []float64) float64 {
	const block = 128
	n := len(a)
	if n > block {
		half := n / 2
		half -= half % 8
		return pairwise(a[:half]) + pairwise(a[half:])
	}
	sum := 0.0
	if n >= 8 {
		r := [8]float64(a[:8])
		for a = a[8:]; len(a) >= 8; a = a[8:] {
			for j := range r {
				r[j] += a[j]
			}
		}
		sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]))
	}
	for _, v := range a {
		sum += v
	}
	return sum
}

// dot is the inner product in the plain order. Whether a product may stay unrounded
// until it is added is up to BLAS in the original; here it may not, on any machine.
func dot(a, b []float64) float64 {
	sum := 0.0
	for i, v := range a {
		sum += float64(v * b[i])
	}
	return sum
}

// logSumExp is log(sum(exp(a))) as scipy.special.logsumexp has it. tmp is as long as a.
func logSumExp(a, tmp []float64) float64 {
	largest := a[argmax(a)]
	if math.IsInf(largest, 0) {
		largest = 0
	}
	for i, v := range a {
		tmp[i] = math.Exp(v - largest)
	}
	return math.Log(pairwise(tmp[:len(a)])) + largest
}

// argmax is the first of the largest, as numpy's.
func argmax(a []float64) int {
	best := 0
	for i, v := range a {
		if v > a[best] {
			best = i
		}
	}
	return best
}

func finite(v float64) bool {
	return !math.IsNaN(v) && !math.IsInf(v, 0)
}
