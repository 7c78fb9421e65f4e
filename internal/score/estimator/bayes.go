package estimator

import (
	"errors"
	"fmt"
	"math"
)

// gaussian is a [GaussianNB] made ready: what does not depend on the values is worked
// out beforehand, in the steps of the original (naive_bayes.py,
// GaussianNB._joint_log_likelihood).
type gaussian struct {
	*GaussianNB
	theta, variance [][]float64
	logPrior, norm  []float64
}

func (s *GaussianNB) build(features, classes int) (predictor, error) {
	err := errors.Join(
		matrix("theta", s.Theta, classes, features),
		matrix("var", s.Var, classes, features),
		column("prior", s.Prior, classes),
	)
	if err != nil {
		return nil, err
	}
	g := &gaussian{GaussianNB: s, theta: s.Theta, variance: s.Var}
	logs := make([]float64, features)
	possible := false
	for c, prior := range s.Prior {
		if prior < 0 {
			return nil, fmt.Errorf("prior of class %d is %v", c, prior)
		}
		possible = possible || prior > 0
		for i, v := range s.Var[c] {
			if v <= 0 {
				return nil, fmt.Errorf("var of class %d, feature %d is %v, must be positive", c, i, v)
			}
			logs[i] = math.Log(2 * math.Pi * v)
		}
		g.logPrior = append(g.logPrior, math.Log(prior))
		g.norm = append(g.norm, -0.5*pairwise(logs))
	}
	if !possible {
		return nil, errors.New("prior is 0 for every class")
	}
	return g, nil
}

func (g *gaussian) need(*need) {}

func (g *gaussian) predict(s *scratch, p []float64) int {
	raw := s.raw[:len(p)]
	term := s.term[:len(s.x)]
	for c := range raw {
		for i, x := range s.x {
			d := x - g.theta[c][i]
			term[i] = d * d / g.variance[c][i]
		}
		n := g.norm[c]
		n -= float64(0.5 * pairwise(term))
		raw[c] = g.logPrior[c] + n
	}
	best := argmax(raw)
	softmaxOfLogs(raw, p)
	return best
}

// bernoulli is a [BernoulliNB] made ready (naive_bayes.py,
// BernoulliNB._joint_log_likelihood).
type bernoulli struct {
	*BernoulliNB
	weight   [][]float64 // log(p)-log(1-p)
	base     []float64
	binarize *float64
}

func (s *BernoulliNB) build(features, classes int) (predictor, error) {
	err := errors.Join(
		matrix("log_prob", s.LogProb, classes, features),
		column("log_prior", s.LogPrior, classes),
	)
	if err != nil {
		return nil, err
	}
	b := &bernoulli{BernoulliNB: s, binarize: s.Binarize}
	if s.Binarize != nil && !finite(*s.Binarize) {
		return nil, fmt.Errorf("binarize is %v", *s.Binarize)
	}
	for c, row := range s.LogProb {
		weight, without := make([]float64, features), make([]float64, features)
		for i, v := range row {
			without[i] = math.Log(1 - math.Exp(v))
			weight[i] = v - without[i]
			if !finite(weight[i]) {
				return nil, fmt.Errorf("log_prob of class %d, feature %d is %v, must be below 0", c, i, v)
			}
		}
		b.weight = append(b.weight, weight)
		b.base = append(b.base, s.LogPrior[c]+pairwise(without))
	}
	return b, nil
}

func (b *bernoulli) need(*need) {}

func (b *bernoulli) predict(s *scratch, p []float64) int {
	x := s.x
	if b.binarize != nil {
		x = s.term[:len(s.x)]
		for i, v := range s.x {
			x[i] = 0
			if v > *b.binarize {
				x[i] = 1
			}
		}
	}
	raw := s.raw[:len(p)]
	for c := range raw {
		raw[c] = dot(x, b.weight[c]) + b.base[c]
	}
	best := argmax(raw)
	softmaxOfLogs(raw, p)
	return best
}
