package consume

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/tmaxmax/go-sse"
	"go.uber.org/zap"

	"revscore/internal/event"
)

// maxEventBytes bounds one server-sent event: the 4 MiB that a Kafka record may
// have, and as much again for its escaping.
const maxEventBytes = 8 << 20

// EventStreams reads a public stream of events, as stream.wikimedia.org serves
// them, for people who have no access to the wiki's Kafka. The position is the
// SSE event id; where a state file is configured it is what offsets are to
// Kafka, written for the finished prefix only.
//
// A server may send events again after a reconnect; dedupe takes care of them.
type EventStreams struct {
	// immutable
	cfg     Config
	log     *zap.Logger
	metrics *metrics
	worker  *worker[string]
	client  sse.Client
	agent   string
	fatal   chan error
	clock   steady

	mu       sync.Mutex // guards what follows
	gate     chan struct{}
	position string // id of the last event of the finished prefix
	written  string
}

// NewEventStreams prepares the source; it connects when Run is called. Every
// request names agent.
func NewEventStreams(cfg Config, agent string, handler Handler, reg prometheus.Registerer, log *zap.Logger) (*EventStreams, error) {
	s := &EventStreams{cfg: cfg, log: log, metrics: newMetrics(reg), agent: agent, fatal: make(chan error, 1), clock: newSteady()}
	if err := s.load(); err != nil {
		return nil, err
	}
	s.client = sse.Client{
		HTTPClient: &http.Client{Transport: overloaded{&http.Transport{
			// The body is endless, so the deadline is on the head alone; a silent
			// connection is ended by TCP keep-alive.
			Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true,
			TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: 30 * time.Second,
		}}},
		Backoff: sse.Backoff{InitialInterval: min(500*time.Millisecond, cfg.EventStreams.Retry), MaxInterval: cfg.EventStreams.Retry},
		OnRetry: func(err error, pause time.Duration) {
			log.Warn("stream lost, connecting again", zap.String("url", cfg.EventStreams.URL), zap.Duration("after", pause), zap.Error(err))
		},
	}
	s.worker = &worker[string]{
		name: "stream " + cfg.EventStreams.URL, handler: handler, limit: cfg.Window,
		advanced: s.advance,
		pause:    s.pause,
		inFlight: func(d int) { s.metrics.inFlight.Add(float64(d)) },
		held:     func(d int) { s.metrics.held.Add(float64(d)) },
		fatal: func(err error) {
			select {
			case s.fatal <- err:
			default:
			}
		},
	}
	s.worker.start()
	return s, nil
}

// overloaded turns the answers of a server that is busy or restarting into
// transport errors: the SSE client tries again after those, but takes any other
// unexpected status for final (contrary to its documentation, as of v0.11).
type overloaded struct{ http.RoundTripper }

func (o overloaded) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := o.RoundTripper.RoundTrip(req)
	if err == nil && (resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode >= 500) {
		return nil, errors.Join(fmt.Errorf("the server answered %s", resp.Status), resp.Body.Close())
	}
	return resp, err
}

// Run reads until ctx is done or an error makes going on wrong.
func (s *EventStreams) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	var owned sync.WaitGroup
	defer owned.Wait()
	defer cancel(nil)
	owned.Go(func() { s.writeState(ctx, cancel) })

	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.cfg.EventStreams.URL, http.NoBody)
	if err != nil {
		return fmt.Errorf("eventstreams: %w", err)
	}
	req.Header.Set("User-Agent", s.agent)
	if s.position != "" {
		req.Header.Set("Last-Event-ID", s.position)
	}
	conn := s.client.NewConnection(req)
	conn.Buffer(nil, maxEventBytes)
	conn.SubscribeToAll(func(e sse.Event) {
		if e.Type == "" || e.Type == "message" { // Wikimedia's server names the default type
			s.received(ctx, e)
		}
	})
	err = conn.Connect()
	if cause := context.Cause(ctx); cause != nil {
		if judge(cause) == ignore {
			return nil
		}
		return cause
	}
	return fmt.Errorf("eventstreams %s: %w", s.cfg.EventStreams.URL, err)
}

// received blocks while the queue is full: the server then waits in TCP.
func (s *EventStreams) received(ctx context.Context, e sse.Event) {
	s.mu.Lock()
	gate := s.gate
	s.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return
		}
	}
	src := parseEventID(e.LastEventID)
	s.metrics.records.WithLabelValues(src.Topic).Inc()
	s.worker.push([]item[string]{{
		rec: event.Record{Source: src, Value: []byte(e.Data), Received: s.clock.now()},
		at:  e.LastEventID,
	}})
}

// parseEventID reads the JSON array of positions that EventStreams uses as id.
// It lists every topic of the stream; those of the other data centre have
// offset -1. An id of another form gives a source without offset.
func parseEventID(id string) event.Source {
	var positions []struct {
		Topic     string `json:"topic"`
		Partition int32  `json:"partition"`
		Offset    *int64 `json:"offset"`
		Timestamp *int64 `json:"timestamp"`
	}
	src := event.Source{Topic: "eventstreams", Offset: -1}
	if json.Unmarshal([]byte(id), &positions) != nil {
		return src
	}
	for _, p := range positions {
		switch {
		case p.Offset != nil && *p.Offset >= 0:
			return event.Source{Topic: p.Topic, Partition: p.Partition, Offset: *p.Offset}
		case p.Timestamp != nil && src.Topic == "eventstreams":
			src.Topic, src.Partition = p.Topic, p.Partition
		}
	}
	return src
}

func (s *EventStreams) pause(paused bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if paused {
		s.gate = make(chan struct{})
		s.metrics.paused.Inc()
		return
	}
	close(s.gate)
	s.gate = nil
	s.metrics.paused.Dec()
}

func (s *EventStreams) advance(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id != "" {
		s.position = id
	}
}

// writeState saves the position at the commit interval, and watches for a
// task's error meanwhile.
func (s *EventStreams) writeState(ctx context.Context, cancel context.CancelCauseFunc) {
	tick := time.NewTicker(s.cfg.CommitInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case err := <-s.fatal:
			cancel(err)
			return
		case <-tick.C:
			if err := s.Commit(ctx); err != nil {
				s.log.Warn("saving the stream position", zap.Error(err))
			}
		}
	}
}

// Drain begins no more events and waits for those in flight.
func (s *EventStreams) Drain(ctx context.Context) error {
	if err := s.worker.stop(ctx); err != nil {
		s.metrics.abandoned.Inc()
		return fmt.Errorf("drain: %w", err)
	}
	return nil
}

// Commit writes the position of the finished prefix, atomically.
func (s *EventStreams) Commit(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	path := s.cfg.EventStreams.StateFile
	if path == "" || s.position == s.written {
		return nil
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("save position: %w", err)
	}
	defer func() { _ = os.Remove(tmp.Name()) }() // gone already after the rename
	_, err = tmp.WriteString(s.position + "\n")
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return fmt.Errorf("save position: %w", err)
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return fmt.Errorf("save position: %w", err)
	}
	s.written = s.position
	return nil
}

func (s *EventStreams) load() error {
	path := s.cfg.EventStreams.StateFile
	if path == "" {
		return nil
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read stream position: %w", err)
	}
	s.position = strings.TrimSpace(string(data))
	s.written = s.position
	return nil
}

// Ready has nothing to ask: the connection is kept up by Run.
func (s *EventStreams) Ready(context.Context) error { return nil }

// Close has nothing left to do after Drain and Commit.
func (s *EventStreams) Close() {}
