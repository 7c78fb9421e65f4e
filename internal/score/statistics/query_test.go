package statistics

import (
	"errors"
	"math"
	"strings"
	"testing"
)

func TestParsePattern(t *testing.T) {
	for pattern, want := range map[string]string{
		"":                        "",
		"a.b":                     "a|b",
		`a."b.c".d`:               "a|b.c|d",
		`a.'x >= 0.9'`:            "a|x >= 0.9",
		`'"a.b"'`:                 "a.b", // both kinds of quotes go
		`"a".''`:                  "a|",
		`'a"`:                     "ValueError",
		`"a.b`:                    "ValueError",
		"a..b":                    "IndexError",
		"a.":                      "IndexError",
		"'a..b'":                  "IndexError",
		"\xff":                    "ValueError",
		`a"b.c"d`:                 `a"b|c"d`,
		`"maximum f1 @ f1 >= 0.`:  "IndexError",
		`"maximum f1 @ f1 >= .5"`: "maximum f1 @ f1 >= .5",
	} {
		names, err := parsePattern(pattern)
		got := strings.Join(names, "|")
		var e *Error
		if errors.As(err, &e) {
			got = string(e.Exception)
		}
		if got != want {
			t.Errorf("%q: %s, want %s", pattern, got, want)
		}
	}
}

// table has a tie of targets at 0.2 and 0.3, and a row without precision.
func table() *Thresholds {
	return &Thresholds{Trues: 10, Rows: []Row{
		{0.1, Matrix{10, 10, 0, 0}},
		{0.2, Matrix{8, 2, 8, 2}},
		{0.3, Matrix{8, 2, 8, 2}},
		{0.9, Matrix{0, 0, 10, 10}},
	}}
}

func TestOptimal(t *testing.T) {
	for query, want := range map[string]string{
		"maximum recall @ precision >= 0.8":   "0.3", // of equal targets the larger threshold
		"minimum recall @ precision >= 0.8":   "0.2",
		"maximum recall @ precision >= 0.81":  "None",
		"maximum recall @ precision >= 0":     "0.1",
		"minimum recall @ precision >= 0":     "0.2", // the last row has no precision
		"minimum recall @ accuracy >= 0":      "0.9",
		"maximum precision @ recall <= 0.8":   "0.3",
		"maximum !recall @ match_rate <= 0.4": "0.9",
		"maximum nothing @ recall >= 0.5":     "KeyError",
		"maximum nothing @ recall >= 2":       "KeyError", // the target is looked up before the bound
		"maximum recall @ nothing >= 0":       "KeyError",
		"roc_auc":                             "0.7998750520616409",
	} {
		v, err := table().item(query)
		got := Repr(v)
		var e *Error
		if errors.As(err, &e) {
			got = string(e.Exception)
		}
		if got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
}

// TestEqualRows: Python cannot order two rows with the same target and threshold.
// The averages swallow the exception, the labels do not.
func TestEqualRows(t *testing.T) {
	rows := table()
	rows.Rows[2].Threshold = rows.Rows[1].Threshold
	const query = "minimum fpr @ precision >= 0.8"
	if _, err := rows.item(query); !raised(err, TypeError) {
		t.Errorf("error is %v", err)
	}
	c := &Classification{Thresholds: &Map{Entries: []Entry{{true, rows}}}}
	if _, err := c.item(query); !raised(err, TypeError) {
		t.Errorf("error is %v", err)
	}
	rows.Rows[1].Threshold, rows.Rows[2].Threshold = math.NaN(), math.NaN() // differ, and neither is less
	if i, err := rows.Optimal(Optimization{Target: "recall", Condition: "precision", AtLeast: true, Bound: 0.8}); i != 1 || err != nil {
		t.Errorf("row %d, %v", i, err)
	}
}

// TestCurvesOfOneKind: what numpy makes of labels that are never or always true.
func TestCurvesOfOneKind(t *testing.T) {
	never := &Thresholds{Rows: []Row{{0.1, Matrix{FP: 2}}, {0.2, Matrix{FP: 1, TN: 1}}}}
	if _, err := never.item("roc_auc"); !raised(err, TypeError) {
		t.Errorf("error is %v", err)
	}
	if v, err := (&Thresholds{Rows: []Row{{0.1, Matrix{TP: 2}}}}).item("roc_auc"); v != 1.0 || err != nil {
		t.Errorf("%v, %v", v, err)
	}
	always := &Thresholds{Rows: []Row{{0.1, Matrix{TP: 2}}, {0.2, Matrix{TP: 1, FN: 1}}}}
	if _, err := always.item("roc_auc"); !raised(err, TypeError) {
		t.Errorf("error is %v", err)
	}
	if _, err := (&Thresholds{}).item("pr_auc"); !raised(err, ValueError) {
		t.Errorf("error is %v", err)
	}
}

func TestFitRefuses(t *testing.T) {
	two := Options{Labels: []any{"a", "b"}, Probabilities: true}
	scaled := two
	scaled.PopulationRates = &Map{Entries: []Entry{{"a", 1.0}, {"b", 0.0}}}
	half := two
	half.PopulationRates = &Map{Entries: []Entry{{"a", 0.5}}}
	many := Options{Labels: []any{"a"}, Multilabel: true}
	row := func(prediction, label any) Observation { return Observation{prediction, label, []float64{0.5, 0.5}} }
	for _, c := range []struct {
		name    string
		options Options
		rows    []Observation
		want    Exception
	}{
		{"unknown label", two, []Observation{row("a", "c")}, ConsistencyError},
		{"unknown prediction", two, []Observation{row("c", "a")}, ConsistencyError},
		{"label of nothing", two, []Observation{row("a", "a")}, ConsistencyError},
		{"no probabilities", two, []Observation{{"a", "a", nil}, row("b", "b")}, KeyError},
		{"rate of one", scaled, []Observation{row("a", "a"), row("b", "b")}, DivisionError},
		{"rate missing", half, []Observation{row("a", "a"), row("b", "b")}, KeyError},
		{"one label of many", many, []Observation{row("a", "a")}, TypeError},
		{"NaN", two, []Observation{row("a", "a"), {"b", "b", []float64{math.NaN(), 1}}}, ValueError},
	} {
		if _, err := Fit(c.options, c.rows); !raised(err, c.want) {
			t.Errorf("%s: %v, must be %s", c.name, err, c.want)
		}
	}
}
