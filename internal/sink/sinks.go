package sink

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"revscore/internal/avro"
	"revscore/internal/event"
	"revscore/internal/eventgate"
)

// KafkaPublisher is what hands messages to brokers: a produce.Producer, or a
// consume.Transactor within its transactions.
type KafkaPublisher interface {
	PublishAll(ctx context.Context, messages []event.Message, done func(error))
	// Check returns why a message would be refused before it is sent, nil if it would not.
	Check(m event.Message) error
	Flush(ctx context.Context) error
}

// gate is an eventgate.Sink.
type gate interface {
	Publish(ctx context.Context, m event.Message, done func(error))
	Flush(ctx context.Context) error
	Close()
	Err() error
}

// files is an avro.Files.
type files interface {
	Publish(ctx context.Context, m event.Message, done func(error))
	Flush(ctx context.Context) error
	Close() error
	Err() error
}

// serializer is an avro.Serializer.
type serializer interface {
	Start(ctx context.Context, topics map[string][]string) error
	Message(ctx context.Context, m event.Message) (event.Message, error)
}

// Sinks publishes to all sinks. It is safe for concurrent use; all but closed is
// immutable. A sink that no stream names is nil.
type Sinks struct {
	ways    map[string]way // by topic
	letters Letters
	metrics *metrics

	kafka      KafkaPublisher
	codec      *avro.Codec
	serializer serializer
	files      files
	gate       gate

	writing pending // of letters
	closed  atomic.Bool
}

// Parts are what sinks are made of. All but Letters are required.
type Parts struct {
	Kafka   KafkaPublisher // closed by whoever made it
	Streams []Stream       // all that are published, that of dead letters too
	Letters Letters        // about what sinks refuse
	// StateChange is told when a sink has ceased to take events, and why, and with nil
	// when it takes them again. It must return quickly.
	StateChange func(sink string, cause error)
	Registry    prometheus.Registerer
}

// New makes those sinks that a stream names. cfg is valid.
func New(cfg Config, parts Parts) (*Sinks, error) {
	ways, err := newWays(cfg, parts.Streams)
	if err != nil {
		return nil, err
	}
	s := &Sinks{ways: ways, letters: parts.Letters, metrics: newMetrics(parts.Registry), kafka: parts.Kafka, codec: avro.NewCodec()}
	for _, w := range ways {
		for _, sink := range w.sinks() {
			s.metrics.refused.WithLabelValues(w.stream, sink) // so that an increase is seen from the first on
		}
	}
	if cfg.uses(KafkaAvro) {
		registry, err := avro.NewRegistry(cfg.Avro.Registry, parts.Registry)
		if err != nil {
			return nil, fmt.Errorf("sink %s: %w", KafkaAvro, err)
		}
		s.serializer = avro.NewSerializer(s.codec, registry)
	}
	if cfg.uses(Files) {
		f, err := avro.NewFiles(cfg.Avro.Files, parts.Registry, avro.WithStateChange(func(cause error) { parts.StateChange(Files, cause) }))
		if err != nil {
			return nil, fmt.Errorf("sink %s: %w", Files, err)
		}
		s.files = f
	}
	if cfg.uses(EventGate) {
		g, err := eventgate.New(cfg.EventGate, parts.Registry, eventgate.WithStateChange(func(_ bool, cause error) { parts.StateChange(EventGate, cause) }))
		if err != nil {
			return nil, errors.Join(fmt.Errorf("sink %s: %w", EventGate, err), s.Close())
		}
		s.gate = g
	}
	return s, nil
}

// Start finds the Avro schemas of what will be published, by the $schema URIs of each
// topic's events, and registers them where that is allowed. It fails for what would
// otherwise fail at the first event. Topics that need no Avro are passed over.
func (s *Sinks) Start(ctx context.Context, topics map[string][]string) error {
	var errs []error
	registered := map[string][]string{}
	for _, topic := range slices.Sorted(maps.Keys(s.ways)) {
		w, uris := s.ways[topic], topics[topic]
		switch {
		case w.avro && len(uris) == 0:
			errs = append(errs, fmt.Errorf("stream %s: no schema is known of its events, so %s has none to look up", w.stream, KafkaAvro))
		case w.avro:
			registered[topic] = uris
		case w.files:
			for _, uri := range uris {
				if _, err := avro.SchemaOf(uri); err != nil {
					errs = append(errs, fmt.Errorf("stream %s, sink %s: %w", w.stream, Files, err))
				}
			}
		}
	}
	if len(registered) > 0 {
		if err := s.serializer.Start(ctx, registered); err != nil {
			errs = append(errs, fmt.Errorf("sink %s: %w", KafkaAvro, err))
		}
	}
	return errors.Join(errs...)
}

// Publish is PublishAll of one message.
func (s *Sinks) Publish(ctx context.Context, m event.Message, done func(error)) {
	s.PublishAll(ctx, []event.Message{m}, done)
}

