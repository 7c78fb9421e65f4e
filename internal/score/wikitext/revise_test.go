package wikitext

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// checkRevise holds Revise to its law, with and without counts to take over.
func checkRevise(t *testing.T, old, text string) {
	t.Helper()
	want := Analyse(text)
	for _, counted := range []bool{false, true} {
		before := Analyse(old)
		if counted {
			before.counted()
		}
		got := Revise(before, text)
		if got.Text != text || !slices.Equal(got.Tokens, want.Tokens) {
			t.Fatalf("from %q to %q:\n got %s\nwant %s", old, text, describe(got), describe(want))
		}
		if cap(got.Tokens) > len(got.Tokens)*5/4+8 {
			t.Fatalf("from %q to %q: room for %d tokens, has %d", old, text, cap(got.Tokens), len(got.Tokens))
		}
		if !reflect.DeepEqual(got.counted(), want.counted()) {
			t.Fatalf("from %q to %q:\n got %+v\nwant %+v", old, text, *got.counted(), *want.counted())
		}
		if !reflect.DeepEqual(got.grouped(), want.grouped()) || got.LongestRepeat() != want.LongestRepeat() {
			t.Fatalf("from %q to %q: segments or longest repeat differ", old, text)
		}
	}
}

func describe(d *Document) string {
	var b strings.Builder
	for _, token := range d.Tokens {
		b.WriteString(token.Kind.String() + " " + token.Text(d.Text) + "|")
	}
	return b.String()
}

// Each case is one that a shorter sight, or forgetting a rule, gets wrong.
func TestReviseSight(t *testing.T) {
	for _, test := range []struct{ name, old, text string }{
		{"equal", "a b", "a b"},
		{"from nothing", "", "a b"},
		{"to nothing", "a b", ""},
		{"word goes on", "one two", "one twofold"},
		{"word behind an apostrophe", "dogs’\xf0\x90\x8dx. ", "dogs’\xf0\x90\x8d\x88. "},
		{"space behind an apostrophe", "dogs'x ", "dogs' x "},
		{"protocol", "http://\xf0\x9f\x98x", "http://\xf0\x9f\x98\x80"},
		{"protocol without an address", "see http:// now and then", "see http://x now and then"},
		{"address without a protocol", "a // b", "a //x b"},
		{"line end far off", "a\n" + strings.Repeat(" \r", 40) + "b", "a\n" + strings.Repeat(" \r", 40) + "\n"},
		{"break becomes longer", "a\n\n" + strings.Repeat("\u3000", 40) + "b", "a\n\n" + strings.Repeat("\u3000", 40) + "\nb"},
		{"carriage return", "a\r\n" + strings.Repeat("\t\r", 40) + "b", "a\r\n" + strings.Repeat("\t\r", 40) + "\n"},
		{"entity", "a &" + strings.Repeat("a", 40) + " b", "a &" + strings.Repeat("a", 40) + "; b"},
		{"name of a tag", "a <" + strings.Repeat("a", 40) + "_>", "a <" + strings.Repeat("a", 40) + ">"},
		{"name of a closing tag", "a </" + strings.Repeat("a", 40) + "_>", "a </" + strings.Repeat("a", 40) + ">"},
		{"name of a reference", "a <refs>b", "a <ref>b"},
		{"tag closed far off", "a <b c d e f g h i j k l m n", "a <b c d e f g h i j k l m n>"},
		{"first of two tags closed", "<i> a <b c d e <b f g h i j k l m n", "<i> a <b c d e <b f g h i j k l m n o>"},
		{"tag no longer closed", "a <b c d e f g h i j k l m n> o", "a <b c d e f g h i j k l m n o"},
		{"tag closed elsewhere", "a <b c d e f g h i j k> l m n > o", "a <b c d e f g h i j k l m n > o"},
		{"reference becomes a singleton", "a <ref name=a b c d e f> o", "a <ref name=a b c d e f/> o"},
		{"comment starts", "a b c <!- d e f g h i j", "a b c <!-- d e f g h i j"},
		{"half a character", "a b c d \xe4\xb8x", "a b c d \xe4\xb8\xad"},
		{"end is shared in mid-token", "a bold", "a cold"},
		{"end is shared in mid-character", "a b \u4e2d c", "a b \u4e2d\xad c"},
		{"overlap of start and end", "aaaa", "aaaaaa"},
		{"overlap the other way", "''''''", "''''"},
	} {
		t.Run(test.name, func(t *testing.T) {
			checkRevise(t, test.old, test.text)
			checkRevise(t, test.text, test.old)
			front, back := strings.Repeat("x [[y]] ", 5), strings.Repeat(" {{z}}. w", 5)
			checkRevise(t, front+test.old+back, front+test.text+back)
			checkRevise(t, test.old+back, test.text+back)
		})
	}
}

