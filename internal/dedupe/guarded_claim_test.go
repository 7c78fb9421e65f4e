package dedupe

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
)

// twoProcesses are two stores over one Redis, which is a memory here, so that time
// is the bubble's.
func twoProcesses(claim ClaimConfig) (a, b *Guarded, shared *flaky) {
	c := testConfig("")
	c.Claim = claim
	shared = &flaky{Memory: NewMemory(c, nil)}
	open := func() *Guarded {
		m := newMetrics(nil)
		return newGuarded(c, newMemory(c, m), shared, m, nil)
	}
	return open(), open(), shared
}

// closeAll also checks that no claim is kept for renewal that was given back.
func closeAll(t *testing.T, stores ...*Guarded) {
	for _, s := range stores {
		if s.held.root.next != &s.held.root {
			t.Errorf("revision %d is still to be renewed", s.held.root.next.rev)
		}
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
}

// Two processes get one revision: the second waits and finds it sent. So it is
// computed and sent once.
func TestGuardedWaitsForTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b, _ := twoProcesses(ClaimConfig{TTL: 10 * time.Second, Wait: 15 * time.Second})
		defer closeAll(t, a, b)
		first := begin(t, a, key(1))
		second := make(chan Work)
		start := time.Now()
		go func() { second <- begin(t, b, key(1)) }()
		time.Sleep(2 * time.Second)
		end(t, a, first.Claim, Result{Entries: []Entry{{Key: key(1), Score: someScore}}})
		w := <-second
		if !w.States[0].Sent || w.Claim.Granted() || w.Held != 0 {
			t.Errorf("the second got %+v", w)
		}
		if took := time.Since(start); took > 2*time.Second+lastPoll {
			t.Errorf("it waited %v for work of 2s", took)
		}
	})
}

// The holder fails, and gives its claim back: the other does the work.
func TestGuardedTakesOverWhatWasGivenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b, _ := twoProcesses(ClaimConfig{TTL: 10 * time.Second, Wait: 15 * time.Second})
		defer closeAll(t, a, b)
		first := begin(t, a, key(1))
		second := make(chan Work)
		go func() { second <- begin(t, b, key(1)) }()
		synctest.Wait()
		a.Release(first.Claim)
		w := <-second
		if !w.Claim.Granted() || w.States[0].Sent {
			t.Errorf("the second got %+v", w)
		}
		b.Release(w.Claim)
	})
}

// The holder crashes: nobody renews its claim, and it is taken over when it expires.
func TestGuardedTakesOverFromTheDead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b, shared := twoProcesses(ClaimConfig{TTL: 10 * time.Second, Wait: 15 * time.Second})
		defer closeAll(t, a, b)
		if w := begin(t, shared, key(1)); !w.Claim.Granted() { // and no word more
			t.Fatal("held by nobody")
		}
		start := time.Now()
		w := begin(t, b, key(1))
		if took := time.Since(start); !w.Claim.Granted() || took < 10*time.Second || took > 10*time.Second+lastPoll {
			t.Errorf("granted %v after %v, want after 10s", w.Claim.Granted(), took)
		}
		b.Release(w.Claim)
	})
}

// The holder takes long, and renews its claim. The other gives up in the end, and
// works, too.
func TestGuardedRenewsAndGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b, shared := twoProcesses(ClaimConfig{TTL: 3 * time.Second, Wait: 15 * time.Second})
		defer closeAll(t, a, b)
		first := begin(t, a, key(1))
		calls, start := shared.calls.Load(), time.Now()
		w := begin(t, b, key(1))
		if took := time.Since(start); took != 15*time.Second || w.Claim.Granted() || w.Held <= 0 || w.States[0].Sent {
			t.Errorf("after %v: %+v, want 15s and nothing", took, w)
		}
		if n := shared.calls.Load() - calls; n > 150 {
			t.Errorf("it asked %d times in 15s", n)
		}
		if n := testutil.ToFloat64(b.metrics.claimsGivenUp); n != 1 {
			t.Errorf("%v waits counted as given up", n)
		}
		// It is still the first one's, and only the first gives it back.
		end(t, b, w.Claim, Result{Entries: []Entry{{Key: key(1)}}})
		other := key(1)
		other.Stream = "another-stream"
		wantHeld(t, shared, other, 3*time.Second)
		end(t, a, first.Claim, Result{Entries: []Entry{{Key: key(1)}}})
		wantGranted(t, shared, other)
		time.Sleep(10 * time.Second) // nothing is renewed that was given back
		wantGranted(t, shared, other)
		if n := testutil.ToFloat64(shared.Memory.metrics.claimsLost); n != 0 {
			t.Errorf("%v claims counted as lost", n)
		}
	})
}

func TestGuardedWaitEndsWithItsCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b, _ := twoProcesses(ClaimConfig{TTL: 10 * time.Second, Wait: 15 * time.Second})
		defer closeAll(t, a, b)
		first := begin(t, a, key(1))
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if _, err := b.Begin(ctx, []Key{key(1)}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("begin: %v", err)
		}
		a.Release(first.Claim)
		wantGranted(t, b, key(1))
	})
}

// Without Redis there is no claim and no wait, and a claim from before does no
// harm: scoring goes on.
func TestGuardedClaimsNothingWithoutRedis(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b, shared := twoProcesses(ClaimConfig{TTL: 10 * time.Second, Wait: 15 * time.Second})
		defer closeAll(t, a, b)
		before := begin(t, a, key(1))
		shared.err = errors.New("connection refused")
		start := time.Now()
		for _, s := range []*Guarded{a, b} {
			for range 10 { // beyond what opens the breaker
				w := begin(t, s, key(2))
				if w.Claim.Granted() || w.Held != 0 || w.States[0].Sent {
					t.Errorf("without redis: %+v", w)
				}
				s.Release(w.Claim)
			}
			w := begin(t, s, key(3))
			end(t, s, w.Claim, Result{Entries: []Entry{{Key: key(3), Score: someScore}}, Gone: "TextDeleted"})
			other := key(3)
			other.Stream = "another-stream"
			if w := begin(t, s, other); w.Gone != "TextDeleted" || w.States[0].Score == nil {
				t.Errorf("what this process found out itself is forgotten: %+v", w)
			}
		}
		end(t, a, before.Claim, Result{Entries: []Entry{{Key: key(1)}}})
		if took := time.Since(start); took != 0 {
			t.Errorf("it waited %v", took)
		}
		if !begin(t, a, key(1)).States[0].Sent {
			t.Error("what was sent is forgotten")
		}
		if _, err := a.Forget(context.Background(), "enwiki", []int64{3}); err == nil {
			shared.err = nil
			t.Error("a revision cannot be forgotten while Redis is away, and nobody was told")
		}
	})
}

// What one process forgot does not come back from another's memory.
func TestGuardedForgetReachesOtherProcesses(t *testing.T) {
	a, b, shared := twoProcesses(ClaimConfig{TTL: time.Minute})
	defer closeAll(t, a, b)
	other := key(1)
	other.Stream = "another-stream"
	w := begin(t, a, key(1))
	end(t, a, w.Claim, Result{Entries: []Entry{{Key: key(1), Score: someScore}}, Gone: "TextDeleted"})
	if w := begin(t, a, other); w.States[0].Score == nil || w.Gone == "" {
		t.Fatalf("not remembered: %+v", w)
	} else {
		a.Release(w.Claim)
	}
	if _, err := b.Forget(context.Background(), "enwiki", []int64{1}); err != nil {
		t.Fatal(err)
	}
	w = begin(t, a, other)
	if w.States[0].Score != nil || w.Gone != "" {
		t.Errorf("after it was forgotten elsewhere: %+v", w)
	}
	a.Release(w.Claim)
	shared.err = errors.New("down") // nor in an outage
	if s := lookup1(t, a, other); s.Score != nil {
		t.Errorf("in the outage the score is back: %q", s.Score)
	}
	shared.err = nil

	// Nor does what was on its way when it was forgotten.
	w = begin(t, a, key(2))
	if _, err := b.Forget(context.Background(), "enwiki", []int64{2}); err != nil {
		t.Fatal(err)
	}
	end(t, a, w.Claim, Result{Entries: []Entry{{Key: key(2), Score: someScore}}})
	for _, s := range []Store{a, shared, a.memory} {
		if s := lookup1(t, s, key(2)); !s.Sent || s.Score != nil {
			t.Errorf("hidden while it was scored: %v %q, want the mark alone", s.Sent, s.Score)
		}
	}
}
