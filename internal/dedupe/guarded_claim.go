package dedupe

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/sony/gobreaker/v2"
)

// How often Begin looks whether a claim of another process is gone: soon at
// first, for most work takes milliseconds. Polling and no notification: waiting is
// rare (a rebalance), keyspace events have to be switched on at the server, are
// not delivered again to whoever was cut off, and on a cluster come from each node
// by itself, so that one would poll all the same. Polls of many events are one
// request, like all calls.
const (
	firstPoll = 10 * time.Millisecond
	lastPoll  = 250 * time.Millisecond
)

// Begin implements [Store]. While another process has the claim it waits, at most
// claim.wait: until the other has sent, or the claim is given back, or has
// expired because the other crashed. After that it returns with Held set and
// without a claim, and the work is done twice. Without Redis there is no claim
// and no wait.
func (g *Guarded) Begin(ctx context.Context, keys []Key) (Work, error) {
	if err := oneRevision(keys); err != nil {
		return Work{}, err
	}
	w, err := g.try(ctx, keys)
	if err == nil && w.Held > 0 && g.config.Claim.Wait > 0 {
		w, err = g.wait(ctx, keys, w)
	}
	if err != nil {
		return Work{}, err
	}
	if w.Gone != "" {
		g.metrics.goneKnown.Inc()
	}
	if w.Hidden != (Hidden{}) {
		g.metrics.hiddenKnown.Inc()
	}
	g.countUnknown(w.States)
	if w.Claim.Granted() {
		g.held.add(w.Claim)
	}
	return w, nil
}

// try is one Begin, without a wait.
func (g *Guarded) try(ctx context.Context, keys []Key) (Work, error) {
	if g.remote == nil {
		w, err := g.memory.Begin(ctx, keys)
		g.countMemory(w.States)
		return w, err
	}
	w, err := g.memory.peek(ctx, keys)
	g.countMemory(w.States)
	if err == nil {
		err = g.ask(ctx, keys, &w, func(asked []Key) (Work, error) { return g.remote.Begin(ctx, asked) })
	}
	return w, err
}

func (g *Guarded) wait(ctx context.Context, keys []Key, w Work) (Work, error) {
	begin, pause := time.Now(), firstPoll
	defer func() { g.metrics.claimWait.Observe(time.Since(begin).Seconds()) }()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for w.Held > 0 {
		left := g.config.Claim.Wait - time.Since(begin)
		if left <= 0 {
			g.metrics.claimsGivenUp.Inc()
			break
		}
		// Between half and all of the pause, so that those who wait for one
		// claim do not come in step; and no later than it expires.
		next := pause/2 + rand.N(pause/2)
		timer.Reset(min(next, left, w.Held+time.Millisecond))
		select {
		case <-timer.C:
		case <-ctx.Done():
			return Work{}, ctx.Err()
		}
		pause = min(2*pause, lastPoll)
		var err error
		if w, err = g.try(ctx, keys); err != nil {
			return Work{}, err
		}
	}
	return w, nil
}

// End implements [Store]. Memory takes the result in any case, even when ctx has
// ended: the events were sent. A failure of Redis is counted and is no error.
func (g *Guarded) End(ctx context.Context, c *Claim, r Result) error {
	if g.remote == nil {
		// Not ctx, for the same reason.
		if err := g.memory.End(context.WithoutCancel(ctx), c, r); err != nil {
			return err
		}
		g.held.remove(c)
		return ctx.Err()
	}
	if err := g.memory.remember(c, r); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		g.overdue.add(r.Entries)
		return err
	}
	if len(r.Entries) == 0 && r.Gone == "" && !c.Granted() {
		return nil
	}
	g.held.remove(c)
	_, err := g.breaker.Execute(func() (Work, error) { return Work{}, g.remote.End(ctx, c, r) })
	if c != nil && c.spoilt.Load() {
		g.memory.forget(c.wiki, c.rev)
	}
	if err != nil {
		g.overdue.add(r.Entries)
		return g.failed(ctx, err, &g.metrics.remember)
	}
	return nil
}

// catchUp writes marks that Redis did not take, unless it is left alone.
func (g *Guarded) catchUp(ctx context.Context, marks []Entry) error {
	if g.breaker.State() != gobreaker.StateClosed {
		return errAway
	}
	_, err := g.breaker.Execute(func() (Work, error) { return Work{}, g.remote.End(ctx, nil, Result{Entries: marks}) })
	if err != nil {
		_ = g.failed(ctx, err, &g.metrics.remember)
	}
	return err
}

