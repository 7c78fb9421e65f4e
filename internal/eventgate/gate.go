package eventgate

import (
	"time"

	"github.com/cenkalti/backoff/v5"
)

// gate is what the sink believes of the gate as a whole. What fails a whole
// request (no connection, no answer, 429, a proxy's 503) fails the next one too:
// the first such failure makes all wait, and then one request at a time tries
// again until one succeeds.
//
// That is a breaker whose open time grows. A library's breaker beside it would
// decide the same thing twice, and refuse events where the queue holds them.
//
// The sink's lock guards it.
type gate struct {
	failing bool
	closed  time.Time // until when no request is begun
	delays  *backoff.ExponentialBackOff
	longest time.Duration // that the gate may ask for
}

// failed notes the failure of a request; asked is what the gate asked for (0:
// nothing). Requests that were on their way together fail together and count once.
func (g *gate) failed(now time.Time, asked time.Duration) {
	g.failing = true
	if !g.closed.After(now) {
		g.closed = now.Add(g.delays.NextBackOff())
	}
	if until := now.Add(min(asked, g.longest)); until.After(g.closed) {
		g.closed = until
	}
}

// answered notes that the gate works.
func (g *gate) answered() {
	if g.failing {
		g.failing, g.closed = false, time.Time{}
		g.delays.Reset()
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
