package consume

import (
	"context"
	"reflect"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"revscore/internal/event"
)

// dueIn is a header that holds its record back for wait, of a topic with this delay.
func dueIn(wait, delay time.Duration) []event.Header {
	return []event.Header{event.Retry{
		Attempt: 1, Due: time.Now().Add(wait), Delay: delay, Origin: event.Source{Topic: "t"}, Streams: []string{"s"}, Reason: "maxlag",
	}.Header()}
}

// holder is a worker that notes when each record was begun.
type holder struct {
	*worker[int64]
	start time.Time

	mu    sync.Mutex
	begun []time.Duration
	seen  []event.Record
	held  int
	pause []bool
}

func newHolder(t *testing.T, limit int) *holder {
	h := &holder{start: time.Now()}
	h.worker = &worker[int64]{
		name: "t", limit: limit, advanced: func(int64) {}, inFlight: func(int) {}, fatal: func(err error) { t.Error(err) },
		held:  func(d int) { h.mu.Lock(); h.held += d; h.mu.Unlock() },
		pause: func(p bool) { h.pause = append(h.pause, p) }, // under the worker's lock
		handler: handlerFunc(func(_ context.Context, r event.Record) error {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.begun, h.seen = append(h.begun, time.Since(h.start)), append(h.seen, r)
			return nil
		}),
	}
	h.worker.start()
	t.Cleanup(func() { _ = stopAll(0, []*worker[int64]{h.worker}) })
	return h
}

func (h *holder) push(headers ...[]event.Header) {
	items := make([]item[int64], len(headers))
	for i := range items {
		items[i] = item[int64]{rec: event.Record{Headers: headers[i], Received: time.Now()}, at: int64(i)}
	}
	h.worker.push(items)
}

func TestHeldUntilDue(t *testing.T) {
	broken := []event.Header{{Key: "revscore-retry", Value: []byte("{")}}
	other := []event.Header{{Key: "traceparent", Value: []byte("x")}}
	const h = time.Hour
	for name, c := range map[string]struct {
		headers func() [][]event.Header
		want    []time.Duration
	}{
		"no header":                    {func() [][]event.Header { return [][]event.Header{nil, other} }, []time.Duration{0, 0}},
		"a broken header":              {func() [][]event.Header { return [][]event.Header{broken} }, []time.Duration{0}},
		"due before":                   {func() [][]event.Header { return [][]event.Header{dueIn(-h, h)} }, []time.Duration{0}},
		"due later":                    {func() [][]event.Header { return [][]event.Header{dueIn(h, h)} }, []time.Duration{h}},
		"the partition waits":          {func() [][]event.Header { return [][]event.Header{nil, dueIn(h, 2*h), nil} }, []time.Duration{0, h, h}},
		"each when it is due":          {func() [][]event.Header { return [][]event.Header{dueIn(h, 9*h), dueIn(2*h, 9*h)} }, []time.Duration{h, 2 * h}},
		"due in a year by a bad clock": {func() [][]event.Header { return slices.Repeat([][]event.Header{dueIn(8760*h, h)}, 3) }, []time.Duration{h, h, h}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newHolder(t, 100)
				w.push(c.headers()...)
				time.Sleep(24 * time.Hour)
				synctest.Wait()
				if !slices.Equal(w.begun, c.want) || w.held != 0 {
					t.Errorf("begun after %v, want %v; gauge at %d", w.begun, c.want, w.held)
				}
				for i, r := range w.seen {
					if d := w.start.Add(w.begun[i]).Sub(r.Received); d != 0 && len(r.Headers) > 0 {
						t.Errorf("a wait counts as %v of latency", d)
					}
				}
			})
		})
	}
}

// A stop, a revoke or a drain does not wait for what is not due, and a partition
// that waits takes in no more than any other.
func TestHeldIsInterruptedAndBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newHolder(t, 2)
		w.push(dueIn(time.Hour, time.Hour))
		synctest.Wait()
		w.push(nil, nil, nil)
		w.push(nil)
		if want := []bool{true}; !slices.Equal(w.pause, want) {
			t.Errorf("with four records queued, of two, the partition was paused %v", w.pause)
		}
		if err := w.stop(t.Context()); err != nil {
			t.Error(err)
		}
		if passed := time.Since(w.start); passed != 0 || len(w.begun) != 0 || w.held != 0 {
			t.Errorf("stopped after %v, %d records begun, gauge at %d", passed, len(w.begun), w.held)
		}
		if want := []bool{true, false}; !slices.Equal(w.pause, want) {
			t.Errorf("the partition was left paused: %v", w.pause)
		}
	})
}

// Headers come in with a record, and go out with a transaction's messages.
func TestHeadersComeAndGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newFakeNet(t, kfake.SeedTopics(1, "t"))
		want := []event.Header{{Key: "traceparent", Value: []byte("00-ab")}, {Key: "empty", Value: []byte{}}}
		n.write(t, event.Message{Topic: "t", Value: []byte("v"), Headers: want})
		r := n.reader(t, true, newTimes(), nil)
		time.Sleep(time.Second)
		r.stop()
		cl, err := kgo.NewClient(append(n.opts, kgo.ConsumeTopics(out))...)
		if err != nil {
			t.Fatal(err)
		}
		defer cl.Close()
		sent := cl.PollRecords(t.Context(), 1).Records()[0]
		if got := received(sent, time.Now()).Headers; !reflect.DeepEqual(got, want) {
			t.Errorf("read %q, want %q", got, want)
		}
	})
}

// The time of arrival goes on by the monotonic clock: it is time.Now while nobody sets
// the machine's clock, and has a monotonic reading to measure latency from.
func TestSteadyClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSteady()
		for range 3 {
			time.Sleep(time.Hour)
			if now := s.now(); now != time.Now() {
				t.Errorf("%v, want %v", now, time.Now())
			}
		}
	})
}

func TestRecordWithoutHeadersAllocatesNothing(t *testing.T) {
	r := &kgo.Record{Topic: "t", Value: []byte("v")}
	now := time.Now()
	var rec event.Record
	if n := testing.AllocsPerRun(100, func() { rec = received(r, now) }); n != 0 {
		t.Errorf("%v allocations for %v", n, rec.Source)
	}
}

// A record that is due in an hour costs its group nothing: the partition beside it is
// worked on, nobody is thrown out, no transaction is aborted, and a second instance
// that takes the partition over waits no longer than what is left.
func TestHeldForAnHourInItsGroup(t *testing.T) {
	for _, delivery := range []string{"at least once", "exactly once"} {
		t.Run(delivery, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { heldForAnHour(t, delivery == "exactly once") })
		})
	}
}

func heldForAnHour(t *testing.T, exactly bool) {
	n := newFakeNet(t, kfake.SeedTopics(2, "t"))
	h := newTimes()
	n.write(t, event.Message{Topic: "t", Value: []byte("later"), Headers: dueIn(time.Hour, time.Hour)}, event.Message{Topic: "t", Value: []byte("now")})
	var all []*reader
	for range 2 { // whichever of them has the partition first
		all = append(all, n.reader(t, exactly, h, nil))
		time.Sleep(20 * time.Minute)
	}
	time.Sleep(21 * time.Minute)
	for _, r := range all {
		r.stop()
		if got := r.transactionFaults(); got != 0 {
			t.Errorf("%v transactions were aborted", got)
		}
	}
	if later := h.at["later"]; len(later) != 1 || later[0] < time.Hour || later[0] > time.Hour+3*time.Second {
		t.Errorf("handled after %v, want an hour", later)
	}
	delete(h.at, "later")
	h.check(t, h.start, 5*time.Second, "now")
}
