//go:build !race

package change

import (
	"testing"

	"revscore/internal/score/wikitext"
)

// The race detector has pools lose one thing in four, so this file is not for it.

// TestAllocations: once the pool is warm, an edit allocates nothing.
func TestAllocations(t *testing.T) {
	pair := pairs()["word"]
	before, after := wikitext.Analyse(pair[0]), wikitext.Analyse(pair[1])
	list := selections()
	allocs := testing.AllocsPerRun(100, func() {
		e := Compare(before, after)
		for _, s := range list {
			if _, err := e.Deltas(s); err != nil {
				t.Fatal(err)
			}
		}
		e.Release()
	})
	if allocs > 0 {
		t.Errorf("%v allocations", allocs)
	}
}
