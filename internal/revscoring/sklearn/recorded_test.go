package sklearn

import (
	"cmp"
	"compress/gzip"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"revscore/internal/pickle"
	"revscore/internal/score/estimator"
)

// tolerance is how far a probability may be from the original's: exp and log differ in
// the last bit between C libraries and Go.
const tolerance = 1e-12

// TestRecorded compares with what every release predicted, bit by bit for the class:
// the files that tools/sklearn/record.py wrote, or those in the folder RECORDED.
func TestRecorded(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(cmp.Or(os.Getenv("RECORDED"), "testdata"), "*.pickle.gz"))
	if err != nil || len(files) == 0 {
		t.Fatalf("recorded files: %v, %d of them", err, len(files))
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			worst, vectors, cases := 0.0, 0, load(t, file)
			for _, c := range cases {
				name, err := c.String("name")
				if err != nil {
					t.Fatal(err)
				}
				d, n, err := compare(c)
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
				worst, vectors = max(worst, d), vectors+n
			}
			t.Logf("%d cases, %d vectors, probabilities differ by at most %.2g", len(cases), vectors, worst)
		})
	}
}

// load reads a list of cases.
func load(t testing.TB, name string) []pickle.Fields {
	t.Helper()
	return parse(t, unzip(t, name))
}

func unzip(t testing.TB, name string) []byte {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func parse(t testing.TB, data []byte) []pickle.Fields {
	t.Helper()
	file, err := pickle.DefaultLimits().Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	list, ok := file.Value.(*pickle.List)
	if !ok || len(list.Items) == 0 {
		t.Fatalf("%s, must be a list of cases", pickle.Kind(file.Value))
	}
	cases := make([]pickle.Fields, len(list.Items))
	for i, item := range list.Items {
		if cases[i], err = pickle.Attributes(item); err != nil {
			t.Fatal(err)
		}
	}
	return cases
}

// source is where a recorded case, or a revscoring model, has its parts.
func source(c pickle.Fields) (Source, error) {
	src := Source{Scaler: c.Get("scaler"), Estimator: c.Get("estimator"), Multilabel: c.Has("estimators")}
	if !src.Multilabel {
		return src, nil
	}
	pairs, err := c.Items("estimators")
	if err != nil {
		return src, err
	}
	for _, p := range pairs {
		pair, ok := p.(*pickle.Tuple)
		if !ok || len(pair.Items) != 2 {
			return src, fmt.Errorf("an estimator is %s, must be (label, estimator)", pickle.Kind(p))
		}
		src.Estimators = append(src.Estimators, Labelled{pair.Items[0], pair.Items[1]})
	}
	return src, nil
}

// compare predicts a case's vectors and returns the largest difference of a probability.
func compare(c pickle.Fields) (worst float64, vectors int, err error) {
	src, err := source(c)
	if err != nil {
		return 0, 0, err
	}
	features, err := c.Int("features")
	if err != nil {
		return 0, 0, err
	}
	src.Features = int(features)
	spec, err := Read(src)
	if err != nil {
		return 0, 0, err
	}
	if err := sameImportance(spec, c.Get("importance")); err != nil {
		return 0, 0, err
	}
	e, err := estimator.New(spec)
	if err != nil {
		return 0, 0, err
	}
	given, err1 := c.Items("vectors")
	predictions, err2 := c.Items("predictions")
	probabilities, err3 := c.Items("probabilities")
	if err := cmp.Or(err1, err2, err3); err != nil {
		return 0, 0, err
	}
	p, chosen := make([]float64, len(spec.Classes)), make([]bool, len(spec.Classes))
	for i := range given {
		if err := e.Predict(floats(given[i]), p, chosen); err != nil {
			return worst, i, err
		}
		if got := predicted(spec, chosen); !reflect.DeepEqual(got, predictions[i]) && !sameList(got, predictions[i]) {
			return worst, i, fmt.Errorf("vector %d is predicted as %v, must be %v", i, got, predictions[i])
		}
		for k, want := range floats(probabilities[i]) {
			d := math.Abs(p[k] - want)
			if worst = max(worst, d); !(d <= tolerance) {
				return worst, i, fmt.Errorf("vector %d has probability %v of class %d, must be %v", i, p[k], k, want)
			}
		}
	}
	return worst, len(given), nil
}

// predicted is the class, or the list of labels.
func predicted(spec *estimator.Spec, chosen []bool) any {
	labels := []any{}
	for i, c := range chosen {
		if c {
			labels = append(labels, spec.Classes[i])
		}
	}
	if spec.Multilabel {
		return labels
	}
	return labels[0]
}

func sameList(got, want any) bool {
	list, ok := want.(*pickle.List)
	if !ok {
		return false
	}
	labels, ok := got.([]any)
	return ok && len(labels) == len(list.Items) && (len(labels) == 0 || reflect.DeepEqual(labels, list.Items))
}

func floats(v any) []float64 {
	var out []float64
	for _, item := range v.(*pickle.List).Items {
		out = append(out, item.(float64))
	}
	return out
}

// sameImportance compares with feature_importances_, which older releases did not make
// add up to 1 where a tree is a single leaf.
func sameImportance(spec *estimator.Spec, recorded any) error {
	if recorded == nil {
		return nil
	}
	want := shares(floats(recorded))
	if len(want) != len(spec.Importance) {
		return fmt.Errorf("importance is %v, must be %v", spec.Importance, want)
	}
	for i := range want {
		if math.Abs(spec.Importance[i]-want[i]) > tolerance {
			return fmt.Errorf("importance is %v, must be %v", spec.Importance, want)
		}
	}
	return nil
}
