package feed

import (
	"sync/atomic"
	"testing"

	"revscore/internal/score"
)

// BenchmarkObserve is what an observer costs the pipeline for each report, with
// all goroutines at it.
func BenchmarkObserve(b *testing.B) {
	hub := NewHub()
	defer hub.Close()
	for _, bb := range []struct {
		name    string
		observe func(score.Report)
	}{{"tally", NewTally().Observe}, {"hub", hub.Observe}} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			var offset atomic.Int64
			b.RunParallel(func(pb *testing.PB) {
				r := scored(1, "reverted", 0.5)
				for pb.Next() {
					r.Record.Offset = offset.Add(1)
					bb.observe(r)
				}
			})
		})
	}
}
