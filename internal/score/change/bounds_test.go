package change

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"revscore/internal/score/wikitext"
)

// hostile are pairs of texts of about n bytes that are meant to cost much.
func hostile(n int) map[string][2]string {
	numbers := func(format string, from int) string {
		var b strings.Builder
		for i := from; b.Len() < n; i++ {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	marks := func(seed uint64) string {
		r := rand.New(rand.NewPCG(seed, 1))
		b := make([]byte, n)
		for i := range b {
			b[i] = "*#:;,.-+~\n"[r.IntN(10)]
		}
		return string(b)
	}
	// As many distinct words as fit, each with a lower-cased form of its own.
	capitals := func(from int) string {
		const digits = "abcdefghijklmnopqrstuvwxyz0123456789_"
		var b strings.Builder
		for i := from; b.Len() < n; i++ {
			k := i / 26
			b.Write([]byte{'A' + byte(i%26), digits[k/37/37%37], digits[k/37%37], digits[k%37], ' '})
		}
		return b.String()
	}
	half := strings.Repeat("a ", n/4)
	return map[string][2]string{
		"marks":          {marks(1), marks(2)},
		"short lines":    {strings.Repeat("a\n", n/2), "b\n" + strings.Repeat("a\nb\n", n/4)},
		"equal lines":    {strings.Repeat("a b c\n", n/6), "x\n" + strings.Repeat("a b c\nd\n", n/8)},
		"distinct lines": {numbers("%x a b\n", 0), numbers("%x a b\n", 1<<20)},
		"distinct words": {numbers("%x ", 0), numbers("%x ", 1<<20)},
		"capitals":       {capitals(0), capitals(500_000)},
		"one line":       {strings.Repeat("a ", n/2), "b" + half + "\n" + half + "b"},
		"one word":       {strings.Repeat("a", n), strings.Repeat("A", n)},
		"spellings":      {strings.Repeat("aAaA AaAa aaAA ", n/15), strings.Repeat("AAaa aaaa AAAA ", n/15)},
		"shifted":        {strings.Repeat("a b\nc d\n", n/8), "e\nf " + strings.Repeat("b\na d\nc ", n/8) + "e"},
		"sigmas":         {strings.Repeat("Σ", n/2), strings.Repeat("σ", n/2)},
		"apostrophes":    {strings.Repeat("Σ'", n/3), strings.Repeat("σ'", n/3)},
		"han":            {strings.Repeat("維基百科", n/12), strings.Repeat("基維百科的", n/15)},
	}
}

// TestLinear counts steps, not seconds: texts of double the size may take 2.3
// times as many.
func TestLinear(t *testing.T) {
	steps := func(pair [2]string) int {
		e := Compare(wikitext.Analyse(pair[0]), wikitext.Analyse(pair[1]))
		defer e.Release()
		for _, s := range every() {
			if _, err := e.Deltas(s); err != nil {
				t.Fatal(err)
			}
		}
		return e.table.steps + len(e.order)
	}
	double := hostile(200_000)
	for name, pair := range hostile(100_000) {
		once, twice := steps(pair), steps(double[name])
		// What is the same for both sizes, a few steps, does not count.
		if float64(twice) > 2.3*float64(once)+100 {
			t.Errorf("%s: %d steps, %d for double the text", name, once, twice)
		}
		if most := 12 * (len(pair[0]) + len(pair[1])); once > most {
			t.Errorf("%s: %d steps for %d bytes", name, once, len(pair[0])+len(pair[1]))
		}
	}
}

// TestMemory measures all that is allocated for two texts of 2 MB, which is more
// than what is held at a time.
func TestMemory(t *testing.T) {
	limits := map[string]uint64{"capitals": 170} // in MB; 30 else
	for name, pair := range hostile(2 << 20) {
		before, after := wikitext.Analyse(pair[0]), wikitext.Analyse(pair[1])
		runtime.GC()
		runtime.GC() // empties the pool
		var from, to runtime.MemStats
		runtime.ReadMemStats(&from)
		e := Compare(before, after)
		for _, s := range selections() {
			if _, err := e.Deltas(s); err != nil {
				t.Fatal(err)
			}
		}
		runtime.ReadMemStats(&to)
		mb := (to.TotalAlloc - from.TotalAlloc) >> 20
		t.Logf("%s: %d MB, %d tokens", name, mb, len(before.Tokens)+len(after.Tokens))
		limit, known := limits[name]
		if !known {
			limit = 30
		}
		if mb > limit {
			t.Errorf("%s: %d MB", name, mb)
		}
		e.Release()
	}
}