// PublishAll takes the messages of one record in, in their order, and calls done
// once, when all their sinks have answered: with nil, a [*RefusedError], or an error
// after which the record is to be delivered again. It blocks while a sink is full.
// The slices, messages too, belong to the sinks until then. done must not wait for
// a sink.
func (s *Sinks) PublishAll(ctx context.Context, messages []event.Message, done func(error)) {
	s.publish(ctx, messages, done)
}

func (s *Sinks) publish(ctx context.Context, messages []event.Message, done func(error)) {
	if s.onlyKafka(messages) {
		s.kafka.PublishAll(ctx, messages, func(err error) {
			if err == nil {
				done(nil)
				return
			}
			d := s.newDelivery(ctx, done)
			refusals, err := s.brokersAnswer(messages, messages, err)
			d.refuse(refusals...)
			d.answer(err)
		})
		return
	}
	d := s.newDelivery(ctx, done)
	// All that may fail before anything has been sent comes first: a registry that
	// is away then leaves nothing half done. What is known to be refused by then is
	// replaced by its letter, which so is in the same transaction as the rest.
	brokers, err := s.toBrokers(ctx, messages)
	if err == nil && len(brokers.refusals) > 0 {
		messages, err = s.replace(ctx, messages, &brokers)
	}
	if err != nil {
		d.answer(err)
		return
	}
	d.refuse(brokers.refusals...)
	s.hand(ctx, messages, brokers, d)
	d.answer(nil)
}

// replace adds the letters about what was refused to a record's messages, and to those
// for brokers.
func (s *Sinks) replace(ctx context.Context, messages []event.Message, brokers *forBrokers) ([]event.Message, error) {
	for i := range brokers.refusals {
		brokers.refusals[i].lettered = true
	}
	letters, err := s.about(brokers.refusals)
	if err != nil {
		return nil, err
	}
	more, err := s.toBrokers(ctx, letters)
	if err != nil {
		return nil, err
	}
	brokers.messages = append(brokers.messages, more.messages...)
	brokers.originals = append(brokers.originals, more.originals...)
	brokers.refusals = append(brokers.refusals, more.refusals...)
	return slices.Concat(messages, letters), nil
}

// hand gives each sink its messages.
func (s *Sinks) hand(ctx context.Context, messages []event.Message, brokers forBrokers, d *delivery) {
	if len(brokers.messages) > 0 {
		d.expect()
		s.kafka.PublishAll(ctx, brokers.messages, func(err error) {
			refusals, err := s.brokersAnswer(brokers.messages, brokers.originals, err)
			d.refuse(refusals...)
			d.answer(err)
		})
	}
	for _, m := range messages {
		if w := s.way(m); w.files {
			s.files.Publish(ctx, m, d.await(Refusal{Stream: w.stream, Sink: Files, Message: m}, s.finalOfFiles(ctx)))
		}
	}
	for _, m := range messages {
		if w := s.way(m); w.gate {
			s.gate.Publish(ctx, m, d.await(Refusal{Stream: w.stream, Sink: EventGate, Message: m}, finalOfGate))
		}
	}
}

func (s *Sinks) way(m event.Message) way {
	if w, ok := s.ways[m.Topic]; ok {
		return w
	}
	return own
}

// onlyKafka tells whether there is nothing to do here. It is the usual case, and
// costs a look at each topic and size.
func (s *Sinks) onlyKafka(messages []event.Message) bool {
	for _, m := range messages {
		if w := s.way(m); !w.kafka || w.files || w.gate || s.kafka.Check(m) != nil {
			return false
		}
	}
	return true
}

// finalOfGate tells the gate's refusals from what may come through another time.
func finalOfGate(err error) bool {
	var rejected *eventgate.RejectedError
	return errors.As(err, &rejected)
}

// finalOfFiles does so for files. They wait for the disk as long as it takes, so an
// error is a refusal unless the context has ended or they are closed. In doubt it is
// none: then the record comes again.
func (s *Sinks) finalOfFiles(ctx context.Context) func(error) bool {
	return func(error) bool { return ctx.Err() == nil && !s.closed.Load() }
}

// Flush waits until every sink has answered for all that was published.
func (s *Sinks) Flush(ctx context.Context) error {
	errs := []error{s.kafka.Flush(ctx)}
	if s.files != nil {
		errs = append(errs, s.files.Flush(ctx))
	}
	if s.gate != nil {
		errs = append(errs, s.gate.Flush(ctx))
	}
	return errors.Join(append(errs, s.writing.wait(ctx))...)
}

// Close gives up what Flush has not waited for. Nothing is published any more, and the
// contexts of what was have ended; Kafka is closed by whoever made it.
func (s *Sinks) Close() error {
	s.closed.Store(true)
	var err error
	if s.gate != nil {
		s.gate.Close()
	}
	if s.files != nil {
		err = s.files.Close()
	}
	_ = s.writing.wait(context.Background())
	return err
}

// Err says what holds a sink up at the moment and needs an operator, such as a full
// disk or a gate that is away; nil when all is well.
func (s *Sinks) Err() error {
	var errs []error
	if s.files != nil {
		errs = append(errs, s.files.Err())
	}
	if s.gate != nil {
		errs = append(errs, s.gate.Err())
	}
	return errors.Join(errs...)
}
