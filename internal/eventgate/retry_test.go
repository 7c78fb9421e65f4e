package eventgate

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A gate whose broker is gone never answers. The sink gives each request up in
// time, tries with one at a time, and gives events up when their deadline is over,
// with those of their page that came later.
func TestSilentGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		silent := true
		gate := &script{}
		gate.answer = func(_ int, _ []string, w http.ResponseWriter, r *http.Request) {
			gate.mu.Lock()
			s := silent
			gate.mu.Unlock()
			if s {
				<-r.Context().Done()
				return
			}
			accept(w)
		}
		r := newRig(t, gate, func(c *Config) { c.Timeout, c.Deadline = 10*time.Second, time.Minute })
		a, start := newAcks(), time.Now()
		r.publish(a, "a1")
		time.Sleep(30 * time.Second)
		r.publish(a, "a2", "b1")
		if got := r.counter("revscore_eventgate_failing"); got != 1 {
			t.Error("the gate is not known to fail")
		}
		time.Sleep(29 * time.Second)
		if a.called("a1") {
			t.Fatalf("given up too early: %v", a.err(t, "a1"))
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if err := a.err(t, "a1"); !errors.Is(err, ErrDeadline) || !strings.Contains(err.Error(), "did not answer in time") {
			t.Error(err)
		}
		if err := a.err(t, "a2"); !errors.Is(err, ErrBehind) || !errors.Is(err, ErrDeadline) {
			t.Error(err)
		}
		gate.mu.Lock()
		silent = false
		gate.mu.Unlock()
		r.flush()
		if err := a.err(t, "b1"); err != nil {
			t.Error(err)
		}
		if took := time.Since(start); took > 90*time.Second {
			t.Errorf("it took %v to notice that the gate is back", took)
		}
		if got := r.counter("revscore_eventgate_failing"); got != 0 {
			t.Error("the gate is not known to be back")
		}
	})
}

// What fails whole requests makes all wait, as long as the gate asks; then one
// request tries again, not all at once.
func TestGateAsksToBeLeftAlone(t *testing.T) {
	for _, c := range []struct {
		status int
		after  func() string
	}{
		{http.StatusTooManyRequests, func() string { return "7" }},
		{http.StatusServiceUnavailable, func() string { return time.Now().Add(7 * time.Second).UTC().Format(http.TimeFormat) }},
	} {
		synctest.Test(t, func(t *testing.T) {
			gate := &script{}
			var both sync.WaitGroup // on their way together
			both.Add(2)
			gate.answer = func(n int, _ []string, w http.ResponseWriter, _ *http.Request) {
				if n < 2 {
					both.Done()
					both.Wait()
					w.Header().Set("Retry-After", c.after())
					w.WriteHeader(c.status)
					return
				}
				accept(w)
			}
			r := newRig(t, gate, func(c *Config) { c.BatchEvents = 1; c.InFlight = 2 })
			a, start := newAcks(), time.Now()
			r.publish(a, "a1", "b1", "c1", "d1")
			r.flush()
			if len(gate.at) != 6 {
				t.Fatalf("requests %s", gate.seen())
			}
			if pause := gate.at[2].Sub(start); pause < 7*time.Second || pause > 8*time.Second {
				t.Errorf("waited %v after %d", pause, c.status)
			}
			if got := r.counter("revscore_eventgate_requests_total", fmt.Sprint(c.status)); got != 2 {
				t.Errorf("%v requests with %d", got, c.status)
			}
		})
	}
}

// Pauses double, within their jitter, up to the longest; after a success they
// begin anew.
func TestPausesGrow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := &script{}
		gate.answer = func(n int, _ []string, w http.ResponseWriter, _ *http.Request) {
			if n != 8 && n < 10 {
				w.WriteHeader(http.StatusBadGateway)
				return
			}
			accept(w)
		}
		r := newRig(t, gate, func(c *Config) { c.RetryMin, c.RetryMax = time.Second, 10*time.Second })
		a := newAcks()
		r.publish(a, "a1")
		r.flush()
		r.publish(a, "a2")
		r.flush()
		for i, want := range []float64{1, 2, 4, 8, 10, 10, 10, 10, 0, 1} {
			got := gate.at[i+1].Sub(gate.at[i]).Seconds()
			if got < want/2 || got > want*1.5 {
				t.Errorf("pause %d is %v s, want %v s and half of it more or less", i, got, want)
			}
		}
	})
}

