package fetch

import (
	"time"

	"github.com/cenkalti/backoff/v5"
	"golang.org/x/sync/semaphore"
)

// flight is one revision being fetched, for any number of callers.
type flight struct {
	key
	done chan struct{} // closed when text or failure is set

	text    *Text
	failure *failure

	// The rest is guarded by Client.mu until done is closed.

	queued    time.Time // when it was first asked for
	deadline  time.Time // no call begins later
	notBefore time.Time // its own pause; zero: none
	share     int       // size of the largest call that it may be part of
	tries     int       // failed calls that it was part of
	suspected int       // those of them for which it may be the reason
	last      *fault    // of the last failed call; nil: none has

	freshUntil time.Time // until then, missing may mean not replicated yet
	patience   int       // how often it may still be asked for again because of that
	delays     *backoff.ExponentialBackOff
}

// host is one API and the revisions that wait for it. It has up to CallsPerWiki
// workers, goroutines that exist only while there is something to do. At most
// one of them gathers ids for the next call; the others are calling. So ids that
// come while all are calling pile up and share the next call.
type host struct {
	api   string
	slots *semaphore.Weighted // one for each flight; bounds what waits and is called
	calls *semaphore.Weighted // one for each call: workers and questions of other kinds
	wake  chan struct{}       // tells the gatherer of new flights

	// Guarded by Client.mu.

	callers   int // inside Client.request or Client.Query
	workers   int
	gathering bool
	pending   []*flight // to be called, oldest first
	limit     int       // ids in one call
	paused    time.Time // no call begins earlier
	pauses    *backoff.ExponentialBackOff
}

func newHost(api string, cfg Config) *host {
	return &host{
		api: api, limit: cfg.BatchSize, pauses: newBackOff(cfg),
		slots: semaphore.NewWeighted(int64(cfg.Queue)),
		calls: semaphore.NewWeighted(int64(cfg.CallsPerWiki)),
		wake:  make(chan struct{}, 1),
	}
}

// newBackOff doubles the pause each time and takes half to one and a half of it,
// so that instances which failed together do not come back together.
func newBackOff(cfg Config) *backoff.ExponentialBackOff {
	b := &backoff.ExponentialBackOff{
		InitialInterval: cfg.RetryMin, MaxInterval: cfg.RetryMax,
		Multiplier: 2, RandomizationFactor: 0.5,
	}
	b.Reset()
	return b
}

// idle tells whether nobody would miss the host.
func (h *host) idle(now time.Time) bool {
	return h.callers == 0 && h.workers == 0 && len(h.pending) == 0 && !h.paused.After(now)
}

// pause keeps calls away for at least d.
func (h *host) pause(now time.Time, d time.Duration) {
	if until := now.Add(d); until.After(h.paused) {
		h.paused = until
	}
}

// cut takes the flights of the next call from the queue. While it is too early
// for one, it returns how long to wait; there must be a flight.
func (h *host) cut(now time.Time, batchWait time.Duration) (batch []*flight, wait time.Duration) {
	ready, first := 0, time.Time{}
	for _, f := range h.pending {
		at := f.queued.Add(batchWait)
		if f.notBefore.After(at) {
			at = f.notBefore
		}
		if !f.notBefore.After(now) {
			ready++
		}
		if first.IsZero() || at.Before(first) {
			first = at
		}
	}
	if ready >= h.limit && first.After(now) {
		first = now // full: nothing to wait for
	}
	if h.paused.After(first) {
		first = h.paused
	}
	if first.After(now) {
		return nil, first.Sub(now)
	}
	rest := h.pending[:0]
	size := h.limit
	for _, f := range h.pending {
		if len(batch) < min(size, f.share) && !f.notBefore.After(now) {
			size = min(size, f.share)
			batch = append(batch, f)
		} else {
			rest = append(rest, f)
		}
	}
	clear(h.pending[len(rest):])
	h.pending = rest
	return batch, 0
}
