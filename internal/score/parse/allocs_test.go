//go:build !race

package parse

import "testing"

// The race detector has pools lose one thing in four, so this file is not for it.

// TestAllocs: the tokenizer's memory serves the next text too.
func TestAllocs(t *testing.T) {
	text := article(20_000)
	if got := testing.AllocsPerRun(100, func() { parse(t, text) }); got > 8 {
		t.Errorf("%v allocations, want at most 8", got)
	}
}
