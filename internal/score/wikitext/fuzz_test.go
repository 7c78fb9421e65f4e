package wikitext

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// hostile are pieces that make expressions backtrack when nothing closes them.
var hostile = []string{
	"<ref ", "<ref/", "</ref ", "<!--", "<a ", "<a<", "&a", "&aa;&", "\n \r", "\r\n ", "\n\r", " \n\x0b", "\r",
	"a'", "a’", "'", "//", "http:", "mailto:", "{|", "[[", "((", "a.", "<ref>.", "Σ'", "İ", "中", "\xff", "\xe2\x80", "-", "\x00",
}

func seed(f *testing.F) {
	for _, c := range references(f) {
		f.Add(c.Text)
	}
	for _, piece := range hostile {
		f.Add(strings.Repeat(piece, 20))
		f.Add("<ref>" + strings.Repeat(piece, 3) + "\xe4\xb8>")
	}
}

// FuzzJoin: tokens lie end to end, and what is between paragraphs and sentences
// is white space.
func FuzzJoin(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, text string) {
		d := Analyse(text)
		end := uint32(0)
		for i, token := range d.Tokens {
			if token.Start != end || token.End <= token.Start {
				t.Fatalf("token %d of %q is %+v, want one that starts at %d", i, text, token, end)
			}
			end = token.End
		}
		if int(end) != len(text) {
			t.Fatalf("tokens of %q end at %d of %d", text, end, len(text))
		}
		checkSpans(t, d)
		checkFast(t, d)
		if got, want := LongestRepeat(text), slowRepeat(text); got != want {
			t.Fatalf("longest repeat of %q is %d, want %d", text, got, want)
		}
		if got, want := d.Runes(), utf8.RuneCountInString(text); got != want {
			t.Fatalf("%q has %d characters, want %d", text, got, want)
		}
	})
}

// checkFast: the fast way through ASCII and two-byte characters gives what the
// rules give.
func checkFast(t *testing.T, d *Document) {
	t.Helper()
	l := lexer{text: d.Text}
	for i, token := range d.Tokens {
		l.pos = int(token.Start)
		if kind := l.next(); kind != token.Kind || l.pos != int(token.End) {
			t.Fatalf("token %d of %q is %+v, by the rules a %s that ends at %d", i, d.Text, token, kind, l.pos)
		}
	}
}

// slowRepeat looks at each character.
func slowRepeat(text string) int {
	var m repeats
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == dottedI {
			m.add('i')
			m.add(combiningDot)
		} else {
			m.add(lower(text, i, r, size))
		}
		i += size
	}
	return m.longest
}

func checkSpans(t *testing.T, d *Document) {
	t.Helper()
	gap := func(from, to uint32) {
		if from > to {
			t.Fatalf("spans of %q overlap at token %d", d.Text, to)
		}
		for _, token := range d.Tokens[from:to] {
			if !whitespaceKinds.Has(token.Kind) {
				t.Fatalf("%q: %s %q is in no span", d.Text, token.Kind, token.Text(d.Text))
			}
		}
	}
	end, sentence := uint32(0), uint32(0)
	for _, p := range d.Paragraphs() {
		gap(end, p.First)
		if p.Sentences.First != sentence || p.Sentences.Len() == 0 {
			t.Fatalf("%q: sentences of a paragraph are %v, want some from %d", d.Text, p.Sentences, sentence)
		}
		end, sentence = p.First, p.Sentences.Last
		for _, s := range d.Sentences()[p.Sentences.First:p.Sentences.Last] {
			gap(end, s.First)
			if s.Len() == 0 || s.Last > p.Last {
				t.Fatalf("%q: sentence %v in paragraph %v", d.Text, s, p.Span)
			}
			end = s.Last
		}
		gap(end, p.Last)
		end = p.Last
	}
	gap(end, uint32(len(d.Tokens)))
	if int(sentence) != len(d.Sentences()) {
		t.Fatalf("%q: %d of %d sentences are in paragraphs", d.Text, sentence, len(d.Sentences()))
	}
}

// checkLinear holds the lexer to looking at each byte a few times: once for a
// name, once for a '>', twice for a line end, and once in its token.
func checkLinear(t *testing.T, text string) {
	t.Helper()
	l := lexer{text: text}
	for l.pos < len(text) {
		l.next()
	}
	if l.ahead > 4*len(text) {
		t.Fatalf("%d bytes looked at ahead in %d bytes: %.200q", l.ahead, len(text), text)
	}
}

func FuzzLinear(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, text string) {
		checkLinear(t, strings.Repeat(text, 1+2000/(len(text)+1)))
	})
}

// TestLinear does what FuzzLinear does at the size of the largest pages.
func TestLinear(t *testing.T) {
	for _, piece := range hostile {
		checkLinear(t, strings.Repeat(piece, 2<<20/len(piece)))
	}
}
