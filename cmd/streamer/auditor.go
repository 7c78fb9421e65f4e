package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/zap"

	"revscore/internal/audit"
	"revscore/internal/avro"
	"revscore/internal/event"
	"revscore/internal/score"
)

// auditor reads topics into a ledger.
type auditor struct {
	cfg      Config
	log      *zap.Logger
	out      io.Writer
	progress io.Writer // warnings, too

	routes     *score.Routes
	streams    []score.Stream // those that can be read
	letters    []string       // topic of dead letters, where predictions that failed are told
	avro       *avro.Serializer
	avroTopics []string
	ledger     *audit.Ledger
	lib        *library
	privacy    *privacy // nil when nothing is fed
}

// run does all of it; list may be nil.
func (a *auditor) run(ctx context.Context, times timeRange, list io.Writer, feed bool) error {
	if err := a.cfg.Kafka.awaitBrokers(ctx, a.lib.options, a.log); err != nil {
		return err
	}
	rows, err := a.compare(ctx, times)
	if err != nil {
		return err
	}
	return a.settle(ctx, list, feed, audit.Total(rows))
}

// compare fills the ledger and prints it.
func (a *auditor) compare(ctx context.Context, times timeRange) ([]audit.Row, error) {
	outputs := topicsOf(a.streams)
	if err := a.requireTopics(ctx, outputs); err != nil {
		return nil, err
	}
	inputs, err := a.lib.topics(ctx, a.cfg.Consume.Topics)
	if err != nil {
		return nil, fmt.Errorf("consume.topics: %w", err)
	}
	spans, cut, err := a.lib.between(ctx, inputs, times.from, times.to)
	if err != nil {
		return nil, err
	}
	a.warnCut(cut, "input", times)
	if len(spans) == 0 {
		return nil, times.nothing(inputs)
	}
	// Before the outputs' ends are asked: what is committed by now is answered by then.
	a.warnBehind(ctx, spans)
	if err := a.ledger.Inputs(a.inputs(ctx, "input", spans)); err != nil {
		return nil, err
	}
	if err := a.waiting(ctx); err != nil {
		return nil, err
	}
	if spans, cut, err = a.lib.between(ctx, outputs, times.from.Add(-skew), timeRange{}.to); err != nil {
		return nil, err
	}
	a.warnCut(cut, "output", times)
	if err := a.ledger.Answers(a.answers(ctx, "output", spans)); err != nil {
		return nil, err
	}
	if err := a.failures(ctx, times); err != nil {
		return nil, err
	}
	if n := a.ledger.Unreadable(); n > 0 {
		a.warn("%d records of the output topics are no score events that can be read", n)
	}
	rows := a.ledger.Rows()
	return rows, writeAudit(a.out, a.ledger.Read(), rows)
}

// requireTopics refuses a configuration whose output is nowhere: everything would look
// missing.
func (a *auditor) requireTopics(ctx context.Context, outputs []string) error {
	if _, err := a.lib.topics(ctx, outputs); err != nil {
		return fmt.Errorf("output (routes, produce.topic_prefix): %w", err)
	}
	return nil
}

func (a *auditor) warnCut(topics []string, what string, times timeRange) {
	if len(topics) > 0 {
		a.warn("%s topics %s begin at or after %s: older records were deleted, perhaps some that count", what, strings.Join(topics, ", "), stamp(times.from))
	}
}

// warnBehind says so when the service has not come to all of the range.
func (a *auditor) warnBehind(ctx context.Context, spans []span) {
	switch n, err := a.lib.behind(ctx, a.cfg.Consume.Group, spans); {
	case err != nil:
		a.warn("how far the service is cannot be known: %v", err)
	case n > 0:
		a.warn("group %s has not finished %d records of the range: what they want may be on its way", a.cfg.Consume.Group, n)
	}
}

// waiting reads what is in the retry topics and not finished. It comes after the
// question how far the service is and before that for the outputs' ends: what is finished
// in between is an answer by then, or waits again.
func (a *auditor) waiting(ctx context.Context) error {
	topics := a.cfg.retryPolicy().Topics()
	spans, err := a.lib.unfinished(ctx, a.cfg.Consume.Group, topics)
	if err != nil {
		return fmt.Errorf("what waits in retry topics (retry.stream): %w", err)
	}
	return a.ledger.Waiting(a.inputs(ctx, "waiting", spans))
}

func (a *auditor) inputs(ctx context.Context, what string, spans []span) iter.Seq2[event.Record, error] {
	return func(yield func(event.Record, error) bool) {
		for rec, err := range a.metered(ctx, what, spans) {
			if err != nil {
				yield(event.Record{}, err)
				return
			}
			if !yield(recordOf(rec), nil) {
				return
			}
		}
	}
}

// failures reads dead letters, if any prediction is wanted.
func (a *auditor) failures(ctx context.Context, times timeRange) error {
	spans, cut, err := a.lib.between(ctx, a.letters, times.from.Add(-skew), timeRange{}.to)
	if err != nil {
		return err
	}
	a.warnCut(cut, "dead letters'", times)
	return a.ledger.Letters(a.answers(ctx, "dead letters", spans), a.failed)
}

// answers are the output events as JSON. Avro that does not decode is passed on as it
// is, to be counted; a registry that does not answer ends it.
func (a *auditor) answers(ctx context.Context, what string, spans []span) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for rec, err := range a.metered(ctx, what, spans) {
			var value []byte
			if err == nil {
				value, err = a.event(ctx, rec)
			}
			if !yield(value, err) || err != nil {
				return
			}
		}
	}
}

// event is the JSON of an output record. Only an error of the registry is returned: with
// it everything would look missing.
func (a *auditor) event(ctx context.Context, rec *kgo.Record) ([]byte, error) {
	if rec.Value == nil || !slices.Contains(a.avroTopics, rec.Topic) {
		return rec.Value, nil
	}
	value, err := a.avro.Event(ctx, rec.Value)
	switch {
	case err == nil:
		return value, nil
	case errors.Is(err, avro.ErrUnreadable):
		return rec.Value, nil
	}
	return nil, fmt.Errorf("record %s: %w", recordOf(rec).Source, err)
}
