package feed

import (
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"revscore/internal/score"
)

// Bounds of a hub. They are constants because nothing an operator knows makes
// others better: the page is for eyes.
const (
	hubQueue     = 1024 // reports on their way to the owner; each keeps its record
	ringSize     = 200  // entries a newcomer gets
	watcherQueue = 1024 // frames a watcher may lag; some seconds of a busy wiki
	maxWatchers  = 64
	// Revisions a second that are passed on. Wikimedia's wikis make 20 to 50
	// together; replays make thousands, which no page can draw nor eye follow.
	revisionsPerSecond = 100
)

// Hub passes scores on to browsers; see Handler. Who is slow is dropped, and
// comes back on its own: browsers reconnect, naming the last event they have.
//
// The goroutine of run owns shown, recent and stats. The mutex guards what it
// shares with the watchers' goroutines, which are the HTTP server's.
type Hub struct {
	tally   *Tally
	queue   chan score.Report
	missed  atomic.Int64 // found the queue full, or beyond what is passed on
	quit    chan struct{}
	stopped chan struct{}

	shown  *rate.Limiter
	recent map[revision]int // entries in the ring, by revision
	stats  stats

	mu       sync.Mutex
	closed   bool
	ring     [ringSize]frame
	written  uint64 // frames ever; the next goes to ring[written % ringSize]
	summary  []byte // the latest, as JSON
	watchers map[*watcher]struct{}
	serving  sync.WaitGroup // one for each watcher
}

// frame is an entry as it goes over the wire.
type frame struct {
	id   uint64
	of   revision
	wire []byte
}

type revision struct {
	wiki string
	id   int64
}

// NewHub starts a hub. Close ends it.
func NewHub() *Hub {
	h := &Hub{
		tally: NewTally(), queue: make(chan score.Report, hubQueue), quit: make(chan struct{}), stopped: make(chan struct{}),
		shown: rate.NewLimiter(revisionsPerSecond, revisionsPerSecond), recent: map[revision]int{},
		watchers: map[*watcher]struct{}{},
	}
	h.summarise()
	go h.run()
	return h
}

// Observe counts a report and offers it to be shown. It never waits and is safe
// for concurrent use, also after Close.
func (h *Hub) Observe(r score.Report) {
	h.tally.Observe(r)
	if r.Kind != score.KindScore && r.Kind != score.KindFailure {
		return
	}
	select {
	case h.queue <- r: // drawn up by run, and only if it is wanted
	default:
		h.missed.Add(1)
	}
}

// Close ends the feed for all watchers and waits until their requests are over,
// so that the HTTP server can shut down.
func (h *Hub) Close() {
	h.mu.Lock()
	if !h.closed {
		h.closed = true
		close(h.quit)
		for w := range h.watchers {
			h.drop(w)
		}
	}
	h.mu.Unlock()
	<-h.stopped
	h.serving.Wait()
}

func (h *Hub) run() {
	defer close(h.stopped)
	second := time.NewTicker(time.Second)
	defer second.Stop()
	// A process that was started again must not give out ids that browsers have
	// seen: they name the last one when they come back. Counting from the clock
	// stays ahead as long as there are fewer than a million entries a second.
	id := uint64(time.Now().UnixMicro())
	for {
		select {
		case r := <-h.queue:
			of := revision{r.Revision.Wiki, r.Revision.RevID}
			if !h.wanted(of) {
				h.missed.Add(1)
				continue
			}
			if e, ok := entryOf(r); ok {
				id++
				h.publish(encode(id, of, e))
			}
		case <-second.C:
			h.summarise()
		case <-h.quit:
			return
		}
	}
}

// wanted thins out by revision, not by entry: a row of the page is whole or absent.
func (h *Hub) wanted(of revision) bool {
	return h.recent[of] > 0 || h.shown.Allow()
}

// encode writes an entry as a server-sent event. JSON has no line breaks in it,
// and encoding/json writes U+FFFD for invalid UTF-8.
func encode(id uint64, of revision, e Entry) frame {
	data, err := json.Marshal(e)
	if err != nil {
		panic("feed: an entry that JSON cannot hold: " + err.Error()) // share keeps NaN out
	}
	return frame{id, of, fmt.Appendf(nil, "id: %d\ndata: %s\n\n", id, data)}
}

// publish puts a frame into the ring and into every watcher's queue.
func (h *Hub) publish(f frame) {
	h.mu.Lock()
	defer h.mu.Unlock()
	slot := &h.ring[h.written%ringSize]
	if h.recent[slot.of]--; h.recent[slot.of] <= 0 {
		delete(h.recent, slot.of)
	}
	h.recent[f.of]++
	*slot = f
	h.written++
	h.send(f.wire)
}

// summarise publishes the state of things, if it has changed.
func (h *Hub) summarise() {
	counts, latency := h.tally.snapshot()
	summary := h.stats.summary(time.Now(), counts, latency, h.missed.Load())
	h.mu.Lock()
	defer h.mu.Unlock()
	if string(summary) == string(h.summary) {
		return
	}
	h.summary = summary
	h.send(summaryEvent(summary))
}

func summaryEvent(data []byte) []byte { return fmt.Appendf(nil, "event: summary\ndata: %s\n\n", data) }

// send gives every watcher what it is to write and drops those that are full.
// h.mu is held.
func (h *Hub) send(wire []byte) {
	for w := range h.watchers {
		select {
		case w.queue <- wire:
		default:
			h.drop(w)
		}
	}
}
