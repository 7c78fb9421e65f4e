//go:build parity

package model

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"revscore/internal/event"
	"revscore/internal/revscoring"
	"revscore/internal/score/feature"
	"revscore/internal/score/hanzi"
)

// originals are all models of the shared folder.
func originals(t *testing.T) []string {
	t.Helper()
	shared := os.Getenv("SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "..", "shared")
	}
	var files []string
	for _, pattern := range []string{"*.model", "releases/*.model", "releases/*.model.bz2"} {
		found, err := filepath.Glob(filepath.Join(shared, "models", pattern))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	if len(files) < 61 {
		t.Fatalf("%s has %d models, want 61 or more", shared, len(files))
	}
	return files
}

// Every model of the original, as a bundle on disk, gives every recorded score.
func TestParityBundles(t *testing.T) {
	vectors, worst := 0, 0.0
	known := emptyLibrary()
	for _, path := range originals(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			d := draftOf(t, path)
			dir := filepath.Join(t.TempDir(), "bundle")
			if err := Write(dir, d); err != nil {
				t.Fatal(err)
			}
			m, err := Load(os.DirFS(dir), ".", known)
			if err != nil {
				t.Fatal(err)
			}
			v, err := m.VerifyWithin(1e-12)
			if err != nil || v.Examples != len(d.Examples) {
				t.Errorf("%+v of %d, %v", v, len(d.Examples), err)
			}
			vectors, worst = vectors+v.Examples, max(worst, v.Largest)
			if got, err := m.Info().FormatJSON(); err != nil || string(got) != formatted(t, d) {
				t.Errorf("information: %s, %v", got, err)
			}
			if got := assetsOf(t, dir, m.card); !equalAssets(got, d.Assets) {
				t.Errorf("assets %+v, want %+v", got, d.Assets)
			}
		})
	}
	t.Logf("%d recorded scores, largest difference %v", vectors, worst)
	if vectors < 10_000 {
		t.Errorf("%d recorded scores, want 10000 or more", vectors)
	}
}

func formatted(t *testing.T, d *Draft) string {
	t.Helper()
	text, err := d.Info.FormatJSON()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// equalAssets compares what has an order, and sets of words as sets.
func equalAssets(got, want Assets) bool {
	for name, src := range want.Lexicons {
		if !equalSources(got.Lexicons[name], src) {
			return false
		}
	}
	for name, words := range want.Words {
		if !slices.Equal(got.Words[name], slices.Sorted(slices.Values(words))) {
			return false
		}
	}
	for name, phrases := range want.Phrases {
		if !slices.Equal(got.Phrases[name], phrases) {
			return false
		}
	}
	return len(got.Lexicons) == len(want.Lexicons) && len(got.Words) == len(want.Words) && len(got.Phrases) == len(want.Phrases)
}

var suffixes = regexp.MustCompile(`\.model(\.bz2)?$`)

// draftOf reads an original and everything that was recorded of it.
func draftOf(t *testing.T, path string) *Draft {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	m, err := revscoring.Read(file, path)
	if err != nil {
		t.Fatal(err)
	}
	d := &Draft{
		Name: "original", Wiki: "enwiki", Version: "0.1", Type: m.Type, Estimator: m.Estimator, Info: m.Info,
		Origin: Origin{File: filepath.Base(path), SHA256: m.Origin.SHA256, WrittenBy: "scikit-learn " + m.Origin.ScikitLearn},
		Assets: Assets{Lexicons: m.Assets.Lexicons, Words: m.Assets.Words, Phrases: m.Assets.Phrases},
	}
	for _, f := range m.Features {
		d.Features = append(d.Features, feature.Definition{Name: f.Name, Expr: f.Expression})
	}
	d.Assets.Dictionaries, d.Assets.Conversions = map[string]Checker{}, map[string][]hanzi.Pair{}
	for name, asked := range m.Assets.Dictionaries {
		c := Checker{ReplaceAstral: asked.ReplaceAstral}
		for _, tag := range asked.Tags {
			c.Dictionaries = append(c.Dictionaries, Recorded{Tag: tag})
		}
		d.Assets.Dictionaries[name] = c
	}
	d.Examples = recorded(t, suffixes.ReplaceAllString(path, ".scores.jsonl.gz"))
	return d
}

func recorded(t *testing.T, path string) []Example {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var examples []Example
	for dec := json.NewDecoder(unzipped); ; {
		var row struct { // and whose edit it was
			Features []value
			Score    event.Score
		}
		err := dec.Decode(&row)
		if errors.Is(err, io.EOF) {
			return examples
		}
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		e := Example{Features: make([]float64, len(row.Features)), Score: row.Score}
		for i, v := range row.Features {
			e.Features[i] = float64(v)
		}
		examples = append(examples, e)
	}
}
