package dedupe

import (
	"context"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// testRedis is the address of a real Redis that the tests may write to.
func testRedis() string { return os.Getenv("REVSCORE_TEST_REDIS") }

var someScore = []byte(`{"prediction":true,"probability":{"true":0.75,"false":0.25}}`)

// testConfig has lifetimes the suite moves past and deadlines that a loaded
// machine keeps.
func testConfig(addr string) Config {
	c := DefaultConfig()
	c.SentTTL, c.ScoreTTL, c.NegativeTTL, c.HiddenTTL, c.TTLJitter = time.Hour, 3*time.Hour, 10*time.Minute, 24*time.Hour, 0
	c.Claim = ClaimConfig{TTL: time.Minute}
	c.Redis.Timeout, c.Redis.DialTimeout = 10*time.Second, 10*time.Second
	if addr != "" {
		c.Redis.Addresses = []string{addr}
	}
	return c
}

// fakeClock is a clock that stands until it is moved.
type fakeClock struct{ moved atomic.Int64 }

func (c *fakeClock) advance(d time.Duration) { c.moved.Add(int64(d)) }

func (c *fakeClock) drive(m *Memory) {
	m.now = func() time.Time { return m.start.Add(time.Duration(c.moved.Load())) }
}

func newTestRedis(t testing.TB, c Config) *Redis {
	t.Helper()
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	s, err := NewRedis(c, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

func newTestGuarded(t testing.TB, c Config, o Options) *Guarded {
	t.Helper()
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	s, err := New(c, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

// mini starts a miniredis whose clock stands with FastForward.
func mini(t testing.TB) *miniredis.Miniredis {
	t.Helper()
	return miniredis.RunT(t)
}

// noLeaks fails the test when a goroutine of this package outlives it. Call it
// first, so that it looks after every other cleanup.
func noLeaks(t *testing.T) {
	t.Helper()
	t.Cleanup(func() {
		buf := make([]byte, 1<<20)
		stacks := string(buf[:runtime.Stack(buf, true)])
		for stack := range strings.SplitSeq(stacks, "\n\n") {
			if strings.Contains(stack, "dedupe.(*coalescer).collect") || strings.Contains(stack, "dedupe.(*held).run") {
				t.Errorf("goroutine left behind:\n%s", stack)
			}
		}
	})
}

func key(rev int64) Key {
	return Key{Stream: "score-damaging", Wiki: "enwiki", Model: "damaging", Version: "0.5.1", RevID: rev}
}

func lookup1(t testing.TB, s Store, k Key) State {
	t.Helper()
	return lookup(t, s, k)[0]
}

func lookup(t testing.TB, s Store, keys ...Key) []State {
	t.Helper()
	states, err := s.Lookup(context.Background(), keys)
	if err != nil {
		t.Fatalf("lookup: %v", err)
	}
	if len(states) != len(keys) {
		t.Fatalf("lookup of %d keys has %d states", len(keys), len(states))
	}
	return states
}

func remember(t testing.TB, s Store, k Key, score []byte) {
	t.Helper()
	if err := s.Remember(context.Background(), []Entry{{Key: k, Score: score}}); err != nil {
		t.Fatalf("remember: %v", err)
	}
}

func begin(t testing.TB, s Store, keys ...Key) Work {
	t.Helper()
	w, err := s.Begin(context.Background(), keys)
	if err != nil {
		t.Fatalf("begin: %v", err)
	}
	if len(w.States) != len(keys) || w.Claim == nil {
		t.Fatalf("begin of %d keys has %d states and claim %v", len(keys), len(w.States), w.Claim)
	}
	return w
}

func end(t testing.TB, s Store, c *Claim, r Result) {
	t.Helper()
	if err := s.End(context.Background(), c, r); err != nil {
		t.Fatalf("end: %v", err)
	}
}

// wantGranted checks that nobody has the revision of k, and leaves it so.
func wantGranted(t testing.TB, s Store, k Key) {
	t.Helper()
	w := begin(t, s, k)
	if !w.Claim.Granted() || w.Held != 0 {
		t.Errorf("revision %d is held for %v, want it free", k.RevID, w.Held)
	}
	s.Release(w.Claim)
}

// wantHeld checks that somebody has the revision of k, for no more than longest.
func wantHeld(t testing.TB, s Store, k Key, longest time.Duration) {
	t.Helper()
	w := begin(t, s, k)
	if w.Claim.Granted() || w.Held <= 0 || w.Held > longest {
		t.Errorf("revision %d: granted %v, held for %v, want it held for at most %v", k.RevID, w.Claim.Granted(), w.Held, longest)
		s.Release(w.Claim)
	}
}
