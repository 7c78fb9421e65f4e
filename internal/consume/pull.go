package consume

import (
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"revscore/internal/event"
)

// Pulled is what a feed answers: a record, and the feed's position behind it.
type Pulled[T any] struct {
	Record event.Record
	At     T
	// Done says that nothing is to be done about the record but to go on behind it.
	Done bool
}

// Pull is a source that asks for its records, of a feed that has an end. Like the others
// it works on a window of them at once and tells the position of the finished prefix.
type Pull[T any] struct {
	// immutable
	next    func(context.Context) (Pulled[T], error)
	metrics *metrics
	worker  *worker[pulledAt[T]]
	fatal   chan error

	mu   sync.Mutex    // guards what follows
	gate chan struct{} // nil: open
	idle chan struct{} // closed when all that was pushed is finished
	last int64         // number of the last record pushed
	done int64         // number of the last record of the finished prefix
}

type pulledAt[T any] struct {
	n  int64
	at T
}

// PullParts are what a [Pull] is made of.
type PullParts[T any] struct {
	Name    string
	Window  int
	Handler Handler
	// Next returns the next record, waiting for it if need be; io.EOF ends the feed, and
	// any other error does too, as an error.
	Next func(context.Context) (Pulled[T], error)
	// Advanced is called with the position of the finished prefix, in order, and must
	// return quickly.
	Advanced func(T)
	Registry prometheus.Registerer
}

// NewPull prepares the source; it asks for nothing before Run.
func NewPull[T any](parts PullParts[T]) *Pull[T] {
	p := &Pull[T]{next: parts.Next, metrics: newMetrics(parts.Registry), fatal: make(chan error, 1)}
	p.worker = &worker[pulledAt[T]]{
		name: parts.Name, handler: parts.Handler, limit: parts.Window,
		advanced: func(to pulledAt[T]) {
			parts.Advanced(to.at)
			p.advance(to.n)
		},
		pause:    p.pause,
		inFlight: func(d int) { p.metrics.inFlight.Add(float64(d)) },
		held:     func(d int) { p.metrics.held.Add(float64(d)) },
		fatal: func(err error) {
			select {
			case p.fatal <- err:
			default:
			}
		},
	}
	p.worker.start()
	return p
}

// Run works on the feed until its end, ctx is done, or an error makes going on wrong. At
// the end, and at an error of the feed, all records before it are finished.
func (p *Pull[T]) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	var owned sync.WaitGroup
	defer owned.Wait()
	defer cancel(nil)
	owned.Go(func() {
		select {
		case err := <-p.fatal:
			cancel(err)
		case <-ctx.Done():
		}
	})
	end := p.feed(ctx)
	if ctx.Err() == nil {
		select {
		case <-p.finished():
		case <-ctx.Done():
		}
	}
	if cause := context.Cause(ctx); cause != nil {
		if judge(cause) == ignore {
			return nil
		}
		return cause
	}
	return end
}

// feed hands records to the worker, and blocks while its queue is full.
func (p *Pull[T]) feed(ctx context.Context) error {
	for {
		next, err := p.next(ctx)
		switch {
		case err == io.EOF: // wrapped it is a connection's
			return nil
		case err != nil:
			return err
		}
		if !next.Done {
			p.metrics.records.WithLabelValues(next.Record.Topic).Inc()
		}
		p.worker.push([]item[pulledAt[T]]{{rec: next.Record, at: p.count(next.At), done: next.Done}})
		p.mu.Lock()
		gate := p.gate
		p.mu.Unlock()
		if gate == nil {
			continue
		}
		select {
		case <-gate:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (p *Pull[T]) count(at T) pulledAt[T] {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last++
	return pulledAt[T]{p.last, at}
}

func (p *Pull[T]) advance(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done = n
	if p.idle != nil && p.done == p.last {
		close(p.idle)
		p.idle = nil
	}
}

// finished is closed when all that was pushed is finished. Nothing may be pushed after.
func (p *Pull[T]) finished() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	idle := make(chan struct{})
	if p.done == p.last {
		close(idle)
		return idle
	}
	p.idle = idle
	return idle
}

func (p *Pull[T]) pause(paused bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if paused {
		p.gate = make(chan struct{})
		p.metrics.paused.Inc()
		return
	}
	close(p.gate)
	p.gate = nil
	p.metrics.paused.Dec()
}

// Drain begins no more records and waits for those in flight.
func (p *Pull[T]) Drain(ctx context.Context) error {
	if err := p.worker.stop(ctx); err != nil {
		p.metrics.abandoned.Inc()
		return fmt.Errorf("drain: %w", err)
	}
	return nil
}
