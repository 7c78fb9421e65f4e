package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"revscore/internal/score"
	"revscore/internal/score/fetch"
)

// faulty is an API that misbehaves for some wikis and else asks next.
type faulty struct {
	next   http.Handler
	faults map[string]fault

	mu    sync.Mutex
	calls map[string][]time.Time // by wiki
}

// fault answers the n-th call, counted from 1; false leaves it to the wiki.
type fault func(w http.ResponseWriter, r *http.Request, n int) bool

func (f *faulty) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	wiki, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	f.mu.Lock()
	f.calls[wiki] = append(f.calls[wiki], time.Now())
	n := len(f.calls[wiki])
	f.mu.Unlock()
	if act := f.faults[wiki]; act != nil && act(w, r, n) {
		return
	}
	f.next.ServeHTTP(w, r)
}

// once misbehaves at the first call only.
func once(f fault) fault {
	return func(w http.ResponseWriter, r *http.Request, n int) bool { return n == 1 && f(w, r, n) }
}

// status answers with a status and a header, as proxies do: no JSON.
func status(code int, header ...string) fault {
	return func(w http.ResponseWriter, _ *http.Request, _ int) bool {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
		fmt.Fprintln(w, "<html><body>upstream connect error</body></html>")
		return true
	}
}

// says answers 200 with a body.
func says(body string, header ...string) fault {
	return func(w http.ResponseWriter, _ *http.Request, _ int) bool {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		io.WriteString(w, body)
		return true
	}
}

// answers is the API's answer about one revision whose main slot is slot.
func answers(rev int64, slot string) string {
	return fmt.Sprintf(`{"batchcomplete":true,"query":{"pages":[{"pageid":%d,"ns":0,"title":"P","revisions":[{"revid":%d,"parentid":0,"slots":{"main":{%s}}}]}]}}`, rev, rev, slot)
}

