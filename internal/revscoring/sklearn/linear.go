package sklearn

import (
	"fmt"
	"math"

	"revscore/internal/revscoring/numpy"
	"revscore/internal/score/estimator"
)

// logistic reads a LogisticRegression. It predicts by its scores, not by the
// probabilities (LinearClassifierMixin.predict, sklearn/linear_model/_base.py).
func (r *reader) logistic(o object) (part, error) {
	rows := len(o.classes)
	decision := estimator.RawMax
	if rows == 2 {
		rows, decision = 1, estimator.RawAbove
	}
	link, err := logisticLink(o, rows)
	if err != nil {
		return part{}, err
	}
	coef, err := r.matrix(o, "coef_", rows)
	if err != nil {
		return part{}, err
	}
	intercept, err := r.intercept(o, rows)
	if err != nil {
		return part{}, err
	}
	sum := make([]float64, r.features)
	for _, row := range coef {
		for i, c := range row {
			sum[i] += math.Abs(c)
		}
	}
	l := &estimator.Linear{Coef: coef, Intercept: intercept, Link: link, Decision: decision}
	return part{Part: l, importance: shares(sum), of: ofCoefficients}, nil
}

// intercept reads one number for each row; of fit_intercept=False some releases keep a
// plain zero.
func (r *reader) intercept(o object, rows int) ([]float64, error) {
	v, err := o.Value("intercept_")
	if err != nil {
		return nil, err
	}
	if _, err := numpy.Scalar(v); err != nil {
		return r.floats(o, "intercept_", rows)
	}
	n, err := number(o, "intercept_")
	out := make([]float64, rows)
	for i := range out {
		out[i] = n
	}
	return out, err
}

// logisticLink is LogisticRegression.predict_proba (sklearn/linear_model/_logistic.py).
func logisticLink(o object, rows int) (estimator.Link, error) {
	each, err := oneVsRest(o, rows)
	switch {
	case err != nil:
		return "", err
	case each && rows == 1:
		return estimator.Logistic, nil
	case each:
		return estimator.OneVsRest, nil
	case rows == 1:
		return estimator.BinarySoftmax, nil
	}
	return estimator.Softmax, nil
}

func oneVsRest(o object, rows int) (bool, error) {
	kind, err := o.String("multi_class")
	if err != nil {
		return false, err
	}
	switch kind {
	case "ovr", "warn": // "warn" was the default of 0.20 and 0.21
		return true, nil
	case "multinomial":
		return rows == 1 && o.release.before(0, 20), nil
	case "auto", "deprecated": // the default up to 1.4, and since
		if rows == 1 {
			return true, nil
		}
		solver, err := o.String("solver")
		return solver == "liblinear" || solver == "newton-cholesky" && o.release.before(1, 6), err
	}
	return false, fmt.Errorf("%s: %q is not known", o.Path("multi_class"), kind)
}
