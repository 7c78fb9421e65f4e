package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"revscore/internal/corpus"
	"revscore/internal/score"
)

// modelFiles are small models of revscoring, with answers of the original.
const modelFiles = "../../internal/revscoring/testdata/"

func modelFile(name string) string { return modelFiles + name + ".model" }

func answersOf(name string) string { return modelFiles + name + ".scores.jsonl" }

// imported makes a bundle of one of them, called testwiki.NAME.
func imported(t *testing.T, name, as string) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "testwiki."+as)
	if out, err := execute(t, "", "import", modelFile(name), "--out", dir); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return dir
}

func words(t *testing.T, text string, want ...string) {
	t.Helper()
	for _, word := range want {
		if !strings.Contains(text, word) {
			t.Errorf("%q is not in\n%s", word, text)
		}
	}
}

// fails runs the command, which must end with an error that has all the words and
// leave the folder as empty as it was.
func fails(t *testing.T, dir string, want []string, args ...string) {
	t.Helper()
	out, err := execute(t, "", args...)
	if err == nil {
		t.Errorf("%q: no error, but\n%s", args, out)
		return
	}
	words(t, err.Error(), want...)
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for _, e := range entries {
		t.Errorf("%q: left %s", args, e.Name())
	}
}

func TestImport(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		name, as string
		want     []string
	}{
		{"bools", "testwiki.damaging", []string{"testwiki.damaging version 0.5.1, gradient boosting, 4 trees, 5 features, labels false, true", "12 recorded answers agree, largest difference 2.2e-16; 12 kept\n"}},
		{"texts.protocol2", "testwiki.quality", []string{"random forest, 3 trees", "labels B, GA, Stub"}},
		{"ints.bz2", "testwiki.ints", []string{"logistic regression", "labels 1, 2, 5"}},
		{"many", "testwiki.topic", []string{"labels Culture, STEM, History; any number of them at once"}},
		{"machine", "testwiki.machine", []string{"support vector machine (rbf)"}},
	} {
		out, err := execute(t, "", "import", modelFile(c.name), "--out", filepath.Join(dir, c.as), "--examples", answersOf(c.name))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		words(t, out, append(c.want, "checksum ")...)
	}
	out, err := execute(t, "", "models", "verify", filepath.Join(dir, "*"))
	if err != nil || strings.Count(out, "ok  "+dir+"/testwiki.") != 5 {
		t.Errorf("verified: %v\n%s", err, out)
	}
}

func TestImportSaysThatNothingWasCompared(t *testing.T) {
	out, err := execute(t, "", "import", modelFile("bools"), "--out", filepath.Join(t.TempDir(), "testwiki.x"))
	if err != nil {
		t.Fatal(err)
	}
	words(t, out, "50 examples recorded (our own answers: they show later damage, not agreement with the original; for that give --examples)\n")
}

func TestImportNamesTheModel(t *testing.T) {
	hinted := filepath.Join(t.TempDir(), "enwiki.goodfaith.gradient_boosting.model")
	copyFile(t, modelFile("bools"), hinted)
	for _, c := range []struct {
		file, folder string
		flags        []string
		want         string
	}{
		{modelFile("bools"), "dewiki.damaging", nil, "dewiki.damaging version 0.5.1"},
		{modelFile("bools"), "dewiki.damaging/", nil, "dewiki.damaging version 0.5.1"},
		{modelFile("bools"), "new", []string{"--wiki", "*", "--name", "any"}, "*.any version 0.5.1"},
		{modelFile("bools"), "dewiki.damaging", []string{"--name", "next", "--version", "2.0"}, "dewiki.next version 2.0"},
		{hinted, "new", nil, "enwiki.goodfaith version 0.5.1"},
		{hinted, "dewiki.damaging", nil, "dewiki.damaging version 0.5.1"},
		{modelFile("ints.bz2"), "dewiki.damaging", nil, "dewiki.damaging version 14999bb91d09"},
	} {
		dir := t.TempDir() + "/" + c.folder
		out, err := execute(t, "", append([]string{"import", c.file, "--out", dir}, c.flags...)...)
		if err != nil {
			t.Errorf("%s: %v", c.folder, err)
			continue
		}
		words(t, out, ": "+c.want+",")
	}
}

