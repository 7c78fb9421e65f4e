package sink

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"revscore/internal/event"
)

// Stream is an output stream and its topic.
type Stream struct{ Name, Topic string }

// way is where the messages of a topic go.
type way struct {
	stream                   string
	kafka, avro, files, gate bool
}

// own is the way of topics that have no stream.
var own = way{kafka: true}

func newWay(stream string, sinks []string) way {
	has := func(sink string) bool { return slices.Contains(sinks, sink) }
	return way{stream, has(Kafka), has(KafkaAvro), has(Files), has(EventGate)}
}

// of names the stream of a message for letters and metrics: a topic that has none is
// its own.
func (w way) of(m event.Message) string {
	if w.stream == "" {
		return m.Topic
	}
	return w.stream
}

// brokers is what the sink is called that brokers are.
func (w way) brokers() string {
	if w.avro {
		return KafkaAvro
	}
	return Kafka
}

// sinks lists them by name.
func (w way) sinks() (out []string) {
	for i, has := range []bool{w.kafka, w.avro, w.files, w.gate} {
		if has {
			out = append(out, names[i])
		}
	}
	return out
}

// newWays finds the way of each topic.
func newWays(cfg Config, streams []Stream) (map[string]way, error) {
	var errs []error
	ways := map[string]way{}
	known := map[string]bool{}
	for _, s := range streams {
		known[s.Name] = true
		w := newWay(s.Name, cfg.Of(s.Name))
		other, shared := ways[s.Topic]
		if !shared {
			ways[s.Topic] = w
			continue
		}
		if !slices.Equal(w.sinks(), other.sinks()) {
			errs = append(errs, fmt.Errorf("sinks: streams %s and %s share topic %s, must go to the same sinks", other.stream, s.Name, s.Topic))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(cfg.Streams)) {
		if !known[name] {
			errs = append(errs, fmt.Errorf("sinks.streams has %s, must be one of %s", name, strings.Join(slices.Sorted(maps.Keys(known)), ", ")))
		}
	}
	return ways, errors.Join(errs...)
}
