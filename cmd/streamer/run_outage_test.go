package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"revscore/internal/corpus"
	"revscore/internal/score"
)

// closedAddress is one where nobody listens.
func closedAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestNoBrokerAtStart(t *testing.T) {
	r := newRig(t)
	r.cfg.Kafka.Brokers, r.cfg.Kafka.StartTimeout = []string{closedAddress(t)}, 500*time.Millisecond
	s, _ := r.launch()
	err := s.result()
	if err == nil || !strings.Contains(err.Error(), r.cfg.Kafka.Brokers[0]) || !strings.Contains(err.Error(), "kafka.brokers") {
		t.Errorf("got %v", err)
	}
	if got := s.warnings(); !slices.Contains(got, "no broker answers yet") {
		t.Errorf("while it waited it said %q", got)
	}
}

func TestStopWhileWaitingForABroker(t *testing.T) {
	r := newRig(t)
	r.cfg.Kafka.Brokers, r.cfg.Kafka.StartTimeout = []string{closedAddress(t)}, time.Hour
	s, _ := r.launch()
	s.stop()
}

// A broker that starts later than the service is waited for.
func TestBrokerComesLate(t *testing.T) {
	r := newRig(t)
	_, values := r.edits(1, 10)
	r.feed(createTopic, values...)
	r.gate.set(true)
	s, started := r.launch()
	select {
	case <-started:
		t.Fatal("started without a broker")
	case err := <-s.done:
		t.Fatal(err)
	case <-r.gate.refused():
	}
	r.gate.set(false)
	s.await(20)
	s.stop()
}

// The broker goes away when events are in flight, and comes back: nothing is
// lost and nothing doubled.
func TestBrokerGoneInMidRun(t *testing.T) {
	const n = 200
	r := newRig(t)
	hold := make(chan struct{})
	release := sync.OnceFunc(func() { close(hold) })
	t.Cleanup(release)
	var held atomic.Int64
	first := make(chan struct{})
	r.api = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if held.Add(1) == 1 {
			close(first)
		}
		<-hold
		r.wiki.ServeHTTP(w, req)
	})
	revs, values := r.edits(5, n)
	r.feed(createTopic, values...)
	s := r.start()
	s.until(first, "events in flight")
	r.gate.set(true)
	release()
	s.until(r.gate.refused(), "somebody who misses the broker")
	r.gate.set(false)
	s.await(2 * n)
	s.stop()
	reverted := r.scores(revertedTopic)
	distinct(t, slices.Concat(reverted, r.scores(revidTopic)))
	checkPageOrder(t, revs, reverted)
	if got := r.committed(createTopic); got != n || len(reverted) != n {
		t.Errorf("committed %d and %d events, want %d", got, len(reverted), n)
	}
}

// What brokers refuse for a while is sent again, once and in order.
func TestRetriableProduceErrors(t *testing.T) {
	const n = 100
	r := newRig(t)
	h := r.kafka.Fault(
		kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: revertedTopic, Err: kerr.NotEnoughReplicas, Count: 3},
		kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: revertedTopic, Err: kerr.NotEnoughReplicasAfterAppend, Count: 3},
		kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: revidTopic, Err: kerr.NotLeaderForPartition, Count: 3},
		kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: revidTopic, Err: kerr.RequestTimedOut, Count: 3},
	)
	revs, values := r.edits(5, n)
	r.feed(createTopic, values...)
	s := r.start()
	s.await(2 * n)
	s.stop()
	if h.Hits() < 12 {
		t.Fatalf("%d requests were refused, want 12", h.Hits())
	}
	reverted, revid := r.scores(revertedTopic), r.scores(revidTopic)
	distinct(t, slices.Concat(reverted, revid))
	checkPageOrder(t, revs, reverted)
	checkPageOrder(t, revs, revid)
	if len(reverted) != n || len(revid) != n {
		t.Errorf("%d and %d events, want %d", len(reverted), len(revid), n)
	}
}

