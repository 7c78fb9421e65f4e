package fetch

import (
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// serve starts a wiki on loopback whose first answer is made by h and whose
// later ones are made properly, unless h is to answer all: then it never
// returns a text. Pauses between tries are short, for they take real time here.
func serve(t *testing.T, h http.HandlerFunc) (Config, *httptest.Server) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	cfg := testConfig()
	cfg.Wikis[0].API = server.URL + "/w/api.php"
	cfg.RetryMin, cfg.RetryMax, cfg.Tries = time.Millisecond, 2*time.Millisecond, 3
	return cfg, server
}

// once answers the first request with h, and the others as a wiki does.
func once(h http.HandlerFunc) http.HandlerFunc {
	wiki := upTo(3)
	first := true
	return func(w http.ResponseWriter, req *http.Request) {
		if first { // requests of one test come one after the other
			first = false
			h(w, req)
			return
		}
		wiki.ServeHTTP(w, req)
	}
}

func TestBrokenAnswersOnTheWire(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"gzip that is none": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.Write([]byte(upTo(1).body([]int64{1})))
		},
		"gzip that is none, HTTP 500": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.WriteHeader(500)
			w.Write([]byte("PHP Fatal error"))
		},
		"half a gzip": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			zip := gzip.NewWriter(w)
			zip.Write([]byte(`{"query":`))
			zip.Flush()
		},
		"corrupt gzip": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.Write([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff\xff"))
		},
		"half a body": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "5000")
			w.Write([]byte(upTo(1).body([]int64{1})))
		},
		"cut connection": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"no HTTP": func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			conn.Write([]byte("secret secret secret\r\n\r\n"))
			conn.Close()
		},
	} {
		t.Run(name, func(t *testing.T) {
			cfg, _ := serve(t, once(h))
			if text, err := get(t, newClient(t, cfg, nil), 1); err != nil || text.Text.Source() != upTo(1).texts[1] {
				t.Fatalf("after a broken answer: %v, %v", text, err)
			}
			cfg, _ = serve(t, h)
			_, err := get(t, newClient(t, cfg, nil), 1)
			wantError(t, err, CaughtDependencyError, 1, true)
		})
	}
}

func TestGzipAndConnectionsAreUsed(t *testing.T) {
	wiki := upTo(50)
	addresses := map[string]bool{}
	cfg, _ := serve(t, func(w http.ResponseWriter, req *http.Request) {
		addresses[req.RemoteAddr] = true
		if !strings.Contains(req.Header.Get("Accept-Encoding"), "gzip") {
			t.Errorf("Accept-Encoding is %q", req.Header.Get("Accept-Encoding"))
		}
		w.Header().Set("Content-Encoding", "gzip")
		zip := gzip.NewWriter(w)
		zip.Write([]byte(wiki.answer(req).body))
		zip.Close()
	})
	c := newClient(t, cfg, nil)
	for id := range int64(20) {
		if _, err := get(t, c, id+1); err != nil {
			t.Fatal(err)
		}
	}
	if len(addresses) != 1 {
		t.Errorf("20 calls in a row used %d connections, want 1", len(addresses))
	}
}

func TestSlowWikiTimesOut(t *testing.T) {
	release := make(chan struct{})
	cfg, _ := serve(t, func(_ http.ResponseWriter, req *http.Request) {
		select {
		case <-req.Context().Done():
		case <-release:
		}
	})
	t.Cleanup(func() { close(release) }) // before the server's own cleanup
	cfg.Timeout, cfg.Tries = 20*time.Millisecond, 2
	_, err := get(t, newClient(t, cfg, nil), 1)
	wantError(t, err, CaughtDependencyError, 1, true)
}

func TestUnreachableWiki(t *testing.T) {
	cfg, server := serve(t, func(http.ResponseWriter, *http.Request) {})
	server.Close()
	_, err := get(t, newClient(t, cfg, nil), 1)
	wantError(t, err, CaughtDependencyError, 1, true)
}

func TestRedirects(t *testing.T) {
	wiki := upTo(3)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("another host was called")
	}))
	t.Cleanup(elsewhere.Close)
	for _, tc := range []struct {
		name   string
		target func(req *http.Request) string
		hops   int
		ok     bool
	}{
		{"same host", func(req *http.Request) string { return "/moved.php?" + req.URL.RawQuery }, 1, true},
		{"same host, a few times", func(req *http.Request) string { return req.URL.String() }, 3, true},
		{"same host, for ever", func(req *http.Request) string { return req.URL.String() }, 1000, false},
		{"other host", func(req *http.Request) string { return elsewhere.URL + "/w/api.php?" + req.URL.RawQuery }, 1000, false},
		{"other scheme", func(*http.Request) string { return "ftp://wiki.example/" }, 1000, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			requests := 0
			cfg, _ := serve(t, func(w http.ResponseWriter, req *http.Request) {
				if requests++; requests <= tc.hops {
					http.Redirect(w, req, tc.target(req), http.StatusFound)
					return
				}
				wiki.ServeHTTP(w, req)
			})
			_, err := get(t, newClient(t, cfg, nil), 1)
			if tc.ok && err != nil {
				t.Fatal(err)
			}
			if !tc.ok {
				wantError(t, err, CaughtDependencyError, 1, false)
			}
			if requests > maxRedirects+1 {
				t.Errorf("%d requests", requests)
			}
		})
	}
}
