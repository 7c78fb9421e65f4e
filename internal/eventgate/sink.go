package eventgate

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"revscore/internal/event"
)

// Sink posts events to EventGate. It is safe for concurrent use.
//
// One goroutine (dispatch) decides what is sent when; each request has one of its
// own. Close waits for all of them.
type Sink struct {
	cfg     Config
	target  string
	header  http.Header
	http    *http.Client
	metrics *metrics
	room    room

	stateChange func(away bool, cause error)

	wake    chan struct{} // something happened that dispatch may act on
	closing chan struct{}
	cancel  context.CancelFunc // ends all requests
	work    sync.WaitGroup

	mu       sync.Mutex
	queue    *queue
	gate     gate
	maxBytes int // of a request; shrinks when the gate finds one too large
	inFlight int
	flushing int             // callers of Flush
	untold   int             // events whose done has not returned
	idle     []chan struct{} // closed when untold is 0
	settled  uint64          // events that the gate has spoken of, for good
	watch    watch
	closed   bool
}

// Option changes a sink that is being built.
type Option func(*options)

type options struct {
	transport   http.RoundTripper
	stateChange func(away bool, cause error)
}

// WithStateChange tells f, one call after the other, when the gate has taken nothing
// for longer than a request may take, and why, and when it takes events again. f must
// return quickly.
func WithStateChange(f func(away bool, cause error)) Option {
	return func(o *options) { o.stateChange = f }
}

// WithTransport sends requests through rt instead of connections made by the
// settings, for tests.
func WithTransport(rt http.RoundTripper) Option { return func(o *options) { o.transport = rt } }

// longestPause is as long as the gate may ask to be left alone.
const longestPause = 5 * time.Minute

// New makes a sink; it connects when there is something to send. A nil reg gives
// metrics nobody reads.
func New(cfg Config, reg prometheus.Registerer, opts ...Option) (*Sink, error) {
	o := options{stateChange: func(bool, error) {}}
	for _, opt := range opts {
		opt(&o)
	}
	if o.transport == nil {
		t, err := newTransport(cfg)
		if err != nil {
			return nil, err
		}
		o.transport = t
	}
	ctx, cancel := context.WithCancel(context.Background())
	closing := make(chan struct{})
	s := &Sink{
		cfg: cfg, target: cfg.endpoint(), header: cfg.header(), http: newClient(o.transport), metrics: newMetrics(reg),
		room:        room{closing: closing, events: cfg.Queue, bytes: cfg.QueueBytes},
		stateChange: o.stateChange,
		wake:        make(chan struct{}, 1), closing: closing, cancel: cancel,
		queue: newQueue(), gate: gate{delays: newBackOff(cfg), longest: longestPause}, maxBytes: cfg.BatchBytes,
	}
	if cfg.Deadline > 0 {
		s.gate.longest = min(s.gate.longest, cfg.Deadline)
	}
	s.metrics.watchOldest(reg, s.oldestAge)
	s.work.Go(func() { s.dispatch(ctx) })
	return s, nil
}

// Publish takes an event in and calls done once: before it returns if the event
// is not taken, else later from another goroutine, with nil when the gate has
// acknowledged it, a [*RejectedError] when it never will, or another error when
// ctx or the deadline ended before. It blocks while the queue is full. The
// message's slices belong to the sink until then. done must not wait for the sink.
func (s *Sink) Publish(ctx context.Context, m event.Message, done func(error)) {
	e, ok := s.read(m, done)
	if !ok {
		return
	}
	if err := s.room.take(ctx, e.size); err != nil {
		s.refuse(e, resultGivenUp, err)
		return
	}
	s.enter(ctx, e)
}

// Offer takes an event in only if the queue has room for it: else done gets
// [ErrFull] at once. It is for what may be lost, which must not hold up what may
// not. An event that was taken is treated as any other.
func (s *Sink) Offer(ctx context.Context, m event.Message, done func(error)) {
	e, ok := s.read(m, done)
	if !ok {
		return
	}
	if !s.room.try(e.size) {
		s.refuse(e, resultFull, ErrFull)
		return
	}
	s.enter(ctx, e)
}

// read makes the entry of a message that can be sent at all.
func (s *Sink) read(m event.Message, done func(error)) (*entry, bool) {
	e, err := newEntry(m, done)
	switch {
	case err != nil:
		s.metrics.events.WithLabelValues(m.Topic, string(Malformed)).Inc()
		done(e.rejected(Malformed, err.Error()))
	case e.size+2 > s.cfg.BatchBytes: // in brackets
		s.metrics.events.WithLabelValues(m.Topic, string(TooLarge)).Inc()
		done(e.rejected(TooLarge, fmt.Sprintf("it has %d bytes, more than eventgate.batch_bytes allows, which is %d", e.size, s.cfg.BatchBytes)))
	default:
		return e, true
	}
	return nil, false
}

// refuse ends what has not been taken in.
func (s *Sink) refuse(e *entry, result string, err error) {
	s.metrics.events.WithLabelValues(e.topic, result).Inc()
	e.done(e.wrap(err))
}

// enter puts an event for which there is room into the queue.
func (s *Sink) enter(ctx context.Context, e *entry) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		s.room.give(e.size)
		s.refuse(e, resultGivenUp, ErrClosed)
		return
	}
	s.untold++
	s.queue.push(e, time.Now())
	s.metrics.buffered.Inc()
	s.metrics.bytes.Add(float64(e.size))
	e.forget = context.AfterFunc(ctx, func() { s.abandon(e, context.Cause(ctx)) })
	// The first event starts the linger, the last one of a batch ends it; those
	// between change nothing, and waking for each would cost more than sending it.
	act := s.queue.readyCount == 1 || s.queue.full(s.cfg.BatchEvents, s.maxBytes)
	s.mu.Unlock()
	if act {
		s.nudge()
	}
}

// nudge makes dispatch look again.
func (s *Sink) nudge() {
	select {
	case s.wake <- struct{}{}:
	default: // it will
	}
}

// Flush waits until every event is acknowledged, refused or given up.
func (s *Sink) Flush(ctx context.Context) error {
	s.mu.Lock()
	s.flushing++
	idle := s.whenIdle()
	s.mu.Unlock()
	s.nudge()
	var err error
	select {
	case <-idle:
	case <-ctx.Done():
		err = ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flushing--
	if err != nil {
		return fmt.Errorf("flush %d events to %s: %w", s.untold, s.cfg.URL, err)
	}
	return nil
}

// whenIdle returns a channel that is closed when every done has returned.
func (s *Sink) whenIdle() <-chan struct{} {
	idle := make(chan struct{})
	if s.untold == 0 {
		close(idle)
	} else {
		s.idle = append(s.idle, idle)
	}
	return idle
}

// Close gives up what Flush has not waited for, and waits for its callbacks.
func (s *Sink) Close() {
	s.mu.Lock()
	var ends []ending
	if !s.closed {
		s.closed = true
		close(s.closing)
		for e := s.queue.oldest(); e != nil; e = s.queue.oldest() {
			ends = append(ends, s.giveUp(e, ErrClosed)...)
		}
	}
	idle := s.whenIdle()
	s.mu.Unlock()
	s.cancel()
	s.tell(ends)
	s.work.Wait()
	<-idle
	s.http.CloseIdleConnections()
}
