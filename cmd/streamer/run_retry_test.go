package main

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"

	"revscore/internal/event"
	"revscore/internal/retry"
	"revscore/internal/score"
	"revscore/internal/score/fetch"
)

// outageRig has a wiki that can be away for longer than it is waited for in process.
// Its retry topics are there before the program.
func outageRig(t *testing.T, r *rig, delays ...time.Duration) (away *atomic.Bool) {
	t.Helper()
	r.cfg.Retry = retry.DefaultConfig()
	r.cfg.Retry.Delays = delays
	r.cfg.Retry.Table[1].Attempts = len(delays)
	if err := r.cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	r.create(r.cfg.retryPolicy().Topics()...)
	away = &atomic.Bool{}
	away.Store(true)
	r.api = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if away.Load() {
			status(http.StatusServiceUnavailable)(w, req, 0)
			return
		}
		r.wiki.ServeHTTP(w, req)
	})
	return away
}

func (r *rig) create(topics ...string) {
	r.t.Helper()
	admin := r.admin()
	defer admin.Close()
	made, err := admin.CreateTopics(r.t.Context(), 1, 1, nil, topics...)
	for _, m := range made {
		if !errors.Is(m.Err, kerr.TopicAlreadyExists) {
			err = errors.Join(err, m.Err)
		}
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

// awaitKind collects reports until there are n of a kind.
func (s *instance) awaitKind(kind score.ReportKind, n int) {
	s.t.Helper()
	s.awaitKinds(map[score.ReportKind]int{kind: n})
}

// awaitKinds collects reports until there are so many of each kind.
func (s *instance) awaitKinds(want map[score.ReportKind]int) {
	s.t.Helper()
	open := 0
	for _, n := range want {
		open += n
	}
	for open > 0 {
		if kind := s.await(1)[0].Kind; want[kind] > 0 {
			want[kind]--
			open--
		}
	}
}

// The wiki is away for longer than fetch tries: what needs its texts waits in retry
// topics, what does not is answered, and in the end each model has answered each
// revision once.
func TestOutageOfAWiki(t *testing.T) {
	for _, mode := range []string{atLeastOnce, exactlyOnce} {
		t.Run(mode, func(t *testing.T) {
			const n = 100
			r := newRig(t)
			if mode == exactlyOnce {
				r.cfg.Delivery = exactlyOnce
				r.cfg.Consume.Member, r.cfg.Transactions.Interval = "first", 20*time.Millisecond
			}
			// Several, for a busy machine makes time-outs of its own.
			away := outageRig(t, r, 100*time.Millisecond, 300*time.Millisecond, time.Second, 3*time.Second)
			_, values := r.edits(7, n)
			r.feed(createTopic, values...)
			s := r.start()
			s.awaitKind(score.KindRetry, n)
			if got := r.end(revertedTopic); got != 0 {
				t.Errorf("%d events while the wiki was away", got)
			}
			away.Store(false)
			for len(r.scores(revertedTopic)) < n || len(r.scores(revidTopic)) < n {
				s.await(1)
			}
			s.stop()
			r.once(n)
			for _, e := range r.scores(revertedTopic) {
				if e.failure("reverted") == fetch.CaughtDependencyError {
					t.Errorf("revision %d: %v", e.RevID, e.Errors)
				}
			}
			first := r.cfg.retryPolicy().Topics()[0]
			records := r.records(first)
			if len(records) < n || mode == exactlyOnce && len(records) != n {
				t.Errorf("%d records in %s", len(records), first)
			}
			for _, rec := range records {
				if !slices.ContainsFunc(values, func(v []byte) bool { return string(v) == string(rec.Value) }) {
					t.Errorf("a record that is not the source's: %s", rec.Value)
				}
			}
			if got, end := r.committed(first), r.end(first); got < end-1 { // a transaction's marker is behind the last
				t.Errorf("committed offset %d of %d", got, end)
			}
			if got := r.end(errorTopic); got != 0 {
				t.Errorf("%d dead letters", got)
			}
		})
	}
}

// The service stops while events wait, before it has read any of its retry topics: the
// next instance finds them, though its group begins at the newest of what it does not
// know.
func TestRetriesOutliveTheService(t *testing.T) {
	const n = 10
	r := newRig(t)
	away := outageRig(t, r, 1500*time.Millisecond, 2*time.Second, 3*time.Second)
	_, values := r.edits(7, n)
	r.feed(createTopic, values...)
	s := r.start()
	s.awaitKind(score.KindRetry, n)
	s.stop()
	if got := r.committed(r.cfg.retryPolicy().Topics()[0]); got > 0 {
		t.Fatalf("offset %d of the retry topic is committed: this shows nothing", got)
	}
	r.cfg.Consume.Start = "latest"
	away.Store(false)
	s = r.start()
	s.awaitKind(score.KindScore, n)
	s.stop()
	r.once(n)
}

// Attempts that are used up end as the table says, in the stream and as dead letters.
func TestOutageOutlastsTheAttempts(t *testing.T) {
	const n = 5
	r := newRig(t)
	outageRig(t, r, 100*time.Millisecond, 300*time.Millisecond)
	r.cfg.Retry.Table = []retry.Line{{Reasons: []string{"/.*/"}, Attempts: 2, Then: retry.Both}}
	_, values := r.edits(7, n)
	r.feed(createTopic, values...)
	s := r.start()
	s.awaitKind(score.KindFailure, n)
	s.stop()
	events := r.scores(revertedTopic)
	distinct(t, events)
	for _, e := range events {
		if e.failure("reverted") != fetch.CaughtDependencyError {
			t.Errorf("revision %d: %v", e.RevID, e.Errors)
		}
	}
	letters := r.records(errorTopic)
	if len(events) != n || len(letters) != n {
		t.Fatalf("%d events and %d dead letters, want %d each", len(events), len(letters), n)
	}
	for _, rec := range letters {
		d, err := event.DecodeDeadLetter(rec.Value)
		if err != nil || d.Reason != score.ReasonExhausted || d.Source.Topic != createTopic || !strings.Contains(d.Message, ", after 2 attempts") {
			t.Errorf("dead letter %+v, %v", d, err)
		}
	}
}

// A dead letter that ended the attempts is replayed like any other, and then scored.
func TestReplayOfExhaustedRetries(t *testing.T) {
	r := newRig(t)
	away := outageRig(t, r, 100*time.Millisecond, 200*time.Millisecond)
	r.cfg.Retry.Table = []retry.Line{{Reasons: []string{"/.*/"}, Attempts: 1, Then: retry.DeadLetter}}
	r.feed(createTopic, r.put(page("enwiki", 1)))
	s := r.start()
	s.awaitKind(score.KindRejected, 1)
	away.Store(false)
	out, err := execute(t, "", "dlq", "replay", "--config", r.file(""), "--reason", score.ReasonExhausted)
	if err != nil || !strings.Contains(out, "sent as "+createTopic+"/0@1") {
		t.Fatalf("%v in\n%s", err, out)
	}
	s.awaitKind(score.KindScore, 1)
	s.stop()
	r.once(1)
}

// Retry topics that nobody makes are found out on start, not in the first outage.
func TestMissingRetryTopics(t *testing.T) {
	r := newRig(t)
	r.cfg.Retry, r.cfg.Produce.CreateTopic = retry.DefaultConfig(), false
	r.cfg.Kafka.StartTimeout = time.Second
	s, _ := r.launch()
	if err := s.result(); err == nil || !strings.Contains(err.Error(), "revscore.retry.10m") || !strings.Contains(err.Error(), "create them, or empty retry.stream") {
		t.Errorf("got %v", err)
	}
	if len(r.cfg.retryPolicy().Topics()) != 3 {
		t.Error("no topics are asked for")
	}
	r.cfg.Consume.Source = "eventstreams"
	if got := r.cfg.retryPolicy().Topics(); got != nil {
		t.Errorf("topics %q without a consumer of Kafka", got)
	}
}
