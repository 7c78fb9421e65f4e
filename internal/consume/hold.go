package consume

import (
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"revscore/internal/event"
)

// hold waits until a record of a retry topic is due; false: begin no more.
//
// The partition waits with it. Whoever writes to a retry topic gives all its records
// the same delay, so those behind are due later still. The loop alone waits: nothing is
// in flight for it, no transaction is open, the group is answered as ever, and a queue
// that fills up meanwhile pauses the partition like any other.
//
// No record is held longer than its delay, counted by the monotonic clock from when it
// came in: with the clocks of two machines a day apart, or one that jumps, a thousand
// records of one topic wait one delay, not a thousand.
//
// A header that cannot be read holds nothing up: the handler says what is wrong.
func (w *worker[T]) hold(rec *event.Record) bool {
	if len(rec.Headers) == 0 {
		return true
	}
	retry, err := rec.Retry()
	if err != nil || retry == nil {
		return true
	}
	now := time.Now()
	due := now.Add(retry.Due.Sub(now)) // by the monotonic clock as well
	if latest := rec.Received.Add(retry.Delay); due.After(latest) {
		due = latest
	}
	if due.After(rec.Received) {
		rec.Received = due // the wait was wanted: it is no latency
	}
	wait := due.Sub(now)
	if wait <= 0 {
		return true
	}
	w.held(1)
	defer w.held(-1)
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-w.intake.Done():
		return false
	case <-timer.C:
		return true
	}
}

// received is a record as the brokers delivered it.
func received(r *kgo.Record, now time.Time) event.Record {
	rec := event.Record{Source: event.Source{Topic: r.Topic, Partition: r.Partition, Offset: r.Offset}, Value: r.Value, Received: now}
	if len(r.Headers) > 0 {
		rec.Headers = make([]event.Header, len(r.Headers))
		for i, h := range r.Headers {
			rec.Headers[i] = event.Header(h)
		}
	}
	return rec
}
