package pattern

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestRefused(t *testing.T) {
	refuse := func(expr string, offset int, reason string) {
		t.Helper()
		_, err := Compile(expr)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%q: %v", expr, err)
			return
		}
		if syntax.Pattern != expr || syntax.Offset != offset || !strings.Contains(syntax.Reason, reason) {
			t.Errorf("%q: %v, want %q at %d", expr, err, reason, offset)
		}
	}
	// What Python refuses.
	refuse(`*a`, 0, "nothing to repeat")
	refuse(`^*`, 1, "nothing to repeat")
	refuse(`a**`, 2, "multiple repeat")
	refuse(`a{2}{3}`, 4, "multiple repeat")
	refuse(`a{3,2}`, 1, "min repeat")
	refuse(`(a`, 0, "unterminated subpattern")
	refuse(`a)`, 1, "unbalanced")
	refuse(`[a`, 0, "unterminated character set")
	refuse(`[]`, 0, "unterminated character set")
	refuse(`[z-a]`, 1, "bad character range")
	refuse(`[\w-a]`, 1, "bad character range")
	refuse(`\q`, 0, "bad escape")
	refuse(`\x1`, 0, "incomplete escape")
	refuse(`\400`, 0, "octal")
	refuse(`\U00110000`, 0, "bad escape")
	refuse(`a\`, 1, "end of pattern")
	refuse(`\1`, 0, "invalid group reference")
	refuse(`(a\1)`, 2, "open group")
	refuse(`(?P<a>x)(?P<a>y)`, 8, "redefinition")
	refuse(`(?P=a)`, 0, "unknown group name")
	refuse(`(?P<1>a)`, 4, "bad character")
	refuse(`(?<=a+)b`, 0, "fixed-width")
	refuse(`a(?i)`, 1, "not at the start")
	refuse(`(?i-i:a)`, 0, "on and off")
	refuse(`(?#a`, 0, "unterminated comment")
	refuse(`(?z)`, 0, "unknown extension")
	// What Python has and we do not.
	refuse(`a*+`, 1, "possessive")
	refuse(`a{2}+`, 1, "possessive")
	refuse(`(?>a)`, 0, "atomic")
	refuse(`(a)?(?(1)b|c)`, 4, "conditional")
	refuse(`\N{DASH}`, 0, "not supported")
	refuse(`(?a)\w`, 0, "not supported")
	refuse(`(?L)a`, 0, "not supported")
	// What would take too much.
	refuse(`a{65537}`, 1, "too large")
	refuse(`(?:a{1000}){1000}`, 0, "too much")
	refuse(strings.Repeat("(", 500)+strings.Repeat(")", 500), 200, "too deep")
	refuse("\xff", 0, "UTF-8")
}

// TestFind has what is not seen in the recorded cases: where a search starts
// and what it sees of the text before.
func TestFind(t *testing.T) {
	for _, c := range []struct {
		expr, text       string
		from, start, end int
	}{
		{`b`, "abab", 2, 3, 4},
		{`\bb`, "ab b", 1, 3, 4},
		{`(?<=a)b`, "ab", 1, 1, 2},
		{`^b`, "ab", 1, -1, -1},
		{`(?m)^b`, "a\nb", 2, 2, 3},
		{`b*`, "abb", 0, 0, 0},
		{`$`, "a\n", 0, 1, 1},
		{`$`, "a\n", 2, 2, 2},
		{`x`, "abc", 3, -1, -1},
		{``, "abc", 4, -1, -1},
		{``, "abc", -1, -1, -1},
		{`.`, "é\xffа", 2, 2, 3},
	} {
		p, err := Compile(c.expr)
		if err != nil {
			t.Fatal(err)
		}
		start, end, ok, err := p.Find(c.text, c.from)
		if !ok {
			start, end = -1, -1
		}
		if err != nil || start != c.start || end != c.end {
			t.Errorf("%q in %q from %d: %d to %d, %v", c.expr, c.text, c.from, start, end, err)
		}
	}
}

// TestBadBytes: each is one U+FFFD, and nothing else.
func TestBadBytes(t *testing.T) {
	for expr, want := range map[string]int{`.`: 8, `\ufffd`: 7, `[^\ufffd]`: 1, `\W\b\w`: 1, `(?s)^.{8}$`: 1} {
		p, err := Compile(expr)
		if err != nil {
			t.Fatal(err)
		}
		// A stray byte, half a letter, a surrogate, a letter, U+FFFD itself.
		if n, err := p.Count("\xff\xe4\xb8\xed\xa0\x80a\ufffd"); n != want || err != nil {
			t.Errorf("%q: %d, %v, want %d", expr, n, err, want)
		}
	}
}

func TestString(t *testing.T) {
	p, err := Compile("(?i)a")
	if err != nil || p.String() != "(?i)a" {
		t.Errorf("%q, %v", p, err)
	}
}

// TestShared has many goroutines fill the automata of one pattern at once.
func TestShared(t *testing.T) {
	l := inventedLexicons(t)
	p, err := Compile(`^(?!\s*$)((?!<ref>)(.|\n))*$`)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat("Grumpf twaddle haha 笑笑 magi, omg <re f> αβρ small-ish কখ x.\n", 20)
	want := make([][]Span, len(l))
	for i, fresh := range inventedLexicons(t) {
		if want[i], err = fresh.Find(nil, text); err != nil {
			t.Fatal(err)
		}
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for i := range l {
				if got, err := l[i].Find(nil, text); err != nil || !slices.Equal(got, want[i]) {
					t.Errorf("lexicon %d: %v, %v", i, got, err)
				}
			}
			if ok, err := p.Match(text); !ok || err != nil {
				t.Errorf("match: %v, %v", ok, err)
			}
		})
	}
	group.Wait()
}
