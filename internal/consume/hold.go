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
// When it is due is found out once, when it comes in, and waited for by the monotonic
// clock: a clock that jumps meanwhile changes nothing. No record is held longer than its
// delay from then on, so with the clocks of two machines a day apart a thousand records
// of one topic wait one delay, not a thousand.
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
	due := rec.Received.Add(retry.Wait(rec.Received))
	rec.Received = due // the wait was wanted: it is no latency
	wait := time.Until(due)
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