// Release implements [Store].
func (g *Guarded) Release(c *Claim) {
	if !c.Granted() || c.settled.Load() {
		return
	}
	_ = g.End(context.Background(), c, Result{}) // counted; what remains expires
}

// renew gives the claims of long work their lifetime again. A claim that is lost
// is counted where it is found out, and so is a Redis that fails.
func (g *Guarded) renew(ctx context.Context, claims []*Claim) {
	if g.remote == nil {
		_ = g.memory.Renew(ctx, claims)
		return
	}
	_, err := g.breaker.Execute(func() (Work, error) { return Work{}, g.remote.Renew(ctx, claims) })
	if err != nil {
		_ = g.failed(ctx, err, &g.metrics.remember)
	}
}

// Renew does once more what Guarded does by itself for as long as a claim is held.
func (g *Guarded) Renew(ctx context.Context, claims []*Claim) error {
	if g.remote == nil {
		return g.memory.Renew(ctx, claims)
	}
	return g.remote.Renew(ctx, claims)
}

// Forget implements [Keeper]. Unlike the calls for an event it fails when Redis
// does: whoever hides a revision has to try again.
func (g *Guarded) Forget(ctx context.Context, wiki string, revs []int64) (int64, error) {
	n, err := g.memory.Forget(ctx, wiki, revs)
	if err != nil || g.remote == nil {
		return n, err
	}
	if err := g.away(); err != nil {
		return n, fmt.Errorf("forget %d revisions of %s: %w", len(revs), wiki, err)
	}
	return g.remote.Forget(ctx, wiki, revs)
}

// Hide implements [Keeper].
func (g *Guarded) Hide(ctx context.Context, wiki string, revs []int64, h Hidden) (int64, error) {
	return g.HideAt(ctx, wiki, revs, h, time.Now())
}

// HideAt implements [Keeper]. This process knows of it even when Redis fails, which is
// an error as with Forget: whoever comes after this process has to be told.
func (g *Guarded) HideAt(ctx context.Context, wiki string, revs []int64, h Hidden, at time.Time) (int64, error) {
	n, err := g.memory.HideAt(ctx, wiki, revs, h, at)
	if err != nil || g.remote == nil {
		return n, err
	}
	if err := g.away(); err != nil {
		return n, fmt.Errorf("hide %d revisions of %s: %w", len(revs), wiki, err)
	}
	return g.remote.HideAt(ctx, wiki, revs, h, at)
}

// errAway is the answer to those who cannot do without Redis while it is left alone.
// They need not wait for a timeout each.
var errAway = errors.New("redis failed and is left alone for a while")

func (g *Guarded) away() error {
	if g.breaker.State() == gobreaker.StateOpen {
		return errAway
	}
	return nil
}

// HiddenOf implements [Keeper]. What this process was told counts beside what is in
// Redis.
func (g *Guarded) HiddenOf(ctx context.Context, wiki string, revs []int64) ([]Hidden, error) {
	hidden, err := g.memory.HiddenOf(ctx, wiki, revs)
	if err != nil || g.remote == nil {
		return hidden, err
	}
	shared, err := g.remote.HiddenOf(ctx, wiki, revs)
	if err != nil {
		return nil, err
	}
	for i := range hidden {
		hidden[i] = hidden[i].or(shared[i])
	}
	return hidden, nil
}

// Purge implements [Keeper]. It counts what was in Redis if there is one.
func (g *Guarded) Purge(ctx context.Context, f Filter) (Purged, error) {
	p, err := g.memory.Purge(ctx, f)
	if err != nil || g.remote == nil {
		return p, err
	}
	return g.remote.Purge(ctx, f)
}

// Stats implements [Keeper]. It counts what is in Redis if there is one.
func (g *Guarded) Stats(ctx context.Context) (Stats, error) {
	if g.remote == nil {
		return g.memory.Stats(ctx)
	}
	return g.remote.Stats(ctx)
}

// Check says what about the Redis server threatens the marks; see [Redis.Check].
func (g *Guarded) Check(ctx context.Context) ([]string, error) {
	if g.remote == nil {
		return nil, nil
	}
	warnings, err := g.remote.Check(ctx)
	if err != nil && errors.Is(err, ErrClosed) {
		return nil, ErrClosed
	}
	if err != nil {
		return nil, fmt.Errorf("check redis: %w", err)
	}
	return warnings, nil
}
