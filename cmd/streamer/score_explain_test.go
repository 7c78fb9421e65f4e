package main

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"revscore/internal/score/model"
)

// explainedLines are the cells of a model, line by line.
func explainedLines(t *testing.T, out, name string) []cell {
	t.Helper()
	var list []cell
	for text := range strings.Lines(out) {
		var l struct {
			Scores map[string]struct {
				Score       struct{ Probability map[string]float64 }
				Explanation *model.Explanation
				Unexplained string
			}
		}
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatalf("%v in %.300q", err, text)
		}
		got := l.Scores[name]
		c := cell{Explanation: got.Explanation, Unexplained: got.Unexplained}
		if e := got.Explanation; e != nil {
			checkExplanation(t, e, got.Score.Probability)
		}
		list = append(list, c)
	}
	return list
}

// checkExplanation sees that the parts add up to the margin, and the margin is that of
// the probability.
func checkExplanation(t *testing.T, e *model.Explanation, probability map[string]float64) {
	t.Helper()
	sum := e.Base + e.Rest
	for _, f := range e.Features {
		sum += f.Contribution
	}
	if p := probability[e.Class]; math.Abs(sum-e.Margin) > 1e-9 || math.Abs(1/(1+math.Exp(-e.Margin))-p) > 1e-9 {
		t.Errorf("%+v adds up to %v, the probability is %v", e, sum, p)
	}
}

func TestScoreExplains(t *testing.T) {
	in := input(43, `"Hello worldddd, hello."`, `{"text":"Hello."}`) + input(44, "null", "null")
	out, err := execute(t, in, append(bothModels, "--explain", "2")...)
	if err != nil {
		t.Fatal(err)
	}
	cells := explainedLines(t, out, "reverted")
	e := cells[0].Explanation
	if e == nil || e.Class != "true" || len(e.Features) != 2 {
		t.Fatalf("%+v in %s", e, out)
	}
	for _, f := range e.Features {
		verb := "raises"
		if f.Contribution < 0 {
			verb = "lowers"
		}
		if want := fmt.Sprintf(": %s reverted by %.2f", verb, math.Abs(f.Contribution)); !strings.HasSuffix(f.Words, want) {
			t.Errorf("%q, want ...%q", f.Words, want)
		}
	}
	if cells[1].Explanation != nil || cells[1].Unexplained != "" {
		t.Errorf("without a score: %+v", cells[1])
	}
	const want = "*.revid: explain digits of the revision id: this kind of model is not explained"
	if c := explainedLines(t, out, "revid")[0]; c.Explanation != nil || c.Unexplained != want {
		t.Errorf("%+v, want %q", c, want)
	}
	if out, err := execute(t, in, bothModels...); err != nil || strings.Contains(out, "xplain") {
		t.Errorf("without the flag: %v, %s", err, out)
	}
}

// What is imported from scikit-learn has what explanations need, whatever it is.
func TestScoreExplainsFeatures(t *testing.T) {
	dir := imported(t, "bools", "damaging")
	in := readText(t, answersOf("bools"))
	out, err := execute(t, in, "score", "--from-features", "--explain", "100", "--model", dir)
	if err != nil {
		t.Fatal(err)
	}
	cells := explainedLines(t, out, "damaging")
	for i, c := range cells {
		if c.Explanation == nil || math.Abs(c.Explanation.Rest) > 1e-9 {
			t.Errorf("line %d: %+v", i+1, c)
		}
	}
	if len(cells) != 12 {
		t.Errorf("%d lines", len(cells))
	}
}

func TestScoreCannotExplain(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--model", "embedded:revid", "--explain", "3"}, "this kind of model is not explained"},
		{[]string{"--model", "embedded:revid", "--explain", "-1"}, "--explain is -1"},
		{[]string{"--model", "embedded:enwiki.reverted", "--explain", "3", "--features-only"}, "none of the others can be"},
	} {
		if _, err := execute(t, "", append([]string{"score"}, c.args...)...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want %q", c.args, err, c.want)
		}
	}
}
