package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// goldenText compares with a file of testdata. Checksums are those of files whose form
// package model decides, folders those of the test.
func goldenText(t *testing.T, name, got string) {
	t.Helper()
	got = regexp.MustCompile(`[0-9a-f]{64}|\b[0-9a-f]{12}\b`).ReplaceAllString(got, "SUM")
	got = regexp.MustCompile(`\S+/\d{3}/`).ReplaceAllString(got, "DIR/")
	got = regexp.MustCompile(`BUNDLE +`).ReplaceAllString(got, "BUNDLE  ")
	got = regexp.MustCompile(`\d+ kB`).ReplaceAllString(got, "N kB")
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want := readText(t, path); got != want {
		t.Errorf("%s: got\n%s\nwant\n%s", path, got, want)
	}
}

func TestModelsShow(t *testing.T) {
	out, err := execute(t, "", "models", "show", "embedded:enwiki.reverted", "embedded:revid")
	if err != nil {
		t.Fatal(err)
	}
	words(t, out, "enwiki.reverted  version ", "content ", "wikitext", "most important features", "feature.revision.user.is_anon", "\n\n*.revid ", "any")
	if strings.Contains(out, "is_anon(revision.user.id)") {
		t.Errorf("expressions are shown:\n%s", out)
	}
	out, err = execute(t, "", "models", "show", "--features", "embedded:enwiki.reverted")
	if err != nil {
		t.Fatal(err)
	}
	words(t, out, "is_anon(revision.user.id)")
	if out, err := execute(t, "", "models", "show", "embedded:nosuch", "embedded:revid", "embedded:revid"); err == nil || strings.Count(out, "revid  ") != 2 {
		t.Errorf("one fault hides the others: %v\n%s", err, out)
	}
	if _, err := execute(t, "", "models", "show", "embedded:nosuch"); err == nil || !strings.Contains(err.Error(), "no such model") {
		t.Errorf("an unknown bundle: %v", err)
	}
}

func TestModelsPrint(t *testing.T) {
	damaging, topic := imported(t, "bools", "damaging"), imported(t, "many", "topic")
	for file, args := range map[string][]string{
		"list.txt":            {"list", damaging, topic},
		"show.txt":            {"show", "--features", damaging},
		"show_multilabel.txt": {"show", topic},
		"info.txt":            {"info", "--text", damaging},
		"info.json":           {"info", damaging, "type", "statistics.roc_auc", `statistics.thresholds.true."maximum recall @ precision >= 0.01"`},
		"lookup.txt":          {"info", "--lookup", damaging, "version", "statistics.counts.n", `statistics.thresholds.true."maximum recall @ precision >= 0.01"`, "params.labels"},
		"verify.txt":          {"verify", damaging, topic},
	} {
		out, err := execute(t, "", append([]string{"models"}, args...)...)
		if err != nil {
			t.Errorf("%q: %v", args, err)
			continue
		}
		goldenText(t, file, out)
	}
}

// A threshold that no probability reaches is null, as the original prints it; a script
// must be able to tell.
func TestModelsInfoWarnsOfNoThreshold(t *testing.T) {
	dir := imported(t, "bools", "damaging")
	const far, near = `statistics.thresholds.true."maximum recall @ precision >= 1.1"`, `statistics.thresholds.true."maximum recall @ precision >= 0.01"`
	for _, flags := range [][]string{nil, {"--lookup"}, {"--text"}} {
		out, err := execute(t, "", append(append([]string{"models", "info", dir, near, far}, flags...), "params.population_rates")...)
		if err != nil {
			t.Errorf("%q: %v", flags, err)
		}
		if warning := "warning: " + dir + ": no threshold reaches " + far + ": it is null\n"; strings.Count(out, "warning: ") != 1 || !strings.Contains(out, warning) {
			t.Errorf("%q: %q is not in\n%s", flags, warning, out)
		}
	}
}

