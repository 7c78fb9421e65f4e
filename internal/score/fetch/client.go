package fetch

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Client fetches texts. It is safe for concurrent use.
type Client struct {
	cfg     Config
	routes  routes
	calls   *caller
	cache   *cache
	metrics *metrics

	start   func(*host) // runs a worker that ends when Close is called
	cancel  context.CancelFunc
	workers sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	hosts   map[string]*host
	flights map[key]*flight // fetched or to be fetched
}

// Option changes a client that is being built.
type Option func(*options)

type options struct{ transport http.RoundTripper }

// WithTransport sends calls through rt, for tests and for networks that need
// more than the environment's proxy settings.
func WithTransport(rt http.RoundTripper) Option {
	return func(o *options) { o.transport = rt }
}

// New builds a client from settings that are valid.
func New(cfg Config, reg prometheus.Registerer, opts ...Option) (*Client, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	o := options{transport: newTransport(cfg)}
	for _, opt := range opts {
		opt(&o)
	}
	rs, err := compileRoutes(cfg.Wikis)
	if err != nil {
		return nil, err
	}
	c := &Client{cfg: cfg, routes: rs, hosts: map[string]*host{}, flights: map[key]*flight{}}
	if c.cache, err = newCache(cfg); err != nil {
		return nil, err
	}
	c.metrics = newMetrics(reg, c.cache.bytes)
	c.calls = newCaller(cfg, o.transport, c.metrics)
	ctx, cancel := context.WithCancel(context.Background())
	c.cancel = cancel
	c.start = func(h *host) { c.workers.Go(func() { c.work(ctx, h) }) }
	return c, nil
}

// Close gives up what is being fetched and waits for the client's goroutines.
func (c *Client) Close() error {
	c.mu.Lock()
	c.closed = true
	for _, h := range c.hosts {
		for _, f := range h.pending {
			c.fail(h, f, failedClosed)
		}
		h.pending = nil
	}
	c.mu.Unlock()
	c.cancel()
	c.workers.Wait()
	c.calls.http.CloseIdleConnections()
	return nil
}

// Texts returns the texts of a revision and of its parent. Its error is an
// [*Error], or wraps [ErrWikiNotConfigured], [ErrClosed] or the context's error.
// If neither text can be had, the error is about the revision, as revscoring's
// would be. A context that ends does not end the fetching for other callers.
func (c *Client) Texts(ctx context.Context, r Request) (Texts, error) {
	api, err := c.routes.resolve(r.Wiki, r.Domain)
	if err != nil {
		return Texts{}, fmt.Errorf("fetch revision %d of %s: %w", r.RevID, printable(r.Wiki), err)
	}
	// A parent was there before its child. Still one call may reach a replica
	// that lags behind another, so the parent of a young revision gets one more.
	wants := []want{{rev: r.RevID, patience: c.cfg.FreshTries}}
	if r.ParentID != 0 {
		wants = append(wants, want{rev: r.ParentID, patience: min(1, c.cfg.FreshTries)})
	}
	for i := range wants {
		if wants[i].rev <= 0 { // names nothing; 0 is not even answered alike by all versions
			return Texts{}, failedNotFound.of(r.Wiki, wants[i].rev)
		}
		wants[i].freshUntil = r.Time.Add(c.cfg.FreshFor)
	}
	if err := c.request(ctx, api, wants); err != nil {
		return Texts{}, fmt.Errorf("fetch revision %d of %s: %w", r.RevID, r.Wiki, err)
	}
	var got [2]*Text
	for i := range wants {
		if got[i], err = wants[i].wait(ctx, r.Wiki); err != nil {
			return Texts{}, err
		}
	}
	return Texts{Revision: got[0], Parent: got[1]}, nil
}

// want is one revision that a caller asks for, and where it is to be had: text
// when it was cached, else flight.
type want struct {
	rev        int64
	freshUntil time.Time
	patience   int

	text   *Text
	flight *flight
}

func (w *want) wait(ctx context.Context, wiki string) (*Text, error) {
	if w.text != nil {
		return w.text, nil
	}
	select {
	case <-w.flight.done:
	case <-ctx.Done():
		return nil, fmt.Errorf("fetch revision %d of %s: %w", w.rev, wiki, ctx.Err())
	}
	if w.flight.failure != nil {
		return nil, w.flight.failure.of(wiki, w.rev)
	}
	return w.flight.text, nil
}

// request sees to it that every want has a text or a flight. New flights enter
// the queue together, so a revision and its parent share a call unless the call
// is full between them.
func (c *Client) request(ctx context.Context, api string, wants []want) error {
	c.mu.Lock()
	h := c.host(api)
	h.callers++
	open := c.join(api, wants)
	c.mu.Unlock()
	c.metrics.hits.Add(float64(cached(wants)))
	c.metrics.misses.Add(float64(len(wants) - cached(wants)))
	var err error
	if open > 0 {
		err = h.slots.Acquire(ctx, int64(open))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	h.callers--
	if open == 0 || err != nil {
		return err
	}
	still := c.join(api, wants) // others may have asked for them meanwhile
	h.slots.Release(int64(open - still))
	if still == 0 {
		return nil
	}
	if c.closed {
		h.slots.Release(int64(still))
		return ErrClosed
	}
	c.enqueue(h, wants)
	return nil
}

func cached(wants []want) (n int) {
	for i := range wants {
		if wants[i].text != nil {
			n++
		}
	}
	return n
}

// join finds wants in the cache and among the flights, and returns how many
// different ones are left. The caller holds mu, under which a flight that got
// its text goes away after the text has entered the cache: one of the two has it.
func (c *Client) join(api string, wants []want) (open int) {
	for i := range wants {
		w := &wants[i]
		if w.text != nil || w.flight != nil {
			continue
		}
		k := key{api, w.rev}
		if f := c.flights[k]; f != nil {
			w.flight = f
			if w.freshUntil.After(f.freshUntil) {
				f.freshUntil = w.freshUntil
			}
			f.patience = max(f.patience, w.patience)
			continue
		}
		if w.text = c.cache.get(k); w.text == nil && (i == 0 || wants[0].rev != w.rev) {
			open++
		}
	}
	return open
}

// enqueue makes flights of the wants that have none. The caller holds mu.
func (c *Client) enqueue(h *host, wants []want) {
	now := time.Now()
	for i := range wants {
		w := &wants[i]
		if w.text != nil || w.flight != nil {
			continue
		}
		k := key{h.api, w.rev}
		f := c.flights[k]
		if f == nil {
			f = &flight{
				key: k, done: make(chan struct{}), queued: now, deadline: now.Add(c.cfg.Deadline), share: c.cfg.BatchSize,
				freshUntil: w.freshUntil, patience: w.patience,
			}
			c.flights[k] = f
			h.pending = append(h.pending, f)
		}
		w.flight = f
	}
	c.hire(h)
}

// maxIdleHosts is how many APIs are remembered without being used. A route with
// {wiki} or {domain} in it serves any number of them.
const maxIdleHosts = 1024

// host returns the host of an API. The caller holds mu.
func (c *Client) host(api string) *host {
	if h := c.hosts[api]; h != nil {
		return h
	}
	if len(c.hosts) >= maxIdleHosts {
		now := time.Now()
		for api, h := range c.hosts {
			if h.idle(now) {
				delete(c.hosts, api)
			}
		}
	}
	h := newHost(api, c.cfg)
	c.hosts[api] = h
	return h
}
