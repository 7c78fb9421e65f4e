package eventgate

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"revscore/internal/event"
)

// The answer names what failed; the rest is there. Only what may succeed later is
// sent again, and nothing that comes behind it before.
func TestEachEventHasItsOwnFate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := &script{answer: func(n int, _ []string, w http.ResponseWriter, _ *http.Request) {
			switch n {
			case 0:
				w.WriteHeader(http.StatusMultiStatus)
				fmt.Fprint(w, reportOf(map[string]string{"b1": "'.dt' should be string"},
					map[string]string{"c1": "Failed loading schema at /s/1.0.0", "d1": "Local: Message timed out", "e1": "Broker: Message size too large"}))
			default:
				accept(w)
			}
		}}
		r := newRig(t, gate, nil)
		a := newAcks()
		r.publish(a, "a1", "b1", "c1", "d1", "d2", "e1", "b2")
		r.flush()
		// b2 waits for nothing, since b1 will never come; d2 waits for d1.
		if got, want := gate.seen(), "a1 b1 c1 d1 e1; b2; d1; d2"; got != want {
			t.Errorf("requests %s, want %s", got, want)
		}
		for id, want := range map[string]Reason{"a1": "", "b1": Invalid, "c1": UnknownSchema, "d1": "", "d2": "", "e1": TooLarge, "b2": ""} {
			var got Reason
			err := a.err(t, id)
			var rejected *RejectedError
			if errors.As(err, &rejected) {
				got = rejected.Reason
				if rejected.ID != id || rejected.Topic != "t" {
					t.Errorf("%+v", rejected)
				}
			}
			if got != want || (want == "") != (err == nil) {
				t.Errorf("%s: %v, want %q", id, err, want)
			}
		}
		for result, want := range map[string]float64{"accepted": 4, "invalid": 1, "unknown_schema": 1, "too_large": 1} {
			if got := r.counter("revscore_eventgate_events_total", "t", result); got != want {
				t.Errorf("%v events %s, want %v", got, result, want)
			}
		}
		if got := r.counter("revscore_eventgate_retried_events_total", "error"); got != 1 {
			t.Errorf("%v events retried", got)
		}
		if got := r.counter("revscore_eventgate_buffered_events") + r.counter("revscore_eventgate_buffered_bytes"); got != 0 {
			t.Errorf("%v buffered at the end", got)
		}
	})
}

// Where the order of a key ends: at its topic. Events without a key have none.
func TestLanes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := &script{answer: func(_ int, _ []string, w http.ResponseWriter, _ *http.Request) { accept(w) }}
		r := newRig(t, gate, nil)
		a := newAcks()
		for _, m := range []event.Message{
			{Topic: "t", Key: []byte("k"), Value: []byte(`{"meta":{"id":"1"}}`)},
			{Topic: "u", Key: []byte("k"), Value: []byte(`{"meta":{"id":"2"}}`)},
			{Topic: "t", Value: []byte(`{"meta":{"id":"3"}}`)},
			{Topic: "t", Value: []byte(`{"meta":{"id":"4"}}`)},
			{Topic: "t", Value: []byte(`{"meta":{"id":"4"}}`)}, // its twin
			{Topic: "t", Key: []byte("k"), Value: []byte(`{"meta":{"id":"5"}}`)},
		} {
			r.Publish(t.Context(), m, a.of(string(m.Value)))
		}
		r.flush()
		if got, want := gate.seen(), "1 2 3 4; 4 5"; got != want {
			t.Errorf("requests %s, want %s", got, want)
		}
	})
}

func TestWhatIsNoEventIsRefusedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := &script{}
		r := newRig(t, gate, func(c *Config) { c.BatchBytes = 1024 })
		for value, want := range map[string]Reason{
			"":                       Malformed,
			`{"meta":{"id":"1"}`:     Malformed,
			`{"meta":{"id":"1"}} {}`: Malformed,
			`[{"meta":{"id":"1"}}]`:  Malformed,
			`{"meta":{}}`:            Malformed,
			`{"meta":{"id":1}}`:      Malformed,
			`{"meta":{"id":"` + strings.Repeat("1", 1010) + `"}}`: TooLarge,
		} {
			for _, give := range []func(context.Context, event.Message, func(error)){r.Publish, r.Offer} {
				var got error
				give(t.Context(), event.Message{Topic: "t", Value: []byte(value)}, func(err error) { got = err })
				var rejected *RejectedError
				if !errors.As(got, &rejected) || rejected.Reason != want {
					t.Errorf("%.40s: %v", value, got)
				}
			}
		}
		r.flush()
		if gate.seen() != "" {
			t.Errorf("requests %s", gate.seen())
		}
	})
}

func TestLingerAndSizeMakeBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := &script{answer: func(_ int, _ []string, w http.ResponseWriter, _ *http.Request) { accept(w) }}
		r := newRig(t, gate, func(c *Config) { c.Linger, c.BatchEvents, c.InFlight = time.Second, 3, 1 })
		a, start := newAcks(), time.Now()
		r.publish(a, "a1", "b1", "c1", "d1")
		time.Sleep(500 * time.Millisecond)
		r.publish(a, "e1")
		time.Sleep(2 * time.Second)
		if got, want := gate.seen(), "a1 b1 c1; d1 e1"; got != want {
			t.Errorf("requests %s, want %s", got, want)
		}
		if waited := gate.at[1].Sub(start); gate.at[0] != start || waited != time.Second {
			t.Errorf("a full batch waited %v, the other %v", gate.at[0].Sub(start), waited)
		}
		r.publish(a, "f1")
		before := time.Now()
		r.flush()
		if waited := time.Since(before); waited != 0 {
			t.Errorf("a flush waited %v", waited)
		}
	})
}

func TestBytesBoundABatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		longest := 0
		gate := &script{}
		gate.answer = func(_ int, ids []string, w http.ResponseWriter, r *http.Request) {
			longest = max(longest, int(r.ContentLength))
			accept(w)
		}
		r := newRig(t, gate, func(c *Config) { c.BatchBytes, c.InFlight = 1024, 1 })
		a := newAcks()
		for _, id := range strings.Split("abcdefghijklmnopqrstuvwxyz0123456789", "") {
			r.publish(a, id+"1")
		}
		r.flush()
		if longest > 1024 || longest < 1024-60 || len(gate.requests) != 2 {
			t.Errorf("%d requests, the longest of %d bytes", len(gate.requests), longest)
		}
	})
}

// The queue is full of what a silent gate has not answered.
func TestBackPressure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		gate := &script{answer: func(_ int, _ []string, w http.ResponseWriter, r *http.Request) {
			<-release
			accept(w)
		}}
		r := newRig(t, gate, func(c *Config) { c.Queue, c.BatchEvents = 2, 1 })
		a := newAcks()
		r.publish(a, "a1", "b1")
		r.Offer(t.Context(), message("c1"), a.of("c1"))
		if err := a.err(t, "c1"); !errors.Is(err, ErrFull) {
			t.Errorf("offered to a full queue: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		entered := make(chan string, 3)
		for _, id := range []string{"d1", "e1", "f1"} {
			go func() {
				use := t.Context()
				if id == "d1" {
					use = ctx
				}
				r.Publish(use, message(id), a.of(id))
				entered <- id
			}()
			synctest.Wait() // they queue up in this order
		}
		if len(entered) > 0 {
			t.Error("published into a full queue")
		}
		cancel()
		if id := <-entered; id != "d1" || !errors.Is(a.err(t, "d1"), context.Canceled) {
			t.Errorf("%s: %v", id, a.err(t, id))
		}
		release <- struct{}{} // a1
		if id := <-entered; id != "e1" {
			t.Errorf("%s before e1", id)
		}
		close(release)
		<-entered
		r.flush()
		for _, id := range []string{"a1", "b1", "e1", "f1"} {
			if err := a.err(t, id); err != nil {
				t.Error(err)
			}
		}
	})
}

