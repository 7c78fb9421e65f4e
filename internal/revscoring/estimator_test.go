package revscoring_test

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"revscore/internal/revscoring"
	"revscore/internal/score/estimator"
)

// estimators are recorded by tools/sklearn/pipeline.py.
const estimators = "testdata/estimators"

func pickled(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(estimators, name+".pickle"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestReadEstimator(t *testing.T) {
	bools := []any{false, true}
	for _, c := range []struct {
		name, typ string
		classes   []any
		scaled    bool
	}{
		{"bare", "LogisticRegression", bools, false},
		{"scaled", "GradientBoosting", bools, true},
		{"one", "RandomForest", []any{int64(0), int64(1), int64(2)}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			spec, typ, release, err := revscoring.ReadEstimator(bytes.NewReader(pickled(t, c.name)))
			if err != nil {
				t.Fatal(err)
			}
			if typ != c.typ || release != "1.5.2" || !reflect.DeepEqual(spec.Classes, c.classes) || spec.Features != 3 {
				t.Errorf("type %q of release %q, classes %v, %d features", typ, release, spec.Classes, spec.Features)
			}
			if scaled := spec.Scaler.Center != nil && spec.Scaler.Scale != nil; scaled != c.scaled {
				t.Errorf("scaler %+v", spec.Scaler)
			}
			e, err := estimator.New(spec)
			if err != nil {
				t.Fatal(err)
			}
			f, err := os.Open(filepath.Join(estimators, c.name+".scores.jsonl"))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			for i, r := range rows(t, f) {
				if err := compare(e, r); err != nil {
					t.Errorf("vector %d: %v", i, err)
				}
			}
		})
	}
}

func TestReadEstimatorRefuses(t *testing.T) {
	model, err := os.ReadFile(protocol2)
	if err != nil {
		t.Fatal(err)
	}
	bare := string(pickled(t, "bare"))
	// A name of as many letters keeps the frame's length right.
	renamed := strings.Replace(bare, "sklearn.linear_model._logistic", "sklearn.linear_model._hostiles", 1)
	if renamed == bare {
		t.Fatal("the recording does not name its module")
	}
	for _, c := range []struct{ name, data, want string }{
		{"three steps", string(pickled(t, "three")), "steps: there are 3, must be a classifier, or a RobustScaler and a classifier"},
		{"another scaler", string(pickled(t, "standard")), "sklearn.preprocessing._data.StandardScaler is not known"},
		{"no scaler but a step", string(pickled(t, "passthrough")), "scaler"},
		{"a pipeline in it", string(pickled(t, "nested")), "sklearn.pipeline.Pipeline"},
		{"a scaler alone", string(pickled(t, "scaler")), "sklearn.preprocessing._data.RobustScaler"},
		{"a model of revscoring", string(model), "revscoring.scoring.models.random_forest.RandomForest"},
		{"a number", "I1\n.", "must be a classifier of scikit-learn"},
		{"a shell", "cos\nsystem\n(S'true'\ntR.", `the file names "os.system"`},
		{"a shell that is thrown away", "cos\nsystem\n0csklearn.svm._classes\nSVC\n)R.", `"os.system"`},
		{"a module of the same package", renamed, "sklearn.linear_model._hostiles"},
		{"a pipeline's neighbour", "csklearn.pipeline\nFeatureUnion\n)R.", `"sklearn.pipeline.FeatureUnion"`},
		{"a pipeline of nothing", "csklearn.pipeline\nPipeline\n)R.", "steps: is missing"},
		{"steps that are no pairs", "csklearn.pipeline\nPipeline\n)\x81}X\x05\x00\x00\x00steps](I1\nI2\nesb.", "steps[0]: is an int, must be a name and an estimator"},
		{"without steps", "csklearn.pipeline\nPipeline\n)\x81}X\x05\x00\x00\x00steps]sb.", "steps: there are 0"},
		{"empty", "", "the file is empty"},
		{"a page", "<html>", "a web page"},
	} {
		t.Run(c.name, func(t *testing.T) {
			spec, _, _, err := revscoring.ReadEstimator(strings.NewReader(c.data))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %+v, %v\nwant an error with %q", spec, err, c.want)
			}
		})
	}
}

func TestReadEstimatorRefusesEveryTruncation(t *testing.T) {
	data := pickled(t, "scaled")
	for n := 0; n < len(data); n += 41 {
		if _, _, _, err := revscoring.ReadEstimator(bytes.NewReader(data[:n])); err == nil {
			t.Errorf("the first %d of %d bytes are an estimator", n, len(data))
		}
	}
}
