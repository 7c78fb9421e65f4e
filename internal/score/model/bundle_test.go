package model

import (
	"bytes"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"revscore/internal/score/estimator"
	"revscore/internal/score/feature"
	"revscore/internal/score/hanzi"
	"revscore/internal/score/pattern"
	"revscore/internal/score/statistics"
	"revscore/models"
)

var update = flag.Bool("update", false, "write testdata anew")

// stumpDraft is a model of two small trees.
func stumpDraft(t testing.TB) *Draft {
	t.Helper()
	return &Draft{
		Name: "stump", Wiki: "testwiki", Version: "1.0", Type: "GradientBoosting",
		Features: []feature.Definition{
			{Name: "feature.one", Expr: "len(revision.text)"},
			{Name: "feature.two", Expr: "len(revision.parent.text)"},
		},
		Estimator: &estimator.Spec{
			Classes: []any{false, true}, Features: 2,
			Scaler: estimator.Scaler{Center: []float64{0, 10}, Scale: []float64{1, 4}},
			Parts:  []estimator.Part{stumpTrees()},
		},
		Info: statistics.NewInfo(
			statistics.Entry{Key: "type", Value: "GradientBoosting"}, statistics.Entry{Key: "version", Value: "1.0"},
		),
		TrainedOn: "nothing: written by hand",
	}
}

func stumpTrees() *estimator.Ensemble {
	return &estimator.Ensemble{
		Trees: []estimator.Tree{
			{
				Feature: []int32{0, -1, 1, -1, -1}, Threshold: []float64{1.5, 0, 0, 0, 0},
				Left: []uint32{1, 0, 3, 0, 0}, Right: []uint32{2, 0, 4, 0, 0}, Value: []float64{0, -2, 0, 1, 3},
			},
			{Feature: []int32{-1}, Threshold: []float64{0}, Left: []uint32{0}, Right: []uint32{0}, Value: []float64{0.5}},
		},
		Width: 1, Outputs: 1, Base: []float64{0}, Rate: 0.5, Link: estimator.Logistic, Decision: estimator.Argmax,
	}
}

// odd characters must survive in every text of a bundle.
const odd1 = "a 'b' \"c\" \\d # e: f\n\t- {g}, [h] &i *j !k %l @m `n ~ \u00a0\u0085\u2028\ufeff\u200c\x00\x7f é 亂 \U0001f600 "

// fullDraft has everything that a bundle can have: all kinds of asset, labels that
// YAML would take for something else, texts of odd characters.
func fullDraft(t testing.TB) *Draft {
	t.Helper()
	d := stumpDraft(t)
	d.Name, d.Type = "full", "RandomForest"
	d.Features[0] = feature.Definition{
		Name: "feature.odd " + odd1,
		Expr: "len(find(revision.text, @a.rude)) + len(stopwords(tokens(revision.text), @b.words)) + len(phrases(revision.text, @c.phrases))" +
			" + len(find(simplified(revision.text, @d.simple), @a.rude)) + len(spelled(tokens(revision.text), @e.dictionary))",
	}
	d.Features[0].Expr = strings.ReplaceAll(d.Features[0].Expr, " + ", "\n + ")
	d.Assets = Assets{
		Lexicons: map[string]pattern.Source{
			"a.rude": {Patterns: []string{`it's`, `"\w+"`, "#a: b", " \u00a0\t", "亂|é", `\u200c`, "\u200c"}, Before: `\b`, After: `(?=\b|')`, Flags: "i", Exclude: []string{`'x'`, "\n"}},
			"a.bare": {Patterns: []string{"x"}},
		},
		Words:       map[string][]string{"b.words": {"the", " the", `"the"`, "the\n", "\ufeffthe", "", "\u2028", "\x00", "thé", "a b", `\n`}},
		Phrases:     map[string][]string{"c.phrases": {"kick the bucket", `"kick"`, "kick\tit "}},
		Conversions: map[string][]hanzi.Pair{"d.simple": {{From: '亂', To: '乱'}, {From: '"', To: ' '}, {From: '東', To: '"'}, {From: 0xfeff, To: '\n'}}},
		Dictionaries: map[string]Checker{"e.dictionary": {
			Dictionaries:  []Recorded{{Tag: "xx_YY"}, {Tag: "en_US", SHA256: strings.Repeat("0123456789abcdef", 4)}},
			ReplaceAstral: true,
		}},
	}
	trees := stumpTrees()
	d.Estimator.Classes, d.Estimator.Multilabel = []any{"true", "1", odd1}, true
	d.Estimator.Parts = []estimator.Part{trees, trees, trees}
	d.Estimator.Importance, d.Estimator.ImportanceOf = []float64{0.25, 0.75}, "splits"
	d.TrainedOn, d.Licence = odd1, "none"
	d.PopulationRates = map[string]float64{"true": 1e-7, "1": 1, odd1: 0.25}
	d.Statistics = map[string]float64{"roc_auc": 0.1 + 0.2, "odd: one": -1e22, "n": 3}
	d.Origin = Origin{File: "x's.model", SHA256: strings.Repeat("AB", 32), WrittenBy: "revscoring 2.11.13"}
	return d
}

