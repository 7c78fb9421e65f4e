package revscoring

import (
	"fmt"
	"io"
	"slices"

	"revscore/internal/pickle"
	"revscore/internal/revscoring/sklearn"
	"revscore/internal/score/estimator"
)

// pipeline is scikit-learn's class, which no model of revscoring has.
const pipeline = "sklearn.pipeline.Pipeline"

// ReadEstimator reads a classifier of scikit-learn that was pickled by itself, or a
// Pipeline of a RobustScaler and a classifier: what a training leaves that is not
// the original's. It returns the classifier's type as the original would call it, and
// the release of scikit-learn that wrote it, empty if unknown.
func ReadEstimator(r io.Reader) (spec *estimator.Spec, typ, release string, err error) {
	in, err := open(r)
	if err != nil {
		return nil, "", "", err
	}
	file, err := pickle.DefaultLimits().Load(in)
	if err != nil {
		return nil, "", "", err
	}
	others := slices.DeleteFunc(slices.Clone(file.Globals), func(g *pickle.Global) bool { return g.Is(pipeline) })
	if err := checkNames(others); err != nil {
		return nil, "", "", err
	}
	src, err := source(file.Value)
	if err != nil {
		return nil, "", "", err
	}
	o, ok := src.Estimator.(*pickle.Object)
	if !ok {
		return nil, "", "", fmt.Errorf("is %s, must be a classifier of scikit-learn", pickle.Kind(src.Estimator))
	}
	attrs, err := pickle.Attributes(o)
	if err != nil {
		return nil, "", "", err
	}
	if !attrs.None("_sklearn_version") {
		if release, err = attrs.String("_sklearn_version"); err != nil {
			return nil, "", "", err
		}
	}
	if spec, err = sklearn.Read(src); err != nil {
		return nil, "", "", err
	}
	if _, err := estimator.New(spec); err != nil {
		return nil, "", "", fmt.Errorf("estimator: %w", err)
	}
	return spec, typeName(o.Class), release, nil
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
