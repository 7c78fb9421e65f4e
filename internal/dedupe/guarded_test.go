package dedupe

import (
	"bytes"
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

// flaky is a remote store that fails, or hangs until ctx ends, when told to.
type flaky struct {
	*Memory
	err   error
	hang  bool
	asked atomic.Int64 // keys
	calls atomic.Int64
}

func (f *flaky) fault(ctx context.Context) error {
	f.calls.Add(1)
	if f.hang {
		<-ctx.Done()
		return ctx.Err()
	}
	return f.err
}

func (f *flaky) Lookup(ctx context.Context, keys []Key) ([]State, error) {
	f.asked.Add(int64(len(keys)))
	if err := f.fault(ctx); err != nil {
		return nil, err
	}
	return f.Memory.Lookup(ctx, keys)
}

func (f *flaky) Begin(ctx context.Context, keys []Key) (Work, error) {
	f.asked.Add(int64(len(keys)))
	if err := f.fault(ctx); err != nil {
		return Work{}, err
	}
	return f.Memory.Begin(ctx, keys)
}

func (f *flaky) End(ctx context.Context, c *Claim, r Result) error {
	if err := f.fault(ctx); err != nil {
		return err
	}
	return f.Memory.End(ctx, c, r)
}

func (f *flaky) Forget(ctx context.Context, wiki string, revs []int64) (int64, error) {
	if err := f.fault(ctx); err != nil {
		return 0, err
	}
	return f.Memory.Forget(ctx, wiki, revs)
}

func (f *flaky) Check(context.Context) ([]string, error) { return nil, f.err }

// change is one call of OnStateChange.
type change struct {
	open bool
	err  error
}

func newFlaky() (*Guarded, *flaky, *[]change) {
	c, remote, changes := testConfig(""), &flaky{Memory: NewMemory(testConfig(""), nil)}, new([]change)
	m := newMetrics(nil)
	g := newGuarded(c, newMemory(c, m), remote, m, func(open bool, err error) { *changes = append(*changes, change{open, err}) })
	return g, remote, changes
}

// The whole course of an outage: errors go nowhere, the breaker opens once and
// says why, an open breaker asks nothing, a failed try is no news, recovery is
// told once, and what was sent meanwhile is still known.
func TestGuardedOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, remote, changes := newFlaky()
		defer func() { _ = g.Close() }()
		c := testConfig("").Redis
		down := errors.New("connection refused")

		remember(t, g, key(1), someScore)
		remote.err = down
		for i := range int64(c.BreakerFailures) {
			remember(t, g, key(10+i), nil)
		}
		if len(*changes) != 1 || !(*changes)[0].open || !errors.Is((*changes)[0].err, down) {
			t.Fatalf("after %d failures the owner heard %+v", c.BreakerFailures, *changes)
		}
		if testutil.ToFloat64(g.metrics.breakerOpen) != 1 {
			t.Error("the gauge does not say so")
		}

		asked := remote.calls.Load()
		remember(t, g, key(2), someScore)
		got := lookup(t, g, key(1), key(2), key(10), key(3))
		if !got[0].Sent || !got[1].Sent || !bytes.Equal(got[1].Score, someScore) || !got[2].Sent || got[3].Sent {
			t.Errorf("during the outage: %+v", got)
		}
		if n := remote.calls.Load() - asked; n != 0 {
			t.Errorf("an open breaker asked Redis %d times", n)
		}
		if n := testutil.ToFloat64(g.metrics.remember.failed); n != float64(c.BreakerFailures) {
			t.Errorf("%v failures counted, want %d", n, c.BreakerFailures)
		}
		if a, b := testutil.ToFloat64(g.metrics.remember.refused), testutil.ToFloat64(g.metrics.lookup.refused); a != 1 || b != 1 {
			t.Errorf("%v writes and %v lookups counted as refused, want 1 each", a, b)
		}

		time.Sleep(c.BreakerOpen + 1) // in the bubble
		lookup(t, g, key(4))          // tries, fails
		if n := remote.calls.Load() - asked; n != 1 || len(*changes) != 1 {
			t.Errorf("a failed try: %d calls, changes %+v", n, *changes)
		}

		time.Sleep(c.BreakerOpen + 1)
		remote.err = nil
		lookup(t, g, key(4))
		if len(*changes) != 2 || (*changes)[1] != (change{}) || testutil.ToFloat64(g.metrics.breakerOpen) != 0 {
			t.Errorf("after recovery the owner heard %+v", *changes)
		}
		time.Sleep(c.BreakerOpen + 1)
		for _, k := range []Key{key(2), key(10), key(10 + int64(c.BreakerFailures) - 1)} {
			if s := lookup1(t, remote.Memory, k); !s.Sent || s.Score != nil {
				t.Errorf("in Redis of %+v, sent during the outage, after it: %+v", k, s)
			}
		}
		if s := lookup1(t, g, key(2)); !s.Sent {
			t.Error("the mark of the outage is forgotten")
		}
	})
}

