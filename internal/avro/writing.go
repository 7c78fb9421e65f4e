package avro

import (
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	// batchEvents and batchBytes end a batch before its delay is over.
	batchEvents = 4096
	batchBytes  = 8 << 20
	// sealEvery is how often hours are looked at when no event comes.
	sealEvery = 10 * time.Second
)

// writing is the goroutine that has the journals: it collects events for the
// delay, writes them, flushes each journal that got some, and acknowledges. One
// flush for all events of 200 ms is what makes waiting for the disk affordable.
type writing struct {
	*Files
	journals map[slot]*journal
	seen     *seen
	batches  int64
}

func (w *writing) init(f *Files) {
	w.Files, w.journals, w.seen = f, map[slot]*journal{}, newSeen(f.cfg.Remember)
}

func (w *writing) run() {
	tick := time.NewTicker(sealEvery)
	defer tick.Stop()
	for {
		select {
		case first, ok := <-w.in:
			if !ok {
				return
			}
			w.settle(w.collect(first))
		case <-tick.C:
		}
		w.seal(w.now())
	}
}

// collect waits for more events to share a flush with the first.
func (w *writing) collect(first *waiting) []*waiting {
	batch := []*waiting{first}
	size := first.size
	delay := time.NewTimer(w.cfg.Delay)
	defer delay.Stop()
	for batch[len(batch)-1].flushed == nil && len(batch) < batchEvents && size < batchBytes {
		select {
		case next, ok := <-w.in:
			if !ok {
				return batch
			}
			batch, size = append(batch, next), size+next.size
		case <-delay.C:
			return batch
		case <-w.stopped:
			return batch
		}
	}
	return batch
}

// settle writes a batch, and what failed again and again, until each event is
// acknowledged or given up.
func (w *writing) settle(batch []*waiting) {
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval, pause.MaxInterval = 50*time.Millisecond, time.Second
	start := time.Now()
	for {
		batch = w.write(w.living(batch))
		if len(batch) == 0 {
			w.metrics.seconds.Observe(time.Since(start).Seconds())
			return
		}
		select {
		case <-time.After(pause.NextBackOff()):
		case <-w.stopped:
		}
	}
}

// living answers those that wait no longer, and returns the others.
func (w *writing) living(batch []*waiting) []*waiting {
	var out []*waiting
	for _, x := range batch {
		err := x.err
		select {
		case <-w.stopped:
			if err == nil {
				err = errClosed
			}
		default:
		}
		if err == nil && x.flushed == nil {
			err = x.ctx.Err()
		}
		if err != nil {
			w.answer(x, err)
			continue
		}
		out = append(out, x)
	}
	return out
}

// answer settles one event, or a Flush.
func (w *writing) answer(x *waiting, err error) {
	switch {
	case x.flushed != nil:
		close(x.flushed)
		return
	case err != nil:
		w.metrics.refused.WithLabelValues(x.slot.stream).Inc()
		err = fmt.Errorf("publish to avro files: %w", err)
	}
	w.room.Release(x.size)
	x.done(err)
}

// group are the events of one journal in a batch: repeats are acknowledged with
// their first, and not written.
type group struct {
	slot
	frames  []byte
	fresh   []*waiting
	repeats []*waiting
}

// write writes each journal's events and acknowledges them. It returns those whose
// journal failed, and Flushes only when nothing before them is left.
func (w *writing) write(batch []*waiting) (left []*waiting) {
	w.batches++
	for _, g := range w.groups(batch) {
		left = append(left, w.writeGroup(g)...)
	}
	for _, x := range batch {
		switch {
		case x.flushed != nil && len(left) > 0:
			left = append(left, x)
		case x.flushed != nil:
			w.answer(x, nil)
		}
	}
	return left
}

// groups sorts a batch by journals. A repeat goes with its first of the batch, so
// that both are acknowledged or neither.
func (w *writing) groups(batch []*waiting) (order []*group) {
	groups := map[slot]*group{}
	first := map[key]slot{}
	for _, x := range batch {
		if x.flushed != nil {
			continue
		}
		at, repeated := first[x.row.key]
		if !repeated {
			at, first[x.row.key] = x.slot, x.slot
		}
		g := groups[at]
		if g == nil {
			g = &group{slot: at}
			groups[at], order = g, append(order, g)
		}
		if repeated || w.seen.has(x.row.key) {
			g.repeats = append(g.repeats, x)
			continue
		}
		if x.row.seq == 0 { // not tried before
			x.row.seq = w.next.Add(1) - 1
		}
		g.fresh = append(g.fresh, x)
		g.frames = appendRow(g.frames, x.row)
	}
	return order
}

// writeGroup writes the events of one journal; on failure all of them are left.
func (w *writing) writeGroup(g *group) []*waiting {
	if len(g.fresh) > 0 {
		j, err := w.journal(g.slot, g.fresh[0].row.seq)
		if err == nil {
			err = j.append(w.disk, g.frames)
		}
		w.fault("write journal of "+g.stream, err)
		if err != nil {
			return append(g.fresh, g.repeats...)
		}
		j.used = w.batches
		if j.late {
			w.metrics.late.WithLabelValues(g.stream).Add(float64(len(g.fresh)))
		}
		w.metrics.records.WithLabelValues(g.stream).Add(float64(len(g.fresh)))
		w.closeOldest()
	}
	for _, x := range g.fresh {
		w.seen.add(x.row.key)
		w.answer(x, nil)
	}
	for _, x := range g.repeats {
		w.metrics.repeats.WithLabelValues(g.stream).Inc()
		w.answer(x, nil)
	}
	return nil
}

// journal returns the journal of a slot, a new one named by its first event if
// there is none.
func (w *writing) journal(at slot, first int64) (*journal, error) {
	if j := w.journals[at]; j != nil {
		return j, nil
	}
	j := &journal{
		stream: at.stream, hour: at.hour, dir: w.stateDir(at.stream), first: first, empty: true, created: w.now(),
		head: journalHeader{at.stream, at.hour, at.schema.URI, at.schema.Text},
	}
	names, err := w.disk.ReadDir(w.hourDir(at.stream, at.hour))
	if err != nil {
		return nil, err
	}
	for _, n := range names {
		j.late = j.late || n == successName
	}
	if err := j.create(w.disk); err != nil {
		return nil, err
	}
	w.journals[at] = j
	return j, nil
}

// closeOldest keeps the number of open files. All of them are flushed by now.
func (w *writing) closeOldest() {
	open := 0
	var oldest *journal
	for _, j := range w.journals {
		if j.file == nil {
			continue
		}
		open++
		if oldest == nil || j.used < oldest.used {
			oldest = j
		}
	}
	if open > w.cfg.OpenFiles {
		_ = oldest.close() // it is flushed: closing has nothing to tell
	}
}

// seal hands journals that are over to the finishing goroutine.
func (w *writing) seal(now time.Time) {
	for at, j := range w.journals {
		if !j.due(now, w.cfg) {
			continue
		}
		err := j.repair(w.disk)
		w.fault("repair journal of "+at.stream, err)
		if err != nil {
			continue
		}
		_ = j.close()
		delete(w.journals, at)
		w.finisher.add(j)
	}
}

func (w *writing) close() (err error) {
	for _, j := range w.journals {
		if e := j.close(); e != nil {
			err = fmt.Errorf("close avro journals: %w", e)
		}
	}
	return err
}
