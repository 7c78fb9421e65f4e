package fetch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// hire wakes the host's gatherer, or starts a worker to be it. The caller holds
// mu. When all workers are calling, the first to return takes the queue over.
func (c *Client) hire(h *host) {
	switch {
	case len(h.pending) == 0 || c.closed:
	case h.gathering:
		select {
		case h.wake <- struct{}{}:
		default: // it was woken and has not looked yet
		}
	case h.workers < c.cfg.CallsPerWiki:
		h.workers++
		h.gathering = true
		c.start(h)
	}
}

// work is one worker: it gathers a batch, calls, and spreads the answer, until
// the queue is empty or another worker sees to it.
func (c *Client) work(ctx context.Context, h *host) {
	for {
		batch := c.gather(ctx, h)
		if batch == nil {
			return
		}
		ids := make([]int64, len(batch))
		for i, f := range batch {
			ids[i] = f.rev
		}
		ans, fault := c.callInTurn(ctx, h, ids)
		if !c.settle(h, batch, ans, fault) {
			return
		}
	}
}

// callInTurn calls when no more than CallsPerWiki others do.
func (c *Client) callInTurn(ctx context.Context, h *host, ids []int64) (answer, *fault) {
	if err := h.calls.Acquire(ctx, 1); err != nil {
		return answer{}, ofTransport(err)
	}
	defer h.calls.Release(1)
	return c.calls.call(ctx, h.api, ids)
}

// gather waits until a call is due and takes its flights from the queue. Nil
// means that there is nothing to do and the worker is dismissed.
func (c *Client) gather(ctx context.Context, h *host) []*flight {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		now := time.Now()
		c.expire(h, now)
		if len(h.pending) == 0 || c.closed {
			h.gathering = false
			h.workers--
			return nil
		}
		batch, wait := h.cut(now, c.cfg.BatchWait)
		if batch != nil {
			h.gathering = false
			c.hire(h)
			return batch
		}
		c.mu.Unlock()
		sleep(ctx, wait, h.wake)
		c.mu.Lock()
	}
}

// sleep returns after d, or earlier when woken or when the context ends.
func sleep(ctx context.Context, d time.Duration, wake <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-wake:
	case <-ctx.Done():
	}
}

// expire gives up the flights that cannot be called before their deadline. They
// need not wait for it.
func (c *Client) expire(h *host, now time.Time) {
	h.pending = slices.DeleteFunc(h.pending, func(f *flight) bool {
		next := now
		for _, t := range []time.Time{h.paused, f.notBefore} {
			if t.After(next) {
				next = t
			}
		}
		if !next.After(f.deadline) {
			return false
		}
		c.giveUp(h, f)
		return true
	})
}

// giveUp fails a flight that was tried long enough.
func (c *Client) giveUp(h *host, f *flight) {
	why := &failure{kind: CaughtDependencyError, transient: true, code: codeNoTurn, err: errors.New("its turn did not come in time")}
	if f.last != nil {
		why.code, why.err = f.last.code, fmt.Errorf("no answer within %d tries: %w", f.tries, f.last.err)
	}
	c.fail(h, f, why)
}

// settle spreads the outcome of a call and tells whether the worker is to go on,
// as the one who gathers.
func (c *Client) settle(h *host, batch []*flight, ans answer, fault *fault) bool {
	if fault == nil {
		c.cache.put(h.api, ans) // before their flights end, so that nobody finds neither
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		for _, f := range batch {
			c.fail(h, f, failedClosed)
		}
	case fault == nil:
		h.pauses.Reset()
		c.spread(h, batch, ans)
	default:
		c.retreat(h, batch, fault)
	}
	if h.gathering || len(h.pending) == 0 || c.closed {
		h.workers--
		return false
	}
	h.gathering = true
	return true
}

