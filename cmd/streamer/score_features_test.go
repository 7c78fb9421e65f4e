package main

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
)

// Vectors with the answers of the original give the same answers, in their order.
func TestScoreFromFeatures(t *testing.T) {
	dir := imported(t, "bools", "damaging")
	in := strings.Repeat(readText(t, answersOf("bools")), 30)
	out, err := execute(t, in, "score", "--from-features", "--model", dir)
	if err != nil {
		t.Fatal(err)
	}
	lines, answers := scoredLines(t, out), recordedLines(t, in)
	if len(lines) != len(answers) || len(lines) != 360 {
		t.Fatalf("%d lines of %d", len(lines), len(answers))
	}
	for i, want := range answers {
		got := lines[i].Scores["damaging"]
		if got.Version != "0.5.1" || got.Score == nil || got.Score.Prediction != want.Score.Prediction ||
			math.Abs(got.Score.Probability["true"]-want.Score.Probability["true"]) > 1e-12 {
			t.Fatalf("line %d: %+v, want %+v", i+1, got, want)
		}
	}
}

// answer is a recorded one.
type answer struct {
	Score struct {
		Prediction  any                `json:"prediction"`
		Probability map[string]float64 `json:"probability"`
	} `json:"score"`
}

func recordedLines(t *testing.T, text string) []answer {
	t.Helper()
	var list []answer
	for dec := json.NewDecoder(strings.NewReader(text)); dec.More(); {
		var a answer
		if err := dec.Decode(&a); err != nil {
			t.Fatal(err)
		}
		list = append(list, a)
	}
	return list
}

func TestScoreFromFeaturesLineByLine(t *testing.T) {
	dir := imported(t, "bools", "damaging")
	for _, c := range []struct {
		name, line, want string // in the output
		bad              bool   // the line cannot be read
	}{
		{"handed on", `{"rev_id": 5, "wiki": "dewiki", "features": [5.5, 7, 0.7, true, 1]}`, `{"rev_id":5,"wiki":"dewiki","scores":{"damaging":{"version":"0.5.1","score":`, false},
		{"nothing to hand on", `{"features": [5.5, 7, 0.7, true, 1]}`, `{"scores":{"damaging":{"version":"0.5.1","score":{"prediction":`, false},
		{"whatever else", `{"features": [5.5, 7, 0.7, true, 1], "text": {"a": null}}`, `"score":`, false},
		{"a bool is 0 or 1", `{"features": [5.5, 7.0, 0.7, 1, true]}`, `"score":`, false},
		{"too few", `{"rev_id": 5, "features": [5.5]}`, `{"line":1,"error":{"type":"InvalidJSON","message":"1 values, testwiki.damaging has 5 features"},"rev_id":5}`, true},
		{"too many", `{"features": [1, 2, 3, 4, 5, 6]}`, "6 values, testwiki.damaging has 5 features", true},
		{"none", `{"features": []}`, "0 values, testwiki.damaging has 5 features", true},
		{"null", `{"features": [1, null, 3, 4, 5]}`, "value 2 is null, must be a number or a bool", true},
		{"a string", `{"features": [1, "2", 3, 4, 5]}`, `value 2 is \"2\"`, true},
		{"NaN", `{"features": [1, NaN, 3, 4, 5]}`, "invalid character 'N'", true},
		{"infinite", `{"features": [1, 1e999, 3, 4, 5]}`, "value 2 is 1e999", true},
		{"too large for float32", `{"rev_id": 6, "features": [1e300, 1e300, 1e300, 1, 1e300]}`, `{"rev_id":6,"scores":{"damaging":{"version":"0.5.1","error":{"type":"CaughtDependencyError"`, false},
		{"no features", `{"rev_id": 5}`, "no features: a line is", true},
		{"names and values", `{"features": {"a": 1}}`, `"type":"InvalidJSON"`, true},
		{"no object", `[1, 2, 3, 4, 5]`, `"type":"InvalidJSON","message":"a JSON array, must be an object"`, true},
		{"an object of features", `{"features": {"a": 1}}`, `"message":"features is a JSON object"`, true},
	} {
		out, err := execute(t, c.line, "score", "--from-features", "--model", dir)
		if !strings.Contains(out, c.want) || strings.Count(out, "\n") != 1 {
			t.Errorf("%s: %s, want %s", c.name, out, c.want)
		}
		if bad := err != nil; bad != c.bad {
			t.Errorf("%s: ended with %v", c.name, err)
		}
	}
	one, err := execute(t, `{"features": [5.5, 7, 0.7, true, false]}`, "score", "--from-features", "--model", dir)
	if err != nil {
		t.Fatal(err)
	}
	if two, err := execute(t, `{"features": [5.5, 7.0, 0.7, 1, 0.0]}`, "score", "--from-features", "--model", dir); err != nil || one != two {
		t.Errorf("a bool is not as its number: %v\n%s%s", err, one, two)
	}
}

