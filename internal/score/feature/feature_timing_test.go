package feature

import (
	"fmt"
	"strings"
	"testing"

	"revscore/internal/score/wikitext"
)

// BenchmarkEvaluate computes all features of a changed section in 20 kB.
func BenchmarkEvaluate(b *testing.B) {
	var page strings.Builder
	for n := 0; page.Len() < 20_000; n++ {
		fmt.Fprintf(&page, "== Section %d ==\nThe '''river %d''' rises near [[Town %d|the town]] and flows {{convert|%d|km}} south.<ref>{{cite web|url=http://example.org/%d}}</ref>\n\n", n, n, n%7, n*3, n)
	}
	parent := page.String()
	text := strings.Replace(parent, "river 30", "great stream 30", 1)
	p := compile(b, all())
	user, saved := User{ID: 1}, at("2020-01-02T00:00:01Z")
	b.Run("texts", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			p.Evaluate(NewInput(text, &parent, saved, user))
		}
	})
	b.Run("cached", func(b *testing.B) {
		before, after := wikitext.Analyse(parent), wikitext.Analyse(text)
		in := NewInput("", nil, saved, user)
		in.Parent = func() *wikitext.Document { return before }
		in.Revision = func() *wikitext.Document { return after }
		b.ReportAllocs()
		for b.Loop() {
			p.Evaluate(in)
		}
	})
}
