package model

import (
	"errors"
	"math"
	"strings"
	"testing"

	"revscore/internal/event"
	"revscore/internal/score/estimator"
	"revscore/internal/score/explain"
)

// explained loads a draft and explains its answer to values.
func explained(t *testing.T, d *Draft, values ...float64) (event.Score, *Explanation, error) {
	t.Helper()
	m, err := Load(filesOf(t, d), ".", NewLibrary(nil))
	if err != nil {
		t.Fatal(err)
	}
	s, err := m.Score(1, values)
	if err != nil {
		t.Fatal(err)
	}
	e, err := m.Explain(values, s, 1)
	return s, e, err
}

func linearDraft(t *testing.T, classes []any, multilabel bool, parts ...estimator.Part) *Draft {
	d := stumpDraft(t)
	d.Estimator = &estimator.Spec{Classes: classes, Multilabel: multilabel, Features: 2, Parts: parts}
	return d
}

func weights(link estimator.Link, decision estimator.Decision, coef ...[]float64) *estimator.Linear {
	return &estimator.Linear{Coef: coef, Intercept: make([]float64, len(coef)), Link: link, Decision: decision}
}

func TestExplainedClass(t *testing.T) {
	binary := weights(estimator.Logistic, estimator.RawAbove, []float64{-1, -2})
	for name, c := range map[string]struct {
		draft       *Draft
		class, said string
		margin      float64
	}{
		"true, though false is predicted": {linearDraft(t, []any{false, true}, false, binary), "true", "two is 3: lowers stump by 6.00", -7},
		"true stands first":               {linearDraft(t, []any{true, false}, false, binary), "true", "two is 3: raises stump by 6.00", 7},
		"the class predicted":             {linearDraft(t, []any{"good", "bad"}, false, binary), "good", "two is 3: raises good by 6.00", 7},
		"a number": {linearDraft(t, []any{int64(1), int64(2), int64(3)}, false, weights(estimator.Softmax, estimator.RawMax, []float64{0, 0}, []float64{0, 1}, []float64{1, 0})),
			"2", "two is 3: raises 2 by 3.00", 3},
		"the likeliest of labels": {linearDraft(t, []any{"a", "b"}, true, binary, weights(estimator.Logistic, estimator.RawAbove, []float64{-1, -1})), "b", "two is 3: lowers b by 3.00", -4},
	} {
		t.Run(name, func(t *testing.T) {
			_, e, err := explained(t, c.draft, 1, 3)
			if err != nil {
				t.Fatal(err)
			}
			if e.Class != c.class || e.Margin != c.margin || len(e.Features) != 1 || e.Features[0].Words != c.said {
				t.Errorf("%+v, want %+v", e, c)
			}
			if sum := e.Base + e.Features[0].Contribution + e.Rest; math.Abs(sum-e.Margin) > 1e-12 {
				t.Errorf("adds up to %v: %+v", sum, e)
			}
		})
	}
}

// A bundle from before covers were kept says what to do.
func TestExplainWithoutCover(t *testing.T) {
	_, _, err := explained(t, stumpDraft(t), 1, 3)
	if !errors.Is(err, explain.ErrNoCover) || !strings.Contains(err.Error(), "testwiki.stump: explain gradient boosting, 2 trees: its trees lack") || !strings.Contains(err.Error(), "import the original model file again") {
		t.Error(err)
	}
}
