package wikiapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"revscore/internal/corpus"
	"revscore/internal/simwiki"
)

const allProps = "ids|timestamp|user|userid|comment|content|size|sha1|flags|tags|contentmodel"

func rev(id, parent int64, text string) *corpus.Revision {
	return &corpus.Revision{
		Wiki: "enwiki", PageID: 7, Title: "User:Ann", Namespace: 2, RevID: id, ParentID: parent, User: "Ann", UserID: 3,
		Timestamp: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Comment: "c", ContentModel: "wikitext", Text: &text, Size: int64(len(text)),
	}
}

// query asks the server for revisions; extra are further name=value pairs.
func query(revids string, extra ...string) string {
	v := url.Values{"action": {"query"}, "prop": {"revisions"}, "rvslots": {"main"}, "format": {"json"}, "formatversion": {"2"}, "rvprop": {allProps}, "revids": {revids}, "wiki": {"enwiki"}}
	for _, e := range extra {
		name, value, _ := strings.Cut(e, "=")
		if value == "-" {
			v.Del(name)
			continue
		}
		v.Set(name, value)
	}
	return v.Encode()
}

func get(t testing.TB, s *Server, query string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest("GET", "/w/api.php?"+query, nil))
	return w
}

// TestAnswers compares bodies. The forms are MediaWiki's; the parity test holds
// them against recorded ones.
func TestAnswers(t *testing.T) {
	s := New(1 << 20)
	old := "old"
	child := rev(12, 11, "new <b> & ünï")
	child.ParentText = &old
	s.Put(child)
	hidden := rev(13, 12, "")
	hidden.Text, hidden.Size, hidden.Suppressed, hidden.UserHidden, hidden.CommentHidden = nil, 9, true, true, true
	s.Put(hidden)
	gone := rev(14, 13, "spam")
	gone.Deleted = true
	s.Put(gone)
	anon := rev(21, 0, "")
	anon.PageID, anon.Title, anon.Namespace, anon.Anonymous, anon.User, anon.UserID, anon.Minor = 5, "A", 0, true, "192.0.2.1", 0, true
	s.Put(anon)

	const (
		page = `{"pageid":7,"ns":2,"title":"User:Ann","revisions":[`
		r12  = `{"revid":12,"parentid":11,"minor":false,"user":"Ann","userid":3,"timestamp":"2026-01-02T03:04:05Z","size":15,"sha1":"SHA","slots":{"main":{"contentmodel":"wikitext","contentformat":"text/x-wiki","content":"new <b> & ünï"}},"comment":"c","tags":[]}`
		r13  = `{"revid":13,"parentid":12,"minor":false,"userhidden":true,"timestamp":"2026-01-02T03:04:05Z","size":9,"sha1hidden":true,"slots":{"main":{"contentmodel":"wikitext","texthidden":true}},"commenthidden":true,"tags":[],"suppressed":true}`
		r11  = `{"revid":11,"parentid":0,"minor":false,"userhidden":true,"timestamp":"2026-01-02T03:04:05Z","size":3,"sha1":"SHA","slots":{"main":{"contentmodel":"wikitext","contentformat":"text/x-wiki","content":"old"}},"commenthidden":true,"tags":[]}`
		r21  = `{"pageid":5,"ns":0,"title":"A","revisions":[{"revid":21,"parentid":0,"minor":true,"user":"192.0.2.1","anon":true,"userid":0,"timestamp":"2026-01-02T03:04:05Z","size":0,"sha1":"da39a3ee5e6b4b0d3255bfef95601890afd80709","slots":{"main":{"contentmodel":"wikitext","contentformat":"text/x-wiki","content":""}},"comment":"c","tags":[]}]}`
	)
	fifty1 := strings.Repeat("1|", 50) + "2"
	for _, c := range []struct{ name, query, want string }{
		{"one", query("12"), `{"batchcomplete":true,"query":{"pages":[` + page + r12 + `]}]}}`},
		{"parent known by its text", query("11"), `{"batchcomplete":true,"query":{"pages":[` + page + r11 + `]}]}}`},
		{"suppressed", query("13"), `{"batchcomplete":true,"query":{"pages":[` + page + r13 + `]}]}}`},
		{"anonymous, blank", query("21"), `{"batchcomplete":true,"query":{"pages":[` + r21 + `]}}`},
		{"pages by id, revisions by id, each once", query("13|21|12|14|13|99"), `{"batchcomplete":true,"query":{"badrevids":{"14":{"revid":14,"missing":true},"99":{"revid":99,"missing":true}},"pages":[` + r21 + `,` + page + r12 + `,` + r13 + `]}]}}`},
		{"other wiki", query("12", "wiki=dewiki"), `{"batchcomplete":true,"query":{"badrevids":{"12":{"revid":12,"missing":true}}}}`},
		{"id 0 makes a list", query("0"), `{"batchcomplete":true,"query":{"badrevids":[{"revid":0,"missing":true}]}}`},
		{"ids 0 and 1 too", query("0|1"), `{"batchcomplete":true,"query":{"badrevids":[{"revid":0,"missing":true},{"revid":1,"missing":true}]}}`},
		{"ids 1 and 0 do not", query("1|0"), `{"batchcomplete":true,"query":{"badrevids":{"1":{"revid":1,"missing":true},"0":{"revid":0,"missing":true}}}}`},
		{"negative", query("-5"), `{"batchcomplete":true,"query":{"badrevids":{"-5":{"revid":-5,"missing":true}}}}`},
		{"no ids", query(""), `{"batchcomplete":true}`},
		{"no prop", query("12", "prop=-"), `{"batchcomplete":true}`},
		{"fewer fields", query("12", "rvprop=ids|size"), `{"batchcomplete":true,"query":{"pages":[` + page + `{"revid":12,"parentid":11,"size":15}]}]}}`},
		{"default fields", query("12", "rvprop=-"), `{"batchcomplete":true,"query":{"pages":[` + page + `{"revid":12,"parentid":11,"minor":false,"user":"Ann","timestamp":"2026-01-02T03:04:05Z","comment":"c"}]}]}}`},
		{"unknown fields", query("12", "rvprop=ids|no|such"), `{"batchcomplete":true,"warnings":{"revisions":{"warnings":"Unrecognized values for parameter \"rvprop\": no, such"}},"query":{"pages":[` + page + `{"revid":12,"parentid":11}]}]}}`},
		{"no number", query("abc"), `{"error":{"code":"badinteger","info":"Invalid value \"abc\" for integer parameter \"revids\".",DOC`},
		{"51 ids", query(fifty1), `{"error":{"code":"toomanyvalues","info":"Too many values supplied for parameter \"revids\". The limit is 50.","parameter":"revids","limit":50,"lowlimit":50,"highlimit":500,DOC`},
		{"action", query("12", "action=nope"), `{"error":{"code":"badvalue","info":"Unrecognized value for parameter \"action\": nope.",DOC`},
		{"list option", query("12", "rvlimit=5"), `{"error":{"code":"invalidparammix",`},
		{"lag", query("12", "maxlag=-1"), `{"error":{"code":"maxlag","info":"Waiting for a database server: 0 seconds lagged.","host":"","lag":0,"type":"db",DOC`},
		{"lag is no number", query("12", "maxlag=x"), `{"error":{"code":"badinteger",`},
		{"continue is no number", query("12", "rvcontinue=x"), `{"error":{"code":"badinteger",`},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := get(t, s, c.query)
			got := w.Body.String()
			want, _, _ := strings.Cut(c.want, "DOC")
			isErr := strings.HasPrefix(want, `{"error`) // compared up to the long docref
			for _, text := range []string{"old", "new <b> & ünï"} {
				got = strings.ReplaceAll(got, hexDigest(&text), "SHA")
			}
			if w.Code != http.StatusOK || !strings.HasPrefix(got, want) || !isErr && got != want {
				t.Errorf("status %d\n got %s\nwant %s", w.Code, got, want)
			}
			if isErr != (w.Header().Get("MediaWiki-API-Error") != "") {
				t.Errorf("the head names the error %q", w.Header().Get("MediaWiki-API-Error"))
			}
		})
	}
}

