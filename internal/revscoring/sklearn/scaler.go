package sklearn

import (
	"fmt"

	"revscore/internal/score/estimator"
)

// scaler reads a RobustScaler. What it does is what its options say, not which arrays it
// has (RobustScaler.transform, sklearn/preprocessing/_data.py).
func (r *reader) scaler(v any) (estimator.Scaler, error) {
	var s estimator.Scaler
	if v == nil {
		return s, nil
	}
	o, err := newObject("scaler", v)
	if err != nil {
		return s, err
	}
	switch o.class {
	case "sklearn.preprocessing.data.RobustScaler", "sklearn.preprocessing._data.RobustScaler":
	default:
		return s, fmt.Errorf("scaler: class %s is not known", o.class)
	}
	if _, err := releaseOf(o); err != nil {
		return s, err
	}
	if s.Center, err = r.scaling(o, "with_centering", "center_"); err != nil {
		return s, err
	}
	s.Scale, err = r.scaling(o, "with_scaling", "scale_")
	return s, err
}

func (r *reader) scaling(o object, option, name string) ([]float64, error) {
	on, err := o.Bool(option)
	if err != nil || !on {
		return nil, err
	}
	return r.perFeature(o, name)
}