// A caller that waits no longer is told so at once. Its event may be on its way,
// so the next one of its page leaves only when that is settled.
func TestContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := &script{}
		gate.answer = func(n int, _ []string, w http.ResponseWriter, r *http.Request) {
			if n == 0 {
				<-r.Context().Done() // until the client leaves
				return
			}
			accept(w)
		}
		r := newRig(t, gate, nil)
		a := newAcks()
		first, leaveFirst := context.WithCancel(t.Context())
		second, leaveSecond := context.WithCancel(t.Context())
		r.Publish(first, message("a1"), a.of("a1"))
		r.publish(a, "a2") // behind a1: given up with it, or it would arrive first
		r.Publish(second, message("b1"), a.of("b1"))
		time.Sleep(time.Second) // a1 and b1 are in a request
		leaveFirst()
		synctest.Wait()
		if err := a.err(t, "a1"); !errors.Is(err, context.Canceled) || errors.Is(err, ErrBehind) {
			t.Error(err)
		}
		if err := a.err(t, "a2"); !errors.Is(err, context.Canceled) || !errors.Is(err, ErrBehind) {
			t.Error(err)
		}
		r.publish(a, "a3")
		time.Sleep(time.Second)
		if got, want := gate.seen(), "a1 b1"; got != want {
			t.Errorf("requests %s, want %s: a1 may still be on its way", got, want)
		}
		leaveSecond() // now nobody waits for the request
		r.flush()
		if err := a.err(t, "b1"); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if err := a.err(t, "a3"); err != nil {
			t.Error(err)
		}
		if got, want := gate.seen(), "a1 b1; a3"; got != want {
			t.Errorf("requests %s, want %s", got, want)
		}
		if got := r.counter("revscore_eventgate_requests_total", "canceled"); got != 1 {
			t.Errorf("%v requests cancelled", got)
		}
		if got := r.counter("revscore_eventgate_failing"); got != 0 {
			t.Error("a request that we cancelled ourselves counts against the gate")
		}
	})
}

func TestCloseGivesUpTheRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := &script{answer: func(_ int, _ []string, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }}
		r := newRig(t, gate, func(c *Config) { c.Queue = 3; c.Linger = 0 })
		a := newAcks()
		r.publish(a, "a1", "a2", "b1")
		go r.publish(a, "c1") // waits for room
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := r.Flush(ctx)
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "flush 3 events") {
			t.Errorf("flush: %v", err)
		}
		r.Close()
		r.Close() // again is no fault
		r.publish(a, "d1")
		r.Offer(t.Context(), message("e1"), a.of("e1"))
		synctest.Wait()
		for _, id := range []string{"a1", "a2", "b1", "c1", "d1", "e1"} {
			if err := a.err(t, id); !errors.Is(err, ErrClosed) {
				t.Errorf("%s: %v", id, err)
			}
		}
		if got := r.counter("revscore_eventgate_events_total", "given_up"); got != 6 {
			t.Errorf("%v given up", got)
		}
	})
}

// In order, and each once, with more keys than fit into a request.
func TestOrderOfManyPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := &script{answer: func(_ int, _ []string, w http.ResponseWriter, _ *http.Request) { accept(w) }}
		r := newRig(t, gate, func(c *Config) { c.BatchEvents = 7; c.Queue = 50 })
		a := newAcks()
		for i := range 1000 {
			id := fmt.Sprintf("%c%d", 'a'+i%20, i)
			r.publish(a, id)
		}
		r.flush()
		last := map[byte]int{}
		n := 0
		for _, ids := range gate.requests {
			if len(ids) > 7 {
				t.Errorf("%d events in a request", len(ids))
			}
			for _, id := range ids {
				var i int
				fmt.Sscan(id[1:], &i)
				if i < last[id[0]] {
					t.Errorf("%s after %d", id, last[id[0]])
				}
				last[id[0]] = i
				n++
			}
		}
		if n != 1000 || len(a.order) != 1000 || len(slices.Compact(slices.Sorted(slices.Values(a.order)))) != 1000 {
			t.Errorf("%d sent, %d told", n, len(a.order))
		}
	})
}