func TestImportRefuses(t *testing.T) {
	whole, err := os.ReadFile(modelFile("bools"))
	if err != nil {
		t.Fatal(err)
	}
	bad := writeFile(t, "answers.jsonl", strings.Replace(readText(t, answersOf("bools")), `"true": 0.5`, `"true": 0.6`, 1))
	noLabel := answersOf("ints.bz2")
	parent := t.TempDir()
	out := filepath.Join(parent, "testwiki.x")
	file := modelFile("bools")
	for _, c := range []struct {
		name string
		args []string
		want []string
	}{
		{"no such file", []string{"no/such.model"}, []string{"open no/such.model: no such file"}},
		{"a folder", []string{parent}, []string{parent + " is a folder: import takes a model file"}},
		{"a device", []string{os.DevNull}, []string{os.DevNull + " is a device, no model file"}},
		{"a text", []string{writeFile(t, "x.model", "hello")}, []string{"import ", "x.model", "pickle"}},
		{"a web page", []string{writeFile(t, "x.model", "<html>")}, []string{"a web page"}},
		{"empty", []string{writeFile(t, "x.model", "")}, []string{"the file is empty"}},
		{"a shell", []string{writeFile(t, "x.model", "cos\nsystem\n(S'touch "+out+"'\ntR.")}, []string{"os.system", "no model of revscoring"}},
		{"truncated", []string{writeFile(t, "x.model", string(whole[:len(whole)/2]))}, []string{"pickle"}},
		{"a bare classifier", []string{modelFiles + "estimators/bare.pickle"}, []string{"has features, this has none", "--features"}},
		{"no answers", []string{file, "--examples", "no/such.jsonl"}, []string{"no/such.jsonl"}},
		{"empty answers", []string{file, "--examples", writeFile(t, "a.jsonl", "\n")}, []string{"a.jsonl: no lines"}},
		{"other answers", []string{file, "--examples", bad}, []string{"recorded answer 2 of 12: probability of true is", "(1 of them differ)"}},
		{"answers of another model", []string{file, "--examples", answersOf("machine")}, []string{"of them differ"}},
		{"statistics twice", []string{file, "--scores", answersOf("bools")}, []string{"statistics of its own"}},
		{"scores without labels", []string{modelFile("ints.bz2"), "--scores", noLabel}, []string{"score 1: has no label"}},
		{"no card", []string{file, "--features", "no/card.yaml"}, nil},
		{"an impossible name", []string{file, "--name", "a b"}, []string{`name is "a b"`, "must be "}},
		{"an impossible version", []string{file, "--version", "1/2"}, []string{`version is "1/2"`}},
		{"no lists", []string{file, "--known", "no/lists.json"}, []string{"no/lists.json"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			fails(t, parent, c.want, append([]string{"import", "--out", out}, c.args...)...)
		})
	}
	fails(t, parent, []string{"name the folder WIKI.NAME"}, "import", file, "--out", filepath.Join(parent, "new"))
	fails(t, parent, []string{"must be a folder"}, "import", file, "--out", filepath.Join(parent, "*.x"))
	fails(t, parent, []string{"must be a folder"}, "import", file, "--out", "embedded:testwiki.x")
	fails(t, parent, []string{`"out" not set`}, "import", file)
	fails(t, parent, []string{"accepts 1 arg"}, "import")
}

func TestImportReplaces(t *testing.T) {
	dir := imported(t, "bools", "x")
	before := readText(t, filepath.Join(dir, "model.yaml"))
	if _, err := execute(t, "", "import", modelFile("machine"), "--out", dir); err == nil || !strings.Contains(err.Error(), "--replace") {
		t.Errorf("over a bundle: %v", err)
	}
	bad := writeFile(t, "answers.jsonl", readText(t, answersOf("bools")))
	if _, err := execute(t, "", "import", modelFile("machine"), "--out", dir, "--replace", "--examples", bad); err == nil {
		t.Error("a model that gives other answers replaces one")
	}
	if got := readText(t, filepath.Join(dir, "model.yaml")); got != before {
		t.Errorf("a refused import changed the bundle to\n%s", got)
	}
	out, err := execute(t, "", "import", modelFile("machine"), "--out", dir, "--replace")
	if err != nil {
		t.Fatal(err)
	}
	words(t, out, "support vector machine")
	other := filepath.Dir(writeFile(t, "notes.txt", "mine"))
	if _, err := execute(t, "", "import", modelFile("machine"), "--out", other, "--wiki", "w", "--name", "n", "--replace"); err == nil || !strings.Contains(err.Error(), "no bundle") {
		t.Errorf("a folder of something else is replaced: %v", err)
	}
	if entries, err := os.ReadDir(other); err != nil || len(entries) != 1 {
		t.Errorf("left %v, %v", entries, err)
	}
}

