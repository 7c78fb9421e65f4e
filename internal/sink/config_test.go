package sink

import (
	"slices"
	"strings"
	"testing"
)

// equipped has everything that a sink may need.
func equipped(t testing.TB, streams map[string][]string, standard ...string) Config {
	t.Helper()
	c := DefaultConfig()
	c.Default, c.Streams = standard, streams
	c.EventGate.URL = "http://gate"
	c.Avro.Registry.URLs = []string{"http://registry"}
	c.Avro.Registry.RetryFor = 0
	c.Avro.Files.Dir = t.TempDir()
	return c
}

// faults are the lines of an error.
func faults(err error) []string {
	if err == nil {
		return nil
	}
	return strings.Split(err.Error(), "\n")
}

func TestDefaultIsValid(t *testing.T) {
	c := DefaultConfig()
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
	if err := c.Transactional(); err != nil {
		t.Error(err)
	}
}

func TestValidate(t *testing.T) {
	one := func(sinks ...string) map[string][]string { return map[string][]string{"s": sinks} }
	all := "kafka, kafka_avro, files, eventgate"
	for _, tc := range []struct {
		name   string
		change func(*Config)
		want   []string
	}{
		{"all of them", func(c *Config) {}, nil},
		{"no default", func(c *Config) { c.Default, c.Streams = nil, one(Files, EventGate) }, []string{"sinks.default is empty, must name at least one of " + all}},
		{"no sink", func(c *Config) { c.Streams = one() }, []string{"sinks.streams.s is empty, must name at least one of " + all}},
		{"unknown", func(c *Config) { c.Streams = one("kafka", "redis") }, []string{`sinks.streams.s has "redis", must be one of ` + all}},
		{"twice", func(c *Config) { c.Streams = one("kafka", "kafka") }, []string{"sinks.streams.s has kafka twice, must have it once"}},
		{"two forms", func(c *Config) { c.Streams = one("kafka_avro", "kafka") },
			[]string{"sinks.streams.s has kafka and kafka_avro, must have one of them: the messages of a topic have one form"}},
		{"no gate, folder or registry", func(c *Config) {
			c.EventGate.URL, c.Avro.Files.Dir, c.Avro.Registry.URLs = "", "", nil
			c.Streams = one("kafka_avro")
		}, []string{
			"sinks.default names files, which needs sinks.avro.files.dir to be set",
			"sinks.default names eventgate, which needs sinks.eventgate.url to be set",
			"sinks.streams.s names kafka_avro, which needs sinks.avro.registry.urls to be set",
		}},
		{"forgotten", func(c *Config) { c.Default = []string{"kafka"} }, []string{
			"sinks.avro.files.dir is set, but neither sinks.default nor any of sinks.streams names files",
			"sinks.eventgate.url is set, but neither sinks.default nor any of sinks.streams names eventgate",
		}},
		{"faults of the parts", func(c *Config) { c.EventGate.InFlight, c.EventGate.Queue, c.Avro.Files.Remember = 0, 0, 0 }, []string{
			"sinks.eventgate.in_flight is 0, must be at least 1",
			"sinks.eventgate.queue is 0, must be at least 1",
			"sinks.avro.files.remember is 0, must be positive",
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := equipped(t, nil, Kafka, Files, EventGate)
			tc.change(&c)
			if got := faults(c.Validate()); !slices.Equal(got, tc.want) {
				t.Errorf("faults\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tc.want, "\n"))
			}
		})
	}
}

func TestTransactional(t *testing.T) {
	c := equipped(t, map[string][]string{"a": {KafkaAvro}, "b": {Kafka, EventGate}}, Files)
	want := []string{
		"sinks.default names files, must name kafka or kafka_avro alone for exactly_once: nothing else can be in a transaction",
		"sinks.streams.b names eventgate, must name kafka or kafka_avro alone for exactly_once: nothing else can be in a transaction",
	}
	if got := faults(c.Transactional()); !slices.Equal(got, want) {
		t.Errorf("faults %q, want %q", got, want)
	}
}
