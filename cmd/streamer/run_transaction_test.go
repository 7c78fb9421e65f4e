package main

import (
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"
)

// transactionRig is a rig that delivers exactly once. Its member and so its
// transactional id are fixed: the next instance has the partitions at once, and ends
// what the one before it left open.
func transactionRig(t *testing.T) *rig {
	t.Helper()
	r := newRig(t)
	r.cfg.Delivery = exactlyOnce
	r.cfg.Consume.Member, r.cfg.Transactions.Interval = "first", 20*time.Millisecond
	return r
}

// once fails unless a reader of committed messages sees each revision once from
// each model.
func (r *rig) once(n int) {
	r.t.Helper()
	reverted, revid := r.scores(revertedTopic), r.scores(revidTopic)
	distinct(r.t, slices.Concat(reverted, revid))
	if len(reverted) != n || len(revid) != n {
		r.t.Errorf("a reader sees %d and %d events, want %d each", len(reverted), len(revid), n)
	}
}

// Redis forgets everything in between, so that nothing but the transactions keeps
// scores from being there twice.
func TestExactlyOnceOverARestart(t *testing.T) {
	const n = 200
	r := transactionRig(t)
	revs, values := r.edits(7, n)
	r.feed(createTopic, values[:n/2]...)
	s := r.start()
	s.await(n)
	s.stop()
	if got := r.committed(createTopic); got != n/2 {
		t.Errorf("committed offset %d of %d", got, n/2)
	}
	r.once(n / 2)

	r.redis.FlushAll()
	s = r.start()
	r.feed(createTopic, values[n/2:]...)
	s.await(n)
	s.stop()
	r.once(n)
	checkPageOrder(t, revs, r.scores(revertedTopic))
	if got := s.warnings(); len(got) != 0 {
		t.Errorf("warnings in peace: %q", got)
	}
}

// Topics that are not there are made on start, for the transactions' own client must
// not make them.
func TestExactlyOnceMakesTopics(t *testing.T) {
	r := transactionRig(t)
	r.cfg.Routes[1].Stream = "made.on.start"
	_, values := r.edits(7, 5)
	r.feed(createTopic, values...)
	s := r.start()
	s.await(10)
	s.stop()
	if got := len(r.records("made.on.start")); got != 5 {
		t.Errorf("%d messages in the new topic, want 5", got)
	}
}

// What is acknowledged is marked: when it comes again nothing is sent, and dead
// letters are in the transactions as well.
func TestExactlyOnceKnowsRepeats(t *testing.T) {
	const n = 20
	r := transactionRig(t)
	_, values := r.edits(7, n)
	r.feed(createTopic, append(slices.Concat(values, values), []byte("{"))...)
	s := r.start()
	s.await(4*n + 1)
	s.stop()
	r.once(n)
	if got := len(r.records(errorTopic)); got != 1 {
		t.Errorf("%d dead letters", got)
	}
	if got := r.committed(createTopic); got != 2*n+1 {
		t.Errorf("committed offset %d of %d", got, 2*n+1)
	}
}

// The broker goes in the middle of the work, and the service with it: whatever of the
// transactions under way was committed then, the next instance makes it once.
//
// The service once did not stop here: see newTransactor.
func TestExactlyOnceOverACrash(t *testing.T) {
	const n = 300
	r := transactionRig(t)
	r.cfg.StopTimeout, r.cfg.Consume.DrainTimeout = time.Second, 500*time.Millisecond
	r.cfg.Fetch.BatchSize = 10
	var calls atomic.Int32
	half, gone := make(chan struct{}), make(chan struct{})
	r.api = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if calls.Add(1) == n/10/2 {
			close(half)
			<-gone
		}
		r.wiki.ServeHTTP(w, req)
	})
	_, values := r.edits(7, n)
	r.feed(createTopic, values...)
	s := r.start()
	s.until(half, "half of the calls")
	r.gate.set(true)
	close(gone)
	s.cancel()
	if err := s.result(); err != nil { // none if the session had been given up before
		t.Log(err)
	}
	r.gate.set(false)
	r.redis.FlushAll()

	s = r.start()
	for len(r.scores(revertedTopic)) < n {
		s.await(1)
	}
	s.stop()
	r.once(n)
	if got := r.committed(createTopic); got != n {
		t.Errorf("committed offset %d of %d", got, n)
	}
}
