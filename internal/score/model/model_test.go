package model

import (
	"errors"
	"io/fs"
	"math"
	"strings"
	"testing"
	"testing/fstest"

	"revscore/internal/score/tree"
	"revscore/models"
)

func TestEmbeddedBundles(t *testing.T) {
	cards, err := fs.Glob(models.FS, "*/model.yaml")
	if err != nil || len(cards) < 2 {
		t.Fatalf("embedded bundles: %v, %v", cards, err)
	}
	for _, card := range cards {
		dir := strings.TrimSuffix(card, "/model.yaml")
		m, err := Load(models.FS, dir, NewLibrary(nil))
		if err != nil {
			t.Error(err)
			continue
		}
		if err := m.Verify(); err != nil {
			t.Error(err)
		}
		if len(m.examples) < 50 {
			t.Errorf("%s: %d examples", m, len(m.examples))
		}
	}
}

func TestReverted(t *testing.T) {
	m := load(t, "enwiki.reverted")
	if m.Name() != "reverted" || m.Wiki() != "enwiki" || m.Version() != "0.1.0-ref" || m.String() != "enwiki.reverted" {
		t.Errorf("%s, %s, %s, %s", m.Name(), m.Wiki(), m.Version(), m)
	}
	features := m.Features()
	if len(features) != 6 || features[4] != "feature.revision.user.in_group({'bot', 'sysop'})" {
		t.Errorf("features %q", features)
	}
	if !strings.Contains(string(m.Info()), `"GradientBoosting"`) {
		t.Errorf("info %s", m.Info())
	}
	// The first recorded answer of the original.
	s, err := m.Score(1, []float64{1, 0, 0, 1, 0, 288437520})
	if err != nil {
		t.Fatal(err)
	}
	if s.Prediction != false || math.Abs(s.Probability["true"]-0.11959416446472804) > tolerance ||
		math.Abs(s.Probability["false"]-0.880405835535272) > tolerance || len(s.Probability) != 2 {
		t.Errorf("score %v", s)
	}
}

func TestScoreRefuses(t *testing.T) {
	m := load(t, "enwiki.reverted")
	_, err := m.Score(12, []float64{1, math.NaN(), 0, 1, 0, 0})
	var ve *tree.ValueError
	want := "score revision 12 with enwiki.reverted: feature.wikitext.revision.diff.words_added: value 1 is NaN"
	if !errors.As(err, &ve) || err.Error() != want {
		t.Errorf("NaN: error %v, want %s", err, want)
	}
	_, err = m.Score(12, nil)
	want = "score revision 12 with enwiki.reverted: 0 values for a model of 6 features"
	if err == nil || err.Error() != want {
		t.Errorf("no values: error %v, want %s", err, want)
	}
}

func TestRevID(t *testing.T) {
	m := load(t, "revid")
	cases := []struct {
		id   int64
		p    float64
		pred bool
	}{
		{7, 0.70, true}, // "07"
		{1, 0.10, false},
		{10, 0.01, false},
		{5, 0.50, false}, // above 0.5, not from 0.5 on
		{15, 0.51, true},
		{99, 0.99, true},
		{100, 0, false},
		{974623, 0.32, false},  // both from the
		{23754929, 0.92, true}, // original's docstring
		{math.MaxInt64, 0.70, true},
	}
	for _, c := range cases {
		s, err := m.Score(c.id, nil)
		if err != nil {
			t.Errorf("%d: %v", c.id, err)
			continue
		}
		if s.Prediction != c.pred || s.Probability["true"] != c.p || s.Probability["false"] != 1-c.p {
			t.Errorf("%d: %v, want %v of true", c.id, s, c.p)
		}
	}
	for _, id := range []int64{0, -7} {
		if s, err := m.Score(id, nil); err == nil || s.Probability != nil {
			t.Errorf("%d: %v, %v", id, s, err)
		}
	}
	if _, err := m.Score(7, []float64{1}); err == nil {
		t.Error("took a value")
	}
}

// Each case replaces one piece of one file of the bundle.
func TestLoadRefuses(t *testing.T) {
	f := func(file, old, repl, want string) {
		t.Helper()
		bundle := stump(t)
		text := string(bundle[file].Data)
		damaged := strings.Replace(text, old, repl, 1)
		if damaged == text {
			t.Fatalf("%q is not in %s", old, file)
		}
		bundle[file] = &fstest.MapFile{Data: []byte(damaged)}
		m, err := Load(bundle, ".", NewLibrary(nil))
		switch {
		case err == nil:
			t.Errorf("%s: %q for %q: loaded %s", file, repl, old, m)
		case !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), want):
			t.Errorf("%s: %q for %q: error %q, want %q", file, repl, old, err, want)
		}
	}
	f("model.yaml", "format: 2", "format: 3\nsoil: loam", "format 3 is newer than 2")
	f("model.yaml", "format: 2", "format: 1\nsoil: loam", "format is 1, this program reads 2: convert the original again")
	f("model.yaml", "kind:", "soil: loam\nkind:", `[5:1] unknown field "soil"`)
	f("model.yaml", "kind:", "name: twice\nkind:", "already defined")
	f("model.yaml", "format: 2", "format: [", "[")
	f("model.yaml", "format: 2", "", "no format: the file is empty or no card")
	f("model.yaml", "format: 2", "format: 2\nlabels: "+strings.Repeat("[", 60_000), "nested too deep")
	f("model.yaml", "format: 2", "format: 2\nlabels:\n"+strings.Repeat("- ", 20_000), "nested too deep")
	f("model.yaml", `"stump"`, `"st ump"`, `name is "st ump"`)
	f("model.yaml", `"testwiki"`, `""`, `wiki is ""`)
	f("model.yaml", `"1.0"`, `"1:0"`, `version is "1:0"`)
	f("model.yaml", "gradient_boosting", "oracle", `kind is "oracle"`)
	f("model.yaml", "gradient_boosting", "revid", "neither features nor assets nor an estimator")
	f("model.yaml", "[false, true]", "[true, false]", "labels are []interface {}{true, false}, the estimator's classes []interface {}{false, true}")
	f("model.yaml", "[false, true]", `["false", "true"]`, "labels are")
	f("model.yaml", "estimator.json", "../estimator.json", "estimator.file is")
	f("model.yaml", "sha256: ", "sha256: 00", "estimator.sha256 is")
	f("model.yaml", "feature.two", `""`, "features: entry 2 needs a name and an expression")
	f("model.yaml", "len(revision.parent.text)", `""`, "features: entry 2 needs a name and an expression")
	f("model.yaml", "feature.two", "feature.one", "features: entry 2 has the name of entry 1, feature.one, and another expression")
	f("model.yaml", "estimator:", "lexicons:\n  - {name: a, file: ../a.yaml, sha256: "+strings.Repeat("0", 64)+"}\nestimator:", `lexicons: entry 1: file is "../a.yaml", must be in the bundle`)
	f("estimator.json", `"learning_rate":0.5`, `"learning_rate":0.2`, "sha256 is")
	f("examples.jsonl", `"features"`, `"futures"`, `line 1: json: unknown field "futures"`)
	f("examples.jsonl", "[1,", "[null,", `line 1: value "null"`)
	f("examples.jsonl", `"score":`, `"score":{},"score":`, "line 1: score document")
	f("info.json", `"type"`, `type`, "invalid character")
}

