package explain

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"

	"revscore/internal/score/estimator"
)

func names(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = "feature.f" + strconv.Itoa(i)
	}
	return list
}

func explainer(t testing.TB, s *estimator.Spec) (*estimator.Estimator, *Explainer) {
	t.Helper()
	e, err := estimator.New(s)
	if err != nil {
		t.Fatal(err)
	}
	x, err := New(e, names(s.Features))
	if err != nil {
		t.Fatal(err)
	}
	return e, x
}

// add checks that an explanation adds up, and that its margin is want.
func (e *Explanation) add(t testing.TB, want, tolerance float64) {
	t.Helper()
	sum := e.Base
	for _, c := range e.Contributions {
		sum += c
	}
	if !(math.Abs(sum-e.Margin) <= 1e-9) || !(math.Abs(e.Margin-want) <= tolerance) {
		t.Fatalf("base and contributions are %v, margin %v, want %v", sum, e.Margin, want)
	}
}

func probability(t testing.TB, e *estimator.Estimator, values []float64) []float64 {
	t.Helper()
	n := len(e.Classes())
	p := make([]float64, n)
	if err := e.Predict(values, p, make([]bool, n)); err != nil {
		t.Fatal(err)
	}
	return p
}

func logit(p float64) float64 { return math.Log(p) - math.Log(1-p) }

var threeClasses = []any{"a", "b", "c"}

// forms are the ensembles there are: how the leaves' numbers become outputs, and what a
// probability becomes to be compared with a margin.
var forms = []struct {
	name           string
	classes        []any
	width, outputs int
	mean           bool
	link           estimator.Link
	margin         func(p []float64, class int) float64 // nil: differences of logarithms
}{
	{"binomial", []any{false, true}, 1, 1, false, estimator.Logistic, func(p []float64, c int) float64 { return logit(p[c]) }},
	{"exponential", []any{false, true}, 1, 1, false, estimator.Logistic2, func(p []float64, c int) float64 { return logit(p[c]) / 2 }},
	{"multinomial", threeClasses, 1, 3, false, estimator.Softmax, nil},
	{"forest", threeClasses, 3, 3, true, estimator.Identity, func(p []float64, c int) float64 { return p[c] }},
	{"forest of one output", []any{false, true}, 1, 1, true, estimator.Identity, func(p []float64, c int) float64 { return p[c] }},
}

// The law: contributions are Shapley values of the definition, and add up to what the
// estimator says.
func TestTreesAreShapleyValues(t *testing.T) {
	for _, form := range forms {
		t.Run(form.name, func(t *testing.T) {
			for seed := range uint64(60) {
				rng := rand.New(rand.NewPCG(seed, 7))
				features := 1 + rng.IntN(8)
				e := &estimator.Ensemble{
					Width: form.width, Outputs: form.outputs, Base: make([]float64, form.outputs), Rate: 0.5,
					Mean: form.mean, Link: form.link, Decision: estimator.Argmax,
				}
				leaf := rng.NormFloat64
				if form.mean {
					e.Rate, leaf = 1, rng.Float64
				} else {
					for i := range e.Base {
						e.Base[i] = rng.NormFloat64()
					}
				}
				for range 1 + rng.IntN(6) {
					e.Trees = append(e.Trees, grow(rng, features, form.width, rng.IntN(8), leaf))
				}
				s := &estimator.Spec{Classes: form.classes, Features: features, Parts: []estimator.Part{e}}
				if rng.IntN(2) == 0 {
					s.Scaler.Center, s.Scaler.Scale = make([]float64, features), make([]float64, features)
					for i := range features {
						s.Scaler.Center[i], s.Scaler.Scale[i] = rng.NormFloat64(), 0.5+rng.Float64()
					}
				}
				checkEnsemble(t, s, e, rng, form.margin)
			}
		})
	}
}

func checkEnsemble(t *testing.T, s *estimator.Spec, e *estimator.Ensemble, rng *rand.Rand, margin func([]float64, int) float64) {
	t.Helper()
	est, x := explainer(t, s)
	for range 4 {
		values, scaled := make([]float64, s.Features), make([]float64, s.Features)
		for i := range values {
			values[i] = float64(rng.IntN(13)-6) / 2
			scaled[i] = values[i]
			if s.Scaler.Center != nil {
				scaled[i] = (values[i] - s.Scaler.Center[i]) / s.Scaler.Scale[i]
			}
		}
		p := probability(t, est, values)
		var margins []float64
		for class := range s.Classes {
			got, err := x.Explain(values, class)
			if err != nil {
				t.Fatal(err)
			}
			margins = append(margins, got.Margin)
			switch {
			case margin != nil:
				got.add(t, margin(p, class), 1e-9)
			default:
				got.add(t, margins[0]+math.Log(p[class])-math.Log(p[0]), 1e-9)
			}
			want := shapley(s.Features, func(known uint) float64 { return worth(e, scaled, known, class, len(s.Classes)) })
			if base := worth(e, scaled, 0, class, len(s.Classes)); math.Abs(base-got.Base) > 1e-9 {
				t.Fatalf("base %v, want %v", got.Base, base)
			}
			for i, v := range want {
				if math.Abs(v-got.Contributions[i]) > 1e-9 {
					t.Fatalf("class %d: contributions %v, want %v", class, got.Contributions, want)
				}
			}
		}
	}
}

