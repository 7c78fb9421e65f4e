package gatesim

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"strconv"
	"time"
)

// MaxBody is the largest request that is read, as Wikimedia configures it.
const MaxBody = 10_000_000

// Server is the gate.
type Server struct {
	schemas *schemas // nil: every event is valid
	memory  *memory
}

// New makes a gate that validates by the schemas in a folder; without one (nil)
// it takes every event. It remembers the last keep events.
func New(folder fs.FS, keep int) *Server {
	s := &Server{memory: newMemory(keep)}
	if folder != nil {
		s.schemas = newSchemas(folder)
	}
	return s
}

// result is what the gate found about one event: EventGate's EventStatus.
type result struct {
	Status  string          `json:"status"` // success, invalid or error
	Event   json.RawMessage `json:"event"`
	Context any             `json:"context"` // nil, invalidContext or errorContext
}

const (
	statusSuccess = "success"
	statusInvalid = "invalid"
	statusError   = "error"
)

type errorContext struct {
	Message string `json:"message"`
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/v1/events" || r.Method != http.MethodPost {
		http.NotFound(w, r)
		return
	}
	setHeader(w.Header())
	body, err := io.ReadAll(io.LimitReader(r.Body, MaxBody+1))
	if err != nil {
		return // the client left
	}
	if len(body) > MaxBody {
		// The rest must be read, or the client may see a broken connection.
		io.Copy(io.Discard, r.Body)
		s.fail(w, r, "PayloadTooLargeError", "request entity too large")
		return
	}
	events, complaint := parseBody(r.Header.Get("Content-Type"), body)
	switch {
	case complaint != "":
		s.fail(w, r, "SyntaxError", complaint)
	case len(events) == 0:
		// Request body was empty. Must provide JSON encoded events.
		w.WriteHeader(http.StatusBadRequest)
	default:
		s.serve(w, r, events)
	}
}

// serve takes events through the faults that are switched on.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, events []json.RawMessage) {
	ids := make([]string, len(events))
	for i, e := range events {
		ids[i] = metaOf(e).ID
	}
	f, tries := s.memory.begin(ids)
	fault := f.ofRequest(ids[0], tries[0])
	switch fault {
	case slow:
		sleep(r.Context(), f.Pause)
	case late:
		sleep(context.WithoutCancel(r.Context()), f.Pause)
	}
	if r.URL.Query().Get("hasty") != "" {
		w.WriteHeader(http.StatusAccepted)
		http.NewResponseController(w).Flush() // it answers first
		if fault == none || fault == slow || fault == late {
			s.process(f, ids, tries, events, true)
		}
		return
	}
	switch fault {
	case hang, gone:
		// As when the broker is gone: the events may be produced or not, and
		// nobody is told which.
		if f.produced(ids[0], tries[0]) {
			s.process(f, ids, tries, events, false)
		}
		if fault == hang {
			<-r.Context().Done()
		}
		panic(http.ErrAbortHandler) // net/http's way to break off a connection
	case failed:
		s.fail(w, r, "InternalError", "switched on")
	case busy:
		w.Header().Set("Retry-After", strconv.Itoa(int(f.RetryAfter/time.Second)))
		w.WriteHeader(http.StatusTooManyRequests)
	default:
		answer(w, s.process(f, ids, tries, events, r.Context().Err() == nil))
	}
}

// process validates and produces events, as EventGate lib/eventgate.js does;
// answered says whether the client will hear of it.
func (s *Server) process(f Faults, ids []string, tries []int, events []json.RawMessage, answered bool) []result {
	results := make([]result, len(events))
	for i, e := range events {
		results[i] = s.validate(e)
		if results[i].Status == statusSuccess && f.ofEvent(ids[i], tries[i]) {
			results[i].Status, results[i].Context = statusError, errorContext{"Local: Message timed out"}
		}
	}
	s.memory.record(results, answered)
	return results
}

func (s *Server) validate(e json.RawMessage) result {
	if s.schemas == nil {
		return result{Status: statusSuccess, Event: e}
	}
	status, why := s.schemas.judge(e)
	return result{status, e, why}
}

// answer chooses the status, as EventGate routes/events.js does.
func answer(w http.ResponseWriter, results []result) {
	invalid, failures := []result{}, []result{} // not nil: they are written as []
	for _, r := range results {
		if r.Status == statusSuccess {
			continue
		}
		r.Event = javaScript(r.Event)
		if r.Status == statusInvalid {
			invalid = append(invalid, r)
		} else {
			failures = append(failures, r)
		}
	}
	n := len(invalid) + len(failures)
	if n == 0 {
		w.WriteHeader(http.StatusCreated)
		return
	}
	if len(invalid) == len(results) {
		writeJSON(w, http.StatusBadRequest, fmt.Appendf(nil, `{"invalid":%s}`, encode(invalid)))
		return
	}
	status := http.StatusMultiStatus
	if n == len(results) {
		status = http.StatusInternalServerError
	}
	writeJSON(w, status, fmt.Appendf(nil, `{"invalid":%s,"error":%s}`, encode(invalid), encode(failures)))
}

// fail answers as service-template-node's error handler does (EventGate
// lib/util.js, setErrorHandler): with 500 whatever the error's own status is.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, title, detail string) {
	writeJSON(w, http.StatusInternalServerError, fmt.Appendf(nil,
		`{"status":500,"type":"internal_error","title":%s,"detail":%s,"method":%s,"uri":%s}`,
		encode(title), encode(detail), encode(r.Method), encode(r.URL.RequestURI())))
}

func writeJSON(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Vary", "Accept-Encoding")
	w.WriteHeader(status)
	w.Write(body) // a client that leaves while it is answered needs no answer
}

// setHeader writes the names as EventGate spells them.
func setHeader(h http.Header) {
	h["access-control-allow-origin"] = []string{"*"}
	h["access-control-allow-headers"] = []string{"accept, x-requested-with, content-type"}
	h["access-control-expose-headers"] = []string{"etag"}
	h["access-control-allow-methods"] = []string{"post"}
	h["x-xss-protection"] = []string{"1; mode=block"}
	h["x-content-type-options"] = []string{"nosniff"}
	h["x-frame-options"] = []string{"SAMEORIGIN"}
	h["content-security-policy"] = []string{"default-src 'self'; object-src 'none'; media-src 'none'; img-src 'none'; style-src 'none'; base-uri 'self'; frame-ancestors 'self'"}
}

// parseBody returns the events of a body, or what V8 says of it. express takes no
// other type for JSON, and then sees an empty body.
func parseBody(contentType string, body []byte) (events []json.RawMessage, complaint string) {
	if kind, _, err := mime.ParseMediaType(contentType); err != nil || kind != "application/json" || len(body) == 0 {
		return nil, ""
	}
	if complaint := syntax(body); complaint != "" {
		return nil, complaint
	}
	if json.Unmarshal(body, &events) == nil {
		return events, ""
	}
	if string(javaScript(body)) == "{}" {
		return nil, ""
	}
	return []json.RawMessage{body}, ""
}
