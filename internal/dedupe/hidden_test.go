package dedupe

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2/server"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

// What the rest of the world finds in Redis.
func TestRedisHiddenLayout(t *testing.T) {
	srv := mini(t)
	s := newTestRedis(t, testConfig(srv.Addr()))
	at := time.UnixMilli(1_764_842_400_123)
	for want, h := range map[string]Hidden{
		"hidden:tuc:1764842400123": all, "hidden:u:1764842400123": {User: true}, "hidden:tc:1764842400123": {Text: true, Comment: true},
	} {
		hide(t, s, 1, h, at)
		got, err := srv.Get("revscore:gone:{enwiki:1}")
		if ttl := srv.TTL("revscore:gone:{enwiki:1}"); err != nil || got != want || ttl != 24*time.Hour {
			t.Errorf("%+v is %q and lives %v, want %q and a day: %v", h, got, ttl, want, err)
		}
	}
	hide(t, s, 1, Hidden{}, at)
	if len(srv.Keys()) != 0 {
		t.Errorf("left are %q", srv.Keys())
	}
}

// Nothing but what String writes is believed; the rest is as good as absent, and is no
// hindrance.
func TestRedisDistrustsHidden(t *testing.T) {
	srv := mini(t)
	s := newTestRedis(t, testConfig(srv.Addr()))
	for i, planted := range []string{
		"hidden:", "hidden::1", "hidden:t", "hidden:t:", "hidden:ut:1", "hidden:tt:1", "hidden:x:1", "hidden:t:-1", "hidden:t:01",
		"hidden:t:1 ", "hidden:t:+1", "hidden:t:1:2", "hidden:t:99999999999999999999", "Hidden:t:1", "hidden:t:0x1", "hidden:\x00t:1",
	} {
		_ = srv.Set("revscore:gone:{enwiki:1}", planted)
		w := begin(t, s, key(1))
		s.Release(w.Claim)
		if w.Gone != "" || w.Hidden != (Hidden{}) || testutil.ToFloat64(s.metrics.badGone) != float64(i+1) {
			t.Errorf("%q is believed: %q, %+v; %v counted", planted, w.Gone, w.Hidden, testutil.ToFloat64(s.metrics.badGone))
		}
	}
	srv.Del("revscore:gone:{enwiki:1}")
	if _, err := srv.Push("revscore:gone:{enwiki:1}", "x"); err != nil { // no string at all
		t.Fatal(err)
	}
	if h, err := s.HiddenOf(context.Background(), "enwiki", []int64{1}); err != nil || h[0] != (Hidden{}) {
		t.Errorf("of a list is hidden %+v: %v", h, err)
	}
	if _, err := s.Stats(context.Background()); err != nil {
		t.Error(err)
	}
	hide(t, s, 1, all, time.Now())
	if h, err := s.HiddenOf(context.Background(), "enwiki", []int64{1}); err != nil || h[0] != all {
		t.Errorf("in place of a list is hidden %+v: %v", h, err)
	}
}

// While Redis is away a process knows what it was told to hide, says that Redis does
// not, and loses no time over it; a Redis that comes back empty takes nothing away.
func TestGuardedHidesWithoutRedis(t *testing.T) {
	srv := mini(t)
	c := testConfig(srv.Addr())
	c.Redis.BreakerFailures, c.Redis.BreakerOpen = 1, time.Hour
	g := newTestGuarded(t, c, Options{})
	srv.SetError("LOADING is away")
	ctx := context.Background()
	for range 2 { // the second finds the breaker open, which the first Begin does
		if _, err := g.Hide(ctx, "enwiki", []int64{1}, all); err == nil {
			t.Error("hidden in a Redis that is away")
		}
		if w := begin(t, g, key(1)); w.Hidden != all || w.Gone != hiddenText {
			t.Errorf("this process has forgotten: %+v", w)
		}
	}
	if _, err := g.Hide(ctx, "enwiki", []int64{1}, all); !errors.Is(err, errAway) {
		t.Errorf("hide: %v", err)
	}
	if _, err := g.Forget(ctx, "enwiki", []int64{1}); !errors.Is(err, errAway) {
		t.Errorf("forget: %v", err)
	}
	if _, err := g.HiddenOf(ctx, "enwiki", []int64{1}); err == nil {
		t.Error("what is hidden is known, though Redis is away")
	}
}

