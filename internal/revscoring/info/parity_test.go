//go:build parity || reference

package info_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// modelFiles are the models of SHARED (default: ../shared beside the repository)
// and those of the folder MODELS, if set.
func modelFiles(t *testing.T) []string {
	t.Helper()
	shared := os.Getenv("SHARED")
	if shared == "" {
		shared = "../../../../shared"
	}
	folders := []string{filepath.Join(shared, "models"), filepath.Join(shared, "models", "releases")}
	if more := os.Getenv("MODELS"); more != "" {
		folders = append(folders, more)
	}
	var files []string
	for _, folder := range folders {
		entries, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, e := range entries {
			name := strings.TrimSuffix(strings.TrimSuffix(e.Name(), ".bz2"), ".bzip2")
			if strings.HasSuffix(name, ".model") {
				files = append(files, filepath.Join(folder, e.Name()))
				found++
			}
		}
		if found == 0 {
			t.Fatalf("%s has no models", folder)
		}
	}
	return files
}

// TestParityInfoDocuments compares the information of every model with the
// document beside it, and reads every model's in full and back again.
func TestParityInfoDocuments(t *testing.T) {
	documents := 0
	for _, path := range modelFiles(t) {
		tree := reread(t, load(t, path))
		got, err := tree.FormatJSONIndent(" ")
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if _, err := tree.FormatString(); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		want, err := os.ReadFile(strings.TrimSuffix(path, ".model") + ".info.json")
		if os.IsNotExist(err) {
			continue // of other releases only the models are there
		}
		if err != nil {
			t.Fatal(err)
		}
		documents++
		if string(got) != string(want) {
			t.Errorf("%s: got\n%s\nwant\n%s", path, got, want)
		}
	}
	if documents < 20 {
		t.Errorf("%d documents, must be 20 or more", documents)
	}
	t.Logf("%d documents equal", documents)
}
