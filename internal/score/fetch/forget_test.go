package fetch

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
)

// cachedOf tells which of some revisions are in the cache.
func cachedOf(c *Client, revs ...int64) (cached []int64) {
	for _, rev := range revs {
		if c.cache.get(key{testAPI, rev}) != nil {
			cached = append(cached, rev)
		}
	}
	return cached
}

// What was forgotten is asked for again, is answered, and is not kept until the wiki's
// replicas must know that it is hidden.
func TestForget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wiki := upTo(3)
		c := newClient(t, testConfig(), wiki)
		fetch := func(rev int64) {
			t.Helper()
			if _, err := get(t, c, rev); err != nil {
				t.Fatal(err)
			}
		}
		for rev := range int64(3) {
			fetch(rev + 1)
		}
		if n := c.Forget("testwiki", "wiki.example", []int64{1, 2, 77}); n != 2 {
			t.Errorf("%d texts were dropped, want 2", n)
		}
		if got := cachedOf(c, 1, 2, 3); !slices.Equal(got, []int64{3}) {
			t.Errorf("cached are %v, want 3", got)
		}
		fetch(1)
		fetch(1)
		if n := wiki.asked()[1]; n != 3 || len(cachedOf(c, 1)) != 0 {
			t.Errorf("after it was forgotten revision 1 was asked for %d times in all, want 3, and kept", n)
		}
		time.Sleep(testConfig().Timeout + lagBehind)
		fetch(1)
		if len(cachedOf(c, 1)) != 1 {
			t.Error("a text is never kept again")
		}
		if n := testutil.ToFloat64(c.metrics.forgotten); n != 2 {
			t.Errorf("%v counted", n)
		}
		for _, wiki := range []string{"another", "", "\x00"} {
			if n := c.Forget(wiki, "wiki.example", []int64{3}); n != 0 || c.ForgetPage(wiki, "", 3) != nil {
				t.Errorf("a text of %q was dropped", wiki)
			}
		}
	})
}

func TestForgetPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wiki := upTo(4)
		wiki.pages = map[int64]int64{1: 9, 2: 9, 3: 9, 4: 10}
		c := newClient(t, testConfig(), wiki)
		for _, rev := range []int64{1, 2, 4} {
			if _, err := get(t, c, rev); err != nil {
				t.Fatal(err)
			}
		}
		revs := c.ForgetPage("testwiki", "wiki.example", 9)
		if slices.Sort(revs); !slices.Equal(revs, []int64{1, 2}) || !slices.Equal(cachedOf(c, 1, 2, 4), []int64{4}) {
			t.Errorf("dropped %v, left %v, want 1, 2 and 4", revs, cachedOf(c, 1, 2, 4))
		}
		// A revision of the page that nobody had asked for is not kept either.
		if _, err := get(t, c, 3); err != nil || len(cachedOf(c, 3)) != 0 {
			t.Errorf("a text of a forgotten page was kept: %v", err)
		}
		if revs := c.ForgetPage("testwiki", "wiki.example", 4711); revs != nil {
			t.Errorf("of an unknown page %v were dropped", revs)
		}
	})
}

// A text is on its way when it is hidden: who waits gets it, and nobody after that.
func TestForgetInFlight(t *testing.T) {
	for name, forget := range map[string]func(*Client){
		"revision": func(c *Client) { c.Forget("testwiki", "", []int64{1}) },
		"page":     func(c *Client) { c.ForgetPage("testwiki", "", 9) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				wiki := upTo(1)
				wiki.pages, wiki.latency = map[int64]int64{1: 9}, 5*time.Second
				c := newClient(t, testConfig(), wiki)
				var waiting sync.WaitGroup
				waiting.Go(func() {
					if _, err := get(t, c, 1); err != nil {
						t.Errorf("who waited: %v", err)
					}
				})
				time.Sleep(time.Second) // the call is made
				forget(c)
				waiting.Wait()
				if cached := cachedOf(c, 1); cached != nil {
					t.Error("it was kept when it came")
				}
			})
		})
	}
}

// What there is to forget is bounded. Beyond that no text is kept for a while.
func TestForgetIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, testConfig(), upTo(2))
		revs := make([]int64, maxForgotten+1)
		for i := range revs {
			revs[i] = int64(i) + 1000
		}
		c.Forget("testwiki", "", revs[:maxForgotten])
		if _, err := get(t, c, 1); err != nil || len(cachedOf(c, 1)) != 1 {
			t.Errorf("a text beside all those was not kept: %v", err)
		}
		c.Forget("testwiki", "", revs[maxForgotten:])
		if n := len(c.cache.forgotten); n > maxForgotten {
			t.Errorf("%d are remembered", n)
		}
		if _, err := get(t, c, 2); err != nil || len(cachedOf(c, 2)) != 0 {
			t.Errorf("a text was kept though it may be one of those: %v", err)
		}
		time.Sleep(testConfig().Timeout + lagBehind)
		c.Forget("testwiki", "", revs) // all that was remembered has gone by
		if _, err := get(t, c, 2); err != nil {
			t.Fatal(err)
		}
		time.Sleep(testConfig().Timeout + lagBehind)
		if _, err := get(t, c, 2); err != nil || len(cachedOf(c, 2)) != 1 {
			t.Errorf("no text is kept any more: %v", err)
		}
	})
}

func TestForgetWithoutACache(t *testing.T) {
	cfg := testConfig()
	cfg.CacheBytes = 0
	c := newClient(t, cfg, upTo(1))
	if c.Forget("testwiki", "", []int64{1}) != 0 || c.ForgetPage("testwiki", "", 1) != nil || len(c.cache.forgotten) != 0 {
		t.Error("something was forgotten of nothing")
	}
}