// worth is the margin of a class where only some features are known.
func worth(e *estimator.Ensemble, x []float64, known uint, class, classes int) float64 {
	output, negative := class, false
	if e.Outputs == 1 {
		output, negative = 0, class == 0
	}
	sum := e.Base[output]
	for i := range e.Trees {
		switch {
		case e.Width > 1:
			sum += e.Rate * expectation(&e.Trees[i], x, known, e.Width, output)
		case i%e.Outputs == output:
			sum += e.Rate * expectation(&e.Trees[i], x, known, 1, 0)
		}
	}
	if e.Mean {
		sum /= float64(len(e.Trees))
	}
	switch {
	case negative && e.Link == estimator.Identity:
		return 1 - sum
	case negative:
		return -sum
	}
	return sum
}

// ladder is a tree of one long path: at each split, of another feature, that share of the
// samples stays on it.
func ladder(depth int, stay float64) estimator.Tree {
	n := 2*depth + 1
	t := estimator.Tree{
		Feature: make([]int32, n), Threshold: make([]float64, n), Left: make([]uint32, n), Right: make([]uint32, n),
		Value: make([]float64, n), Cover: make([]float64, n),
	}
	cover := 1e6
	for d := range depth {
		i := 2 * d
		t.Feature[i], t.Left[i], t.Right[i], t.Cover[i] = int32(d), uint32(i+1), uint32(i+2), cover
		t.Feature[i+1], t.Value[i+1], t.Cover[i+1] = -1, math.Sin(float64(d)), cover*(1-stay)
		cover *= stay
	}
	t.Feature[n-1], t.Value[n-1], t.Cover[n-1] = -1, 1, cover
	return t
}

// Such paths need hundreds of points, and shares from 1 to 1e-300.
func TestDeepTreesAddUp(t *testing.T) {
	for _, depth := range []int{1, 2, 40, 200, 1024} {
		for _, stay := range []float64{0.02, 0.5, 0.999} {
			if stay < 0.5 && depth > 40 {
				continue // covers would come to nothing
			}
			t.Run(fmt.Sprint(depth, stay), func(t *testing.T) {
				features := depth
				s := &estimator.Spec{Classes: []any{false, true}, Features: features, Parts: []estimator.Part{&estimator.Ensemble{
					Trees: []estimator.Tree{ladder(depth, stay)}, Width: 1, Outputs: 1, Base: []float64{0}, Rate: 1,
					Link: estimator.Logistic, Decision: estimator.Argmax,
				}}}
				_, x := explainer(t, s)
				values := make([]float64, features)
				for _, leave := range []int{0, depth / 2, depth} { // values <= 0 leave the ladder
					want := 1.0
					for i := range values {
						values[i] = 1
					}
					if leave < depth {
						values[leave], want = 0, math.Sin(float64(leave))
					}
					got, err := x.Explain(values, 1)
					if err != nil {
						t.Fatal(err)
					}
					got.add(t, want, 1e-12)
				}
			})
		}
	}
}

func TestLinear(t *testing.T) {
	s := &estimator.Spec{
		Classes: []any{false, true}, Features: 2, Scaler: estimator.Scaler{Center: []float64{1, 10}, Scale: []float64{2, 5}},
		Parts: []estimator.Part{&estimator.Linear{
			Coef: [][]float64{{3, -1}}, Intercept: []float64{0.25}, Link: estimator.Logistic, Decision: estimator.RawAbove,
		}},
	}
	e, x := explainer(t, s)
	values := []float64{2, 30}
	p := probability(t, e, values)
	for class, sign := range []float64{-1, 1} {
		got, err := x.Explain(values, class)
		if err != nil {
			t.Fatal(err)
		}
		got.add(t, logit(p[class]), 1e-12)
		if got.Base != sign*0.25 || got.Contributions[0] != sign*1.5 || got.Contributions[1] != sign*-4 {
			t.Errorf("class %d: %+v", class, got)
		}
	}
	if got, err := x.Explain([]float64{1, 10}, 1); err != nil || got.Margin != 0.25 || len(got.Top(9)) != 0 {
		t.Errorf("at the center: %+v, %v", got, err)
	}
}

