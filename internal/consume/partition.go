package consume

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"revscore/internal/event"
)

// Handler turns records into work.
type Handler interface {
	// Begin is called once for each record, in the order of a partition's
	// offsets, and must return quickly. The function it returns does the work
	// and may run at the same time as others; it returns nil when the record
	// needs no further attention, and its context's error when it was
	// cancelled, in which case the record is delivered again later. It is
	// called exactly once, even if its context is already done.
	Begin(event.Record) func(context.Context) error
}

// worker works on the records of one partition, or of one SSE stream: a queue,
// one goroutine that begins records in order, and goroutines that finish them,
// one for each record in flight. T is the position that is committed.
//
// The finishing goroutines stay until the worker stops: a new one for each
// record spent 7 % of the service's CPU time on growing its stack.
type worker[T any] struct {
	// immutable
	name      string
	handler   Handler
	advanced  func(T)            // called with the end of the finished prefix
	pause     func(paused bool)  // called when the queue is full, and when it has drained
	fatal     func(error)        // called at most once, with an error that stops the consumer
	inFlight  func(delta int)    // gauge
	held      func(delta int)    // gauge: 1 while a record waits to be due
	limit     int                // window size, and queue length above which pause is called
	slots     chan struct{}      // one token for each record in flight
	tasks     chan begun         // to an idle finishing goroutine
	intake    context.Context    // done: begin no more records
	work      context.Context    // done: give up records in flight
	cancelIn  context.CancelFunc // of intake
	cancelAll context.CancelFunc // of work
	finished  chan struct{}      // closed when all goroutines have ended
	failOnce  sync.Once

	// Set where records are finished by a transaction rather than by their task.
	admit   func(T) bool                                 // waits for room; false: begin no more
	scope   func(context.Context, begun) context.Context // what a task is called with
	settled func(context.Context)                        // called with a task's context when it returned nil

	window    window[T]
	finishers sync.WaitGroup // added to by the loop goroutine

	mu     sync.Mutex // guards what follows
	queue  []item[T]
	paused bool
	signal chan struct{} // capacity 1: the queue was added to
}

type item[T any] struct {
	rec  event.Record
	at   T
	done bool // finished before it was delivered again: only its place is wanted
}

// start runs the worker until stop. The caller must call stop.
func (w *worker[T]) start() {
	w.slots = make(chan struct{}, w.limit)
	w.tasks = make(chan begun)
	w.signal = make(chan struct{}, 1)
	w.finished = make(chan struct{})
	// Not a child of any request: a worker ends by stop alone, so that a
	// signal cannot cut off the records in flight that stop waits for.
	w.work, w.cancelAll = context.WithCancel(context.Background())
	w.intake, w.cancelIn = context.WithCancel(w.work)
	go func() {
		defer close(w.finished)
		w.loop()
		close(w.tasks)
		w.finishers.Wait()
	}()
}

// push queues records without blocking, so that the poller never holds up a
// rebalance. A full queue pauses the partition; what the client had fetched
// already still arrives, which bounds the queue at one more fetch.
func (w *worker[T]) push(items []item[T]) {
	w.mu.Lock()
	w.queue = append(w.queue, items...)
	tell := !w.paused && len(w.queue) > w.limit
	if tell {
		w.paused = true
		w.pause(true)
	}
	w.mu.Unlock()
	select {
	case w.signal <- struct{}{}:
	default:
	}
}

// take removes all that is queued.
func (w *worker[T]) take() []item[T] {
	w.mu.Lock()
	defer w.mu.Unlock()
	items := w.queue
	w.queue = nil
	if w.paused {
		w.paused = false
		w.pause(false)
	}
	return items
}

func (w *worker[T]) loop() {
	for {
		select {
		case <-w.intake.Done():
			return
		case <-w.signal:
		}
		for _, it := range w.take() {
			if it.done {
				w.window.finish(w.window.add(it.at), w.advanced)
				continue
			}
			if !w.hold(&it.rec) || w.admit != nil && !w.admit(it.at) {
				return
			}
			select {
			case <-w.intake.Done():
				return
			case w.slots <- struct{}{}:
			}
			w.begin(it)
		}
	}
}

// begun is a record whose work is to be done.
type begun struct {
	seq  uint64
	src  event.Source
	task func(context.Context) error
}

func (w *worker[T]) begin(it item[T]) {
	b := begun{w.window.add(it.at), it.rec.Source, w.handler.Begin(it.rec)}
	w.inFlight(1)
	select {
	case w.tasks <- b:
	default: // none is idle; the slots bound how many there are
		w.finishers.Go(func() {
			w.finish(b)
			for b := range w.tasks {
				w.finish(b)
			}
		})
	}
}

func (w *worker[T]) finish(b begun) {
	defer func() {
		w.inFlight(-1)
		<-w.slots
	}()
	ctx := w.work
	if w.scope != nil {
		ctx = w.scope(ctx, b)
	}
	err := b.task(ctx)
	switch {
	case err == nil && w.settled != nil:
		w.settled(ctx)
	case err == nil:
		w.window.finish(b.seq, w.advanced)
	case w.work.Err() != nil:
		// Given up: not finished, so never committed, delivered again.
	default:
		w.failOnce.Do(func() {
			w.fatal(fmt.Errorf("%w: record %s: %w", errTask, b.src, err))
		})
	}
}

// errDrain tells that records in flight were given up.
var errDrain = errors.New("events in flight did not finish in time; they will be delivered again")

// stop begins no more records and waits for those in flight until ctx is done,
// then gives the rest up and waits for them to return.
func (w *worker[T]) stop(ctx context.Context) error {
	w.cancelIn()
	defer w.cancelAll()
	defer w.take() // a pause must not outlive the worker: the partition may come back
	select {
	case <-w.finished:
		return nil
	case <-ctx.Done():
	}
	w.cancelAll()
	<-w.finished
	if n := w.window.inFlight(); n > 0 {
		return fmt.Errorf("%s: %d %w", w.name, n, errDrain)
	}
	return nil
}

// stopAll stops workers at the same time, each within timeout.
func stopAll[T any](timeout time.Duration, workers []*worker[T]) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	errs := make([]error, len(workers))
	var wg sync.WaitGroup
	for i, w := range workers {
		wg.Go(func() { errs[i] = w.stop(ctx) })
	}
	wg.Wait()
	return errors.Join(errs...)
}
