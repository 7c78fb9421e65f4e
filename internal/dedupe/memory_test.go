package dedupe

import (
	"bytes"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
)

// The newest marks survive, whatever was asked for more often. A cache that
// admits by frequency fails this (see lru).
func TestMemoryKeepsTheNewest(t *testing.T) {
	c := testConfig("")
	c.Memory.Entries = 1000
	m := NewMemory(c, nil)
	const events = 5000
	for rev := range int64(events) {
		lookup(t, m, key(rev), key(rev))
		remember(t, m, key(rev), nil)
	}
	for rev := range int64(events) {
		if got, want := lookup1(t, m, key(rev)).Sent, rev >= events-1000; got != want {
			t.Fatalf("event %d of %d is known: %v, want %v", rev, events, got, want)
		}
	}
	if n := testutil.ToFloat64(m.marks.evicted); n != events-1000 {
		t.Errorf("%v evictions counted, want %d", n, events-1000)
	}
	if n := testutil.ToFloat64(m.marks.entriesGauge); n != 1000 {
		t.Errorf("the gauge says %v entries", n)
	}
}

func TestMemoryUseRenews(t *testing.T) {
	c := testConfig("")
	c.Memory.Entries = 2
	m := NewMemory(c, nil)
	remember(t, m, key(1), nil)
	remember(t, m, key(2), nil)
	lookup(t, m, key(1))
	remember(t, m, key(3), nil)
	if got := lookup(t, m, key(1), key(2), key(3)); !got[0].Sent || got[1].Sent || !got[2].Sent {
		t.Errorf("the longest unused should be gone: %+v", got)
	}
}

// Large scores push out scores, and no marks; the estimate never exceeds the bound.
func TestMemoryBytes(t *testing.T) {
	c := testConfig("")
	c.Memory.Bytes = minMemoryBytes
	m := NewMemory(c, nil)
	large := append(bytes.Repeat([]byte(" "), maxScoreBytes/2), someScore...)
	const events = 20
	for rev := range int64(events) {
		remember(t, m, key(rev), large)
		if m.scores.bytes > c.Memory.Bytes || m.marks.bytes > c.Memory.Bytes {
			t.Fatalf("%d and %d bytes, bound %d", m.scores.bytes, m.marks.bytes, c.Memory.Bytes)
		}
	}
	for rev := range int64(events) {
		s := lookup1(t, m, key(rev))
		if !s.Sent || (s.Score != nil) != (rev >= events-3) {
			t.Errorf("event %d: sent %v, score of %d bytes", rev, s.Sent, len(s.Score))
		}
	}
}

// What has expired gives its bytes back and is no eviction.
func TestMemoryAccounts(t *testing.T) {
	m, clock := NewMemory(testConfig(""), nil), new(fakeClock)
	clock.drive(m)
	remember(t, m, key(1), someScore)
	remember(t, m, key(1), []byte(`{"prediction":1}`))
	clock.advance(4 * time.Hour)
	lookup(t, m, key(1))
	for what, l := range map[string]*lru{"marks": m.marks, "scores": m.scores} {
		if l.bytes != 0 || len(l.index) != 0 || testutil.ToFloat64(l.evicted) != 0 {
			t.Errorf("%s: %d bytes, %d entries, %v evicted", what, l.bytes, len(l.index), testutil.ToFloat64(l.evicted))
		}
	}
}
