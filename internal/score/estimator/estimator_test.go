package estimator

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
)

// stump was written by hand so that each case below can be followed on paper: two
// features, the second scaled by (x-10)/4, base 0, rate 0.5.
//
//	tree 0: x0 <= 1.5 ? -2 : (x1 <= 0 ? 1 : 3)
//	tree 1: always 0.5
func stump() *Spec {
	return &Spec{
		Classes: []any{false, true}, Features: 2,
		Scaler: Scaler{Center: []float64{0, 10}, Scale: []float64{1, 4}},
		Parts: []Part{&Ensemble{
			Trees: []Tree{{
				Feature: []int32{0, -1, 1, -1, -1}, Threshold: []float64{1.5, 0, 0, 0, 0},
				Left: []uint32{1, 0, 3, 0, 0}, Right: []uint32{2, 0, 4, 0, 0}, Value: []float64{0, -2, 0, 1, 3},
			}, {
				Feature: []int32{-1}, Threshold: []float64{0},
				Left: []uint32{0}, Right: []uint32{0}, Value: []float64{0.5},
			}},
			Width: 1, Outputs: 1, Base: []float64{0}, Rate: 0.5, Link: Logistic, Decision: Argmax,
		}},
	}
}

func build1(t testing.TB, spec *Spec) *Estimator {
	t.Helper()
	e, err := New(spec)
	if err != nil {
		t.Fatal(err)
	}
	return e
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
	e := build1(t, stump())
	for _, c := range cases {
		p, chosen := make([]float64, 2), make([]bool, 2)
		if err := e.Predict(c.values, p, chosen); err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		one := 1 / (1 + math.Exp(-c.raw))
		if !slices.Equal(p, []float64{1 - one, one}) || chosen[1] != (c.raw > 0) || chosen[0] == chosen[1] {
			t.Errorf("%s: %v %v, want %v", c.name, p, chosen, one)
		}
	}
}

func TestPredictRefusesValues(t *testing.T) {
	trees := build1(t, stump())
	sums := build1(t, &Spec{
		Classes: []any{false, true}, Features: 2, Scaler: Scaler{Scale: []float64{1, 0.5}},
		Parts: []Part{&Linear{Coef: [][]float64{{1, 1}}, Intercept: []float64{0}, Link: Logistic, Decision: RawAbove}},
	})
	cases := []struct {
		name   string
		e      *Estimator
		values []float64
		index  int
		text   string
	}{
		{"NaN", trees, []float64{1, math.NaN()}, 1, "value 1 is NaN"},
		{"infinity", trees, []float64{math.Inf(-1), 0}, 0, "value 0 is -Inf"},
		{"beyond float32", trees, []float64{1e39, 0}, 0, "value 0 is 1e+39, too large once scaled"},
		{"linear takes float64", sums, []float64{1e39, 0}, -1, ""},
		{"linear takes no infinity", sums, []float64{0, math.Inf(1)}, 1, "value 1 is +Inf"},
		{"beyond float64 once scaled", sums, []float64{0, -math.MaxFloat64}, 1,
			"value 1 is -1.7976931348623157e+308, too large once scaled"},
	}
	for _, c := range cases {
		p, chosen := []float64{1, 1}, []bool{true, true}
		err := c.e.Predict(c.values, p, chosen)
		if c.index < 0 {
			if err != nil {
				t.Errorf("%s: error %v", c.name, err)
			}
			continue
		}
		var ve *ValueError
		if !errors.As(err, &ve) || ve.Index != c.index || err.Error() != c.text {
			t.Errorf("%s: error %v, want %q", c.name, err, c.text)
		}
		if p[0] != 0 || p[1] != 0 || chosen[0] || chosen[1] {
			t.Errorf("%s: %v %v beside an error", c.name, p, chosen)
		}
	}
}

