package fetch

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// replies is a wiki that gives one reply after the other, the last for ever.
type replies struct {
	mu    sync.Mutex
	list  []*reply
	at    []time.Time
	asked []url.Values
}

func (a *replies) RoundTrip(req *http.Request) (*http.Response, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	r := a.list[min(len(a.at), len(a.list)-1)]
	a.at, a.asked = append(a.at, time.Now()), append(a.asked, req.URL.Query())
	if r.err != nil {
		return nil, r.err
	}
	return &http.Response{StatusCode: r.status, Header: r.header.Clone(), Body: io.NopCloser(strings.NewReader(r.body)), Request: req}, nil
}

type users struct {
	Query struct {
		Users []struct {
			ID int64 `json:"userid"`
		} `json:"users"`
	} `json:"query"`
}

func TestQuery(t *testing.T) {
	good := ok(`{"batchcomplete":true,"query":{"users":[{"userid":5}]}}`)
	for _, tc := range []struct {
		name      string
		replies   []*reply
		calls     int
		transient bool
		fault     string // "": answered
		after     time.Duration
	}{
		{"at once", []*reply{good}, 1, false, "", 0},
		{"maxlag, then well", []*reply{apiFault("maxlag").with("Retry-After", "5"), good}, 2, false, "", 5 * time.Second},
		{"500, then well", []*reply{status(500), good}, 2, false, "", 0},
		{"no JSON, then well", []*reply{ok("<html>secret"), good}, 2, false, "", 0},
		{"of another shape, then well", []*reply{ok(`{"query":{"users":{}}}`), good}, 2, false, "", 0},
		{"refused", []*reply{apiFault("readapidenied")}, 1, false, "readapidenied", 0},
		{"refused as a list", []*reply{ok(`{"errors":[{"code":"badvalue"}]}`)}, 1, false, "badvalue", 0},
		{"gone", []*reply{status(404)}, 1, false, "HTTP 404", 0},
		{"busy for good", []*reply{apiFault("ratelimited")}, 3, true, "no answer within 3 tries", 0},
		{"away for long", []*reply{status(429).with("Retry-After", "86400")}, 2, true, "no answer within 2 tries", time.Minute},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				wiki := &replies{list: tc.replies}
				cfg := testConfig()
				cfg.Tries = 3
				c := newClient(t, cfg, wiki)
				start := time.Now()
				var got users
				err := c.Query(t.Context(), "testwiki", "", url.Values{"list": {"users"}}, &got)
				var qe *QueryError
				switch {
				case tc.fault == "" && (err != nil || len(got.Query.Users) != 1 || got.Query.Users[0].ID != 5):
					t.Errorf("got %+v, %v", got, err)
				case tc.fault != "" && (!errors.As(err, &qe) || qe.Transient != tc.transient || !strings.Contains(err.Error(), tc.fault)):
					t.Errorf("error %v, want %q, transient %v", err, tc.fault, tc.transient)
				case err != nil && strings.Contains(err.Error(), "secret"):
					t.Errorf("the error quotes the wiki: %v", err)
				}
				if len(wiki.at) != tc.calls {
					t.Fatalf("%d calls, want %d", len(wiki.at), tc.calls)
				}
				if d := wiki.at[len(wiki.at)-1].Sub(start); d < tc.after {
					t.Errorf("the last call was after %v, want %v", d, tc.after)
				}
				if q := wiki.asked[0]; q.Get("action") != "query" || q.Get("list") != "users" || q.Get("formatversion") != "2" || q.Get("maxlag") != "5" {
					t.Errorf("asked %v", q)
				}
			})
		})
	}
}

// Questions and texts share the calls that one wiki is to have at once, and its pauses.
func TestQueryTakesTurnsWithTexts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wiki := upTo(200)
		wiki.latency = time.Second
		cfg := testConfig()
		cfg.CallsPerWiki = 1
		c := newClient(t, cfg, wiki)
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				var into struct{}
				if err := c.Query(t.Context(), "testwiki", "", url.Values{"revids": {"1"}}, &into); err != nil {
					t.Error(err)
				}
			})
			wg.Go(func() {
				if _, err := get(t, c, int64(i)+1); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if wiki.most != 1 {
			t.Errorf("%d calls at once, want 1", wiki.most)
		}
	})
}

func TestQueryEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, testConfig(), &replies{list: []*reply{apiFault("maxlag").with("Retry-After", "50")}})
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		if err := c.Query(ctx, "testwiki", "", url.Values{}, &users{}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("cancelled while it waits: %v", err)
		}
		if err := c.Query(t.Context(), "otherwiki", "", url.Values{}, &users{}); !errors.Is(err, ErrWikiNotConfigured) {
			t.Errorf("a wiki that is not configured: %v", err)
		}
		c.Close()
		time.Sleep(time.Minute)
		if err := c.Query(t.Context(), "testwiki", "", url.Values{}, &users{}); !errors.Is(err, ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
	})
}
