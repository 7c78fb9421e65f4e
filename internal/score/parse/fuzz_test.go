package parse

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

// fuzzSteps is a budget for the short texts that fuzzing makes.
const fuzzSteps = 500_000

// FuzzParse: nodes cover the text, inside or beside each other, and what the
// accessors yield lies in their node.
func FuzzParse(f *testing.F) {
	for _, s := range samples(f) {
		f.Add(s.Text)
	}
	for _, piece := range hostile {
		f.Add(strings.Repeat(piece, 8))
		f.Add("{{a|" + strings.Repeat(piece, 3) + "}}\x00<a>" + piece)
	}
	f.Fuzz(func(t *testing.T, text string) {
		page, err := parseWithin(text, fuzzSteps)
		if errors.Is(err, ErrTooComplex) {
			return
		}
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		before, _, _ := strings.Cut(text, "\x00")
		if end := checkNodes(t, page, 0, page.nodes.n, 0, len(before), true); end != len(before) {
			t.Fatalf("nodes of %q end at %d of %d", text, end, len(before))
		}
		for kind := range Kind(len(kindNames)) {
			if n := len(summarize(page, kind)); n != page.Count(kind) {
				t.Fatalf("%q has %d nodes of kind %d, counted %d", text, n, kind, page.Count(kind))
			}
		}
		content := page.Content()
		if strings.Contains(content, "\n\n\n") || strings.Trim(content, "\n") != content {
			t.Fatalf("content of %q is %q", text, content)
		}
		if got, want := page.ContentRunes(), utf8.RuneCountInString(content); got != want {
			t.Fatalf("content of %q has %d characters, counted %d", text, want, got)
		}
	})
}

// checkNodes checks that the nodes from first to last lie from start to end, one
// after the other, without gaps if so told, and so on inside them. It returns the
// end of the last one.
func checkNodes(t *testing.T, p *Page, first, last, start, end int, dense bool) int {
	t.Helper()
	for i := first; i < last; {
		n := *p.nodes.at(i)
		if int(n.Start) < start || dense && int(n.Start) != start || n.End <= n.Start || int(n.End) > end {
			t.Fatalf("%q: node %+v from %d to %d", p.text, n, start, end)
		}
		next := i + int(n.width)
		if n.width == 0 || next > last {
			t.Fatalf("%q: node %d of %d: %+v", p.text, i, last, n)
		}
		checkNodes(t, p, i+1, next, int(n.Start), int(n.End), false)
		i = next
		name := p.Name(n)
		if name == "" && (n.Kind == Template || n.Kind == ExternalLink || n.Kind == Tag || n.Kind == Text) {
			t.Fatalf("%q: %+v has no name", p.text, n)
		}
		if len(name) > len(p.Source(n)) && n.tag == markupNone {
			t.Fatalf("%q: name of %+v is %q", p.text, n, name)
		}
		start = int(n.End)
	}
	return start
}
