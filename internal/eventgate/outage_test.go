package eventgate

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"revscore/internal/event"
	"revscore/internal/gatesim"
)

// outages are the ways in which a gate is away for a long time.
var outages = map[string]struct {
	faults gatesim.Faults
	cause  string
}{
	"hangs":                  {gatesim.Faults{Hang: 1}, "did not answer in time"},
	"answers 500":            {gatesim.Faults{Fail: 1}, "500: InternalError"},
	"answers 500 for each":   {gatesim.Faults{Error: 1}, "Message timed out"},
	"asks to be left alone":  {gatesim.Faults{Busy: 1, RetryAfter: 20 * time.Second}, "429"},
	"breaks all connections": {gatesim.Faults{Gone: 1}, "call the gate"},
}

// An hour without the gate, while the consumer comes and goes: the queue stays as large
// as it may be, there are no more goroutines than at first, the state is told once,
// with its cause, and once when it is over. Then everything arrives, each page in its
// order.
func TestGateAwayForAnHour(t *testing.T) {
	for name, o := range outages {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { testHour(t, o.faults, o.cause) })
		})
	}
}

// news are the changes of state that were told.
type news struct {
	away   []bool
	causes []error
}

func testHour(t *testing.T, faults gatesim.Faults, cause string) {
	const n, queue, minutes = 600, 80, 60
	gate := gatesim.New(nil, 100_000)
	gate.SetFaults(faults)
	r := newRig(t, gate, func(c *Config) { c.Queue, c.BatchEvents = queue, 50 })
	var told news
	r.stateChange = func(away bool, cause error) {
		told.away, told.causes = append(told.away, away), append(told.causes, cause)
	}
	messages, a := scored(t, n, 60, 4), newAcks()
	for _, m := range messages[:queue/2] { // what is in flight from the beginning
		r.Publish(t.Context(), m, a.of(idOf(t, m)))
	}
	time.Sleep(time.Minute)
	if err := r.Err(); err == nil || !strings.Contains(err.Error(), cause) || !strings.Contains(err.Error(), "waiting for 1m0s") {
		t.Errorf("after a minute: %v", err)
	}
	synctest.Wait()
	goroutines, abandoned := runtime.NumGoroutine(), 0
	others, isOther := scored(t, 2*queue, 2*queue, 5), map[string]bool{}
	for i := range others {
		others[i].Value = []byte(strings.ReplaceAll(string(others[i].Value), "enwiki", "dewiki"))
		others[i].Value = []byte(strings.ReplaceAll(string(others[i].Value), `"id":"`, `"id":"x`))
		others[i].Key = fmt.Append(nil, "page of its own ", i)
		isOther[idOf(t, others[i])] = true
	}
	for range minutes {
		abandoned += churn(t, r.Sink, others, queue)
	}
	synctest.Wait()
	if now := runtime.NumGoroutine(); now > goroutines+5 {
		t.Errorf("%d goroutines after a minute, %d after an hour", goroutines, now)
	}
	if heap := len(r.queue.ready.list) + len(r.queue.delayed.list); heap > 4*queue+128 || r.queue.byAge.Len() != queue/2 {
		t.Errorf("%d places in the heaps, %d events in the queue", heap, r.queue.byAge.Len())
	}
	if got := r.counter("revscore_eventgate_oldest_event_seconds"); got < minutes*60 {
		t.Errorf("the oldest event has been waiting for %v s", got)
	}
	requests := gate.Stats().Requests
	gate.SetFaults(gatesim.Faults{})
	for _, m := range messages[queue/2:] {
		r.Publish(t.Context(), m, a.of(idOf(t, m)))
	}
	r.flush()
	synctest.Wait()
	accepted := slices.DeleteFunc(gate.Accepted(), func(a gatesim.Accepted) bool { return isOther[a.ID] })
	checkDelivery(t, accepted, messages, a)
	if len(told.away) != 2 || !told.away[0] || told.away[1] || !strings.Contains(fmt.Sprint(told.causes[0]), cause) || r.Err() != nil {
		t.Errorf("told %v, %v; now %v", told.away, told.causes, r.Err())
	}
	t.Logf("%d requests (%.1f a minute), %d events given up by their callers meanwhile; %d doubles under the id of their twin",
		requests, float64(requests)/minutes, abandoned, gate.Stats().Repeats)
}

// churn publishes more than there is room for, and gives it up a minute later, as a
// rebalance does. It returns how many were given up.
func churn(t *testing.T, s *Sink, messages []event.Message, queue int) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var given atomic.Int64
	most := 0
	for _, m := range messages {
		if ctx.Err() != nil {
			break
		}
		s.Publish(ctx, m, func(err error) {
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("a caller that has gone is told %v", err)
			}
			given.Add(1)
		})
		s.mu.Lock()
		most = max(most, s.queue.byAge.Len())
		s.mu.Unlock()
	}
	<-ctx.Done()
	synctest.Wait()
	if most > queue {
		t.Errorf("%d events in a queue of %d", most, queue)
	}
	return int(given.Load())
}

// A gate that produces what it was given after the client has turned away doubles it,
// under one meta.id. Whoever drops ids that were there before sees each page in order.
func TestLateTwins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 2000
		gate := gatesim.New(scoreSchema(), 4*n)
		gate.SetFaults(gatesim.Faults{Seed: 3, Late: 0.15, Slow: 0.1, Pause: 40 * time.Second})
		r := newRig(t, gate, func(c *Config) { c.BatchEvents, c.Queue = 40, 400 })
		messages, a := scored(t, n, 100, 3), newAcks()
		for _, m := range messages {
			r.Publish(t.Context(), m, a.of(idOf(t, m)))
		}
		r.flush()
		time.Sleep(time.Minute) // the last of the late ones
		rank, first := map[string]int{}, map[string]bool{}
		for i, m := range messages {
			rank[idOf(t, m)] = i
		}
		last, twins := map[string]int{}, 0
		for _, got := range gate.Accepted() {
			i, ok := rank[got.ID]
			if !ok || string(got.Event) != string(messages[i].Value) {
				t.Fatalf("event %s is not as it was published", got.ID)
			}
			if first[got.ID] {
				twins++
				continue
			}
			first[got.ID] = true
			page := string(messages[i].Key)
			if at, ok := last[page]; ok && i < at {
				t.Errorf("%s: event %d for the first time after %d", page, i, at)
			}
			last[page] = i
		}
		for id := range rank {
			if err := a.err(t, id); err != nil || !first[id] {
				t.Errorf("event %s: %v, arrived %v", id, err, first[id])
			}
		}
		if twins == 0 {
			t.Error("no request was late")
		}
		t.Logf("%d events, %d twins", n, twins)
	})
}
