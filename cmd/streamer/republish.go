package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"revscore/internal/deadletter"
	"revscore/internal/dedupe"
	"revscore/internal/event"
	"revscore/internal/produce"
	"revscore/internal/sink"
)

// republisher brings events that a sink has refused to that sink again, with what the
// service uses for it. It implements deadletter.Sinks. It is for one goroutine, and
// makes what it needs when the first event needs it.
type republisher struct {
	cfg   Config
	marks dedupe.Store // nil: nobody remembers what was replayed

	topics   map[string]string // of streams
	producer *produce.Producer
	sinks    map[string]*sink.Sinks // by the one sink that they have
}

// newRepublisher connects to nothing yet.
func newRepublisher(cfg Config, marks dedupe.Store) *republisher {
	// A command that people wait for does not wait for a gate as the service does.
	gate := &cfg.Sinks.EventGate
	gate.Linger, gate.Timeout = 0, min(gate.Timeout, letterPatience)
	if gate.Deadline == 0 || gate.Deadline > letterPatience {
		gate.Deadline = letterPatience
	}
	cfg.Sinks.Avro.Registry.RetryFor = min(cfg.Sinks.Avro.Registry.RetryFor, letterPatience)
	return &republisher{cfg: cfg, marks: marks, topics: cfg.outputTopics(), sinks: map[string]*sink.Sinks{}}
}

// Close ends all connections.
func (r *republisher) Close() error {
	var errs []error
	for _, s := range r.sinks {
		errs = append(errs, s.Close())
	}
	if r.producer != nil {
		r.producer.Close()
	}
	return errors.Join(errs...)
}

// Republish implements deadletter.Sinks.
func (r *republisher) Republish(ctx context.Context, to event.Refusal, value []byte) error {
	key := replayed(to, value)
	if r.marks != nil && to.ID != "" {
		states, err := r.marks.Lookup(ctx, []dedupe.Key{key})
		if err != nil {
			return fmt.Errorf("what was replayed before: %w (dedupe.redis)", err)
		}
		if states[0].Sent {
			return deadletter.ErrBefore
		}
	}
	sinks, err := r.sink(to.Sink)
	if err != nil {
		return err
	}
	if err := publishOne(ctx, sinks, event.Message{Topic: r.topics[to.Stream], Key: event.KeyOf(value), Value: value}); err != nil {
		return err
	}
	if r.marks == nil || to.ID == "" {
		return nil
	}
	if err := r.marks.Remember(ctx, []dedupe.Entry{{Key: key}}); err != nil {
		return fmt.Errorf("%s is there, and will be again at the next replay: remember it: %w", to, err)
	}
	return nil
}

// Takes implements deadletter.Sinks: an event goes only where the service would send it,
// for a letter's text is others' words.
func (r *republisher) Takes(to event.Refusal) error {
	_, known := r.topics[to.Stream]
	switch {
	case to.Sink == sink.Files:
		return fmt.Errorf("%w: files are written by the running service alone", deadletter.ErrRefused)
	case !known:
		return fmt.Errorf("%w: stream %s is not in the configuration (routes)", deadletter.ErrRefused, to.Stream)
	case !r.cfg.Sinks.Has(to.Stream, to.Sink):
		return fmt.Errorf("%w: stream %s does not go to %s now (sinks)", deadletter.ErrRefused, to.Stream, to.Sink)
	}
	return nil
}

// outputTopics are those of all streams of ours, by stream.
func (c Config) outputTopics() map[string]string {
	topics := map[string]string{}
	for _, s := range c.ownStreams() {
		topics[s.Name] = s.Topic
	}
	for _, r := range c.Routes {
		topics[r.StreamName()] = cmp.Or(r.Topic, c.Produce.Topic(r.StreamName()))
	}
	return topics
}

// sink has only the sink of a name, for all streams that go there.
func (r *republisher) sink(name string) (*sink.Sinks, error) {
	if s := r.sinks[name]; s != nil {
		return s, nil
	}
	if r.producer == nil {
		brokers, err := r.cfg.Kafka.options(zap.NewNop())
		if err != nil {
			return nil, err
		}
		messages := r.cfg.Produce
		messages.CreateTopic, messages.Linger = false, 0
		if r.producer, err = produce.New(messages, brokers, prometheus.NewRegistry()); err != nil {
			return nil, err
		}
	}
	var names []string
	var streams []sink.Stream
	for stream, topic := range r.topics {
		if r.cfg.Sinks.Has(stream, name) {
			names, streams = append(names, stream), append(streams, sink.Stream{Name: stream, Topic: topic})
		}
	}
	s, err := sink.New(r.cfg.Sinks.Only(name, names...), sink.Parts{
		Kafka: r.producer, Streams: streams, Registry: prometheus.NewRegistry(), StateChange: func(string, error) {},
	})
	if err == nil {
		r.sinks[name] = s
	}
	return s, err
}

// publishOne waits for the sink's answer.
func publishOne(ctx context.Context, sinks *sink.Sinks, m event.Message) error {
	ctx, cancel := context.WithTimeout(ctx, 2*letterPatience) // a gate's own patience comes first
	defer cancel()
	answer := make(chan error, 1)
	sinks.PublishAll(ctx, []event.Message{m}, func(err error) { answer <- err })
	err := <-answer
	var refused *sink.RefusedError
	if errors.As(err, &refused) {
		return fmt.Errorf("%w again: %w", deadletter.ErrRefused, refused.Refusals[0].Err)
	}
	return err
}

// replayed is where it is remembered that an event was replayed. Its bytes are in it: an
// error event and the score that follows it have one meta.id.
func replayed(to event.Refusal, value []byte) dedupe.Key {
	sum := sha256.Sum256(value)
	return dedupe.Key{Stream: to.Stream, Wiki: "replayed", Model: to.Sink + " " + to.ID, Version: hex.EncodeToString(sum[:8])}
}
