package pattern

import (
	"slices"
	"strings"
	"testing"
)

// FuzzPlain holds all matchers to the plain one.
func FuzzPlain(f *testing.F) {
	for i, r := range recordedCases(f) {
		if i%40 == 0 {
			f.Add(r.expr, r.text)
		}
	}
	f.Fuzz(func(t *testing.T, expr, text string) {
		if len(expr) > 60 || len(text) > 60 || strings.Contains(expr, "{") {
			return
		}
		tree, err := parse(expr)
		if err != nil {
			return
		}
		want, first, ok := tree.all(text)
		if !ok {
			return
		}
		p, err := Compile(expr)
		if msg := checkRecorded(recorded{expr: expr, text: text, match: first, spans: want}, p, err); msg != "" {
			t.Fatalf("%q on %q: %s", expr, text, msg)
		}
	})
}

// FuzzFind holds Find at every place to the matches that contain it.
func FuzzFind(f *testing.F) {
	f.Add(`(?i)\bab*|^x?`, "abb ab\nxab")
	f.Add(`(?<=a)b|c$`, "ab cab\nc\n")
	f.Fuzz(func(t *testing.T, expr, text string) {
		if len(expr) > 40 || len(text) > 40 || strings.Contains(expr, "{") {
			return
		}
		p, err := Compile(expr)
		if err != nil {
			return
		}
		for from := range text {
			start, end, ok, err := p.Find(text, from)
			if err != nil {
				t.Fatal(err)
			}
			tree, _ := parse(expr)
			wantStart, wantEnd, found, certain := tree.firstFrom(text, from)
			if certain && (ok != found || ok && (start != wantStart || end != wantEnd)) {
				t.Fatalf("%q on %q from %d: %d-%d %v, plainly %d-%d %v", expr, text, from, start, end, ok, wantStart, wantEnd, found)
			}
		}
	})
}

// firstFrom is the leftmost match at or after a byte, by the plain matcher.
func (t parsed) firstFrom(text string, from int) (start, end int, found, certain bool) {
	defer func() {
		if recover() != nil {
			certain = false
		}
	}()
	p := newPlain(t, text)
	at := 0
	for i := range len(p.runes) + 1 {
		offset := byteOffset(text, i)
		if offset >= from {
			clear(p.marks)
			if p.match(t.root, i, func(j int) bool { at = j; return true }) {
				return offset, byteOffset(text, at), true, true
			}
		}
	}
	return 0, 0, false, true
}

func byteOffset(text string, n int) int {
	for i := range text {
		if n == 0 {
			return i
		}
		n--
	}
	return len(text)
}

// FuzzRevise holds Revise to Find.
func FuzzRevise(f *testing.F) {
	f.Add(uint8(0), "a grumpf, no; twaddle", ". more Grumpf", 3, 4)
	f.Add(uint8(1), "x\n\nhaha\n", "\n", 2, 1)
	f.Add(uint8(2), "কখ গ", "ক", 0, 3)
	lexicons := inventedLexicons(f)
	f.Fuzz(func(t *testing.T, which uint8, text, insert string, at, cut int) {
		l := lexicons[int(which)%len(lexicons)]
		at = min(max(at, 0), len(text))
		cut = min(max(cut, 0), len(text)-at)
		edited := text[:at] + insert + text[at+cut:]
		checkRevise(t, l, text, edited)
		checkRevise(t, l, edited, text)
		if l.engine.demands != nil {
			checkNarrow(t, l, edited)
		}
	})
}

func checkRevise(t *testing.T, l *Lexicon, before, after string) {
	t.Helper()
	old, err := l.Find(nil, before)
	if err != nil {
		t.Fatal(err)
	}
	want, err := l.Find(nil, after)
	if err != nil {
		t.Fatal(err)
	}
	got, err := l.Revise(nil, before, old, after)
	if err != nil || !slices.Equal(got, want) {
		t.Fatalf("%q after %q: revised %v, %v; found %v", after, before, got, err, want)
	}
}
