package dedupe

import (
	"context"
	"fmt"
	"testing"
)

// library fills a store with two revisions of each of some wikis, two models in
// two versions, one of them gone.
func library(t *testing.T, b backend, rev int64) (wikis []string, keys []Key) {
	// Names of its own, for a real server has others' keys, and names that mean
	// something to a pattern.
	for _, w := range []string{"wiki%d", "w*%d", "w?[a-z]%d", `w\%d`, "w:%d", "{w%d}"} {
		wikis = append(wikis, fmt.Sprintf(w, rev))
	}
	for _, wiki := range wikis {
		for r := range int64(2) {
			w := begin(t, b.store, Key{Stream: "s", Wiki: wiki, Model: "?", RevID: rev + r})
			for _, model := range []string{"damaging", "*"} {
				for _, version := range []string{"1", "1.0"} {
					k := Key{Stream: "s", Wiki: wiki, Model: model, Version: version, RevID: rev + r}
					remember(t, b.store, k, someScore)
					keys = append(keys, k)
				}
			}
			end(t, b.store, w.Claim, Result{Gone: "TextDeleted"})
		}
	}
	return wikis, keys
}

// Each filter deletes what it names and nothing beside, whatever its text means to
// a pattern.
func contractPurge(t *testing.T, b backend, rev int64) {
	wikis, keys := library(t, b, rev)
	for _, wiki := range []string{"*", "w*", "wiki?", "[w]*", "**:*"} {
		if p, err := b.store.Purge(context.Background(), Filter{Wiki: wiki, Sent: true}); err != nil || p.Total() != 0 {
			t.Errorf("a wiki called %q purged %+v: %v", wiki, p, err)
		}
	}
	scores, gone := len(keys), 2*len(wikis)
	check := func(f Filter, want Purged, gonesLeft int) {
		t.Helper()
		got, err := b.store.Purge(context.Background(), f)
		if err != nil || got != want {
			t.Errorf("%+v purged %+v, want %+v: %v", f, got, want, err)
		}
		if again, err := b.store.Purge(context.Background(), f); err != nil || again.Total() != 0 {
			t.Errorf("%+v, again, purged %+v: %v", f, again, err)
		}
		scores -= int(want.Scores)
		left, marks, gone := 0, 0, 0
		for i, s := range lookup(t, b.store, keys...) {
			if s.Score != nil {
				left++
			}
			if s.Sent {
				marks++
			}
			if i%4 == 0 {
				k := keys[i]
				k.Model = "another"
				w := begin(t, b.store, k)
				if w.Gone != "" {
					gone++
				}
				b.store.Release(w.Claim)
			}
		}
		if left != scores || marks != len(keys) || gone != gonesLeft {
			t.Errorf("%+v left %d scores, %d marks, %d negative entries, want %d, %d, %d", f, left, marks, gone, scores, len(keys), gonesLeft)
		}
	}
	check(Filter{Wiki: wikis[0], RevID: rev}, Purged{Scores: 4, Gone: 1}, gone-1)
	check(Filter{Wiki: wikis[0], Model: "damaging"}, Purged{Scores: 2}, gone-1)
	check(Filter{Wiki: wikis[1], Model: "*", Version: "1"}, Purged{Scores: 2}, gone-1)
	check(Filter{Wiki: wikis[2], Version: "1.0"}, Purged{Scores: 4}, gone-1)
	check(Filter{Wiki: wikis[3]}, Purged{Scores: 8, Gone: 2}, gone-3)
	check(Filter{Wiki: wikis[4], Model: "*", Version: "1.0", RevID: rev + 1}, Purged{Scores: 1}, gone-3)
	check(Filter{Wiki: wikis[5]}, Purged{Scores: 8, Gone: 2}, gone-5)

	p, err := b.store.Purge(context.Background(), Filter{Wiki: wikis[3], Sent: true})
	if want := (Purged{Sent: 8}); err != nil || p != want {
		t.Errorf("marks of a wiki: purged %+v, want %+v: %v", p, want, err)
	}
	if g, ok := b.store.(*Guarded); ok && g.remote != nil {
		return // the test's process still knows what it sent; see Redis.Purge
	}
	for _, k := range keys {
		if sent := lookup1(t, b.store, k).Sent; sent == (k.Wiki == wikis[3]) {
			t.Errorf("%+v is sent: %v", k, sent)
		}
	}
}

func contractStats(t *testing.T, b backend, rev int64) {
	before, err := b.store.Stats(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	wikis, keys := library(t, b, rev)
	held := begin(t, b.store, key(rev))
	defer b.store.Release(held.Claim)
	s, err := b.store.Stats(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if got := [...]int64{s.Scores - before.Scores, s.Sent - before.Sent, s.Gone - before.Gone, s.Claims - before.Claims}; got !=
		[...]int64{int64(len(keys)), int64(len(keys)), int64(2 * len(wikis)), 1} {
		t.Errorf("scores, marks, negative entries and claims grew by %v", got)
	}
	seen := map[ModelStats]bool{}
	for _, m := range s.Models {
		seen[m] = true
	}
	for _, model := range []string{"damaging", "*"} {
		if want := (ModelStats{Wiki: wikis[0], Model: model, Version: "1.0", Scores: 2}); !seen[want] {
			t.Errorf("%+v is missing in %+v", want, s.Models)
		}
	}
}
