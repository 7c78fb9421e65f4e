package backfill

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"revscore/internal/corpus"
	"revscore/internal/event"
	"revscore/internal/score/fetch"
)

// list writes ids of revisions, one a line.
func list(revs []*corpus.Revision) string {
	var b strings.Builder
	for _, r := range revs {
		fmt.Fprintln(&b, r.RevID)
	}
	return b.String()
}

const domain = "en.wikipedia.example"

func openIDs(t *testing.T, ask Asker, path string, from Position, namespaces ...int64) Feed {
	t.Helper()
	f, err := OpenIDs(path, "enwiki", domain, ask, from, namespaces)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// sameEvent compares what a wiki told of a revision with what the revision is: the event
// made of either must say the same, but for what only the text tells.
func sameEvent(t *testing.T, got, want *corpus.Revision) {
	t.Helper()
	read := func(r *corpus.Revision) *event.Revision {
		raw, err := r.EventAs(corpus.Form{Told: true})
		if err != nil {
			t.Fatal(err)
		}
		rev, err := event.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		rev.Raw, rev.PageRedirect = nil, false
		return rev
	}
	told := *want
	told.Groups, told.Registration, told.EditCount = got.Groups, got.Registration, 0
	told.Title = got.Title // the page's of today
	g, err := json.Marshal(read(got))
	if err != nil {
		t.Fatal(err)
	}
	w, err := json.Marshal(read(&told))
	if err != nil {
		t.Fatal(err)
	}
	if string(g) != string(w) {
		t.Fatalf("the wiki tells\n%s, the revision is\n%s", g, w)
	}
}

func TestIDsAreAskedFor(t *testing.T) {
	w := newWiki(t)
	revs := w.edits(600, "enwiki")
	path := write(t, "ids", "# all\n"+list(revs)+"999999999\nx\n"+list(revs[:1]))
	items, err := drain(t, openIDs(t, w, path, Position{}))
	if err != nil {
		t.Fatal(err)
	}
	if len(items) != len(revs)+3 || len(revs) < 120 {
		t.Fatalf("%d items of %d revisions", len(items), len(revs))
	}
	for i, r := range revs {
		switch item := items[i]; {
		case r.Deleted:
			if item.Left == nil || item.Left.Reason != LeftNotFound || item.Left.Where != fmt.Sprint(r.RevID) {
				t.Errorf("revision %d of a page that is gone: %+v", r.RevID, item)
			}
		case item.Revision == nil:
			t.Errorf("revision %d is left out: %v", r.RevID, item.Left)
		default:
			sameEvent(t, item.Revision, r)
		}
	}
	if got := show(items[len(revs):]); got != "not_found broken "+fmt.Sprint(revs[0].RevID) {
		t.Errorf("the last are %s", got)
	}
	if calls := w.calls("revids"); calls > len(items)/perCall+1 {
		t.Errorf("%d calls for %d ids", calls, len(items))
	}
	for _, i := range []int{0, 49, 50, 77} {
		rest, err := drain(t, openIDs(t, w, path, items[i].At))
		if err != nil || show(rest) != show(items[i+1:]) {
			t.Errorf("behind line %d: %v, %s", items[i].At.Records, err, show(rest))
		}
	}
	only, err := drain(t, openIDs(t, w, path, Position{}, 0))
	if err != nil || len(only) != len(items) || !strings.Contains(show(only), LeftNamespace) {
		t.Errorf("articles alone: %s, %v", show(only), err)
	}
}

func TestSpanIsListed(t *testing.T) {
	w := newWiki(t)
	revs := slices.DeleteFunc(w.edits(3000, "enwiki"), func(r *corpus.Revision) bool { return r.Deleted })
	from, to := revs[40].Timestamp, revs[len(revs)-10].Timestamp
	var want []*corpus.Revision
	for _, r := range revs {
		if !r.Timestamp.Before(from) && r.Timestamp.Before(to) {
			want = append(want, r)
		}
	}
	slices.SortFunc(want, func(a, b *corpus.Revision) int {
		if c := a.Timestamp.Compare(b.Timestamp); c != 0 {
			return c
		}
		return int(a.RevID - b.RevID)
	})
	if len(want) < 510 {
		t.Fatalf("%d revisions are no two calls", len(want))
	}
	job := Job{Kind: Range, Wiki: "enwiki", From: from, To: to}
	f := OpenSpan(job, domain, w, Position{})
	items, err := drain(t, f)
	if err != nil || len(items) != len(want) {
		t.Fatalf("%d of %d revisions, %v", len(items), len(want), err)
	}
	for i, r := range want {
		sameEvent(t, items[i].Revision, r)
	}
	if f.Done() < 0.9 || f.Done() > 1 {
		t.Errorf("done %v at the end", f.Done())
	}
	for _, i := range []int{0, 1, 250, 499, 500, len(items) - 1} {
		rest, err := drain(t, OpenSpan(job, domain, w, items[i].At))
		if err != nil || show(rest) != show(items[i+1:]) {
			t.Errorf("behind %+v: %d revisions, want %d; %v", items[i].At, len(rest), len(items)-i-1, err)
		}
	}
	job.Namespaces = []int64{0, 10}
	only, err := drain(t, OpenSpan(job, domain, w, Position{}))
	if err != nil || len(only) == 0 || len(only) >= len(items) {
		t.Errorf("%d revisions of two namespaces, %v", len(only), err)
	}
}

// answering is an asker with one answer to everything but which wiki it is.
type answering struct{ id, body string }

func (a answering) Query(_ context.Context, _, _ string, params url.Values, into any) error {
	if params.Get("meta") == "siteinfo" {
		return json.Unmarshal([]byte(`{"query":{"general":{"wikiid":"`+a.id+`"}}}`), into)
	}
	return json.Unmarshal([]byte(a.body), into)
}

func TestWikisThatAnswerOddly(t *testing.T) {
	job := Job{Kind: Range, Wiki: "enwiki", From: day(1), To: day(2)}
	path := write(t, "ids", "5\n0\n6\n")
	for name, c := range map[string]struct {
		ask         answering
		ids, range_ string // what comes, or what the error says
	}{
		"another wiki":      {answering{"dewiki", `{}`}, "says that it is \"dewiki\"", "says that it is \"dewiki\""},
		"nothing":           {answering{"enwiki", `{}`}, "neither has a revision", ""},
		"missing as a list": {answering{"enwiki", `{"query":{"badrevids":[{"revid":5,"missing":true},{"revid":6}]}}`}, "not_found broken not_found", ""},
		"the same again":    {answering{"enwiki", `{"continue":{"arvcontinue":"x"},"query":{"badrevids":{"5":{"revid":5},"6":{"revid":6}}}}`}, "not_found broken not_found", "same continuation"},
		"hidden and shown": {answering{"enwiki", `{"query":{"badrevids":{"6":{"revid":6}},
			"pages":[{"pageid":1,"ns":0,"title":"A","revisions":[{"revid":5,"userhidden":true,"user":"Secret","userid":4,"commenthidden":true,"comment":"Secret","sha1hidden":true,"sha1":"da39a3ee5e6b4b0d3255bfef95601890afd80709","timestamp":"2026-01-01T00:00:01Z"}]}],
			"allrevisions":[{"pageid":1,"ns":0,"title":"A","revisions":[{"revid":5,"userhidden":true,"user":"Secret","userid":4,"commenthidden":true,"comment":"Secret","sha1hidden":true,"sha1":"da39a3ee5e6b4b0d3255bfef95601890afd80709","timestamp":"2026-01-01T00:00:01Z"}]}]}}`},
			"5 broken not_found", "5"},
	} {
		t.Run(name, func(t *testing.T) {
			check := func(f Feed, want string) {
				t.Helper()
				items, err := drain(t, f)
				if err != nil && !strings.Contains(err.Error(), want) || err == nil && show(items) != want {
					t.Errorf("%s, %v; want %q", show(items), err, want)
				}
				for _, i := range items {
					if i.Revision != nil {
						raw, err := i.Revision.EventAs(corpus.Form{Told: true, Change: true})
						if err != nil || strings.Contains(string(raw), "Secret") || strings.Contains(string(raw), "sha1\":\"phoiac") {
							t.Errorf("event %s, %v", raw, err)
						}
					}
				}
			}
			check(openIDs(t, c.ask, path, Position{}), c.ids)
			check(OpenSpan(job, domain, c.ask, Position{}), c.range_)
		})
	}
	if base36("da39a3ee5e6b4b0d3255bfef95601890afd80709") != corpus.SHA1("") || base36("x") != "" || base36("00") != "" {
		t.Error("digests in base 36")
	}
}

// passing fails some times, as a wiki does that is down.
type passing struct {
	failures int
	err      error
	asked    int
}

func (p *passing) Query(context.Context, string, string, url.Values, any) error {
	if p.asked++; p.asked <= p.failures {
		return p.err
	}
	return nil
}

func TestPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := &passing{failures: 100, err: &fetch.QueryError{Wiki: "enwiki", Transient: true, Err: errors.New("maxlag")}}
		told := 0
		start := time.Now()
		if err := Patiently(down, func(error) { told++ }).Query(t.Context(), "enwiki", "", nil, nil); err != nil || told != 100 {
			t.Errorf("%v, told %d times", err, told)
		}
		if d := time.Since(start); d != 100*pause {
			t.Errorf("waited %v", d)
		}
		refused := &passing{failures: 1, err: &fetch.QueryError{Wiki: "enwiki", Err: errors.New("readapidenied")}}
		if err := Patiently(refused, nil).Query(t.Context(), "enwiki", "", nil, nil); !errors.Is(err, refused.err) || refused.asked != 1 {
			t.Errorf("refused: %v after %d calls", err, refused.asked)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		down.asked = 0
		if err := Patiently(down, func(error) {}).Query(ctx, "enwiki", "", nil, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("stopped while it waits: %v", err)
		}
	})
}
