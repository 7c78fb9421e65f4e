package tree

import (
	"errors"
	"math"
	"os"
	"testing"
)

// stump.json was written by hand so that each case below can be followed on
// paper: two features, the second scaled by (x-10)/4, init 0, rate 0.5.
//
//	tree 0: x0 <= 1.5 ? -2 : (x1 <= 0 ? 1 : 3)
//	tree 1: always 0.5
func readStump(t testing.TB) *Boost {
	t.Helper()
	data, err := os.ReadFile("testdata/stump.json")
	if err != nil {
		t.Fatal(err)
	}
	b, err := ReadBoost(data)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestPredict(t *testing.T) {
	cases := []struct {
		name   string
		values []float64
		raw    float64
	}{
		{"left", []float64{1, 0}, -1 + 0.25},
		{"equal goes left", []float64{1.5, 0}, -1 + 0.25},
		{"rounded to float32 before the test", []float64{1.5 + 1e-9, 0}, -1 + 0.25},
		{"next float32 goes right", []float64{1.5000001, 10}, 0.5 + 0.25},
		{"scaled value equals the threshold", []float64{2, 10}, 0.5 + 0.25},
		{"scaled value above the threshold", []float64{2, 10.5}, 1.5 + 0.25},
		{"negative zero", []float64{math.Copysign(0, -1), 0}, -1 + 0.25},
	}
	b := readStump(t)
	for _, c := range cases {
		got, err := b.Predict(c.values)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		p := 1 / (1 + math.Exp(-c.raw))
		if want := [2]float64{1 - p, p}; got != want {
			t.Errorf("%s: %v, want %v", c.name, got, want)
		}
	}
}

func TestPredictRefuses(t *testing.T) {
	b := readStump(t)
	cases := []struct {
		name   string
		values []float64
		index  int
		text   string
	}{
		{"NaN", []float64{1, math.NaN()}, 1, "value 1 is NaN"},
		{"infinity", []float64{math.Inf(-1), 0}, 0, "value 0 is -Inf"},
		{"beyond float32", []float64{1e39, 0}, 0, "value 0 is 1e+39, too large for float32 once scaled"},
	}
	for _, c := range cases {
		got, err := b.Predict(c.values)
		var ve *ValueError
		if !errors.As(err, &ve) || ve.Index != c.index || err.Error() != c.text {
			t.Errorf("%s: error %v, want %q", c.name, err, c.text)
		}
		if got != [2]float64{} {
			t.Errorf("%s: %v beside an error", c.name, got)
		}
	}
	if _, err := b.Predict([]float64{1}); err == nil || err.Error() != "1 values for a model of 2 features" {
		t.Errorf("too few values: error %v", err)
	}
}

func TestClasses(t *testing.T) {
	if got := readStump(t).Classes(); got != [2]any{false, true} {
		t.Errorf("classes %v", got)
	}
}

func TestPredictDoesNotAllocate(t *testing.T) {
	b := readStump(t)
	values := []float64{2, 11}
	if n := testing.AllocsPerRun(100, func() {
		if _, err := b.Predict(values); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations a prediction", n)
	}
}

func TestFloor32(t *testing.T) {
	for _, v := range []float64{0, 1.5, 0.1, -0.1, 1e-50, -1e-50, 1e300, -1e300, math.MaxFloat32} {
		f := floor32(v)
		next := math.Nextafter32(f, float32(math.Inf(1)))
		if float64(f) > v || (float64(next) <= v && f != next) {
			t.Errorf("floor32(%v) = %v, next %v", v, f, next)
		}
	}
}