// One bad bundle hid all others that a pattern stands for, and so did two versions of
// one name.
func TestModelsOfAPattern(t *testing.T) {
	root := t.TempDir()
	for folder, file := range map[string]string{"old": "bools", "next": "machine", "bad": "bools"} {
		if err := os.Rename(imported(t, file, "damaging"), filepath.Join(root, folder)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Truncate(filepath.Join(root, "bad", "info.json"), 1); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"list", "verify", "show"} {
		out, err := execute(t, "", "models", command, root+"/*")
		if err == nil || !strings.Contains(err.Error(), "model "+root+"/bad: ") || strings.Count(err.Error(), "\n") != 0 {
			t.Errorf("%s: %v", command, err)
		}
		words(t, out, "0.5.1", "0.0.1")
		if command != "show" {
			words(t, out, root+"/old", root+"/next")
		}
	}
}

// What a card says is from elsewhere; a terminal must not obey it.
func TestModelsShowQuotes(t *testing.T) {
	const hostile = "\x1b[2J"
	dir := filepath.Join(t.TempDir(), "testwiki.x")
	out, err := execute(t, "", "import", modelFile("bools"), "--out", dir, "--licence", "none"+hostile)
	if err != nil {
		t.Fatal(err)
	}
	shown, err := execute(t, "", "models", "show", dir)
	if err != nil || strings.Contains(out+shown, hostile) {
		t.Errorf("%v: %q", err, shown)
	}
	words(t, shown, `licence     "none\x1b[2J"`)
}

func TestModelsListKnowsTheEmbedded(t *testing.T) {
	out, err := execute(t, "", "models", "list")
	if err != nil {
		t.Fatal(err)
	}
	words(t, out, "BUNDLE ", "embedded:revid ", "WIKI ", "enwiki ", "reverted ", "* ", "revid ")
	if strings.Count(out, "\n") != 3 {
		t.Errorf("got\n%s", out)
	}
}

// The bundles that load are shown, and the command ends with an error all the same.
func TestModelsFaults(t *testing.T) {
	good, bad := imported(t, "bools", "damaging"), imported(t, "bools", "broken")
	info := filepath.Join(bad, "info.json")
	if err := os.WriteFile(info, []byte(readText(t, info)+" "), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"list", "show", "verify"} {
		out, err := execute(t, "", "models", command, bad, "no/such", good)
		if err == nil {
			t.Errorf("%s: no error", command)
			continue
		}
		words(t, err.Error(), bad, "info.json: sha256 is", "no/such")
		words(t, out, "0.5.1")
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"show"}, "requires at least 1 arg"},
		{[]string{"verify"}, "requires at least 1 arg"},
		{[]string{"info"}, "requires at least 1 arg"},
		{[]string{"lst"}, `unknown command "lst" for "streamer models"`},
		{[]string{"verify", "--within", "-1", good}, "--within is -1, must not be negative"},
		{[]string{"verify", "--within", "NaN", good}, "--within is NaN"},
		{[]string{"info", bad}, "sha256 is"},
		{[]string{"info", good, "colour"}, "information of testwiki.damaging: "},
		{[]string{"info", "--lookup", good}, "--lookup wants a path"},
		{[]string{"info", "--lookup", good, "statistics.colour"}, "information of testwiki.damaging: "},
		{[]string{"info", "--lookup", "--text", good, "type"}, "if any flags in the group [text lookup] are set"},
		{[]string{"list", filepath.Join(t.TempDir(), "*")}, "matches no folder with a model.yaml"},
		{[]string{"diff", good}, "accepts 2 arg"},
		{[]string{"diff", good, "no/such"}, "no/such"},
		{[]string{"diff", filepath.Join(filepath.Dir(good), "*"), "embedded:*"}, "embedded"},
		{[]string{"diff", good, imported(t, "many", "topic")}, "labels"},
		{[]string{"diff", good, "embedded:revid", "--input", "no/such.jsonl"}, "open input: "},
		{[]string{"diff", good, "embedded:revid", "--at", "as good as can be"}, `operating point "as good as can be"`},
		{[]string{"diff", good, "embedded:revid", "--label", "maybe"}, "no label maybe"},
		{[]string{"diff", good, good}, "nothing was compared"},
	} {
		if _, err := execute(t, "", append([]string{"models"}, c.args...)...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %s", c.args, err, c.want)
		}
	}
}

