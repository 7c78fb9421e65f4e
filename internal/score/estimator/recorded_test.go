package estimator

import (
	"bufio"
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// row is a line of testdata/*.jsonl, as testdata/record.py writes it.
type row struct {
	Features, Probability []float64
	Chosen                []bool
}

// recorded calls f with every estimator of testdata and what scikit-learn predicted
// with it.
func recorded(t *testing.T, f func(t *testing.T, spec *Spec, e *Estimator, rows []row)) {
	files, err := filepath.Glob("testdata/*.safetensors")
	if err != nil || len(files) < 17 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".safetensors")
		t.Run(name, func(t *testing.T) {
			spec, e := load(t, file)
			f(t, spec, e, readRows(t, strings.TrimSuffix(file, ".safetensors")+".jsonl"))
		})
	}
}

func load(t testing.TB, file string) (*Spec, *Estimator) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	spec, err := Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	e, err := New(spec)
	if err != nil {
		t.Fatal(err)
	}
	return spec, e
}

func readRows(t testing.TB, file string) []row {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var rows []row
	lines := bufio.NewScanner(bytes.NewReader(data))
	for lines.Scan() {
		var r row
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, r)
	}
	if len(rows) == 0 {
		t.Fatalf("%s: no rows", file)
	}
	return rows
}

func TestRecorded(t *testing.T) {
	recorded(t, func(t *testing.T, _ *Spec, e *Estimator, rows []row) {
		p, chosen := make([]float64, len(e.Classes())), make([]bool, len(e.Classes()))
		for i, r := range rows {
			if err := e.Predict(r.Features, p, chosen); err != nil {
				t.Fatalf("row %d: %v", i, err)
			}
			if !slices.Equal(chosen, r.Chosen) {
				t.Errorf("row %d: chosen %v, want %v", i, chosen, r.Chosen)
			}
			for c := range p {
				if d := math.Abs(p[c] - r.Probability[c]); !(d <= 1e-13) {
					t.Errorf("row %d: probability %d is %v, want %v", i, c, p[c], r.Probability[c])
				}
			}
		}
	})
}

func TestRecordedFileForm(t *testing.T) {
	recorded(t, func(t *testing.T, spec *Spec, e *Estimator, rows []row) {
		data, err := spec.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := Decode(data)
		if err != nil {
			t.Fatal(err)
		}
		second, err := again.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(data, second) {
			t.Error("the second file differs from the first")
		}
		copied, err := New(again)
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range rows {
			if got, want := predict(t, copied, r.Features), predict(t, e, r.Features); !slices.Equal(got, want) {
				t.Errorf("row %d: %v, before %v", i, got, want)
			}
		}
	})
}

func TestSamples(t *testing.T) {
	recorded(t, func(t *testing.T, _ *Spec, e *Estimator, rows []row) {
		samples := e.Samples(60, 1)
		if len(samples) != 60 {
			t.Fatalf("%d samples", len(samples))
		}
		again := e.Samples(60, 1)
		different := map[float64]bool{}
		for i, s := range samples {
			if !slices.Equal(s, again[i]) {
				t.Fatalf("sample %d: %v, the second time %v", i, s, again[i])
			}
			different[predict(t, e, s)[0]] = true
		}
		if len(different) < 5 {
			t.Errorf("%d different probabilities", len(different))
		}
	})
}

// The first feature of the invented data is 0 or 1, the fourth a whole number.
func TestSamplesFollowTheFeatures(t *testing.T) {
	_, e := load(t, "testdata/gb_exponential.safetensors")
	for _, s := range e.Samples(100, 7) {
		if s[0] != 0 && s[0] != 1 || s[3] != math.Trunc(s[3]) {
			t.Errorf("sample %v", s)
		}
	}
}

func TestManyGoroutines(t *testing.T) {
	recorded(t, func(t *testing.T, _ *Spec, e *Estimator, rows []row) {
		var want [][]float64
		for _, r := range rows {
			want = append(want, predict(t, e, r.Features))
		}
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				p, chosen := make([]float64, len(e.Classes())), make([]bool, len(e.Classes()))
				for i, r := range rows {
					if err := e.Predict(r.Features, p, chosen); err != nil || !slices.Equal(p, want[i]) {
						t.Errorf("row %d: %v, %v, want %v", i, p, err, want[i])
					}
				}
			})
		}
		group.Wait()
	})
}

// predict returns the probabilities.
func predict(t testing.TB, e *Estimator, values []float64) []float64 {
	t.Helper()
	p, chosen := make([]float64, len(e.Classes())), make([]bool, len(e.Classes()))
	if err := e.Predict(values, p, chosen); err != nil {
		t.Fatalf("%v: %v", values, err)
	}
	return p
}
