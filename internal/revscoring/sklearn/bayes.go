package sklearn

import "revscore/internal/score/estimator"

// gaussian reads a GaussianNB.
func (r *reader) gaussian(o object) (part, error) {
	variance, _, err := o.First("var_", "sigma_") // sigma_ up to 0.24
	if err != nil {
		return part{}, err
	}
	var g estimator.GaussianNB
	if g.Theta, err = r.matrix(o, "theta_", len(o.classes)); err != nil {
		return part{}, err
	}
	if g.Var, err = r.matrix(o, variance, len(o.classes)); err != nil {
		return part{}, err
	}
	g.Prior, err = r.floats(o, "class_prior_", len(o.classes))
	return part{Part: &g}, err
}

// bernoulli reads a BernoulliNB.
func (r *reader) bernoulli(o object) (part, error) {
	var b estimator.BernoulliNB
	var err error
	if b.LogProb, err = r.matrix(o, "feature_log_prob_", len(o.classes)); err != nil {
		return part{}, err
	}
	if b.LogPrior, err = r.floats(o, "class_log_prior_", len(o.classes)); err != nil {
		return part{}, err
	}
	if v, err := o.Value("binarize"); err != nil || v == nil {
		return part{Part: &b}, err
	}
	above, err := number(o, "binarize")
	b.Binarize = &above
	return part{Part: &b}, err
}
