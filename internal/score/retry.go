package score

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"revscore/internal/dedupe"
	"revscore/internal/event"
	"revscore/internal/retry"
)

// Retries says how an event comes again whose text could not be had for now. The zero
// Retries has none do.
type Retries struct {
	*retry.Policy
	// Check says why a topic would not take a record for its size; nil: all are taken.
	Check func(event.Message) error
}

func (r Retries) takes(m event.Message) bool { return r.Check == nil || r.Check(m) == nil }

// error_type of dead letters about retries.
const (
	ReasonExhausted = "RetriesExhausted" // the attempts are used up
	ReasonRetry     = "BrokenRetry"      // a record of a retry topic that does not say what it is
)

// fate is what becomes of an event beside the answers of single models, when some of
// them could not be had for now, and else.
type fate struct {
	combined bool // the event of all models goes out

	again  *event.Message // the record for the next attempt; nil: there is none
	retry  event.Retry    // what it says
	letter *event.Message // the dead letter; nil: none
	key    dedupe.Key     // of its mark
	cause  error          // what it says
}

// attempts is how often the event has come from a retry topic.
func (j *job) attempts() int {
	if j.retry == nil {
		return 0
	}
	return j.retry.Attempt
}

// settle decides about answers that another attempt may still bring. One decision is
// enough for all of them: they failed for the same text. Those that wait for it, or
// that end in a dead letter alone, fall silent: no message now, and no mark.
func (p *Pipeline) settle(ctx context.Context, j *job, answers []*answer) (f fate, err error) {
	f.combined = j.combined
	failed := slices.IndexFunc(answers, func(a *answer) bool { return a.reason != "" })
	if failed < 0 {
		return f, nil
	}
	reason := answers[failed].reason
	step := p.Retry.Next(j.attempts(), reason)
	if step.Topic != "" {
		f.retry = p.next(j, answers, reason, step)
		m := event.Message{
			Topic: step.Topic, Key: event.EncodeKey(j.rev.Wiki, j.rev.PageID), Value: j.rec.Value, Headers: []event.Header{f.retry.Header()},
		}
		if p.Retry.takes(m) {
			p.metrics.retries.WithLabelValues(retry.Name(step.Delay), reason).Inc()
			f.again, f.combined = &m, false
			silence(answers)
			return f, nil
		}
	}
	if p.Retry.Policy != nil {
		p.metrics.exhausted.WithLabelValues(reason, string(step.Then)).Inc()
	}
	if step.Then.Letter() {
		err = p.giveUp(ctx, j, answers, reason, &f)
	}
	if !step.Then.Event() {
		f.combined = false // it comes with a replay of the letter
		silence(answers)
	}
	return f, err
}

// next is what the record for the next attempt says. It is the source's to the byte
// beside that, however many attempts there were.
func (p *Pipeline) next(j *job, answers []*answer, reason string, step retry.Step) event.Retry {
	r := event.Retry{Attempt: j.attempts() + 1, Due: time.Now().Add(step.Delay), Delay: step.Delay, Origin: j.rec.Source, Reason: reason}
	for _, a := range answers {
		if a.reason != "" && !a.silent {
			r.Streams, r.Models = append(r.Streams, a.Stream), append(r.Models, a.Name)
		}
	}
	if j.combined {
		r.Streams, r.Models = append(r.Streams, p.Combined.Name), append(r.Models, "")
	}
	return r
}

// silence keeps failed answers from being told.
func silence(answers []*answer) {
	for _, a := range answers {
		a.silent = a.silent || a.reason != ""
	}
}

// giveUp writes the dead letter, unless it was written before: a letter has a mark as
// an answer has.
func (p *Pipeline) giveUp(ctx context.Context, j *job, answers []*answer, reason string, f *fate) error {
	f.key = dedupe.Key{Stream: p.Letters.Stream, Wiki: j.rev.Wiki, RevID: j.rev.RevID, Model: j.rec.Source.String(), Version: ReasonExhausted}
	states, err := p.Store.Lookup(ctx, []dedupe.Key{f.key})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		p.metrics.storeErrors.Inc()
	case states[0].Sent:
		return nil
	}
	f.cause = &event.ParseError{Reason: ReasonExhausted, Schema: j.rev.Schema, Stream: j.rev.Stream, Detail: fmt.Sprintf(
		"revision %d of %s: %s, after %d attempts of retry topics; no answer of %s", j.rev.RevID, j.rev.Wiki, reason, j.attempts(), p.missing(j, answers))}
	m, err := p.letter(j, f.cause, ReasonExhausted, time.Now())
	f.letter = &m
	return err
}

// missing names the answers that could not be had.
func (p *Pipeline) missing(j *job, answers []*answer) string {
	var list []string
	for _, a := range answers {
		if a.reason != "" && !a.silent {
			list = append(list, a.Name+" in "+a.Stream)
		}
	}
	if j.combined {
		list = append(list, "all models in "+p.Combined.Name)
	}
	return strings.Join(list, ", ")
}
