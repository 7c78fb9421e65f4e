package visibility

import (
	"fmt"
	"testing"
	"time"

	"revscore/internal/dedupe"
)

func showChanges(list []dedupe.Change) (s string) {
	for _, c := range list {
		what := "forget"
		if !c.Forget {
			what = fmt.Sprintf("hide %v %s", c.Hidden, c.At.Format("15:04:05"))
		}
		s += fmt.Sprintf("%s %v %s\n", c.Wiki, c.Revs, what)
	}
	return s
}

// Of each revision the latest counts, whatever came first, and what is said of many is
// said once.
func TestPendingCollapses(t *testing.T) {
	var p pending
	user, text := dedupe.Hidden{User: true}, dedupe.Hidden{Text: true}
	of := func(rev int64) revision { return revision{"enwiki", rev} }
	p.hide(of(1), everything, noon)
	p.hide(of(2), user, noon.Add(time.Second))
	p.hide(of(2), text, noon) // earlier
	p.hide(of(3), everything, noon)
	p.forget(of(4))
	p.forget(of(1))
	p.hide(of(1), everything, noon) // again
	p.hide(of(5), text, noon)
	p.hide(of(5), dedupe.Hidden{}, noon) // in the same second, and later in the topic
	p.forget(revision{"dewiki", 4})
	p.forget(of(6))
	want := `enwiki [1 4 6] forget
enwiki [1 3] hide {true true true} 12:00:00
enwiki [2] hide {false true false} 12:00:01
enwiki [5] hide {false false false} 12:00:00
dewiki [4] forget
`
	changes := p.changes()
	if got := showChanges(changes); got != want || p.len() != 7 {
		t.Errorf("%d revisions, changes\n%swant\n%s", p.len(), got, want)
	}
	p.keep(changes[1:])
	if got := showChanges(p.changes()); got != showChanges(changes[1:]) || p.len() != 5 {
		t.Errorf("after the first was taken there are\n%s", got)
	}
	p.keep(nil)
	if p.len() != 0 || len(p.changes()) != 0 {
		t.Errorf("all was taken, and left is\n%s", showChanges(p.changes()))
	}
}

// What was shown again stays so when an older event comes from a topic that is read
// later, also after the store was told; a later one counts.
func TestPendingKnowsWhatWasShown(t *testing.T) {
	var p pending
	r := revision{"enwiki", 1}
	p.hide(r, dedupe.Hidden{}, noon)
	p.keep(nil)
	p.hide(r, everything, noon.Add(-time.Second))
	if p.len() != 0 {
		t.Errorf("an older event changes %s", showChanges(p.changes()))
	}
	for _, at := range []time.Time{noon, noon.Add(time.Second)} {
		p.hide(r, everything, at)
		if p.len() != 1 {
			t.Errorf("an event of %v changes nothing", at)
		}
		p.keep(nil)
	}
	for rev := range int64(maxShown + 1) {
		p.hide(revision{"dewiki", rev}, dedupe.Hidden{}, noon)
	}
	if len(p.shown) > maxShown {
		t.Errorf("%d are kept", len(p.shown))
	}
}
