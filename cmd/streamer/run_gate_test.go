package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"

	"revscore/internal/event"
	"revscore/internal/gatesim"
	"revscore/internal/sink"
	"revscore/schemas"
)

// eventgate gives the rig a gate that validates by a folder (nil: not at all), through
// which streams go beside what else is in their list.
func (r *rig) eventgate(folder fs.FS, streams map[string][]string) *gatesim.Server {
	gate := gatesim.New(folder, 100_000)
	server := httptest.NewServer(gate)
	r.t.Cleanup(server.Close)
	c := &r.cfg.Sinks
	c.EventGate.URL, c.Streams = server.URL, streams
	c.EventGate.Timeout, c.EventGate.RetryMin, c.EventGate.RetryMax = 2*time.Second, 5*time.Millisecond, 50*time.Millisecond
	c.EventGate.Queue = 50
	return gate
}

// eventually asks until it is so.
func (s *instance) eventually(what string, so func() bool) {
	s.t.Helper()
	for deadline := time.Now().Add(patience); !so(); {
		select {
		case err := <-s.done:
			s.t.Fatalf("run ended before %s: %v", what, err)
		case <-time.After(10 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("waited %v until %s", patience, what)
		}
	}
}

func (s *instance) status(path string) int {
	status, _ := s.get(path)
	return status
}

// logged counts the lines with a message.
func (s *instance) logged(message string) int {
	return len(s.logs.FilterMessage(message).All())
}

// fromGate reads what a gate took of a stream, in its order, once each.
func fromGate(t *testing.T, gate *gatesim.Server, stream string) (events []scoreEvent, twins int) {
	t.Helper()
	seen := map[string]bool{}
	for _, a := range gate.Accepted() {
		if a.Stream != stream {
			continue
		}
		if seen[a.ID] {
			twins++
			continue
		}
		seen[a.ID] = true
		var e scoreEvent
		if err := json.Unmarshal(a.Event, &e); err != nil {
			t.Fatal(err)
		}
		e.key = string(event.KeyOf(a.Event))
		events = append(events, e)
	}
	return events, twins
}

// A gate that is away in any way is waited for like a broker: the consumer stops, health,
// readiness and one line of the log say so, and when it is back everything is there, each
// page in its order, in Kafka once and in the gate once but for unanswered requests.
func TestGateAwayHoldsUpAndLosesNothing(t *testing.T) {
	for name, faults := range map[string]gatesim.Faults{
		"hangs":              {Hang: 1},
		"500 for all":        {Fail: 1},
		"500 for each":       {Error: 1},
		"breaks connections": {Gone: 1},
		"late":               {Late: 1, Pause: 3 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			const n = 150
			r := newRig(t)
			gate := r.eventgate(nil, map[string][]string{revidTopic: {sink.EventGate}, revertedTopic: {sink.Kafka, sink.EventGate}})
			revs, values := r.edits(5, n)
			s := r.start()
			r.feed(createTopic, values[:n/3]...)
			s.await(2 * n / 3)
			gate.SetFaults(faults)
			r.feed(createTopic, values[n/3:]...)
			s.eventually("readiness tells of the gate", func() bool { return s.status("/readyz") == http.StatusServiceUnavailable })
			if _, body := s.get("/readyz"); !strings.Contains(body, "eventgate http://") || !strings.Contains(body, "an event has been waiting for") {
				t.Errorf("not ready: %s", body)
			}
			if _, body := s.get("/healthz"); !strings.Contains(body, "warning: eventgate http://") {
				t.Errorf("health: %s", body)
			}
			if got := r.committed(createTopic); got > n/3+1 {
				t.Errorf("offset %d is committed while the gate is away", got)
			}
			away := time.Now()
			gate.SetFaults(gatesim.Faults{})
			s.await(2 * (n - n/3))
			s.eventually("it is ready", func() bool { return s.status("/readyz") == http.StatusOK })
			t.Logf("all %d events there %v after the gate was back", 2*n, time.Since(away).Round(time.Millisecond))
			s.stop()
			reverted := r.scores(revertedTopic)
			distinct(t, reverted)
			checkPageOrder(t, revs, reverted)
			for _, stream := range []string{revidTopic, revertedTopic} {
				events, twins := fromGate(t, gate, stream)
				checkPageOrder(t, revs, events)
				if unanswered := gate.Stats().Unanswered; len(events) != n || int64(twins) > unanswered {
					t.Errorf("%s: %d events, want %d, and %d twins of %d that were not answered", stream, len(events), n, twins, unanswered)
				}
			}
			if len(reverted) != n || r.committed(createTopic) != n {
				t.Errorf("%d events in Kafka, offset %d, want %d", len(reverted), r.committed(createTopic), n)
			}
			if out, back := s.logged("a sink does not take events; they wait, and the consumer with them"), s.logged("the sink takes events again"); out != 1 || back != 1 {
				t.Errorf("%d lines that the gate is away, %d that it is back", out, back)
			}
		})
	}
}