// TestRefused: what the stand-in cannot answer as MediaWiki would, it refuses.
func TestRefused(t *testing.T) {
	s := New(1 << 20)
	for _, c := range []struct {
		target string
		status int
		want   string
	}{
		{"/w/api.php?" + query("1", "wiki=-"), 404, ""},
		{"/other?" + query("1"), 404, ""},
		{"/a/b/w/api.php?" + query("1"), 404, ""},
		{"/w/api.php?" + query("1", "formatversion=1"), 400, "formatversion=2"},
		{"/w/api.php?" + query("1", "format=-"), 400, "format=json"},
		{"/w/api.php?" + query("1", "action=-"), 400, "action"},
		{"/w/api.php?" + query("1", "prop=info"), 400, "prop=revisions"},
		{"/w/api.php?" + query("1", "rvslots=-"), 400, "rvslots"},
		{"/w/api.php?" + query("1", "rvprop=roles"), 400, "rvprop=roles"},
		{"/w/api.php?a=%zz", 400, "wikiapi: "},
	} {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest("GET", c.target, nil))
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s: status %d %s, want %d naming %s", c.target, w.Code, w.Body, c.status, c.want)
		}
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequest("POST", "/enwiki/w/api.php", strings.NewReader("revids="+strings.Repeat("1|", maxBody)))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if s.ServeHTTP(w, r); w.Code != 400 {
		t.Errorf("a body above the bound: status %d", w.Code)
	}
}