// With its checksum brought up to date, a damaged estimator is still refused.
func TestLoadChecksTheEstimator(t *testing.T) {
	f := func(old, repl, want string) {
		t.Helper()
		bundle := stump(t)
		damaged := strings.Replace(string(bundle["estimator.json"].Data), old, repl, 1)
		setEstimator(t, bundle, damaged)
		_, err := Load(bundle, ".", NewLibrary(nil))
		if err == nil || !strings.Contains(err.Error(), "estimator.json: estimator: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%q for %q: error %v, want %q", repl, old, err, want)
		}
	}
	f(`"left":[1,0,3`, `"left":[99,0,3`, "tree 0: node 0: child 99 of 5 nodes")
	f(`"left":[1,0,3`, `"left":[1,0,0`, "tree 0: node 2: child 0 does not stand behind its parent")
	f("\n]}\n", "", "unexpected end of JSON input")
	f(`"format":1`, `"format":3`, "format 3 is newer than 1")
}

func TestLoadComparesTheNumberOfFeatures(t *testing.T) {
	bundle := stump(t)
	card := string(bundle["model.yaml"].Data)
	bundle["model.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(card, "features:", "features:\n  - {name: one.more, expression: \"1\"}", 1))}
	_, err := Load(bundle, ".", NewLibrary(nil))
	if err == nil || !strings.Contains(err.Error(), "2 features, the card lists 3") {
		t.Errorf("error %v", err)
	}
}

func TestLoadWithoutAFile(t *testing.T) {
	for _, file := range []string{"model.yaml", "estimator.json", "examples.jsonl", "info.json"} {
		bundle := stump(t)
		delete(bundle, file)
		if _, err := Load(bundle, ".", NewLibrary(nil)); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), file) {
			t.Errorf("without %s: error %v", file, err)
		}
		bundle[file] = &fstest.MapFile{}
		if _, err := Load(bundle, ".", NewLibrary(nil)); err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("with an empty %s: error %v", file, err)
		}
	}
}

// An estimator that is sound but not the original's loads; its examples tell.
func TestVerifyFindsAnotherEstimator(t *testing.T) {
	bundle := stump(t)
	setEstimator(t, bundle, strings.Replace(string(bundle["estimator.json"].Data), `"init":0`, `"init":0.00001`, 1))
	m, err := Load(bundle, ".", NewLibrary(nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Verify(); err == nil || !strings.Contains(err.Error(), "verify testwiki.stump: example 1 of 4: probability of") {
		t.Errorf("error %v", err)
	}
}

func TestVerifyComparesEveryPart(t *testing.T) {
	f := func(old, repl, want string) {
		t.Helper()
		bundle := bundleOf(t, models.FS, "revid")
		text := strings.Replace(string(bundle["examples.jsonl"].Data), old, repl, 1)
		bundle["examples.jsonl"] = &fstest.MapFile{Data: []byte(text)}
		m, err := Load(bundle, ".", NewLibrary(nil))
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Verify(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q for %q: error %v, want %q", repl, old, err, want)
		}
	}
	f(`"prediction":false`, `"prediction":true`, "prediction is false, recorded is true")
	f(`"prediction":false`, `"prediction":["false"]`, "prediction is false, recorded is [false]")
	f(`"true":0.1`, `"maybe":0.1`, "probability of true is 0.1, recorded is 0")
	f(`"true":0.1`, `"true":0.1,"maybe":0`, "2 probabilities, recorded are 3")
	f(`"rev_id":1,`, `"rev_id":0,`, "a revision id is positive")
}

func load(t testing.TB, dir string) *Model {
	t.Helper()
	m, err := Load(models.FS, dir, NewLibrary(nil))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A card's several faults are reported together.
func TestLoadReportsAllFaultsOfACard(t *testing.T) {
	card := "format: 2\nname: a b\nwiki: ''\nversion: '1'\nkind: oracle\n"
	_, err := Load(fstest.MapFS{"model.yaml": {Data: []byte(card)}}, ".", NewLibrary(nil))
	if err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("error %v", err)
	}
}
