package sink

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"revscore/internal/event"
	"revscore/internal/produce"
)

// forBrokers is what of the messages of a record goes to brokers, in the form in which
// it does, and what is refused before anything is sent: what has no Avro form, and what
// is larger than its topic takes.
type forBrokers struct {
	messages  []event.Message
	originals []event.Message // in JSON, beside messages
	refusals  []Refusal
}

// toBrokers puts messages into the form for brokers. An error is that of a registry
// which does not answer.
func (s *Sinks) toBrokers(ctx context.Context, messages []event.Message) (out forBrokers, err error) {
	for _, m := range messages {
		w := s.way(m)
		if !w.kafka && !w.avro {
			continue
		}
		form, refusal, err := s.form(ctx, w, m)
		switch {
		case err != nil:
			return out, err
		case refusal != nil:
			out.refusals = append(out.refusals, *refusal)
		default:
			out.messages, out.originals = append(out.messages, form), append(out.originals, m)
		}
	}
	return out, nil
}

func (s *Sinks) form(ctx context.Context, w way, m event.Message) (form event.Message, refusal *Refusal, err error) {
	form = m
	if w.avro {
		if form, err = s.serializer.Message(ctx, m); err != nil {
			// Either the event is at fault, or the registry, which may be mended.
			// The codec alone knows; asking it again costs only the failures.
			if _, _, bad := s.codec.Encode(m.Value); bad == nil {
				return m, nil, fmt.Errorf("stream %s, sink %s: %w", w.stream, KafkaAvro, err)
			}
			return m, &Refusal{Stream: w.of(m), Sink: KafkaAvro, Message: m, Err: err}, nil
		}
	}
	if err := s.kafka.Check(form); err != nil {
		return m, &Refusal{Stream: w.of(m), Sink: w.brokers(), Message: m, Err: err}, nil
	}
	return form, nil, nil
}

// brokersAnswer reads the answer to what was handed to brokers. What they refuse for
// good is a refusal like any other sink's; only when there is nothing else in the
// answer has the rest arrived.
func (s *Sinks) brokersAnswer(sent, originals []event.Message, err error) ([]Refusal, error) {
	if err == nil {
		return nil, nil
	}
	refused, only := produce.Refusals(err)
	if !only {
		return nil, err
	}
	refusals := make([]Refusal, len(refused))
	for i, r := range refused {
		m := r.Message
		if at := slices.IndexFunc(sent, func(o event.Message) bool { return o.Topic == m.Topic && bytes.Equal(o.Value, m.Value) }); at >= 0 {
			m = originals[at]
		}
		w := s.way(m)
		refusals[i] = Refusal{Stream: w.of(m), Sink: w.brokers(), Message: m, Err: r}
	}
	return refusals, nil
}
