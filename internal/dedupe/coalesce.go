package dedupe

import (
	"context"
	"errors"
	"sync"
	"time"
)

var (
	errBusy  = errors.New("too many calls are waiting for redis")
	errStale = errors.New("redis did not answer the calls before in time")
)

// maxQueued bounds the batches that wait for a collector.
const maxQueued = 64

// coalescer merges concurrent calls into few requests. While its collectors
// wait for answers, calls gather in a batch; a collector that comes back takes
// all of it. So the batch grows with the load and a lonely call leaves at once,
// without a timer that would hold it back. (go-redis has an autopipeliner: it is
// marked experimental, and it merges commands, where an MGET is one command for
// hundreds of keys.)
//
// A call costs no goroutine, no channel and no timer of its own: it copies its
// text into the batch under the mutex and waits on the one channel of the batch.
// Nothing of the caller is referred to afterwards, so a caller whose context
// ends just goes.
type coalescer struct {
	// newExec makes the exec of one collector, which sends a batch and sets its
	// answers or err, and is called from that collector's goroutine only.
	newExec  func() func(ctx context.Context, b *batch)
	maxCalls int
	timeout  time.Duration
	metrics  operationMetrics

	buffers sync.Pool // of *request, the text of batches that were sent
	running sync.WaitGroup

	mu     sync.Mutex
	wake   *sync.Cond // there is a batch, or closed
	queue  []*batch   // oldest first; the last one may take more calls
	closed bool
}

func (c *coalescer) start(collectors int) {
	c.wake = sync.NewCond(&c.mu)
	for range collectors {
		c.running.Go(func() { c.collect(c.newExec()) })
	}
}

// do adds q to a batch, waits for its answers and returns them, one per piece.
func (c *coalescer) do(ctx context.Context, q *request) ([]any, error) {
	b, first, err := c.join(q)
	if err != nil {
		return nil, err
	}
	return b.wait(ctx, first, len(q.ends))
}

func (c *coalescer) join(q *request) (*batch, int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, 0, ErrClosed
	}
	last := len(c.queue) - 1
	if last < 0 || c.queue[last].full(c.maxCalls) {
		if len(c.queue) == maxQueued {
			return nil, 0, errBusy
		}
		c.queue = append(c.queue, c.newBatch())
		last++
		c.wake.Signal() // later calls join without waking anybody
	}
	return c.queue[last], c.queue[last].add(q), nil
}

func (c *coalescer) newBatch() *batch {
	b := &batch{born: time.Now(), done: make(chan struct{})}
	if q, ok := c.buffers.Get().(*request); ok {
		b.request = *q
	}
	return b
}

// collect is one collector, until the coalescer is closed and its queue empty.
func (c *coalescer) collect(exec func(context.Context, *batch)) {
	for {
		b := c.take()
		if b == nil {
			return
		}
		c.send(b, exec)
	}
}

func (c *coalescer) take() *batch {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.queue) == 0 {
		if c.closed {
			return nil
		}
		c.wake.Wait()
	}
	b := c.queue[0]
	n := copy(c.queue, c.queue[1:])
	c.queue[n] = nil
	c.queue = c.queue[:n]
	return b
}

// send bounds every call in b to twice the timeout: a batch that waited longer
// than one timeout, because Redis hangs, is given up unsent, and a batch that
// is sent has one timeout. The queue therefore drains as fast as it ages, and
// so does Close.
func (c *coalescer) send(b *batch, exec func(context.Context, *batch)) {
	defer close(b.done)
	start := time.Now()
	if start.Sub(b.born) > c.timeout {
		b.err = errStale
		return
	}
	// The deadline is the batch's own and not that of any caller, whose going
	// away must not take the answer from the others.
	ctx, cancel := context.WithTimeout(context.Background(), c.timeout)
	defer cancel()
	exec(ctx, b)
	c.metrics.calls.Observe(float64(b.calls))
	c.metrics.seconds.Observe(time.Since(start).Seconds())
	b.reset()
	text := b.request
	b.request = request{}
	c.buffers.Put(&text)
}

// refuse answers new calls with ErrClosed. The collectors answer the calls in
// the queue and then end, which running waits for.
func (c *coalescer) refuse() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	c.wake.Broadcast()
}
