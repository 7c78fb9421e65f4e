package sklearn

import (
	"strings"
	"testing"

	"revscore/internal/pickle"
)

// recordedCase reads one case anew, so that it may be changed.
func recordedCase(t testing.TB, name string) Source {
	t.Helper()
	for _, c := range load(t, "testdata/1.5.2.pickle.gz") {
		if c.Get("name") == name {
			src, err := source(c)
			if err != nil {
				t.Fatal(err)
			}
			src.Features = 5
			return src
		}
	}
	t.Fatalf("no case %q", name)
	return Source{}
}

// with sets an attribute of an object; inner names lead to the object.
func with(t testing.TB, v any, value any, names ...string) {
	t.Helper()
	o := v.(*pickle.Object)
	d := o.State.(*pickle.Dict)
	for i := range d.Entries {
		if e := &d.Entries[i]; e.Key == names[0] {
			if len(names) > 1 {
				with(t, e.Value, value, names[1:]...)
			} else {
				e.Value = value
			}
			return
		}
	}
	if len(names) > 1 {
		t.Fatalf("%s has no %s", o.Class, names[0])
	}
	d.Entries = append(d.Entries, pickle.Entry{Key: names[0], Value: value})
}

func without(v any, name string) {
	d := v.(*pickle.Object).State.(*pickle.Dict)
	for i, e := range d.Entries {
		if e.Key == name {
			d.Entries = append(d.Entries[:i:i], d.Entries[i+1:]...)
		}
	}
}

func attribute(t testing.TB, v any, name string) any {
	t.Helper()
	f, err := pickle.Attributes(v)
	if err != nil || !f.Has(name) {
		t.Fatalf("no %s: %v", name, err)
	}
	return f.Get(name)
}

// objectArray is an array of one object.
func objectArray(v any) *pickle.Object {
	return array("O8", &pickle.List{Items: []any{v}})
}

// array has one dimension and one item.
func array(dtype string, data any) *pickle.Object {
	tuple := func(items ...any) *pickle.Tuple { return &pickle.Tuple{Items: items} }
	return &pickle.Object{
		Class: &pickle.Global{Module: "numpy.core.multiarray", Name: "_reconstruct"},
		Args:  []any{&pickle.Global{Module: "numpy", Name: "ndarray"}},
		State: tuple(int64(1), tuple(int64(1)), &pickle.Object{
			Class: &pickle.Global{Module: "numpy", Name: "dtype"}, Args: []any{dtype},
			State: tuple(int64(3), "<", nil, nil, nil, nil, nil, nil),
		}, false, data),
	}
}

