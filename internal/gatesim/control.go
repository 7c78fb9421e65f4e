package gatesim

import (
	"encoding/json"
	"io"
	"net/http"
)

// Control is the handler by which another process steers and asks a server. It
// belongs on an address that only tests reach.
//
//	PUT /faults    switches faults: the body is what [ParseFaults] reads
//	GET /stats     the counters, as JSON
//	GET /accepted  the events that were taken, a line of JSON each
func (s *Server) Control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /faults", func(w http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(io.LimitReader(r.Body, 1<<12))
		if err != nil {
			return // the client left
		}
		f, err := ParseFaults(string(text))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		s.SetFaults(f)
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /stats", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write(encode(s.Stats()))
	})
	mux.HandleFunc("GET /accepted", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/jsonl")
		enc := json.NewEncoder(w)
		for _, a := range s.Accepted() {
			if enc.Encode(a) != nil {
				return // the client left
			}
		}
	})
	return mux
}