// Requests that were on their way together fail together: that is one failure of
// the gate. While it fails, it is tried with one request at a time.
func TestFailuresTogetherCountOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const together = 4
		var all sync.WaitGroup
		all.Add(together)
		gate := &script{}
		gate.answer = func(n int, _ []string, w http.ResponseWriter, _ *http.Request) {
			switch {
			case n < together:
				all.Done()
				all.Wait()
				w.WriteHeader(http.StatusBadGateway)
			case n == together:
				time.Sleep(time.Minute)
				accept(w)
			default:
				accept(w)
			}
		}
		r := newRig(t, gate, func(c *Config) {
			c.BatchEvents, c.RetryMin, c.Timeout = 1, time.Second, 2*time.Minute
		})
		a := newAcks()
		r.publish(a, "a1", "b1", "c1", "d1")
		r.flush()
		if pause := gate.at[together].Sub(gate.at[0]); pause > 1500*time.Millisecond {
			t.Errorf("%d failures at once made a pause of %v", together, pause)
		}
		if next := gate.at[together+1].Sub(gate.at[together]); next < time.Minute {
			t.Errorf("a second request came %v after the first, which was not answered", next)
		}
	})
}

// One event that breaks the gate ends up alone; all others are taken. Once they
// were not: the event came first again after each pause that it had caused.
//
// It is refused when it has failed often enough by itself; a deadline may end it before.
func TestOneBadEventFailsAlone(t *testing.T) {
	for _, deadline := range []time.Duration{0, time.Minute} {
		t.Run(fmt.Sprint("deadline ", deadline), func(t *testing.T) { testOneBadEvent(t, deadline) })
	}
}

func testOneBadEvent(t *testing.T, deadline time.Duration) {
	synctest.Test(t, func(t *testing.T) {
		gate := &script{answer: func(_ int, ids []string, w http.ResponseWriter, _ *http.Request) {
			if slices.Contains(ids, "q1") {
				w.WriteHeader(http.StatusInternalServerError)
				fmt.Fprint(w, `{"status":500,"type":"internal_error","title":"TypeError","detail":"x is not a function"}`)
				return
			}
			accept(w)
		}}
		r := newRig(t, gate, func(c *Config) { c.Deadline = deadline })
		a, start := newAcks(), time.Now()
		pages := strings.Split("abcdefghijklmnopqrstuvwxyz", "")
		for _, page := range pages {
			r.publish(a, page+"1")
		}
		r.publish(a, "q2")
		time.Sleep(5 * time.Second)
		for _, page := range pages {
			if page != "q" && !a.called(page+"1") {
				t.Errorf("%s1 waits for q1: %s", page, gate.seen())
			}
		}
		go func() { // the gate is in use
			for i := range 10 {
				time.Sleep(5 * time.Second)
				r.publish(a, fmt.Sprint("z", i+2))
			}
		}()
		r.flush()
		err, behind, took := a.err(t, "q1"), a.err(t, "q2"), time.Since(start)
		if !strings.Contains(err.Error(), "500: TypeError: x is not a function") {
			t.Error(err)
		}
		var rejected *RejectedError
		switch {
		case deadline > 0:
			if took < deadline || took > deadline+time.Second || !errors.Is(err, ErrDeadline) || !errors.Is(behind, ErrBehind) {
				t.Errorf("after %v q1 is told %v, q2 %v", took, err, behind)
			}
		case took < time.Minute || took > 5*time.Minute || !errors.As(err, &rejected) || rejected.Reason != Unprocessable || behind != nil:
			t.Errorf("after %v q1 is told %v, q2 %v", took, err, behind)
		}
		if n := len(gate.requests); n > 60 {
			t.Errorf("%d requests", n)
		}
	})
}

