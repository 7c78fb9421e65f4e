package backfill

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"revscore/internal/corpus"
)

func openDump(t *testing.T, path string, from Position, namespaces ...int64) Feed {
	t.Helper()
	f, err := OpenDump(path, from, namespaces)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// show tells what items are, in a word each.
func show(items []Item) string {
	var words []string
	for _, i := range items {
		if i.Left != nil {
			words = append(words, i.Left.Reason)
		} else {
			words = append(words, fmt.Sprint(i.Revision.RevID))
		}
	}
	return strings.Join(words, " ")
}

func TestDumpFromAnyPlace(t *testing.T) {
	path := write(t, "dump.xml", xmlDump(
		element(11, 0, xmlText("one")), element(12, 11, xmlText("two")), element(0, 12, xmlText("of no id")),
		element(13, 12, hiddenText), element(14, 13, xmlText("after a hidden one")),
	))
	items, err := drain(t, openDump(t, path, Position{}))
	if err != nil || show(items) != "11 12 broken 13 14" {
		t.Fatalf("%s, %v", show(items), err)
	}
	if l := items[2].Left; !strings.Contains(l.String(), path) || !strings.Contains(l.String(), "revision id is 0") {
		t.Errorf("left out: %s", l)
	}
	last := items[4].Revision
	if !items[3].Revision.TextHidden || !last.ParentHidden || *last.Text != "after a hidden one" {
		t.Errorf("hidden %v, its child's parent %+v", items[3].Revision.TextHidden, last)
	}
	for i := range items {
		rest, err := drain(t, openDump(t, path, items[i].At))
		if err != nil || show(rest) != show(items[i+1:]) {
			t.Errorf("behind %+v: %s, %v", items[i].At, show(rest), err)
		}
		if len(rest) > 0 && rest[0].Revision != nil && rest[0].At != items[i+1].At {
			t.Errorf("at %+v, want %+v", rest[0].At, items[i+1].At)
		}
	}
	if rest, err := drain(t, openDump(t, path, items[0].At)); err != nil || *rest[0].Revision.ParentText != "one" {
		t.Errorf("the parent of the first one that goes on is not at hand: %v", err)
	}
	if d := openDump(t, path, Position{}); d.Done() > 1 {
		t.Errorf("done %v", d.Done())
	}
}

func TestDumpNamespaces(t *testing.T) {
	path := write(t, "dump.xml", xmlDump(element(11, 0, xmlText("one"))))
	if items, err := drain(t, openDump(t, path, Position{}, 4, 10)); err != nil || show(items) != "namespace" {
		t.Errorf("%s, %v", show(items), err)
	}
	if items, err := drain(t, openDump(t, path, Position{}, 4, 0)); err != nil || show(items) != "11" {
		t.Errorf("%s, %v", show(items), err)
	}
}

// Whatever comes before the cut is whole; the error names file and byte; and when the file is
// completed it goes on there.
func TestDumpThatIsCut(t *testing.T) {
	whole := xmlDump(element(11, 0, xmlText("one")), element(12, 11, xmlText("two")), element(13, 12, xmlText("three")))
	rows := `{"wiki":"enwiki","page_id":5,"page_title":"A","rev_id":11,"rev_parent_id":0,"parent_text":"","text":"one","timestamp":"2020-01-02T03:04:05Z","user":"1.2.3.4","user_id":0}` + "\n" +
		`{"wiki":"enwiki","page_id":5,"page_title":"A","rev_id":12,"rev_parent_id":11,"parent_text":"one","text":"two","timestamp":"2020-01-02T03:04:05Z","user":"1.2.3.4","user_id":0}` + "\n"
	for name, c := range map[string]struct {
		content     string
		cut         int
		before, all string
	}{
		"XML, in a text":   {whole, strings.Index(whole, "three") + 2, "11 12", "13"},
		"XML, in a tag":    {whole, strings.Index(whole, "<id>12") + 1, "11", "12 13"},
		"XML, at its end":  {whole, strings.Index(whole, "</page>"), "11 12 13", ""},
		"lines, in a text": {rows, strings.LastIndex(rows, "two") + 1, "11", "12"},
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, "dump", c.content[:c.cut])
			items, err := drain(t, openDump(t, path, Position{}))
			if err == nil || show(items) != c.before || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "at byte ") {
				t.Fatalf("%s, %v", show(items), err)
			}
			if err := os.WriteFile(path, []byte(c.content), 0o644); err != nil {
				t.Fatal(err)
			}
			if rest, err := drain(t, openDump(t, path, items[len(items)-1].At)); err != nil || show(rest) != c.all {
				t.Errorf("then %s, %v", show(rest), err)
			}
		})
	}
}

func TestDumpThatIsAnother(t *testing.T) {
	path := write(t, "dump.xml", xmlDump(element(11, 0, xmlText("one")), element(12, 11, xmlText("two"))))
	for _, c := range []struct {
		from Position
		want string
	}{
		{Position{Records: 2, Rev: 99}, "that is revision 12, and was 99"},
		{Position{Records: 5, Rev: 12}, "it ends after 2"},
	} {
		_, err := drain(t, openDump(t, path, c.from))
		if !errors.Is(err, errOtherFile) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%+v: %v", c.from, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := openDump(t, path, Position{}).Next(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := OpenDump(path+".none", Position{}, nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
}

// A page's id is made up for lines that have none, which no event may be made of.
func TestDumpWithoutPageIDs(t *testing.T) {
	path := write(t, "rows", `{"wiki":"enwiki","page_title":"A","rev_id":11,"parent_text":"","text":"one","timestamp":"2020-01-02T03:04:05Z","user":"1.2.3.4","user_id":0}`+"\n")
	items, err := drain(t, openDump(t, path, Position{}))
	if err != nil || show(items) != "broken" || !strings.Contains(items[0].Left.String(), "page_id") {
		t.Errorf("%s, %v", show(items), err)
	}
	if !corpus.Derived(1 << 40) {
		t.Error("ids above 2^40 are made up")
	}
}
