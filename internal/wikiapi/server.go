package wikiapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"

	"revscore/internal/corpus"
)

const (
	// DefaultResultLimit is MediaWiki's $wgAPIMaxResultSize.
	DefaultResultLimit = 8 << 20
	// maxIDs is the limit of ids for users without apihighlimits; those with it
	// have highIDs, which the error tells.
	maxIDs  = 50
	highIDs = 500
	// maxBody bounds the body of a POST; fifty ids take a tenth of it.
	maxBody = 64 << 10
)

// Server is the API of all wikis.
type Server struct {
	ResultLimit int // bytes of an answer's values, above which it continues; set before it serves

	store    *store
	faults   atomic.Pointer[Faults]
	requests atomic.Int64
	packers  sync.Pool // of *gzip.Writer
}

// New returns a server that holds about maxBytes of revisions.
func New(maxBytes int64) *Server {
	s := &Server{ResultLimit: DefaultResultLimit, store: newStore(maxBytes)}
	s.SetFaults(Faults{})
	return s
}

// SetFaults switches faults, for requests that begin from now on.
func (s *Server) SetFaults(f Faults) { s.faults.Store(&f) }

// Put makes a revision, and its parent as far as it is known, available. It
// keeps the texts, not the revision. One marked as deleted stays unknown.
func (s *Server) Put(r *corpus.Revision) { s.store.put(r) }

// Stats returns the counters.
func (s *Server) Stats() Stats { return s.store.snapshot() }

// request is what one call asks for.
type request struct {
	wiki   string
	script string // the address that error texts name
	params url.Values
	lag    int
}

// ServeHTTP answers one call.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n, faults := s.requests.Add(1), s.faults.Load()
	s.store.count(1, 0)
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "wikiapi: "+err.Error(), http.StatusBadRequest)
		return
	}
	wiki, ok := route(r)
	if !ok {
		http.NotFound(w, r)
		return
	}
	if !faults.slow(r.Context(), n) {
		return // the client left
	}
	if due(n, faults.ErrorEvery) {
		http.Error(w, "upstream connect error or disconnect/reset before headers", http.StatusServiceUnavailable)
		return
	}
	q := request{wiki: wiki, script: "http://" + r.Host + r.URL.Path, params: r.Form, lag: faults.lag(n)}
	cut := due(n, faults.CutEvery)
	answer, err := s.answer(q)
	switch err := err.(type) {
	case nil:
		s.write(w, r, answer, cut)
	case *apiError:
		err.head(w.Header())
		s.write(w, r, err.body(q.script), cut)
	default:
		http.Error(w, "wikiapi: "+err.Error(), http.StatusBadRequest)
	}
}

// route finds the wiki in either form of address.
func route(r *http.Request) (wiki string, ok bool) {
	if r.URL.Path == "/w/api.php" {
		wiki = r.Form.Get("wiki")
		return wiki, wiki != ""
	}
	wiki, ok = strings.CutSuffix(strings.TrimPrefix(r.URL.Path, "/"), "/w/api.php")
	return wiki, ok && wiki != "" && !strings.Contains(wiki, "/")
}

// write sends an answer with MediaWiki's head, packed if the client takes gzip; cut
// breaks off in its middle.
func (s *Server) write(w http.ResponseWriter, r *http.Request, answer any, cut bool) {
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(answer); err != nil {
		http.Error(w, "wikiapi: "+err.Error(), http.StatusInternalServerError)
		return
	}
	out := bytes.TrimSuffix(body.Bytes(), []byte("\n"))
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Content-Disposition", "inline; filename=api-result.json")
	h.Set("Cache-Control", "private, must-revalidate, max-age=0")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Vary", "Accept-Encoding")
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		out = s.pack(out)
	}
	h.Set("Content-Length", strconv.Itoa(len(out)))
	if cut {
		w.Write(out[:len(out)/2])
		http.NewResponseController(w).Flush() // else a short body would not leave at all
		panic(http.ErrAbortHandler)           // net/http's way to break off a connection
	}
	// A client that leaves while it is answered needs no answer.
	w.Write(out)
}

// pack compresses an answer. A writer costs 800 kB to make, so they are kept.
func (s *Server) pack(in []byte) []byte {
	var out bytes.Buffer
	z, ok := s.packers.Get().(*gzip.Writer)
	if !ok {
		z, _ = gzip.NewWriterLevel(io.Discard, gzip.BestSpeed) // fails for unknown levels only
	}
	z.Reset(&out)
	z.Write(in) // into memory: cannot fail
	z.Close()
	s.packers.Put(z)
	return out.Bytes()
}

// refused says what this stand-in does not do and MediaWiki does.
func refused(format string, args ...any) error {
	return fmt.Errorf("the stand-in "+format, args...)
}
