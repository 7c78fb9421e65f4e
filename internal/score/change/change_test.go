package change

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"revscore/internal/score/wikitext"
)

var words = wikitext.KindsOf(wikitext.Word)

// cases are pairs of texts, with the deltas of all tokens and of words
// lower-cased, as the reference gives them.
var cases = []struct {
	name, old, new string
	tokens, words  []Delta
}{
	{"both empty", "", "", nil, nil},
	{"equal", "a b c", "a b c", nil, nil},
	{"created", "", "b a b", []Delta{{0, 2}, {0, 2}, {0, 1}}, []Delta{{0, 2}, {0, 1}}},
	{"blanked", "b a b", "", []Delta{{2, 0}, {2, 0}, {1, 0}}, []Delta{{2, 0}, {1, 0}}},
	{"one word", "a b c", "a x c", []Delta{{0, 1}, {1, 0}}, []Delta{{0, 1}, {1, 0}}},
	{"order of the whole text", "z y x", "z y x y y z", []Delta{{1, 2}, {2, 5}, {1, 3}}, []Delta{{1, 2}, {1, 3}}},
	{"moved words", "a b c d", "d c b a", nil, nil},
	{"other spelling stays", "The the x", "The the the x", []Delta{{2, 3}, {1, 2}}, []Delta{{2, 3}}},
	{"spelling changes", "River a", "river a", []Delta{{0, 1}, {1, 0}}, nil},
	{"spelling far away", "KICK a b", "KICK a b kick", []Delta{{2, 3}, {0, 1}}, []Delta{{1, 2}}},
	{"Kelvin sign", "\u212Aelvin a b", "\u212Aelvin a kelvin", []Delta{{0, 1}, {1, 0}}, []Delta{{1, 2}, {1, 0}}},
	{"dotted I", "İSTANBUL a", "İSTANBUL istanbul", []Delta{{0, 1}, {1, 0}}, []Delta{{1, 2}, {1, 0}}},
	{"final sigma", "ΟΔΟΣ a", "ΟΔΟΣ οδος", []Delta{{0, 1}, {1, 0}}, []Delta{{1, 2}, {1, 0}}},
	{"sigma inside", "ΣΑΣΑ a", "ΣΑΣΑ σασα", []Delta{{0, 1}, {1, 0}}, []Delta{{1, 2}, {1, 0}}},
	{"sharp s", "GROẞ a", "GROẞ groß", []Delta{{0, 1}, {1, 0}}, []Delta{{1, 2}, {1, 0}}},
	{"long s stays", "ſo a", "ſo so", []Delta{{0, 1}, {1, 0}}, []Delta{{0, 1}, {1, 0}}},
	{"capital of other length", "ȺȾ a", "ȺȾ ⱥⱦ", []Delta{{0, 1}, {1, 0}}, []Delta{{1, 2}, {1, 0}}},
	{"broken UTF-8", "\xff a", "\xff \xfe", []Delta{{0, 1}, {1, 0}}, []Delta{{1, 0}}},
	{"NUL", "\x00 a", "\x00 \x00", []Delta{{1, 2}, {1, 0}}, []Delta{{1, 0}}},
	{"bounds of equal bytes differ", "<ref a b", "<ref a b>",
		[]Delta{{0, 1}, {1, 0}, {1, 0}, {2, 0}, {1, 0}, {1, 0}}, []Delta{{1, 0}, {1, 0}, {1, 0}}},
}

func TestDeltas(t *testing.T) {
	for _, c := range cases {
		before, after := wikitext.Analyse(c.old), wikitext.Analyse(c.new)
		e := Compare(before, after)
		for _, s := range []struct {
			Selection
			want []Delta
		}{{Selection{}, c.tokens}, {Selection{Kinds: words, Lower: true}, c.words}} {
			got, err := e.Deltas(s.Selection)
			if err != nil || !slices.Equal(got, s.want) {
				t.Errorf("%s, lower %v: %v, %v, want %v", c.name, s.Lower, got, err, s.want)
			}
		}
		e.Release()
	}
}

