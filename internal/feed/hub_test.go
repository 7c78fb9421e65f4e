package feed

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"revscore/internal/score"
)

// pipes is a listener whose connections are pipes: unbuffered, so that a
// browser that does not read blocks the server at once.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { p.once.Do(func() { close(p.done) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	p.conns <- there
	return here, nil
}

// site is a hub behind a true HTTP server with the timeouts that cmd sets.
type site struct {
	*Hub
	client *http.Client
}

// inSite runs a test on a site in a bubble, which fails if a goroutine is left.
func inSite(t *testing.T, f func(t *testing.T, s site)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		hub := NewHub()
		listener := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
		server := &http.Server{Handler: hub.Handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second}
		served := make(chan error)
		go func() { served <- server.Serve(listener) }()
		transport := &http.Transport{DialContext: listener.dial}
		f(t, site{hub, &http.Client{Transport: transport}})
		hub.Close()
		transport.CloseIdleConnections()
		server.Close()
		<-served
	})
}

func (s site) open(t *testing.T, lastID string) *http.Response {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, "http://feed.test/feed", nil)
	if err != nil {
		t.Fatal(err)
	}
	if lastID != "" {
		req.Header.Set("Last-Event-ID", lastID)
	}
	res, err := s.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// message is one server-sent event, or a comment.
type message struct{ id, event, data, comment string }

// reader collects what a browser is sent.
type reader struct {
	mu       sync.Mutex
	messages []message
	ended    chan struct{}
}

func (s site) read(t *testing.T, lastID string) *reader {
	t.Helper()
	res := s.open(t, lastID)
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/event-stream; charset=utf-8" {
		t.Fatalf("/feed answers %d, %s", res.StatusCode, res.Header.Get("Content-Type"))
	}
	r := &reader{ended: make(chan struct{})}
	go func() {
		defer close(r.ended)
		defer res.Body.Close()
		r.collect(res.Body)
	}()
	synctest.Wait()
	return r
}

func (r *reader) collect(body io.Reader) {
	var m message
	for lines := bufio.NewScanner(body); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), ": ")
		switch name {
		case "id":
			m.id = value
		case "event":
			m.event = value
		case "data":
			m.data = value
		case "":
			m.comment = value
			if value != "" { // of a comment the end is not awaited
				continue
			}
			r.mu.Lock()
			r.messages = append(r.messages, m)
			r.mu.Unlock()
			m = message{}
		}
	}
}

func (r *reader) all() []message {
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.messages)
}

// entries are the scores that came, and the ids they came under.
func (r *reader) entries(t *testing.T) (entries []Entry, ids []string) {
	t.Helper()
	for _, m := range r.all() {
		if m.data == "" || m.event != "" {
			continue
		}
		var e Entry
		if err := json.Unmarshal([]byte(m.data), &e); err != nil {
			t.Fatalf("%q: %v", m.data, err)
		}
		entries, ids = append(entries, e), append(ids, m.id)
	}
	return entries, ids
}

// models reports n scores of one revision by the models first, first+1, …
func (s site) models(first, n int) {
	for i := range n {
		s.Observe(scored(1, fmt.Sprintf("m%d", first+i), 0.5))
		if i%100 == 99 {
			synctest.Wait()
		}
	}
	synctest.Wait()
}

func wantModels(t *testing.T, entries []Entry, first, n int) {
	t.Helper()
	if len(entries) != n {
		t.Fatalf("%d scores came, want %d", len(entries), n)
	}
	for i, e := range entries {
		if want := fmt.Sprintf("m%d", first+i); e.Model != want {
			t.Fatalf("score %d is of %s, want %s", i, e.Model, want)
		}
	}
}

