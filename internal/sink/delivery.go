package sink

import (
	"errors"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
)

// delivery turns the answers of several sinks to several messages into one. It
// begins with one answer open, that of whoever hands the messages over: so it
// cannot be over before all are.
type delivery struct {
	done    func(error)
	refused *prometheus.CounterVec

	mu       sync.Mutex // guards what follows
	open     int
	refusals []Refusal
	errs     []error
}

func newDelivery(refused *prometheus.CounterVec, done func(error)) *delivery {
	return &delivery{done: done, refused: refused, open: 1}
}

// await expects one more answer. An error that final calls so is a refusal of the
// message, of which r tells all but the error.
func (d *delivery) await(r Refusal, final func(error) bool) func(error) {
	d.mu.Lock()
	d.open++
	d.mu.Unlock()
	return func(err error) {
		if err != nil && final(err) {
			r.Err, err = err, nil
			d.refuse(r)
		}
		d.answer(err)
	}
}

func (d *delivery) refuse(r Refusal) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.refusals = append(d.refusals, r)
}

// answer takes one answer, and calls back with the last.
func (d *delivery) answer(err error) {
	d.mu.Lock()
	if err != nil {
		d.errs = append(d.errs, err)
	}
	d.open--
	last := d.open == 0
	d.mu.Unlock()
	if last {
		d.done(d.outcome())
	}
}

// outcome is what the caller is told. A failure hides refusals, and they are not
// counted: the messages come again, and are refused again.
func (d *delivery) outcome() error {
	switch {
	case len(d.errs) > 0:
		return errors.Join(d.errs...)
	case len(d.refusals) > 0:
		for _, r := range d.refusals {
			d.refused.WithLabelValues(r.Stream, r.Sink).Inc()
		}
		return &RefusedError{d.refusals}
	}
	return nil
}