func TestLinearOfClasses(t *testing.T) {
	s := &estimator.Spec{Classes: threeClasses, Features: 2, Parts: []estimator.Part{&estimator.Linear{
		Coef: [][]float64{{3, -1}, {0, 1}, {-1, -2}}, Intercept: []float64{0.25, 0, -1}, Link: estimator.Softmax, Decision: estimator.RawMax,
	}}}
	_, x := explainer(t, s)
	got, err := x.Explain([]float64{2, 3}, 2)
	if err != nil {
		t.Fatal(err)
	}
	got.add(t, -9, 1e-12)
	if got.Contributions[0] != -2 || got.Contributions[1] != -6 {
		t.Errorf("%+v", got)
	}
}

func TestNaiveBayes(t *testing.T) {
	at := 0.5
	for _, part := range []estimator.Part{
		&estimator.GaussianNB{Theta: [][]float64{{0, 1}, {2, -1}}, Var: [][]float64{{1, 2}, {0.5, 1}}, Prior: []float64{0.25, 0.75}},
		&estimator.BernoulliNB{LogProb: [][]float64{{-1, -2}, {-0.5, -3}}, LogPrior: []float64{-1, -0.5}},
		&estimator.BernoulliNB{LogProb: [][]float64{{-1, -2}, {-0.5, -3}}, LogPrior: []float64{-1, -0.5}, Binarize: &at},
	} {
		e, x := explainer(t, &estimator.Spec{Classes: []any{false, true}, Features: 2, Parts: []estimator.Part{part}})
		for _, values := range [][]float64{{0, 0}, {1, 0}, {1, 1}} {
			p := probability(t, e, values)
			for class := range 2 {
				got, err := x.Explain(values, class)
				if err != nil {
					t.Fatal(err)
				}
				got.add(t, logit(p[class]), 1e-9)
			}
		}
	}
}

// chainOf is a scaler, and scores whose sum becomes a probability, as ONNX has them.
func chainOf(scores estimator.Part, after ...estimator.Step) *estimator.Chain {
	return &estimator.Chain{
		Before: []estimator.Step{
			{Op: estimator.Sub, Values: []float64{1, 2}, Double: true},
			{Op: estimator.Mul, Values: []float64{0.5, 2}, Double: true},
		},
		Scores: scores, After: after, Decision: estimator.Argmax,
	}
}

func TestChain(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	ensemble := &estimator.Ensemble{Width: 1, Outputs: 1, Rate: 1}
	for range 4 {
		ensemble.Trees = append(ensemble.Trees, grow(rng, 2, 1, 4, rng.Float64))
	}
	weights := &estimator.Linear{Coef: [][]float64{{1, -2}}, Intercept: []float64{0.5}}
	onlySecond := chainOf(&estimator.Linear{Coef: [][]float64{{1}}, Intercept: []float64{0}},
		estimator.Step{Op: estimator.Expit, Double: true}, estimator.Step{Op: estimator.Complement, Double: true})
	onlySecond.Before = append(onlySecond.Before, estimator.Step{Op: estimator.Pick, Values: []float64{1}, Double: true})
	cases := map[string]struct {
		chain  *estimator.Chain
		margin func(p float64) float64
	}{
		"linear, expit": {chainOf(weights, estimator.Step{Op: estimator.Expit, Double: true}, estimator.Step{Op: estimator.Complement, Double: true}), logit},
		"linear, softmax": {chainOf(weights, estimator.Step{Op: estimator.Mirror, Double: true}, estimator.Step{Op: estimator.SoftmaxAll, Double: true}),
			func(p float64) float64 { return logit(p) / 2 }},
		"forest": {chainOf(ensemble, estimator.Step{Op: estimator.Div, Values: []float64{4}, Double: true}, estimator.Step{Op: estimator.Complement, Double: true}),
			func(p float64) float64 { return p }},
		"picked": {onlySecond, logit},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			e, x := explainer(t, &estimator.Spec{Classes: []any{false, true}, Features: 2, Parts: []estimator.Part{c.chain}})
			for _, values := range [][]float64{{0, 1}, {1.5, 2}, {3, 3}} {
				p := probability(t, e, values)
				for class := range 2 {
					got, err := x.Explain(values, class)
					if err != nil {
						t.Fatal(err)
					}
					got.add(t, c.margin(p[class]), 1e-9)
					if name == "picked" && got.Contributions[0] != 0 {
						t.Errorf("the other feature contributes: %+v", got)
					}
				}
			}
		})
	}
}

