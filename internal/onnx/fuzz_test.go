package onnx

import (
	"os"
	"path/filepath"
	"testing"

	"revscore/internal/score/estimator"
)

// FuzzRead: whatever is read makes an estimator that answers each row with
// probabilities of 0 to 1 and one class, or with an error.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"gb_exponential", "logistic_string", "lgbm_rf", "many_inputs", "logistic_double", "gb_columns", "robust_div_cast"} {
		data, err := os.ReadFile(filepath.Join("testdata", name+".onnx"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, 0.5)
	}
	f.Add(stump(nil), 1e300)
	f.Add(after(buildNode("Identity", []string{"q"}, []string{"p"}, nil), buildNode("Identity", []string{"p"}, []string{"q"}, nil)), 0.0)
	f.Fuzz(func(t *testing.T, data []byte, x float64) {
		m, err := Read(data)
		if err != nil {
			return
		}
		e, err := estimator.New(m.Spec)
		if err != nil {
			t.Fatal(err)
		}
		row := make([]float64, e.Features())
		for i := range row {
			row[i] = x * float64(1-i)
		}
		p, chosen := make([]float64, len(e.Classes())), make([]bool, len(e.Classes()))
		if e.Predict(row, p, chosen) != nil {
			return
		}
		n := 0
		for i, v := range p {
			if !(v >= 0 && v <= 1) {
				t.Errorf("probability %v", v)
			}
			if chosen[i] {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d classes are chosen", n)
		}
	})
}