// A gate that takes less than the settings say: by a proxy's 413, or by what
// EventGate makes of it.
func TestTooLargeRequestsAreHalved(t *testing.T) {
	for _, plain := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			const limit = 400
			refused := 0
			gate := &script{}
			gate.answer = func(_ int, _ []string, w http.ResponseWriter, r *http.Request) {
				if r.ContentLength <= limit {
					accept(w)
					return
				}
				refused++
				if plain {
					w.WriteHeader(http.StatusRequestEntityTooLarge)
					return
				}
				w.WriteHeader(http.StatusInternalServerError)
				fmt.Fprint(w, `{"status":500,"type":"internal_error","title":"PayloadTooLargeError","detail":"request entity too large","method":"POST","uri":"/v1/events"}`)
			}
			r := newRig(t, gate, func(c *Config) { c.InFlight = 1 })
			a, start := newAcks(), time.Now()
			large := message("z1")
			large.Value = []byte(strings.Replace(string(large.Value), `"t"`, `"`+strings.Repeat("t", limit)+`"`, 1))
			r.Publish(t.Context(), large, a.of("z1"))
			for _, page := range strings.Split("abcdefghijklmnopqrstuvwxy", "") {
				r.publish(a, page+"1", page+"2")
			}
			r.flush()
			var rejected *RejectedError
			if err := a.err(t, "z1"); !errors.As(err, &rejected) || rejected.Reason != TooLarge {
				t.Error(err)
			}
			for id := range a.calls {
				if err := a.err(t, id); err != nil && id != "z1" {
					t.Error(err)
				}
			}
			if refused > 6 {
				t.Errorf("%d requests too large: the limit is not learnt", refused)
			}
			if took := time.Since(start); took > time.Second {
				t.Errorf("it took %v: there is nothing to wait for", took)
			}
		})
	}
}

// Nothing of these says that the broker has the events, so they are sent again.
func TestWhatIsNoAcknowledgement(t *testing.T) {
	for name, answer := range map[string]func(http.ResponseWriter){
		"200 of a proxy's login page": func(w http.ResponseWriter) { fmt.Fprint(w, "<html>") },
		"202 without hasty":           func(w http.ResponseWriter) { w.WriteHeader(http.StatusAccepted) },
		"207 without a body":          func(w http.ResponseWriter) { w.WriteHeader(http.StatusMultiStatus) },
		"207 cut off": func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "100")
			w.WriteHeader(http.StatusMultiStatus)
			fmt.Fprint(w, `{"invalid":[],`)
		},
		"207 about something else": func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusMultiStatus)
			fmt.Fprint(w, reportOf(map[string]string{"x9": "is wrong"}, nil))
		},
		"400 that names nothing": func(w http.ResponseWriter) { w.WriteHeader(http.StatusBadRequest) },
		"401":                    func(w http.ResponseWriter) { w.WriteHeader(http.StatusUnauthorized) },
		"302":                    func(w http.ResponseWriter) { w.Header().Set("Location", "/login"); w.WriteHeader(http.StatusFound) },
		"a broken connection":    func(http.ResponseWriter) { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				gate := &script{}
				gate.answer = func(n int, _ []string, w http.ResponseWriter, _ *http.Request) {
					if n == 0 {
						answer(w)
						return
					}
					accept(w)
				}
				r := newRig(t, gate, nil)
				a := newAcks()
				r.publish(a, "a1", "b1")
				r.flush()
				if err := errors.Join(a.err(t, "a1"), a.err(t, "b1")); err != nil {
					t.Error(err)
				}
				if again := gate.requests[1:]; len(slices.Concat(again...)) != 2 {
					t.Errorf("requests %s", gate.seen())
				}
			})
		})
	}
}

// Hasty: 202 is all there is, and it is counted as what it is.
func TestHasty(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := &script{answer: func(_ int, _ []string, w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("hasty") != "true" {
				w.WriteHeader(http.StatusTeapot)
				return
			}
			w.WriteHeader(http.StatusAccepted)
		}}
		r := newRig(t, gate, func(c *Config) { c.Hasty = true })
		a := newAcks()
		r.publish(a, "a1")
		r.flush()
		if err := a.err(t, "a1"); err != nil {
			t.Error(err)
		}
		if got := r.counter("revscore_eventgate_events_total", "received"); got != 1 {
			t.Errorf("%v events received", got)
		}
	})
}