func cut(w http.ResponseWriter, _ *http.Request, _ int) bool {
	w.Header().Set("Content-Length", "5000")
	io.WriteString(w, `{"batchcomplete":true,"query":{"pages":[{"pageid":1,"revisions":[{"revid":1,"slots":{"main":{"contentmodel":"wikitext","content":"Half a`)
	http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

func hang(_ http.ResponseWriter, r *http.Request, _ int) bool {
	<-r.Context().Done()
	return true
}

func drip(w http.ResponseWriter, r *http.Request, _ int) bool {
	io.WriteString(w, `{"query":`)
	http.NewResponseController(w).Flush()
	<-r.Context().Done()
	return true
}

// bomb is a small answer that unpacks to a large one.
func bomb() fault {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write(bytes.Repeat([]byte(" "), 32<<20)) // into memory: cannot fail
	z.Close()
	return says(packed.String(), "Content-Encoding", "gzip")
}

func elsewhere(url string) fault {
	return func(w http.ResponseWriter, r *http.Request, _ int) bool {
		http.Redirect(w, r, url+r.URL.String(), http.StatusFound)
		return true
	}
}

// wikiFault is one wiki's way to misbehave and what is to become of its revision.
type wikiFault struct {
	name    string
	fault   fault
	want    string // error type; "": a score
	message string // part of the error
	calls   int    // of the API; 0: not compared
}

const tries = 3 // of one revision

func wikiFaults(other string) []wikiFault {
	const caught = fetch.CaughtDependencyError
	rev := func(i int) int64 { return int64(1000 + i) } // as scoreDespite numbers them
	lag := `{"error":{"code":"maxlag","info":"Waiting for a database server: 7 seconds lagged.","lag":7}}`
	all := []wikiFault{
		{"healthy", nil, "", "", 1},
		{"deleted", nil, fetch.RevisionNotFound, "no such revision", 1},
		{"suppressed", nil, fetch.TextDeleted, "hidden", 1},
		{"lost", nil, fetch.MissingResource, "lost", 1},
		{"limited_once", once(status(429, "Retry-After", "1")), "", "", 2},
		{"limited", status(429), caught, "429", tries},
		{"limited_for_an_hour", status(429, "Retry-After", "3600"), caught, "429", 1},
		{"broken_once", once(status(500)), "", "", 2},
		{"broken", status(500), caught, "500", tries},
		{"unavailable", status(503), caught, "503", tries},
		{"forbidden", status(403), caught, "403", 1},
		{"lagged_once", once(says(lag, "Retry-After", "1", "MediaWiki-API-Error", "maxlag")), "", "", 2},
		{"lagged", says(lag), caught, "maxlag", tries},
		{"private", says(`{"error":{"code":"readapidenied","info":"You need read permission."}}`), caught, "readapidenied", 1},
		{"cut_once", once(cut), "", "", 2},
		{"cut", cut, caught, "broken", tries},
		{"html_once", once(says("<!DOCTYPE html><html>Our servers are busy</html>")), "", "", 2},
		{"html", says("<!DOCTYPE html><html>Our servers are busy</html>"), caught, "not JSON", tries},
		{"blank", says(""), caught, "not JSON", tries},
		{"null", says("null"), caught, "leaves the revision out", tries},
		{"another_revision", says(answers(1, `"contentmodel":"wikitext","content":"Not yours."`)), caught, "leaves the revision out", tries},
		{"redirected", elsewhere(other), caught, "another host", 1},
		{"long", nil, fetch.TextTooLarge, "20971520", 0},
		{"longer_than_a_result", nil, fetch.TextTooLarge, "result", 0},
		{"bomb", bomb(), fetch.TextTooLarge, "max_response_bytes", 0},
		{"no_wikitext", nil, "UnexpectedContentType", `"json"`, 1},
		{"refused_connection", nil, caught, "refused", 0},
		{"nul", nil, "", "", 1},
	}
	for i := range all {
		switch all[i].name {
		case "lost":
			all[i].fault = says(answers(rev(i), `"contentmodel":"wikitext","textmissing":true`))
		case "long":
			all[i].fault = says(answers(rev(i), `"contentmodel":"wikitext","content":"`+strings.Repeat("word ", 4<<20)+`"`))
		case "nul":
			all[i].fault = says(answers(rev(i), `"contentmodel":"wikitext","content":"a\u0000b \ud800 `+"\xff\xfe"+`"`))
		}
	}
	return all
}

// Every fault of a wiki ends in a score or in an error event that names it, and
// the partition goes on.
func TestWikiFaults(t *testing.T) {
	r := newRig(t)
	var asked atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	t.Cleanup(other.Close)
	r.cfg.Fetch.Timeout, r.cfg.Fetch.Deadline = 20*time.Second, 25*time.Second // long texts take long under the race detector
	r.cfg.Fetch.MaxResponseBytes = 24 << 20
	r.cfg.Fetch.Wikis = append([]fetch.Wiki{{Match: "refused_connection", API: "http://127.0.0.1:1/w/api.php"}}, r.cfg.Fetch.Wikis...)
	api := r.scoreDespite(wikiFaults(other.URL))
	if asked.Load() != 0 {
		t.Error("a redirect was followed to another host")
	}
	for _, wiki := range []string{"limited_once", "lagged_once"} {
		if calls := api.calls[wiki]; len(calls) == 2 && calls[1].Sub(calls[0]) < time.Second {
			t.Errorf("%s: called again after %v, asked to wait 1 s", wiki, calls[1].Sub(calls[0]))
		}
	}
}

// An API that does not answer, or does not finish, costs its time-out.
func TestWikiTimeouts(t *testing.T) {
	r := newRig(t)
	r.cfg.Fetch.Timeout = time.Second
	r.scoreDespite([]wikiFault{
		{"hanging_once", once(hang), "", "", 2},
		{"hanging", hang, fetch.CaughtDependencyError, "in time", tries},
		{"dripping", drip, fetch.CaughtDependencyError, "in time", tries},
	})
}

// scoreDespite lets each wiki have a revision and checks what becomes of it.
func (r *rig) scoreDespite(cases []wikiFault) *faulty {
	r.t.Helper()
	api := &faulty{next: r.wiki, faults: map[string]fault{}, calls: map[string][]time.Time{}}
	r.api = api
	r.cfg.Routes = []score.RouteConfig{{Model: "reverted"}}
	r.cfg.Fetch.Tries = tries
	for i, c := range cases {
		api.faults[c.name] = c.fault
		r.feed(createTopic, r.putFor(c.name, int64(1000+i)))
	}
	s := r.start()
	s.await(len(cases))
	s.stop()
	events := map[string]scoreEvent{}
	for _, e := range r.scores(revertedTopic) {
		events[e.Database] = e
	}
	for _, c := range cases {
		checkWikiFault(r.t, c, events[c.name], api.calls[c.name])
	}
	if got := r.committed(createTopic); got != int64(len(cases)) {
		r.t.Errorf("committed %d of %d", got, len(cases))
	}
	return api
}

// putFor makes a revision of the wiki and its event, after which some of them
// changed.
func (r *rig) putFor(wiki string, id int64) []byte {
	r.t.Helper()
	rev := page(wiki, id)
	value := r.put(rev)
	switch wiki {
	case "deleted":
		return with(r.t, value, map[string]any{"rev_id": 77, "page_id": 77})
	case "suppressed":
		rev.Text, rev.Suppressed = nil, true
	case "longer_than_a_result":
		text := strings.Repeat("word ", 2<<20)
		rev.Text = &text
	case "no_wikitext":
		rev.ContentModel = "json"
	}
	r.wiki.Put(rev)
	return value
}

func checkWikiFault(t *testing.T, c wikiFault, e scoreEvent, calls []time.Time) {
	t.Helper()
	switch {
	case e.Database == "":
		t.Errorf("%s: no event", c.name)
	case e.failure("reverted") != c.want:
		t.Errorf("%s: failed with %+v, want type %q", c.name, e.Errors["reverted"], c.want)
	case !strings.Contains(e.Errors["reverted"].Message, c.message):
		t.Errorf("%s: message %q does not say %q", c.name, e.Errors["reverted"].Message, c.message)
	case len(e.Errors["reverted"].Message) > 1000 || strings.Contains(e.Errors["reverted"].Message, "servers are busy"):
		t.Errorf("%s: message quotes the answer: %q", c.name, e.Errors["reverted"].Message)
	case c.calls != 0 && len(calls) != c.calls:
		t.Errorf("%s: %d calls, want %d", c.name, len(calls), c.calls)
	}
}

// The events of a wiki that is away hold up neither the other wikis nor, when it
// is back, their own answers.
func TestWikiAwayHoldsUpNoOther(t *testing.T) {
	r := newRig(t)
	back := make(chan struct{})
	release := sync.OnceFunc(func() { close(back) })
	t.Cleanup(release)
	api := &faulty{next: r.wiki, calls: map[string][]time.Time{}, faults: map[string]fault{
		"awaywiki": func(_ http.ResponseWriter, req *http.Request, _ int) bool {
			select {
			case <-back:
				return false
			case <-req.Context().Done():
				return true
			}
		},
	}}
	r.api = api
	r.cfg.Routes = []score.RouteConfig{{Model: "reverted"}}
	r.cfg.Fetch.Timeout, r.cfg.Fetch.Deadline, r.cfg.Fetch.Tries = 20*time.Second, 25*time.Second, 100
	const away, well = 100, 100 // fewer than score.texts_in_flight
	for i := range away {
		r.feed(createTopic, r.put(page("awaywiki", int64(1+i))))
	}
	for i := range well {
		r.feed(createTopic, r.put(page("wellwiki", int64(1+i))))
	}
	s := r.start()
	for _, rep := range s.await(well) {
		if rep.Revision.Wiki != "wellwiki" {
			t.Fatalf("%s was answered while it was away", rep.Revision.Wiki)
		}
	}
	if got := r.committed(createTopic); got > 0 {
		t.Errorf("committed %d past events that are not answered", got)
	}
	release()
	for _, rep := range s.await(away) {
		if rep.Kind != score.KindScore {
			t.Errorf("revision %d of %s gave %q", rep.Revision.RevID, rep.Revision.Wiki, rep.Kind)
		}
	}
	s.stop()
	if got := r.committed(createTopic); got != away+well {
		t.Errorf("committed %d of %d", got, away+well)
	}
}
