package model

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"revscore/internal/score/feature"
	"revscore/internal/score/hanzi"
	"revscore/internal/score/pattern"
)

// What is written of a draft is read back as it was, on a disk too.
func TestRoundTrip(t *testing.T) {
	revid := stumpDraft(t)
	revid.Type, revid.Features, revid.Estimator = RevIDScorer, nil, nil
	for _, d := range []*Draft{stumpDraft(t), fullDraft(t), starsDraft(t), revid} {
		dir := filepath.Join(t.TempDir(), "new", "bundle")
		if err := Write(dir, d); err != nil {
			t.Fatal(err)
		}
		m, err := Load(os.DirFS(filepath.Dir(dir)), "bundle", emptyLibrary())
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Verify(); err != nil {
			t.Error(err)
		}
		var features []feature.Definition
		for _, f := range m.card.Features {
			features = append(features, feature.Definition{Name: f.Name, Expr: f.Expression})
		}
		if !reflect.DeepEqual(features, d.Features) {
			t.Errorf("%s: features %q, want %q", m, features, d.Features)
		}
		if got := assetsOf(t, dir, m.card); !reflect.DeepEqual(got, sortedWords(d.Assets)) {
			t.Errorf("%s: assets %+v, want %+v", m, got, d.Assets)
		}
		// Its examples make the same files again.
		d.Examples = m.examples
		for name, file := range filesOf(t, d) {
			if data, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(data) != string(file.Data) {
				t.Errorf("%s: %s is\n%s, %v, written again it is\n%s", m, name, data, err, file.Data)
			}
		}
	}
}

// assetsOf reads the assets of a card back into sources.
func assetsOf(t *testing.T, dir string, c *card) (a Assets) {
	t.Helper()
	a.Lexicons = sources(t, dir, c.Lexicons, readLexicon)
	a.Words = sources(t, dir, c.Words, readLines)
	a.Phrases = sources(t, dir, c.Phrases, readLines)
	a.Conversions = sources[[]hanzi.Pair](t, dir, c.Conversions, readPairs)
	for _, d := range c.Dictionaries {
		a.Dictionaries = map[string]Checker{d.Name: {d.Dictionaries, d.ReplaceAstral}}
	}
	return a
}

func sources[T any](t *testing.T, dir string, list []asset, read func(string) (T, error)) map[string]T {
	t.Helper()
	var named map[string]T
	for _, a := range list {
		data, err := os.ReadFile(filepath.Join(dir, a.File))
		if err != nil {
			t.Fatal(err)
		}
		if named == nil {
			named = map[string]T{}
		}
		if named[a.Name], err = read(string(data)); err != nil {
			t.Fatal(err)
		}
	}
	return named
}

func sortedWords(a Assets) Assets {
	words := a.Words
	a.Words = nil
	for name, list := range words {
		a.Words = map[string][]string{name: slices.Sorted(slices.Values(list))}
	}
	return a
}

func TestWriteTakesAnEmptyFolderOnly(t *testing.T) {
	dir := t.TempDir() // is there, and empty
	if err := Write(dir, stumpDraft(t)); err != nil {
		t.Fatal(err)
	}
	if err := Write(dir, starsDraft(t)); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a bundle that is there: %v", err)
	}
	if m, err := Load(os.DirFS(dir), ".", NewLibrary(nil)); err != nil || m.Name() != "stump" {
		t.Errorf("afterwards: %v, %v", m, err)
	}
	if err := Replace(dir, starsDraft(t)); err != nil {
		t.Fatal(err)
	}
	if m, err := Load(os.DirFS(dir), ".", NewLibrary(nil)); err != nil || m.Name() != "stars" {
		t.Errorf("replaced: %v, %v", m, err)
	}
	alone(t, dir)
	home := t.TempDir()
	if err := os.WriteFile(filepath.Join(home, "letter"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Replace(home, stumpDraft(t)); err == nil || !strings.Contains(err.Error(), "a folder that is no bundle is not replaced") {
		t.Errorf("a folder of other things: %v", err)
	}
	if err := Replace(filepath.Join(home, "letter"), stumpDraft(t)); err == nil {
		t.Error("replaced a file")
	}
}

// alone checks that nothing was left beside a folder.
func alone(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(dir))
	if err != nil || len(entries) != 1 {
		t.Errorf("beside %s there are %v, %v", dir, entries, err)
	}
}

