package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/zap"

	"revscore/internal/consume"
	"revscore/internal/event"
	"revscore/internal/produce"
	"revscore/internal/score"
	"revscore/internal/sink"
)

// How events are delivered.
const (
	atLeastOnce = "at_least_once"
	exactlyOnce = "exactly_once"
)

// outlet is where messages go out.
type outlet struct {
	cfg     Config
	brokers []kgo.Opt
	log     *zap.Logger
	streams []sink.Stream
	schemas map[string][]string // of the events of a topic
	sinks   *sink.Sinks

	// producer takes what may be lost, and with at_least_once all.
	producer *produce.Producer
	// transactor is nil with at_least_once; else it is the source as well.
	transactor *consume.Transactor
}

// combined is the stream of all models' scores; without a name there is none.
func (c Config) combined() score.Stream {
	if c.Produce.Combined == "" {
		return score.Stream{}
	}
	return score.Stream{Name: c.Produce.Combined, Topic: c.Produce.Topic(c.Produce.Combined), Schema: event.ScoreSchema}
}

// ownStreams are those that no route has.
func (c Config) ownStreams() []score.Stream {
	list := []score.Stream{{Name: c.Produce.ErrorStream, Topic: c.Produce.Topic(c.Produce.ErrorStream), Schema: event.ErrorSchema}}
	if combined := c.combined(); combined.Name != "" {
		list = append(list, combined)
	}
	return list
}

// validateStreams holds the streams of no route to those of routes, and what settings say
// of streams to those that there are.
func (c Config) validateStreams() error {
	return errors.Join(c.validateCombined(), c.validateSinks())
}

// validateSinks finds misspelt streams, which would go to sinks.default unnoticed.
func (c Config) validateSinks() error {
	var errs []error
	names := c.streamNames()
	for _, s := range slices.Sorted(maps.Keys(c.Sinks.Streams)) {
		if !slices.Contains(names, s) {
			errs = append(errs, fmt.Errorf("sinks.streams has %s, must be a stream of this configuration: %s", s, strings.Join(names, ", ")))
		}
	}
	return errors.Join(errs...)
}

func (c Config) validateCombined() error {
	if c.Produce.Combined == "" {
		return nil
	}
	fault := func(of string) error {
		return fmt.Errorf("produce.combined_stream is %s, which is the stream of %s: it must have a stream and a topic of its own", c.Produce.Combined, of)
	}
	if c.Produce.Combined == c.Produce.ErrorStream {
		return fault("dead letters")
	}
	for _, r := range c.Routes {
		if r.StreamName() == c.Produce.Combined || r.Topic == c.combined().Topic {
			return fault("a route")
		}
	}
	return nil
}

// newOutlet connects to nothing yet.
func newOutlet(b base) (o *outlet, err error) {
	o = &outlet{cfg: b.cfg, brokers: b.brokers, log: b.log, schemas: map[string][]string{}}
	for _, s := range append(b.routes.Streams(), b.cfg.ownStreams()...) {
		o.streams = append(o.streams, sink.Stream{Name: s.Name, Topic: s.Topic})
		if !slices.Contains(o.schemas[s.Topic], s.Schema) {
			o.schemas[s.Topic] = append(o.schemas[s.Topic], s.Schema)
		}
	}
	if o.producer, err = produce.New(b.cfg.Produce, b.brokers, b.reg); err != nil {
		return nil, err
	}
	kafka := sink.KafkaPublisher(o.producer)
	if b.cfg.Delivery == exactlyOnce {
		if o.transactor, err = newTransactor(b, o.producer); err != nil {
			return nil, errors.Join(err, o.Close())
		}
		kafka = o.transactor
	}
	o.sinks, err = sink.New(b.cfg.Sinks, sink.Parts{
		Kafka: kafka, Streams: o.streams, Registry: b.reg, StateChange: o.onStateChange,
		Letters: sink.Letters{
			Stream: b.cfg.Produce.ErrorStream, Topic: b.cfg.Produce.Topic(b.cfg.Produce.ErrorStream),
			Emitter: b.cfg.Produce.Emitter, MaxRaw: b.cfg.Produce.MaxRaw(),
		},
	})
	if err != nil {
		return nil, errors.Join(err, o.Close())
	}
	return o, nil
}

