package dedupe

import (
	"context"
	"sync"
	"time"
)

// held are the claims this process holds, and a goroutine that renews those whose
// work takes long. Most work is done within a third of a claim's lifetime, and
// then it costs a link in a ring: the ring is in the order of renewal, so that
// only what is due is looked at.
type held struct {
	ttl     time.Duration
	renew   func(context.Context, []*Claim)
	running sync.WaitGroup
	cancel  context.CancelFunc

	mu   sync.Mutex
	root Claim // root.next is the one renewed longest ago
}

func newHeld(c ClaimConfig, renew func(context.Context, []*Claim)) *held {
	h := &held{ttl: c.TTL, renew: renew}
	h.root.prev, h.root.next = &h.root, &h.root
	ctx, cancel := context.WithCancel(context.Background())
	h.cancel = cancel
	if h.ttl > 0 {
		h.running.Go(func() { h.run(ctx) })
	}
	return h
}

// run looks every sixth of a lifetime for claims older than a third: one that
// Redis does not take at once has two more tries before it expires.
func (h *held) run(ctx context.Context) {
	tick := time.NewTicker(h.ttl / 6)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		for due := h.due(time.Now()); len(due) > 0; due = h.due(time.Now()) {
			h.renew(ctx, due)
		}
	}
}

// maxRenew bounds the claims renewed by one call.
const maxRenew = 1000

// due takes the claims that are to be renewed now, and counts them as renewed.
func (h *held) due(now time.Time) []*Claim {
	h.mu.Lock()
	defer h.mu.Unlock()
	var due []*Claim
	for c := h.root.next; c != &h.root && now.Sub(c.renewed) >= h.ttl/3 && len(due) < maxRenew; c = h.root.next {
		h.unlink(c)
		h.link(c, now)
		due = append(due, c)
	}
	return due
}

func (h *held) add(c *Claim) {
	now := time.Now()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.link(c, now)
}

// remove does nothing for a claim that was not added or is removed already.
func (h *held) remove(c *Claim) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c != nil && c.next != nil {
		h.unlink(c)
	}
}

func (h *held) link(c *Claim, now time.Time) {
	c.renewed = now
	c.prev, c.next = h.root.prev, &h.root
	c.prev.next, h.root.prev = c, c
}

func (h *held) unlink(c *Claim) {
	c.prev.next, c.next.prev = c.next, c.prev
	c.prev, c.next = nil, nil
}

// stop ends the renewals and waits for one in progress.
func (h *held) stop() {
	h.cancel()
	h.running.Wait()
}
