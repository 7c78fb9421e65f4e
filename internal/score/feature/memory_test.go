//go:build !race

package feature

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"testing"
)

// The race detector multiplies time and memory, so this file is not for it.

// maxHeap is what the evaluation of a text of 2 MB may hold, in bytes.
const maxHeap = 100 << 20

// Texts of 2 MB, each the worst known of a stage, are evaluated in bounded memory,
// whatever becomes of their features. The operations of the diff, which no model
// of the reference asks for beside frequency tables, are evaluated apart.
func TestMemory(t *testing.T) {
	const size = 2 << 20
	var counts, operations []string
	for _, e := range everything() {
		if strings.Contains(e, "_added") || strings.Contains(e, "_removed") {
			operations = append(operations, e)
		} else {
			counts = append(counts, e)
		}
	}
	plans := []*Plan{compile(t, list(rude(t), counts...)), compile(t, list(rude(t), operations...))}
	for name, piece := range map[string]string{
		"one per token":     ".",
		"words":             "",
		"repeated template": "{{a|b=c}} ",
		"open templates":    "{{a|",
		"open tags":         "<a b=\"x\" ",
		"tables":            "\n{|\n|-\n|a\n",
		"headings":          "\n=a=",
		"heck":              "heck ",
		"no UTF-8":          "\xff\xe2\x80",
		"paragraphs":        "a\n\n",
	} {
		text := strings.Repeat(piece, size/max(1, len(piece)))
		if piece == "" {
			text = distinctWords(size)
		}
		for i, p := range plans {
			if i == 1 && name != "words" && name != "one per token" {
				continue // the diff looks at tokens alone
			}
			peak := peakHeap(t, func() { p.Evaluate(input(text, "before")) })
			t.Logf("%s, plan %d: %d MB", name, i, peak>>20)
			if peak > maxHeap {
				t.Errorf("%s, plan %d: more than %d MB", name, i, maxHeap>>20)
			}
		}
	}
}

// distinctWords returns words of which no two are the same.
func distinctWords(size int) string {
	var b strings.Builder
	for n := 0; b.Len() < size; n++ {
		for k := n; ; k /= 26 {
			b.WriteByte(byte('A' + k%26))
			if k < 26 {
				break
			}
		}
		b.WriteByte(' ')
	}
	return b.String()
}

// peakHeap returns by how much the heap grew at most while f ran, garbage
// included, as the operator sees it.
func peakHeap(t *testing.T, f func()) uint64 {
	t.Helper()
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	runtime.GC()
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	start := sample[0].Value.Uint64()
	peak, done := start, make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	for {
		select {
		case <-done:
			return peak - start
		default:
			metrics.Read(sample)
			peak = max(peak, sample[0].Value.Uint64())
			runtime.Gosched()
		}
	}
}
