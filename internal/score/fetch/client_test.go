package fetch

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"revscore/internal/score/analysis"
)

func TestRevisionAndParentShareACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wiki := upTo(2)
		c := newClient(t, testConfig(), wiki)
		texts, err := c.Texts(t.Context(), Request{Wiki: "testwiki", RevID: 2, ParentID: 1})
		if err != nil {
			t.Fatal(err)
		}
		if texts.Revision.Text.Source() != wiki.texts[2] || texts.Parent.Text.Source() != wiki.texts[1] {
			t.Errorf("got %q and %q", texts.Revision.Text.Source(), texts.Parent.Text.Source())
		}
		if r := texts.Revision; r.RevID != 2 || r.PageID != 2 || r.ParentID != 1 || r.ContentModel != "wikitext" {
			t.Errorf("got revision %d with parent %d and model %s", r.RevID, r.ParentID, r.ContentModel)
		}
		if calls := wiki.made(); len(calls) != 1 || len(calls[0].ids) != 2 {
			t.Errorf("calls are %v, want one for both", calls)
		}
		req := wiki.made()[0].req
		if got, want := req.URL.RawQuery, "action=query&format=json&formatversion=2&maxlag=5&prop=revisions&revids=2%7C1&rvprop=ids%7Ccontent%7Ccontentmodel%7Csize%7Ctimestamp&rvslots=main"; got != want {
			t.Errorf("query is\n%s, want\n%s", got, want)
		}
		if got := req.Header.Get("User-Agent"); got != testConfig().UserAgent {
			t.Errorf("User-Agent is %q", got)
		}
	})
}

func TestCreationHasNoParent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, testConfig(), upTo(1))
		texts, err := c.Texts(t.Context(), Request{Wiki: "testwiki", RevID: 1})
		if err != nil || texts.Parent != nil {
			t.Fatalf("got %v, %v, want no parent", texts.Parent, err)
		}
	})
}

func TestFiftyCallersMakeOneCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wiki := upTo(50)
		c := newClient(t, testConfig(), wiki)
		start := time.Now()
		if err := errors.Join(getAll(t, c, 50)...); err != nil {
			t.Fatal(err)
		}
		if calls := wiki.made(); len(calls) != 1 {
			t.Errorf("%d calls, want 1", len(calls))
		}
		if d := time.Since(start); d > 0 {
			t.Errorf("a full call waited for %v", d)
		}
	})
}

func TestLoneCallWaitsForCompany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wiki := upTo(1)
		c := newClient(t, testConfig(), wiki)
		start := time.Now()
		if _, err := get(t, c, 1); err != nil {
			t.Fatal(err)
		}
		if d := time.Since(start); d != testConfig().BatchWait {
			t.Errorf("waited for %v, want %v", d, testConfig().BatchWait)
		}
	})
}

func TestCallsToOneWikiAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := testConfig()
		cfg.BatchSize, cfg.Queue = 10, 40
		wiki := upTo(500)
		wiki.latency = 100 * time.Millisecond
		c := newClient(t, cfg, wiki)
		if err := errors.Join(getAll(t, c, 500)...); err != nil {
			t.Fatal(err)
		}
		if wiki.most != cfg.CallsPerWiki {
			t.Errorf("%d calls at once, want %d", wiki.most, cfg.CallsPerWiki)
		}
		for _, call := range wiki.made() {
			if len(call.ids) > cfg.BatchSize {
				t.Errorf("a call has %d ids, want at most %d", len(call.ids), cfg.BatchSize)
			}
		}
		for id, n := range wiki.asked() {
			if n != 1 {
				t.Errorf("revision %d was asked for %d times", id, n)
			}
		}
	})
}

func TestHundredCallersOfOneRevisionAskOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := testConfig()
		cfg.CacheBytes = 0 // the flight alone must do it
		wiki := upTo(1)
		wiki.latency = time.Second
		c := newClient(t, cfg, wiki)
		var wg sync.WaitGroup
		got := make([]*Text, 100)
		for i := range got {
			wg.Go(func() {
				text, err := get(t, c, 1)
				if err != nil {
					t.Error(err)
				}
				got[i] = text
			})
		}
		wg.Wait()
		if n := wiki.asked()[1]; n != 1 {
			t.Errorf("asked %d times, want once", n)
		}
		for _, text := range got {
			if text != got[0] {
				t.Fatal("callers got different copies")
			}
		}
	})
}

func TestParentComesFromTheCache(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wiki := upTo(2)
		c := newClient(t, testConfig(), wiki)
		first, err := get(t, c, 1)
		if err != nil {
			t.Fatal(err)
		}
		doc := first.Text.Document(nil)
		texts, err := c.Texts(t.Context(), Request{Wiki: "testwiki", RevID: 2, ParentID: 1})
		if err != nil {
			t.Fatal(err)
		}
		if n := wiki.asked()[1]; n != 1 {
			t.Errorf("the parent was asked for %d times, want once", n)
		}
		if texts.Parent.Text.Document(nil) != doc {
			t.Error("the parent's document was made again")
		}
		if h, m := testutil.ToFloat64(c.metrics.hits), testutil.ToFloat64(c.metrics.misses); h != 1 || m != 2 {
			t.Errorf("%v hits and %v misses, want 1 and 2", h, m)
		}
		time.Sleep(testConfig().CacheFor + time.Second)
		if _, err := get(t, c, 1); err != nil || wiki.asked()[1] != 2 {
			t.Errorf("an old entry was used: %v, asked %d times", err, wiki.asked()[1])
		}
	})
}

func TestCacheIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := testConfig()
		cfg.CacheBytes = 1 << 20
		wiki := upTo(100)
		for id := range wiki.texts {
			wiki.texts[id] = strings.Repeat("x", 10_000)
		}
		c := newClient(t, cfg, wiki)
		if err := errors.Join(getAll(t, c, 100)...); err != nil {
			t.Fatal(err)
		}
		if b := c.cache.bytes(); b == 0 || b > float64(cfg.CacheBytes) {
			t.Errorf("%v bytes are cached, want some and at most %d", b, cfg.CacheBytes)
		}
	})
}

// The weight of a cached text must cover what is made of it.
func TestTextWeight(t *testing.T) {
	for name, text := range map[string]string{
		"prose":    strings.Repeat("The quick brown fox [[jumps]] over the lazy dogs of the ''county''. ", 200),
		"template": strings.Repeat("{{Infobox person\n| name = Ada\n| born = {{date|1815|12|10}}\n}}\n", 200),
		"table":    strings.Repeat("|-\n| 12 || 345 || <ref name=a>b</ref>\n", 300),
	} {
		made := analysis.NewText(text)
		made.Document(nil)
		if _, err := made.Page(nil); err != nil {
			t.Fatal(err)
		}
		need := made.Bytes()
		weight := (&Text{Text: made}).weight()
		if float64(weight) < 0.5*float64(need) || float64(weight) > 4*float64(need) {
			t.Errorf("%s: weight is %d, what is made of it needs %d", name, weight, need)
		}
	}
}

func TestCancelledCallerLeavesOthersAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wiki := upTo(1)
		wiki.latency = 2 * time.Second
		c := newClient(t, testConfig(), wiki)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var wg sync.WaitGroup
		wg.Go(func() { // it makes the flight
			if _, err := c.Texts(ctx, Request{Wiki: "testwiki", RevID: 1}); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("error is %v, want the context's", err)
			}
		})
		synctest.Wait()
		if _, err := get(t, c, 1); err != nil {
			t.Error(err)
		}
		wg.Wait()
		if n := wiki.asked()[1]; n != 1 {
			t.Errorf("asked %d times, want once", n)
		}
	})
}

func TestCallerBlocksWhileTheQueueIsFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := testConfig()
		cfg.Queue = 2
		wiki := upTo(9)
		wiki.latency = 5 * time.Second
		c := newClient(t, cfg, wiki)
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := c.Texts(t.Context(), Request{Wiki: "testwiki", RevID: 2, ParentID: 1}); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := c.Texts(ctx, Request{Wiki: "testwiki", RevID: 3}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error is %v, want the context's", err)
		}
		wg.Wait()
		if wiki.asked()[3] != 0 {
			t.Error("a revision beyond the queue was asked for")
		}
		if _, err := get(t, c, 3); err != nil { // the place was given back
			t.Error(err)
		}
	})
}

func TestCloseEndsWhatIsPending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := testConfig()
		cfg.BatchSize, cfg.Queue = 2, 6
		wiki := upTo(20)
		wiki.latency = time.Hour
		c := newClient(t, cfg, wiki)
		errs := make(chan error, 20)
		for i := range 20 { // 4 called, 2 queued, the others blocked
			go func() {
				_, err := c.Texts(context.Background(), Request{Wiki: "testwiki", RevID: int64(i) + 1})
				errs <- err
			}()
		}
		synctest.Wait()
		start := time.Now()
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		for range 20 {
			if err := <-errs; !errors.Is(err, ErrClosed) {
				t.Errorf("error is %v, want %v", err, ErrClosed)
			}
		}
		if d := time.Since(start); d != 0 {
			t.Errorf("closing took %v", d)
		}
		if _, err := get(t, c, 1); !errors.Is(err, ErrClosed) {
			t.Errorf("after Close the error is %v", err)
		}
		if len(c.flights) != 0 {
			t.Errorf("%d flights are left", len(c.flights))
		}
	})
}

func TestIdleHostsAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := testConfig()
		cfg.Wikis = []Wiki{{Match: "w", API: "http://{domain}/api.php", Domains: []string{"*.example"}}}
		c := newClient(t, cfg, upTo(1))
		for i := range 3 * maxIdleHosts {
			domain := fmt.Sprintf("d%d.example", i)
			if _, err := c.Texts(t.Context(), Request{Wiki: "w", Domain: domain, RevID: 1}); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		if n := len(c.hosts); n > maxIdleHosts {
			t.Errorf("%d hosts are remembered, want at most %d", n, maxIdleHosts)
		}
	})
}

func TestWithoutRouteNothingIsCalled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wiki := upTo(1)
		c := newClient(t, testConfig(), wiki)
		for _, name := range []string{"otherwiki", "", "test\nwiki", "testwiki.evil.example"} {
			if _, err := c.Texts(t.Context(), Request{Wiki: name, RevID: 1}); !errors.Is(err, ErrWikiNotConfigured) {
				t.Errorf("%q: error is %v, want %v", name, err, ErrWikiNotConfigured)
			} else if strings.ContainsRune(err.Error(), '\n') {
				t.Errorf("%q: error has a line break", name)
			}
		}
		for _, rev := range []int64{0, -5} {
			_, err := get(t, c, rev)
			wantError(t, err, RevisionNotFound, rev, false)
		}
		if n := len(wiki.made()); n != 0 {
			t.Errorf("%d calls, want none", n)
		}
	})
}
