package estimator

import (
	"errors"
	"fmt"
	"math"
)

// MaxDegree bounds a polynomial kernel. People use 2 and 3.
const MaxDegree = 64

// svc is an [SVC] made ready. Its arithmetic is that of libsvm as scikit-learn ships
// it (sklearn/svm/src/libsvm/svm.cpp).
type svc struct {
	*SVC
}

func (s *SVC) build(features, classes int) (predictor, error) {
	pairs := classes * (classes - 1) / 2
	vectors := len(s.Support)
	err := errors.Join(
		s.checkKernel(),
		matrix("support", s.Support, vectors, features),
		matrix("dual", s.Dual, classes-1, vectors),
		column("intercept", s.Intercept, pairs),
		column("prob_a", s.ProbA, pairs),
		column("prob_b", s.ProbB, pairs),
	)
	if err != nil {
		return nil, err
	}
	if len(s.PerClass) != classes {
		return nil, fmt.Errorf("per_class of %d numbers for %d classes", len(s.PerClass), classes)
	}
	sum := 0
	for c, n := range s.PerClass {
		if n < 0 || n > vectors {
			return nil, fmt.Errorf("%d of %d vectors of class %d", n, vectors, c)
		}
		sum += n
	}
	if sum != vectors {
		return nil, fmt.Errorf("%d vectors in all classes, %d in support", sum, vectors)
	}
	return svc{s}, nil
}

func (s *SVC) checkKernel() error {
	switch s.Kernel {
	case "linear", "rbf", "poly", "sigmoid":
	default:
		return fmt.Errorf("kernel is %.40q", s.Kernel)
	}
	switch {
	case !(s.Gamma >= 0) || !finite(s.Gamma):
		return fmt.Errorf("gamma is %v", s.Gamma)
	case !finite(s.Coef0):
		return fmt.Errorf("coef0 is %v", s.Coef0)
	case s.Degree < 0 || s.Degree > MaxDegree:
		return fmt.Errorf("degree is %d, must be 0 to %d", s.Degree, MaxDegree)
	}
	return nil
}

func (v svc) need(n *need) { n.pairs = max(n.pairs, len(v.PerClass)*len(v.PerClass)) }

func (v svc) predict(s *scratch, p []float64) int {
	decision := s.pair[:len(v.Intercept)]
	v.decide(s.x, decision)
	classes := len(p)
	votes := s.term[:classes]
	clear(votes)
	r := s.square[:classes*classes]
	k := 0
	for i := range classes {
		for j := i + 1; j < classes; j++ {
			d := decision[k]
			if d > 0 {
				votes[i]++
			} else {
				votes[j]++
			}
			const least = 1e-7
			one := platt(d, v.ProbA[k], v.ProbB[k])
			one = min(max(one, least), 1-least)
			r[i*classes+j], r[j*classes+i] = one, 1-one
			k++
		}
	}
	couple(r, s.square[classes*classes:2*classes*classes], s.raw[:classes], p)
	return argmax(votes)
}

// decide works out the decision value of each pair of classes: over the vectors of
// the first class, then over those of the second (svm_predict_values). Vectors stand
// in the order of their classes, so adding one vector after the other to the pairs of
// its class is the same sum.
func (v svc) decide(x, decision []float64) {
	clear(decision)
	classes := len(v.PerClass)
	at := 0
	for c, n := range v.PerClass {
		for end := at + n; at < end; at++ {
			value := v.kernel(x, v.Support[at])
			for other := range classes {
				switch {
				case other < c:
					decision[pair(other, c, classes)] += float64(v.Dual[other][at] * value)
				case other > c:
					decision[pair(c, other, classes)] += float64(v.Dual[other-1][at] * value)
				}
			}
		}
	}
	for k, b := range v.Intercept {
		decision[k] += b
	}
}

// pair is the place of classes i < j among all pairs.
func pair(i, j, classes int) int { return i*(2*classes-i-1)/2 + j - i - 1 }

// kernel is Kernel::k_function.
func (v svc) kernel(x, y []float64) float64 {
	switch v.Kernel {
	case "rbf":
		sum := 0.0
		for i, a := range x {
			d := a - y[i]
			sum += float64(d * d)
		}
		return math.Exp(-v.Gamma * sum)
	case "poly":
		return power(float64(v.Gamma*dot(x, y))+v.Coef0, v.Degree)
	case "sigmoid":
		return math.Tanh(float64(v.Gamma*dot(x, y)) + v.Coef0)
	}
	return dot(x, y)
}

// power is powi: by squaring.
func power(base float64, times int) float64 {
	result := 1.0
	for ; times > 0; times /= 2 {
		if times%2 == 1 {
			result *= base
		}
		base *= base
	}
	return result
}

// platt is sigmoid_predict: the calibrated probability of a pair's first class.
func platt(decision, a, b float64) float64 {
	f := float64(decision*a) + b
	if f >= 0 {
		return math.Exp(-f) / (1 + math.Exp(-f))
	}
	return 1 / (1 + math.Exp(f))
}

// couple is multiclass_probability: it makes probabilities p of classes out of r, of
// which r[i*classes+j] is that of i among i and j. It is the second method of Wu, Lin
// and Weng, "Probability Estimates for Multi-class Classification by Pairwise
// Coupling", and stops when the error is below 0.005/classes: hence probabilities of
// two classes are not exactly those of [platt]. q has room for as much as r.
func couple(r, q, qp, p []float64) {
	k := len(p)
	for t := range k {
		p[t] = 1 / float64(k)
		q[t*k+t] = 0
		for j := range k {
			if j == t {
				continue
			}
			q[t*k+t] += float64(r[j*k+t] * r[j*k+t])
			q[t*k+j] = -r[j*k+t] * r[t*k+j]
		}
	}
	for range max(100, k) {
		pqp := 0.0
		for t := range k {
			qp[t] = dot(q[t*k:(t+1)*k], p)
			pqp += float64(p[t] * qp[t])
		}
		largest := 0.0
		for t := range k {
			largest = max(largest, math.Abs(qp[t]-pqp))
		}
		if largest < 0.005/float64(k) {
			return
		}
		for t := range k {
			row := q[t*k : (t+1)*k]
			diff := (-qp[t] + pqp) / row[t]
			p[t] += diff
			pqp = (pqp + float64(diff*(float64(diff*row[t])+float64(2*qp[t])))) / (1 + diff) / (1 + diff)
			for j := range k {
				qp[j] = (qp[j] + float64(diff*row[j])) / (1 + diff)
				p[j] /= 1 + diff
			}
		}
	}
}
