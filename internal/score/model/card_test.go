package model

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// Each case replaces one piece of one file of the bundle, and brings its checksums
// up to date.
func TestLoadRefuses(t *testing.T) {
	f := func(file, old, repl, want string) {
		t.Helper()
		bundle := stump(t)
		edit(t, bundle, file, old, repl)
		resum(bundle)
		m, err := Load(bundle, ".", NewLibrary(nil))
		switch {
		case err == nil:
			t.Errorf("%s: %q for %q: loaded %s", file, repl, old, m)
		case !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), want):
			t.Errorf("%s: %q for %q: error %q, want %q", file, repl, old, err, want)
		}
	}
	zero := strings.Repeat("0", 64)
	f(cardFile, "format: 3", "format: 4\nsoil: loam", "format 4 is newer than 3")
	f(cardFile, "format: 3", "format: 2\nsoil: loam", "format is 2, this program reads 3: import the original again: streamer import")
	f(cardFile, "type:", "soil: loam\ntype:", `unknown field "soil"`)
	f(cardFile, "type:", "name: twice\ntype:", "already defined")
	f(cardFile, "format: 3", "format: [", "[")
	f(cardFile, "format: 3", "", "no format: the file is empty or no card")
	f(cardFile, "format: 3", "format: 3\npopulation_rates: "+strings.Repeat("[", 60_000), "nested too deep")
	f(cardFile, "format: 3", "format: 3\nstatistics:\n"+strings.Repeat("- ", 20_000), "nested too deep")
	f(cardFile, "format: 3", "format: 3\nlicence: &a x", "has no place in a bundle")
	f(cardFile, "format: 3", "format: 3\n---", "")
	f(cardFile, "'stump'", `"st ump"`, `name is "st ump"`)
	f(cardFile, "'testwiki'", `""`, `wiki is ""`)
	f(cardFile, "'1.0'", `"1:0"`, `version is "1:0"`)
	long := strings.Repeat("x", 129)
	f(cardFile, "'1.0'", long, "and underscores, at most 128")
	f(cardFile, "'stump'", long, "and underscores, at most 128")
	f(cardFile, "'testwiki'", long, "a database name of at most 128 characters")
	f(cardFile, "'1.0'", strings.Repeat("x", 100_000), "and underscores, at most 128")
	f(cardFile, "'GradientBoosting'", "", `type is ""`)
	f(cardFile, "'GradientBoosting'", RevIDScorer, "neither features nor assets nor an estimator")
	f(cardFile, "[false, true]", "[true, false]", "labels are []interface {}{true, false}, multilabel false, the estimator's are []interface {}{false, true}, false")
	f(cardFile, "[false, true]", "['false', 'true']", "labels are")
	f(cardFile, "[false, true]", "[false, true]\nmultilabel: true", "multilabel true, the estimator's are")
	f(cardFile, "[false, true]", "['a', 'b']\nmultilabel: true", "multilabel true, the estimator's are")
	f(cardFile, "[false, true]", "[false, 1]", "labels: some are of another type than the first")
	f(cardFile, "[false, true]", "[1, 1]", "labels: entry 2 is 1 again")
	f(cardFile, "[false, true]", "[1]", "labels: 1 of them, too few")
	f(cardFile, "[false, true]", "[1, 1.5]", "labels: entry 2 is 1.5, must be a bool, a string or a whole number")
	f(cardFile, "[false, true]", "[1, 18446744073709551615]", "labels: entry 2 is 18446744073709551615, too large")
	f(cardFile, "[false, true]", "['', '']", `labels: entry 2 is "" again`)
	f(cardFile, "[false, true]", "[a, [b]]", "labels: entry 2 is [b]")
	f(cardFile, "file: 'estimator.", "file: '../estimator.", "estimator.file is")
	f(cardFile, "file: 'estimator.", "file: '/estimator.", "estimator.file is")
	f(cardFile, "file: 'info.json'", "file: '.'", `info.file is ".", must be in the bundle`)
	f(cardFile, "file: 'info.json'", "file: 'model.yaml'", `info.file is "model.yaml"`)
	f(cardFile, "file: 'examples.jsonl'", "file: ''", `examples.file is ""`)
	f(cardFile, "examples:", "licence:", "cannot unmarshal")
	f(cardFile, "'feature.two'", `""`, "features: entry 2 needs a name and an expression")
	f(cardFile, "'len(revision.parent.text)'", `""`, "features: entry 2 needs a name and an expression")
	f(cardFile, "'len(revision.parent.text)'", `len(revision.parrot.text)`, "parrot")
	f(cardFile, "feature.two", "feature.one", "features: entry 2 has the name of entry 1, feature.one, and another expression")
	f(cardFile, "estimator:", "lexicons:\n  - {name: a, file: ../a.yaml, sha256: '"+zero+"'}\nestimator:", `lexicons: entry 1: file is "../a.yaml", must be in the bundle`)
	f(cardFile, "estimator:", "words:\n  - {name: a b, file: a, sha256: 12}\nestimator:", `words: entry 1: sha256 is "12"`)
	f(cardFile, "estimator:", "words:\n  - {name: '@a', file: a, sha256: '"+zero+"'}\nestimator:", `words: entry 1: name is "@a"`)
	f(cardFile, "trained_on:", "origin: {sha256: 12}\ntrained_on:", `origin.sha256 is "12"`)
	f(cardFile, "trained_on:", "population_rates: {true: 1.5}\ntrained_on:", "population_rates: true is 1.5, must be from 0 to 1")
	f(cardFile, "trained_on:", "statistics: {roc_auc: .nan}\ntrained_on:", "statistics: roc_auc is NaN")
	f("examples.jsonl", `"features"`, `"futures"`, `line 1: json: unknown field "futures"`)
	f("examples.jsonl", `"features":[`, `"features":[null,`, `line 1: value "null"`)
	f("examples.jsonl", `"score":`, `"score":{},"score":`, "line 1: score document")
	f("examples.jsonl", `"score":`, "\"rev_id\":1}\n{\"score\":", "line 1: no score")
	f("examples.jsonl", "}}\n", "}} 1\n", "line 1: more than one object")
	f("info.json", `"type"`, `type`, "")
}

