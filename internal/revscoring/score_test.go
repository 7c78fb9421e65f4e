package revscoring_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"reflect"
	"testing"

	"revscore/internal/revscoring"
	"revscore/internal/score/estimator"
)

func read(t *testing.T, path string) *revscoring.Model {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := revscoring.Read(f, path)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// row is a vector of features and what the original scored.
type row struct {
	Features []any `json:"features"`
	Score    struct {
		Prediction  any                `json:"prediction"`
		Probability map[string]float64 `json:"probability"`
	} `json:"score"`
}

func compare(e *estimator.Estimator, r row) error {
	values := make([]float64, len(r.Features))
	for i, v := range r.Features {
		switch v := v.(type) {
		case float64:
			values[i] = v
		case bool:
			if v {
				values[i] = 1
			}
		default:
			return fmt.Errorf("feature %d is %v", i, v)
		}
	}
	p := make([]float64, len(e.Classes()))
	chosen := make([]bool, len(e.Classes()))
	if err := e.Predict(values, p, chosen); err != nil {
		return err
	}
	var prediction []any
	for i, class := range e.Classes() {
		want, ok := r.Score.Probability[fmt.Sprint(class)]
		if !ok || math.Abs(want-p[i]) > 1e-12 {
			return fmt.Errorf("probability of %v is %v, want %v", class, p[i], want)
		}
		if chosen[i] {
			prediction = append(prediction, class)
		}
	}
	want := r.Score.Prediction
	if list, ok := want.([]any); ok {
		if len(list)+len(prediction) > 0 && !reflect.DeepEqual(prediction, list) {
			return fmt.Errorf("prediction %v, want %v", prediction, list)
		}
		return nil
	}
	if n, ok := want.(float64); ok {
		want = int64(n)
	}
	if len(prediction) != 1 || prediction[0] != want {
		return fmt.Errorf("prediction %v, want %v", prediction, want)
	}
	return nil
}

func rows(t *testing.T, r io.Reader) []row {
	t.Helper()
	var all []row
	for dec := json.NewDecoder(r); dec.More(); {
		var one row
		if err := dec.Decode(&one); err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	if len(all) == 0 {
		t.Fatal("no vectors")
	}
	return all
}
