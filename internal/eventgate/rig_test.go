package eventgate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"revscore/internal/event"
)

// wire is a network in memory, so that real HTTP runs under the fake clock of
// testing/synctest.
type wire struct {
	conns chan net.Conn
	down  chan struct{}
	once  sync.Once
}

func (w *wire) Accept() (net.Conn, error) {
	select {
	case c := <-w.conns:
		return c, nil
	case <-w.down:
		return nil, net.ErrClosed
	}
}

func (w *wire) Close() error   { w.once.Do(func() { close(w.down) }); return nil }
func (w *wire) Addr() net.Addr { return &net.TCPAddr{} }

func (w *wire) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case w.conns <- server:
		return client, nil
	case <-w.down:
		return nil, errors.New("connection refused")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// rig is a sink and the gate it posts to. It must be made within a synctest bubble.
type rig struct {
	*Sink
	t   testing.TB
	reg *prometheus.Registry
}

func newRig(t testing.TB, gate http.Handler, change func(*Config)) *rig {
	t.Helper()
	w := &wire{conns: make(chan net.Conn), down: make(chan struct{})}
	server := &http.Server{Handler: gate}
	served := make(chan struct{})
	go func() { defer close(served); server.Serve(w) }()
	cfg := DefaultConfig()
	cfg.URL = "http://gate"
	if change != nil {
		change(&cfg)
	}
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	reg := prometheus.NewRegistry()
	s, err := New(cfg, reg, WithTransport(&http.Transport{DialContext: w.dial, IdleConnTimeout: idleTimeout, MaxIdleConnsPerHost: cfg.InFlight}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Close()
		server.Close()
		<-served
	})
	return &rig{Sink: s, t: t, reg: reg}
}

// acks are the callbacks of events by their name.
type acks struct {
	mu    sync.Mutex
	calls map[string]int
	errs  map[string]error
	order []string
}

func newAcks() *acks { return &acks{calls: map[string]int{}, errs: map[string]error{}} }

func (a *acks) of(id string) func(error) {
	return func(err error) {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.calls[id]++
		a.errs[id] = err
		a.order = append(a.order, id)
	}
}

// err returns what became of an event, and fails unless that was told once.
func (a *acks) err(t testing.TB, id string) error {
	t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.calls[id] != 1 {
		t.Errorf("event %s: %d callbacks", id, a.calls[id])
	}
	return a.errs[id]
}

func (a *acks) called(id string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.calls[id] > 0
}

// message of a page; its id is the page's name and a number: a1, a2, b1.
func message(id string) event.Message {
	return event.Message{Topic: "t", Key: []byte(id[:1]), Value: fmt.Appendf(nil, `{"$schema":"/s/1.0.0","meta":{"id":%q,"stream":"t"}}`, id)}
}

func (r *rig) publish(a *acks, ids ...string) {
	for _, id := range ids {
		r.Publish(r.t.Context(), message(id), a.of(id))
	}
}

func (r *rig) flush() {
	r.t.Helper()
	if err := r.Flush(r.t.Context()); err != nil {
		r.t.Error(err)
	}
}

// counter sums the series of a metric whose labels have all the values.
func (r *rig) counter(name string, values ...string) (sum float64) {
	r.t.Helper()
	families, err := r.reg.Gather()
	if err != nil {
		r.t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			var has []string
			for _, l := range m.GetLabel() {
				has = append(has, l.GetValue())
			}
			if f.GetName() == name && !slices.ContainsFunc(values, func(v string) bool { return !slices.Contains(has, v) }) {
				sum += m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	return sum
}

// script is a gate that answers as told, and keeps what it was asked.
type script struct {
	mu       sync.Mutex
	requests [][]string // ids of each request
	at       []time.Time
	answer   func(n int, ids []string, w http.ResponseWriter, r *http.Request) // n counts from 0
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	var list []struct {
		Meta struct {
			ID string `json:"id"`
		} `json:"meta"`
	}
	if err := json.Unmarshal(body, &list); err != nil {
		http.Error(w, err.Error(), http.StatusTeapot)
		return
	}
	var ids []string
	for _, e := range list {
		ids = append(ids, e.Meta.ID)
	}
	s.mu.Lock()
	n := len(s.requests)
	s.requests = append(s.requests, ids)
	s.at = append(s.at, time.Now())
	s.mu.Unlock()
	s.answer(n, ids, w, r)
}

// seen is what was asked so far: "a1 b1; a1".
func (s *script) seen() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []string
	for _, ids := range s.requests {
		list = append(list, strings.Join(ids, " "))
	}
	return strings.Join(list, "; ")
}

func accept(w http.ResponseWriter) { w.WriteHeader(http.StatusCreated) }

// reportOf writes a body as the gate does: for each id its context.
func reportOf(invalid, failed map[string]string) string {
	list := func(m map[string]string, context string) string {
		var out []string
		for id, text := range m {
			out = append(out, fmt.Sprintf(`{"event":{"meta":{"id":%q}},"context":{%q:%q}}`, id, context, text))
		}
		return strings.Join(out, ",")
	}
	return fmt.Sprintf(`{"invalid":[%s],"error":[%s]}`, list(invalid, "errorsText"), list(failed, "message"))
}
