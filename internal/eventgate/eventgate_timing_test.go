package eventgate

import (
	"fmt"
	"net/http/httptest"
	"sync"
	"testing"

	"revscore/internal/gatesim"
)

// Score events through the sink, over loopback, to a gate that takes everything.
func BenchmarkPublish(b *testing.B) {
	for _, inFlight := range []int{1, 8} {
		b.Run(fmt.Sprintf("in_flight=%d", inFlight), func(b *testing.B) {
			messages := scored(b, 10_000, 5000, 1)
			server := httptest.NewServer(gatesim.New(nil, 1))
			defer server.Close()
			cfg := DefaultConfig()
			cfg.URL, cfg.InFlight = server.URL, inFlight
			s, err := New(cfg, nil)
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			var failed sync.Once
			done := func(err error) {
				if err != nil {
					failed.Do(func() { b.Error(err) })
				}
			}
			b.ReportAllocs()
			b.SetBytes(int64(len(messages[0].Value)))
			n := 0
			for b.Loop() {
				s.Publish(b.Context(), messages[n%len(messages)], done)
				n++
			}
			if err := s.Flush(b.Context()); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
		})
	}
}
