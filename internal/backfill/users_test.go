package backfill

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"revscore/internal/corpus"
)

func TestUsersAreAskedFor(t *testing.T) {
	w := newWiki(t)
	revs := slices.DeleteFunc(w.edits(2000, "enwiki"), func(r *corpus.Revision) bool { return r.Deleted })
	path := write(t, "ids", list(revs))
	items, err := drain(t, WithUsers(openIDs(t, w, path, Position{}), w))
	if err != nil || len(items) != len(revs) {
		t.Fatalf("%d of %d, %v", len(items), len(revs), err)
	}
	groups, bots := map[int64]string{}, 0
	for i, item := range items {
		r := item.Revision
		switch {
		case r.UserHidden || r.Anonymous:
			if r.Groups != nil {
				t.Errorf("revision %d of %q has groups %v", r.RevID, r.User, r.Groups)
			}
			continue
		case r.Groups == nil:
			t.Errorf("revision %d of %s has no groups", r.RevID, r.User)
		}
		if !revs[i].Registration.Equal(r.Registration) {
			t.Errorf("%s registered %v, want %v", r.User, r.Registration, revs[i].Registration)
		}
		if slices.Contains(r.Groups, "bot") {
			bots++
		}
		groups[r.UserID] = fmt.Sprint(r.Groups)
	}
	if bots == 0 || len(groups) < 20 {
		t.Errorf("%d bots among %d users show nothing", bots, len(groups))
	}
	if calls := w.calls("ususerids"); calls > len(groups) || calls > len(items)/gatherItems+1 {
		t.Errorf("%d calls for %d users", calls, len(groups))
	}
}

// A user whom a file names without an id has the wiki's id in events; one whom the wiki
// does not know has no groups that anybody made up.
func TestUsersByName(t *testing.T) {
	w := newWiki(t)
	r := w.edits(50, "enwiki")
	known := r[slices.IndexFunc(r, func(r *corpus.Revision) bool { return r.UserID != 0 && !r.UserHidden && !r.Deleted })]
	row := `{"wiki":"enwiki","page_id":5,"page_title":"A","rev_id":%d,"parent_text":"","text":"one","timestamp":"2026-01-02T03:04:05Z","user":%q}` + "\n"
	path := write(t, "rows", fmt.Sprintf(row, 1, known.User)+fmt.Sprintf(row, 2, "Nobody|Here")+fmt.Sprintf(row, 3, known.User))
	items, err := drain(t, WithUsers(openDump(t, path, Position{}), w))
	if err != nil || show(items) != "1 2 3" {
		t.Fatalf("%s, %v", show(items), err)
	}
	if got := items[0].Revision; got.UserID != known.UserID || !slices.Equal(got.Groups, known.Groups) {
		t.Errorf("%s is %d in %v, want %d in %v", got.User, got.UserID, got.Groups, known.UserID, known.Groups)
	}
	if got := items[1].Revision; got.Groups != nil {
		t.Errorf("nobody is in %v", got.Groups)
	}
	if w.calls("ususers") != 1 {
		t.Errorf("%d calls", w.calls("ususers"))
	}
}

// What ends a feed comes after what was gathered before it, and an asker that fails ends
// it too.
func TestUsersAtTheEnd(t *testing.T) {
	whole := xmlDump(element(11, 0, xmlText("one")), element(12, 11, xmlText("two")))
	path := write(t, "dump.xml", whole[:strings.Index(whole, "two")])
	items, err := drain(t, WithUsers(openDump(t, path, Position{}), newWiki(t)))
	if err == nil || err == io.EOF || show(items) != "11" {
		t.Errorf("%s, %v", show(items), err)
	}
	if _, err := drain(t, WithUsers(openDump(t, path, Position{}), refusing{})); err != errRefusing {
		t.Errorf("nobody answers: %v", err)
	}
}

func TestFactsAreForgotten(t *testing.T) {
	var f facts
	for i := range int64(5 * keptFacts) {
		f.put(person{"w", i, ""}, &fact{id: i})
		if f.get(person{"w", 0, ""}) == nil { // used all the time
			t.Fatalf("forgotten after %d", i)
		}
	}
	if n := len(f.young) + len(f.old); n > 2*keptFacts || f.get(person{"w", 1, ""}) != nil {
		t.Errorf("%d are kept", n)
	}
}
