package score

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"revscore/internal/dedupe"
	"revscore/internal/event"
	"revscore/internal/score/fetch"
)

// What the wiki said of a revision is known to the next event that asks for it, from
// whatever stream; a failure of this process or of the moment is not.
func TestGoneIsNotFetchedAgain(t *testing.T) {
	for _, c := range []struct {
		err   error
		calls int32 // of two deliveries under two versions of the mark
	}{
		{&fetch.Error{Type: fetch.RevisionNotFound, RevID: 5, Err: errors.New("gone")}, 1},
		{&fetch.Error{Type: fetch.TextDeleted, RevID: 4, Err: errors.New("the parent is hidden")}, 1},
		{&fetch.Error{Type: fetch.MissingResource, RevID: 5, Err: errors.New("lost")}, 1},
		{&fetch.Error{Type: fetch.RevisionNotFound, Transient: true, RevID: 5, Err: errors.New("not yet")}, 2},
		{&fetch.Error{Type: fetch.TextTooLarge, RevID: 5, Err: errors.New("20 MB")}, 2},
		{fetch.ErrWikiNotConfigured, 2},
	} {
		t.Run(fmt.Sprint(c.err), func(t *testing.T) {
			r := newRig(t)
			var calls atomic.Int32
			r.texts = func(context.Context, fetch.Request) (fetch.Texts, error) {
				calls.Add(1)
				return fetch.Texts{}, c.err
			}
			r.routes = []RouteConfig{{Model: "reverted", Stream: "one"}}
			do(t, r.start(t), record(edit(7, 5, 4), 0))
			r.routes[0].Stream = "two"
			do(t, r.start(t), record(edit(7, 5, 4), 0))
			if got := calls.Load(); got != c.calls {
				t.Errorf("%d calls, want %d", got, c.calls)
			}
			events := r.broker.events(t)
			if len(events) != 2 {
				t.Fatalf("%d events", len(events))
			}
			first, second := failureIn(events[0], "reverted"), failureIn(events[1], "reverted")
			if first["type"] != second["type"] || first["type"] == nil {
				t.Errorf("answered %v, then %v", first, second)
			}
		})
	}
}

func failureIn(doc map[string]any, model string) map[string]any {
	errs, _ := doc["errors"].(map[string]any)
	f, _ := errs[model].(map[string]any)
	return f
}

// A word in the store that is none of ours goes into no event.
func TestStrangeWordIsNotBelieved(t *testing.T) {
	r := newRig(t)
	work, err := r.store.Begin(t.Context(), []dedupe.Key{{Stream: "s", Wiki: "enwiki", Model: "m", RevID: 5}})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.store.End(t.Context(), work.Claim, dedupe.Result{Gone: "Nonsense"}); err != nil {
		t.Fatal(err)
	}
	do(t, r.start(t), record(edit(7, 5, 0), 0))
	if got := r.kinds(); got != "score score" {
		t.Errorf("reports: %s", got)
	}
}

// Two processes get one revision at once: the second waits for the first, and finds
// what it has done.
func TestTwoPipelinesComputeOnce(t *testing.T) {
	r := newRig(t)
	store, err := dedupe.New(dedupe.DefaultConfig(), dedupe.Options{Registerer: prometheus.NewRegistry()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	begun := &begins{Store: store, calls: make(chan struct{}, 2)}
	r.store = begun
	var calls atomic.Int32
	r.texts = func(ctx context.Context, req fetch.Request) (fetch.Texts, error) {
		calls.Add(1)
		<-begun.calls
		<-begun.calls // the other one has begun as well
		return plainTexts(ctx, req)
	}
	done := make(chan error, 2)
	for range 2 {
		task := r.start(t).Begin(record(edit(7, 1234, 0), 0))
		go func() { done <- task(t.Context()) }()
	}
	if err := errors.Join(<-done, <-done); err != nil {
		t.Fatal(err)
	}
	if calls.Load() != 1 || len(r.broker.messages) != 2 {
		t.Errorf("%d fetches and %d messages, want 1 and 2", calls.Load(), len(r.broker.messages))
	}
	if got := r.kinds(); strings.Count(got, "duplicate") != 2 || strings.Count(got, "score") != 2 {
		t.Errorf("reports: %s", got)
	}
}

// begins tells of every Begin.
type begins struct {
	dedupe.Store
	calls chan struct{}
}

func (b *begins) Begin(ctx context.Context, keys []dedupe.Key) (dedupe.Work, error) {
	b.calls <- struct{}{}
	return b.Store.Begin(ctx, keys)
}

// The claim is given back on every way out, and marks come after acknowledgements.
func TestClaimIsGivenBack(t *testing.T) {
	r := newRig(t)
	r.routes = []RouteConfig{{Model: "revid"}}
	key := dedupe.Key{Stream: "mediawiki.revision-score-revid", Wiki: "enwiki", Model: "revid", Version: "0.0.0", RevID: 1234}
	free := func() (sent bool) {
		t.Helper()
		work, err := r.store.Begin(t.Context(), []dedupe.Key{key})
		if err != nil {
			t.Fatal(err)
		}
		defer r.store.Release(work.Claim)
		if work.Held > 0 {
			t.Errorf("the claim is held for %v", work.Held)
		}
		return work.States[0].Sent
	}
	r.broker.hold = true
	p := r.start(t)
	done := make(chan error, 1)
	task := p.Begin(record(edit(7, 1234, 0), 0))
	go func() { done <- task(t.Context()) }()
	<-r.broker.arrived
	work, err := r.store.Begin(t.Context(), []dedupe.Key{key})
	if err != nil || work.Held == 0 || work.States[0].Sent {
		t.Errorf("between sending and acknowledgement: %+v, %v", work, err)
	}
	r.broker.release(errors.New("aborted"))
	if err := <-done; err == nil {
		t.Error("an aborted message is no error")
	}
	if free() {
		t.Error("marked without an acknowledgement")
	}
	do(t, p, record(edit(7, 1234, 0), 0))
	if !free() {
		t.Error("acknowledged and not marked")
	}
}

// A task that is given up after the acknowledgement, as on a rebalance, leaves its
// mark: the offset may not be committed any more.
func TestAcknowledgedIsMarkedThoughGivenUp(t *testing.T) {
	r := newRig(t)
	r.routes = []RouteConfig{{Model: "revid"}}
	ctx, cancel := context.WithCancel(t.Context())
	r.publish = publishFunc(func(_ context.Context, messages []event.Message, done func(error)) {
		cancel()
		done(nil)
	})
	p := r.start(t)
	if err := p.Begin(record(edit(7, 1234, 0), 0))(ctx); err != nil {
		t.Fatal(err)
	}
	do(t, p, record(edit(7, 1234, 0), 0))
	if got := r.kinds(); got != "score duplicate" {
		t.Errorf("reports: %s", got)
	}
}

type publishFunc func(context.Context, []event.Message, func(error))

func (f publishFunc) PublishAll(ctx context.Context, messages []event.Message, done func(error)) {
	f(ctx, messages, done)
}
