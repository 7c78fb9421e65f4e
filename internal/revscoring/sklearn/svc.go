package sklearn

import (
	"fmt"

	"revscore/internal/score/estimator"
)

// svc reads an SVC. The numbers are those that it hands to libsvm, _dual_coef_ and
// _intercept_: of two classes, dual_coef_ and intercept_ have the other sign
// (BaseLibSVM.fit, sklearn/svm/_base.py).
func (r *reader) svc(o object) (part, error) {
	s := new(estimator.SVC)
	if err := svcOptions(o, s); err != nil {
		return part{}, err
	}
	var err error
	if s.Support, err = r.matrix(o, "support_vectors_", -1); err != nil {
		return part{}, err
	}
	if s.PerClass, err = r.perClass(o); err != nil {
		return part{}, err
	}
	dual, err := r.array(o, "_dual_coef_", len(o.classes)-1, len(s.Support))
	if err != nil {
		return part{}, err
	}
	if s.Dual, err = rowsOf(o, "_dual_coef_", dual); err != nil {
		return part{}, err
	}
	if s.Intercept, err = r.pairs(o, "_intercept_"); err != nil {
		return part{}, err
	}
	if s.ProbA, err = r.pairs(o, "probA_", "_probA"); err != nil { // underscored since 0.23
		return part{}, err
	}
	s.ProbB, err = r.pairs(o, "probB_", "_probB")
	return part{Part: s}, err
}

// svcOptions reads the kernel and refuses what predicts in other ways.
func svcOptions(o object, s *estimator.SVC) error {
	probability, err := o.Bool("probability")
	if err != nil {
		return err
	}
	if !probability {
		return fmt.Errorf("%s: is False, so that the original has no probabilities either", o.Path("probability"))
	}
	if sparse, err := o.Bool("_sparse"); err != nil || sparse {
		return fmt.Errorf("%s: must be False, for only dense features are known", o.Path("_sparse"))
	}
	if ties := o.Get("break_ties"); len(o.classes) > 2 && ties != nil && ties != false { // since 0.22
		return fmt.Errorf("%s: must be False, for predicting by the decision function is not known", o.Path("break_ties"))
	}
	if s.Kernel, err = o.String("kernel"); err != nil {
		return err
	}
	switch s.Kernel {
	case "linear", "rbf", "poly", "sigmoid":
	default:
		return fmt.Errorf("%s: %q is not known", o.Path("kernel"), s.Kernel)
	}
	if s.Gamma, err = number(o, "_gamma"); err != nil {
		return err
	}
	if s.Coef0, err = number(o, "coef0"); err != nil {
		return err
	}
	degree, err := number(o, "degree")
	if s.Degree = int(degree); err == nil && (degree < 0 || degree > estimator.MaxDegree || float64(s.Degree) != degree) {
		err = fmt.Errorf("%s: is %v, must be an int from 0 to %d", o.Path("degree"), degree, estimator.MaxDegree)
	}
	return err
}

// perClass reads how many support vectors each class has.
func (r *reader) perClass(o object) ([]int, error) {
	name, _, err := o.First("_n_support", "n_support_") // underscored since 0.22
	if err != nil {
		return nil, err
	}
	a, err := r.array(o, name, len(o.classes))
	if err != nil {
		return nil, err
	}
	counts, err := a.Ints()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Path(name), err)
	}
	out := make([]int, len(counts))
	for i, n := range counts {
		out[i] = int(n)
	}
	return out, nil
}

// pairs reads one number for each pair of classes.
func (r *reader) pairs(o object, names ...string) ([]float64, error) {
	name, _, err := o.First(names...)
	if err != nil {
		return nil, err
	}
	n := len(o.classes)
	return r.floats(o, name, n*(n-1)/2)
}