func TestNewcomerGetsTheRing(t *testing.T) {
	inSite(t, func(t *testing.T, s site) {
		s.models(0, ringSize+50)
		early := s.read(t, "")
		entries, ids := early.entries(t)
		wantModels(t, entries, 50, ringSize)

		s.models(ringSize+50, 5)
		entries, _ = early.entries(t)
		wantModels(t, entries, 50, ringSize+5)

		// One that comes back gets what it missed, once.
		entries, _ = s.read(t, ids[len(ids)-1]).entries(t)
		wantModels(t, entries, ringSize+50, 5)
		// Ids of another life, or none of ours at all, are no obstacle.
		for _, id := range []string{"1", "not an id", "-5"} {
			entries, _ = s.read(t, id).entries(t)
			wantModels(t, entries, 55, ringSize)
		}
	})
}

// TestSlowWatcherIsDropped: one that never reads is dropped when its queue is
// full. The other gets everything in order, and no time passes: nothing waited.
func TestSlowWatcherIsDropped(t *testing.T) {
	inSite(t, func(t *testing.T, s site) {
		start := time.Now()
		slow := s.open(t, "")
		fast := s.read(t, "")
		const n = 3 * watcherQueue
		s.models(0, n)
		entries, _ := fast.entries(t)
		wantModels(t, entries, 0, n)
		if passed := time.Since(start); passed != 0 {
			t.Errorf("the fast watcher waited %v", passed)
		}
		if got := s.watching(); got != 1 {
			t.Errorf("%d are watching, want the fast one only", got)
		}
		if _, err := io.Copy(io.Discard, slow.Body); err == nil {
			t.Error("the slow watcher's stream ended in order, want it cut off")
		}
		slow.Body.Close()
	})
}

// TestStuckWatcherMeetsADeadline: too few scores to fill its queue, but a write
// that nobody reads ends after writeTimeout.
func TestStuckWatcherMeetsADeadline(t *testing.T) {
	inSite(t, func(t *testing.T, s site) {
		stuck := s.open(t, "")
		s.models(0, 50)
		time.Sleep(writeTimeout - time.Millisecond)
		synctest.Wait()
		if got := s.watching(); got != 1 {
			t.Fatalf("%d are watching before the deadline, want 1", got)
		}
		time.Sleep(2 * time.Millisecond)
		synctest.Wait()
		if got := s.watching(); got != 0 {
			t.Errorf("%d are watching after the deadline, want none", got)
		}
		stuck.Body.Close()
	})
}

func (s site) watching() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.watchers)
}

func TestCloseEndsEverything(t *testing.T) {
	inSite(t, func(t *testing.T, s site) {
		fast := s.read(t, "")
		stuck := s.open(t, "")
		s.models(0, 50)
		start := time.Now()
		s.Close()
		if passed := time.Since(start); passed != 0 {
			t.Errorf("Close took %v", passed)
		}
		<-fast.ended
		stuck.Body.Close()
		s.Close() // again
		s.Observe(scored(2, "late", 0.5))
		if res := s.open(t, ""); res.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("/feed answers %d after Close, want 503", res.StatusCode)
		} else {
			res.Body.Close()
		}
	})
}

func TestWatcherGoesAway(t *testing.T) {
	inSite(t, func(t *testing.T, s site) {
		res := s.open(t, "")
		res.Body.Close()
		synctest.Wait()
		if got := s.watching(); got != 0 {
			t.Errorf("%d are watching, want none", got)
		}
	})
}

func TestTooManyWatchers(t *testing.T) {
	inSite(t, func(t *testing.T, s site) {
		var open []*http.Response
		for range maxWatchers {
			open = append(open, s.open(t, ""))
		}
		refused := s.open(t, "")
		if refused.StatusCode != http.StatusServiceUnavailable || refused.Header.Get("Retry-After") == "" {
			t.Errorf("watcher %d gets %d, Retry-After %q", maxWatchers+1, refused.StatusCode, refused.Header.Get("Retry-After"))
		}
		refused.Body.Close()
		open[0].Body.Close()
		synctest.Wait()
		open[0] = s.open(t, "")
		if open[0].StatusCode != http.StatusOK {
			t.Errorf("a watcher in a freed place gets %d", open[0].StatusCode)
		}
		for _, res := range open {
			res.Body.Close()
		}
	})
}

