package consume

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"revscore/internal/event"
)

// streamServer sends events from..from+perConnection on each connection and
// then cuts it; it remembers what clients asked for.
type streamServer struct {
	perConnection int

	mu     sync.Mutex
	next   int
	asked  []string // Last-Event-ID of each connection
	agents []string
}

func eventID(offset int) string {
	return fmt.Sprintf(`[{"topic":"codfw.s","partition":0,"offset":-1},{"topic":"eqiad.s","partition":0,"offset":%d}]`, offset)
}

func (s *streamServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, r.Header.Get("Last-Event-ID"))
	s.agents = append(s.agents, r.UserAgent())
	if len(s.asked) == 2 { // the second connection meets an overloaded server
		w.WriteHeader(http.StatusTooManyRequests)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	for range s.perConnection {
		fmt.Fprintf(w, ":heartbeat\n\nevent: message\nid: %s\ndata: {\"n\":%d,\ndata:  \"two\":\"lines\"}\n\n", eventID(s.next), s.next)
		s.next++
	}
}

func streamConfig(url, state string) Config {
	cfg := DefaultConfig()
	cfg.Source = SourceEventStreams
	cfg.EventStreams = EventStreamsConfig{URL: url, StateFile: state, Retry: 10 * time.Millisecond}
	return cfg
}

func TestEventStreamsResumesAndRemembers(t *testing.T) {
	server := &streamServer{perConnection: 5}
	web := httptest.NewServer(server)
	defer web.Close()
	state := filepath.Join(t.TempDir(), "position")

	var mu sync.Mutex
	var got []string
	enough := make(chan struct{})
	h := handlerFunc(func(_ context.Context, r event.Record) error {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, string(r.Value))
		if r.Topic != "eqiad.s" {
			t.Errorf("source is %v", r.Source)
		}
		if len(got) == 12 {
			close(enough)
		}
		return nil
	})
	s, err := NewEventStreams(streamConfig(web.URL, state), "agent/1 (contact)", h, prometheus.NewRegistry(), zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	select {
	case <-enough:
	case err := <-done:
		t.Fatal(err)
	}
	cancel()
	if err := errors.Join(<-done, s.Drain(t.Context()), s.Commit(t.Context())); err != nil {
		t.Fatal(err)
	}
	server.mu.Lock()
	defer server.mu.Unlock()
	if server.asked[0] != "" || server.asked[1] != eventID(4) || server.asked[2] != eventID(4) || server.asked[3] != eventID(9) {
		t.Errorf("the connections asked to resume at %q", server.asked)
	}
	if server.agents[0] != "agent/1 (contact)" {
		t.Errorf("user agent %q", server.agents[0])
	}
	if !strings.Contains(strings.Join(got, ""), "\"n\":0,\n \"two\"") {
		t.Errorf("data of several lines came as %q", got[0])
	}
	saved, err := os.ReadFile(state)
	if err != nil {
		t.Fatal(err)
	}
	again, err := NewEventStreams(streamConfig(web.URL, state), "a", h, prometheus.NewRegistry(), zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	if again.position != strings.TrimSpace(string(saved)) || !strings.Contains(again.position, "eqiad.s") {
		t.Errorf("starts again at %q, saved was %q", again.position, saved)
	}
	if err := again.Drain(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestEventStreamsPermanentAnswerStops(t *testing.T) {
	web := httptest.NewServer(http.NotFoundHandler())
	defer web.Close()
	s, err := NewEventStreams(streamConfig(web.URL, ""), "a", handlerFunc(nil), prometheus.NewRegistry(), zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("got %v", err)
	}
	if err := s.Drain(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestEventStreamsTaskErrorStops(t *testing.T) {
	web := httptest.NewServer(&streamServer{perConnection: 3})
	defer web.Close()
	boom := errors.New("boom")
	s, err := NewEventStreams(streamConfig(web.URL, ""), "a", handlerFunc(func(context.Context, event.Record) error { return boom }), prometheus.NewRegistry(), zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(t.Context()); !errors.Is(err, boom) {
		t.Errorf("got %v", err)
	}
	if err := s.Drain(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestParseEventID(t *testing.T) {
	for id, want := range map[string]event.Source{
		eventID(7): {Topic: "eqiad.s", Partition: 0, Offset: 7},
		`[{"topic":"eqiad.s","partition":2,"timestamp":1700000000000}]`: {Topic: "eqiad.s", Partition: 2, Offset: -1},
		``:         {Topic: "eventstreams", Offset: -1},
		`17`:       {Topic: "eventstreams", Offset: -1},
		`[{"a":1}`: {Topic: "eventstreams", Offset: -1},
	} {
		if got := parseEventID(id); got != want {
			t.Errorf("%s is %v, want %v", id, got, want)
		}
	}
}
