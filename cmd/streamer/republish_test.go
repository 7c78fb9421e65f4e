package main

import (
	"errors"
	"strings"
	"testing"

	"revscore/internal/deadletter"
	"revscore/internal/event"
	"revscore/internal/score"
	"revscore/internal/sink"
)

// A dead letter names a stream and a sink; only those that the service has are believed.
func TestWhereRefusedEventsGo(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Routes = []score.RouteConfig{{Model: "revid"}, {Model: "reverted", Topic: "elsewhere"}}
	cfg.Produce.TopicPrefix = "dc."
	cfg.Sinks.Streams = map[string][]string{revidTopic: {sink.Kafka, sink.EventGate}, revertedTopic: {sink.Files}}
	r := newRepublisher(cfg, nil)
	for to, want := range map[event.Refusal]string{
		{Stream: revidTopic, Sink: sink.EventGate}: "",
		{Stream: revidTopic, Sink: sink.Kafka}:     "",
		{Stream: revidTopic, Sink: sink.KafkaAvro}: "does not go to kafka_avro now",
		{Stream: revidTopic, Sink: "nowhere"}:      "does not go to nowhere now",
		{Stream: revertedTopic, Sink: sink.Files}:  "by the running service alone",
		{Stream: "secret", Sink: sink.Kafka}:       "stream secret is not in the configuration",
	} {
		err := r.Takes(to)
		if (err == nil) != (want == "") || err != nil && (!errors.Is(err, deadletter.ErrRefused) || !strings.Contains(err.Error(), want)) {
			t.Errorf("%+v: %v, want %q", to, err, want)
		}
	}
	if r.topics[revidTopic] != "dc."+revidTopic || r.topics[revertedTopic] != "elsewhere" {
		t.Errorf("topics %v", r.topics)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}