// What brokers refuse for good stops the service with a reason; nothing is
// committed past the event concerned, and when the reason is gone it goes on
// from there.
func TestFinalProduceErrorStops(t *testing.T) {
	const n, good = 60, 20
	r := newRig(t)
	r.cfg.Routes = []score.RouteConfig{{Model: "revid"}}
	_, values := r.edits(5, n)
	r.feed(createTopic, values[:good]...)
	s := r.start()
	s.await(good)
	h := r.kafka.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: revidTopic, Err: kerr.TopicAuthorizationFailed, Count: -1})
	r.feed(createTopic, values[good:]...)
	err := s.result()
	if err == nil || !errors.Is(err, kerr.TopicAuthorizationFailed) || !strings.Contains(err.Error(), revidTopic) ||
		!strings.Contains(err.Error(), createTopic+"/0@") {
		t.Errorf("stopped with %v", err)
	}
	if got := r.committed(createTopic); got != good {
		t.Errorf("committed %d, want %d: the events from there on were refused", got, good)
	}
	if got := r.end(revidTopic); got != good {
		t.Errorf("%d messages, want %d", got, good)
	}
	h.Remove()
	s = r.start()
	s.await(n - good)
	s.stop()
	events := r.scores(revidTopic)
	distinct(t, events)
	if len(events) != n {
		t.Errorf("%d events, want %d", len(events), n)
	}
}

// Redis away costs no score: one line is logged, and this process still knows
// what it sent itself.
func TestNoRedisAtStart(t *testing.T) {
	r := newRig(t)
	r.cfg.Dedupe.Redis.Addresses = []string{closedAddress(t)}
	r.scoreWithoutRedis(r.start())
}

func TestRedisGoneInMidRun(t *testing.T) {
	r := newRig(t)
	s := r.start()
	r.feed(createTopic, r.put(page("enwiki", 77)))
	s.await(2)
	r.redis.Close()
	r.scoreWithoutRedis(s)
}

func (r *rig) scoreWithoutRedis(s *instance) {
	r.t.Helper()
	const n = 60
	before := r.end(revertedTopic)
	_, values := r.edits(9, n)
	r.feed(createTopic, values...)
	s.await(2 * n)
	r.feed(createTopic, values...)
	for _, rep := range s.await(2 * n) {
		if rep.Kind != score.KindDuplicate {
			r.t.Errorf("revision %d came again and gave a %s", rep.Revision.RevID, rep.Kind)
		}
	}
	s.stop()
	events := r.scores(revertedTopic)
	distinct(r.t, events)
	if got := int64(len(events)) - before; got != n {
		r.t.Errorf("%d events, want %d", got, n)
	}
	if got := s.warnings(); len(got) != 1 || !strings.Contains(got[0], "redis does not answer") {
		r.t.Errorf("warnings %q, want one about Redis", got)
	}
}

// What threatens the marks is said on start, and is no reason not to score.
func TestRedisIsAskedAtStart(t *testing.T) {
	r := newRig(t)
	r.asked = true
	s := r.start()
	_, values := r.edits(9, 1)
	r.feed(createTopic, values...)
	s.await(2)
	s.stop()
	if got := s.warnings(); len(got) != 1 || got[0] != "redis may forget marks" {
		t.Errorf("warnings %q, want that of a Redis that does not tell its policy", got)
	}
}

// Redis is back: marks are shared again, so a restarted service repeats nothing
// of what was sent since.
func TestRedisBack(t *testing.T) {
	r := newRig(t)
	r.cfg.Dedupe.Redis.BreakerOpen = 50 * time.Millisecond
	address := r.redis.Addr()
	r.redis.Close()
	s := r.start()
	_, values := r.edits(9, 30)
	r.feed(createTopic, values[:20]...)
	s.await(40)
	if err := r.redis.StartAddr(address); err != nil {
		t.Fatal(err)
	}
	for i := int64(1); s.logs.FilterMessage("redis answers").Len() == 0; i++ { // each look-up may be the one that tries
		r.feed(createTopic, r.put(page("enwiki", 1000+i)))
		s.await(2)
	}
	r.feed(createTopic, values[20:]...)
	s.await(20)
	s.stop()
	s = r.start()
	r.feed(createTopic, values[20:]...)
	for _, rep := range s.await(20) {
		if rep.Kind != score.KindDuplicate {
			t.Errorf("revision %d was sent with Redis back, came again and gave a %s", rep.Revision.RevID, rep.Kind)
		}
	}
	s.stop()
}

