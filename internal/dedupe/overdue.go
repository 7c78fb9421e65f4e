package dedupe

import (
	"context"
	"slices"
	"sync"
	"time"
)

// overdue are marks that Redis did not take, and a goroutine that offers them again
// when it is back. Else what was sent during an outage could be sent again, by another
// process or by this one after a crash, for as long as its record waits behind an
// unfinished one. Marks only: a score that is lost costs a computation, and might be
// that of a text that was hidden meanwhile.
type overdue struct {
	most    int
	every   time.Duration
	write   func(context.Context, []Entry) error
	metrics *metrics
	running sync.WaitGroup
	cancel  context.CancelFunc

	mu    sync.Mutex
	marks []Entry // the oldest first
}

// maxOverdue bounds the marks of one request.
const maxOverdue = 256

func newOverdue(c Config, m *metrics, write func(context.Context, []Entry) error) *overdue {
	o := &overdue{most: c.Memory.Entries, every: c.Redis.BreakerOpen, write: write, metrics: m}
	ctx, cancel := context.WithCancel(context.Background())
	o.cancel = cancel
	o.running.Go(func() { o.run(ctx) })
	return o
}

// add takes the marks of events that were sent. Of more than memory.entries the oldest
// are dropped, as memory drops them.
func (o *overdue) add(entries []Entry) {
	if len(entries) == 0 {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, e := range entries {
		o.marks = append(o.marks, Entry{Key: e.Key})
	}
	o.bound()
}

// bound keeps no more than is allowed. The caller holds mu.
func (o *overdue) bound() {
	if n := len(o.marks) - o.most; n > 0 {
		clear(o.marks[:n]) // what they hold goes at once, their places when the slice next grows
		o.marks = o.marks[n:]
		o.metrics.droppedMarks.Add(float64(n))
	}
	o.metrics.overdueMarks.Set(float64(len(o.marks)))
}

func (o *overdue) run(ctx context.Context) {
	tick := time.NewTicker(o.every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		for batch := o.take(); len(batch) > 0; batch = o.take() {
			if o.write(ctx, batch) != nil {
				o.putBack(batch)
				break
			}
		}
	}
}

func (o *overdue) take() []Entry {
	o.mu.Lock()
	defer o.mu.Unlock()
	batch := slices.Clone(o.marks[:min(maxOverdue, len(o.marks))])
	if o.marks = o.marks[len(batch):]; len(o.marks) == 0 {
		o.marks = nil
	}
	o.metrics.overdueMarks.Set(float64(len(o.marks)))
	return batch
}

func (o *overdue) putBack(batch []Entry) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.marks = append(batch, o.marks...)
	o.bound()
}

// stop waits for a request in progress.
func (o *overdue) stop() {
	o.cancel()
	o.running.Wait()
}
