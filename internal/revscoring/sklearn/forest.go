package sklearn

import (
	"revscore/internal/score/estimator"
)

// forest reads a RandomForestClassifier: the mean of what its trees' leaves say
// (ForestClassifier.predict_proba, sklearn/ensemble/_forest.py).
func (r *reader) forest(o object) (part, error) {
	list, err := o.Items("estimators_")
	if err != nil {
		return part{}, err
	}
	n := len(o.classes)
	e := &estimator.Ensemble{
		Width: n, Outputs: n, Base: make([]float64, n), Rate: 1, Mean: true,
		Link: estimator.Identity, Decision: estimator.Argmax,
	}
	g, err := r.trees(o, list, "DecisionTreeClassifier", e, true)
	if err != nil {
		return part{}, err
	}
	if o.release.before(1, 4) {
		for _, t := range e.Trees {
			countsToShares(t, n)
		}
	}
	return part{Part: e, importance: g.shares(), of: ofImpurity}, nil
}

// countsToShares divides each leaf by its sum, as DecisionTreeClassifier.predict_proba
// did up to 1.3 at every prediction. Splits have zeros.
func countsToShares(t estimator.Tree, width int) {
	for i := 0; i < len(t.Value); i += width {
		leaf := t.Value[i : i+width]
		sum := pairwise(leaf)
		if sum == 0 {
			continue
		}
		for k := range leaf {
			leaf[k] /= sum
		}
	}
}

// pairwise adds up in numpy's order (pairwise_sum, numpy/core/src/umath/loops_utils.h.src),
// which differs from the plain one from eight numbers on.
func pairwise(v []float64) float64 {
	switch {
	case len(v) < 8:
		return total(v)
	case len(v) > 128:
		half := len(v) / 2
		half -= half % 8
		return pairwise(v[:half]) + pairwise(v[half:])
	}
	r := [8]float64(v)
	i := 8
	for ; i < len(v)-len(v)%8; i += 8 {
		for k := range r {
			r[k] += v[i+k]
		}
	}
	sum := ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]))
	for ; i < len(v); i++ {
		sum += v[i]
	}
	return sum
}