// edited replaces, somewhere in text, some bytes with some pieces.
func edited(r *rand.Rand, text string, pieces []string) string {
	at := r.IntN(len(text) + 1)
	cut := min(r.IntN(12), len(text)-at)
	var b strings.Builder
	b.WriteString(text[:at])
	for range r.IntN(4) {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	b.WriteString(text[at+cut:])
	return b.String()
}

// TestReviseEdits makes chains of edits of texts of markup, hostile pieces and
// bytes.
func TestReviseEdits(t *testing.T) {
	pieces := append([]string{">", "/>", "]]", "}}", "\n", "\n\n", " ", "a", "ref", "_", ":", ";", "中", "\xf0\x90\x8d\x88", "\x8d", "one two. ", "THE", "{{a|b=c}}", "<ref name=x>y</ref>"}, hostile...)
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		var b strings.Builder
		for range r.IntN(40) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		document := Analyse(b.String())
		for range 4 {
			text := edited(r, document.Text, pieces)
			checkRevise(t, document.Text, text)
			document.counted()
			document = Revise(document, text)
		}
		if want := Analyse(document.Text); !slices.Equal(document.Tokens, want.Tokens) || *document.counted() != *want.counted() {
			t.Fatalf("a chain of edits to %q differs", document.Text)
		}
	}
}

func FuzzRevise(f *testing.F) {
	for i, c := range references(f) {
		f.Add(c.Text, uint16(i), uint16(i%9), ">")
		f.Add(c.Text, uint16(len(c.Text)), uint16(0), c.Text)
	}
	for i, piece := range hostile {
		f.Add(strings.Repeat(piece, 20), uint16(i), uint16(i%5), hostile[len(hostile)-1-i])
	}
	f.Fuzz(func(t *testing.T, text string, at, cut uint16, put string) {
		start := min(int(at), len(text))
		end := min(start+int(cut), len(text))
		revised := text[:start] + put + text[end:]
		checkRevise(t, text, revised)
		checkRevise(t, revised, text)
		checkRevise(t, text, put)
	})
}

// work returns the steps that a revision takes.
func work(before *Document, text string) int {
	r := revision{before: before, lexer: lexer{text: text}}
	r.document()
	lexed := 0
	for _, token := range r.middle {
		lexed += int(token.End - token.Start)
	}
	return r.steps + r.lexer.ahead + lexed
}

// A revision of twice the text takes twice the work, whatever the text and
// wherever the edit.
func TestReviseLinear(t *testing.T) {
	for _, piece := range append([]string{"The [[river]] rises. ", "{{a|b=c}}\n"}, hostile...) {
		for _, put := range []string{"", "x", ">", " ", "\n", "'"} {
			for quarter := range 5 {
				steps := func(pieces int) int {
					text := strings.Repeat(piece, 4*pieces)
					at := len(piece) * pieces * quarter
					return work(Analyse(text), text[:at]+put+text[min(at+1, len(text)):])
				}
				one, two := steps(600), steps(1200)
				if float64(two) > 2.3*float64(one)+64 || one > 8*2400*len(piece)+64 {
					t.Errorf("%q with %q at %d/4: %d steps, twice the text %d", piece, put, quarter, one, two)
				}
			}
		}
	}
}

// What an edit of a word costs does not depend on the page's markup: nearly all
// tokens are copied.
func TestReviseSmallEdit(t *testing.T) {
	text := page(20_000)
	before := Analyse(text)
	r := revision{before: before, lexer: lexer{text: strings.Replace(text, "river 30", "stream 30", 1)}}
	r.document()
	if len(r.middle) > 20 {
		t.Errorf("%d tokens are lexed again", len(r.middle))
	}
}

func TestReviseEqual(t *testing.T) {
	before := Analyse("a b")
	if got := Revise(before, "a "+string([]byte{'b'})); got != before {
		t.Error("an equal text has another document")
	}
}
