package feed

import (
	"errors"
	"net/http"
	"strconv"
	"time"
)

const (
	writeTimeout = 5 * time.Second
	heartbeat    = 15 * time.Second
)

var errDropped = errors.New("the hub has dropped the watcher")

// watcher is one open /feed request.
type watcher struct {
	queue chan []byte
	gone  chan struct{} // closed: the hub has dropped it
	conn  *http.ResponseController
}

// join adds a watcher and returns what it is to be told first: the summary, and
// the ring as far as the browser does not have it. nil: there is no place.
func (h *Hub) join(conn *http.ResponseController, lastID string) (w *watcher, first []byte) {
	// What is no number is 0: the whole ring.
	last, _ := strconv.ParseUint(lastID, 10, 64)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || len(h.watchers) >= maxWatchers {
		return nil, nil
	}
	first = append(first, "retry: 3000\n\n"...)
	first = append(first, summaryEvent(h.summary)...)
	for i := h.written - min(h.written, ringSize); i < h.written; i++ {
		if f := h.ring[i%ringSize]; f.id > last {
			first = append(first, f.wire...)
		}
	}
	w = &watcher{queue: make(chan []byte, watcherQueue), gone: make(chan struct{}), conn: conn}
	h.watchers[w] = struct{}{}
	h.serving.Add(1)
	return w, first
}

// drop ends a watcher from the hub's side. One that hangs in a write to a dead
// connection is freed by a deadline in the past. h.mu is held; a request leaves
// under it, so the connection is still this request's.
func (h *Hub) drop(w *watcher) {
	delete(h.watchers, w)
	close(w.gone)
	_ = w.conn.SetWriteDeadline(time.Now()) // an error means that it is closed: nothing hangs
}

// leave ends a watcher from the request's side.
func (h *Hub) leave(w *watcher) {
	h.mu.Lock()
	delete(h.watchers, w)
	h.mu.Unlock()
	h.serving.Done()
}

// stream serves /feed.
func (h *Hub) stream(rw http.ResponseWriter, r *http.Request) {
	conn := http.NewResponseController(rw)
	if err := conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		http.Error(rw, "this server cannot stream", http.StatusInternalServerError)
		return
	}
	w, first := h.join(conn, r.Header.Get("Last-Event-ID"))
	if w == nil {
		rw.Header().Set("Retry-After", "10")
		http.Error(rw, "too many are watching, or the service is stopping", http.StatusServiceUnavailable)
		return
	}
	defer h.leave(w)
	rw.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	rw.Header().Set("Cache-Control", "no-store")
	rw.Header().Set("X-Accel-Buffering", "no") // nginx
	if err := w.write(rw, first); err != nil || r.Method == http.MethodHead {
		return
	}
	w.pump(rw, r)
}

// pump writes what is queued until someone ends it. An error is the browser's
// going away, of which nobody needs to know.
func (w *watcher) pump(rw http.ResponseWriter, r *http.Request) {
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	var buf []byte
	for {
		buf = buf[:0]
		select {
		case <-w.gone:
			return
		case <-r.Context().Done():
			return
		case <-beat.C:
			buf = append(buf, ": still here\n\n"...)
		case wire := <-w.queue:
			buf = append(buf, wire...)
			for range len(w.queue) {
				buf = append(buf, <-w.queue...)
			}
			beat.Reset(heartbeat)
		}
		if err := w.write(rw, buf); err != nil {
			return
		}
	}
}

// write sets the deadline before it looks whether the hub has dropped it: a drop
// between the two is seen, one after both sets its own deadline last.
func (w *watcher) write(rw http.ResponseWriter, p []byte) error {
	if err := w.conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	select {
	case <-w.gone:
		return errDropped
	default:
	}
	if _, err := rw.Write(p); err != nil {
		return err
	}
	return w.conn.Flush()
}