// onStateChange logs that a sink holds events up, and that it takes them again.
func (o *outlet) onStateChange(name string, cause error) {
	if cause != nil {
		o.log.Warn("a sink does not take events; they wait, and the consumer with them", zap.String("sink", name), zap.Error(cause))
		return
	}
	o.log.Info("the sink takes events again", zap.String("sink", name))
}

// newTransactor makes one that creates no topics, which start does in its place: a
// client that reads by pattern and creates topics can lock up (package consume).
func newTransactor(b base, producer *produce.Producer) (*consume.Transactor, error) {
	messages := b.cfg.Produce
	messages.CreateTopic = false
	return consume.NewTransactor(b.cfg.withRetries(), b.cfg.Transactions, consume.TransactorParts{
		Brokers: b.brokers, Messages: messages.Options(), Produced: producer.Count, Limits: producer.Limits(),
		Registry: b.reg, Log: b.log.Named("consume"),
	})
}

// source is where the records for handler come from.
func (o *outlet) source(handler consume.Handler, reg prometheus.Registerer) (source, error) {
	log := o.log.Named("consume")
	switch {
	case o.cfg.Consume.Source == consume.SourceEventStreams:
		return consume.NewEventStreams(o.cfg.Consume, o.cfg.Fetch.UserAgent, handler, reg, log)
	case o.transactor != nil:
		o.transactor.Handle(handler)
		return o.transactor, nil
	}
	return consume.NewKafka(o.cfg.withRetries(), o.brokers, handler, reg, log)
}

// start finds out what would otherwise fail at the first event.
func (o *outlet) start(ctx context.Context) error {
	if err := o.sinks.Start(ctx, o.schemas); err != nil {
		return err
	}
	return o.prepareTopics(ctx)
}

// PublishAll takes the messages of one event to their sinks. What a sink refuses for
// what it is has arrived everywhere else, would be refused again, and has a dead letter:
// it is logged and over, so that one event does not hold up all behind it.
func (o *outlet) PublishAll(ctx context.Context, messages []event.Message, done func(error)) {
	o.sinks.PublishAll(ctx, messages, func(err error) {
		var refused *sink.RefusedError
		if errors.As(err, &refused) {
			for _, r := range refused.Refusals {
				o.log.Error("a sink will never take an event; it is left out there", zap.String("sink", r.Sink),
					zap.String("stream", r.Stream), zap.ByteString("key", r.Message.Key), zap.Error(r.Err))
			}
			err = nil
		}
		done(err)
	})
}

// ready tells whether every sink takes events.
func (o *outlet) ready(src source) func(context.Context) error {
	return func(ctx context.Context) error {
		var nothing *consume.NothingToReadError
		switch err := src.Ready(ctx); {
		case errors.As(err, &nothing):
			return nothing
		case err != nil:
			return errors.New("the brokers do not answer")
		}
		return o.sinks.Err()
	}
}

// warnings are what holds a sink up and needs an operator.
func (o *outlet) warnings() []string {
	if err := o.sinks.Err(); err != nil {
		return []string{err.Error()}
	}
	return nil
}

// Flush waits until every message is acknowledged or refused. A transactor has
// committed in Drain; the producer beside it may hold differences of shadows.
func (o *outlet) Flush(ctx context.Context) error {
	return errors.Join(o.sinks.Flush(ctx), o.producer.Flush(ctx))
}

// abandon gives up messages that no broker has answered.
func (o *outlet) abandon() { o.producer.Close() }

// Close gives up what Flush has not waited for.
func (o *outlet) Close() error {
	var err error
	if o.sinks != nil {
		err = o.sinks.Close()
	}
	o.producer.Close()
	return err
}