// One slow try per breaker_open is all that anybody waits for.
func TestGuardedNobodyWaitsWhileRedisIsTried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, remote, _ := newFlaky()
		defer func() { _ = g.Close() }()
		c := testConfig("").Redis
		remote.err = errors.New("down")
		for range c.BreakerFailures {
			lookup(t, g, key(1))
		}
		time.Sleep(c.BreakerOpen + 1)
		remote.hang = true
		ctx, cancel := context.WithCancel(context.Background())
		tried := make(chan error)
		go func() { _, err := g.Lookup(ctx, []Key{key(1)}); tried <- err }()
		synctest.Wait() // the try hangs
		begin := time.Now()
		for range 100 {
			lookup(t, g, key(1))
			remember(t, g, key(2), nil)
		}
		if took := time.Since(begin); took != 0 {
			t.Errorf("others waited %v", took)
		}
		cancel()
		if err := <-tried; !errors.Is(err, context.Canceled) {
			t.Errorf("the one that tried: %v", err)
		}
		// A try that was called off leaves the place to the next.
		remote.hang, remote.err = false, nil
		lookup(t, g, key(1))
		if testutil.ToFloat64(g.metrics.breakerOpen) != 0 {
			t.Error("the breaker is open though Redis is back")
		}
	})
}

// Callers that go away do not open the breaker; callers whose time was up
// before Redis answered do.
func TestGuardedWhatCountsAsFailure(t *testing.T) {
	for _, tt := range []struct {
		name   string
		ctx    func() (context.Context, context.CancelFunc)
		opened bool
	}{
		{"cancelled", func() (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(context.Background())
			go cancel()
			return ctx, cancel
		}, false},
		{"deadline", func() (context.Context, context.CancelFunc) {
			return context.WithTimeout(context.Background(), time.Second)
		}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g, remote, changes := newFlaky()
				defer func() { _ = g.Close() }()
				remote.hang = true
				for i := range 2 * testConfig("").Redis.BreakerFailures {
					ctx, cancel := tt.ctx()
					err := g.Remember(ctx, []Entry{{Key: key(int64(i))}})
					if len(*changes) == 0 && !errors.Is(err, ctx.Err()) {
						t.Errorf("call %d: %v, its ctx: %v", i, err, ctx.Err())
					}
					cancel()
					if s := lookupMemory(t, g, key(int64(i))); !s.Sent {
						t.Errorf("call %d: sent, and not remembered", i)
					}
				}
				if opened := len(*changes) > 0; opened != tt.opened {
					t.Errorf("the breaker opened: %v, want %v", opened, tt.opened)
				}
			})
		})
	}
}

// The event was sent, whatever became of the caller's time.
func TestGuardedRemembersAfterCtxEnded(t *testing.T) {
	g, remote, _ := newFlaky()
	defer func() { _ = g.Close() }()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := g.Remember(ctx, []Entry{{Key: key(1)}}); !errors.Is(err, context.Canceled) {
		t.Errorf("remember: %v", err)
	}
	if !lookupMemory(t, g, key(1)).Sent || remote.calls.Load() != 0 {
		t.Errorf("the event is forgotten, or Redis was called (%d times)", remote.calls.Load())
	}
}

func lookupMemory(t *testing.T, g *Guarded, k Key) State {
	t.Helper()
	return lookup1(t, g.memory, k)
}

// Memory answers for what this process sent; Redis is asked for the rest, in
// the right places.
func TestGuardedMergesLayers(t *testing.T) {
	g, remote, _ := newFlaky()
	defer func() { _ = g.Close() }()
	remember(t, remote.Memory, key(1), someScore) // another process
	remember(t, remote.Memory, key(3), nil)
	remember(t, g, key(2), someScore)

	got := lookup(t, g, key(1), key(2), key(4), key(3))
	want := []State{{true, someScore}, {true, someScore}, {}, {Sent: true}}
	for i := range want {
		if got[i].Sent != want[i].Sent || !bytes.Equal(got[i].Score, want[i].Score) {
			t.Errorf("state %d is %+v, want %+v", i, got[i], want[i])
		}
	}
	if n := remote.asked.Load(); n != 3 {
		t.Errorf("Redis was asked for %d keys, want the 3 without a mark in memory", n)
	}
	lookup(t, g, key(2), key(2))
	if n := remote.calls.Load(); n != 2 { // the Remember and the first Lookup
		t.Errorf("Redis was called %d times, want 2", n)
	}
	for what, counter := range map[string]prometheus.Counter{
		"1 unknown": g.metrics.unknown, "3 sent in memory": g.metrics.sentMemory, "2 sent in redis": g.metrics.sentRedis,
		"3 scores in memory": g.metrics.scoreMemory, "1 score in redis": g.metrics.scoreRedis,
	} {
		if n := testutil.ToFloat64(counter); n != float64(what[0]-'0') {
			t.Errorf("%v counted, want %s", n, what)
		}
	}
}

