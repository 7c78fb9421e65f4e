package sink

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"revscore/internal/avro"
	"revscore/internal/eventgate"
)

// The names of sinks, in the order in which they are handed a message.
const (
	Kafka     = "kafka"
	KafkaAvro = "kafka_avro"
	Files     = "files"
	EventGate = "eventgate"
)

var names = []string{Kafka, KafkaAvro, Files, EventGate}

// Config says which stream goes where.
type Config struct {
	EventGate eventgate.Config    `yaml:"eventgate" help:"The gate of streams that name eventgate."`
	Avro      avro.Config         `yaml:"avro" help:"The schema registry of streams that name kafka_avro, and the folder of those that name files."`
	Default   []string            `yaml:"default" help:"Where streams go: kafka (JSON) or kafka_avro, eventgate, files; an event that goes to several is done when all have it."`
	Streams   map[string][]string `yaml:"streams" help:"The same for single streams, in place of the default: name of the stream, list of sinks."`
}

// DefaultConfig sends everything to Kafka.
func DefaultConfig() Config {
	return Config{EventGate: eventgate.DefaultConfig(), Avro: avro.DefaultConfig(), Default: []string{Kafka}}
}

// Of lists the sinks of a stream.
func (c Config) Of(stream string) []string {
	if list, ok := c.Streams[stream]; ok {
		return list
	}
	return c.Default
}

// Only is a configuration that sends streams to one sink and nowhere else.
func (c Config) Only(sink string, streams ...string) Config {
	c.Default, c.Streams = []string{Kafka}, map[string][]string{}
	for _, s := range streams {
		c.Streams[s] = []string{sink}
	}
	return c
}

// Has reports whether a stream goes to a sink.
func (c Config) Has(stream, sink string) bool { return slices.Contains(c.Of(stream), sink) }

// list is a setting that names sinks.
type list struct {
	setting string
	sinks   []string
}

// lists are all of them, in a stable order.
func (c Config) lists() []list {
	out := []list{{"sinks.default", c.Default}}
	for _, stream := range slices.Sorted(maps.Keys(c.Streams)) {
		out = append(out, list{"sinks.streams." + stream, c.Streams[stream]})
	}
	return out
}

// uses reports whether any stream could go to a sink.
func (c Config) uses(sink string) bool {
	return slices.ContainsFunc(c.lists(), func(l list) bool { return slices.Contains(l.sinks, sink) })
}

// Validate reports every fault of the settings.
func (c Config) Validate() error {
	errs := slices.Concat(within("sinks.", c.EventGate.Validate()), within("sinks.", c.Avro.Validate()))
	settings := []struct {
		sink, setting string
		set           bool
	}{
		{KafkaAvro, "sinks.avro.registry.urls", c.Avro.Registry.Enabled()},
		{Files, "sinks.avro.files.dir", c.Avro.Files.Enabled()},
		{EventGate, "sinks.eventgate.url", c.EventGate.Enabled()},
	}
	for _, l := range c.lists() {
		errs = append(errs, l.faults()...)
		for _, s := range settings {
			if slices.Contains(l.sinks, s.sink) && !s.set {
				errs = append(errs, fmt.Errorf("%s names %s, which needs %s to be set", l.setting, s.sink, s.setting))
			}
		}
	}
	for _, s := range settings {
		// A registry may be there to read with; a gate or a folder that stays
		// empty has been forgotten.
		if s.set && s.sink != KafkaAvro && !c.uses(s.sink) {
			errs = append(errs, fmt.Errorf("%s is set, but neither sinks.default nor any of sinks.streams names %s", s.setting, s.sink))
		}
	}
	return errors.Join(errs...)
}

// faults are those that a list has by itself.
func (l list) faults() (errs []error) {
	fault := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf(l.setting+" "+format, args...))
	}
	if len(l.sinks) == 0 {
		fault("is empty, must name at least one of %s", strings.Join(names, ", "))
	}
	for i, s := range l.sinks {
		switch {
		case !slices.Contains(names, s):
			fault("has %q, must be one of %s", s, strings.Join(names, ", "))
		case slices.Contains(l.sinks[:i], s):
			fault("has %s twice, must have it once", s)
		}
	}
	if slices.Contains(l.sinks, Kafka) && slices.Contains(l.sinks, KafkaAvro) {
		fault("has kafka and kafka_avro, must have one of them: the messages of a topic have one form")
	}
	return errs
}

// Transactional says which streams go where no Kafka transaction reaches, and so
// cannot be delivered exactly once; nil if none does.
func (c Config) Transactional() error {
	var errs []error
	for _, l := range c.lists() {
		for _, s := range l.sinks {
			if s == EventGate || s == Files {
				errs = append(errs, fmt.Errorf("%s names %s, must name kafka or kafka_avro alone for exactly_once: nothing else can be in a transaction", l.setting, s))
			}
		}
	}
	return errors.Join(errs...)
}

// within puts the section before every fault of err, whose package does not know
// where its settings stand.
func within(section string, err error) (faults []error) {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range joined.Unwrap() {
			faults = append(faults, within(section, one)...)
		}
		return faults
	}
	return []error{fmt.Errorf("%s%w", section, err)}
}