// Examples are scored at every load: a bundle must not bring any number of them.
func TestExamplesAreBounded(t *testing.T) {
	bundle := stump(t)
	line, _, _ := strings.Cut(string(bundle["examples.jsonl"].Data), "\n")
	for examples, want := range map[string]string{
		strings.Repeat(line+"\n", maxExamples):             "",
		strings.Repeat(line+"\n", maxExamples+1):           "examples.jsonl: more than 10000 examples",
		line + strings.Repeat(" ", maxExampleBytes) + "\n": "examples.jsonl: larger than 16777216 bytes",
	} {
		bundle["examples.jsonl"] = &fstest.MapFile{Data: []byte(examples)}
		resum(bundle)
		_, err := Load(bundle, ".", NewLibrary(nil))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%d bytes: got %v, want %q", len(examples), err, want)
		}
	}
}

// With its checksum brought up to date, a damaged estimator is still refused.
func TestLoadChecksTheEstimator(t *testing.T) {
	for name, data := range map[string]string{"empty": "", "no header": strings.Repeat("\xff", 100)} {
		bundle := stump(t)
		bundle["estimator.safetensors"] = &fstest.MapFile{Data: []byte(data)}
		resum(bundle)
		if _, err := Load(bundle, ".", NewLibrary(nil)); err == nil || !strings.Contains(err.Error(), "estimator.safetensors: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	one := stumpDraft(t)
	one.Features = one.Features[:1]
	bundle, other := stump(t), filesOf(t, &Draft{
		Name: "a", Wiki: "b", Version: "1", Type: "c", Features: append(one.Features, one.Features[0]),
		Estimator: one.Estimator, Info: one.Info,
	})
	bundle["estimator.safetensors"] = other["estimator.safetensors"]
	resum(bundle)
	if _, err := Load(bundle, ".", NewLibrary(nil)); err != nil {
		t.Errorf("the same estimator: %v", err)
	}
	editCard(t, bundle, "  - name: 'feature.two'\n    expression: 'len(revision.parent.text)'\n", "")
	if _, err := Load(bundle, ".", NewLibrary(nil)); err == nil || !strings.Contains(err.Error(), "estimator.safetensors: 2 features, the card lists 1") {
		t.Errorf("a feature less: %v", err)
	}
}

// A file that is missing or empty names itself.
func TestLoadNamesTheFile(t *testing.T) {
	for file := range stump(t) {
		bundle := stump(t)
		delete(bundle, file)
		if _, err := Load(bundle, ".", NewLibrary(nil)); err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("without %s: error %v", file, err)
		}
		bundle[file] = &fstest.MapFile{}
		if _, err := Load(bundle, ".", NewLibrary(nil)); err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("with an empty %s: error %v", file, err)
		}
	}
}

