package sink

import (
	"context"
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sr/srfake"

	"revscore/internal/avro"
	"revscore/internal/consume"
	"revscore/internal/event"
	"revscore/internal/eventgate"
	"revscore/internal/gatesim"
	"revscore/internal/produce"
)

// Both ways of delivery publish through the same interface.
var (
	_ KafkaPublisher = (*produce.Producer)(nil)
	_ KafkaPublisher = (*consume.Transactor)(nil)
)

// The true parts together: one stream in all forms but JSON, one in JSON alone.
func TestTrueSinks(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.DefaultNumPartitions(1), kfake.SeedTopics(1, "dc.scores", "dc.errors"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	brokers := kgo.SeedBrokers(cluster.ListenAddrs()...)
	registry := srfake.New()
	t.Cleanup(registry.Close)
	gateway := gatesim.New(nil, 10)
	server := httptest.NewServer(gateway)
	t.Cleanup(server.Close)

	cfg := equipped(t, map[string][]string{"scores": {KafkaAvro, Files, EventGate}}, Kafka)
	cfg.EventGate.URL = server.URL
	cfg.Avro.Registry.URLs, cfg.Avro.Registry.Register = []string{registry.URL()}, true
	cfg.Avro.Files.Delay = 0
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	reg := prometheus.NewRegistry()
	producer, err := produce.New(produce.DefaultConfig(), []kgo.Opt{brokers}, reg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(producer.Close)
	s, err := New(cfg, Parts{Kafka: producer, Streams: []Stream{{"scores", "dc.scores"}, {"errors", "dc.errors"}}, Letters: Letters{"errors", "dc.errors", "test", 1000}, Registry: reg, StateChange: func(string, error) {}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := s.Start(ctx, map[string][]string{"dc.scores": {event.ErrorSchema}, "dc.errors": {event.ErrorSchema}}); err != nil {
		t.Fatal(err)
	}

	good, other := letter(t, "dc.scores", 1), letter(t, "dc.errors", 2)
	good.Value = letter(t, "scores", 1).Value // of the stream, not the topic
	if err := publish(ctx, s, good, other); err != nil {
		t.Fatal(err)
	}
	checkTopics(ctx, t, brokers, cfg.Avro.Registry, good, other)
	if got := gateway.Accepted(); len(got) != 1 {
		t.Errorf("the gate has %d events, want 1", len(got))
	}
	if journals, _ := filepath.Glob(filepath.Join(cfg.Avro.Files.Dir, ".revscore", "*", "scores", "*.journal")); len(journals) != 1 {
		t.Errorf("journals %v, want one of scores", journals)
	}

	var refused *RefusedError
	var rejected *eventgate.RejectedError
	err = publish(ctx, s, event.Message{Topic: "dc.scores", Value: []byte("{}")}, other)
	if !errors.As(err, &refused) || len(refused.Refusals) != 3 || !errors.As(err, &rejected) || rejected.Reason != eventgate.Malformed {
		t.Errorf("error %v, want the refusals of three sinks", err)
	}
	if n, err := testutil.GatherAndCount(reg, "revscore_sink_refused_events_total"); err != nil || n != 4 {
		t.Errorf("%d series of refusals, want 4, one for each sink of each stream (%v)", n, err)
	}
	if err := errors.Join(s.Flush(ctx), s.Err()); err != nil {
		t.Error(err)
	}
}

func publish(ctx context.Context, s *Sinks, messages ...event.Message) error {
	answer := make(chan error, 1)
	s.PublishAll(ctx, messages, func(err error) { answer <- err })
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// checkTopics reads what the brokers have: Avro on the one topic, JSON on the other.
func checkTopics(ctx context.Context, t *testing.T, brokers kgo.Opt, registry avro.RegistryConfig, good, other event.Message) {
	t.Helper()
	client, err := kgo.NewClient(brokers, kgo.ConsumeTopics("dc.scores", "dc.errors"))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	codec := avro.NewCodec()
	reader, err := avro.NewRegistry(registry, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	serializer := avro.NewSerializer(codec, reader)
	found := map[string][]byte{}
	for len(found) < 2 {
		fetches := client.PollFetches(ctx)
		if err := errors.Join(fetches.Err(), ctx.Err()); err != nil {
			t.Fatal(err)
		}
		fetches.EachRecord(func(r *kgo.Record) { found[r.Topic] = r.Value })
	}
	if string(found["dc.errors"]) != string(other.Value) {
		t.Errorf("JSON topic has %s, want %s", found["dc.errors"], other.Value)
	}
	back, err := serializer.Event(ctx, found["dc.scores"])
	if err != nil {
		t.Fatal(err)
	}
	_, want, err := codec.Encode(good.Value)
	if err != nil {
		t.Fatal(err)
	}
	if _, got, err := codec.Encode(back); err != nil || string(got) != string(want) {
		t.Errorf("Avro topic has %s, want %s (%v)", back, good.Value, err)
	}
}

// What cannot be made is an error that names the sink, and leaves nothing open: the
// folder's lock is free again.
func TestNewFails(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "none.pem")
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := equipped(t, nil, KafkaAvro, Files, EventGate)
	for _, tc := range []struct {
		sink   string
		change func(*Config)
	}{
		{KafkaAvro, func(c *Config) { c.Avro.Registry.TLS.CAFile = missing }},
		{Files, func(c *Config) { c.Avro.Files.Dir = file }},
		{EventGate, func(c *Config) { c.EventGate.URL, c.EventGate.TLS.CAFile = "https://gate", missing }},
	} {
		bad := cfg
		tc.change(&bad)
		_, err := New(bad, Parts{Kafka: &fake{}, Registry: prometheus.NewRegistry(), StateChange: func(string, error) {}})
		if err == nil || !strings.HasPrefix(err.Error(), "sink "+tc.sink+": ") {
			t.Errorf("%s: error %v", tc.sink, err)
		}
	}
	s, err := New(cfg, Parts{Kafka: &fake{}, Registry: prometheus.NewRegistry(), StateChange: func(string, error) {}})
	if err != nil {
		t.Fatalf("after failures: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
