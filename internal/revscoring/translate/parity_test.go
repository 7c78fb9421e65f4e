//go:build parity

package translate

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"revscore/internal/pickle"
)

// shared is the folder of the original's files.
func shared(tb testing.TB) string {
	tb.Helper()
	folder := os.Getenv("SHARED")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "..", "shared")
	}
	if _, err := os.Stat(folder); err != nil {
		tb.Fatal(err)
	}
	return folder
}

// modelFeatures reads the features of a model's file.
func modelFeatures(t *testing.T, path string) []any {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r := io.Reader(bytes.NewReader(data))
	if bytes.HasPrefix(data, []byte("BZh")) {
		r = bzip2.NewReader(r)
	}
	v, err := pickle.Load(r)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	fields, err := pickle.Attributes(v)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	list, err := fields.Items("features")
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return list
}

// Every model's features translate; names and types are those that were recorded.
func TestParityModels(t *testing.T) {
	folder := filepath.Join(shared(t), "models")
	models, features := 0, 0
	for _, pattern := range []string{"*.model", "releases/*.model", "releases/*.model.bz2"} {
		paths, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil || len(paths) == 0 {
			t.Fatalf("no models %s: %v", pattern, err)
		}
		for _, path := range paths {
			got, err := Features(modelFeatures(t, path), Options{})
			if err != nil {
				t.Errorf("%s: %v", path, err)
				continue
			}
			base := strings.TrimSuffix(strings.TrimSuffix(path, ".bz2"), ".model")
			compareNames(t, base+".meta.json", got.Features)
			compareTypes(t, base+".scores.jsonl.gz", got.Features)
			models++
			features += len(got.Features)
		}
	}
	if models < 61 {
		t.Errorf("%d models, want 61", models)
	}
	t.Logf("%d features of %d models", features, models)
}

// compareNames compares names and types with those that the model's maker wrote.
func compareNames(t *testing.T, path string, got []Feature) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && strings.Contains(path, "releases") {
		return // of these there are only vectors
	}
	if err != nil {
		t.Fatal(err)
	}
	var meta struct{ Features [][2]string }
	if err := json.Unmarshal(data, &meta); err != nil {
		t.Fatal(err)
	}
	if len(meta.Features) != len(got) {
		t.Errorf("%s: %d features, want %d", path, len(got), len(meta.Features))
		return
	}
	for i, want := range meta.Features {
		if got[i].Name != printedName(want[0]) || got[i].Returns != want[1] {
			t.Errorf("%s: feature %d is %s of type %s, want %s", path, i, got[i].Name, got[i].Returns, want)
		}
	}
}

// compareTypes looks whether recorded values are of the features' types.
func compareTypes(t *testing.T, path string, got []Feature) {
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	zipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(zipped).ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var row struct{ Features []json.RawMessage }
	if err := json.Unmarshal(line, &row); err != nil {
		t.Fatal(err)
	}
	if len(row.Features) != len(got) {
		t.Errorf("%s: %d features, want %d", path, len(got), len(row.Features))
		return
	}
	for i, value := range row.Features {
		if typ := typeOf(string(value)); typ != got[i].Returns {
			t.Errorf("%s: %s has the type %s, want %s of %s", path, got[i].Name, got[i].Returns, typ, value)
		}
	}
}

// typeOf is the Python type of a number or bool in Python's JSON.
func typeOf(value string) string {
	switch {
	case value == "true" || value == "false":
		return "bool"
	case strings.ContainsAny(value, ".eN"):
		return "float"
	}
	return "int"
}
