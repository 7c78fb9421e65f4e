package estimator

import (
	"fmt"
	"math"
)

// sigmoid is scipy.special.expit.
func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// apply turns raw scores into probabilities. A single score is of the second of two
// classes.
func (l Link) apply(raw, p []float64) {
	switch l {
	case Logistic:
		second(sigmoid(raw[0]), p)
	case Logistic2:
		second(sigmoid(2*raw[0]), p)
	case BinarySoftmax:
		softmax([]float64{-raw[0], raw[0]}, p)
	case Softmax:
		softmax(raw, p)
	case OneVsRest:
		oneVsRest(raw, p)
	case Identity:
		if len(raw) == 1 {
			second(clamp(raw[0]), p)
			return
		}
		for i, v := range raw {
			p[i] = clamp(v)
		}
	}
}

func second(v float64, p []float64) { p[0], p[1] = 1-v, v }

// clamp takes back the rounding of a sum of shares. Whoever calls it has seen to it
// that nothing else is beyond 0 and 1.
func clamp(v float64) float64 { return min(max(v, 0), 1) }

// softmax is sklearn.utils.extmath.softmax.
func softmax(raw, p []float64) {
	largest := raw[argmax(raw)]
	for i, v := range raw {
		p[i] = math.Exp(v - largest)
	}
	share(p)
}

// softmaxOfLogs is softmax as gradient boosting up to scikit-learn 1.3 and naive Bayes
// have it (_gb_losses.py, MultinomialDeviance; naive_bayes.py, predict_log_proba). It
// is never above 1: the logarithm of the sum is not below the largest term.
func softmaxOfLogs(raw, p []float64) {
	sum := logSumExp(raw, p)
	for i, v := range raw {
		p[i] = math.Exp(v - sum)
	}
}

// oneVsRest is LinearClassifierMixin._predict_proba_lr (_base.py).
func oneVsRest(raw, p []float64) {
	if len(raw) == 1 {
		second(sigmoid(raw[0]), p)
		return
	}
	for i, v := range raw {
		p[i] = sigmoid(v)
	}
	share(p)
}

// share divides each by the sum of all.
func share(p []float64) {
	sum := pairwise(p)
	for i := range p {
		p[i] /= sum
	}
}

// check says whether the link makes probabilities of classes from so many outputs.
func (l Link) check(outputs, classes int) error {
	fits := false
	switch l {
	case Logistic, Logistic2, BinarySoftmax:
		fits = outputs == 1 && classes == 2
	case Softmax:
		fits = outputs == classes
	case OneVsRest, Identity:
		fits = outputs == classes || outputs == 1 && classes == 2
	default:
		return fmt.Errorf("link is %.40q", string(l))
	}
	if !fits {
		return fmt.Errorf("link %s over %d outputs for %d classes", l, outputs, classes)
	}
	return nil
}

// choose returns the class predicted, given the raw scores and the probabilities.
func (d Decision) choose(raw, p []float64) int {
	switch d {
	case RawMax:
		return argmax(raw)
	case RawAbove:
		if raw[0] > 0 {
			return 1
		}
		return 0
	case RawFrom:
		if raw[0] >= 0 {
			return 1
		}
		return 0
	}
	return argmax(p)
}

// check says whether the decision can be taken over so many outputs.
func (d Decision) check(outputs int) error {
	fits := false
	switch d {
	case Argmax:
		fits = true
	case RawMax:
		fits = outputs > 1
	case RawAbove, RawFrom:
		fits = outputs == 1
	default:
		return fmt.Errorf("decision is %.40q", string(d))
	}
	if !fits {
		return fmt.Errorf("decision %s over %d outputs", d, outputs)
	}
	return nil
}