// smallCard is a card of the estimators in modelFiles.
func smallCard(t *testing.T, lines string) string {
	t.Helper()
	return writeFile(t, "card.yaml", lines+`
features:
  - {name: one, expression: len(revision.text)}
  - {name: two, expression: len(revision.parent.text)}
  - {name: three, expression: is_anon(revision.user.id)}
`)
}

func TestImportWithCard(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "testwiki.scaled")
	answers := modelFiles + "estimators/scaled.scores.jsonl"
	out, err := execute(t, "", "import", modelFiles+"estimators/scaled.pickle", "--features", smallCard(t, "version: '1'\npopulation_rates: {'true': 0.1}"),
		"--out", dir, "--examples", answers, "--scores", answers, "--trained-on", "made up", "--licence", "none")
	if err != nil {
		t.Fatal(err)
	}
	words(t, out, "testwiki.scaled version 1, gradient boosting, 4 trees, 3 features", "60 recorded answers agree, largest difference ")
	out, err = execute(t, "", "models", "show", dir)
	if err != nil {
		t.Fatal(err)
	}
	words(t, out, "scikit-learn 1.5.2", "made up", "false 0.9, true 0.1", "pr_auc 0.", "roc_auc 0.", "licence ", "counts (n=60)")
	fails(t, filepath.Join(dir, "none"), []string{"there is no version"}, "import", modelFiles+"estimators/scaled.pickle", "--features", smallCard(t, ""), "--out", filepath.Join(t.TempDir(), "a.b"))
}

