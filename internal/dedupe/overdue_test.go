package dedupe

import (
	"context"
	"runtime"
	"testing"
)

// In a long outage each mark drives an old one out. That costs what a mark costs, not what
// all of them do.
func TestOverdueMarksAreCheapToDrop(t *testing.T) {
	c := DefaultConfig()
	c.Memory.Entries = 50_000
	o := newOverdue(c, newMetrics(nil), func(context.Context, []Entry) error { return errAway })
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	const n = 60_000
	for rev := range int64(n) {
		o.add([]Entry{{Key: key(rev)}})
	}
	runtime.ReadMemStats(&after)
	o.stop()
	if got := (after.TotalAlloc - before.TotalAlloc) >> 20; got > 200 {
		t.Errorf("%d marks took %d MB", n, got)
	}
	if len(o.marks) != c.Memory.Entries || o.marks[0].Key.RevID != n-int64(c.Memory.Entries) {
		t.Errorf("%d marks, the first is %d", len(o.marks), o.marks[0].Key.RevID)
	}
}
