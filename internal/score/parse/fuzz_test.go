package parse

import (
	"errors"
	"strings"
	"testing"
)

// hostile are pieces that make the reference try routes over and over when
// nothing closes them.
var hostile = []string{
	"{{", "{{a|", "{{a|b=", "{{{", "{{{a|", "{{{{{a", "[[", "[[a|", "[[a", "[http://a ", "[http://a", "http://a", "a:", "<a", "<a>", "<a ",
	"<a b='", "<a b=\"x\" ", "<b><i>", "</", "</br ", "<br>", "<li>", "<nowiki>", "<nowiki></", "<nowiki>&amp;", "<!--", "&", "&amp;", "&#0",
	"=", "=a", "\n=", "\n=a=", "''", "'''", "'''''", "''a'''b", "'''a''", "\n*", ";a:", "\n;", "\n----", "{|\n", "\n{|", "\n{|\n|", "\n{|\n|-\n|a\n",
	"\n|", "\n{| a='\n", "||", "\n{|\n!!", "{", "}", "|", "-", "\\", "\n", "\r\n", " \n", "a", "é", "\xff", "\xe2\x80", "\u3000", "\n\u3000{|",
	"{{a|[[b|", "{{a|''b", "[[a|{{b|<i>", "<a>{{b|'''", "''[[a|'''{{b|",
}

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
		if end := checkNodes(t, page, 0, len(page.nodes), 0, len(before), true); end != len(before) {
			t.Fatalf("nodes of %q end at %d of %d", text, end, len(before))
		}
		for kind := range Kind(len(kindNames)) {
			if n := len(summarize(page, kind)); n != page.Count(kind) {
				t.Fatalf("%q has %d nodes of kind %d, counted %d", text, n, kind, page.Count(kind))
			}
		}
		if content := page.Content(); strings.Contains(content, "\n\n\n") || strings.Trim(content, "\n") != content {
			t.Fatalf("content of %q is %q", text, content)
		}
	})
}

// checkNodes checks that the nodes from first to last lie from start to end, one
// after the other, without gaps if so told, and so on inside them. It returns the
// end of the last one.
func checkNodes(t *testing.T, p *Page, first, last, start, end int, dense bool) int {
	t.Helper()
	for i := first; i < last; i = int(p.nodes[i].next) {
		n := p.nodes[i]
		if int(n.Start) < start || dense && int(n.Start) != start || n.End <= n.Start || int(n.End) > end {
			t.Fatalf("%q: node %+v from %d to %d", p.text, n, start, end)
		}
		if int(n.next) <= i || int(n.next) > last {
			t.Fatalf("%q: node %d of %d: %+v", p.text, i, last, n)
		}
		checkNodes(t, p, i+1, int(n.next), int(n.Start), int(n.End), false)
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

// TestHostile parses two megabytes of each piece: that ends, with nodes or with
// ErrTooComplex, and no steps go uncounted. How long a step takes,
// BenchmarkHostile tells.
func TestHostile(t *testing.T) {
	for _, piece := range hostile {
		text := strings.Repeat(piece, 2<<20/len(piece))
		page, err := parseWithin(text, len(text)/(2*bytesPerStep))
		if page != nil || !errors.Is(err, ErrTooComplex) {
			t.Errorf("%q takes fewer steps than there must be to read it: %v", piece, err)
		}
		_, err = parseWithin(text, fuzzSteps)
		if err != nil && !errors.Is(err, ErrTooComplex) {
			t.Errorf("%q: %v", piece, err)
		}
	}
}
