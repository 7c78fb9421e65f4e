package feed

import (
	"errors"
	"iter"
	"maps"
	"slices"
	"sync"
	"time"

	"revscore/internal/event"
	"revscore/internal/score"
)

// Tally counts reports. It is safe for concurrent use and never loses a count.
//
// One mutex guards it: a report takes about 0.2 µs in it, so that it carries
// millions of reports a second, a hundred times what the pipeline makes.
// Separate atomic counters would cost as much and could be read out of step.
type Tally struct {
	mu       sync.Mutex
	counts   Counts
	declared int64 // by RecordsIn
	events   [classes]int64
	places   *places
	latency  histogram
	first    time.Time // the first record was received
	last     time.Time // the last report was made
}

// Counts is what a tally holds at one moment. Two sums hold at every moment:
//
//	In      = Answered + Duplicates + Rejected + Canaries + Skipped + Open
//	Answers = Scores + Errors + Repeats
//
// The first counts events, each once, however many models want it. The second
// counts answers, one for each event and route.
type Counts struct {
	In         int64 // as RecordsIn was told, else all that were reported on
	Answered   int64 // something was sent for at least one route
	Duplicates int64 // everything had been sent before
	Rejected   int64 // unreadable: became a dead letter
	Canaries   int64 // heartbeats passed on
	Skipped    int64 // make no message
	Open       int64 // not reported on (yet); negative when records came again

	Scores  map[string]int64            // by model
	Errors  map[string]map[string]int64 // by model and type
	Repeats int64                       // answers sent before and not sent again
	Retries int64                       // answers put off to a retry topic; open until they come back

	RejectedBy map[string]int64           // by reason
	SkippedBy  map[score.ReportKind]int64 // by kind

	Rate     float64       // events per second from first receipt to last report; 0: unknown
	P50, P99 time.Duration // from receipt to acknowledgement; off by at most 1.6 %; 0: no answers
}

// Finished counts the events of which something was reported.
func (c Counts) Finished() int64 {
	return c.Answered + c.Duplicates + c.Rejected + c.Canaries + c.Skipped
}

// TotalScores counts the scores of all models.
func (c Counts) TotalScores() int64 { return sum(maps.Values(c.Scores)) }

// TotalErrors counts the error events of all models.
func (c Counts) TotalErrors() int64 {
	var n int64
	for _, types := range c.Errors {
		n += sum(maps.Values(types))
	}
	return n
}

func sum(ns iter.Seq[int64]) (total int64) {
	for n := range ns {
		total += n
	}
	return total
}

// NewTally returns a tally that has counted nothing.
func NewTally() *Tally {
	return &Tally{places: newPlaces(), counts: Counts{
		Scores: map[string]int64{}, Errors: map[string]map[string]int64{},
		RejectedBy: map[string]int64{}, SkippedBy: map[score.ReportKind]int64{},
	}}
}

// RecordsIn adds n to the records that came in. Whoever feeds the pipeline may
// call it; the sum then shows what was not reported on. Without it the reports
// alone say what came in.
func (t *Tally) RecordsIn(n int) {
	t.mu.Lock()
	t.declared += int64(n)
	t.mu.Unlock()
}

// Observe counts a report. A record is known by its place in the source, so
// that its further reports, and a second delivery, do not make it another event.
func (t *Tally) Observe(r score.Report) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if r.Kind == score.KindRetry { // the event has the same place when it comes back
		t.counts.Retries++
		return
	}
	t.count(r, t.settle(r.Record, classOf(r.Kind)))
	if r.Record.Received.IsZero() {
		return
	}
	if t.first.IsZero() || r.Record.Received.Before(t.first) {
		t.first = r.Record.Received
	}
	if at := r.Record.Received.Add(r.Latency); at.After(t.last) {
		t.last = at
	}
}

func classOf(kind score.ReportKind) class {
	switch kind {
	case score.KindScore, score.KindFailure, score.KindCombined:
		return classAnswered
	case score.KindDuplicate:
		return classDuplicate
	case score.KindRejected:
		return classRejected
	case score.KindCanary:
		return classCanary
	default:
		return classSkipped
	}
}

// settle counts the record's event and tells whether it is its first report.
func (t *Tally) settle(rec event.Record, c class) (first bool) {
	was, known := t.places.settle(rec, c)
	switch {
	case !known:
		t.events[c]++
	case was == classDuplicate && c == classAnswered:
		t.events[was]--
		t.events[c]++
	}
	return !known
}

// count counts the answer in r. Why a record made none is counted once for each
// record, as the events are, so that the reasons add up to them.
func (t *Tally) count(r score.Report, first bool) {
	switch r.Kind {
	case score.KindScore:
		t.counts.Scores[r.Model]++
		t.latency.add(r.Latency)
	case score.KindFailure:
		types := t.counts.Errors[r.Model]
		if types == nil {
			types = map[string]int64{}
			t.counts.Errors[r.Model] = types
		}
		types[failureType(r.Outcome)]++
		t.latency.add(r.Latency)
	case score.KindDuplicate:
		if r.Revision != nil { // else a dead letter sent before, which is no model's answer
			t.counts.Repeats++
		}
	case score.KindCanary, score.KindCombined:
	case score.KindRejected:
		if first {
			t.counts.RejectedBy[reason(r.Cause)]++
		}
	default:
		if first {
			t.counts.SkippedBy[r.Kind]++
		}
	}
}

func failureType(o event.Outcome) string {
	if o.Failure == nil {
		return "Error"
	}
	return o.Failure.Type
}

// reason names a rejection as its dead letter does.
func reason(err error) string {
	var pe *event.ParseError
	if errors.As(err, &pe) {
		return pe.Reason
	}
	return "Error"
}

// Counts returns what was counted so far. The maps are copies.
func (t *Tally) Counts() Counts {
	c, _ := t.snapshot()
	return c
}

// Finished counts the events of which something was reported.
func (t *Tally) Finished() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.finished()
}

func (t *Tally) finished() int64 { return sum(slices.Values(t.events[:])) }

// snapshot also returns the latencies, of which two make those of the time between.
func (t *Tally) snapshot() (Counts, histogram) {
	t.mu.Lock()
	c, latency := t.counts, t.latency
	c.Scores, c.RejectedBy, c.SkippedBy = maps.Clone(c.Scores), maps.Clone(c.RejectedBy), maps.Clone(c.SkippedBy)
	c.Errors = make(map[string]map[string]int64, len(t.counts.Errors))
	for model, types := range t.counts.Errors {
		c.Errors[model] = maps.Clone(types)
	}
	c.Answered, c.Duplicates, c.Rejected = t.events[classAnswered], t.events[classDuplicate], t.events[classRejected]
	c.Canaries, c.Skipped = t.events[classCanary], t.events[classSkipped]
	finished, span := t.finished(), t.last.Sub(t.first)
	if c.In = t.declared; c.In == 0 {
		c.In = finished
	}
	t.mu.Unlock()

	c.Open = c.In - finished
	if span > 0 {
		c.Rate = float64(finished) / span.Seconds()
	}
	c.P50, _ = latency.quantile(0.50)
	c.P99, _ = latency.quantile(0.99)
	return c, latency
}