// What Load would refuse is not put in place.
func TestWriteRefuses(t *testing.T) {
	for want, spoil := range map[string]func(d *Draft){
		"name is":                func(d *Draft) { d.Name = "a\nb" },
		"no information":         func(d *Draft) { d.Info = nil },
		"estimator":              func(d *Draft) { d.Estimator.Features = 3 },
		"neither features":       func(d *Draft) { d.Type = RevIDScorer },
		"features: entry 1":      func(d *Draft) { d.Features[0].Name = "" },
		"2 features":             func(d *Draft) { d.Features = d.Features[:1] },
		`unknown`:                func(d *Draft) { d.Features[0].Expr = "sing(revision.text)" },
		"a.yaml: empty":          func(d *Draft) { d.Assets.Lexicons = map[string]pattern.Source{"a": {}} },
		"lexicons: a: not UTF-8": func(d *Draft) { d.Assets.Lexicons = map[string]pattern.Source{"a": {Before: "\xff"}} },
		`flags is "x"`: func(d *Draft) {
			d.Assets.Lexicons = map[string]pattern.Source{"a": {Patterns: []string{"a"}, Flags: "x"}}
		},
		"lexicons: entry 1: name is": func(d *Draft) { d.Assets.Lexicons = map[string]pattern.Source{"../a": {Patterns: []string{"a"}}} },
		"words: a: item 1":           func(d *Draft) { d.Assets.Words = map[string][]string{"a": {"\xff"}} },
		"a.txt: line 1 is empty":     func(d *Draft) { d.Assets.Phrases = map[string][]string{"a": nil} },
		"card: not UTF-8":            func(d *Draft) { d.Licence = "\xff" },
		"prediction is":              func(d *Draft) { d.Examples = wrong(true, 0.679178699175393) },
		"probability of":             func(d *Draft) { d.Examples = wrong(false, 0.6) },
		"example 1: json": func(d *Draft) {
			d.Examples = wrong(false, 0.6)
			d.Examples[0].Score.Probability["true"] /= 0 * d.Examples[0].Features[0]
		},
		"dictionaries: entry 1: name": func(d *Draft) { d.Assets.Dictionaries = map[string]Checker{"": {}} },
	} {
		dir := filepath.Join(t.TempDir(), "bundle")
		d := stumpDraft(t)
		spoil(d)
		err := Write(dir, d)
		if err == nil || !strings.HasPrefix(err.Error(), "write bundle "+dir+": ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
		if entries, err := os.ReadDir(filepath.Dir(dir)); err != nil || len(entries) != 0 {
			t.Errorf("%s: left %v, %v", want, entries, err)
		}
	}
}

// wrong is an answer that the stump does not give.
func wrong(prediction bool, p float64) []Example {
	e := Example{Features: []float64{1, 0}}
	e.Score.Prediction, e.Score.Probability = prediction, map[string]float64{"true": 1 - p, "false": p}
	return []Example{e}
}

// Whichever rename fails, the old bundle is where it was.
func TestSwapRestores(t *testing.T) {
	for failing := 1; failing <= 2; failing++ {
		parent := t.TempDir()
		dir, made := filepath.Join(parent, "bundle"), filepath.Join(parent, ".made")
		for _, folder := range []string{dir, made} {
			if err := os.Mkdir(folder, 0o700); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, "old"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		calls := 0
		full := errors.New("disk on fire")
		err := swap(made, dir, func(from, to string) error {
			if calls++; calls == failing {
				return full
			}
			return os.Rename(from, to)
		})
		if _, missing := os.Stat(filepath.Join(dir, "old")); missing != nil || !errors.Is(err, full) {
			t.Errorf("rename %d failing: %v, old bundle: %v", failing, err, missing)
		}
	}
}
