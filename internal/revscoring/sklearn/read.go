package sklearn

import (
	"errors"
	"fmt"
	"slices"

	"revscore/internal/pickle"
	"revscore/internal/revscoring/numpy"
	"revscore/internal/score/estimator"
)

// Source is where in a pickle the parts of a trained model are.
type Source struct {
	Estimator  any        // unless Multilabel
	Estimators []Labelled // if Multilabel, in the order of the labels
	Multilabel bool
	Scaler     any // nil: there is none
	Features   int // that a prediction takes; 0: as many as the estimator says
}

// Labelled is the estimator of one label.
type Labelled struct{ Label, Estimator any }

// Read reads the estimators of a model.
func Read(src Source) (*estimator.Spec, error) {
	r := &reader{features: src.Features, seen: make(map[*byte]bool), planted: make(map[*pickle.Object]bool)}
	spec := &estimator.Spec{Multilabel: src.Multilabel}
	var err error
	if spec.Scaler, err = r.scaler(src.Scaler); err != nil {
		return nil, err
	}
	parts, err := r.parts(src)
	if err != nil {
		return nil, err
	}
	var shares [][]float64
	for _, p := range parts {
		spec.Parts = append(spec.Parts, p.Part)
		spec.ImportanceOf = p.of
		shares = append(shares, p.importance)
	}
	if spec.Importance = mean(shares); spec.Importance == nil {
		spec.ImportanceOf = ""
	}
	if spec.Classes, err = classes(src, parts); err != nil {
		return nil, err
	}
	spec.Features = r.features
	return spec, nil
}

// reader keeps what must agree between the parts of a model.
type reader struct {
	features int                     // 0: not known yet
	seen     map[*byte]bool          // large arrays that were read
	planted  map[*pickle.Object]bool // trees that were read
}

// part is one estimator.
type part struct {
	estimator.Part
	classes    []any
	importance []float64 // adds up to 1; nil if unknown
	of         string    // what importance is a share of
}

func (r *reader) parts(src Source) ([]part, error) {
	if !src.Multilabel {
		p, err := r.part("estimator", src.Estimator, nil)
		return []part{p}, err
	}
	if len(src.Estimators) == 0 {
		return nil, errors.New("estimators: there are none")
	}
	if n := len(src.Estimators); n > estimator.MaxClasses {
		return nil, fmt.Errorf("estimators: there are %d, at most %d", n, estimator.MaxClasses)
	}
	parts := make([]part, len(src.Estimators))
	for i, e := range src.Estimators {
		var err error
		if parts[i], err = r.part(fmt.Sprintf("estimators[%d]", i), e.Estimator, applies); err != nil {
			return nil, fmt.Errorf("label %s: %w", pickle.Brief(e.Label), err)
		}
	}
	return parts, nil
}

// applies checks that the classes are 0 and 1, as revscoring's Binarizer names them.
func applies(classes []any) error {
	if len(classes) == 1 {
		return fmt.Errorf("saw one class only, %s, so that the original has no probability either", pickle.Brief(classes[0]))
	}
	if !slices.Equal(classes, []any{int64(0), int64(1)}) {
		return fmt.Errorf("has classes %.80s, must be 0 and 1", fmt.Sprint(classes))
	}
	return nil
}

// classes are those of the one estimator, which the original scores by, whatever the
// model's own list says; of several the labels.
func classes(src Source, parts []part) ([]any, error) {
	if !src.Multilabel {
		return parts[0].classes, nil
	}
	labels := make([]any, len(parts))
	for i, e := range src.Estimators {
		label, err := numpy.Scalar(e.Label)
		if err == nil {
			err = isLabel(label)
		}
		if err != nil {
			return nil, fmt.Errorf("estimators[%d]: label: %w", i, err)
		}
		labels[i] = label
	}
	return labels, nil
}

func isLabel(v any) error {
	switch v.(type) {
	case bool, string, int64:
		return nil
	}
	return fmt.Errorf("is %s, must be a bool, an int or a str", pickle.Kind(v))
}

// part reads an estimator of any known class, after check of its classes, which may be
// nil. Estimators moved between modules in 0.22.
func (r *reader) part(path string, v any, check func(classes []any) error) (part, error) {
	o, err := newObject(path, v)
	if err != nil {
		return part{}, err
	}
	read := map[string]func(object) (part, error){
		"sklearn.ensemble.gradient_boosting.GradientBoostingClassifier": r.boosting,
		"sklearn.ensemble._gb.GradientBoostingClassifier":               r.boosting,
		"sklearn.ensemble.forest.RandomForestClassifier":                r.forest,
		"sklearn.ensemble._forest.RandomForestClassifier":               r.forest,
		"sklearn.linear_model.logistic.LogisticRegression":              r.logistic,
		"sklearn.linear_model._logistic.LogisticRegression":             r.logistic,
		"sklearn.naive_bayes.GaussianNB":                                r.gaussian,
		"sklearn.naive_bayes.BernoulliNB":                               r.bernoulli,
		"sklearn.svm.classes.SVC":                                       r.svc,
		"sklearn.svm._classes.SVC":                                      r.svc,
	}[o.class]
	if read == nil {
		return part{}, fmt.Errorf("%s: class %s is not known", path, o.class)
	}
	if !o.Has("classes_") {
		return part{}, fmt.Errorf("%s: %s is not trained", path, o.class)
	}
	if o.release, err = releaseOf(o); err != nil {
		return part{}, err
	}
	if o.classes, err = r.labels(o); err != nil {
		return part{}, err
	}
	if check != nil {
		if err := check(o.classes); err != nil {
			return part{}, fmt.Errorf("%s: %w", path, err)
		}
	}
	p, err := read(o)
	p.classes = o.classes
	return p, err
}

// labels reads the classes, in the order of the probabilities.
func (r *reader) labels(o object) ([]any, error) {
	a, err := r.array(o, "classes_", -1)
	if err != nil {
		return nil, err
	}
	if n := a.Len(); n == 0 || n > estimator.MaxClasses {
		return nil, fmt.Errorf("%s: there are %d, must be 1 to %d", o.Path("classes_"), n, estimator.MaxClasses)
	}
	labels, err := a.Values()
	for i := 0; err == nil && i < len(labels); i++ {
		err = isLabel(labels[i])
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Path("classes_"), err)
	}
	return labels, nil
}
