//go:build parity

package revscoring_test

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"revscore/internal/score/estimator"
)

// files are all models of the shared folder.
func files(t *testing.T) []string {
	t.Helper()
	shared := os.Getenv("SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared")
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

// TestParityAllModelsScore reads every file and scores its recorded vectors.
func TestParityAllModelsScore(t *testing.T) {
	total := 0
	for _, path := range files(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			m := read(t, path)
			e, err := estimator.New(m.Estimator)
			if err != nil {
				t.Fatal(err)
			}
			recorded := recorded(t, path)
			for i, row := range recorded {
				if err := compare(e, row); err != nil {
					t.Fatalf("vector %d: %v", i, err)
				}
			}
			total += len(recorded)
		})
	}
	t.Logf("%d vectors", total)
	if total < 10000 {
		t.Errorf("%d vectors, want 10000 or more", total)
	}
}

// recorded are the vectors beside a model.
func recorded(t *testing.T, path string) []row {
	t.Helper()
	base := strings.TrimSuffix(strings.TrimSuffix(path, ".bz2"), ".model")
	f, err := os.Open(base + ".scores.jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	return rows(t, z)
}

// TestParityCards compares with what the original said of itself.
func TestParityCards(t *testing.T) {
	compared := 0
	for _, path := range files(t) {
		data, err := os.ReadFile(strings.TrimSuffix(path, ".model") + ".info.json")
		if os.IsNotExist(err) {
			continue // other releases have none
		}
		if err != nil {
			t.Fatal(err)
		}
		compared++
		var want struct {
			Type, Version string
			Params        struct {
				Labels     []any
				Multilabel bool
			}
			Environment map[string]any
		}
		if err := json.Unmarshal(data, &want); err != nil {
			t.Fatal(err)
		}
		m := read(t, path)
		if m.Type != want.Type || m.Version != want.Version || m.Multilabel != want.Params.Multilabel ||
			!reflect.DeepEqual(m.Labels, want.Params.Labels) {
			t.Errorf("%s: %s %s %v %v, want %+v", filepath.Base(path), m.Type, m.Version, m.Multilabel, m.Labels, want)
		}
		if o, e := m.Origin, want.Environment; o.Revscoring != e["revscoring_version"] || o.Python != e["python_version"] || o.Platform != e["platform"] {
			t.Errorf("%s: written by %+v, want %v", filepath.Base(path), o, e)
		}
		if len(m.PopulationRates) != len(m.Labels) || m.Trained.Year() < 2020 || len(m.Features) != m.Estimator.Features {
			t.Errorf("%s: rates %v, trained %v, %d features", filepath.Base(path), m.PopulationRates, m.Trained, len(m.Features))
		}
	}
	if compared < 20 {
		t.Errorf("%d cards, want 20 or more", compared)
	}
}