// Who wants the service to end rather than wait says so; nothing is lost by it.
func TestGateDeadlineEndsTheService(t *testing.T) {
	const n = 20
	r := newRig(t)
	gate := r.eventgate(nil, map[string][]string{revidTopic: {sink.EventGate}})
	r.cfg.Sinks.EventGate.Timeout, r.cfg.Sinks.EventGate.Deadline = 300*time.Millisecond, 500*time.Millisecond
	gate.SetFaults(gatesim.Faults{Hang: 1})
	_, values := r.edits(5, n)
	r.feed(createTopic, values...)
	s, _ := r.launch()
	if err := s.result(); err == nil || !strings.Contains(err.Error(), "the deadline is over after 500ms") || !strings.Contains(err.Error(), createTopic+"/0@") {
		t.Errorf("ended with %v", err)
	}
	gate.SetFaults(gatesim.Faults{})
	r.cfg.Sinks.EventGate.Deadline = 0
	s = r.start()
	s.await(2 * n)
	s.stop()
	if events, _ := fromGate(t, gate, revidTopic); len(events) != n {
		t.Errorf("%d events in the gate, want %d", len(events), n)
	}
}

// A gate that does not know the schema refuses every event for good: each becomes a dead
// letter, Kafka has them all, and when the gate has learnt the schema a replay brings
// them there, once.
func TestRefusedByTheGateIsReplayed(t *testing.T) {
	const n = 30
	r := newRig(t)
	var folder atomic.Pointer[fstest.MapFS]
	folder.Store(&fstest.MapFS{})
	gate := r.eventgate(mutableFS{&folder}, map[string][]string{revertedTopic: {sink.Kafka, sink.EventGate}})
	r.cfg.Routes = r.cfg.Routes[:1]
	_, values := r.edits(5, n)
	r.feed(createTopic, values...)
	s := r.start()
	s.await(n)
	s.stop()
	if got := len(r.scores(revertedTopic)); got != n || r.committed(createTopic) != n || len(gate.Accepted()) != 0 {
		t.Errorf("%d events in Kafka, offset %d, %d in the gate", got, r.committed(createTopic), len(gate.Accepted()))
	}
	letters := r.records(errorTopic)
	if len(letters) != n {
		t.Fatalf("%d dead letters, want %d", len(letters), n)
	}
	file := r.file(fmt.Sprintf(`routes: [{model: reverted}]
models: [{bundle: "embedded:enwiki.reverted", wikis: ["*"]}]
dedupe: {redis: {addresses: [%q]}}
sinks: {eventgate: {url: %q, timeout: 5s}, streams: {%s: [kafka, eventgate]}}
`, r.redis.Addr(), r.cfg.Sinks.EventGate.URL, revertedTopic))
	out, err := execute(t, "", "dlq", "list", "--config", file, "--reason", "SinkRefused")
	if err != nil || strings.Count(out, " of stream "+revertedTopic+" to sink eventgate ") != n || !strings.Contains(out, "Failed loading schema at /mediawiki/revision/score/3.0.0") {
		t.Errorf("list: %v\n%s", err, out)
	}
	out, err = execute(t, "", "dlq", "replay", "--config", file)
	if err == nil || !strings.Contains(out, fmt.Sprintf("sent: 0; sent before: 0; not replayed: %d", n)) || !strings.Contains(out, "it is refused again: ") {
		t.Errorf("replay to a gate that refuses as before: %v\n%s", err, out)
	}
	folder.Store(&fstest.MapFS{event.ScoreSchema[1:] + ".yaml": {Data: schemas.RevisionScore}})
	for _, want := range []string{fmt.Sprintf("sent: %d; sent before: 0", n), fmt.Sprintf("sent: 0; sent before: %d", n)} {
		out, err = execute(t, "", "dlq", "replay", "--config", file)
		if err != nil || !strings.Contains(out, want) {
			t.Errorf("replay: %v, want %q in\n%s", err, want, out)
		}
	}
	if events, twins := fromGate(t, gate, revertedTopic); len(events) != n || twins > 0 {
		t.Errorf("%d events and %d twins in the gate, want %d", len(events), twins, n)
	}
	if got := len(r.scores(revertedTopic)); got != n || len(r.records(errorTopic)) != n {
		t.Errorf("after the replay %d events in Kafka and %d dead letters, want %d each as before", got, len(r.records(errorTopic)), n)
	}
}

