package dedupe

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// One has the revision, whatever the stream; another finds it held and has it
// once it is given back.
func contractClaim(t *testing.T, b backend, rev int64) {
	k, other := key(rev), key(rev)
	other.Stream, other.Model = "another-stream", "goodfaith"
	w := begin(t, b.store, k)
	if !w.Claim.Granted() || w.Held != 0 || w.States[0].Sent {
		t.Fatalf("the first: %+v", w)
	}
	wantHeld(t, b.store, other, time.Minute)
	wantGranted(t, b.store, key(rev+1))
	b.store.Release(w.Claim)
	wantGranted(t, b.store, other)
}

// Of many at once exactly one is granted the claim.
func contractClaimOfOne(t *testing.T, b backend, rev int64) {
	var granted, held atomic.Int64
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			w, err := b.store.Begin(context.Background(), []Key{key(rev)})
			switch {
			case err != nil:
				t.Errorf("begin: %v", err)
			case w.Claim.Granted():
				granted.Add(1)
			case w.Held > 0:
				held.Add(1)
			}
		})
	}
	wg.Wait()
	if granted.Load() != 1 || held.Load() != 63 {
		t.Errorf("%d of 64 were granted the claim, %d found it held", granted.Load(), held.Load())
	}
}

// A holder that crashed gives way. One that was only slow does no harm when it
// comes back: it keeps its marks, and neither its scores nor the other's claim.
func contractClaimExpires(t *testing.T, b backend, rev int64) {
	slow := begin(t, b.store, key(rev))
	b.advance(59 * time.Second)
	wantHeld(t, b.store, key(rev), time.Second)
	b.advance(2 * time.Second)
	next := begin(t, b.store, key(rev))
	if !next.Claim.Granted() {
		t.Fatalf("after its lifetime the claim is held for %v", next.Held)
	}
	end(t, b.store, slow.Claim, Result{Entries: []Entry{{Key: key(rev), Score: someScore}}})
	b.store.Release(slow.Claim)
	other := key(rev)
	other.Stream = "another-stream"
	wantHeld(t, b.store, other, time.Minute)
	if s := lookup1(t, b.store, key(rev)); !s.Sent || s.Score != nil {
		t.Errorf("the slow one left %v %q, want the mark alone", s.Sent, s.Score)
	}
	b.store.Release(next.Claim)
	wantGranted(t, b.store, other)
}

func contractClaimRenewed(t *testing.T, b backend, rev int64) {
	w, another := begin(t, b.store, key(rev)), begin(t, b.store, key(rev+1))
	defer b.store.Release(another.Claim)
	for range 3 {
		b.advance(40 * time.Second)
		if err := b.store.Renew(context.Background(), []*Claim{w.Claim, nil, new(Claim), another.Claim}); err != nil {
			t.Fatal(err)
		}
	}
	wantHeld(t, b.store, key(rev), time.Minute)
	wantHeld(t, b.store, key(rev+1), time.Minute)
	b.store.Release(w.Claim)
	if err := b.store.Renew(context.Background(), []*Claim{w.Claim}); err != nil { // too late, and no harm
		t.Fatal(err)
	}
	wantGranted(t, b.store, key(rev))
}

// What is sent needs no claim, and waits for none.
func contractClaimNeedless(t *testing.T, b backend, rev int64) {
	other := key(rev)
	other.Model = "goodfaith"
	remember(t, b.store, key(rev), nil)
	if w := begin(t, b.store, key(rev)); w.Claim.Granted() || w.Held != 0 || !w.States[0].Sent {
		t.Errorf("all is sent: %+v", w)
	}
	w := begin(t, b.store, key(rev), other)
	if !w.Claim.Granted() || !w.States[0].Sent || w.States[1].Sent {
		t.Fatalf("one of two is sent: %+v", w)
	}
	if again := begin(t, b.store, key(rev)); again.Held != 0 || !again.States[0].Sent {
		t.Errorf("what is sent is held by whoever works on the rest: %+v", again)
	}
	b.store.Release(w.Claim)
}