// TestOverHTTP goes through a real connection: both addresses, GET and POST,
// packed and plain.
func TestOverHTTP(t *testing.T) {
	s := New(1 << 20)
	s.Put(rev(12, 0, strings.Repeat("text ", 1000)))
	srv := httptest.NewServer(s)
	defer srv.Close()
	client := srv.Client()
	var bodies []string
	for _, c := range []struct {
		method, path, encoding string
	}{{"GET", "/w/api.php", "identity"}, {"GET", "/w/api.php", ""}, {"POST", "/enwiki/w/api.php", ""}} {
		target, body := srv.URL+c.path, query("12")
		if c.method == "GET" {
			target, body = target+"?"+body, ""
		}
		req, err := http.NewRequestWithContext(t.Context(), c.method, target, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if c.encoding != "" {
			req.Header.Set("Accept-Encoding", c.encoding)
		}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(resp.Body)
		if err := errors.Join(err, resp.Body.Close()); err != nil {
			t.Fatal(err)
		}
		// The client unpacks by itself, and says so, unless it set the header.
		if resp.Uncompressed != (c.encoding == "") {
			t.Errorf("%+v: packed %v", c, resp.Uncompressed)
		}
		bodies = append(bodies, string(got))
	}
	if bodies[0] != bodies[1] || bodies[0] != bodies[2] || !strings.Contains(bodies[0], `"revid":12`) {
		t.Errorf("the same request gave %.200q", bodies)
	}
}

// TestContinue: whatever the limit, following the continuation shows every
// revision once, as long as each fits alone.
func TestContinue(t *testing.T) {
	s := New(1 << 20)
	var ids []string
	for i := int64(1); i <= 30; i++ {
		r := rev(i, 0, strings.Repeat("x", int(i*37%400)))
		r.PageID = 100 - i%4 // pages and revisions are in different orders
		s.Put(r)
		ids = append(ids, strconv.FormatInt(i, 10))
	}
	for _, limit := range []int{600, 1000, 3000, 1 << 20} {
		s.ResultLimit = limit
		seen := map[int64]int{}
		next := ""
		answers := 0
		for ; answers < 40; answers++ {
			a := decode(t, get(t, s, query(strings.Join(ids, "|"), next)))
			if len(a.Query.Pages) != 4 {
				t.Fatalf("limit %d: %d pages, all four must be listed", limit, len(a.Query.Pages))
			}
			for _, p := range a.Query.Pages {
				if p.Revisions != nil {
					for _, r := range *p.Revisions {
						seen[*r.RevID]++
					}
				}
			}
			if a.Continue == nil {
				break
			}
			if a.BatchComplete || a.Warnings.Result == nil {
				t.Fatal("a truncated answer must warn and not be complete")
			}
			next = fmt.Sprintf("rvcontinue=%d", a.Continue.RvContinue)
		}
		for i := int64(1); i <= 30; i++ {
			if seen[i] != 1 {
				t.Errorf("limit %d: revision %d was shown %d times", limit, i, seen[i])
			}
		}
		if (limit == 1<<20) != (answers == 0) {
			t.Errorf("limit %d took %d continuations", limit, answers)
		}
	}
}

// decode reads an answer back; badRevIDs has no reader, so it is left out.
func decode(t testing.TB, w *httptest.ResponseRecorder) queryAnswer {
	t.Helper()
	var loose struct {
		queryAnswer
		Query struct {
			Pages []*pageAnswer `json:"pages"`
		} `json:"query"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &loose); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	loose.queryAnswer.Query = &queryResult{Pages: loose.Query.Pages}
	return loose.queryAnswer
}

// TestForgetting fills a small server far beyond its bound.
func TestForgetting(t *testing.T) {
	const bound = 50_000
	s := New(bound)
	text := strings.Repeat("x", 1000)
	for i := int64(1); i <= 1000; i++ {
		r := rev(i, i-1, text)
		r.PageID = i % 10
		s.Put(r)
		if st := s.Stats(); st.Bytes > bound {
			t.Fatalf("after %d revisions %d bytes are held", i, st.Bytes)
		}
		get(t, s, query(fmt.Sprint(i)))
	}
	st := s.Stats()
	if st.Held < 20 || int64(st.Held)+st.Forgotten != 1000 || st.ForgottenUnasked != 0 || st.Served != 1000 || st.Requests != 1000 {
		t.Errorf("%+v: want about 28 held, the rest forgotten, all asked for", st)
	}
	if got := get(t, s, query("1")).Body.String(); !strings.Contains(got, `"badrevids":{"1":{"revid":1,"missing":true}}`) {
		t.Errorf("a forgotten revision is answered as %s", got)
	}
	get(t, s, query("5000"))
	if st = s.Stats(); st.ForgottenAsked != 1 || st.Missing != 2 {
		t.Errorf("%+v: want two missing, one of them forgotten", st)
	}
	for i := int64(2001); i <= 2100; i++ {
		s.Put(rev(i, 0, text))
	}
	if st = s.Stats(); st.ForgottenUnasked < 60 {
		t.Errorf("%+v: nobody asked for a hundred revisions, most are forgotten", st)
	}
}

// TestPairStays: a revision and its parent larger than the bound are still there
// for whoever put them in, and the parent does not age out before its child.
func TestPairStays(t *testing.T) {
	s := New(1000)
	big := strings.Repeat("x", 5000)
	r := rev(2, 1, big)
	r.ParentText = &big
	s.Put(rev(9, 0, "other"))
	s.Put(r)
	if st := s.Stats(); st.Held != 2 || st.Forgotten != 1 {
		t.Errorf("%+v: want exactly the pair", st)
	}
	s = New(3 * (overhead + 100))
	for _, r := range []*corpus.Revision{rev(1, 0, "a"), rev(2, 0, "b"), rev(3, 0, "c"), rev(4, 1, "d")} {
		s.Put(r)
	}
	got := get(t, s, query("1|2|3|4")).Body.String()
	if !strings.Contains(got, `"badrevids":{"2":`) || !strings.Contains(got, `"revid":1,"parentid":0,"minor":false,"user":"Ann"`) {
		t.Errorf("the parent must be kept with all that is known, and 2 go: %s", got)
	}
}

// TestStub: a parent that is later put in itself loses its hidden author, and one
// that was put in before is not replaced by its text.
func TestStub(t *testing.T) {
	s := New(1 << 20)
	text := "p"
	child := rev(2, 1, "c")
	child.ParentText = &text
	s.Put(child)
	before := s.Stats().Bytes
	s.Put(rev(1, 0, text))
	s.Put(child)
	if got := get(t, s, query("1")).Body.String(); !strings.Contains(got, `"user":"Ann"`) {
		t.Errorf("the parent is %s", got)
	}
	if st := s.Stats(); st.Held != 2 || st.Bytes != before+int64(len("Ann")+len("c")) {
		t.Errorf("%+v: putting twice must not count twice (%d bytes before)", st, before)
	}
}

// TestMovedPage: old revisions are shown under the page's present title.
func TestMovedPage(t *testing.T) {
	s := New(1 << 20)
	s.Put(rev(1, 0, "a"))
	moved := rev(2, 1, "a")
	moved.Title = "User:Bea"
	s.Put(moved)
	if got := get(t, s, query("1")).Body.String(); !strings.Contains(got, `"title":"User:Bea"`) {
		t.Errorf("the moved page is %s", got)
	}
}

func TestFaults(t *testing.T) {
	s := New(1 << 20)
	s.Put(rev(1, 0, strings.Repeat("text", 1000)))
	s.SetFaults(Faults{Lag: 7, LagEvery: 2, ErrorEvery: 3})
	var got []string
	for range 6 {
		w := get(t, s, query("1", "maxlag=5"))
		got = append(got, fmt.Sprint(w.Code, w.Header().Get("MediaWiki-API-Error"), w.Header().Get("Retry-After")))
	}
	if want := "200 200maxlag5 503 200maxlag5 200 503"; strings.Join(got, " ") != want {
		t.Errorf("six requests: %v, want %s", got, want)
	}

	s.SetFaults(Faults{CutEvery: 1})
	srv := httptest.NewServer(s)
	defer srv.Close()
	resp, err := srv.Client().Get(srv.URL + "/w/api.php?" + query("1"))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.ReadAll(resp.Body); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("reading a cut answer: %v", err)
	}
}

// TestSlow runs on a fake clock: a slow answer comes after its time, or not at
// all if the client leaves first.
func TestSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(1 << 20)
		s.SetFaults(Faults{SlowEvery: 2, Slow: time.Minute})
		for _, want := range []time.Duration{0, time.Minute} {
			start := time.Now()
			if w := get(t, s, query("1")); w.Body.Len() == 0 || time.Since(start) != want {
				t.Errorf("answered %q after %v, want %v", w.Body, time.Since(start), want)
			}
		}
		get(t, s, query("1"))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start, w := time.Now(), httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequestWithContext(ctx, "GET", "/w/api.php?"+query("1"), nil))
		if w.Body.Len() != 0 || time.Since(start) != time.Second {
			t.Errorf("a client that left was answered %q after %v", w.Body, time.Since(start))
		}
	})
}

// TestSimulated serves a stretch of the simulated wiki from several goroutines
// while it is put in, and compares every text and parent text.
func TestSimulated(t *testing.T) {
	s := New(64 << 20)
	wiki := simwiki.New(11)
	jobs := make(chan *corpus.Revision, 16)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for r := range jobs {
				checkServed(t, s, r)
			}
		})
	}
	for range 3000 {
		r := wiki.Next()
		s.Put(r)
		jobs <- r
	}
	close(jobs)
	wg.Wait()
	if st := s.Stats(); st.Forgotten != 0 || st.Requests != 3000 {
		t.Errorf("%+v: want 3000 requests and nothing forgotten", st)
	}
}

func checkServed(t *testing.T, s *Server, r *corpus.Revision) {
	ids := fmt.Sprintf("%d|%d", r.RevID, r.ParentID)
	a := decode(t, get(t, s, query(ids, "wiki="+r.Wiki)))
	shown := map[int64]*string{}
	for _, p := range a.Query.Pages {
		for _, v := range *p.Revisions {
			shown[*v.RevID] = v.Slots.Main.Content
		}
	}
	own, ok := shown[r.RevID]
	if ok == r.Deleted || ok && !same(own, r.Text) {
		t.Errorf("%s %d: served %v, deleted %v", r.Wiki, r.RevID, ok, r.Deleted)
	}
	if r.ParentText != nil && !same(shown[r.ParentID], r.ParentText) {
		t.Errorf("%s %d: the parent's text is another", r.Wiki, r.RevID)
	}
}

func same(a, b *string) bool { return a == b || a != nil && b != nil && *a == *b }

// FuzzQuery: whatever is asked, the answer is JSON or a refusal, and each id of a
// complete answer is either shown or among the bad ones.
func FuzzQuery(f *testing.F) {
	f.Add("enwiki", "1|2|3", "ids|content", "", "")
	f.Add("dewiki", "0", "bogus", "5", "2")
	f.Add("", "1|x|-9223372036854775808", "", "-1", "\x00")
	f.Fuzz(func(t *testing.T, wiki, revids, rvprop, maxlag, cont string) {
		s := New(1 << 20)
		s.ResultLimit = 200
		for i := int64(1); i < 5; i++ {
			s.Put(rev(i, i-1, strings.Repeat("é", int(i)*20)))
		}
		w := get(t, s, query(revids, "wiki="+wiki, "rvprop="+rvprop, "maxlag="+maxlag, "rvcontinue="+cont))
		if w.Code != http.StatusOK {
			if w.Code != 400 && w.Code != 404 {
				t.Fatalf("status %d: %s", w.Code, w.Body)
			}
			return
		}
		var a struct {
			Error    *struct{ Code string }
			Continue *continuation
			Query    struct {
				BadRevIDs json.RawMessage
				Pages     []*pageAnswer
			}
		}
		if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
			t.Fatalf("%v: %s", err, w.Body)
		}
		if a.Error != nil || a.Continue != nil || cont != "" || !strings.Contains(rvprop, "ids") {
			return
		}
		ids, err := revIDs(revids)
		if err != nil {
			t.Fatalf("%q was answered, but %v", revids, err)
		}
		for _, id := range ids {
			shown := strings.Count(w.Body.String(), fmt.Sprintf(`"revid":%d,`, id))
			if shown != 1 {
				t.Fatalf("revision %d occurs %d times in %s", id, shown, w.Body)
			}
		}
	})
}

// BenchmarkAnswer is a full call: fifty revisions of 5 kB.
func BenchmarkAnswer(b *testing.B) {
	s := New(64 << 20)
	var ids []string
	for i := int64(1); i <= 50; i++ {
		s.Put(rev(i, 0, strings.Repeat("five bytes of text ", 270)))
		ids = append(ids, fmt.Sprint(i))
	}
	for _, encoding := range []string{"identity", "gzip"} {
		b.Run(encoding, func(b *testing.B) {
			b.ReportAllocs()
			r := httptest.NewRequest("GET", "/w/api.php?"+query(strings.Join(ids, "|")), nil)
			r.Header.Set("Accept-Encoding", encoding)
			for b.Loop() {
				w := httptest.NewRecorder()
				if s.ServeHTTP(w, r.Clone(context.Background())); w.Code != 200 {
					b.Fatal(w.Code)
				}
			}
			b.ReportMetric(50*float64(b.N)/b.Elapsed().Seconds(), "revisions/s")
		})
	}
}

func TestParseFaults(t *testing.T) {
	got, err := ParseFaults(" error_every=5  slow_every=1 slow=1m lag=9 lag_every=3 cut_every=7 ")
	if want := (Faults{Lag: 9, LagEvery: 3, ErrorEvery: 5, SlowEvery: 1, Slow: time.Minute, CutEvery: 7}); err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	for _, text := range []string{"tired=1", "slow=5", "slow=-1s", "error_every=x", "lag=-1", "cut_every"} {
		if _, err := ParseFaults(text); err == nil || !strings.Contains(err.Error(), strings.Fields(text)[0]) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
