package statistics

import (
	"bytes"
	"strings"
	"testing"
)

// refused are files that are not read, with a part of the error.
var refused = []struct{ name, data, want string }{
	{"empty", ``, "end of text, must be a value"},
	{"cut", `{"format": 1, "info": {"a"`, "offset 26: end of text, must be a colon"},
	{"cut text", `{"format": 1, "in\`, "must be a quote"},
	{"line break in a text", "{\"format\n", "must be an escape"},
	{"bad escape", `{"\x": 1}`, "invalid character 'x'"},
	{"no value", `{"format": one}`, `'o', must be a value`},
	{"comma at the end", `{"format": 1,}`, "must be a field's name"},
	{"no comma", `[1 2]`, "must be a comma or ']'"},
	{"leading zero", `{"format": 01}`, `"01" is no number`},
	{"no digits", `[1., 2]`, `"1." is no number`},
	{"no exponent", `[1e+]`, `"1e+" is no number`},
	{"minus", `[-]`, `"-" is no number`},
	{"NaN", `[NaN]`, "must be a value"},
	{"digits", `[` + strings.Repeat("1", 5000) + `]`, "more than 4300 digits"},
	{"NUL behind", "{\"format\": 1, \"info\": {}}\x00", "text behind"},
	{"no object", `[]`, "is no object"},
	{"more behind", `{"format": 1, "info": {}} {}`, "text behind"},
	{"newer", `{"format": 2, "info": {}}`, "is of format 2, this program reads format 1"},
	{"no format", `{"info": {}}`, "format: is missing"},
	{"format of another type", `{"format": "1", "info": {}}`, "format: is a str"},
	{"no info", `{"format": 1}`, "info: is missing"},
	{"unknown field", `{"format": 1, "info": {}, "more": 1}`, `unknown field "more"`},
	{"field twice", `{"format": 1, "format": 1, "info": {}}`, `field "format" repeats`},
	{"not UTF-8", "{\"format\": 1, \"info\": {\"a\": \"\xff\"}}", "not UTF-8"},
	{"unknown tag", `{"format": 1, "info": {"a": {"$new": 1}}}`, `info.a: has the unknown field "$new"`},
	{"tag among fields", `{"format": 1, "info": {"a": {"$tuple": [], "b": 1}}}`, `unknown field "$tuple"`},
	{"float", `{"format": 1, "info": {"a": {"$float": "1"}}}`, "must be nan, inf or -inf"},
	{"float too large", `{"format": 1, "info": {"a": 1e999}}`, "out of range"},
	{"pair", `{"format": 1, "info": {"a": {"$dict": [[1]]}}}`, "must be a key and a value"},
	{"key", `{"format": 1, "info": {"a": {"$dict": [[[], 1]]}}}`, "has a key that is a list"},
	{"keys that are one in Python", `{"format": 1, "info": {"a": {"$dict": [[1, 1], [true, 1]]}}}`, "a key that repeats"},
	{"columns", `{"format": 1, "info": {"a": {"$thresholds": {"trues": 1.0, "population_rate": null, "threshold": [0.1], "tp": [], "fp": [], "tn": [], "fn": []}}}}`, "info.a.tp: has 0 numbers, must have 1"},
	{"int in a column", `{"format": 1, "info": {"a": {"$thresholds": {"trues": 1, "population_rate": null, "threshold": [], "tp": [], "fp": [], "tn": [], "fn": []}}}}`, "info.a.trues: is a int"},
	{"statistics", `{"format": 1, "info": {"a": {"$classification": {}}}}`, "info.a.labels: is missing"},
	{"deep", `{"format": 1, "info": {"a": ` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + `}}`, "within each other"},
}

func TestParseRefuses(t *testing.T) {
	for _, c := range refused {
		if _, err := Parse([]byte(c.data)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, must have %q", c.name, err, c.want)
		}
	}
}

// A file of 64 MB could have 32 million values, of some 40 bytes each.
func TestParseIsBounded(t *testing.T) {
	list := func(item string, n int) string {
		return `{"format": 1, "info": {"a": [` + strings.Repeat(item+",", n) + item + "]}}"
	}
	for data, want := range map[string]string{
		list(`""`, maxValues): "more than 1048576 values",
		list("1", maxNumbers): "more than 12582912 numbers in lists",
	} {
		if _, err := Parse([]byte(data)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%d bytes: %v, must have %q", len(data), err, want)
		}
	}
	root, err := readJSON(`{"trues": 1.0, "population_rate": null, "threshold": [0.5], "tp": [1.0], "fp": [1.0], "tn": [1.0], "fn": [1.0]}`)
	if err != nil {
		t.Fatal(err)
	}
	p := &parser{rows: maxRows}
	if p.thresholds(root, "a"); p.err == nil || p.err.Error() != "a: there are more than 2097152 rows of thresholds" {
		t.Errorf("error is %v", p.err)
	}
}

// stable are files as Encode writes them, but for white space.
var stable = []string{
	`{"format": 1, "info": {}}`,
	`{"format": 1, "info": {"$dict": [["$a", 1], [true, null]]}}`,
	`{"format": 1, "info": {"a": {"$tuple": [1, 1.0, -0.0, 1e-07, 123456789012345678901234567890]}}}`,
	`{"format": 1, "info": {"a": [{"$float": "nan"}, {"$float": "-inf"}, {"$object": "x.Y"}, {}, [], {"$ordered": []}]}}`,
	`{"format": 1, "info": {"a": {"$dict": [[{"$tuple": [1, "b"]}, {"$dict": [[2.5, "\u00e9"]]}]]}}}`,
	`{"format": 1, "info": {"a": {"$counts": {}}, "b": {"$multilabel_counts": {}}, "c": {"$rates": {}}, "d": {"$micro_macro": {"field": "f1", "data": {}}}, "e": {"$environment": {}}, "f": {"$info": {}}}}`,
	`{"format": 1, "info": {"statistics": {"$classification": {"labels": [], "multilabel": false, "prediction_key": "p", "decision_key": null, "threshold_ndigits": null, "population_rates": {}, "default_fields": null, "label_stats": [[true, 1.0, 2.0, 3.0, 4.0, null]], "data": {}, "label_thresholds": {"$dict": [[true, {"$thresholds": {"trues": 1.0, "population_rate": 0.5, "threshold": [{"$float": "nan"}], "tp": [1.0], "fp": [1.0], "tn": [1.0], "fn": [1.0]}}]]}}}}}`,
}

func TestEncodeIsStable(t *testing.T) {
	for _, data := range append(stable, string(fixture(t))) {
		info, err := Parse([]byte(data))
		if err != nil {
			t.Errorf("%s: %v", data, err)
			continue
		}
		got, err := info.Encode()
		if err != nil {
			t.Errorf("%s: %v", data, err)
			continue
		}
		if want := strings.Join(strings.Fields(data), ""); strings.Join(strings.Fields(string(got)), "") != want {
			t.Errorf("got %s\nwant %s", got, want)
		}
	}
}

func TestEncodeIsTheFixture(t *testing.T) {
	data := fixture(t)
	info, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := info.Encode(); err != nil || !bytes.Equal(got, data) {
		t.Errorf("%v: the file is written otherwise:\n%s", err, got)
	}
}
