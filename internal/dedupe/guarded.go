package dedupe

import (
	"context"
	"errors"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/sony/gobreaker/v2"
)

// Guarded is the store the pipeline uses: memory first, Redis behind a breaker.
// A Redis that fails costs a few calls one timeout each; then the breaker opens
// and nobody waits, but for one call per breaker_open that tries Redis again.
// The package comment says which repeats an outage makes possible.
type Guarded struct {
	config  Config
	memory  *Memory
	remote  remote // nil: memory alone
	breaker *gobreaker.CircuitBreaker[Work]
	metrics *metrics
	held    *held
	overdue *overdue // nil without Redis

	onStateChange func(open bool, err error)
	// cause is the last failure. The breaker's mutex guards it: both hooks
	// that touch it, and nothing else, run under that.
	cause error
}

// remote is the store behind the breaker.
type remote interface {
	Store
	Keeper
	Renew(ctx context.Context, claims []*Claim) error
	Check(ctx context.Context) ([]string, error)
}

// Options are what a [Guarded] needs besides its settings.
type Options struct {
	Registerer prometheus.Registerer // nil: metrics are not exported
	// Member names this process over its restarts, and no other that lives at the same
	// time. Empty: claims that a crash leaves behind are waited for until they expire.
	Member string
	// OnStateChange hears once when Redis is given up (open, with the error
	// that decided it) and once when it is back. It is called in order and
	// must neither block nor call the store. nil: nobody listens.
	OnStateChange func(open bool, err error)
}

// New makes the store that c describes; without an address it is memory alone.
func New(c Config, o Options) (*Guarded, error) {
	c = c.resolved()
	m := newMetrics(o.Registerer)
	if !c.Redis.Enabled() {
		return newGuarded(c, newMemory(c, m), nil, m, o.OnStateChange), nil
	}
	remote, err := newRedis(c, m, o.Member)
	if err != nil {
		return nil, err
	}
	return newGuarded(c, newMemory(c, m), remote, m, o.OnStateChange), nil
}

func newGuarded(c Config, memory *Memory, remote remote, m *metrics, onChange func(bool, error)) *Guarded {
	g := &Guarded{config: c, memory: memory, remote: remote, metrics: m, onStateChange: onChange}
	g.breaker = gobreaker.NewCircuitBreaker[Work](gobreaker.Settings{
		Timeout: c.Redis.BreakerOpen,
		ReadyToTrip: func(n gobreaker.Counts) bool {
			return n.ConsecutiveFailures >= uint32(c.Redis.BreakerFailures)
		},
		// A caller that went away says nothing about Redis. One whose time was
		// up does: with a deadline under ours, a Redis that hangs would
		// otherwise never count as failing.
		IsExcluded:    func(err error) bool { return errors.Is(err, context.Canceled) || errors.Is(err, ErrClosed) },
		IsSuccessful:  g.succeeded,
		OnStateChange: g.changed,
	})
	g.held = newHeld(c.Claim, g.renew)
	if remote != nil {
		g.overdue = newOverdue(c, m, g.catchUp)
	}
	return g
}

func (g *Guarded) succeeded(err error) bool {
	if err != nil {
		g.cause = err
	}
	return err == nil
}

// changed tells of leaving and reaching the closed state only. Half-open is
// Redis being tried; a failed try changes nothing for anybody.
func (g *Guarded) changed(_ string, from, to gobreaker.State) {
	if from != gobreaker.StateClosed && to != gobreaker.StateClosed {
		return
	}
	open, err := to != gobreaker.StateClosed, error(nil)
	if open {
		err = g.cause
		g.metrics.breakerOpen.Set(1)
	} else {
		g.metrics.breakerOpen.Set(0)
	}
	if g.onStateChange != nil {
		g.onStateChange(open, err)
	}
}

