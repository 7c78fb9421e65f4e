//go:build parity

package parse

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"testing"
)

// BenchmarkCorpus parses real pages: of those about a size the twelve that are
// nearest to it.
func BenchmarkCorpus(b *testing.B) {
	var texts []string
	rows := shared(b, "corpus", "mix.jsonl.gz")
	for {
		var row struct{ Wiki, Text string }
		if !next(b, rows, &row) {
			break
		}
		if row.Wiki != "wikidatawiki" {
			texts = append(texts, row.Text)
		}
	}
	for _, size := range []int{2_000, 20_000, 100_000} {
		near := nearest(texts, size, 12)
		pages, total := make([]*Page, len(near)), 0
		for i, text := range near {
			pages[i] = parse(b, text)
			total += len(text)
		}
		for _, way := range []struct {
			name string
			read func(int)
		}{
			{"Parse", func(i int) { parse(b, near[i]) }},
			{"Content", func(i int) { pages[i].Content() }},
			{"ContentRunes", func(i int) { pages[i].ContentRunes() }},
		} {
			b.Run(fmt.Sprintf("%dkB/%s", size/1000, way.name), func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(total / len(near)))
				for i := 0; b.Loop(); i++ {
					way.read(i % len(near))
				}
			})
		}
	}
}

// nearest returns the n texts whose sizes are nearest to one.
func nearest(texts []string, size, n int) []string {
	slices.SortStableFunc(texts, func(a, b string) int {
		return cmp.Compare(math.Abs(float64(len(a)-size)), math.Abs(float64(len(b)-size)))
	})
	return slices.Clone(texts[:n])
}