// spread ends the flights that an answer settles and puts the others back.
func (c *Client) spread(h *host, batch []*flight, ans answer) {
	now := time.Now()
	var again []*flight
	left := len(batch) - len(ans.outcomes)
	for _, f := range batch {
		o := ans.outcomes[f.rev] // zero: not mentioned
		switch {
		case o.text != nil:
			f.text = o.text
			c.finish(h, f)
		case o.failure == failedNotFound && c.mayAppear(f, now):
			c.metrics.retries.WithLabelValues(retryFresh).Inc()
			again = append(again, f)
		case o.failure == failedNotFound && f.freshUntil.After(f.queued):
			c.fail(h, f, failedYoung)
		case o.failure != nil:
			c.fail(h, f, o.failure)
		case ans.truncated && len(batch) == 1:
			c.fail(h, f, failedResult)
		case ans.truncated:
			// Asking again for fewer each time ends; following the API's
			// own "continue" need not: for a revision that is larger than a
			// result may be it leads to itself.
			f.share = max(1, min(left, len(batch)-1))
			if left == len(batch) {
				f.share = max(1, len(batch)/2)
			}
			c.metrics.retries.WithLabelValues(retryTruncated).Inc()
			again = append(again, f)
		default:
			if c.tryAgain(h, f, faultLeftOut, retryLeftOut) {
				f.notBefore = now.Add(f.delay(c.cfg))
				again = append(again, f)
			}
		}
	}
	h.pending = append(again, h.pending...)
}

var faultLeftOut = &fault{code: codeLeftOut, err: errors.New("the answer leaves the revision out")}

// mayAppear tells whether a revision that the wiki does not know may be one that
// its replica does not know yet, and if so delays it.
func (c *Client) mayAppear(f *flight, now time.Time) bool {
	if f.patience == 0 || !f.freshUntil.After(now) {
		return false
	}
	next := now.Add(f.delay(c.cfg))
	if next.After(f.deadline) {
		return false
	}
	f.patience--
	f.notBefore = next
	return true
}

// retreat acts on a call that failed as a whole.
func (c *Client) retreat(h *host, batch []*flight, fault *fault) {
	now := time.Now()
	half := max(1, len(batch)/2)
	var again []*flight
	switch {
	case fault.verdict == refused, fault.verdict == tooMany && len(batch) == 1:
		for _, f := range batch {
			c.fail(h, f, &failure{kind: CaughtDependencyError, err: fault.err})
		}
	case fault.verdict == tooLarge && len(batch) == 1:
		c.fail(h, batch[0], &failure{kind: TextTooLarge, err: fault.err})
	case fault.verdict == tooMany, fault.verdict == tooLarge:
		if fault.verdict == tooMany {
			h.limit = min(h.limit, half)
		}
		for _, f := range batch {
			f.share = half
			c.metrics.retries.WithLabelValues(retryHalved).Inc()
		}
		again = batch
	default:
		again = c.later(h, batch, fault, now)
	}
	h.pending = append(again, h.pending...)
}

// later pauses the host after a failure that may pass. A suspect one that has
// come down to a single revision is that revision's own: it waits alone.
func (c *Client) later(h *host, batch []*flight, fault *fault, now time.Time) (again []*flight) {
	alone := fault.verdict == suspect && fault.wait == 0 && len(batch) == 1 && batch[0].suspected > 0
	if !alone {
		h.pause(now, min(max(fault.wait, h.pauses.NextBackOff()), c.cfg.Deadline))
	}
	for _, f := range batch {
		if !c.tryAgain(h, f, fault, retryFailed) {
			continue
		}
		if fault.verdict == suspect {
			// The first time they go again as they are, the next in halves.
			if f.suspected++; f.suspected > 1 {
				f.share = max(1, len(batch)/2)
			}
		}
		if alone {
			f.notBefore = now.Add(f.delay(c.cfg))
		}
		again = append(again, f)
	}
	return again
}

// tryAgain counts a failed call against a flight, and fails it after too many.
func (c *Client) tryAgain(h *host, f *flight, why *fault, reason string) bool {
	f.tries++
	f.last = why
	if f.tries >= c.cfg.Tries {
		c.giveUp(h, f)
		return false
	}
	c.metrics.retries.WithLabelValues(reason).Inc()
	return true
}

// delay is the next pause of a single flight.
func (f *flight) delay(cfg Config) time.Duration {
	if f.delays == nil {
		f.delays = newBackOff(cfg)
	}
	return f.delays.NextBackOff()
}

func (c *Client) fail(h *host, f *flight, why *failure) {
	f.failure = why
	c.finish(h, f)
}

// finish ends a flight whose text or failure is set. The caller holds mu.
func (c *Client) finish(h *host, f *flight) {
	delete(c.flights, f.key)
	h.slots.Release(1)
	close(f.done)
}
