// Package lists reads what tools/reference/lists.py writes: the reference's lists
// of features as expressions, and all that these ask, so that tools can compute
// what the reference computes. The files hold the reference's word lists and are
// not kept in this repository; dictionaries are named in them only, and come from
// folders of this machine.
package lists

import (
	"encoding/json"
	"fmt"
	"os"
)

// File is what lists.py writes.
type File struct {
	Lists  map[string][]Feature
	Assets Source
}

// Feature is a feature of a list: an expression, or what the language of
// expressions lacks for it.
type Feature struct{ Name, Expr, Needs string }

// Read reads a file.
func Read(path string) (*File, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var file File
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if len(file.Lists) == 0 {
		return nil, fmt.Errorf("read %s: no lists", path)
	}
	return &file, nil
}
