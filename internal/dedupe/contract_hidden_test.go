package dedupe

import (
	"context"
	"errors"
	"testing"
	"time"
)

var all = Hidden{Text: true, User: true, Comment: true}

func hide(t testing.TB, s Keeper, rev int64, h Hidden, at time.Time) int64 {
	t.Helper()
	n, err := s.HideAt(context.Background(), "enwiki", []int64{rev}, h, at)
	if err != nil {
		t.Fatalf("hide: %v", err)
	}
	return n
}

// wantHidden checks what is hidden of the revision of k, by every way of asking.
func wantHidden(t testing.TB, b backend, k Key, want Hidden) {
	t.Helper()
	k.Stream = "a-stream-that-nothing-was-sent-to"
	w := begin(t, b.store, k)
	b.store.Release(w.Claim)
	if w.Hidden != want || want.Text && w.Gone != hiddenText || want.Text && w.States[0].Score != nil {
		t.Errorf("revision %d: begin finds %+v hidden, gone %q, score %q; want %+v", k.RevID, w.Hidden, w.Gone, w.States[0].Score, want)
	}
	got, err := b.store.HiddenOf(context.Background(), k.Wiki, []int64{k.RevID + 1<<61, k.RevID})
	if err != nil || len(got) != 2 || got[0] != (Hidden{}) || got[1] != want {
		t.Errorf("revision %d: hidden are %+v, want %+v of the second alone: %v", k.RevID, got, want, err)
	}
}

// What is hidden is known for hidden_ttl, every combination of it, and until it is
// shown again.
func contractHide(t *testing.T, b backend, rev int64) {
	for i := range int64(8) {
		h, k := Hidden{Text: i&1 > 0, User: i&2 > 0, Comment: i&4 > 0}, key(rev+i)
		n, err := b.store.Hide(context.Background(), "enwiki", []int64{k.RevID}, h)
		if err != nil || n != 0 {
			t.Errorf("hide %+v: %d keys, %v", h, n, err)
		}
		wantHidden(t, b, k, h)
		b.advance(3 * time.Minute) // longer than negative_ttl in the end
	}
	other := key(rev + 7)
	other.Wiki = "dewiki"
	wantHidden(t, b, other, Hidden{})
	if n := hide(t, b.store, rev+7, Hidden{}, time.Now()); n != 1 {
		t.Errorf("shown again: %d keys were deleted, want 1", n)
	}
	wantHidden(t, b, key(rev+7), Hidden{})
	wantHidden(t, b, key(rev+3), Hidden{Text: true, User: true})
	b.advance(48 * time.Hour)
	wantHidden(t, b, key(rev+3), Hidden{})
	if n, err := b.store.Hide(context.Background(), "enwiki", nil, all); n != 0 || err != nil {
		t.Errorf("hide nothing: %d, %v", n, err)
	}
}

// Events of the past come in any order, and again: the latest counts.
func contractHideInAnyOrder(t *testing.T, b backend, rev int64) {
	now := time.Now()
	ago := func(minutes int) time.Time { return now.Add(-time.Duration(minutes) * time.Minute) }
	hide(t, b.store, rev, Hidden{User: true}, ago(10))
	for _, past := range []Hidden{{}, all, {Text: true}} {
		hide(t, b.store, rev, past, ago(20))
		wantHidden(t, b, key(rev), Hidden{User: true})
	}
	hide(t, b.store, rev, Hidden{Comment: true}, ago(5))
	wantHidden(t, b, key(rev), Hidden{Comment: true})
	hide(t, b.store, rev, all, ago(5)) // in the same second
	wantHidden(t, b, key(rev), all)
	// A clock that was wrong must not hide for ever.
	hide(t, b.store, rev, all, now.Add(1000*time.Hour))
	hide(t, b.store, rev, Hidden{}, time.Now().Add(time.Second))
	wantHidden(t, b, key(rev), Hidden{})
}

// With the text the scores go, of all models; without it they stay.
func contractHideDropsScores(t *testing.T, b backend, rev int64) {
	old := key(rev)
	old.Version = "0.4.0"
	for _, k := range []Key{key(rev), old, key(rev + 1)} {
		end(t, b.store, begin(t, b.store, k).Claim, Result{Entries: []Entry{{Key: k, Score: someScore}}})
	}
	if n := hide(t, b.store, rev, Hidden{User: true, Comment: true}, time.Now()); n != 0 {
		t.Errorf("hiding the user dropped %d keys", n)
	}
	if s := lookup1(t, b.store, key(rev)); s.Score == nil {
		t.Error("hiding the user dropped the score")
	}
	if n := hide(t, b.store, rev, Hidden{Text: true}, time.Now()); n != 2 {
		t.Errorf("hiding the text dropped %d scores, want 2", n)
	}
	for _, k := range []Key{key(rev), old} {
		if s := lookup1(t, b.store, k); !s.Sent || s.Score != nil {
			t.Errorf("%+v is %v %q, want the mark alone", k, s.Sent, s.Score)
		}
	}
	if s := lookup1(t, b.store, key(rev+1)); s.Score == nil {
		t.Error("another revision lost its score")
	}
}

