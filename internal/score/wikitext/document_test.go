package wikitext

import (
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Documents are counted by their Bytes in caches, so room that nobody uses must
// not be kept.
func TestBytes(t *testing.T) {
	empty := Analyse("").Bytes()
	for _, text := range []string{strings.Repeat("wordwordword ", 1000), strings.Repeat("<!", 10000), strings.Repeat("x", 1<<16), page(20_000)} {
		d := Analyse(text)
		least := len(text) + 12*len(d.Tokens)
		if got := d.Bytes() - empty; got < least || got > least+least/2+64 {
			t.Errorf("%d bytes of text, %d tokens: Bytes is %d", len(text), len(d.Tokens), got)
		}
		if cap(d.Tokens) > len(d.Tokens)*5/4 {
			t.Errorf("%d bytes of text: room for %d tokens, has %d", len(text), cap(d.Tokens), len(d.Tokens))
		}
		before := d.Bytes()
		d.Count(KindsOf(Word))
		d.LongestRepeat()
		if got := d.Bytes() - before; got < 400 || got > 600 {
			t.Errorf("%d bytes of text: counts take %d bytes", len(text), got)
		}
		before = d.Bytes()
		groups := 16*len(d.Paragraphs()) + 8*len(d.Sentences())
		if got := d.Bytes() - before; got < groups || got > groups*5/4+256 {
			t.Errorf("%d bytes of text: %d paragraphs and %d sentences take %d bytes", len(text), len(d.Paragraphs()), len(d.Sentences()), got)
		}
	}
}

// A token for each byte is the most there is. All that is allocated for such a
// text of 2 MB, garbage too, stays below 40 MB.
func TestPeakMemory(t *testing.T) {
	for _, piece := range []string{"(", "[{", "a.", "\x00", "&", "<", "a|", "\xff"} {
		text := strings.Repeat(piece, 2<<20/len(piece))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		d := Analyse(text)
		runtime.ReadMemStats(&after)
		if len(d.Tokens) != len(text) {
			t.Errorf("%q: %d tokens", piece, len(d.Tokens))
		}
		if got := after.TotalAlloc - before.TotalAlloc; got > 40<<20 {
			t.Errorf("%q: %d bytes allocated", piece, got)
		}
	}
}

// All that is made on first use is made once, for whoever asks.
func TestConcurrentUse(t *testing.T) {
	want := Analyse(page(20_000))
	shared := Analyse(want.Text)
	paragraphs, sentences := want.Paragraphs(), want.Sentences()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			least := shared.Bytes()
			if shared.LongestRepeat() != want.LongestRepeat() || shared.Runes() != want.Runes() {
				t.Error("longest repeat or length differ")
			}
			if got := shared.Paragraphs(); !reflect.DeepEqual(got, paragraphs) || &got[0] != &shared.Paragraphs()[0] {
				t.Error("paragraphs differ")
			}
			if !reflect.DeepEqual(shared.Sentences(), sentences) {
				t.Error("sentences differ")
			}
			revised := Revise(shared, shared.Text+" more")
			if revised.Count(KindsOf(Word)) != want.Count(KindsOf(Word))+1 {
				t.Error("a revision has another number of words")
			}
			if shared.Bytes() < least {
				t.Error("Bytes shrinks")
			}
		})
	}
	wg.Wait()
}

func TestSegments(t *testing.T) {
	for _, test := range []struct {
		text string
		want []string
	}{
		{"", nil},
		{"a b", []string{"a b"}},
		{" a\n\nb c\n\n \n\n", []string{" ", "a", "\n\n", "b c", "\n\n \n\n"}},
		{"\n a", []string{"\n", " ", "a"}},
		{"{|a\n\nb", []string{"{|a\n\nb"}},
		{"\n\n\r", []string{"\n\n\r"}},
	} {
		d := Analyse(test.text)
		var got []string
		for span := range d.Segments() {
			got = append(got, d.Slice(span))
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%q: %q, want %q", test.text, got, test.want)
		}
		for stop := range test.want { // a loop may end early
			n := 0
			for range d.Segments() {
				if n++; n > stop {
					break
				}
			}
		}
	}
}

func TestCounts(t *testing.T) {
	d := Analyse("NASA met Ärzte in ÖSTERREICH, 中文 http://é.org/\xff &amp; 𝟘 \xff\n\n")
	words, all := KindsOf(Word), ^Kinds(0)
	for _, test := range []struct {
		name      string
		got, want int
	}{
		{"words", d.Count(words), 5},
		{"characters of words", d.Chars(words), 4 + 3 + 5 + 2 + 10},
		{"longest word", d.Longest(words), 10},
		{"words and CJK", d.Count(words | KindsOf(CJK)), 7},
		{"characters of words and CJK", d.Chars(words | KindsOf(CJK)), 26},
		{"characters of the URL", d.Chars(KindsOf(URL)), len("http://e.org/") + 1},
		{"characters of the number", d.Chars(KindsOf(Number)), 1},
		{"characters of marks", d.Chars(KindsOf(Etc, Comma)), 2},
		{"longest of all", d.Longest(all), 14},
		{"tokens", d.Count(all), len(d.Tokens)},
		{"tables", d.Count(KindsOf(TabOpen)), 0},
		{"longest of what there is none", d.Longest(KindsOf(TabOpen, Tag)), 0},
		{"words in capitals", d.CountUppercase(words), 2},
		{"characters in capitals", d.CharsUppercase(all), 14},
		{"longest in capitals", d.LongestUppercase(words), 10},
		{"capitals other than words", d.LongestUppercase(KindsOf(URL)), 0},
		{"nothing", d.Count(0) + d.Chars(0) + d.Longest(0), 0},
		{"characters", d.Runes(), 59},
	} {
		if test.got != test.want {
			t.Errorf("%s: %d, want %d", test.name, test.got, test.want)
		}
	}
}
