package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"revscore/internal/consume"
	"revscore/internal/corpus"
	"revscore/internal/simwiki"
)

// publicStream serves events the way stream.wikimedia.org does and cuts the
// connection after every third, so that a client has to resume.
type publicStream struct {
	mu     sync.Mutex
	events [][]byte
	asked  []string // Last-Event-ID of each connection
	rest   chan struct{}
	resume chan struct{} // told of each connection that asks for what comes after the last event
}

func (p *publicStream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	last := r.Header.Get("Last-Event-ID")
	p.asked = append(p.asked, last)
	from := 0
	if _, after, ok := strings.Cut(last, `"offset":`); ok {
		if _, err := fmt.Sscanf(after, "%d", &from); err == nil {
			from++
		}
	}
	p.mu.Unlock()
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	for i := from; i < min(from+3, len(p.events)); i++ {
		fmt.Fprintf(w, ":ok\n\nevent: message\nid: [{\"topic\":\"eqiad.mediawiki.page_change.v1\",\"partition\":0,\"offset\":%d}]\ndata: %s\n\n", i, p.events[i])
	}
	if from >= len(p.events) { // nothing new: stay connected, as the real one does
		p.resume <- struct{}{}
		w.(http.Flusher).Flush()
		select {
		case <-r.Context().Done():
		case <-p.rest:
		}
	}
}

// What `make live` does, against a local stream: page_change events over SSE,
// texts from an Action API, scores to Kafka, and a position that is remembered.
func TestPublicStream(t *testing.T) {
	const n = 10
	r := newRig(t)
	stream := &publicStream{rest: make(chan struct{}), resume: make(chan struct{}, 100)}
	for i := range n {
		text, parent := fmt.Sprintf("Some words, %d of them.", i), "Some words."
		rev := &corpus.Revision{
			Wiki: "enwiki", Domain: "en.wikipedia.example", PageID: int64(i + 1), Title: "Page", RevID: int64(1000 + 2*i), ParentID: int64(999 + 2*i),
			Timestamp: simwiki.Start, ContentModel: "wikitext", Text: &text, ParentText: &parent, Size: int64(len(text)),
		}
		r.wiki.Put(rev)
		stream.events = append(stream.events, pageChange(t, rev, "edit", "Writer"))
	}
	web := httptest.NewServer(stream)
	defer web.Close()
	defer close(stream.rest)
	r.cfg.Consume.Source = consume.SourceEventStreams
	r.cfg.Consume.EventStreams = consume.EventStreamsConfig{
		URL: web.URL + "/v2/stream/mediawiki.page_change.v1", StateFile: filepath.Join(t.TempDir(), "position"), Retry: r.cfg.Fetch.RetryMax,
	}

	s := r.start()
	s.await(2 * n)
	s.stop()
	events := r.scores(revertedTopic)
	distinct(t, events)
	if len(events) != n {
		t.Errorf("%d of %d revisions were scored", len(events), n)
	}
	for _, e := range events {
		if e.Scores == nil {
			t.Errorf("revision %d: %v", e.RevID, e.Errors)
		}
	}

	for len(stream.resume) > 0 {
		<-stream.resume
	}
	s = r.start() // goes on after the last event, and repeats nothing
	s.until(stream.resume, "a connection that resumes")
	s.stop()
	stream.mu.Lock()
	defer stream.mu.Unlock()
	if first := stream.asked[0]; first != "" {
		t.Errorf("the first connection asked for what comes after %s", first)
	}
	if last := stream.asked[len(stream.asked)-1]; !strings.Contains(last, fmt.Sprintf(`"offset":%d`, n-1)) {
		t.Errorf("the second run asked for what comes after %q", last)
	}
	if got := r.end(revertedTopic); got != n {
		t.Errorf("%d messages after the second run, want %d", got, n)
	}
}
