package explain

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"revscore/internal/score/estimator"
)

// recording is a case of testdata/shap.json, made by tools/shap/record.py.
type recording struct {
	Name    string
	Classes int
	Mean    bool
	Rate    float64
	Base    float64
	Trees   []struct {
		Feature      []int32
		Threshold    []float64
		Left, Right  []uint32
		Value, Cover []float64
	}
	Values        [][]float64
	Expected      []float64     // of each class; of boosting of the second
	Contributions [][][]float64 // the same, of each vector and feature
}

func (r *recording) spec() *estimator.Spec {
	e := &estimator.Ensemble{
		Width: 1, Outputs: 1, Base: []float64{r.Base}, Rate: r.Rate, Mean: r.Mean, Link: estimator.Logistic, Decision: estimator.Argmax,
	}
	if r.Mean {
		e.Width, e.Outputs, e.Base, e.Link = r.Classes, r.Classes, make([]float64, r.Classes), estimator.Identity
	}
	for _, t := range r.Trees {
		e.Trees = append(e.Trees, estimator.Tree{
			Feature: t.Feature, Threshold: t.Threshold, Left: t.Left, Right: t.Right, Value: t.Value, Cover: t.Cover,
		})
	}
	s := &estimator.Spec{Features: len(r.Values[0]), Parts: []estimator.Part{e}}
	for i := range r.Classes {
		s.Classes = append(s.Classes, int64(i))
	}
	return s
}

func TestAsShap(t *testing.T) {
	data, err := os.ReadFile("testdata/shap.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []recording
	if err := json.Unmarshal(data, &list); err != nil {
		t.Fatal(err)
	}
	if len(list) != 4 {
		t.Fatalf("%d recordings", len(list))
	}
	largest := 0.0
	for _, r := range list {
		_, x := explainer(t, r.spec())
		first := r.Classes - len(r.Expected)
		for i, expected := range r.Expected {
			for v, values := range r.Values {
				got, err := x.Explain(values, first+i)
				if err != nil {
					t.Fatal(err)
				}
				largest = max(largest, math.Abs(got.Base-expected))
				for f, want := range r.Contributions[i][v] {
					difference := math.Abs(got.Contributions[f] - want)
					if largest = max(largest, difference); difference > 1e-9 {
						t.Errorf("%s, class %d, vector %d, feature %d: %v, shap says %v", r.Name, first+i, v, f, got.Contributions[f], want)
					}
				}
			}
		}
	}
	if largest > 1e-9 {
		t.Errorf("the largest difference is %v", largest)
	}
	t.Logf("the largest difference is %v", largest)
}
