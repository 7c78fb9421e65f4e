package info_test

import (
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write the file form that package statistics is tested with")

// TestFileForm keeps the fixture of package statistics true: it is the tree of one
// of the invented models.
func TestFileForm(t *testing.T) {
	const fixture = "../../score/statistics/testdata/info.json"
	got, err := load(t, "testdata/bools.model").Encode()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(fixture, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(fixture)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Error("the file form changed: go test -update writes it, and the format has a new number")
	}
}
