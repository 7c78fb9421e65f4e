package sink

import (
	"context"
	"errors"
	"sync"
)

// delivery turns the answers of several sinks to several messages into one. It
// begins with one answer open, that of whoever hands the messages over: so it
// cannot be over before all are.
type delivery struct {
	sinks *Sinks
	ctx   context.Context // of the record; for letters that have to be written later
	done  func(error)

	mu       sync.Mutex // guards what follows
	open     int
	refusals []Refusal
	errs     []error
}

func (s *Sinks) newDelivery(ctx context.Context, done func(error)) *delivery {
	return &delivery{sinks: s, ctx: ctx, done: done, open: 1}
}

// await expects one more answer. An error that final calls so is a refusal of the
// message, of which r tells all but the error.
func (d *delivery) await(r Refusal, final func(error) bool) func(error) {
	d.expect()
	return func(err error) {
		if err != nil && final(err) {
			r.Err, err = err, nil
			d.refuse(r)
		}
		d.answer(err)
	}
}

func (d *delivery) expect() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.open++
}

func (d *delivery) refuse(refusals ...Refusal) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.refusals = append(d.refusals, refusals...)
}

// answer takes one answer, and ends with the last.
func (d *delivery) answer(err error) {
	d.mu.Lock()
	if err != nil {
		d.errs = append(d.errs, err)
	}
	d.open--
	last := d.open == 0
	d.mu.Unlock()
	if last {
		d.finish()
	}
}

// finish tells the caller what became of its messages, after letters about those that
// were refused are there. A failure hides refusals: the messages come again, and are
// refused again.
func (d *delivery) finish() {
	if len(d.errs) > 0 {
		d.done(errors.Join(d.errs...))
		return
	}
	letters, err := d.sinks.about(d.unlettered())
	switch {
	case err != nil:
		d.done(err)
	case len(letters) > 0:
		d.sinks.writing.do(func() { d.write(letters) })
	default:
		d.over()
	}
}

// unlettered are the refusals that are still to be written about.
func (d *delivery) unlettered() (out []Refusal) {
	for _, r := range d.refusals {
		if !r.lettered {
			out = append(out, r)
		}
	}
	return out
}

// over is the end of a record: nothing of it is to be sent again.
func (d *delivery) over() {
	if len(d.refusals) == 0 {
		d.done(nil)
		return
	}
	for _, r := range d.refusals {
		d.sinks.metrics.refused.WithLabelValues(r.Stream, r.Sink).Inc()
	}
	d.done(&RefusedError{d.refusals})
}
