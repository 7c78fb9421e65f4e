package score

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"revscore/internal/dedupe"
	"revscore/internal/event"
)

// publish sends what becomes of the event, lets the page's next event go, and waits
// until all is acknowledged.
func (p *Pipeline) publish(ctx context.Context, j *job, answers []*answer, f fate) error {
	messages, err := p.messages(j, answers, f)
	if err != nil {
		return fmt.Errorf("revision %d of %s: %w", j.rev.RevID, j.rev.Wiki, err)
	}
	if len(messages) == 0 {
		j.turn.pass()
		return nil
	}
	acknowledged := p.send(ctx, messages)
	j.turn.pass()
	if err := <-acknowledged; err != nil {
		return err
	}
	p.reportAll(j, answers, f)
	return nil
}

// messages are all that the event becomes, in the order in which they are sent: those
// of single models, the one of all, and what is to be seen to later.
func (p *Pipeline) messages(j *job, answers []*answer, f fate) ([]event.Message, error) {
	now := time.Now()
	key := event.EncodeKey(j.rev.Wiki, j.rev.PageID)
	messages := make([]event.Message, 0, len(answers)) // nearly always that is all
	for _, a := range answers {
		if a.silent {
			continue
		}
		m, err := p.message(j, a, key, now)
		if err != nil {
			return nil, fmt.Errorf("stream %s: %w", a.Stream, err)
		}
		messages = append(messages, m)
	}
	if f.combined {
		value, err := event.EncodeCombined(j.rev, p.Combined.Name, outcomes(answers), now)
		if err != nil {
			return nil, fmt.Errorf("stream %s: %w", p.Combined.Name, err)
		}
		messages = append(messages, event.Message{Topic: p.Combined.Topic, Key: key, Value: value})
	}
	if f.letter != nil {
		messages = append(messages, *f.letter)
	}
	if f.again != nil {
		messages = append(messages, *f.again)
	}
	return messages, nil
}

// message is what one target is told: an event of its stream, or a dead letter about
// the prediction that cannot be.
func (p *Pipeline) message(j *job, a *answer, key []byte, now time.Time) (event.Message, error) {
	if a.Output != OutputPrediction {
		value, err := event.EncodeScore(j.rev, a.Stream, a.Outcome, now)
		return event.Message{Topic: a.Topic, Key: key, Value: value}, err
	}
	if a.Failure != nil {
		a.unfit = &event.ParseError{Reason: a.Failure.Type, Schema: j.rev.Schema, Stream: j.rev.Stream, Detail: a.Failure.Message}
	} else {
		value, err := event.EncodePrediction(j.rev, a.Stream, a.Outcome, now)
		var refused *event.ParseError
		if !errors.As(err, &refused) {
			return event.Message{Topic: a.Topic, Key: key, Value: value}, err
		}
		a.unfit = refused
	}
	return p.letter(j, a.unfit, a.Target.About(), now)
}

// About tells the dead letter about a target's failed prediction from others about the
// same event (event.LetterID).
func (t Target) About() string { return t.Stream + " " + t.Name + " " + t.Model.Version() }

// letter is a dead letter about an event that can be read. about tells it from others
// about the same event.
func (p *Pipeline) letter(j *job, cause error, about string, now time.Time) (event.Message, error) {
	l := p.Letters
	return l.fit(func(maxRaw int) ([]byte, error) {
		return event.Letter{
			Stream: l.Stream, Emitter: l.Emitter, Source: j.rec.Source, Value: j.rev.Raw, Cause: cause, MaxRaw: maxRaw, About: about,
		}.Encode(now)
	})
}

// outcomes are what the models said, each once: a model may have several streams.
func outcomes(answers []*answer) []event.Outcome {
	list := make([]event.Outcome, 0, len(answers))
	for _, a := range answers {
		if !slices.ContainsFunc(list, func(o event.Outcome) bool { return o.Model == a.Outcome.Model }) {
			list = append(list, a.Outcome)
		}
	}
	return list
}

// combinedKey is that of the mark of the event of all models. It is another one when a
// model has a new version, as the event's id is.
func (p *Pipeline) combinedKey(j *job) dedupe.Key {
	list := make([]event.Outcome, 0, len(j.targets))
	for _, t := range j.targets {
		if !slices.ContainsFunc(list, func(o event.Outcome) bool { return o.Model == t.Name }) {
			list = append(list, event.Outcome{Model: t.Name, Version: t.Model.Version()})
		}
	}
	id := event.CombinedID(p.Combined.Name, j.rev.Wiki, j.rev.RevID, list)
	return dedupe.Key{Stream: p.Combined.Name, Wiki: j.rev.Wiki, Model: "combined", Version: id.String(), RevID: j.rev.RevID}
}

// reportAll tells of all messages of the event.
func (p *Pipeline) reportAll(j *job, answers []*answer, f fate) {
	for _, a := range answers {
		if !a.silent {
			p.report(reportOf(j, a))
		}
	}
	if f.combined {
		p.report(Report{Record: j.rec, Revision: j.rev, Kind: KindCombined, Stream: p.Combined.Name})
	}
	if f.again != nil {
		for i, stream := range f.retry.Streams {
			p.report(Report{Record: j.rec, Revision: j.rev, Kind: KindRetry, Stream: stream, Model: f.retry.Models[i]})
		}
	}
	if f.letter != nil {
		p.report(Report{Record: j.rec, Revision: j.rev, Kind: KindRejected, Stream: p.Letters.Stream, Cause: f.cause})
	}
}

func reportOf(j *job, a *answer) Report {
	r := Report{Record: j.rec, Revision: j.rev, Kind: KindScore, Stream: a.Stream, Model: a.Outcome.Model, Outcome: a.Outcome}
	var refused *event.ParseError
	switch {
	case a.Failure != nil:
		r.Kind = KindFailure
	case errors.As(a.unfit, &refused):
		r.Kind = KindFailure
		r.Outcome.Score, r.Outcome.Failure = nil, &event.Failure{Type: refused.Reason, Message: refused.Detail}
	}
	return r
}

// entries are the marks of acknowledged answers. What may be mended gets none, so
// that it is tried again when it comes again.
func (p *Pipeline) entries(j *job, answers []*answer, f fate) []dedupe.Entry {
	list := make([]dedupe.Entry, 0, len(answers))
	fleeting := false
	for _, a := range answers {
		fleeting = fleeting || a.fleeting
		if !a.fleeting && !a.silent {
			list = append(list, dedupe.Entry{Key: scoreKey(j.rev, a.Target), Score: a.document})
		}
	}
	if f.combined && !fleeting {
		list = append(list, dedupe.Entry{Key: p.combinedKey(j)})
	}
	if f.letter != nil {
		list = append(list, dedupe.Entry{Key: f.key})
	}
	return list
}
