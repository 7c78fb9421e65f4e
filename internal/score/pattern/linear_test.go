package pattern

import (
	"errors"
	"strings"
	"testing"
)

// hostile are texts that make engines of one kind or another slow.
func hostile(size int) map[string]string {
	fill := func(piece string) string { return strings.Repeat(piece, size/len(piece)) }
	return map[string]string{
		"a":       fill("a"),
		"a a":     fill("a "),
		"newline": fill("\n"),
		"han":     fill("中"),
		"hangul":  fill("니"),
		"bad":     fill("\xff"),
		"almost":  fill("grump-twadd-bla-omg "),
		"run":     fill("bla"),
		"hits":    fill("grumpf "),
		"nul":     fill("\x00"),
		"ab":      strings.Repeat("a", size/2) + strings.Repeat("b", size/2),
		"refs":    fill("<ref>x</re"),
	}
}

// demanding are patterns with a bad name: nested repetitions, attempts that
// read far and fail, matches that look far behind their end.
var demanding = []string{
	`(a*)*c`, `(a|a)*c`, `(?:a+)+$`, `.*z`, `a.*z|a`, `(?s).*z|.`, `(.|\n)*\d`, `\w*니다`, `\w+-like`, `a*b`, `(a?){40}a{40}`,
	`^(?!\s*$)((?!<ref>)(.|\n))*$`, `(?=(a|b)*c)a`, `((?!z).)*9`, `(?i)(\b)((?:bla+h*)+|gr+u+m+p\w*|o+?m+?g+?)(\b)`, ``, `|a`, `(a|b|ab)*?c`,
	`(?<=a)b`, `(?<!\w)r+f`, `(a|b)\1c`, `\b(.)\1{3}\b`,
}

// work counts the steps of finding all matches.
func work(t *testing.T, p *Pattern, text string) int {
	t.Helper()
	s := p.engine.search(text, 0)
	n := 0
	for {
		_, ok, err := s.next()
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			break
		}
		n++
	}
	n += s.steps + len(text)
	if s.sweep != nil {
		n += s.sweep.steps
	}
	return n
}

// TestLinear doubles texts: a search may at most do 2.3 times the work.
func TestLinear(t *testing.T) {
	const size = 1 << 14
	small, large := hostile(size), hostile(2*size)
	for _, expr := range demanding {
		p, err := Compile(expr)
		if err != nil {
			t.Fatal(err)
		}
		for name := range small {
			one, two := work(t, p, small[name]), work(t, p, large[name])
			if two > one*23/10 {
				t.Errorf("%q on %s: %d steps, doubled %d", expr, name, one, two)
			}
			if most := (linearFactor+8)*size + freeSteps; p.engine.prog.linear() && one > most {
				t.Errorf("%q on %s: %d steps, at most %d", expr, name, one, most)
			}
		}
	}
}

// TestSweepKeepsLittle counts what a sweep remembers of a long text.
func TestSweepKeepsLittle(t *testing.T) {
	p, err := Compile(`(?s)a(.*b)?`)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat("a", 1<<20)
	s := p.engine.search(text, 0)
	s.turn()
	for {
		_, ok, err := s.next()
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			break
		}
	}
	if n, most := cap(s.sweep.blocks)+cap(s.sweep.inside), len(text)/100; n > most {
		t.Errorf("keeps %d things, at most %d", n, most)
	}
}

// TestTooComplex: with a back-reference there is a budget, and no answer
// without it.
func TestTooComplex(t *testing.T) {
	p, err := Compile(`(a+)+\1b`)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat("a", 40)
	if ok, err := p.Match(text); ok || !errors.Is(err, ErrTooComplex) {
		t.Errorf("match: %v, %v", ok, err)
	}
	if _, err := p.Count(text); !errors.Is(err, ErrTooComplex) {
		t.Errorf("count: %v", err)
	}
	if _, _, ok, err := p.Find(text, 0); ok || !errors.Is(err, ErrTooComplex) {
		t.Errorf("find: %v, %v", ok, err)
	}
	l, err := CompileLexicon(Source{Patterns: []string{`(a+)+\3b`}, Before: `\b`, After: `\b`})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Find(nil, text); !errors.Is(err, ErrTooComplex) {
		t.Errorf("lexicon: %v", err)
	}
}

// TestForgets makes an automaton outgrow its bound in the middle of texts; the
// answers must not change.
func TestForgets(t *testing.T) {
	// 2^14 states: which of the last 14 letters were an a.
	p, err := Compile(`(?:a|b)*a(?:a|b){13}c`)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for i, x := 0, uint32(1); i < 300_000; i++ {
		x = x*1664525 + 1013904223
		text.WriteByte("ab"[x>>31])
	}
	long := text.String()
	all := long[:200_000] + "c" + long[200_000:] + "a" + long[:13] + "c"
	want := []int{200_001, len(all)}
	if long[200_000-14] != 'a' {
		want = want[1:]
	}
	spans, err := allSpans(p, all)
	if err != nil || len(spans) != len(want) {
		t.Fatalf("%v, %v, want ends %v", spans, err, want)
	}
	for i, s := range spans {
		if s[1] != want[i] {
			t.Errorf("%v, want ends %v", spans, want)
		}
	}
	windows := map[string]bool{}
	for i := range len(long) - 14 {
		windows[long[i:i+14]] = true
	}
	if n := len(p.engine.forward.cache.Load().states); n >= len(windows) {
		t.Errorf("keeps %d states of %d: nothing was forgotten", n, len(windows))
	}
}
