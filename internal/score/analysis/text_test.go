package analysis

import (
	"reflect"
	"strings"
	"sync"
	"testing"

	"revscore/internal/score/parse"
	"revscore/internal/score/pattern"
	"revscore/internal/score/wikitext"
)

func lexicon(tb testing.TB) *pattern.Lexicon {
	tb.Helper()
	l, err := pattern.CompileLexicon(pattern.Source{Patterns: []string{"heck", "darn(ed)?"}, Before: `\b`, After: `\b`, Flags: "i"})
	if err != nil {
		tb.Fatal(err)
	}
	return l
}

const page = "== A ==\nHeck, a '''bold''' [[link|text]] and {{a template|of=two}}.\n\n* darned\n"

// A base makes no difference to what is found, whatever it is.
func TestBaseMakesNoDifference(t *testing.T) {
	l := lexicon(t)
	for _, base := range []string{"", page, page + "more heck", "{{" + page, strings.Repeat("[[", 30), "\x00" + page} {
		before := NewText(base)
		before.Document(nil)
		if _, err := before.Page(nil); err != nil {
			t.Fatal(err)
		}
		if _, err := before.Find(l, nil); err != nil {
			t.Fatal(err)
		}
		text := NewText(page)
		if got, want := text.Document(before).Tokens, wikitext.Tokens(page); !reflect.DeepEqual(got, want) {
			t.Errorf("after %q: tokens %v, want %v", base, got, want)
		}
		got, err := text.Page(before)
		want, _ := parse.Parse(page)
		if err != nil || got.Count(parse.Tag) != want.Count(parse.Tag) || got.Content() != want.Content() {
			t.Errorf("after %q: content %q, %v", base, got.Content(), err)
		}
		spans, err := text.Find(l, before)
		if err != nil || len(spans) != 2 || page[spans[1].Start:spans[1].End] != "darned" {
			t.Errorf("after %q: found %v, %v", base, spans, err)
		}
	}
}

// Each part is made once and counted.
func TestKept(t *testing.T) {
	text, l := NewText(page), lexicon(t)
	sizes := []int{text.Bytes()}
	document := text.Document(nil)
	sizes = append(sizes, text.Bytes())
	markup, err := text.Page(nil)
	sizes = append(sizes, text.Bytes())
	found, err2 := text.Find(l, nil)
	sizes = append(sizes, text.Bytes())
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	for i, n := range sizes[1:] {
		if n <= sizes[i] {
			t.Errorf("sizes %v do not grow", sizes)
		}
	}
	again, _ := text.Page(nil)
	foundAgain, _ := text.Find(l, nil)
	if text.Document(nil) != document || again != markup || &foundAgain[0] != &found[0] || text.Source() != page {
		t.Error("something was made twice")
	}
	if text.Bytes() != sizes[3] {
		t.Error("asking again needs more memory")
	}
}

// A text that cannot be parsed says so each time, and is no base.
func TestFaultIsKept(t *testing.T) {
	text := NewText("=" + strings.Repeat("=a", 20_000))
	_, first := text.Page(nil)
	_, second := text.Page(nil)
	if first == nil || first != second {
		t.Errorf("%v, then %v", first, second)
	}
	if p, err := NewText(page).Page(text); err != nil || p.Count(parse.Template) != 1 {
		t.Errorf("a text after it: %v", err)
	}
}

// Two texts may be each other's base, in an event that lies about its parent.
func TestMutualBases(t *testing.T) {
	l := lexicon(t)
	for range 50 {
		a, b := NewText(page), NewText(page+page)
		var wg sync.WaitGroup
		for _, pair := range [][2]*Text{{a, b}, {b, a}, {a, a}} {
			wg.Go(func() {
				pair[0].Document(pair[1])
				_, _ = pair[0].Page(pair[1])
				_, _ = pair[0].Find(l, pair[1])
			})
		}
		wg.Wait()
		if len(a.Document(nil).Tokens)*2 < len(b.Document(nil).Tokens) {
			t.Fatal("the documents were mixed up")
		}
	}
}