// TestKeepIsAskedSeldom counts the questions: Keep stands for a dictionary that
// takes a microsecond or more for each.
func TestKeepIsAskedSeldom(t *testing.T) {
	before := wikitext.Analyse("one ONE two Two three four Four five six seven")
	after := wikitext.Analyse("one ONE one two Two three four four FIVE six eight 8 !")
	for _, c := range []struct {
		selection Selection
		refused   string
		asked     []string
		want      []Delta
	}{
		{Selection{Kinds: words}, "", []string{"one", "four", "FIVE", "eight", "Four", "five", "seven"},
			[]Delta{{1, 2}, {1, 2}, {0, 1}, {0, 1}, {1, 0}, {1, 0}, {1, 0}}},
		// The two spellings of "four" and "five" make up for each other; "ONE"
		// is asked for since the count of "one" changed.
		{Selection{Kinds: words, Lower: true}, "", []string{"one", "four", "FIVE", "eight", "Four", "five", "seven", "ONE"},
			[]Delta{{2, 3}, {0, 1}, {1, 0}}},
		// Without "one", nothing is asked of "ONE".
		{Selection{Kinds: words, Lower: true}, "one four seven", []string{"one", "four", "FIVE", "eight", "Four", "five", "seven"},
			[]Delta{{0, 1}, {1, 0}}},
		{Selection{Uppercase: true}, "", []string{"FIVE"}, []Delta{{0, 1}}},
		{Selection{Kinds: wikitext.KindsOf(wikitext.Number)}, "", []string{"8"}, []Delta{{0, 1}}},
	} {
		var asked []string
		c.selection.Keep = func(token string) (bool, error) {
			asked = append(asked, token)
			return !slices.Contains(strings.Fields(c.refused), token), nil
		}
		e := Compare(before, after)
		got, err := e.Deltas(c.selection)
		if err != nil || !slices.Equal(got, c.want) || !slices.Equal(asked, c.asked) {
			t.Errorf("%+v: %v, %v; asked %q\nwant %v; asked %q", c.selection, got, err, asked, c.want, c.asked)
		}
		e.Release()
	}
}

// TestKeepFails asks again after an error: it must leave nothing behind.
func TestKeepFails(t *testing.T) {
	before, after := wikitext.Analyse("River river"), wikitext.Analyse("RIVER a river river")
	fault := errors.New("no dictionary")
	for _, lower := range []bool{false, true} {
		e := Compare(before, after)
		for n := range 3 {
			s := Selection{Kinds: words, Lower: lower}
			s.Keep = func(string) (bool, error) {
				if n--; n < 0 {
					return false, fault
				}
				return true, nil
			}
			if got, err := e.Deltas(s); !errors.Is(err, fault) || got != nil {
				t.Errorf("lower %v: %v, %v, want %v", lower, got, err, fault)
			}
			s.Keep = nil
			if got, err := e.Deltas(s); err != nil || !slices.Equal(got, plainDeltas(before, after, s)) {
				t.Errorf("lower %v, after an error: %v, %v", lower, got, err)
			}
		}
		e.Release()
	}
}

// TestDeltasStay checks that what one selection returned outlives the next ones.
func TestDeltasStay(t *testing.T) {
	before, after := wikitext.Analyse("a b c"), wikitext.Analyse("d e f g")
	e := Compare(before, after)
	defer e.Release()
	first, _ := e.Deltas(Selection{Kinds: words})
	kept := slices.Clone(first)
	_ = append(first, Delta{9, 9}) // must not reach the next
	second, _ := e.Deltas(Selection{})
	_ = append(first, Delta{9, 9})
	if want := plainDeltas(before, after, Selection{}); !slices.Equal(second, want) {
		t.Errorf("%v, want %v", second, want)
	}
	for range 100 {
		if _, err := e.Deltas(Selection{}); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(first, kept) {
		t.Errorf("%v became %v", kept, first)
	}
}

// TestNoParent compares with a missing text.
func TestNoParent(t *testing.T) {
	after := wikitext.Analyse("b a b")
	e := Compare(nil, after)
	defer e.Release()
	got, err := e.Deltas(Selection{})
	if want := plainDeltas(nil, after, Selection{}); err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
}
