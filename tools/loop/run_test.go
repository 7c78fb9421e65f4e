package main

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"revscore/internal/event"
)

// TestLoopDoesTheWork: a yardstick that left some of the work out would measure
// nothing. Each revision has one score event, complete, whatever the library.
func TestLoopDoesTheWork(t *testing.T) {
	for library := range codecs {
		t.Run(library, func(t *testing.T) {
			cluster := kfake.MustCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "in", "out"))
			defer cluster.Close()
			address := cluster.ListenAddrs()[0]
			client, err := kgo.NewClient(kgo.SeedBrokers(address), kgo.ConsumeTopics("out"))
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			for _, rev := range []int64{12, 13, 12, 14} {
				if err := client.ProduceSync(ctx, &kgo.Record{Topic: "in", Value: source(rev)}).FirstErr(); err != nil {
					t.Fatal(err)
				}
			}
			stopped := make(chan error, 1)
			running, stop := context.WithCancel(ctx)
			go func() {
				stopped <- run(running, []string{"-broker", address, "-redis", miniredis.RunT(t).Addr(), "-in", "in", "-out", "out", "-json", library})
			}()
			var got []*kgo.Record
			for len(got) < 3 {
				fetches := client.PollFetches(ctx)
				if err := fetches.Err(); err != nil {
					t.Fatal(err)
				}
				got = append(got, fetches.Records()...)
			}
			stop()
			if err := <-stopped; err != nil {
				t.Error(err)
			}
			for i, rev := range []int64{12, 13, 14} {
				checkScore(t, got[i].Value, rev)
			}
		})
	}
}

func source(rev int64) []byte {
	return fmt.Appendf(nil, `{"$schema":"/mediawiki/revision/create/2.0.0","meta":{"stream":"s","domain":"d","dt":"2026-01-02T03:04:06Z"},
		"database":"enwiki","page_id":7,"page_title":"T","page_namespace":0,"page_is_redirect":true,"rev_id":%d,"rev_parent_id":3,
		"rev_timestamp":"2026-01-02T03:04:05Z","performer":{"user_text":"U","user_groups":["*"],"user_id":5,"user_is_bot":false}}`, rev)
}

// checkScore compares an event with the product's, but for the ids and times.
func checkScore(t *testing.T, value []byte, rev int64) {
	t.Helper()
	r, err := event.Parse(source(rev))
	if err != nil {
		t.Fatal(err)
	}
	p := probability(rev)
	want, err := event.EncodeScore(r, "out", event.Outcome{Model: model, Version: version, Score: &event.Score{
		Prediction: p > 0.5, Probability: map[string]float64{"true": p, "false": 1 - p},
	}}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := document(t, value), document(t, want); got != want {
		t.Errorf("the loop writes\n%s, the product\n%s", got, want)
	}
}

// document is an event without what differs by design, its fields sorted.
func document(t *testing.T, value []byte) string {
	t.Helper()
	var doc map[string]any
	if err := json.Unmarshal(value, &doc); err != nil {
		t.Fatal(err)
	}
	meta := doc["meta"].(map[string]any)
	for _, field := range []string{"id", "dt", "uri", "request_id"} {
		delete(meta, field)
	}
	out, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
