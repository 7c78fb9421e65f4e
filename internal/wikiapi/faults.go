package wikiapi

import (
	"context"
	"time"
)

// Faults are what a test wants to go wrong. A count of n concerns every n-th
// request, the first of them being request n; 0 means none.
type Faults struct {
	// Lag is the replication lag in seconds that requests with a smaller maxlag
	// are refused for. LagEvery restricts it; 0 means every request.
	Lag      int
	LagEvery int
	// ErrorEvery answers status 503 with a proxy's text.
	ErrorEvery int
	// SlowEvery waits for Slow before it answers, or until the client leaves.
	SlowEvery int
	Slow      time.Duration
	// CutEvery breaks the connection in the middle of the body.
	CutEvery int
}

func due(n int64, every int) bool { return every > 0 && n%int64(every) == 0 }

func (f *Faults) lag(n int64) int {
	if f.LagEvery == 0 || due(n, f.LagEvery) {
		return f.Lag
	}
	return 0
}

// slow waits if it is due; false means that the client left.
func (f *Faults) slow(ctx context.Context, n int64) bool {
	if !due(n, f.SlowEvery) {
		return true
	}
	t := time.NewTimer(f.Slow)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