// Lookup implements [Store]. Redis is asked for the keys that memory has no
// mark of; when it fails, what memory knows is the answer.
func (g *Guarded) Lookup(ctx context.Context, keys []Key) ([]State, error) {
	w, err := g.memory.peek(ctx, keys)
	g.countMemory(w.States)
	if err == nil && g.remote != nil {
		err = g.ask(ctx, keys, &w, func(asked []Key) (Work, error) {
			found, err := g.remote.Lookup(ctx, asked)
			return Work{States: found}, err
		})
	}
	if err != nil {
		return nil, err
	}
	g.countUnknown(w.States)
	return w.States, nil
}

// ask makes of w, what memory knows, what is known. A mark in memory is true
// whatever Redis says, so only the other keys are asked for. Of those Redis has
// the last word while it answers: what another process forgot is not to come back
// from this one's memory. Its errors are those of failed.
func (g *Guarded) ask(ctx context.Context, keys []Key, w *Work, remote func([]Key) (Work, error)) error {
	asked := unsent(keys, w.States)
	if len(asked) == 0 {
		return nil
	}
	found, err := g.breaker.Execute(func() (Work, error) { return remote(asked) })
	if err != nil {
		return g.failed(ctx, err, &g.metrics.lookup)
	}
	next := 0
	for i := range w.States {
		if w.States[i].Sent {
			continue
		}
		if found.States[next].Sent {
			g.metrics.sentRedis.Inc()
		}
		switch inMemory, inRedis := w.States[i].Score != nil, found.States[next].Score != nil; {
		case inRedis && !inMemory:
			g.metrics.scoreRedis.Inc()
		case inMemory && !inRedis:
			g.memory.dropScore(&keys[i])
		}
		w.States[i] = found.States[next]
		next++
	}
	// What is hidden may be known here alone: Redis was away, or was emptied. This
	// process hears of everything that is shown again, too.
	hidden := w.Hidden
	w.Gone, w.Hidden, w.Held = found.Gone, found.Hidden, found.Held
	w.hide(hidden)
	if found.Claim != nil {
		w.Claim = found.Claim
	}
	return nil
}

// unsent returns the keys without a mark; mostly that is all of them.
func unsent(keys []Key, states []State) []Key {
	sent := 0
	for i := range states {
		if states[i].Sent {
			sent++
		}
	}
	switch sent {
	case 0:
		return keys
	case len(keys):
		return nil
	}
	rest := make([]Key, 0, len(keys)-sent)
	for i := range keys {
		if !states[i].Sent {
			rest = append(rest, keys[i])
		}
	}
	return rest
}

// Remember implements [Store]. Memory takes the entries in any case, even when
// ctx has ended: the events were sent. A failure of Redis is counted and is no
// error.
func (g *Guarded) Remember(ctx context.Context, entries []Entry) error {
	return g.End(ctx, nil, Result{Entries: entries})
}

// failed counts a call that Redis did not serve and returns what the caller
// has to hear of it: only that its own ctx ended, or the store was closed.
func (g *Guarded) failed(ctx context.Context, err error, m *operationMetrics) error {
	if errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, gobreaker.ErrTooManyRequests) {
		m.refused.Inc()
		return nil
	}
	if errors.Is(err, ErrClosed) {
		return ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	m.failed.Inc()
	return nil
}

func (g *Guarded) countMemory(states []State) {
	for i := range states {
		if states[i].Sent {
			g.metrics.sentMemory.Inc()
		}
		if states[i].Score != nil {
			g.metrics.scoreMemory.Inc()
		}
	}
}

func (g *Guarded) countUnknown(states []State) {
	for i := range states {
		if !states[i].Sent && states[i].Score == nil {
			g.metrics.unknown.Inc()
		}
	}
}

// Close implements [Store]. Claims that are still held expire.
func (g *Guarded) Close() error {
	g.held.stop()
	if g.overdue != nil {
		g.overdue.stop()
	}
	err := g.memory.Close()
	if g.remote != nil {
		err = errors.Join(err, g.remote.Close())
	}
	return err
}
