package pattern

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// checkNarrow holds a search that looks for broad alternatives only round their
// needles to one that looks for everything everywhere.
func checkNarrow(t *testing.T, l *Lexicon, text string) {
	t.Helper()
	wide, e := *l, *l.engine
	e.demands, wide.engine = nil, &e
	got, err := l.Find(nil, text)
	want, wideErr := wide.Find(nil, text)
	if err != nil || wideErr != nil || !slices.Equal(got, want) {
		t.Fatalf("%q: round needles %v, %v; everywhere %v, %v", text, got, err, want, wideErr)
	}
}

func TestNarrow(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 1))
	for _, l := range inventedLexicons(t) {
		if l.engine.demands == nil {
			continue
		}
		for _, text := range []string{"a b-x", ". b-x", "x-x", " b-x\n", "x b-ish", "a.k"} {
			checkNarrow(t, l, text)
		}
		for range 2000 {
			checkNarrow(t, l, words(rng, rng.IntN(60)))
		}
	}
}

func TestDemands(t *testing.T) {
	for _, c := range []struct {
		patterns []string
		want     []string
	}{
		{[]string{`\w+-like`, `a`}, []string{"-"}},
		{[]string{`(?:\w*)(x|\d)니다!k`, `a`, `[^b]+・k`}, []string{"니다!", "・"}},
		{[]string{`\w+like`, `\w+-like`}, nil},                    // letters have two cases
		{[]string{`\w+(-like)?`, `a`}, nil},                       // not in every match
		{[]string{`\w+(?=-)`, `a`}, nil},                          // not consumed
		{[]string{`\w+\ufffd`, `a`}, nil},                         // bad bytes are that, too
		{[]string{`\w+-`, `(a)\3`}, nil},                          // back-references
		{[]string{`[abc]+-`, `\w{9}-`, `a`}, nil},                 // begin narrowly
		{[]string{`.1+`, `.+1`, `.+2`, `.+3`, `.+4`, `.+5`}, nil}, // too many
	} {
		l, err := CompileLexicon(Source{Patterns: c.patterns, Before: `\b`, After: `\b`, Flags: "i"})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, d := range l.engine.demands {
			got = append(got, d.needle)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q: needles %q, want %q", c.patterns, got, c.want)
		}
	}
}

// TestNarrowLooksRoundNeedles counts attempts' characters: words without a
// needle cost none.
func TestNarrowLooksRoundNeedles(t *testing.T) {
	l := inventedLexicons(t)[0]
	s := l.engine.search(strings.Repeat("many words are small ", 500)+"a small-ish one", 0)
	if h, ok, err := s.next(); err != nil || !ok || s.text[h.start:h.end] != "small-ish" {
		t.Fatal(h, ok, err)
	}
	if s.steps > 100 {
		t.Errorf("read %d characters", s.steps)
	}
}

// TestRun holds runs of the backward automaton to the sweep, which has none.
func TestRun(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 2))
	pieces := []string{"a", "Я", "\n", " ", "<ref>", "<", "ref>", "\u00a0", "\xff", "\xd0", "k", "\u212a", "z"}
	for _, expr := range []string{
		`(?i)^(?!\s*$)((?!<ref>)(.|\n))*$`, `(?=.*z)(?!.*k\b)\w`, `(?i)(?!.*k).*a$`, `(?m)(?!(.|\n)*z$)`, `(?!\s*$)[^я]*(?=\xa0|z)`, `(?!\W*$)(.|\s)*k`,
	} {
		p, err := Compile(expr)
		if err != nil {
			t.Fatal(err)
		}
		for range 500 {
			var b strings.Builder
			for range rng.IntN(6) {
				b.WriteString(strings.Repeat(pieces[rng.IntN(len(pieces))], 1+rng.IntN(20)/(1+rng.IntN(9))))
			}
			text := b.String()
			w := p.engine.backward.sweep(text, 0, len(text))
			want := w.viableAt(0).has(int(p.engine.prog.start))
			if got, err := p.Match(text); got != want || err != nil {
				t.Fatalf("%q on %q: %v, %v, want %v", expr, text, got, err, want)
			}
		}
	}
}