// A server that is away at the start, comes, goes and comes back. While it is
// away everything works with memory; two processes then do not see each other.
func TestGuardedOnServerThatComesAndGoes(t *testing.T) {
	noLeaks(t)
	srv := miniredis.NewMiniRedis()
	if err := srv.Start(); err != nil {
		t.Fatal(err)
	}
	addr := srv.Addr()
	srv.Close()

	c := testConfig(addr)
	c.Redis.BreakerOpen = time.Millisecond
	states := make(chan bool, 100)
	g := newTestGuarded(t, c, Options{OnStateChange: func(open bool, _ error) { states <- open }})
	other := newTestGuarded(t, c, Options{})
	patience, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	// until calls the store until its breaker says open.
	until := func(open bool) {
		t.Helper()
		for {
			lookup(t, g, key(0))
			select {
			case got := <-states:
				if got == open {
					return
				}
			case <-patience.Done():
				t.Fatalf("the breaker never said %v", open)
			default:
			}
		}
	}

	until(true) // gone at start
	remember(t, g, key(1), someScore)
	if err := srv.StartAddr(addr); err != nil {
		t.Fatal(err)
	}
	until(false) // there
	remember(t, g, key(2), someScore)
	// A process whose breaker is open may have to knock more than once, and the mark of
	// the outage is written a moment after Redis is back.
	for !lookup1(t, other, key(2)).Sent || !lookup1(t, other, key(1)).Sent {
		if patience.Err() != nil {
			t.Fatal("another process never sees the marks")
		}
	}
	srv.Close()
	until(true) // gone in mid-run
	remember(t, g, key(3), nil)
	for rev := range int64(3) {
		if !lookup1(t, g, key(rev+1)).Sent {
			t.Errorf("revision %d is forgotten", rev+1)
		}
	}
	if err := srv.StartAddr(addr); err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	until(false) // back again
	if !lookup1(t, g, key(3)).Sent {
		t.Error("the mark of the outage is forgotten")
	}
}

// Every metric is registered, under a name and with help that pass the linter.
func TestMetricsLint(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	g := newTestGuarded(t, testConfig(mini(t).Addr()), Options{Registerer: reg})
	remember(t, g, key(1), someScore)
	lookup(t, g, key(1), key(2))
	problems, err := testutil.GatherAndLint(reg)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
	if n, err := testutil.GatherAndCount(reg); err != nil || n < 15 {
		t.Errorf("%d series: %v", n, err)
	}
}

// What Redis does not take waits within bounds, the latest of it.
func TestOverdueMarksAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, m := testConfig(""), newMetrics(nil)
		c.Memory.Entries = 2 * maxOverdue
		remote := &flaky{Memory: NewMemory(testConfig(""), nil), err: errors.New("down")}
		g := newGuarded(c, newMemory(c, m), remote, m, nil)
		defer func() { _ = g.Close() }()
		n := int64(c.Memory.Entries + 10)
		for i := range n {
			remember(t, g, key(i), nil)
		}
		if kept, dropped := testutil.ToFloat64(m.overdueMarks), testutil.ToFloat64(m.droppedMarks); kept != float64(n-10) || dropped != 10 {
			t.Errorf("%v marks kept and %v dropped", kept, dropped)
		}
		time.Sleep(c.Redis.BreakerOpen + 1) // an attempt that must not be made: the breaker is open
		remote.err = nil
		lookup(t, g, key(n)) // finds Redis back
		time.Sleep(c.Redis.BreakerOpen + 1)
		for i := range n {
			if sent := lookup1(t, remote.Memory, key(i)).Sent; sent != (i >= 10) {
				t.Fatalf("in Redis of mark %d: %v", i, sent)
			}
		}
		if left := testutil.ToFloat64(m.overdueMarks); left != 0 {
			t.Errorf("%v marks are left", left)
		}
	})
}