// Every way out gives the claim back, once: a second release must not take the
// next one's claim away.
func contractClaimGivenBack(t *testing.T, b backend, rev int64) {
	for i, way := range map[string]func(*Claim){
		"score":   func(c *Claim) { end(t, b.store, c, Result{Entries: []Entry{{Key: key(rev), Score: someScore}}}) },
		"failure": func(c *Claim) { end(t, b.store, c, Result{Gone: "TextDeleted"}) },
		"nothing": func(c *Claim) { end(t, b.store, c, Result{}) },
		"release": func(c *Claim) { b.store.Release(c) },
	} {
		k := key(rev)
		k.Stream = i // another event of the same revision
		w := begin(t, b.store, k)
		if !w.Claim.Granted() {
			t.Fatalf("%s: held for %v", i, w.Held)
		}
		way(w.Claim)
		next := begin(t, b.store, k)
		if !next.Claim.Granted() {
			t.Fatalf("%s: the claim was not given back, it is held for %v", i, next.Held)
		}
		b.store.Release(w.Claim)
		end(t, b.store, w.Claim, Result{})
		wantHeld(t, b.store, k, time.Minute)
		b.store.Release(next.Claim)
	}
	b.store.Release(nil)
	b.store.Release(new(Claim))
}

// Begin tells of the keys what Lookup does, in order.
func contractBeginAnswers(t *testing.T, b backend, rev int64) {
	keys := make([]Key, 5)
	for i, model := range []string{"a", "b", "c", "a:1", "{a}"} {
		keys[i] = key(rev)
		keys[i].Model = model
	}
	remember(t, b.store, keys[1], someScore)
	remember(t, b.store, keys[3], nil)
	w := begin(t, b.store, keys...)
	want := []State{{}, {Sent: true, Score: someScore}, {}, {Sent: true}, {}}
	for i := range want {
		if w.States[i].Sent != want[i].Sent || !bytes.Equal(w.States[i].Score, want[i].Score) {
			t.Errorf("state %d is %v %q, want %v %q", i, w.States[i].Sent, w.States[i].Score, want[i].Sent, want[i].Score)
		}
	}
	end(t, b.store, w.Claim, Result{Entries: []Entry{{Key: keys[0], Score: someScore}, {Key: keys[2]}, {Key: keys[4]}}})
	for i, s := range lookup(t, b.store, keys...) {
		if !s.Sent || (s.Score != nil) != (i < 2) {
			t.Errorf("after end state %d is %+v", i, s)
		}
	}
}

func contractBeginRefuses(t *testing.T, b backend, rev int64) {
	ctx, other := context.Background(), key(rev)
	other.Wiki = "dewiki"
	for _, keys := range [][]Key{{key(rev), key(rev + 1)}, {key(rev), other}, make([]Key, maxBegin+1)} {
		if _, err := b.store.Begin(ctx, keys); err == nil || !strings.HasPrefix(err.Error(), "begin with ") {
			t.Errorf("begin of %d keys that do not go together: %v", len(keys), err)
		}
	}
	if w := begin(t, b.store); w.Claim.Granted() || w.Held != 0 {
		t.Errorf("begin of nothing: %+v", w)
	}
	hostile := key(rev)
	hostile.Wiki = "\x00}{*\r\n"
	w := begin(t, b.store, hostile)
	if !w.Claim.Granted() {
		t.Errorf("a wiki that tries something: %+v", w)
	}
	b.store.Release(w.Claim)
}

// A revision that is gone is known to be for negative_ttl, whatever the model.
func contractGone(t *testing.T, b backend, rev int64) {
	k, other := key(rev), key(rev)
	other.Stream, other.Model, other.Version = "another-stream", "goodfaith", "9"
	w := begin(t, b.store, k)
	if w.Gone != "" {
		t.Fatalf("an unknown revision is gone: %q", w.Gone)
	}
	end(t, b.store, w.Claim, Result{Entries: []Entry{{Key: k}}, Gone: "RevisionNotFound"})
	b.advance(9 * time.Minute)
	w = begin(t, b.store, other)
	if w.Gone != "RevisionNotFound" || !w.Claim.Granted() {
		t.Errorf("gone is %q, claim granted: %v", w.Gone, w.Claim.Granted())
	}
	b.store.Release(w.Claim)
	if w := begin(t, b.store, key(rev+1)); w.Gone != "" {
		t.Errorf("another revision is gone: %q", w.Gone)
	}
	b.advance(2 * time.Minute)
	if w := begin(t, b.store, other); w.Gone != "" {
		t.Errorf("after negative_ttl the revision is gone: %q", w.Gone)
	}
}

