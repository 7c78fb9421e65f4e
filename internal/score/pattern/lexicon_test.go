package pattern

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// invented are lexicons of no language, with the syntax that those of languages
// have: optional letters, runs, classes, open ends, spaces, look-ahead.
var invented = []Source{
	{Patterns: []string{`gr+u+m+p(f|h)?\w*`, `twadd?l(e|ing)`, `(?:bla+h*)+`, `[kq]+?w+?a+?k+?s?`, `o+?m+?g+?\w*`,
		`bog[-_ ]?head\w*`, `ain'?t`, `h+[aiou]+(h[aeiou]*)*`, `\w+-ish`, `(pre|post)-\w+`},
		Before: `\b`, After: `\b`, Flags: "i"},
	{Patterns: []string{`haha`, `a.b.c`, `tipini\s*k(?!al)`, ``}, Before: `\b`, After: `\b`, Flags: "i"},
	{Patterns: []string{`কখ`, `কখগ`, `গ+`, `magi`, `\(x\)`}, Before: `^|[^\w\u0980-\u09FF]`, After: `$|[^\w\u0980-\u09FF]`, Flags: "i"},
	{Patterns: []string{`笑+`, `\(笑\)`, `中文?`, `・・・+`}, Flags: "i"},
	{Patterns: []string{`\w*니다`, `\w+까`, `ㅋㅋ+`}, Before: `\b`, After: `\b`, Flags: "i",
		Exclude: []string{`합니다`}},
	{Patterns: []string{`αβ(ρ|λ)[α-ωΑ-Ωά]*`, `κ(ύ|υ)ζ(?!(α|ά)ν)[α-ω]*`, `τραν(σ|ς)`}, Before: `\b`, After: `\b`, Flags: "i"},
	{Patterns: []string{`(x)\3+`, `(?<=\n)y`}, Before: `\b`, After: `\b`},
	{Patterns: []string{`\w+-x`, `gr?`, `.*\.k`, `x`}, Before: `^|[^\w]`, After: `\b|$`, Flags: "i"},
}

func inventedLexicons(t testing.TB) []*Lexicon {
	t.Helper()
	var out []*Lexicon
	for _, src := range invented {
		l, err := CompileLexicon(src)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, l)
	}
	return out
}

// TestLexicon has hits as Python gives them, group 2 between bars.
func TestLexicon(t *testing.T) {
	lexicons := inventedLexicons(t)
	for _, c := range []struct {
		lexicon int
		want    string
	}{
		{0, "a |grumpfs|, |TWADLE|! twaddled |blahblaah| bla_h |qwaks|"},
		{0, "|Bog head| |boghead| bog  head |ain't| |AİNT| |small-ish| small-is |pre-war| un"},
		{0, "|OMG| om |omgwtf9| émomg |hahaha| hx |haah|"},
		{1, "|haha||| |a-b-c|||, |tipini\nk||| ||tipini|| ||kal||"},
		{2, "|কখ| কখ |কখগ|\nMAGI  |magi| (x)"},
		{3, "大|笑笑|・・|中文||中|国・|(笑)||・・・・・|"},
		{4, "합니다 |됩니다| |뭡니까| |ㅋㅋㅋㅋ|"},
		{5, "|αβλά| κυζαν |κύζεν| |ΤΡΑΝΣ|"},
		{6, "|xxx| x xy\n|y|"},
	} {
		var text strings.Builder
		var want []Span
		for i, part := range strings.Split(c.want, "|") {
			start := text.Len()
			text.WriteString(part)
			if i%2 == 1 {
				want = append(want, Span{uint32(start), uint32(text.Len())})
			}
		}
		got, err := lexicons[c.lexicon].Find(nil, text.String())
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("lexicon %d in %q: %v, %v, want %v", c.lexicon, text.String(), got, err, want)
		}
	}
}

// TestLexiconFindAppends keeps what dst holds.
func TestLexiconFindAppends(t *testing.T) {
	l := inventedLexicons(t)[0]
	got, err := l.Find([]Span{{1, 2}}, "grump")
	if want := []Span{{1, 2}, {0, 5}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
}

func TestLexiconRefused(t *testing.T) {
	for _, src := range []Source{
		{Patterns: []string{`a)|(b`}},
		{Patterns: []string{`a)(b`}},
		{Patterns: []string{`a(`}},
		{Patterns: []string{`a`}, Before: `(\b)`},
		{Patterns: []string{`a++`}},
		{Patterns: []string{`a`}, Flags: "L"},
		{Patterns: []string{`a`}, Exclude: []string{`[`}},
	} {
		var syntax *SyntaxError
		if _, err := CompileLexicon(src); !errors.As(err, &syntax) {
			t.Errorf("%+v: %v", src, err)
		}
	}
}

// words is a text of pieces that lexicons know, or nearly, and barriers.
func words(rng *rand.Rand, n int) string {
	pieces := []string{"grumpf", "Grump", "twaddle", "blah", "bla", "qwak", "bog", "head", "ain't", "haha", "ish", "-", "pre",
		" ", " ", "\n", ".", ", ", "\n\n", "কখ", "গ", "magi", "笑", "中", "文", "・・・", "니다", "합", "까", "ㅋ", "αβ", "ρ", "κυζ", "αν",
		"x", "xx", "y", "tipini", "k", "al", "é", "\u0301", "\xff", "\xe4\xb8", "İ", "\u212a", "omg", "(", ")"}
	var b strings.Builder
	for range n {
		b.WriteString(pieces[rng.IntN(len(pieces))])
	}
	return b.String()
}

// TestRevise makes edits of every size at every kind of place.
func TestRevise(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 2))
	for i, l := range inventedLexicons(t) {
		shared := 0
		for range 400 {
			text := words(rng, rng.IntN(40))
			from := rng.IntN(len(text) + 1)
			to := from + rng.IntN(len(text)-from+1)/(1+rng.IntN(8))
			checkRevise(t, l, text, text[:from]+words(rng, rng.IntN(3))+text[to:])
			if l.lastBarrier(text, len(text)) > 0 {
				shared++
			}
		}
		if l.fenced && shared == 0 {
			t.Errorf("lexicon %d: no text had a barrier", i)
		}
	}
}

// TestReviseLooksAtTheChange counts the characters an edit of a long text costs.
func TestReviseLooksAtTheChange(t *testing.T) {
	l := inventedLexicons(t)[0]
	text := strings.Repeat("Grumpf is small-ish, twaddle. ", 1000)
	edited := text[:15000] + "omg " + text[15000:]
	from := l.lastBarrier(edited, commonPrefix(text, edited))
	to := l.firstBarrier(edited, len(edited)-commonSuffix(text[from:], edited[from:]))
	if to-from > 100 {
		t.Errorf("searches bytes %d to %d", from, to)
	}
	checkRevise(t, l, text, edited)
}