// A card's several faults are reported together.
func TestLoadReportsAllFaultsOfACard(t *testing.T) {
	card := "format: 3\nname: a b\nwiki: ''\nversion: '1'\ntype: ''\nlabels: [1]\nestimator: {file: ..}\nexamples: {file: a}\n"
	_, err := Load(fstest.MapFS{cardFile: {Data: []byte(card)}}, ".", NewLibrary(nil))
	if err == nil {
		t.Fatal("loaded")
	}
	for i, want := range []string{
		"model.yaml: name is", "wiki is", "type is", "labels: ", "estimator.file is", "estimator.sha256 is", "info.file is",
		"info.sha256 is", "examples.sha256 is",
	} {
		if lines := strings.Split(err.Error(), "\n"); len(lines) != 9 || !strings.HasPrefix(lines[i], want) {
			t.Fatalf("fault %d is not %q of\n%v", i, want, err)
		}
	}
}

// A person who edits a card deletes its checksum; who does not is told.
func TestSeal(t *testing.T) {
	bundle := stump(t)
	edit(t, bundle, cardFile, "'1.0'", "'1.1'")
	if _, err := Load(bundle, ".", NewLibrary(nil)); err == nil || !strings.Contains(err.Error(), "damaged, or changed by hand (then delete that line") {
		t.Errorf("edited: %v", err)
	}
	editCard(t, bundle, "'1.1'", "'1.2'")
	if m, err := Load(bundle, ".", NewLibrary(nil)); err != nil || m.Version() != "1.2" {
		t.Errorf("edited, without checksum: %v", err)
	}
	for _, more := range []string{"# more\n", "\n", " "} {
		bundle = stump(t)
		bundle[cardFile].Data = append(bundle[cardFile].Data, more...)
		if _, err := Load(bundle, ".", NewLibrary(nil)); err == nil || !strings.Contains(err.Error(), "checksum must be the last line") {
			t.Errorf("with %q behind: %v", more, err)
		}
	}
}

// Nothing outside of the folder can be made a part of it.
func TestLinksAreRefused(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.Mkdir(secret, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, plant := range map[string]func(dir string) error{
		"a link for a file": func(dir string) error {
			name := filepath.Join(dir, "info.json")
			return errors.Join(os.Rename(name, filepath.Join(secret, "info.json")), os.Symlink(filepath.Join(secret, "info.json"), name))
		},
		"a link for a folder": func(dir string) error {
			name := filepath.Join(dir, "words")
			return errors.Join(os.Rename(name, filepath.Join(secret, "words")), os.Symlink(filepath.Join(secret, "words"), name))
		},
		"a folder for a file": func(dir string) error {
			return errors.Join(os.Remove(filepath.Join(dir, "info.json")), os.Mkdir(filepath.Join(dir, "info.json"), 0o700))
		},
	} {
		dir := filepath.Join(t.TempDir(), "bundle")
		if err := Write(dir, fullDraft(t)); err != nil {
			t.Fatal(err)
		}
		if err := plant(dir); err != nil {
			t.Fatal(err)
		}
		if m, err := Load(os.DirFS(dir), ".", emptyLibrary()); err == nil || !strings.Contains(err.Error(), "not a") {
			t.Errorf("%s: %v, %v", name, m, err)
		}
	}
}

func TestLargeFilesAreRefused(t *testing.T) {
	bundle := stump(t)
	bundle[cardFile] = &fstest.MapFile{Data: make([]byte, maxCardBytes+1)}
	if _, err := Load(bundle, ".", NewLibrary(nil)); err == nil || !strings.Contains(err.Error(), "model.yaml: larger than 1048576 bytes") {
		t.Errorf("a large card: %v", err)
	}
}
