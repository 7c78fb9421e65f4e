package estimator

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestFMA32 compares with exact sums, terms of like size and of very different.
func TestFMA32(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	number := func() float32 {
		return float32(math.Ldexp(2*rng.Float64()-1, rng.IntN(60)-30))
	}
	for range 200_000 {
		x, y, z := number(), number(), number()
		if rng.IntN(2) == 0 { // close to a tie: the product's last bits decide
			z = float32(-float64(x)*float64(y)) + number()*1e-7
		}
		exact := new(big.Float).SetPrec(400).Mul(big.NewFloat(float64(x)), big.NewFloat(float64(y)))
		exact.Add(exact, big.NewFloat(float64(z)))
		want, _ := exact.Float32()
		if got := fma32(x, y, z); got != want {
			t.Fatalf("%v*%v+%v is %v, want %v", x, y, z, got, want)
		}
	}
}

func TestExp32(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	wrong := 0
	for range 100_000 {
		x := float32(rng.Float64()*190 - 103)
		got, want := exp32(x), float32(math.Exp(float64(x)))
		if got == want {
			continue
		}
		wrong++
		if math.Nextafter32(got, want) != want {
			t.Fatalf("exp(%v) is %v, want about %v", x, got, want)
		}
	}
	if wrong > 1000 {
		t.Errorf("%d of 100000 are not rounded correctly", wrong)
	}
	for x, want := range map[float32]float32{0: 1, -200: 0, 200: float32(math.Inf(1)), -104.5: 0, 89.5: float32(math.Inf(1))} {
		if got := exp32(x); got != want {
			t.Errorf("exp(%v) is %v, want %v", x, got, want)
		}
	}
}

// TestRounding: Above and Below keep comparisons with float32s.
func TestRounding(t *testing.T) {
	up, down := math.Nextafter32(0.1, 1), math.Nextafter32(0.1, 0)
	for _, c := range []struct {
		x            float64
		above, below float32
	}{
		{float64(float32(0.1)), 0.1, 0.1},
		{float64(float32(0.1)) + 1e-12, up, 0.1},
		{float64(float32(0.1)) - 1e-12, 0.1, down},
		{-1e-300, 0, -math.SmallestNonzeroFloat32},
		{1e300, float32(math.Inf(1)), math.MaxFloat32},
	} {
		if got := above32(c.x); got != c.above {
			t.Errorf("above %v is %v, want %v", c.x, got, c.above)
		}
		if got := below32(c.x); got != c.below {
			t.Errorf("below %v is %v, want %v", c.x, got, c.below)
		}
	}
}

func TestSteps(t *testing.T) {
	third := float64(float32(1) / 3)
	for _, c := range []struct {
		step      Step
		row, want []float64
	}{
		{Step{Op: Add, Values: []float64{1}}, []float64{1, 2}, []float64{2, 3}},
		{Step{Op: Sub, Values: []float64{1, 2}}, []float64{1, 2}, []float64{0, 0}},
		{Step{Op: Mul, Values: []float64{2}}, []float64{3}, []float64{6}},
		{Step{Op: Div, Values: []float64{3}}, []float64{1}, []float64{third}},
		{Step{Op: Div, Values: []float64{3}, Double: true}, []float64{1}, []float64{1.0 / 3}},
		{Step{Op: Clip, Values: []float64{0, 1}}, []float64{-1, 0.5, 2}, []float64{0, 0.5, 1}},
		{Step{Op: Pick, Values: []float64{1}}, []float64{7, 8, 9}, []float64{8}},
		{Step{Op: Nearest}, []float64{1.0 / 3}, []float64{third}},
		{Step{Op: Complement}, []float64{0.25}, []float64{0.75, 0.25}},
		{Step{Op: Mirror}, []float64{0.25}, []float64{-0.25, 0.25}},
		{Step{Op: Expit}, []float64{0, 200, -200}, []float64{0.5, 1, 0}},
		{Step{Op: Sigmoid}, []float64{0, 200, -200}, []float64{0.5, 1, 0}},
		{Step{Op: SoftmaxAll}, []float64{5, 5}, []float64{0.5, 0.5}},
		{Step{Op: SoftmaxAll, Double: true}, []float64{5, -1000}, []float64{1, 0}},
		{Step{Op: SoftmaxZero}, []float64{3, 3, 0}, []float64{0.5, 0.5, 0}},
		{Step{Op: Normalize}, []float64{1, -3}, []float64{0.25, -0.75}},
		{Step{Op: Normalize}, []float64{0, 0}, []float64{0, 0}},
	} {
		row := append(make([]float64, 0, 8), c.row...)
		width, _, err := checkSteps([]Step{c.step}, len(row))
		if err != nil {
			t.Errorf("%s: %v", c.step.Op, err)
			continue
		}
		if got := c.step.run(row); !slices.Equal(got, c.want) || len(got) != width {
			t.Errorf("%s of %v is %v, want %v", c.step.Op, c.row, got, c.want)
		}
	}
}

func TestStepsRefused(t *testing.T) {
	f := func(s Step, width int, want string) {
		t.Helper()
		if _, _, err := checkSteps([]Step{s}, width); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v of %d numbers: error is %v, wanted %q in it", s, width, err, want)
		}
	}
	f(Step{Op: "root"}, 2, `"root"`)
	f(Step{Op: Add}, 2, "0 values for 2")
	f(Step{Op: Add, Values: []float64{1, 2, 3}}, 2, "3 values for 2")
	f(Step{Op: Add, Values: []float64{math.NaN()}}, 2, "NaN")
	f(Step{Op: Add, Values: []float64{0.1}}, 2, "float32")
	f(Step{Op: Div, Values: []float64{0}}, 2, "zero")
	f(Step{Op: Pick, Values: []float64{2}}, 2, "number 2 of 2")
	f(Step{Op: Pick, Values: []float64{0.5}}, 2, "0.5")
	f(Step{Op: Complement}, 2, "takes one")
	f(Step{Op: Expit, Values: []float64{1}}, 2, "1 values")
	f(Step{Op: SoftmaxZero, Double: true}, 2, "float32 only")
}