// The digits of a revision's id need no features.
func TestScoreFromNoFeatures(t *testing.T) {
	out, err := execute(t, `{"rev_id": 42, "features": []}`, "score", "--from-features", "--model", "embedded:revid")
	if err != nil || !strings.Contains(out, `"true":0.24`) {
		t.Errorf("%v: %s", err, out)
	}
}

// extractedLine is a line of --features-only as a training reads it.
type extractedLine struct {
	Line     int                        `json:"line"`
	RevID    int64                      `json:"rev_id"`
	Wiki     string                     `json:"wiki"`
	Error    *cellError                 `json:"error"`
	Features map[string]json.RawMessage `json:"features"`
	Errors   map[string]cellError       `json:"errors"`
}

func extractedLines(t *testing.T, out string) []extractedLine {
	t.Helper()
	var list []extractedLine
	for text := range strings.Lines(out) {
		var l extractedLine
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatalf("%v in %.300q", err, text)
		}
		list = append(list, l)
	}
	return list
}

func TestFeaturesOnly(t *testing.T) {
	card := smallCard(t, "")
	in := input(43, `"abc"`, `{"text":"ab"}`) +
		"{\n" +
		strings.Replace(input(44, `"abcd"`, "null"), `"rev_id"`, `"rev_content_model":"css","rev_id"`, 1) +
		input(45, "null", `{"text":"ab"}`) +
		input(46, `""`, "null")
	for _, flags := range [][]string{{"--list", card}, {"--model", cardModel(t, card)}} {
		out, err := execute(t, in, append([]string{"score", "--features-only"}, flags...)...)
		if err == nil || err.Error() != "1 lines of the input cannot be read; the output says which and why" {
			t.Errorf("%q: ended with %v", flags, err)
		}
		lines := extractedLines(t, out)
		if len(lines) != 5 {
			t.Fatalf("%q: %s", flags, out)
		}
		good := lines[0]
		if good.RevID != 43 || good.Wiki != "enwiki" || good.Error != nil || good.Errors != nil || len(good.Features) != 3 ||
			string(good.Features["one"]) != "3" || string(good.Features["two"]) != "2" || string(good.Features["three"]) != "false" {
			t.Errorf("%q: %+v", flags, good)
		}
		if bad := lines[1]; bad.Line != 2 || bad.Error == nil || bad.Error.Type != "InvalidJSON" {
			t.Errorf("%q: %+v", flags, bad)
		}
		// A training must not learn what the service would not score.
		if css := lines[2]; css.RevID != 44 || css.Error == nil || css.Error.Type != "UnexpectedContentType" || css.Features != nil {
			t.Errorf("%q: %+v", flags, css)
		}
		if hidden := lines[3]; hidden.RevID != 45 || hidden.Features != nil || hidden.Errors["one"].Type != "TextDeleted" || len(hidden.Errors) != 1 {
			t.Errorf("%q: %+v", flags, hidden)
		}
		if empty := lines[4]; string(empty.Features["one"]) != "0" || string(empty.Features["two"]) != "0" {
			t.Errorf("%q: %+v", flags, empty)
		}
	}
}

// cardModel makes a bundle of a card.
func cardModel(t *testing.T, card string) string {
	t.Helper()
	dir := t.TempDir() + "/testwiki.bare"
	if _, err := execute(t, "", "import", modelFiles+"estimators/bare.pickle", "--features", card, "--version", "1", "--out", dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestScoreFlags(t *testing.T) {
	card := smallCard(t, "")
	f := func(want string, args ...string) {
		t.Helper()
		if out, err := execute(t, "", append([]string{"score"}, args...)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s\n%s", args, err, want, out)
		}
	}
	revid := []string{"--model", "embedded:revid"}
	f("--list names features and no model: it goes with --features-only", "--list", card)
	f("--list names features and no model", "--list", card, "--from-features")
	f("[model list]", append(revid, "--list", card, "--features-only")...)
	f("[features from-features features-only]", append(revid, "--features", "--features-only")...)
	f("[features from-features features-only]", append(revid, "--from-features", "--features-only")...)
	f("one of the flags in the group [model list]", "--features-only")
	f("2 models: with --from-features and --features-only one is asked", append(revid, "--model", "embedded:enwiki.reverted", "--from-features")...)
	f("2 models", append(revid, "--model", "embedded:enwiki.reverted", "--features-only")...)
	f("no/card.yaml", "--list", "no/card.yaml", "--features-only")
	f("card.yaml: ", "--list", writeFile(t, "card.yaml", "features: [{name: f, expression: 'len('}]"), "--features-only")
	f("@rude", "--list", writeFile(t, "card.yaml", "features: [{name: f, expression: 'len(find(revision.text, @rude))'}]"), "--features-only")
	f("dictionary zz", "--list", writeFile(t, "card.yaml", "features: [{name: f, expression: 'len(revision.text)'}]\ndictionaries: [{name: z, dictionaries: [{tag: zz}]}]"),
		"--features-only", "--dictionaries", t.TempDir())
}