// An answer that is not the recorded one is found, however the checksums agree.
func TestModelsVerifyTheExamples(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "testwiki.x")
	if _, err := execute(t, "", "import", modelFile("bools"), "--out", dir, "--examples", answersOf("bools")); err != nil {
		t.Fatal(err)
	}
	out, err := execute(t, "", "models", "verify", "--within", "0", dir)
	if err == nil || !strings.Contains(err.Error(), "verify testwiki.x: example ") || strings.Contains(out, "ok ") {
		t.Errorf("the last bits differ from Python's: %v\n%s", err, out)
	}
	if out, err := execute(t, "", "models", "verify", dir); err != nil || !strings.HasPrefix(out, "ok  "+dir+": testwiki.x 0.5.1: 12 examples, largest difference ") {
		t.Errorf("%v\n%s", err, out)
	}
}

// Two models of the same features are compared on vectors.
func TestModelsDiffOfFeatures(t *testing.T) {
	a, b := imported(t, "bools", "old"), imported(t, "machine", "next")
	in := readText(t, answersOf("bools"))
	args := []string{"models", "diff", a, b, "--at", "maximum recall @ precision >= 0.01", "--at", "maximum filter_rate @ recall >= 0.75"}
	out, err := execute(t, in, args...)
	if err != nil {
		t.Fatal(err)
	}
	goldenText(t, "diff.txt", out)
	again, err := execute(t, "", append(args, "--input", answersOf("bools"))...)
	if err != nil || again != out {
		t.Errorf("from the file: %v\n%s", err, again)
	}
	same, err := execute(t, in, "models", "diff", a, a)
	if err != nil {
		t.Fatal(err)
	}
	words(t, same, "predictions that flip: 0 (0.00 %)\n", "differs by 0.0000 on average")
	for want, line := range map[string]string{
		"input, line 1: 1 values, testwiki.old has 5 features": `{"features": [1]}`,
		"input, line 2: value 3 is null":                       "\n" + `{"features": [1, 2, null, 4, 5]}`,
		"input, line 1: ":                                      `{"text": "a"}`,
		"nothing was compared":                                 `{"features": [1e308, 1e308, 1e308, 1, 1e308]}`,
	} {
		if _, err := execute(t, line, "models", "diff", a, b); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", line, err, want)
		}
	}
	if _, err := execute(t, in, "models", "diff", a, "embedded:revid"); err == nil || !strings.Contains(err.Error(), "have not the same ones") {
		t.Errorf("models of other features: %v", err)
	}
}

// Two models of any features are compared on revisions.
func TestModelsDiffOfRevisions(t *testing.T) {
	var in strings.Builder
	for i := range int64(30) {
		in.WriteString(input(100+i, `"`+strings.Repeat("Some WORDS. ", int(i))+`"`, `{"text":"Some words."}`))
	}
	in.WriteString(input(200, "null", "null")) // hidden: one has no score
	in.WriteString(strings.Replace(input(201, `"a"`, "null"), `"rev_id"`, `"rev_content_model":"css","rev_id"`, 1))
	out, err := execute(t, in.String(), "models", "diff", imported(t, "bools", "damaging"), "embedded:revid")
	if err != nil {
		t.Fatal(err)
	}
	words(t, out, "A  testwiki.damaging ", "B  *.revid ", "30 revisions scored by both; 2 more that only one of them, or neither, can score", "unknown")
}