// starsDraft has labels that are numbers.
func starsDraft(t testing.TB) *Draft {
	t.Helper()
	d := stumpDraft(t)
	d.Name = "stars"
	d.Estimator.Classes = []any{int64(-1), int64(5)}
	return d
}

// filesOf is the bundle of a draft in memory.
func filesOf(t testing.TB, d *Draft) fstest.MapFS {
	t.Helper()
	files, err := d.files()
	if err != nil {
		t.Fatal(err)
	}
	bundle := fstest.MapFS{}
	for _, f := range files {
		bundle[f.name] = &fstest.MapFile{Data: f.data}
	}
	return bundle
}

// stump is a bundle of two small trees that a test may damage.
func stump(t testing.TB) fstest.MapFS { return bundleOf(t, os.DirFS("testdata"), "testwiki.stump") }

// bundleOf copies one bundle out of a file system.
func bundleOf(t testing.TB, fsys fs.FS, dir string) fstest.MapFS {
	t.Helper()
	bundle := fstest.MapFS{}
	err := fs.WalkDir(fsys, dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(fsys, name)
		bundle[strings.TrimPrefix(name, dir+"/")] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return bundle
}

// edit replaces a piece of a bundle's file, once.
func edit(t testing.TB, bundle fstest.MapFS, file, old, repl string) {
	t.Helper()
	text := string(bundle[file].Data)
	damaged := strings.Replace(text, old, repl, 1)
	if damaged == text {
		t.Fatalf("%q is not in %s", old, file)
	}
	bundle[file] = &fstest.MapFile{Data: []byte(damaged)}
}

// editCard is edit of the card, and takes its checksum away, as a person does.
func editCard(t testing.TB, bundle fstest.MapFS, old, repl string) {
	t.Helper()
	edit(t, bundle, cardFile, old, repl)
	text, _, _ := strings.Cut(string(bundle[cardFile].Data), "\n"+seal)
	bundle[cardFile] = &fstest.MapFile{Data: []byte(text + "\n")}
}

var listed = regexp.MustCompile(`file: '([^']*)', sha256: '([^']*)'`)

// resum brings all checksums of a card up to date: what is damaged then is not
// found by them.
func resum(bundle fstest.MapFS) {
	text, _, _ := bytes.Cut(bundle[cardFile].Data, []byte("\n"+seal))
	text = listed.ReplaceAllFunc(append(bytes.Clone(text), '\n'), func(entry []byte) []byte {
		name := string(listed.FindSubmatch(entry)[1])
		if bundle[name] == nil {
			return entry
		}
		return []byte("file: '" + name + "', sha256: '" + content{name, bundle[name].Data}.ref().SHA256 + "'")
	})
	bundle[cardFile] = &fstest.MapFile{Data: sealed(text)}
}

// load loads a model that is in the program.
func load(t testing.TB, dir string) *Model {
	t.Helper()
	m, err := Load(models.FS, dir, NewLibrary(nil))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The committed bundle is what is written of its draft: the form does not change
// unseen.
func TestFormIsStable(t *testing.T) {
	const dir = "testdata/testwiki.stump"
	draft := stumpDraft(t)
	m := loadDraft(t, draft)
	for _, values := range [][]float64{{1, 0}, {1.5, 10}, {2, 10}, {2, 10.5}} {
		s, err := m.Score(0, values)
		if err != nil {
			t.Fatal(err)
		}
		draft.Examples = append(draft.Examples, Example{Features: values, Score: s})
	}
	made := filesOf(t, draft)
	if *update {
		if err := Replace(dir, draft); err != nil {
			t.Fatal(err)
		}
	}
	committed := stump(t)
	for name, file := range made {
		if committed[name] == nil || !bytes.Equal(file.Data, committed[name].Data) {
			t.Errorf("%s: another than committed; if that is meant: go test -run FormIsStable -update", filepath.Join(dir, name))
		}
	}
	if len(made) != len(committed) {
		t.Errorf("%d files, committed are %d", len(made), len(committed))
	}
}