// A revision is hidden while it is being scored: its score does not stay, and what is
// hidden does, whatever the one who scored it finds out and takes back.
func contractHideWhileHeld(t *testing.T, b backend, rev int64) {
	w := begin(t, b.store, key(rev))
	hide(t, b.store, rev, all, time.Now())
	end(t, b.store, w.Claim, Result{Entries: []Entry{{Key: key(rev), Score: someScore}}, Gone: "RevisionNotFound"})
	if s := lookup1(t, b.store, key(rev)); !s.Sent || s.Score != nil {
		t.Errorf("the key is %v %q, want the mark alone", s.Sent, s.Score)
	}
	wantHidden(t, b, key(rev), all)
	// One that never heard of it, because its claim was not asked for.
	remember(t, b.store, key(rev), someScore)
	wantHidden(t, b, key(rev), all)
}

// A negative entry never takes the place of what is hidden; the other way round it does.
func contractHideBesideGone(t *testing.T, b backend, rev int64) {
	k := key(rev)
	end(t, b.store, begin(t, b.store, k).Claim, Result{Gone: "RevisionNotFound"})
	hide(t, b.store, rev, Hidden{User: true}, time.Now())
	if w := begin(t, b.store, k); w.Gone != "" || !w.Hidden.User {
		t.Errorf("hidden after gone: %+v", w)
	} else {
		end(t, b.store, w.Claim, Result{Gone: "TextDeleted"})
	}
	wantHidden(t, b, k, Hidden{User: true})
	// Neither forgetting nor purging shows it.
	if _, err := b.store.Forget(context.Background(), "enwiki", []int64{rev}); err != nil {
		t.Fatal(err)
	}
	if p, err := b.store.Purge(context.Background(), Filter{Wiki: "enwiki", RevID: rev, Sent: true}); err != nil || p.Gone != 0 {
		t.Errorf("purged %+v: %v", p, err)
	}
	wantHidden(t, b, k, Hidden{User: true})
	hide(t, b.store, rev, Hidden{}, time.Now())
	end(t, b.store, begin(t, b.store, k).Claim, Result{Gone: "TextDeleted"})
	if w := begin(t, b.store, k); w.Gone != "TextDeleted" || w.Hidden != (Hidden{}) {
		t.Errorf("gone after it was shown: %+v", w)
	}
	if n := hide(t, b.store, rev, Hidden{}, time.Now()); n != 1 {
		t.Errorf("a revision that is shown is no longer gone: %d keys deleted, want 1", n)
	}
}

func contractHideCounts(t *testing.T, b backend, rev int64) {
	before, err := b.store.Stats(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	hide(t, b.store, rev, all, time.Now())
	hide(t, b.store, rev+1, Hidden{User: true}, time.Now())
	end(t, b.store, begin(t, b.store, key(rev+2)).Claim, Result{Gone: "TextDeleted"})
	after, err := b.store.Stats(context.Background())
	if err != nil || after.Hidden-before.Hidden != 2 || after.Gone-before.Gone != 1 {
		t.Errorf("%d more hidden, %d more gone, want 2 and 1: %v", after.Hidden-before.Hidden, after.Gone-before.Gone, err)
	}
}

func contractHideRefuses(t *testing.T, b backend, rev int64) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := b.store.Hide(ctx, "enwiki", []int64{rev}, all); !errors.Is(err, context.Canceled) {
		t.Errorf("hide: %v", err)
	}
	if _, err := b.store.HiddenOf(ctx, "enwiki", []int64{rev}); !errors.Is(err, context.Canceled) {
		t.Errorf("hidden of: %v", err)
	}
}

// Many at once: more than one request takes.
func contractHideMany(t *testing.T, b backend, rev int64) {
	revs := make([]int64, 3*forgetBatch/2)
	for i := range revs {
		revs[i] = rev + int64(i)
		remember(t, b.store, key(revs[i]), someScore)
	}
	if n, err := b.store.Hide(context.Background(), "enwiki", revs, Hidden{Text: true}); err != nil || n != int64(len(revs)) {
		t.Errorf("%d scores dropped of %d: %v", n, len(revs), err)
	}
	hidden, err := b.store.HiddenOf(context.Background(), "enwiki", revs)
	if err != nil || len(hidden) != len(revs) {
		t.Fatalf("%d answers to %d: %v", len(hidden), len(revs), err)
	}
	for i, h := range hidden {
		if h != (Hidden{Text: true}) {
			t.Fatalf("revision %d of %d: %+v is hidden", i, len(revs), h)
		}
	}
}
