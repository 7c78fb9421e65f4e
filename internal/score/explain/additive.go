package explain

import (
	"math"

	"revscore/internal/score/estimator"
)

// linear explains sums of weighted values.
type linear struct{ *estimator.Linear }

func (l linear) explain(s *scratch, output int, phi []float64) (base, sum float64) {
	base = l.Intercept[output]
	for i, x := range s.row {
		phi[i] = l.Coef[output][i] * x
		sum += phi[i]
	}
	return base, base + sum
}

// likelihood explains naive Bayes: features are independent, so that the logarithms of
// their likelihoods add up.
type likelihood struct {
	prior []float64 // its logarithm, of each class
	log   func(class, feature int, x float64) float64
}

func newGaussian(g *estimator.GaussianNB) likelihood {
	l := likelihood{prior: make([]float64, len(g.Prior))}
	for c, p := range g.Prior {
		l.prior[c] = math.Log(p)
	}
	l.log = func(c, i int, x float64) float64 {
		d := x - g.Theta[c][i]
		return -0.5*math.Log(2*math.Pi*g.Var[c][i]) - 0.5*d*d/g.Var[c][i]
	}
	return l
}

func newBernoulli(b *estimator.BernoulliNB) likelihood {
	at := 0.5 // values are 0 and 1, if nothing makes them so
	if b.Binarize != nil {
		at = *b.Binarize
	}
	return likelihood{b.LogPrior, func(c, i int, x float64) float64 {
		without := math.Log(1 - math.Exp(b.LogProb[c][i]))
		if b.Binarize == nil {
			return x*(b.LogProb[c][i]-without) + without
		}
		if x > at {
			return b.LogProb[c][i]
		}
		return without
	}}
}

// explain compares a class with the mean of the others; of two that is the log-odds.
func (l likelihood) explain(s *scratch, output int, phi []float64) (base, sum float64) {
	others := float64(len(l.prior) - 1)
	for c, prior := range l.prior {
		sign := -1 / others
		if c == output {
			sign = 1
		}
		base += sign * prior
		total := prior
		for i, x := range s.row {
			v := l.log(c, i, x)
			phi[i] += sign * v
			total += v
		}
		sum += sign * total
	}
	return base, sum
}
