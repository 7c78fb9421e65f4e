package onnx

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"

	"revscore/internal/score/estimator"
)

// recorded is what ONNX Runtime answered for a model: see tools/onnx/record.py.
type recorded struct {
	Name          string      `json:"name"`
	Single        bool        `json:"single"` // they are float32s, written with their fewest digits
	Labels        []any       `json:"labels"`
	Probabilities [][]float64 `json:"probabilities"`
}

func readJSON(t testing.TB, path string, into any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

func readCases(t testing.TB, folder string) (rows [][]float64, cases []recorded) {
	t.Helper()
	readJSON(t, filepath.Join(folder, "rows.json"), &rows)
	readJSON(t, filepath.Join(folder, "cases.json"), &cases)
	if len(rows) == 0 || len(cases) == 0 {
		t.Fatalf("%s has %d rows and %d cases", folder, len(rows), len(cases))
	}
	return rows, cases
}

func readFile(t testing.TB, path string) *Model {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	m, err := Read(data)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return m
}

// tally counts probabilities and how they differ from those recorded.
type tally struct {
	numbers, equal int
	worst          float64 // share of the value
}

func (c *tally) add(got, want float64) {
	c.numbers++
	if got == want {
		c.equal++
		return
	}
	c.worst = max(c.worst, math.Abs(got-want)/math.Abs(want))
}

// compare predicts all rows and reports labels that differ, and probabilities that
// differ by more than 1e-6 of their value.
func compare(t *testing.T, m *Model, rows [][]float64, c recorded) tally {
	t.Helper()
	e, err := estimator.New(m.Spec)
	if err != nil {
		t.Fatal(err)
	}
	classes := e.Classes()
	p, chosen := make([]float64, len(classes)), make([]bool, len(classes))
	var total tally
	for i, row := range rows {
		if err := e.Predict(row, p, chosen); err != nil {
			t.Fatalf("row %d: %v", i, err)
		}
		for k := range p {
			// Shares of trees in float32 may add up to a rounding more than 1; ours are held.
			want := min(max(c.Probabilities[i][k], 0), 1)
			if c.Single {
				want = float64(float32(want))
			}
			total.add(p[k], want)
			if math.Abs(p[k]-want) > 1e-6*want {
				t.Errorf("row %d: probability of %v is %v, recorded %v", i, classes[k], p[k], want)
			}
			if label(classes[k]) == c.Labels[i] != chosen[k] {
				t.Errorf("row %d: %v chosen: %v, recorded is %v (%v)", i, classes[k], chosen[k], c.Labels[i], p)
			}
		}
	}
	return total
}

// label is a class as JSON has it.
func label(class any) any {
	if n, ok := class.(int64); ok {
		return float64(n)
	}
	return class
}

func compareAll(t *testing.T, folder string) {
	rows, cases := readCases(t, folder)
	var total tally
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			m := readFile(t, filepath.Join(folder, c.Name+".onnx"))
			got := compare(t, m, rows, c)
			t.Logf("%d of %d probabilities equal, worst %.2g", got.equal, got.numbers, got.worst)
			total.numbers += got.numbers
			total.equal += got.equal
			total.worst = max(total.worst, got.worst)
		})
	}
	t.Logf("%d models, %d rows: %d of %d probabilities equal, worst %.2g", len(cases), len(rows), total.equal, total.numbers, total.worst)
}

func TestRecorded(t *testing.T) { compareAll(t, "testdata") }

// TestRefused: what is no classifier of ours says so, and by which operator.
func TestRefused(t *testing.T) {
	files, err := filepath.Glob("testdata/refused/*.onnx")
	if err != nil || len(files) == 0 {
		t.Fatal(errors.Join(err, errors.New("no files")))
	}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Read(data)
		if err == nil {
			t.Errorf("%s was read", path)
			continue
		}
		t.Logf("%s: %v", filepath.Base(path), err)
	}
}
