package internal

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	quoted   = regexp.MustCompile("`([^`]+)`")
	testName = regexp.MustCompile(`^(?:([a-z]+)\.|([a-z/]+) )?((?:Test|Fuzz)[A-Z]\w*|test_\w+)(\.py)?`)
	testFunc = regexp.MustCompile(`(?m)^(?:func|def) ((?:Test|Fuzz)[A-Z]\w*|test_\w+)\(`)
)

// Each test that docs/guarantees.md names is there, in the package that it names.
func TestGuaranteesNameTestsThatExist(t *testing.T) {
	folders := map[string][]string{} // of tests
	for _, root := range []string{".", "../cmd", "../e2e"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") && !strings.HasSuffix(path, ".py") {
				return err
			}
			source, err := os.ReadFile(path)
			for _, m := range testFunc.FindAllStringSubmatch(string(source), -1) {
				folders[m[1]] = append(folders[m[1]], filepath.ToSlash(filepath.Dir(path)))
			}
			folders[filepath.Base(path)] = append(folders[filepath.Base(path)], filepath.ToSlash(filepath.Dir(path)))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	doc, err := os.ReadFile("../docs/guarantees.md")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, span := range quoted.FindAllStringSubmatch(string(doc), -1) {
		m := testName.FindStringSubmatch(span[1])
		if m == nil {
			continue
		}
		n++
		found := false
		for _, folder := range folders[m[3]+m[4]] {
			found = found || strings.HasSuffix(folder, m[1]+m[2])
		}
		if !found {
			t.Errorf("docs/guarantees.md names %s, which is not there", span[1])
		}
	}
	if n < 100 {
		t.Errorf("%d tests are named, want a hundred at least: how they are written has changed", n)
	}
}
