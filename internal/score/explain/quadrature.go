package explain

import "math"

// quadrature are points between 0 and 1 with weights: the weighted sum of a polynomial's
// values is its integral if its degree is below twice their number.
type quadrature struct{ point, weight []float64 }

// gauss is the rule of Gauss and Legendre with n points: the roots of the Legendre
// polynomial, found by Newton's method from the usual guess. Three steps do for an n of
// 512; more are allowed.
func gauss(n int) quadrature {
	q := quadrature{make([]float64, n), make([]float64, n)}
	for i := range n {
		x := math.Cos(math.Pi * (float64(i) + 0.75) / (float64(n) + 0.5))
		slope := 0.0
		for range 10 {
			value, before := 1.0, 0.0 // of degrees k and k-1 at x
			for k := range n {
				value, before = (float64(2*k+1)*x*value-float64(k)*before)/float64(k+1), value
			}
			slope = float64(n) * (x*value - before) / (x*x - 1)
			step := value / slope
			x -= step
			if math.Abs(step) < 1e-16 {
				break
			}
		}
		q.point[i] = (1 - x) / 2
		q.weight[i] = 1 / ((1 - x*x) * slope * slope)
	}
	return q
}