// A dictionary may be installed where the service runs and not here.
func TestImportWithoutDictionary(t *testing.T) {
	card := smallCard(t, "version: '1'\ndictionaries: [{name: zz, dictionaries: [{tag: zz}]}]")
	dir := filepath.Join(t.TempDir(), "testwiki.x")
	args := []string{"import", modelFiles + "estimators/bare.pickle", "--features", card, "--out", dir, "--dictionaries"}
	out, err := execute(t, "", append(args, t.TempDir())...)
	if err != nil {
		t.Fatal(err)
	}
	words(t, out, "warning: dictionary zz is not installed here, and the service needs it: Debian's hunspell-zz",
		"dictionary zz of testwiki.x was not there at import: changes of it go unnoticed; import again where it is installed")
	// What asks no text needs none, and says so; what does says what to install.
	none := t.TempDir()
	for _, args := range [][]string{
		{"models", "list", dir}, {"models", "info", dir, "type"}, {"models", "verify", dir, "--dictionaries", none},
		{"models", "show", dir, "--dictionaries", none}, {"models", "diff", dir, dir, "--dictionaries", none}, {"score", "--from-features", "--model", dir, "--dictionaries", none},
	} {
		out, err := execute(t, `{"features": [1, 2, false]}`, args...)
		if err != nil {
			t.Errorf("%q: %v\n%s", args, err, out)
		}
		if args[1] == "show" {
			words(t, out, "dictionary  zz: not installed here\n", "at import not there\n", "hunspell-zz")
		}
		if args[1] == "verify" {
			words(t, out, "ok  "+dir+": ", "warning: "+dir+": dictionary zz is not installed here")
		}
	}
	config := writeFile(t, "streamer.yaml", fmt.Sprintf("{models: [{bundle: %s}], routes: [{model: x}], dictionaries: [%s]}", dir, none))
	for _, args := range [][]string{
		{"models", "diff", dir, dir, "--dictionaries", none}, {"score", "--model", dir, "--dictionaries", none},
		{"score", "--features-only", "--list", card, "--dictionaries", none}, {"check", "--config", config},
	} {
		if _, err := execute(t, input(43, `"abc"`, `{"text":"ab"}`), args...); err == nil || !strings.Contains(err.Error(), "dictionary zz") || !strings.Contains(err.Error(), "hunspell-zz") {
			t.Errorf("%q: %v", args, err)
		}
	}
	folder := filepath.Dir(writeFile(t, "zz.dic", "1\nbread\n"))
	if err := os.WriteFile(filepath.Join(folder, "zz.aff"), []byte("SET UTF-8\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := execute(t, "", append(args, folder, "--replace")...); err != nil {
		t.Fatal(err)
	}
	out, err = execute(t, "", "models", "show", dir, "--dictionaries", folder)
	if err != nil || strings.Contains(out, "not there") {
		t.Errorf("the checksum of what is installed is not taken: %v\n%s", err, out)
	}
	words(t, out, "zz, "+filepath.Join(folder, "zz.dic"), "at import ")
	if out, err := execute(t, input(43, `"abc"`, `{"text":"ab"}`), "models", "diff", dir, dir, "--dictionaries", folder); err != nil {
		t.Errorf("a difference of texts: %v\n%s", err, out)
	}
}

func TestImportONNX(t *testing.T) {
	const file = "../../internal/onnx/testdata/gb_binary.onnx"
	card := "name: onnx\nwiki: testwiki\nversion: '1'\nlabels: [false, true]\nfeatures:\n"
	for i := range 8 {
		card += fmt.Sprintf("  - {name: f%d, expression: len(revision.text) + %d}\n", i, i)
	}
	dir := filepath.Join(t.TempDir(), "testwiki.onnx")
	out, err := execute(t, "", "import-onnx", file, "--features", writeFile(t, "card.yaml", card), "--out", dir)
	if err != nil {
		t.Fatal(err)
	}
	words(t, out, "testwiki.onnx version 1", "8 features, labels false, true")
	parent := t.TempDir()
	to := filepath.Join(parent, "testwiki.x")
	short := strings.Replace(card, "  - {name: f7, expression: len(revision.text) + 7}\n", "", 1)
	fails(t, parent, []string{"the estimator takes 8 values", "lists 7 features"}, "import-onnx", file, "--features", writeFile(t, "card.yaml", short), "--out", to)
	fails(t, parent, []string{`"features" not set`}, "import-onnx", file, "--out", to)
	fails(t, parent, []string{"ONNX"}, "import-onnx", modelFile("bools"), "--features", writeFile(t, "card.yaml", card), "--out", to)
	fails(t, parent, []string{"SVMClassifier"}, "import-onnx", "../../internal/onnx/testdata/refused/svc.onnx", "--features", writeFile(t, "card.yaml", card), "--out", to)
}

// The three lines of the README: import, configuration, run.
func TestImportedModelScoresTheStream(t *testing.T) {
	r := newRig(t)
	dir := imported(t, "bools", "damaging")
	err := readYAML(fmt.Appendf(nil, "{models: [{bundle: %s}], routes: [{model: damaging}]}", dir), &r.cfg)
	if err != nil {
		t.Fatal(err)
	}
	const topic, n = "mediawiki.revision-score-damaging", 20
	admin := r.admin()
	defer admin.Close()
	if _, err := admin.CreateTopic(t.Context(), 1, 1, nil, topic); err != nil {
		t.Fatal(err)
	}
	var values [][]byte
	revs := map[int64]*corpus.Revision{}
	for i := range int64(n) {
		rev := page("testwiki", 100+i)
		text := strings.Repeat("Some WORDS about the '''matter'''. ", int(i))
		rev.Text, rev.Size = &text, int64(len(text))
		if i%2 == 1 {
			rev.UserID, rev.User = 0, "192.0.2.1"
		}
		revs[rev.RevID] = rev
		values = append(values, r.put(rev))
	}
	elsewhere := r.put(page("otherwiki", 7)) // the model is testwiki's
	r.feed(createTopic, append(values, elsewhere)...)
	s := r.start()
	s.await(n)
	s.stop()

	list, err := loadUnasked([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	want := expected{score.NewEngine(1, prometheus.NewRegistry()), list[0].Model}
	got := r.scores(topic)
	if len(got) != n {
		t.Fatalf("%d events, want %d", len(got), n)
	}
	distinct(t, got)
	different := map[float64]bool{}
	for i, e := range got {
		p, failure := want.of(t, revs[e.RevID], values[e.RevID-100])
		if failure != e.failure("damaging") || p != e.Scores["damaging"].Probability["true"] {
			t.Errorf("event %d of revision %d: %+v, want %v %s", i, e.RevID, e.Scores, p, failure)
		}
		different[p] = true
	}
	if len(different) < 3 {
		t.Errorf("only %d probabilities: the features make no difference", len(different))
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	if err := os.WriteFile(to, []byte(readText(t, from)), 0o600); err != nil {
		t.Fatal(err)
	}
}

func readText(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
