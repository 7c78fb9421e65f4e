//go:build parity

package pattern

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// TestParityCatalogPatterns compiles every pattern of the reference's feature
// lists.
func TestParityCatalogPatterns(t *testing.T) {
	shared := os.Getenv("SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "..", "shared")
	}
	file, err := os.Open(filepath.Join(shared, "golden", "catalog.json.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var catalog any
	if err := json.NewDecoder(unzipped).Decode(&catalog); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, w := range v {
				walk(w)
			}
		case map[string]any:
			if expr, ok := v["pattern"].(string); ok {
				seen[expr] = true
			}
			for _, w := range v {
				walk(w)
			}
		}
	}
	walk(catalog)
	passed, failed := 0, 0
	for expr := range seen {
		if _, err := Compile("(?i)" + expr); err != nil {
			t.Error(err)
			failed++
			continue
		}
		passed++
	}
	t.Logf("%d passed, %d failed", passed, failed)
	if passed < 50 {
		t.Errorf("only %d patterns", passed)
	}
}
