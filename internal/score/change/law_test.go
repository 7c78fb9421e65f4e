package change

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"revscore/internal/score/wikitext"
)

// every is one selection of each sort. Keep refuses by a rule that tells
// spellings of one word apart.
func every() []Selection {
	keep := func(token string) (bool, error) { return len(token)%3 > 0 && token[0] < 'a', nil }
	var list []Selection
	for _, kinds := range []wikitext.Kinds{0, words, wikitext.KindsOf(wikitext.Whitespace, wikitext.CJK, wikitext.Etc)} {
		for _, lower := range []bool{false, true} {
			list = append(list,
				Selection{Kinds: kinds, Lower: lower},
				Selection{Kinds: kinds, Lower: lower, Uppercase: true},
				Selection{Kinds: kinds, Lower: lower, Keep: keep})
		}
	}
	return list
}

// agree checks an Edit of two texts against the plain tables.
func agree(t *testing.T, before, after string) {
	t.Helper()
	agreeDocuments(t, wikitext.Analyse(before), wikitext.Analyse(after))
}

func agreeDocuments(t *testing.T, x, y *wikitext.Document) {
	t.Helper()
	e := Compare(x, y)
	defer e.Release()
	for _, s := range every() {
		got, err := e.Deltas(s)
		if want := plainDeltas(x, y, s); err != nil || !slices.Equal(got, want) {
			t.Fatalf("%q\n%q\n%+v: %v, %v, want %v", x.Text, y.Text, s, got, err, want)
		}
	}
}

func TestAgreement(t *testing.T) {
	for _, c := range cases {
		agree(t, c.old, c.new)
		agree(t, c.new, c.old)
		// Far apart, and in lines.
		wide := page(3000, 7)
		agree(t, c.old+wide+c.new, c.new+wide+c.old)
		agree(t, wide+"\n"+c.old+"\n"+wide, c.new+"\n"+wide+"\n"+c.old+"\n"+wide)
	}
	for name, pair := range pairs() {
		t.Run(name, func(t *testing.T) { agree(t, pair[0], pair[1]) })
	}
}

// pieces are what random edits insert.
var pieces = []string{
	"\n", "\n\n", " ", "a", "A", "the ", "The ", "THE ", "== ", "|-\n", "| 5\n",
	"river lake town hill\n", "* [[Foo]] bar\n", "İ", "i", "ı", "K", "k", "\u212A",
	"Σ", "σ", "ς", "ΟΔΟΣ ", "οδος ", "ẞ", "ß", "ſ", "Å", "å", "\u212B", "Ⱥ", "ⱥ",
	"e\u0301", "\u0307", "Ǆ", "ǅ", "ǆ", "Ⓐ", "ⓐ", "維", "国", "عربي ", "हिन्दी ",
	"\x00", "\xff", "\xe2\x84", "\xed\xa0\x80", "<ref ", ">", "<!--", "'", "’", "\r", "\r\n",
	"http://a.b ", "&nbsp;", "𐐀", "𐐨", "\U0001F600",
}

// edited returns a text after some random edits.
func edited(r *rand.Rand, text string) string {
	for range 1 + r.IntN(6) {
		i := r.IntN(len(text) + 1)
		j := min(len(text), i+r.IntN(30))
		switch r.IntN(6) {
		case 0, 1:
			text = text[:i] + pieces[r.IntN(len(pieces))] + text[i:]
		case 2:
			text = text[:i] + text[j:]
		case 3:
			text = text[:i] + strings.ToUpper(text[i:j]) + text[j:]
		case 4:
			text = text[:i] + strings.ToLower(text[i:j]) + text[j:]
		case 5: // a line moves
			lines := strings.SplitAfter(text, "\n")
			x, y := r.IntN(len(lines)), r.IntN(len(lines))
			lines[x], lines[y] = lines[y], lines[x]
			text = strings.Join(lines, "")
		}
	}
	return text
}

// randomPair makes a text of random pieces and an edit of it.
func randomPair(seed uint64) (before, after string) {
	r := rand.New(rand.NewPCG(seed, 5))
	var b strings.Builder
	for range r.IntN(300) {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String(), edited(r, b.String())
}

func TestRandomEdits(t *testing.T) {
	for seed := range uint64(1000) {
		before, after := randomPair(seed)
		agree(t, before, after)
	}
}

// cut makes a document of a text with bounds of its own: like the lexer's, they
// lie end to end, and the kind of a token follows from its text.
func cut(r *rand.Rand, text string) *wikitext.Document {
	d := &wikitext.Document{Text: text}
	for start := 0; start < len(text); {
		end := start + 1
		for end < len(text) && text[start] != '\n' && text[end] != '\n' && r.IntN(3) > 0 {
			end++
		}
		kind := wikitext.Word
		if text[start] == '\n' {
			kind = wikitext.Whitespace
		}
		d.Tokens = append(d.Tokens, wikitext.Token{Start: uint32(start), End: uint32(end), Kind: kind})
		start = end
	}
	return d
}

// TestBounds compares texts whose equal bytes are cut otherwise. The lexer does
// so rarely, where it looks far ahead.
func TestBounds(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 9))
		text := strings.Repeat(strings.Repeat("ab", r.IntN(6))+"\n", r.IntN(60))
		agreeDocuments(t, cut(r, text), cut(r, text))
		agreeDocuments(t, cut(r, text), cut(r, edited(r, text)))
	}
}

// TestHashesCollide has so many tokens that some of their hashes, of 32 bits,
// are equal.
func TestHashesCollide(t *testing.T) {
	pair := hostile(1 << 20)["capitals"]
	x, y := wikitext.Analyse(pair[0]), wikitext.Analyse(pair[1])
	e := Compare(x, y)
	got, err := e.Deltas(Selection{})
	if want := plainDeltas(x, y, Selection{}); err != nil || !slices.Equal(got, want) {
		t.Errorf("%d deltas, %v, want %d", len(got), err, len(want))
	}
	same := wikitext.Analyse("a b c d\na b e d\n")
	e = Compare(same, same)
	if e.equalLines(span{0, 8}, same, span{8, 16}) {
		t.Error("lines of one length are equal")
	}
}

// FuzzDeltas: the deltas of any two texts, and of a random edit of one, are
// those of the plain tables.
func FuzzDeltas(f *testing.F) {
	for _, c := range cases {
		f.Add(c.old, c.new, uint64(1))
	}
	for seed := range uint64(20) {
		before, after := randomPair(seed)
		f.Add(before, after, seed)
	}
	f.Fuzz(func(t *testing.T, before, after string, seed uint64) {
		agree(t, before, after)
		agree(t, before, edited(rand.New(rand.NewPCG(seed, 5)), before))
	})
}

// TestFilterPassesSpellings tries every character: the filter that was told a
// lower-cased form must pass what lower-cases to it.
func TestFilterPassesSpellings(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if char := string(r); string(wikitext.AppendLower(nil, char)) == char {
			continue
		}
		for _, token := range []string{string(r), string(r) + "xé", "é" + string(r)} {
			form := string(wikitext.AppendLower(nil, token))
			if form == token {
				continue
			}
			var f filter
			f.add(form)
			for _, spelling := range []string{token, form} {
				if !f.pass(uint32(len(spelling)), spelling[0]) ||
					spelling[0] >= utf8.RuneSelf && !f.passStart(spelling) {
					t.Errorf("%q does not pass for %q", spelling, form)
				}
				if len(spelling) == 1 && f.bytes[spelling[0]] != unmet {
					t.Errorf("byte %q does not pass for %q", spelling, form)
				}
			}
		}
	}
}
