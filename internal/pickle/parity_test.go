//go:build parity

package pickle_test

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"io"
	"os"
	"path/filepath"
	"testing"

	"revscore/internal/pickle"
)

// models are all files of the shared folder that revscoring wrote.
func models(t *testing.T) []string {
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

func TestParityAllModelsLoad(t *testing.T) {
	for _, name := range models(t) {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var r io.Reader = bufio.NewReader(bytes.NewReader(data))
		if filepath.Ext(name) == ".bz2" {
			r = bzip2.NewReader(r)
		}
		f, err := pickle.DefaultLimits().Load(r)
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(name), err)
			continue
		}
		fields, err := pickle.Attributes(f.Value)
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(name), err)
			continue
		}
		if _, err := fields.Items("features"); err != nil {
			t.Errorf("%s: %v", filepath.Base(name), err)
		}
		t.Logf("%-50s protocol %d, %3d names, %+v", filepath.Base(name), f.Protocol, len(f.Globals), f.Shape)
	}
}