func contractGoneIsAWord(t *testing.T, b backend, rev int64) {
	for i, word := range []string{"", "with space", "ü", "a\x00", strings.Repeat("x", maxGone+1), `"`} {
		k := key(rev + int64(i))
		end(t, b.store, begin(t, b.store, k).Claim, Result{Gone: word})
		if w := begin(t, b.store, k); w.Gone != "" {
			t.Errorf("%q was kept as %q", word, w.Gone)
		}
	}
}

func contractForget(t *testing.T, b backend, rev int64) {
	store := func(k Key) {
		t.Helper()
		end(t, b.store, begin(t, b.store, k).Claim, Result{Entries: []Entry{{Key: k, Score: someScore}}, Gone: "TextDeleted"})
	}
	old, model, wiki := key(rev), key(rev), key(rev)
	old.Version, model.Model, wiki.Wiki = "0.4.0", "a:b", "dewiki"
	for _, k := range []Key{key(rev), old, model, key(rev + 1), key(rev + 2), wiki} {
		store(k)
	}
	n, err := b.store.Forget(context.Background(), "enwiki", []int64{rev, rev + 1, rev + 1000})
	if err != nil || n != 4+2 {
		t.Errorf("forgot %d keys, want 4 scores and 2 negative entries: %v", n, err)
	}
	for _, k := range []Key{key(rev), old, model, key(rev + 1)} {
		if s := lookup1(t, b.store, k); !s.Sent || s.Score != nil {
			t.Errorf("forgotten %+v is %v %q, want the mark alone", k, s.Sent, s.Score)
		}
		k.Stream = "another-stream"
		if w := begin(t, b.store, k); w.Gone != "" || w.States[0].Score != nil || !w.Claim.Granted() {
			t.Errorf("begin of forgotten %+v: %+v", k, w)
		} else {
			b.store.Release(w.Claim)
		}
	}
	for _, k := range []Key{key(rev + 2), wiki} {
		k.Stream = "another-stream"
		if w := begin(t, b.store, k); w.Gone == "" || w.States[0].Score == nil {
			t.Errorf("%+v was forgotten, too: %+v", k, w)
		}
	}
	if n, err := b.store.Forget(context.Background(), "nowiki", nil); n != 0 || err != nil {
		t.Errorf("forget nothing: %d, %v", n, err)
	}
}

// A revision is hidden while it is being scored: the event goes out, its score
// does not stay, and nobody else begins meanwhile.
func contractForgetWhileHeld(t *testing.T, b backend, rev int64) {
	w, other := begin(t, b.store, key(rev)), key(rev)
	other.Stream = "another-stream"
	for range 2 {
		if _, err := b.store.Forget(context.Background(), "enwiki", []int64{rev}); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.store.Renew(context.Background(), []*Claim{w.Claim}); err != nil {
		t.Fatal(err)
	}
	wantHeld(t, b.store, other, time.Minute)
	end(t, b.store, w.Claim, Result{Entries: []Entry{{Key: key(rev), Score: someScore}}, Gone: "TextDeleted"})
	if s := lookup1(t, b.store, key(rev)); !s.Sent || s.Score != nil {
		t.Errorf("the key is %v %q, want the mark alone", s.Sent, s.Score)
	}
	next := begin(t, b.store, other)
	if next.Gone != "" || !next.Claim.Granted() {
		t.Errorf("after the end: %+v", next)
	}
	end(t, b.store, next.Claim, Result{Entries: []Entry{{Key: other, Score: someScore}}})
	if s := lookup1(t, b.store, other); s.Score == nil {
		t.Error("who comes later may keep its score")
	}
}

func contractPurgeRefuses(t *testing.T, b backend, _ int64) {
	for _, f := range []Filter{{}, {Sent: true}, {RevID: 5}, {All: true, Wiki: "enwiki"}} {
		if p, err := b.store.Purge(context.Background(), f); err == nil || p != (Purged{}) {
			t.Errorf("%+v purged %+v: %v", f, p, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := b.store.Purge(ctx, Filter{Wiki: "x"}); !errors.Is(err, context.Canceled) {
		t.Errorf("purge: %v", err)
	}
	if _, err := b.store.Stats(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("stats: %v", err)
	}
	if _, err := b.store.Forget(ctx, "x", []int64{1}); !errors.Is(err, context.Canceled) {
		t.Errorf("forget: %v", err)
	}
}