// mutableFS is a folder that can be exchanged.
type mutableFS struct{ *atomic.Pointer[fstest.MapFS] }

func (m mutableFS) Open(name string) (fs.File, error) { return m.Load().Open(name) }

// What is larger than its topic takes is a dead letter in both ways of delivery, in the
// transaction where there is one, and holds up nothing.
func TestTooLargeBecomesALetter(t *testing.T) {
	for _, delivery := range []string{atLeastOnce, exactlyOnce} {
		t.Run(delivery, func(t *testing.T) {
			const n = 20
			r := newRig(t)
			r.cfg.Delivery = delivery
			r.cfg.Consume.Member, r.cfg.Transactions.Interval = "first", 20*time.Millisecond
			r.largest(revertedTopic, 600)
			_, values := r.edits(5, n)
			r.feed(createTopic, values...)
			s := r.start()
			s.await(2 * n)
			s.stop()
			if got := len(r.scores(revidTopic)); got != n || len(r.records(revertedTopic)) != 0 || r.committed(createTopic) != n {
				t.Errorf("%d events and offset %d, want %d; %d too large ones", got, r.committed(createTopic), n, len(r.records(revertedTopic)))
			}
			ids := map[string]bool{}
			for _, rec := range r.records(errorTopic) {
				d, err := event.DecodeDeadLetter(rec.Value)
				if err != nil || d.Refused == nil || d.Refused.Sink != sink.Kafka || d.Refused.Stream != revertedTopic || !strings.Contains(d.Message, "600 fit") {
					t.Fatalf("%v, %s", err, rec.Value)
				}
				ids[d.ID] = true
			}
			if len(ids) != n || len(r.records(errorTopic)) != n {
				t.Errorf("%d letters with %d ids, want %d", len(r.records(errorTopic)), len(ids), n)
			}
			if got := s.warnings(); slices.ContainsFunc(got, func(w string) bool { return strings.Contains(w, "session") }) {
				t.Errorf("warnings %q", got)
			}
		})
	}
}

// largest sets what a topic takes.
func (r *rig) largest(topic string, n int) {
	r.t.Helper()
	admin := r.admin()
	defer admin.Close()
	value := strconv.Itoa(n)
	set, err := admin.AlterTopicConfigs(r.t.Context(), []kadm.AlterConfig{{Op: kadm.SetConfig, Name: "max.message.bytes", Value: &value}}, topic)
	if err != nil || set[0].Err != nil {
		r.t.Fatal(err, set)
	}
}

// A stop does not wait for a gate that is away for longer than it may take; the next
// start goes on there. What of the events in flight had arrived in Kafka comes again: an
// event is marked when all sinks have it.
func TestStopWithoutAGate(t *testing.T) {
	const n = 60
	r := newRig(t)
	gate := r.eventgate(nil, map[string][]string{revidTopic: {sink.EventGate}})
	gate.SetFaults(gatesim.Faults{Fail: 1})
	r.cfg.Sinks.EventGate.Timeout = 100 * time.Millisecond
	r.cfg.StopTimeout, r.cfg.Consume.DrainTimeout = 2*time.Second, 500*time.Millisecond
	_, values := r.edits(5, n)
	r.feed(createTopic, values...)
	s := r.start()
	s.eventually("readiness tells of the gate", func() bool { return s.status("/readyz") == http.StatusServiceUnavailable })
	s.cancel()
	begun := time.Now()
	if err := s.result(); err == nil || !strings.Contains(err.Error(), "will be delivered again") {
		t.Errorf("stop: %v", err)
	}
	if took := time.Since(begun); took > r.cfg.StopTimeout+10*time.Second { // a loaded machine may be slow, a hang is not
		t.Errorf("the stop took %v", took)
	}
	gate.SetFaults(gatesim.Faults{})
	s = r.start()
	s.await(n)
	s.eventually("all events are in the gate", func() bool {
		events, _ := fromGate(t, gate, revidTopic)
		return len(events) == n
	})
	s.stop()
	ids := map[string]int{}
	for _, e := range r.scores(revertedTopic) {
		ids[e.Meta.ID]++
	}
	if len(ids) != n || slices.Max(slices.Collect(maps.Values(ids))) > 2 {
		t.Errorf("%d events in Kafka, want %d, each at most twice under one id: %v", len(ids), n, ids)
	}
}
