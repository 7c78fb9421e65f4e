package model

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// stump is a bundle of two small trees that a test may damage.
func stump(t testing.TB) fstest.MapFS {
	t.Helper()
	return bundleOf(t, os.DirFS("testdata"), "testwiki.stump")
}

// bundleOf copies one bundle out of a file system.
func bundleOf(t testing.TB, fsys fs.FS, dir string) fstest.MapFS {
	t.Helper()
	bundle := fstest.MapFS{}
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		data, err := fs.ReadFile(fsys, dir+"/"+entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		bundle[entry.Name()] = &fstest.MapFile{Data: data}
	}
	return bundle
}

// setEstimator replaces a bundle's estimator and the checksum in its card.
func setEstimator(t testing.TB, bundle fstest.MapFS, text string) {
	t.Helper()
	digest := func(data []byte) string {
		sum := sha256.Sum256(data)
		return hex.EncodeToString(sum[:])
	}
	old := bundle["estimator.json"].Data
	if text == string(old) {
		t.Fatal("the estimator is as it was")
	}
	card := strings.Replace(string(bundle["model.yaml"].Data), digest(old), digest([]byte(text)), 1)
	bundle["model.yaml"] = &fstest.MapFile{Data: []byte(card)}
	bundle["estimator.json"] = &fstest.MapFile{Data: []byte(text)}
}