// TestQuietHours: without scores there is a comment every 15 seconds and nothing
// else, and the server's read timeout does not end the stream.
func TestQuietHours(t *testing.T) {
	inSite(t, func(t *testing.T, s site) {
		r := s.read(t, "")
		before := len(r.all())
		time.Sleep(time.Hour + time.Second)
		beats := 0
		for _, m := range r.all()[before:] {
			if m.comment == "" && m.data == "" {
				beats++
			} else {
				t.Errorf("unasked: %+v", m)
			}
		}
		if want := int(time.Hour / heartbeat); beats != want {
			t.Errorf("%d heartbeats in an hour, want %d", beats, want)
		}
	})
}

// TestSummaryOverTime: ten events a second for 20 s, then nothing.
func TestSummaryOverTime(t *testing.T) {
	inSite(t, func(t *testing.T, s site) {
		r := s.read(t, "")
		for i := range int64(200) {
			s.Observe(scored(i, "reverted", 0.5))
			time.Sleep(100 * time.Millisecond)
		}
		s.Observe(rejected(1000, nil))
		s.Observe(repeated(1001, "reverted"))
		time.Sleep(time.Second)
		got := s.fetchSummary(t)
		if got.Rate < 9 || got.Rate > 11 || got.Latency == nil || got.Latency.P50 < 3.9 || got.Latency.P99 > 4.1 {
			t.Errorf("busy: rate %v, latency %+v, want 10 and 4 ms", got.Rate, got.Latency)
		}
		want := EventCounts{In: 202, Answered: 200, Duplicates: 1, Rejected: 1}
		if got.Events != want || got.Scores["reverted"] != 200 || got.Repeats != 1 {
			t.Errorf("counted %+v, want %+v", got, want)
		}
		time.Sleep((lately + 2) * time.Second)
		if got := s.fetchSummary(t); got.Rate != 0 || got.Latency != nil || got.Events != want {
			t.Errorf("quiet: %+v", got)
		}
		last := message{}
		for _, m := range r.all() {
			if m.event == "summary" {
				last = m
			}
		}
		if last.data == "" || last.data+"\n" != s.fetchText(t, "/feed/summary") {
			t.Errorf("the last summary pushed is %q", last.data)
		}
	})
}

func (s site) fetchText(t *testing.T, path string) string {
	t.Helper()
	synctest.Wait() // the hub's second may be the test's
	res, err := s.client.Get("http://feed.test" + path)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s answers %d, %v", path, res.StatusCode, err)
	}
	return string(body)
}

func (s site) fetchSummary(t *testing.T) (out Summary) {
	t.Helper()
	if err := json.Unmarshal([]byte(s.fetchText(t, "/feed/summary")), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestThinning: of 1,000 revisions at once the first hundred are passed on, each
// with all its models, and the summary counts those that are not.
func TestThinning(t *testing.T) {
	inSite(t, func(t *testing.T, s site) {
		r := s.read(t, "")
		var reports []score.Report
		for i := range int64(1000) {
			reports = append(reports, scored(i, "a", 0.5), scored(i, "b", 0.5))
		}
		for i, report := range reports {
			s.Observe(report)
			if i%100 == 99 {
				synctest.Wait()
			}
		}
		entries, _ := r.entries(t)
		models := map[int64]int{}
		for _, e := range entries {
			models[e.Rev]++
		}
		for rev, n := range models {
			if n != 2 {
				t.Errorf("revision %d came with %d models, want 2", rev, n)
			}
		}
		if len(models) != revisionsPerSecond {
			t.Errorf("%d revisions came, want %d", len(models), revisionsPerSecond)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		got := s.fetchSummary(t)
		if got.NotShown != 2*(1000-revisionsPerSecond) || got.Events.In != 1000 || got.Scores["a"] != 1000 {
			t.Errorf("the summary is %+v", got)
		}
	})
}
