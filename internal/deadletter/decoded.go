package deadletter

import (
	"context"
	"fmt"

	"revscore/internal/event"
)

// Decoder reads the form in which a topic holds dead letters, as an avro.Serializer
// does that of kafka_avro.
type Decoder interface {
	// Event returns the JSON of a value.
	Event(ctx context.Context, value []byte) ([]byte, error)
}

// Decoded reads one topic, that of dead letters, through a decoder. A value that does
// not decode is told as a broken letter with its offset; unreadable says whether an
// error is of that kind. Any other, as that of a registry which does not answer, ends
// the reading: all letters would look broken.
func Decoded(topics Topics, topic string, d Decoder, unreadable func(error) bool) Topics {
	return &decoded{Topics: topics, topic: topic, decoder: d, unreadable: unreadable}
}

type decoded struct {
	Topics
	topic      string
	decoder    Decoder
	unreadable func(error) bool
}

func (d *decoded) Scan(ctx context.Context, topic string, from Start, yield func(Record) error) error {
	if topic != d.topic {
		return d.Topics.Scan(ctx, topic, from, yield)
	}
	return d.Topics.Scan(ctx, topic, from, func(rec Record) error {
		rec, err := d.decode(ctx, rec)
		if err != nil {
			return err
		}
		return yield(rec)
	})
}

func (d *decoded) Record(ctx context.Context, src event.Source) (Record, error) {
	rec, err := d.Topics.Record(ctx, src)
	if err != nil || src.Topic != d.topic {
		return rec, err
	}
	return d.decode(ctx, rec)
}

func (d *decoded) decode(ctx context.Context, rec Record) (Record, error) {
	if len(rec.Value) == 0 {
		return rec, nil // broken in any form
	}
	value, err := d.decoder.Event(ctx, rec.Value)
	switch {
	case err == nil:
		rec.Value = value
	case d.unreadable(err):
		rec.Fault = err
	default:
		return rec, fmt.Errorf("dead letter %s: %w", rec.Source, err)
	}
	return rec, nil
}
