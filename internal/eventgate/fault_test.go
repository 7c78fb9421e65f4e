package eventgate

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"revscore/internal/event"
	"revscore/internal/gatesim"
	"revscore/schemas"
)

// scored returns n score events over some pages, in the order of publishing, as
// the pipeline makes them.
func scored(t testing.TB, n, pages int, seed uint64) []event.Message {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	list := make([]event.Message, n)
	for i := range list {
		page := rng.Int64N(int64(pages)) + 1
		rev := &event.Revision{
			Wiki: "enwiki", Domain: "en.wikipedia.org", PageID: page, PageTitle: fmt.Sprintf("Page %d", page),
			RevID: int64(i) + 1, Timestamp: "2026-01-02T03:04:05Z", URI: fmt.Sprintf("https://en.wikipedia.org/wiki/Page_%d", page),
		}
		const stream = "mediawiki.revision_score_damaging"
		value, err := event.EncodeScore(rev, stream, event.Outcome{Model: "damaging", Version: "0.5.1",
			Score: &event.Score{Prediction: false, Probability: map[string]float64{"false": 0.9, "true": 0.1}}}, now)
		if err != nil {
			t.Fatal(err)
		}
		list[i] = event.Message{Topic: stream, Key: event.EncodeKey(rev.Wiki, page), Value: value}
	}
	return list
}

// scoreSchema is a folder with the schema of score events.
func scoreSchema() fstest.MapFS {
	return fstest.MapFS{event.ScoreSchema[1:] + ".yaml": {Data: schemas.RevisionScore}}
}

func idOf(t testing.TB, m event.Message) string {
	t.Helper()
	e, err := newEntry(m, nil)
	if err != nil {
		t.Fatal(err)
	}
	return e.id
}

// 5,000 events through every fault there is: none is lost, the order of each page
// is kept, and an event is there twice only if the gate did not answer the time
// before; then under the same meta.id, with the same bytes.
func TestNothingIsLostThroughFaults(t *testing.T) {
	const n = 5000
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				gate := gatesim.New(scoreSchema(), 2*n)
				gate.SetFaults(gatesim.Faults{
					Seed: seed, Hang: 0.03, Gone: 0.05, Fail: 0.05, Busy: 0.05, RetryAfter: 2 * time.Second,
					Slow: 0.1, Pause: 3 * time.Second, Error: 0.05,
				})
				r := newRig(t, gate, func(c *Config) { c.BatchEvents, c.Queue, c.Deadline = 50, 500, 24*time.Hour })
				messages := scored(t, n, 300, seed)
				a := newAcks()
				for _, m := range messages {
					r.Publish(t.Context(), m, a.of(idOf(t, m)))
				}
				r.flush()
				checkDelivery(t, gate.Accepted(), messages, a)
				stats := gate.Stats()
				t.Logf("%d events, %d requests, %d events failed alone, %d repeats; in %v on the gate's clock",
					n, stats.Requests, stats.Errors, stats.Repeats, time.Since(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)).Round(time.Second))
				if stats.Repeats == 0 || stats.Errors == 0 || stats.Unanswered == 0 || stats.Invalid != 0 {
					t.Errorf("the faults did not come, or events were invalid: %+v", stats)
				}
			})
		})
	}
}

func checkDelivery(t *testing.T, accepted []gatesim.Accepted, messages []event.Message, a *acks) {
	t.Helper()
	sent := map[string]event.Message{}
	for _, m := range messages {
		sent[idOf(t, m)] = m
	}
	unanswered, lastOfPage := map[string]bool{}, map[int64]int64{}
	for _, got := range accepted {
		m, ok := sent[got.ID]
		if !ok || string(got.Event) != string(m.Value) {
			t.Fatalf("event %s is not as it was published", got.ID)
		}
		earlier, again := unanswered[got.ID]
		unanswered[got.ID] = !got.Answered
		if again {
			if !earlier {
				t.Errorf("event %s came again although it had been answered", got.ID)
			}
			continue
		}
		var e struct {
			Page int64 `json:"page_id"`
			Rev  int64 `json:"rev_id"`
		}
		if err := json.Unmarshal(got.Event, &e); err != nil {
			t.Fatal(err)
		}
		if e.Rev < lastOfPage[e.Page] {
			t.Errorf("page %d: revision %d after %d", e.Page, e.Rev, lastOfPage[e.Page])
		}
		lastOfPage[e.Page] = e.Rev
	}
	for id := range sent {
		if waiting, ok := unanswered[id]; !ok || waiting {
			t.Errorf("event %s: arrived %v, never answered %v", id, ok, waiting)
		}
		if err := a.err(t, id); err != nil {
			t.Error(err)
		}
	}
}

// A hasty gate says yes to everything; what it cannot produce is lost.
func TestHastyPromisesLess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 500
		gate := gatesim.New(nil, n)
		gate.SetFaults(gatesim.Faults{Error: 0.1})
		r := newRig(t, gate, func(c *Config) { c.Hasty = true })
		a := newAcks()
		messages := scored(t, n, 50, 1)
		for _, m := range messages {
			r.Publish(t.Context(), m, a.of(idOf(t, m)))
		}
		r.flush()
		for _, m := range messages {
			if err := a.err(t, idOf(t, m)); err != nil {
				t.Error(err)
			}
		}
		if got := gate.Stats(); got.Accepted >= n || got.Accepted+got.Errors != n {
			t.Errorf("%+v: want some lost", got)
		}
	})
}

// The gate is not there yet, then goes away in the middle and comes back.
func TestGateComesAndGoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := gatesim.New(nil, 1000)
		gate.SetFaults(gatesim.Faults{Gone: 1})
		r := newRig(t, gate, func(c *Config) { c.Queue, c.BatchEvents, c.Deadline = 50, 5, time.Hour })
		messages := scored(t, 600, 40, 9)
		a := newAcks()
		published := make(chan struct{})
		go func() {
			defer close(published)
			for _, m := range messages {
				r.Publish(t.Context(), m, a.of(idOf(t, m)))
			}
		}()
		for range 2 {
			time.Sleep(time.Minute)
			synctest.Wait()
			if got := r.counter("revscore_eventgate_buffered_events"); got != 50 {
				t.Errorf("%v events wait, the queue has room for 50", got)
			}
			gate.SetFaults(gatesim.Faults{Slow: 1, Pause: 2 * time.Second})
			time.Sleep(11 * time.Second) // within the longest pause and its jitter some pass
			gate.SetFaults(gatesim.Faults{Hang: 1})
		}
		gate.SetFaults(gatesim.Faults{})
		<-published
		r.flush()
		checkDelivery(t, gate.Accepted(), messages, a)
	})
}
