package feed

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
)

func TestEveryAnswerIsGuarded(t *testing.T) {
	hub := NewHub()
	defer hub.Close()
	handler := hub.Handler()
	for _, tt := range []struct {
		method, path string
		status       int
		kind         string
	}{
		{"GET", "/", 200, "text/html; charset=utf-8"},
		{"GET", "/feed.js", 200, "text/javascript; charset=utf-8"},
		{"GET", "/feed.css", 200, "text/css; charset=utf-8"},
		{"GET", "/feed/summary", 200, "application/json"},
		{"HEAD", "/", 200, "text/html; charset=utf-8"},
		{"GET", "/feed", 500, "text/plain; charset=utf-8"}, // a recorder has no deadlines
		{"GET", "/index.html", 404, "text/plain; charset=utf-8"},
		{"GET", "/assets/", 404, "text/plain; charset=utf-8"},
		{"POST", "/feed", 405, "text/plain; charset=utf-8"},
	} {
		rec := httptest.NewRecorder()
		handler.ServeHTTP(rec, httptest.NewRequest(tt.method, tt.path, nil))
		header := rec.Result().Header
		if rec.Code != tt.status || header.Get("Content-Type") != tt.kind {
			t.Errorf("%s %s answers %d, %s; want %d, %s", tt.method, tt.path, rec.Code, header.Get("Content-Type"), tt.status, tt.kind)
		}
		csp := header.Get("Content-Security-Policy")
		if !strings.HasPrefix(csp, "default-src 'none'; ") || strings.Contains(csp, "unsafe") || strings.Contains(csp, "*") {
			t.Errorf("%s has the policy %q", tt.path, csp)
		}
		if header.Get("X-Content-Type-Options") != "nosniff" || header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s has the headers %v", tt.path, header)
		}
	}
}

// TestHeadOfTheFeed: asking for the headers alone does not open a stream.
func TestHeadOfTheFeed(t *testing.T) {
	inSite(t, func(t *testing.T, s site) {
		res, err := s.client.Head("http://feed.test/feed")
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		synctest.Wait()
		if res.StatusCode != http.StatusOK || s.watching() != 0 {
			t.Errorf("HEAD answers %d and leaves %d watching", res.StatusCode, s.watching())
		}
	})
}

// TestPageKeepsItsPromises: small, no other sites, no markup made from text.
func TestPageKeepsItsPromises(t *testing.T) {
	forbidden := regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|` +
		`https?://|style="|\son[a-z]+="|<script>|javascript:`)
	size := 0
	err := fs.WalkDir(assets, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := assets.ReadFile(path)
		if err != nil {
			return err
		}
		size += len(data)
		for _, found := range forbidden.FindAllString(string(data), -1) {
			t.Errorf("%s contains %q", path, found)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if size > 25_000 {
		t.Errorf("the page has %d bytes, want at most 25,000", size)
	}
}
