package backfill

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"revscore/internal/corpus"
	"revscore/internal/score/analysis"
	"revscore/internal/score/fetch"
)

// elsewhere is the wiki behind a dump.
type elsewhere struct{ asked []fetch.Request }

func (e *elsewhere) Texts(_ context.Context, r fetch.Request) (fetch.Texts, error) {
	e.asked = append(e.asked, r)
	t := fetch.Texts{Revision: &fetch.Text{RevID: r.RevID, ContentModel: "wikitext", Text: analysis.NewText("of the wiki")}}
	if r.ParentID != 0 {
		t.Parent = &fetch.Text{RevID: r.ParentID, ContentModel: "wikitext", Text: analysis.NewText("of the wiki, too")}
	}
	return t, nil
}

func text(s string) *string { return &s }

func TestTextsOfADump(t *testing.T) {
	const most = 20
	for name, c := range map[string]struct {
		edit   func(*corpus.Revision)
		parent int64
		want   string // texts, or type and revision of the error
		asked  int    // of the wiki
	}{
		"edit":                {func(*corpus.Revision) {}, 4, "new < old", 0},
		"creation":            {func(r *corpus.Revision) { r.ParentID, r.ParentText = 0, nil }, 0, "new", 0},
		"blank":               {func(r *corpus.Revision) { r.Text = text("") }, 4, " < old", 0},
		"hidden":              {func(r *corpus.Revision) { r.Text, r.TextHidden = nil, true }, 4, "TextDeleted 5", 0},
		"hidden parent":       {func(r *corpus.Revision) { r.ParentText, r.ParentHidden = nil, true }, 4, "TextDeleted 4", 0},
		"parent not held":     {func(r *corpus.Revision) { r.ParentText = nil }, 4, "new < of the wiki", 1},
		"stub":                {func(r *corpus.Revision) { r.Text, r.ParentText = nil, nil }, 4, "of the wiki < of the wiki, too", 1},
		"stub, hidden parent": {func(r *corpus.Revision) { r.Text, r.ParentText, r.ParentHidden = nil, nil, true }, 4, "of the wiki < of the wiki, too", 1},
		"too large":           {func(r *corpus.Revision) { r.Text = text(strings.Repeat("x", most+1)) }, 4, "TextTooLarge 5", 0},
		"too large a parent":  {func(r *corpus.Revision) { r.ParentText = text(strings.Repeat("x", most+1)) }, 4, "TextTooLarge 4", 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := &corpus.Revision{Wiki: "enwiki", RevID: 5, ParentID: 4, Text: text("new"), ParentText: text("old"), ContentModel: "wikitext", ParentModel: "json"}
			c.edit(r)
			wiki := &elsewhere{}
			texts := NewTexts(wiki, most)
			if err := texts.hold(t.Context(), 1, r); err != nil {
				t.Fatal(err)
			}
			got, err := texts.Texts(t.Context(), fetch.Request{Wiki: "enwiki", RevID: 5, ParentID: c.parent})
			shown := ""
			var fe *fetch.Error
			switch {
			case errors.As(err, &fe):
				shown = fe.Type + " " + string(rune('0'+fe.RevID))
				if fe.Transient {
					t.Error("what a dump withholds comes back by itself")
				}
			case err != nil:
				t.Fatal(err)
			default:
				if shown = got.Revision.Text.Source(); got.Parent != nil {
					shown += " < " + got.Parent.Text.Source()
				}
			}
			if shown != c.want || len(wiki.asked) != c.asked {
				t.Errorf("%q, and the wiki was asked %v; want %q", shown, wiki.asked, c.want)
			}
			if got.Parent != nil && c.asked == 0 && got.Parent.ContentModel != "json" {
				t.Errorf("the parent is %s", got.Parent.ContentModel)
			}
			texts.drop(1)
			if len(texts.held)+len(texts.made)+len(texts.open) != 0 {
				t.Errorf("%d, %d and %d are left over", len(texts.held), len(texts.made), len(texts.open))
			}
		})
	}
}

func TestTextsOffline(t *testing.T) {
	texts := NewTexts(nil, 100)
	r := &corpus.Revision{Wiki: "enwiki", RevID: 5, ParentID: 4, Text: text("new")}
	if err := texts.hold(t.Context(), 1, r); err != nil {
		t.Fatal(err)
	}
	_, err := texts.Texts(t.Context(), fetch.Request{Wiki: "enwiki", RevID: 5, ParentID: 4})
	var fe *fetch.Error
	if !errors.As(err, &fe) || fe.Type != fetch.CaughtDependencyError || fe.RevID != 4 || !fe.Transient {
		t.Errorf("a parent that is not held: %v; another run may ask for it, so it must not be marked", err)
	}
}

// A text is analysed once for its revision and for the next one, whose parent it is, and
// is gone when both are finished, in whatever order.
func TestTextsAreShared(t *testing.T) {
	texts := NewTexts(nil, 100)
	one, two := text("one"), text("two")
	first := &corpus.Revision{Wiki: "enwiki", RevID: 1, Text: one}
	second := &corpus.Revision{Wiki: "enwiki", RevID: 2, ParentID: 1, Text: two, ParentText: one}
	for i, r := range []*corpus.Revision{first, second, second} { // a file may have one twice
		if err := texts.hold(t.Context(), int64(i), r); err != nil {
			t.Fatal(err)
		}
	}
	a, errA := texts.Texts(t.Context(), fetch.Request{Wiki: "enwiki", RevID: 1})
	b, errB := texts.Texts(t.Context(), fetch.Request{Wiki: "enwiki", RevID: 2, ParentID: 1})
	if errA != nil || errB != nil || a.Revision.Text != b.Parent.Text {
		t.Errorf("two analyses of one text; %v, %v", errA, errB)
	}
	texts.drop(1)
	texts.drop(0)
	if b, err := texts.Texts(t.Context(), fetch.Request{Wiki: "enwiki", RevID: 2, ParentID: 1}); err != nil || b.Revision.Text.Source() != "two" {
		t.Errorf("the second delivery is still in flight: %v", err)
	}
	texts.drop(2)
	if len(texts.held)+len(texts.made)+len(texts.open) != 0 {
		t.Errorf("%d, %d and %d are left over", len(texts.held), len(texts.made), len(texts.open))
	}
}

func TestTextsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		texts := NewTexts(nil, 1<<40)
		big := func(rev int64) *corpus.Revision {
			return &corpus.Revision{Wiki: "enwiki", RevID: rev, Text: text(strings.Repeat("x", heldBytes/2))}
		}
		for i := range int64(2) {
			if err := texts.hold(t.Context(), i, big(i+1)); err != nil {
				t.Fatal(err)
			}
		}
		third := make(chan error, 1)
		go func() { third <- texts.hold(t.Context(), 2, big(3)) }()
		synctest.Wait()
		select {
		case <-third:
			t.Fatal("held more than there is room for")
		default:
		}
		texts.drop(0)
		if err := <-third; err != nil {
			t.Error(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := texts.hold(ctx, 3, big(4)); !errors.Is(err, context.Canceled) {
			t.Errorf("stopped while it waits: %v", err)
		}
		texts.drop(1)
		texts.drop(2)
		huge := &corpus.Revision{Wiki: "enwiki", RevID: 9, Text: text(strings.Repeat("x", 2*heldBytes))}
		if err := texts.hold(t.Context(), 4, huge); err != nil { // it must not wait for ever
			t.Error(err)
		}
		texts.drop(4)
	})
}