// Stop under load loses and repeats nothing: what is committed has its message,
// and a restart that remembers nothing does the rest.
func TestStopUnderLoad(t *testing.T) {
	const n = 600
	r := newRig(t)
	r.cfg.Consume.Window = 256
	revs, values := r.edits(11, n)
	r.feed(createTopic, values...)
	var answered int64
	for stops := 1; answered < 2*n; stops++ {
		s := r.start()
		s.await(int(min(2*n-answered, 200)))
		s.stop() // within stop_timeout, and without an error
		done := max(0, r.committed(createTopic))
		reverted, revid := r.scores(revertedTopic), r.scores(revidTopic)
		r.allAnswered(revs[:done], reverted, revid)
		answered = int64(len(reverted) + len(revid))
		if answered != 2*done {
			t.Fatalf("stop %d: %d messages for %d committed events: a restart would repeat some", stops, answered, done)
		}
		r.redis.FlushAll() // nothing is remembered but offsets
		if stops == 1 && done == n {
			t.Fatal("all was done before the first stop, which shows nothing")
		}
	}
	reverted := r.scores(revertedTopic)
	distinct(t, slices.Concat(reverted, r.scores(revidTopic)))
	checkPageOrder(t, revs, reverted)
}

// allAnswered fails when a stream lacks one of the revisions.
func (r *rig) allAnswered(revs []*corpus.Revision, streams ...[]scoreEvent) {
	r.t.Helper()
	for _, events := range streams {
		has := map[string]bool{}
		for _, e := range events {
			has[fmt.Sprint(e.Database, e.RevID)] = true
		}
		for _, rev := range revs {
			if !has[fmt.Sprint(rev.Wiki, rev.RevID)] {
				r.t.Errorf("revision %d of %s is committed and has no message", rev.RevID, rev.Wiki)
			}
		}
	}
}

// The broker is gone and stays away: a stop ends by its deadline all the same,
// says what it gave up, and a restart sends it.
func TestStopWithoutABroker(t *testing.T) {
	for _, gone := range []bool{false, true} {
		for _, mute := range []bool{false, true} {
			t.Run(fmt.Sprintf("mute=%v,gone=%v", mute, gone), func(t *testing.T) {
				stopWithoutABroker(t, mute, gone)
			})
		}
	}
}

// stopWithoutABroker stops while messages to one topic are refused, or are not
// answered at all: then nobody knows whether the broker has them.
func stopWithoutABroker(t *testing.T, mute, gone bool) {
	const n = 50
	r := newRig(t)
	r.cfg.Consume.DrainTimeout, r.cfg.StopTimeout = time.Second, 3*time.Second
	r.cfg.Consume.SessionTimeout = 6 * time.Second // an instance that cannot leave is waited for
	produced, silent := make(chan struct{}), atomic.Bool{}
	silent.Store(true)
	var one sync.Once
	id := r.kafka.TopicInfo(revertedTopic).TopicID
	isReverted := func(t kmsg.ProduceRequestTopic) bool { return t.Topic == revertedTopic || t.TopicID == id }
	r.kafka.ControlKey(int16(kmsg.Produce), func(req kmsg.Request) (kmsg.Response, error, bool) {
		r.kafka.KeepControl()
		if !silent.Load() || !slices.ContainsFunc(req.(*kmsg.ProduceRequest).Topics, isReverted) {
			return nil, nil, false
		}
		one.Do(func() { close(produced) })
		return nil, nil, mute
	})
	h := r.kafka.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: revertedTopic, Err: kerr.NotEnoughReplicas, Count: -1})
	_, values := r.edits(5, n)
	s := r.start()
	r.feed(createTopic, values...)
	s.until(produced, "a message of the topic")
	r.gate.set(gone)
	s.cancel()
	begin := time.Now()
	err := s.result()
	if took := time.Since(begin); took > r.cfg.StopTimeout+10*time.Second { // it says good-bye to the group afterwards
		t.Errorf("the stop took %v, stop_timeout is %v", took, r.cfg.StopTimeout)
	}
	before := s.warnings() // the group may have noticed first; then it is logged
	if !slices.Contains(before, "partitions lost") && !slices.Contains(before, "draining") &&
		(err == nil || !strings.Contains(err.Error(), "delivered again")) {
		t.Errorf("got %v, want what was given up; logged %v", err, s.logs.All())
	}
	r.gate.set(false)
	h.Remove()
	silent.Store(false)
	s = r.start()
	s.await(2 * (n - int(max(0, r.committed(createTopic)))))
	s.stop()
	ids := map[string]bool{}
	for _, e := range r.scores(revertedTopic) {
		ids[e.Meta.ID] = true // a message whose acknowledgement was lost may come twice, under one id
	}
	if len(ids) != n {
		t.Errorf("%d of %d revisions have an event in the end", len(ids), n)
	}
}