// TestRefused is what must not be read as something it is not, and what the error must say.
func TestRefused(t *testing.T) {
	other := &pickle.Object{Class: &pickle.Global{Module: "sklearn.tree", Name: "Other"}, State: &pickle.Dict{}}
	f := func(name, must string, change func(*Source)) {
		t.Helper()
		src := recordedCase(t, name)
		change(&src)
		if _, err := Read(src); err == nil || !strings.Contains(err.Error(), must) {
			t.Errorf("%s must be refused for %q: %v", name, must, err)
		}
	}
	set := func(value any, names ...string) func(*Source) {
		return func(s *Source) { with(t, s.Estimator, value, names...) }
	}
	f("gb", "estimator: class sklearn.tree.Other is not known", func(s *Source) { s.Estimator = other })
	f("gb", "estimator: is None", func(s *Source) { s.Estimator = nil })
	f("gb", "is not trained", func(s *Source) { without(s.Estimator, "classes_") })
	f("gb", "scaler: class sklearn.tree.Other is not known", func(s *Source) { s.Scaler = other })
	f("gb", "scaler.center_: has 5 features, must have 6", func(s *Source) { s.Features = 6 })
	f("gb", "scaler.with_centering: is missing", func(s *Source) { without(s.Scaler, "with_centering") })
	f("gb", "scikit-learn 1.8.0 is not known, only 0.19 to 1.7", set("1.8.0", "_sklearn_version"))
	f("gb", "scikit-learn 0.18.2 is not known", set("0.18.2", "_sklearn_version"))
	f("gb", `"dev" is no release`, set("dev", "_sklearn_version"))
	f("gb", "_sklearn_version: is missing", func(s *Source) { without(s.Estimator, "_sklearn_version") })
	f("gb", "estimator._loss: class sklearn.tree.Other is not known", set(other, "_loss"))
	f("gb", "estimator.init_: class sklearn.tree.Other is not known here", set(other, "init_"))
	f("gb", "estimator.init_: is a str", set("one", "init_"))
	f("gb", `strategy "stratified" is not known`, set("stratified", "init_", "_strategy"))
	f("gb", "estimator.init_.class_prior_: is missing", func(s *Source) { without(attribute(t, s.Estimator, "init_"), "class_prior_") })
	f("gb", "estimator.learning_rate: is a str", set("fast", "learning_rate"))
	f("gb", "class sklearn.tree.Other is not known here, must be DecisionTreeRegressor", func(s *Source) {
		attribute(t, s.Estimator, "estimators_").(*pickle.Object).State.(*pickle.Tuple).Items[4].(*pickle.List).Items[0] = other
	})
	f("rf nine weighted", "is shared with another array", func(s *Source) {
		trees := attribute(t, s.Estimator, "estimators_").(*pickle.List).Items
		with(t, trees[3], attribute(t, attribute(t, trees[1], "tree_"), "nodes"), "tree_", "nodes")
	})
	f("rf", "estimator.estimators_[3].tree_: is shared with another tree", func(s *Source) {
		trees := attribute(t, s.Estimator, "estimators_").(*pickle.List).Items
		with(t, trees[3], attribute(t, trees[1], "tree_"), "tree_")
	})
	f("rf", "estimator.estimators_[3]: is shared with another tree", func(s *Source) {
		trees := attribute(t, s.Estimator, "estimators_").(*pickle.List).Items
		trees[3] = trees[1]
	})
	f("gb multilabel", "estimators: there are 257, at most 256", func(s *Source) {
		for len(s.Estimators) < 257 {
			s.Estimators = append(s.Estimators, s.Estimators[0])
		}
	})
	f("gb multinomial", "has shape [2 3], must have [-1 1]", func(s *Source) {
		with(t, s.Estimator, attribute(t, recordedCase(t, "gb").Estimator, "_loss"), "_loss")
		with(t, s.Estimator, attribute(t, recordedCase(t, "gb").Estimator, "classes_"), "classes_")
		with(t, s.Estimator, "zero", "init_")
	})
	f("gb multinomial", "has 3 classes, must have 2", func(s *Source) {
		with(t, s.Estimator, attribute(t, recordedCase(t, "gb").Estimator, "_loss"), "_loss")
	})
	f("gb", "estimator.classes_: is a float, must be a bool, an int or a str", set(array("f8", make(pickle.Bytes, 8)), "classes_"))
	f("gb", "estimator.classes_: item 0: is None", set(objectArray(nil), "classes_"))
	f("rf", "estimator.estimators_: there are none", set(&pickle.List{}, "estimators_"))
	f("rf", "estimator.estimators_[0]: class sklearn.tree.Other is not known here", set(&pickle.List{Items: []any{other}}, "estimators_"))
	f("lr", `estimator.multi_class: "both" is not known`, set("both", "multi_class"))
	f("lr", "estimator.coef_: is an object of class sklearn.tree.Other, must be a numpy array", set(other, "coef_"))
	f("lr multinomial", "estimator.intercept_: has shape [1], must have [3]", set(array("f8", make(pickle.Bytes, 8)), "intercept_"))
	f("gnb", "estimator.var_: is missing", func(s *Source) { without(s.Estimator, "var_") })
	f("svc rbf", `estimator.kernel: "precomputed" is not known`, set("precomputed", "kernel"))
	f("svc rbf", "estimator.kernel: is the name kernels.mine, must be a str", set(&pickle.Global{Module: "kernels", Name: "mine"}, "kernel"))
	f("svc rbf", "estimator.degree: is 65, must be an int from 0 to 64", set(int64(65), "degree"))
	f("svc rbf", "estimator.probability: is False", set(false, "probability"))
	f("svc rbf", "estimator._sparse: must be False", set(true, "_sparse"))
	f("svc linear three", "estimator.break_ties: must be False", set(true, "break_ties"))
	f("svc rbf", "must have [1]", func(s *Source) {
		with(t, s.Estimator, attribute(t, s.Estimator, "support_vectors_"), "_probA")
	})
	f("gb multilabel", "estimators: there are none", func(s *Source) { s.Estimators = nil })
	f("gb multilabel", `label "FA": estimators[1]: saw one class only, 0,`, func(s *Source) {
		with(t, s.Estimators[1].Estimator, array("i8", make(pickle.Bytes, 8)), "classes_")
	})
	f("gb multilabel", `label "B": estimators[0]: has classes [B FA Stub], must be 0 and 1`, func(s *Source) {
		s.Estimators[0].Estimator = recordedCase(t, "gb multinomial").Estimator
	})
	f("gb multilabel", "estimators[2]: label: is None", func(s *Source) { s.Estimators[2].Label = nil })
}

// TestOwnWidth: without a number of features the estimator's own counts.
func TestOwnWidth(t *testing.T) {
	for _, name := range []string{"gb", "rf", "lr", "gnb", "bnb", "svc rbf", "gb multilabel"} {
		src := recordedCase(t, name)
		src.Features = 0
		spec, err := Read(src)
		if err != nil || spec.Features != 5 {
			t.Errorf("%s: %v, must have 5 features", name, err)
		}
	}
}

// TestPairwise compares with numpy.sum, from which plain sums differ in the last digits.
func TestPairwise(t *testing.T) {
	tenths, parts := make([]float64, 77), make([]float64, 300)
	for i := range tenths {
		tenths[i] = 0.1
	}
	for i := range parts {
		parts[i] = 1 / float64(i+1)
	}
	if got := pairwise(tenths); got != 7.6999999999999975 {
		t.Errorf("77 tenths are %v", got)
	}
	if got := pairwise(parts); got != 6.282663880299504 {
		t.Errorf("1 + 1/2 + ... + 1/300 is %v", got)
	}
}
