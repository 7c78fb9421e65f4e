package wikitext

import (
	"slices"
	"strings"
	"testing"
)

// Python has no such texts; the package comment says what becomes of them.
func TestInvalidUTF8(t *testing.T) {
	for _, test := range []struct {
		text string
		want []string
	}{
		{"\xff", []string{"etc \xff"}},
		{"a\xffb", []string{"word a", "etc \xff", "word b"}},
		{"\xe4\xb8", []string{"etc \xe4", "etc \xb8"}},
		{"\xed\xa0\x80", []string{"etc \xed", "etc \xa0", "etc \x80"}}, // a surrogate
		{"a\xb4\xb4", []string{"word a", "etc \xb4", "etc \xb4"}},      // no first bytes
		{"\xb4\xb4a", []string{"etc \xb4", "etc \xb4", "word a"}},
		{"a\xc1\xa1", []string{"word a", "etc \xc1", "etc \xa1"}}, // a in two bytes
		{"a\xe0\x81\xa1", []string{"word a", "etc \xe0", "etc \x81", "etc \xa1"}},
		{"dogs'\xff", []string{"word dogs", "etc '", "etc \xff"}},
		{"//\xff\xfe b", []string{"url //\xff\xfe", "whitespace  ", "word b"}},
		{"<a \xff>", []string{"tag <a \xff>"}},
		{"<a\xff>", []string{"tag <a\xff>"}},
	} {
		var got []string
		for _, token := range Tokens(test.text) {
			got = append(got, token.Kind.String()+" "+token.Text(test.text))
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%q: %q, want %q", test.text, got, test.want)
		}
	}
}

// A sentence that a bracket keeps open counts its tokens once, not at every
// period: a quadratic count of these 2 million would not end.
func TestSegmentsOfUnclosedBracket(t *testing.T) {
	d := Analyse("[" + strings.Repeat("a.", 1<<20))
	if len(d.Paragraphs()) != 1 || len(d.Sentences()) != 1 {
		t.Errorf("%d paragraphs, %d sentences, want one", len(d.Paragraphs()), len(d.Sentences()))
	}
}

// No text has a TabClose, so only made-up tokens end a table.
func TestTableEnds(t *testing.T) {
	var tokens []Token
	for _, k := range []Kind{TabOpen, Break, TabOpen, TabClose, Word, TabClose, Word, Break, Word} {
		tokens = append(tokens, Token{Kind: k})
	}
	got := group(tokens)
	if want := []Span{{0, 6}, {6, 7}, {8, 9}}; !slices.Equal(got.sentences, want) {
		t.Errorf("sentences are %v, want %v", got.sentences, want)
	}
	if want := []Paragraph{{Span{0, 7}, Span{0, 2}}, {Span{8, 9}, Span{2, 3}}}; !slices.Equal(got.paragraphs, want) {
		t.Errorf("paragraphs are %v, want %v", got.paragraphs, want)
	}
}

func TestKinds(t *testing.T) {
	set := KindsOf(Break, Word, Etc)
	for k := Kind(0); int(k) < KindCount; k++ {
		if got, want := set.Has(k), k == Break || k == Word || k == Etc; got != want {
			t.Errorf("%s in the set: %v", k, got)
		}
	}
	if got := Kind(KindCount).String(); got != "unknown" {
		t.Errorf("kind %d is called %q", KindCount, got)
	}
}
