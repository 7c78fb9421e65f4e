package feed

import (
	"embed"
	"net/http"
)

//go:embed assets
var assets embed.FS

// policy lets the page use its own three files and its own feed, nothing else:
// even markup that found a way into the page could load and run nothing.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Handler serves the page at /, the scores as server-sent events at /feed (one
// [Entry] each; events named summary tell the totals once a second) and the
// totals alone at /feed/summary. It knows no users: put it behind a listener
// that only those reach who may see the titles of pages.
func (h *Hub) Handler() http.Handler {
	mux := http.NewServeMux()
	for path, file := range map[string]string{
		"/{$}": "index.html", "/feed.css": "feed.css", "/feed.js": "feed.js",
	} {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "no-cache") // a new version comes with the next load
			http.ServeFileFS(w, r, assets, "assets/"+file)
		})
	}
	mux.HandleFunc("GET /feed", h.stream)
	mux.HandleFunc("GET /feed/summary", h.serveSummary)
	return guarded(mux)
}

// guarded sets what every answer has: nothing here is for other sites.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", policy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

func (h *Hub) serveSummary(w http.ResponseWriter, _ *http.Request) {
	h.mu.Lock()
	summary := h.summary
	h.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(append(summary[:len(summary):len(summary)], '\n')) // an error is the reader's going away
}
