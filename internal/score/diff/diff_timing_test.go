package diff

import (
	"fmt"
	"strings"
	"testing"

	"revscore/internal/score/wikitext"
)

// page makes about size bytes of synthetic article.
func page(size int) string {
	var b strings.Builder
	for n := 0; b.Len() < size; n++ {
		fmt.Fprintf(&b, "== Section %d ==\nThe '''river %d''' rises near [[Town %d|the town]] and flows {{convert|%d|km}} south.<ref name=\"r%d\">{{cite web|url=http://example.org/%d|title=River's end}}</ref> It's fed by lakes, isn't it? Überall: naïve café.\n\n* item one\n* item two\n\n", n, n, n%7, n*3, n, n)
	}
	return b.String()[:size]
}

// BenchmarkDocuments compares texts of 20 kB after the edits named.
func BenchmarkDocuments(b *testing.B) {
	old := page(20_000)
	for _, edit := range []struct{ name, text string }{
		{"none", old},
		{"word", strings.Replace(old, "river 30", "stream 30", 1)},
		{"sections", strings.ReplaceAll(old, "fed by lakes", "fed by ponds")},
		{"rewrite", shuffled(4000, 2000, 7)},
		{"creation", ""},
	} {
		b.Run(edit.name, func(b *testing.B) {
			from, to := wikitext.Analyse(old), wikitext.Analyse(edit.text)
			if edit.name == "creation" {
				from, to = to, from
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Documents(from, to); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkSteps measures what one step costs, on which MaxSteps rests.
func BenchmarkSteps(b *testing.B) {
	for _, size := range []int{4_000, 40_000, 200_000} {
		for _, vocabulary := range []int{200, 20_000} {
			b.Run(fmt.Sprintf("%d/%d", size, vocabulary), func(b *testing.B) {
				from, to := wikitext.Analyse(shuffled(size, vocabulary, 1)), wikitext.Analyse(shuffled(size, vocabulary, 2))
				c := newClusters(from, to)
				steps := 0
				for b.Loop() {
					m := newMatcher(c.a.codes, c.b.codes, c.codeCount(), MaxSteps)
					m.blocks() // or ErrTooComplex: then MaxSteps were taken
					steps += m.steps
				}
				b.ReportMetric(float64(steps)/float64(b.N), "steps/op")
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(steps), "ns/step")
			})
		}
	}
}
