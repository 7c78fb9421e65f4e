package audit

import (
	"runtime"
	"testing"

	"revscore/internal/event"
)

// BenchmarkMemory is what one answer costs, after the load of the map: it has just grown
// at 1.0M and is nearly full at 1.8M.
func BenchmarkMemory(b *testing.B) {
	for name, n := range map[string]int64{"1.0M": 1_000_000, "1.2M": 1_200_000, "1.8M": 1_800_000} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				var before, after runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&before)
				l := New(both, 0)
				for i := range n {
					l.entries[keyOf("s", "enwiki", i, "m")] = entry{offset: i}
				}
				runtime.GC()
				runtime.ReadMemStats(&after)
				b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(n), "B/answer")
				runtime.KeepAlive(l)
			}
		})
	}
}

func BenchmarkInputs(b *testing.B) {
	value := []byte(edit("enwiki", 1))
	l := New(both, 0)
	b.ReportAllocs()
	for b.Loop() {
		if err := l.want(event.Record{Value: value, Received: noon}); err != nil {
			b.Fatal(err)
		}
	}
}
