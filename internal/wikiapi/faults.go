package wikiapi

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
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

// ParseFaults reads faults as flags and tests write them:
// "error_every=5 slow_every=1 slow=5s lag=9 lag_every=3 cut_every=7". What is not
// named is off.
func ParseFaults(text string) (Faults, error) {
	var f Faults
	counts := map[string]*int{
		"lag": &f.Lag, "lag_every": &f.LagEvery, "error_every": &f.ErrorEvery, "slow_every": &f.SlowEvery, "cut_every": &f.CutEvery,
	}
	for _, word := range strings.Fields(text) {
		name, value, _ := strings.Cut(word, "=")
		var err error
		switch {
		case counts[name] != nil:
			*counts[name], err = strconv.Atoi(value)
		case name == "slow":
			f.Slow, err = time.ParseDuration(value)
		default:
			err = errors.New("there is no such fault")
		}
		if err == nil && (f.Slow < 0 || counts[name] != nil && *counts[name] < 0) {
			err = errors.New("must not be negative")
		}
		if err != nil {
			return Faults{}, fmt.Errorf("fault %q: %w", word, err)
		}
	}
	return f, nil
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