// Redis was emptied: who was told still knows; and who was not, is told by Redis.
func TestGuardedHidesAfterAFlush(t *testing.T) {
	srv := mini(t)
	a, b := newTestGuarded(t, testConfig(srv.Addr()), Options{}), newTestGuarded(t, testConfig(srv.Addr()), Options{})
	hide(t, a, 1, Hidden{User: true}, time.Now())
	hide(t, b, 1, Hidden{User: true}, time.Now())
	hide(t, b, 2, all, time.Now())
	wantHidden(t, backend{store: a}, key(2), all)
	srv.FlushAll()
	wantHidden(t, backend{store: a}, key(1), Hidden{User: true})
	wantHidden(t, backend{store: a}, key(2), Hidden{})
	// It is shown again: both hear of it, one after the other.
	hide(t, a, 1, Hidden{}, time.Now())
	wantHidden(t, backend{store: a}, key(1), Hidden{})
	wantHidden(t, backend{store: b}, key(1), Hidden{User: true})
	hide(t, b, 1, Hidden{}, time.Now())
	wantHidden(t, backend{store: b}, key(1), Hidden{})
}

// Changes reach this process all at once, and Redis in their order as far as it takes
// them; what it did not take is applied again.
func TestGuardedApply(t *testing.T) {
	srv := mini(t)
	g := newTestGuarded(t, testConfig(srv.Addr()), Options{})
	remember(t, g, key(3), someScore)
	now := time.Now()
	changes := []Change{
		{Wiki: "enwiki", Revs: []int64{1, 2}, Hidden: all, At: now},
		{Wiki: "enwiki", Revs: []int64{3}, Forget: true},
		{Wiki: "dewiki", Revs: []int64{1}, Hidden: Hidden{User: true}, At: now},
		{Wiki: "enwiki", Revs: []int64{2}, At: now},
	}
	evals := 0
	srv.Server().SetPreHook(func(c *server.Peer, cmd string, _ ...string) bool {
		if cmd != "EVAL" {
			return false
		}
		if evals++; evals > 3 { // two of the first change, one of the second
			c.WriteError("ERR enough")
		}
		return evals > 3
	})
	if n, err := g.Apply(t.Context(), changes); n != 2 || err == nil {
		t.Errorf("%d changes done, want 2: %v", n, err)
	}
	for rev, want := range map[int64]Hidden{1: all, 2: {}, 3: {}} {
		if h, err := g.memory.HiddenOf(t.Context(), "enwiki", []int64{rev}); err != nil || h[0] != want {
			t.Errorf("revision %d: this process knows of %+v, want %+v: %v", rev, h[0], want, err)
		}
	}
	if s := lookup1(t, g, key(3)); s.Score != nil {
		t.Error("revision 3 was not forgotten")
	}
	srv.Server().SetPreHook(nil)
	if n, err := g.Apply(t.Context(), changes[2:]); n != 2 || err != nil {
		t.Errorf("%d changes done, want 2: %v", n, err)
	}
	if h, err := g.remote.HiddenOf(t.Context(), "enwiki", []int64{1, 2}); err != nil || h[0] != all || h[1] != (Hidden{}) {
		t.Errorf("redis knows of %+v: %v", h, err)
	}
	if h, err := g.remote.HiddenOf(t.Context(), "dewiki", []int64{1}); err != nil || !h[0].User {
		t.Errorf("redis knows of %+v: %v", h, err)
	}
	alone := newTestGuarded(t, testConfig(""), Options{})
	if n, err := alone.Apply(t.Context(), changes); n != len(changes) || err != nil {
		t.Errorf("without redis %d changes done: %v", n, err)
	}
}

// Marks that last longer than hidden_ttl take it with them.
func TestHiddenOutlastsMarks(t *testing.T) {
	c := DefaultConfig()
	if c.hiddenTTL() != 30*24*time.Hour {
		t.Errorf("by default %v", c.hiddenTTL())
	}
	c.SentTTL = 100 * 24 * time.Hour
	if c.hiddenTTL() != c.SentTTL {
		t.Errorf("with sent_ttl %v: %v", c.SentTTL, c.hiddenTTL())
	}
}

func FuzzHiding(f *testing.F) {
	for _, s := range []string{"hidden:tuc:1764842400123", "hidden:u:0", "TextDeleted", "hidden:t:1:2", "hidden:cut:5"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		h, ok := parseHiding(s)
		if ok && (h.String() != s || h.Hidden == (Hidden{}) || validGone(s)) {
			t.Errorf("%q is read as %+v, which is %q", s, h, h.String())
		}
		if !ok && h != (hiding{}) {
			t.Errorf("%q is refused as %+v", s, h)
		}
	})
}
