package revscoring

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"revscore/internal/pickle"
	"revscore/internal/score/statistics"
)

// Params are those of get_params, without what base classes set beside: GradientBoosting
// has an alpha, a forest a tree that all others are copies of.
func TestReadTrained(t *testing.T) {
	for name, want := range map[string]string{
		"scaled": "[{ccp_alpha 0} {criterion friedman_mse} {init <nil>} {learning_rate 0.1} {loss log_loss} {max_depth 2} {max_features <nil>} " +
			"{max_leaf_nodes <nil>} {min_impurity_decrease 0} {min_samples_leaf 1} {min_samples_split 2} {min_weight_fraction_leaf 0} " +
			"{n_estimators 4} {n_iter_no_change <nil>} {random_state 0} {subsample 1} {tol 0.0001} {validation_fraction 0.1} {verbose 0} {warm_start false}]",
		"one": "[{bootstrap true} {ccp_alpha 0} {class_weight <nil>} {criterion gini} {max_depth 3} {max_features sqrt} {max_leaf_nodes <nil>} " +
			"{max_samples <nil>} {min_impurity_decrease 0} {min_samples_leaf 1} {min_samples_split 2} {min_weight_fraction_leaf 0} " +
			"{monotonic_cst <nil>} {n_estimators 3} {n_jobs <nil>} {oob_score false} {random_state 0} {verbose 0} {warm_start false}]",
	} {
		f, err := os.Open("testdata/estimators/" + name + ".pickle")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		trained, err := ReadTrained(f)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(trained.Params); got != want || trained.Training != nil {
			t.Errorf("%s: parameters\n%s, want\n%s\ntraining %v", name, got, want, trained.Training)
		}
	}
}

// What is not plain is known by its class, and nothing of it is made.
func TestParam(t *testing.T) {
	for text, want := range map[string]any{
		"I7\n.":                           int64(7),
		"N.":                              nil,
		"}(I01\nI3\nI00\nF0.5\nu.":        &statistics.Map{Entries: []statistics.Entry{{Key: true, Value: int64(3)}, {Key: false, Value: 0.5}}},
		"}(I01\n]u.":                      statistics.Opaque{Class: "dict"},
		"}((I1\ntI1\nu.":                  statistics.Opaque{Class: "dict"},
		"(I1\nl.":                         statistics.Opaque{Class: "a list"},
		"cnumpy.random\nRandomState\n.":   statistics.Opaque{Class: "numpy.random.RandomState"},
		"cnumpy.random\nRandomState\n)R.": statistics.Opaque{Class: "numpy.random.RandomState"},
	} {
		file, err := pickle.DefaultLimits().Load(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if got := param(file.Value); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %#v, want %#v", text, got, want)
		}
	}
}

func TestTraining(t *testing.T) {
	const head = "csklearn.pipeline\nPipeline\n)\x81}(X\x09\x00\x00\x00training_"
	for _, c := range []struct{ state, want, refused string }{
		{"}(X\x05\x00\x00\x00label" + "X\x08\x00\x00\x00reverted" + "X\x05\x00\x00\x00foldsI10\nuub.", "[{label reverted} {folds 10}]", ""},
		{"Nub.", "[]", ""},
		{"I1\nub.", "[]", "training_: is an int, must be a dict"},
		{"}(I1\nI2\nuub.", "[]", "training_: a key is an int, must be a str"},
	} {
		file, err := pickle.DefaultLimits().Load(strings.NewReader(head + c.state))
		if err != nil {
			t.Fatal(err)
		}
		got, err := training(file.Value)
		if fmt.Sprint(got) != c.want || (err == nil) != (c.refused == "") || err != nil && !strings.Contains(err.Error(), c.refused) {
			t.Errorf("%q: %v, %v, want %s %s", c.state, got, err, c.want, c.refused)
		}
	}
}
