package deadletter

import (
	"context"
	"fmt"
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

func (d *decoded) Scan(ctx context.Context, topic string, yield func(Record) error) error {
	if topic != d.topic {
		return d.Topics.Scan(ctx, topic, yield)
	}
	return d.Topics.Scan(ctx, topic, func(rec Record) error {
		if len(rec.Value) == 0 {
			return yield(rec) // broken in any form
		}
		value, err := d.decoder.Event(ctx, rec.Value)
		switch {
		case err == nil:
			rec.Value = value
		case d.unreadable(err):
			rec.Fault = err
		default:
			return fmt.Errorf("dead letter %s: %w", rec.Source, err)
		}
		return yield(rec)
	})
}