func TestMultilabel(t *testing.T) {
	label := func(coef ...float64) estimator.Part {
		return &estimator.Linear{Coef: [][]float64{coef}, Intercept: []float64{0}, Link: estimator.Logistic, Decision: estimator.RawAbove}
	}
	e, x := explainer(t, &estimator.Spec{Classes: threeClasses, Multilabel: true, Features: 2, Parts: []estimator.Part{label(1, 0), label(0, 2), label(3, 3)}})
	values := []float64{0.5, -1}
	for i, p := range probability(t, e, values) {
		got, err := x.Explain(values, i)
		if err != nil {
			t.Fatal(err)
		}
		got.add(t, logit(p), 1e-12)
	}
}

func stump(cover ...float64) *estimator.Ensemble {
	t := estimator.Tree{
		Feature: []int32{0, -1, -1}, Threshold: []float64{0, 0, 0}, Left: []uint32{1, 0, 0}, Right: []uint32{2, 0, 0},
		Value: []float64{0, 1, 2}, Cover: cover,
	}
	return &estimator.Ensemble{
		Trees: []estimator.Tree{t}, Width: 1, Outputs: 1, Base: []float64{0}, Rate: 1, Link: estimator.Logistic, Decision: estimator.Argmax,
	}
}

func TestNotExplained(t *testing.T) {
	f := func(part estimator.Part, want error) {
		t.Helper()
		e, err := estimator.New(&estimator.Spec{Classes: []any{false, true}, Features: 2, Parts: []estimator.Part{part}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := New(e, names(2)); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", e.Kind(), err, want)
		}
	}
	f(stump(), ErrNoCover)
	f(stump(0, 0, 0), ErrNoCover)
	f(&estimator.SVC{
		Kernel: "rbf", Gamma: 1, Support: [][]float64{{0, 1}, {1, 0}}, PerClass: []int{1, 1}, Dual: [][]float64{{1, -1}},
		Intercept: []float64{0}, ProbA: []float64{-1}, ProbB: []float64{0},
	}, ErrKind)
	mixed := chainOf(&estimator.Linear{Coef: [][]float64{{1, 1}}, Intercept: []float64{0}},
		estimator.Step{Op: estimator.Expit, Double: true}, estimator.Step{Op: estimator.Complement, Double: true})
	mixed.Before = append(mixed.Before, estimator.Step{Op: estimator.Normalize, Double: true})
	f(mixed, ErrMixed)
}

func TestBadValues(t *testing.T) {
	e, x := explainer(t, &estimator.Spec{Classes: []any{false, true}, Features: 2, Parts: []estimator.Part{stump(3, 1, 2)}})
	var ve *estimator.ValueError
	if _, err := x.Explain([]float64{1, math.NaN()}, 1); !errors.As(err, &ve) || ve.Index != 1 {
		t.Errorf("NaN: %v", err)
	}
	for _, class := range []int{-1, 2} {
		if _, err := x.Explain([]float64{1, 1}, class); err == nil {
			t.Errorf("class %d is explained", class)
		}
	}
	for _, n := range []int{0, 1, 3} {
		if _, err := x.Explain(make([]float64, n), 1); err == nil {
			t.Errorf("%d values are explained", n)
		}
	}
	if _, err := New(e, names(3)); err == nil {
		t.Error("three names of two features")
	}
}

func boosted(trees, features, depth int) *estimator.Spec {
	rng := rand.New(rand.NewPCG(1, 2))
	e := &estimator.Ensemble{Width: 1, Outputs: 1, Base: []float64{0}, Rate: 0.1, Link: estimator.Logistic, Decision: estimator.Argmax}
	for range trees {
		e.Trees = append(e.Trees, grow(rng, features, 1, depth, rng.NormFloat64))
	}
	return &estimator.Spec{Classes: []any{false, true}, Features: features, Parts: []estimator.Part{e}}
}

func TestManyAtOnce(t *testing.T) {
	_, x := explainer(t, boosted(20, 10, 6))
	values := [][]float64{make([]float64, 10), {1, 2, 3, -1, -2, -3, 0, 1, 2, 0}}
	var want [2]Explanation
	for i := range want {
		want[i], _ = x.Explain(values[i], 1)
	}
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for range 50 {
				got, err := x.Explain(values[i%2], 1)
				if err != nil || fmt.Sprint(got) != fmt.Sprint(want[i%2]) {
					t.Errorf("%v, %v", got, err)
					return
				}
			}
		})
	}
	group.Wait()
}
