package sklearn

import (
	"fmt"
	"math"

	"revscore/internal/pickle"
	"revscore/internal/revscoring/numpy"
)

// base reads init_, where the raw scores of gradient boosting start.
func (r *reader) base(o object, l loss, outputs int) ([]float64, error) {
	v, err := o.Value("init_")
	if err != nil {
		return nil, err
	}
	if v == "zero" { // from 0.21 on
		return make([]float64, outputs), nil
	}
	if _, ok := v.(*pickle.Object); !ok {
		return nil, fmt.Errorf("%s: is %s, must be an estimator or zero", o.Path("init_"), pickle.Kind(v))
	}
	init, err := newObject(o.Path("init_"), v)
	if err != nil {
		return nil, err
	}
	if o.release.before(0, 21) {
		p, known, err := r.oldBase(init, outputs)
		if known {
			return p, err
		}
	} else if init.class == "sklearn.dummy.DummyClassifier" {
		p, err := r.dummy(init, len(o.classes))
		if err != nil {
			return nil, err
		}
		return l.base(p), nil
	}
	return nil, fmt.Errorf("%s: class %s is not known here", o.Path("init_"), init.class)
}

// oldBase reads the estimators of scikit-learn up to 0.20, which predict raw scores
// (sklearn/ensemble/gradient_boosting.py). Those of PriorProbabilityEstimator are the
// frequencies themselves, not their logarithms.
func (r *reader) oldBase(init object, outputs int) (base []float64, known bool, err error) {
	const module = "sklearn.ensemble.gradient_boosting."
	switch init.class {
	case module + "LogOddsEstimator", module + "ScaledLogOddsEstimator":
		prior, err := number(init, "prior")
		if err == nil && outputs != 1 {
			err = fmt.Errorf("%s: is one number, must be %d", init.Path("prior"), outputs)
		}
		return []float64{prior}, true, err
	case module + "PriorProbabilityEstimator":
		base, err := r.floats(init, "priors", outputs)
		return base, true, err
	case module + "ZeroEstimator":
		return make([]float64, outputs), true, nil
	}
	return nil, false, nil
}

// dummy returns the probabilities that a DummyClassifier predicts, of which stratified
// ones are random and so refused.
func (r *reader) dummy(init object, classes int) ([]float64, error) {
	name, _, err := init.First("_strategy", "strategy") // the first is what "warn" became
	if err != nil {
		return nil, err
	}
	strategy, err := init.String(name)
	if err != nil {
		return nil, err
	}
	p := make([]float64, classes)
	switch strategy {
	case "prior":
		return r.floats(init, "class_prior_", classes)
	case "most_frequent":
		prior, err := r.floats(init, "class_prior_", classes)
		if err != nil {
			return nil, err
		}
		p[largest(prior)] = 1
		return p, nil
	case "uniform":
		for i := range p {
			p[i] = 1 / float64(classes)
		}
		return p, nil
	case "constant":
		return p, r.constant(init, p)
	}
	return nil, fmt.Errorf("%s: strategy %q is not known here", init.Path(name), strategy)
}

// constant marks the one class that the strategy of this name predicts. Classes are
// the numbers that gradient boosting gives them.
func (r *reader) constant(init object, p []float64) error {
	known, err := r.floats(init, "classes_", len(p))
	if err != nil {
		return err
	}
	v, err := numpy.Scalar(init.Get("constant"))
	if n, ok := v.(int64); ok {
		v = float64(n)
	}
	if err == nil {
		for i, class := range known {
			if class == v {
				p[i] = 1
				return nil
			}
		}
		err = fmt.Errorf("%s is none of the classes", pickle.Brief(v))
	}
	return fmt.Errorf("%s: %w", init.Path("constant"), err)
}

func largest(v []float64) int {
	at := 0
	for i := range v {
		if v[i] > v[at] {
			at = i
		}
	}
	return at
}

// epsilon is numpy.finfo(numpy.float32).eps, which keeps logarithms finite.
const epsilon = 1.0 / (1 << 23)

func clip(p float64) float64 { return min(max(p, epsilon), 1-epsilon) }

func logOdds(p []float64) []float64 {
	second := clip(p[1])
	return []float64{math.Log(second / (1 - second))}
}

func halfLogOdds(p []float64) []float64 { return []float64{0.5 * logOdds(p)[0]} }

func logs(p []float64) []float64 {
	out := make([]float64, len(p))
	for i := range p {
		out[i] = math.Log(clip(p[i]))
	}
	return out
}

// centredLogs is MultinomialLogit.link (sklearn/_loss/link.py): logarithms of what each is
// of their geometric mean.
func centredLogs(p []float64) []float64 {
	mean := math.Exp(total(logs(p)) / float64(len(p)))
	out := make([]float64, len(p))
	for i := range p {
		out[i] = math.Log(clip(p[i]) / mean)
	}
	return out
}
