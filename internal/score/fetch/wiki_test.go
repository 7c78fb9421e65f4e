package fetch

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// fakeWiki is an Action API with some revisions. It is an http.RoundTripper, for
// tests in synctest bubbles, and an http.Handler, for those on loopback.
type fakeWiki struct {
	texts   map[int64]string
	pages   map[int64]int64 // of revisions; that of the others has their number
	latency time.Duration   // of each call
	limit   int             // bytes of all texts in one answer; 0: none
	// intercept, if set, may answer call n (from 0) itself.
	intercept func(n int, ids []int64) *reply

	mu    sync.Mutex
	calls []madeCall
	busy  int // calls now
	most  int // calls at once
}

type madeCall struct {
	at  time.Time
	ids []int64
	req *http.Request
}

type reply struct {
	status int
	header http.Header
	body   string
	err    error // instead of an answer
}

func ok(body string) *reply { return &reply{status: http.StatusOK, body: body} }

func apiFault(code string) *reply {
	return ok(fmt.Sprintf(`{"error":{"code":%q,"info":"Somebody's secret"}}`, code))
}

func status(code int) *reply { return &reply{status: code} }

func (r *reply) with(name, value string) *reply {
	r.header = http.Header{name: {value}}
	return r
}

// revisions returns a wiki with the given ids; the text of each names it.
func revisions(ids ...int64) *fakeWiki {
	w := &fakeWiki{texts: map[int64]string{}}
	for _, id := range ids {
		w.texts[id] = fmt.Sprintf("Text of ''%d''.\n", id)
	}
	return w
}

func upTo(n int64) *fakeWiki {
	var ids []int64
	for id := range n {
		ids = append(ids, id+1)
	}
	return revisions(ids...)
}

func (w *fakeWiki) RoundTrip(req *http.Request) (*http.Response, error) {
	w.mu.Lock()
	w.busy++
	w.most = max(w.most, w.busy)
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		w.busy--
		w.mu.Unlock()
	}()
	r := w.answer(req)
	timer := time.NewTimer(w.latency)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
	if r.err != nil {
		return nil, r.err
	}
	header := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
	maps.Copy(header, r.header)
	return &http.Response{
		StatusCode: r.status, Header: header, Body: io.NopCloser(strings.NewReader(r.body)), Request: req,
	}, nil
}

func (w *fakeWiki) ServeHTTP(rw http.ResponseWriter, req *http.Request) {
	r := w.answer(req)
	maps.Copy(rw.Header(), r.header)
	rw.WriteHeader(r.status)
	io.WriteString(rw, r.body)
}

func (w *fakeWiki) answer(req *http.Request) *reply {
	var ids []int64
	for s := range strings.SplitSeq(req.URL.Query().Get("revids"), "|") {
		id, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return apiFault("badinteger")
		}
		ids = append(ids, id)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	n := len(w.calls)
	w.calls = append(w.calls, madeCall{time.Now(), ids, req})
	if w.intercept != nil {
		if r := w.intercept(n, ids); r != nil {
			return r
		}
	}
	return ok(w.body(ids))
}

// body is what MediaWiki 1.43 says, cut short at the limit as samples 30 and 52
// of the recorded answers are.
func (w *fakeWiki) body(ids []int64) string {
	bad := map[string]any{}
	pages := []any{}
	total, truncated := 0, false
	for _, id := range slices.Sorted(slices.Values(ids)) {
		text, known := w.texts[id]
		if !known {
			bad[strconv.FormatInt(id, 10)] = map[string]any{"revid": id, "missing": true}
			continue
		}
		total += len(text)
		page, ok := w.pages[id]
		if !ok {
			page = id
		}
		if truncated = truncated || w.limit > 0 && total > w.limit; truncated {
			pages = append(pages, map[string]any{"pageid": page, "revisions": []any{}})
			continue
		}
		pages = append(pages, map[string]any{"pageid": page, "title": "T", "revisions": []any{map[string]any{
			"revid": id, "parentid": id - 1, "slots": map[string]any{"main": map[string]any{
				"contentmodel": "wikitext", "contentformat": "text/x-wiki", "content": text,
			}},
		}}})
	}
	query := map[string]any{"pages": pages}
	if len(bad) > 0 {
		query["badrevids"] = bad
	}
	answer := map[string]any{"query": query}
	if truncated {
		answer["continue"] = map[string]any{"rvcontinue": 1, "continue": "||"}
	} else {
		answer["batchcomplete"] = true
	}
	b, err := json.Marshal(answer)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// made returns the calls so far.
func (w *fakeWiki) made() []madeCall {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.calls)
}

// asked counts how often each id was asked for.
func (w *fakeWiki) asked() map[int64]int {
	n := map[int64]int{}
	for _, c := range w.made() {
		for _, id := range c.ids {
			n[id]++
		}
	}
	return n
}

const testAPI = "http://wiki.example/w/api.php"

func testConfig() Config {
	cfg := DefaultConfig()
	cfg.Wikis = []Wiki{{Match: "testwiki", API: testAPI}}
	return cfg
}

// newClient builds a client that ends with the test. In a synctest bubble that
// also proves that it leaves no goroutine behind: the bubble would not end.
func newClient(t testing.TB, cfg Config, rt http.RoundTripper) *Client {
	t.Helper()
	var opts []Option
	if rt != nil {
		opts = append(opts, WithTransport(rt))
	}
	c, err := New(cfg, prometheus.NewRegistry(), opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// get fetches one old revision without a parent.
func get(t testing.TB, c *Client, rev int64) (*Text, error) {
	t.Helper()
	texts, err := c.Texts(t.Context(), Request{Wiki: "testwiki", RevID: rev})
	return texts.Revision, err
}

// getAll fetches revisions 1 to n at once and returns their errors.
func getAll(t testing.TB, c *Client, n int) []error {
	t.Helper()
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			text, err := get(t, c, int64(i)+1)
			if err == nil && text.RevID != int64(i)+1 {
				err = fmt.Errorf("got revision %d for %d", text.RevID, i+1)
			}
			errs[i] = err
		})
	}
	wg.Wait()
	return errs
}

// wantError checks type and revision of an error.
func wantError(t testing.TB, err error, kind string, rev int64, transient bool) *Error {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("error is %v, want one of type %s", err, kind)
	}
	if e.Type != kind || e.RevID != rev || e.Transient != transient || e.Wiki != "testwiki" {
		t.Fatalf("error is %+v (%v), want type %s, revision %d, transient %v", *e, err, kind, rev, transient)
	}
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("error quotes what the server wrote: %v", err)
	}
	return e
}