func TestPredictRefusesLengths(t *testing.T) {
	e := build1(t, stump())
	for _, c := range []struct {
		values, p, chosen int
		want              string
	}{
		{1, 2, 2, "1 values for an estimator of 2 features"},
		{2, 1, 2, "room for 1 probabilities and 2 choices of 2 classes"},
		{2, 2, 3, "room for 2 probabilities and 3 choices of 2 classes"},
	} {
		err := e.Predict(make([]float64, c.values), make([]float64, c.p), make([]bool, c.chosen))
		if err == nil || err.Error() != c.want {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
}

// Far from every class, and where all sigmoids of a one-vs-rest model are 0, the
// original divides nothing by nothing and answers NaN.
func TestPredictUndefined(t *testing.T) {
	rest := &Spec{Classes: []any{"a", "b", "c"}, Features: 1, Parts: []Part{&Linear{
		Coef: [][]float64{{1}, {1}, {1}}, Intercept: make([]float64, 3), Link: OneVsRest, Decision: RawMax,
	}}}
	bayes := &Spec{Classes: []any{"a", "b"}, Features: 1, Parts: []Part{&GaussianNB{
		Theta: [][]float64{{0}, {1}}, Var: [][]float64{{1e-9}, {1e-9}}, Prior: []float64{0.5, 0.5},
	}}}
	for _, c := range []struct {
		spec  *Spec
		value float64
	}{{rest, -1e4}, {bayes, 1e200}} {
		p, chosen := make([]float64, len(c.spec.Classes)), make([]bool, len(c.spec.Classes))
		err := build1(t, c.spec).Predict([]float64{c.value}, p, chosen)
		if !errors.Is(err, errUndefined) || slices.Max(p) != 0 || slices.Contains(chosen, true) {
			t.Errorf("%T: %v %v %v", c.spec.Parts[0], p, chosen, err)
		}
	}
}

func TestAccessors(t *testing.T) {
	spec := stump()
	spec.Importance, spec.ImportanceOf = []float64{0.25, 0.75}, "splits"
	e := build1(t, spec)
	share, of := e.Importance()
	if e.Features() != 2 || !slices.Equal(e.Classes(), []any{false, true}) || e.Multilabel() ||
		e.Kind() != "gradient boosting, 2 trees" || share[1] != 0.75 || of != "splits" {
		t.Errorf("%d %v %v %q %v %q", e.Features(), e.Classes(), e.Multilabel(), e.Kind(), share, of)
	}
	_, e = load(t, "testdata/gb_labels.safetensors")
	if !e.Multilabel() || e.Kind() != "gradient boosting for each of 3 labels, 15 trees" {
		t.Errorf("%v %q", e.Multilabel(), e.Kind())
	}
}

// A forest of the original had a feature with an importance of -1.8e-18, and was refused.
func TestNewTakesImportanceJustBelowZero(t *testing.T) {
	spec := stump()
	spec.Importance, spec.ImportanceOf = []float64{-1.8e-18, 1}, "splits"
	if err := spec.checkImportance(); err != nil {
		t.Error(err)
	}
}

// Each case damages the stump, or another spec where it says so.
func TestNewRefuses(t *testing.T) {
	ensemble := func(f func(*Ensemble)) func(*Spec) {
		return func(s *Spec) { f(s.Parts[0].(*Ensemble)) }
	}
	cases := []struct {
		damage func(*Spec)
		want   string
	}{
		{func(s *Spec) { s.Classes = nil }, "0 classes"},
		{func(s *Spec) { s.Classes = s.Classes[:1] }, "1 class, must be 2"},
		{func(s *Spec) { s.Classes = make([]any, MaxClasses+1) }, "257 classes"},
		{func(s *Spec) { s.Classes[1] = false }, "two classes are false"},
		{func(s *Spec) { s.Classes[1] = "true" }, "class 1 is a string, others are a bool"},
		{func(s *Spec) { s.Classes = []any{"", ""} }, `two classes are ""`},
		{func(s *Spec) { s.Classes[0] = 1.5 }, "class 0 is a float64"},
		{func(s *Spec) { s.Features = 0 }, "0 features"},
		{func(s *Spec) { s.Features = MaxFeatures + 1 }, "1025 features"},
		{func(s *Spec) { s.Parts = nil }, "0 parts, must be 1"},
		{func(s *Spec) { s.Multilabel = true }, "1 parts for 2 labels"},
		{func(s *Spec) { s.Parts[0] = nil }, "part 0: missing"},
		{func(s *Spec) { s.Parts[0] = (*SVC)(nil) }, "part 0: missing"},
		{func(s *Spec) { s.Scaler.Scale = s.Scaler.Scale[:1] }, "scaler: scale has 1 numbers, must have 2"},
		{func(s *Spec) { s.Scaler.Scale[1] = 0 }, "scaler: scale of feature 1 is 0"},
		{func(s *Spec) { s.Scaler.Center[1] = math.NaN() }, "scaler: center[1] is NaN"},
		{func(s *Spec) { s.Importance = []float64{1, 1}; s.ImportanceOf = "splits" }, "importance adds up to 2"},
		{func(s *Spec) { s.Importance = []float64{-1, 2}; s.ImportanceOf = "splits" }, "importance of feature 0 is -1"},
		{func(s *Spec) { s.Importance = []float64{0, 1} }, "does not say what it is a share of"},
		{func(s *Spec) { s.ImportanceOf = "splits" }, "are missing"},
		{ensemble(func(e *Ensemble) { e.Trees = nil }), "no trees"},
		{ensemble(func(e *Ensemble) { e.Rate = 0 }), "rate is 0"},
		{ensemble(func(e *Ensemble) { e.Base = nil }), "base has 0 numbers"},
		{ensemble(func(e *Ensemble) { e.Base[0] = math.Inf(1) }), "base[0] is +Inf"},
		{ensemble(func(e *Ensemble) { e.Outputs = 3 }), "3 outputs"},
		{ensemble(func(e *Ensemble) { e.Width = 2 }), "leaves of 2 numbers for 1 outputs"},
		{ensemble(func(e *Ensemble) { e.Target = []int32{0} }), "1 targets of 2 trees"},
		{ensemble(func(e *Ensemble) { e.Target = []int32{0, 1} }), "tree 1: output 1 of 1"},
		{ensemble(func(e *Ensemble) { e.Single = true }), "float32 outside a chain"},
		{ensemble(func(e *Ensemble) { e.Link = Softmax }), "link softmax over 1 outputs for 2 classes"},
		{ensemble(func(e *Ensemble) { e.Link = "probit" }), `link is "probit"`},
		{ensemble(func(e *Ensemble) { e.Link = Identity }), "can be -0.75 to 1.75"},
		{ensemble(func(e *Ensemble) { e.Decision = RawMax }), "decision raw_max over 1 outputs"},
		{ensemble(func(e *Ensemble) { e.Decision = "" }), `decision is ""`},
		{ensemble(func(e *Ensemble) { e.Trees[0].Value = e.Trees[0].Value[:4] }), "tree 0: 4 values for 5 nodes of 1"},
		{ensemble(func(e *Ensemble) { e.Trees[0].Value[0] = 7 }), "tree 0: node 0: a split with a leaf's value"},
		{ensemble(func(e *Ensemble) { e.Trees[1].Value[0] = math.Inf(1) }), "tree 1: node 0: value of +Inf"},
		{ensemble(func(e *Ensemble) { e.Trees[0].Cover = []float64{1} }), "tree 0: cover of 1 numbers"},
		{ensemble(func(e *Ensemble) { e.Trees[1].Cover = []float64{-1} }), "tree 1: node 0: cover is -1"},
		{ensemble(func(e *Ensemble) { e.Trees[0].Left[2] = 9 }), "tree 0: node 2: child 9 of 5 nodes"},
		{ensemble(func(e *Ensemble) { e.Trees[0].Value[1], e.Trees[1].Value[0] = 1.7e308, 1.7e308 }), "can leave float64"},
		{func(s *Spec) { s.Parts[0] = &Linear{Link: Logistic, Decision: RawAbove} }, "coef has 0 rows"},
		{func(s *Spec) {
			s.Parts[0] = &Linear{Coef: [][]float64{{1, 2}}, Intercept: []float64{0}, Link: Identity, Decision: RawAbove}
		}, "no probability"},
		{func(s *Spec) {
			two := [][]float64{{0, 0}, {1, 1}}
			s.Parts[0] = &GaussianNB{Theta: two, Var: two, Prior: []float64{0.5, 0.5}}
		}, "var of class 0, feature 0 is 0"},
		{func(s *Spec) {
			two := [][]float64{{1, 1}, {1, 1}}
			s.Parts[0] = &GaussianNB{Theta: two, Var: two, Prior: []float64{0, 0}}
		}, "prior is 0 for every class"},
		{func(s *Spec) {
			s.Parts[0] = &BernoulliNB{LogProb: [][]float64{{-1, -1}, {-1, 0}}, LogPrior: []float64{-1, -1}}
		}, "log_prob of class 1, feature 1 is 0, must be below 0"},
		{func(s *Spec) { s.Parts[0] = &SVC{Kernel: "precomputed"} }, `kernel is "precomputed"`},
		{func(s *Spec) {
			s.Parts[0] = &SVC{Kernel: "rbf", Support: [][]float64{{0, 0}}, PerClass: []int{1, 1}, Dual: [][]float64{{1}},
				Intercept: []float64{0}, ProbA: []float64{0}, ProbB: []float64{0}}
		}, "2 vectors in all classes, 1 in support"},
		{func(s *Spec) { s.Parts[0] = &Chain{Scores: &SVC{}, Decision: Argmax} }, "must be of an Ensemble or a Linear"},
		{func(s *Spec) {
			s.Multilabel, s.Parts = true, []Part{s.Parts[0], &Chain{Scores: s.Parts[0], Decision: Argmax}}
		}, "part 1: a chain beside others"},
		{func(s *Spec) { s.Parts[0] = &Chain{Scores: s.Parts[0], Decision: Argmax} }, "after: 1 numbers for 2 classes"},
	}
	for _, c := range cases {
		spec := stump()
		c.damage(spec)
		_, err := New(spec)
		if err == nil || !strings.HasPrefix(err.Error(), "estimator: ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
		if _, err := spec.Encode(); err == nil {
			t.Errorf("encoded in spite of %q", c.want)
		}
	}
}

// A chain that does the stump's arithmetic in its own steps gives its probabilities,
// up to float32.
func TestChain(t *testing.T) {
	spec := stump()
	center, scale := spec.Scaler.Center, spec.Scaler.Scale
	spec.Scaler = Scaler{}
	inner := spec.Parts[0].(*Ensemble)
	inner.Single = true
	spec.Parts[0] = &Chain{
		Before: []Step{{Op: Nearest}, {Op: Sub, Values: center}, {Op: Div, Values: scale}},
		Scores: inner,
		After:  []Step{{Op: Expit}, {Op: Complement}}, Decision: RawAbove, Raw: 0,
	}
	data, err := spec.Encode()
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	header, tensors := parts(data)
	for old, repl := range map[string]string{`\"op\":`: `\"op\":\"complement\",\"Op\":`, `\"values\":[`: `\"values\":[null,`} {
		if damaged := strings.Replace(header, old, repl, 1); damaged == header {
			t.Errorf("%s is not in %s", old, header)
		} else if _, err := Decode(file(damaged, tensors)); err == nil {
			t.Errorf("%s for %s: accepted", repl, old)
		}
	}
	want, got := build1(t, stump()), build1(t, decoded)
	for _, values := range [][]float64{{1, 0}, {2, 10}, {2, 10.5}} {
		p, chosen := make([]float64, 2), make([]bool, 2)
		if err := got.Predict(values, p, chosen); err != nil {
			t.Fatal(err)
		}
		q := predict(t, want, values)
		if math.Abs(p[1]-q[1]) > 1e-7 || p[1] == q[1] || chosen[1] != (q[1] > 0.5) || chosen[0] == chosen[1] {
			t.Errorf("%v: %v %v, want %v", values, p, chosen, q)
		}
	}
	if got.Kind() != "gradient boosting, 2 trees" {
		t.Errorf("kind %q", got.Kind())
	}
	if n := len(got.Samples(20, 1)); n != 20 {
		t.Errorf("%d samples", n)
	}
}
