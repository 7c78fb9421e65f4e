package revscoring

import (
	"fmt"
	"io"
	"math/big"
	"slices"
	"strings"

	"revscore/internal/pickle"
	"revscore/internal/revscoring/numpy"
	"revscore/internal/revscoring/sklearn"
	"revscore/internal/score/estimator"
	"revscore/internal/score/statistics"
)

// pipeline is scikit-learn's class, which no model of revscoring has.
const pipeline = "sklearn.pipeline.Pipeline"

// Trained is a classifier of scikit-learn that came without a model of the original's.
type Trained struct {
	Spec    *estimator.Spec
	Type    string // as the original would call it
	Release string // of the scikit-learn that wrote it, empty if unknown
	// Params are what the original keeps of a classifier: what its get_params says.
	Params []statistics.Entry
	// Training is what the attribute training_ of a Pipeline has, which is no
	// scikit-learn's: tools/train says there how it was trained, and that it was it.
	Training []statistics.Entry
}

// ReadEstimator is [ReadTrained] without what is for people.
func ReadEstimator(r io.Reader) (spec *estimator.Spec, typ, release string, err error) {
	t, err := ReadTrained(r)
	if err != nil {
		return nil, "", "", err
	}
	return t.Spec, t.Type, t.Release, nil
}

// ReadTrained reads a classifier of scikit-learn that was pickled by itself, or a
// Pipeline of a RobustScaler and a classifier: what a training leaves that is not
// the original's.
func ReadTrained(r io.Reader) (*Trained, error) {
	file, err := load(r, pickle.DefaultLimits())
	if err != nil {
		return nil, err
	}
	if err := checkConvertible(file.Value); err != nil {
		return nil, err
	}
	others := slices.DeleteFunc(slices.Clone(file.Globals), func(g *pickle.Global) bool { return g.Is(pipeline) })
	if err := checkNames(others); err != nil {
		return nil, err
	}
	src, err := source(file.Value)
	if err != nil {
		return nil, err
	}
	o, ok := src.Estimator.(*pickle.Object)
	if !ok {
		return nil, fmt.Errorf("is %s, must be a classifier of scikit-learn", pickle.Kind(src.Estimator))
	}
	attrs, err := pickle.Attributes(o)
	if err != nil {
		return nil, err
	}
	t := &Trained{Type: typeName(o.Class), Params: params(o.Class, attrs)}
	if !attrs.None("_sklearn_version") {
		if t.Release, err = attrs.String("_sklearn_version"); err != nil {
			return nil, err
		}
	}
	if t.Spec, err = sklearn.Read(src); err != nil {
		return nil, err
	}
	if _, err := estimator.New(t.Spec); err != nil {
		return nil, fmt.Errorf("estimator: %w", err)
	}
	t.Training, err = training(file.Value)
	return t, err
}

// checkConvertible looks for the class that must be converted before names are checked, of
// which that of such a classifier has others.
func checkConvertible(v any) error {
	src, err := source(v)
	if err != nil {
		return err
	}
	if o, ok := src.Estimator.(*pickle.Object); ok {
		return convertible(o.Class)
	}
	return nil
}

// source finds a scaler and a classifier.
func source(v any) (src sklearn.Source, err error) {
	o, ok := v.(*pickle.Object)
	if !ok || !o.Class.Is(pipeline) {
		return sklearn.Source{Estimator: v}, nil
	}
	attrs, err := pickle.Attributes(o)
	if err != nil {
		return src, err
	}
	steps, err := attrs.Items("steps")
	if err != nil {
		return src, err
	}
	var parts []any
	for i, v := range steps {
		step, ok := v.(*pickle.Tuple)
		if !ok || len(step.Items) != 2 {
			return src, fmt.Errorf("steps[%d]: is %s, must be a name and an estimator", i, pickle.Kind(v))
		}
		parts = append(parts, step.Items[1])
	}
	switch len(parts) {
	case 1:
		return sklearn.Source{Estimator: parts[0]}, nil
	case 2:
		return sklearn.Source{Scaler: parts[0], Estimator: parts[1]}, nil
	}
	return src, fmt.Errorf("steps: there are %d, must be a classifier, or a RobustScaler and a classifier", len(parts))
}

// typeName is what revscoring calls its wrapper of a class.
func typeName(class *pickle.Global) string {
	names := map[string]string{
		"GradientBoostingClassifier": "GradientBoosting",
		"RandomForestClassifier":     "RandomForest",
	}
	if name, ok := names[class.Name]; ok {
		return name
	}
	return class.Name
}

// unasked are attributes that scikit-learn's base classes set and the constructors of
// these classes do not take.
var unasked = map[string][]string{
	"GradientBoostingClassifier": {"alpha"},
	"RandomForestClassifier":     {"base_estimator", "estimator", "estimator_params"},
	"SVC":                        {"epsilon", "nu"},
}

// params are what get_params says of an estimator, in its order: what was given to its
// constructor, which is among its attributes. What training adds begins or ends with
// an underscore.
func params(class *pickle.Global, attrs pickle.Fields) []statistics.Entry {
	var list []statistics.Entry
	for _, name := range attrs.Names() {
		if !strings.HasPrefix(name, "_") && !strings.HasSuffix(name, "_") && !slices.Contains(unasked[class.Name], name) {
			list = append(list, statistics.Entry{Key: name, Value: param(attrs.Get(name))})
		}
	}
	return list
}

// param is a value for people: one that is none of the plain ones is known by its class.
func param(v any) any {
	switch v := v.(type) {
	case nil, *big.Int:
		return v
	case *pickle.Global:
		return statistics.Opaque{Class: v.String()}
	case *pickle.Dict: // class weights
		var list []statistics.Entry
		for _, e := range v.Entries {
			key, err := numpy.Scalar(e.Key)
			if err != nil {
				return statistics.Opaque{Class: "dict"}
			}
			value, err := numpy.Scalar(e.Value)
			if err != nil {
				return statistics.Opaque{Class: "dict"}
			}
			list = append(list, statistics.Entry{Key: key, Value: value})
		}
		return statistics.NewMap(list, false)
	}
	if scalar, err := numpy.Scalar(v); err == nil {
		return scalar
	}
	if o, ok := v.(*pickle.Object); ok {
		return statistics.Opaque{Class: o.Class.String()}
	}
	return statistics.Opaque{Class: pickle.Kind(v)}
}

// training reads what a Pipeline says of how it was trained.
func training(v any) ([]statistics.Entry, error) {
	o, ok := v.(*pickle.Object)
	if !ok || !o.Class.Is(pipeline) {
		return nil, nil
	}
	attrs, err := pickle.Attributes(o)
	if err != nil || attrs.None("training_") {
		return nil, err
	}
	told, err := attrs.Dict("training_")
	if err != nil {
		return nil, err
	}
	var list []statistics.Entry
	for _, e := range told.Entries {
		name, ok := e.Key.(string)
		if !ok {
			return nil, fmt.Errorf("training_: a key is %s, must be a str", pickle.Kind(e.Key))
		}
		list = append(list, statistics.Entry{Key: name, Value: param(e.Value)})
	}
	return list, nil
}
