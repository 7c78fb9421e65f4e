package comparison_test

import (
	"bytes"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"revscore/internal/comparison"
	"revscore/internal/event"
	"revscore/internal/score/estimator"
	"revscore/internal/score/feature"
	"revscore/internal/score/model"
	"revscore/internal/score/statistics"
)

var update = flag.Bool("update", false, "write testdata anew")

// made is a model of some labels, which predicts always the same: comparisons are
// given scores. Its statistics, if any, are of observations.
func made(t testing.TB, name string, labels []any, multilabel bool, observations ...statistics.Observation) *model.Model {
	t.Helper()
	constant := func(outputs int, link estimator.Link) *estimator.Ensemble {
		e := &estimator.Ensemble{Width: 1, Outputs: outputs, Base: make([]float64, outputs), Rate: 1, Link: link, Decision: estimator.Argmax}
		for range outputs {
			e.Trees = append(e.Trees, estimator.Tree{
				Feature: []int32{-1}, Threshold: []float64{0}, Left: []uint32{0}, Right: []uint32{0}, Value: []float64{0},
			})
		}
		return e
	}
	spec := &estimator.Spec{Classes: labels, Features: 1, Multilabel: multilabel}
	switch {
	case multilabel:
		for range labels {
			spec.Parts = append(spec.Parts, constant(1, estimator.Logistic))
		}
	case len(labels) == 2:
		spec.Parts = []estimator.Part{constant(1, estimator.Logistic)}
	default:
		spec.Parts = []estimator.Part{constant(len(labels), estimator.Softmax)}
	}
	info := statistics.NewInfo()
	if len(observations) > 0 {
		fitted, err := statistics.Fit(statistics.Options{
			Labels: labels, Multilabel: multilabel, Probabilities: true, ThresholdDigits: 3,
		}, observations)
		if err != nil {
			t.Fatal(err)
		}
		info.Set("statistics", fitted)
	}
	dir := filepath.Join(t.TempDir(), "b")
	err := model.Write(dir, &model.Draft{
		Name: name, Wiki: "testwiki", Version: "1", Type: "Constant", Estimator: spec, Info: info,
		Features: []feature.Definition{{Name: "f", Expr: "len(revision.text)"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	m, err := model.Load(os.DirFS(dir), ".", model.NewLibrary(nil))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

var bools = []any{false, true}

// observed are six edits with their probability of true, raised by more. At 0.75
// precision recall is largest with the threshold 0.4 (three of four are true), at
// 0.9 with 0.8.
func observed(more float64) []statistics.Observation {
	var list []statistics.Observation
	for _, o := range []struct {
		p     float64
		label bool
	}{{0.1, false}, {0.2, false}, {0.4, true}, {0.6, false}, {0.8, true}, {0.9, true}} {
		p := math.Round((o.p+more)*100) / 100
		list = append(list, statistics.Observation{Prediction: p > 0.5, Label: o.label, Probability: []float64{1 - p, p}})
	}
	return list
}

func of(p float64) *event.Score {
	return &event.Score{Prediction: p > 0.5, Probability: map[string]float64{"true": p, "false": 1 - p}}
}

func text(t testing.TB, c *comparison.Comparison) string {
	t.Helper()
	var b bytes.Buffer
	n, err := c.WriteTo(&b)
	if err != nil || n != int64(b.Len()) {
		t.Errorf("%d bytes are %d, %v", b.Len(), n, err)
	}
	return regexp.MustCompile(`checksum [0-9a-f]{12}`).ReplaceAllString(b.String(), "checksum 0123456789ab")
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", path, got, want)
	}
}

func contains(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, word := range words {
		if !strings.Contains(text, word) {
			t.Errorf("%q is not in\n%s", word, text)
		}
	}
}

func TestTwoVersions(t *testing.T) {
	a, b := made(t, "old", bools, false, observed(0)...), made(t, "next", bools, false, observed(0.05)...)
	c, err := comparison.New(a, b, nil, []string{
		"maximum recall @ precision >= 0.75", "maximum recall @ precision >= 0.9", "maximum filter_rate @ recall >= 0.75",
		"maximum recall @ precision >= 1.5",
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range [][2]float64{
		{0.1, 0.1}, {0.02, 0.03}, {0.04, 0.02}, {1, 0.99}, {0, 1e-9},
		{0.42, 0.43},  // a alone is over 0.4 and 0.45
		{0.39, 0.47},  // b alone
		{0.45, 0.55},  // both, and the prediction flips
		{0.79, 0.86},  // b alone is over 0.8 and 0.85
		{0.55, 0.499}, // flips back
	} {
		c.Add(int64(100+i), of(p[0]), of(p[1]))
	}
	c.Add(1, nil, of(0.5))
	c.Add(2, of(0.5), nil)
	c.Add(3, nil, nil)
	c.Add(4, of(math.NaN()), of(0.5)) // no score: the service would not send it
	c.Add(5, of(0.5), of(math.Inf(1)))
	if c.Compared() != 10 {
		t.Errorf("%d compared", c.Compared())
	}
	got := text(t, c)
	contains(t, got,
		"10 revisions scored by both; 5 more that only one of them, or neither, can score",
		"predictions that flip: 2 (20.00 %): false → true 1, true → false 1",
		"by 0.1000 at most (revision 107)",
		"maximum recall @ precision >= 0.75    0.400  0.450  2 (20.00 %)",
		"maximum recall @ precision >= 0.9     0.800  0.850  1 (10.00 %)",
		"maximum filter_rate @ recall >= 0.75  0.400  0.450  2 (20.00 %)",
		"maximum recall @ precision >= 1.5     n/a    n/a    unknown",
	)
	golden(t, "versions.txt", got)
}

func TestNothingInCommonToCompare(t *testing.T) {
	ab := []any{"a", "b"}
	for name, c := range map[string]struct {
		a, b   *model.Model
		labels []string
		query  string
		want   string
	}{
		"other labels":   {made(t, "x", bools, false), made(t, "y", ab, false), nil, "", "testwiki.x has labels false, true, testwiki.y has a, b: their scores cannot be compared"},
		"more labels":    {made(t, "x", ab, false), made(t, "y", []any{"a", "b", "c"}, false), nil, "", "cannot be compared"},
		"unknown label":  {made(t, "x", ab, false), made(t, "y", ab, false), []string{"c"}, "", "testwiki.x has no label c, but a, b"},
		"no query":       {made(t, "x", ab, false), made(t, "y", ab, false), nil, "as good as can be", `operating point "as good as can be"`},
		"a query of b's": {made(t, "x", bools, false), made(t, "y", bools, false, observed(0)...), nil, "maximum beauty @ recall >= 0.5", "threshold of testwiki.y"},
	} {
		var queries []string
		if c.query != "" {
			queries = []string{c.query}
		}
		if _, err := comparison.New(c.a, c.b, c.labels, queries); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

// A model without statistics has no thresholds; the rest is compared nevertheless.
func TestWithoutStatistics(t *testing.T) {
	c, err := comparison.New(made(t, "x", bools, false), made(t, "y", bools, false, observed(0)...), nil, comparison.DefaultQueries())
	if err != nil {
		t.Fatal(err)
	}
	contains(t, text(t, c), "0 revisions scored by both\n", "predictions that flip: 0\n", "probability of true\n", "n/a")
	c.Add(1, of(0.5), of(0.5))
	contains(t, text(t, c), "maximum recall @ precision >= 0.15    n/a   0.400  unknown", "differs by 0.0000 on average, by 0.0000 at most\n")
	c, err = comparison.New(made(t, "x", bools, false), made(t, "y", bools, false), []string{"false", "true"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := text(t, c); strings.Contains(got, "operating point") || strings.Count(got, "probability of") != 2 {
		t.Errorf("without operating points:\n%s", got)
	}
}

func TestManyClasses(t *testing.T) {
	list := []any{int64(1), int64(2), int64(10)}
	a, b := made(t, "x", list, false), made(t, "y", []any{int64(10), int64(1), int64(2)}, false)
	c, err := comparison.New(a, b, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	score := func(prediction int64, p, q, r float64) *event.Score {
		return &event.Score{Prediction: prediction, Probability: map[string]float64{"1": p, "2": q, "10": r}}
	}
	for i := int64(1); i <= 10; i++ {
		c.Add(i, score(1, 0.6, 0.3, 0.1), score(1, 0.5, 0.4, 0.1))
		c.Add(i, score(1, 0.6, 0.3, 0.1), score(2, 0.3, 0.6, 0.1))
		c.Add(i, score(2, 0.3, 0.4, 0.3), score(10, 0.3, 0.1, 0.6))
	}
	got := text(t, c)
	contains(t, got, "predictions that flip: 20 (66.67 %): 1 → 2 10, 2 → 10 10\n",
		"probability of 1: differs by 0.1333 on average, by 0.3000 at most",
		"probability of 2: differs by 0.2333 on average, by 0.3000 at most",
		"probability of 10: differs by 0.1000 on average, by 0.3000 at most (revision 1)")
	if at, by := strings.Index(got, "probability of 2:"), strings.Index(got, "probability of 10:"); at > by {
		t.Errorf("labels are not in the model's order:\n%s", got)
	}
}

// The order of a multilabel model's labels is its own: two models that predict the
// same labels in other orders do not differ.
func TestManyLabels(t *testing.T) {
	a, b := made(t, "x", []any{"Culture.Arts & more", `"STEM"`}, true), made(t, "y", []any{`"STEM"`, "Culture.Arts & more"}, true)
	c, err := comparison.New(a, b, nil, comparison.DefaultQueries())
	if err != nil {
		t.Fatal(err)
	}
	score := func(p, q float64, labels ...string) *event.Score {
		return &event.Score{Prediction: labels, Probability: map[string]float64{"Culture.Arts & more": p, `"STEM"`: q}}
	}
	c.Add(1, score(0.9, 0.8, "Culture.Arts & more", `"STEM"`), score(0.9, 0.8, `"STEM"`, "Culture.Arts & more"))
	c.Add(2, score(0.9, 0.1, "Culture.Arts & more"), score(0.1, 0.1))
	contains(t, text(t, c), "predictions that flip: 1 (50.00 %): Culture.Arts & more → none 1\n", `probability of "STEM": differs by 0.0000`)
}

// Thresholds are found by the label itself, whatever characters it has.
func TestThresholdsOfOddLabels(t *testing.T) {
	labels := []any{`a "b".c`, "é..", ".", "3"}
	var observations []statistics.Observation
	for i, label := range labels {
		p := []float64{0.1, 0.1, 0.1, 0.1}
		p[i] = 0.7
		observations = append(observations, statistics.Observation{Prediction: label, Label: label, Probability: p})
	}
	m := made(t, "x", labels, false, observations...)
	c, err := comparison.New(m, m, nil, []string{"maximum recall @ precision >= 0.9"})
	if err != nil {
		t.Fatal(err)
	}
	if got := text(t, c); strings.Count(got, "maximum recall @ precision >= 0.9  0.700  0.700") != len(labels) {
		t.Errorf("got\n%s", got)
	}
}

// What many kinds of flips there are is said in one line.
func TestManyKindsOfFlips(t *testing.T) {
	var labels []any
	p := map[string]float64{}
	for i := range 12 {
		labels = append(labels, fmt.Sprintf("l%02d", i))
		p[fmt.Sprintf("l%02d", i)] = 1. / 12
	}
	c, err := comparison.New(made(t, "x", labels, false), made(t, "y", labels, false), []string{"l00"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 11 {
		for range i + 1 {
			c.Add(1, &event.Score{Prediction: labels[i], Probability: p}, &event.Score{Prediction: labels[i+1], Probability: p})
		}
	}
	contains(t, text(t, c), "predictions that flip: 66 (100.00 %): l10 → l11 11, l09 → l10 10, ", "l01 → l02 2, 1 of 1 other kinds\n")
}

// A label comes from a file of others. A terminal would have obeyed this one, and
// shown what it liked.
func TestLabelsThatATerminalObeys(t *testing.T) {
	const hostile = "a\x1b[2J"
	a, b := made(t, "x", []any{hostile, "b"}, false), made(t, "y", []any{"b", hostile}, false)
	c, err := comparison.New(a, b, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	p := map[string]float64{hostile: 0.5, "b": 0.5}
	c.Add(1, &event.Score{Prediction: hostile, Probability: p}, &event.Score{Prediction: "b", Probability: p})
	c.Paths = [2]string{"models/a", "models/b"}
	got := text(t, c)
	contains(t, got, `"a\x1b[2J" → b 1`, `probability of "a\x1b[2J"`, "checksum 0123456789ab  models/a\n", "  models/b\n")
	if strings.Contains(got, hostile) {
		t.Errorf("got %q", got)
	}
	if _, err := comparison.New(a, made(t, "z", bools, false), nil, nil); err == nil || strings.Contains(err.Error(), hostile) {
		t.Errorf("got %v", err)
	}
}
