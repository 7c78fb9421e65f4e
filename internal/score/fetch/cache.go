package fetch

import (
	"fmt"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"
)

// key names a text. It has the API in it, not the wiki: an event that pairs a
// wiki with another one's domain then poisons nothing but its own score.
type key struct {
	api string
	rev int64
}

// cache keeps texts for a while, and forgets on request those that were hidden.
//
// A text that is asked for when it is forgotten must not enter afterwards, and no
// answer says when the wiki took it from its database; nor does an API that lags behind
// its wiki yet know that the text is hidden. So what was forgotten is not kept for
// forgetFor, whoever brings it.
type cache struct {
	texts     *otter.Cache[key, *Text] // nil: none
	keepFor   time.Duration
	forgetFor time.Duration

	mu        sync.Mutex // also orders put before forget or after it
	forgotten map[forgotten]time.Time
	shut      time.Time // until then nothing is kept: too much was forgotten to remember it
}

// forgotten is a revision or a page of an API.
type forgotten struct {
	key
	page bool // key.rev is a page
}

// maxForgotten bounds what is remembered to have been forgotten; some 10 MB.
const maxForgotten = 100_000

// lagBehind is how old an answer may be when it comes, beside the time that the call
// takes: replicas lag by seconds, and calls are refused beyond max_lag.
const lagBehind = time.Minute

func newCache(cfg Config) (*cache, error) {
	c := &cache{keepFor: cfg.CacheFor, forgetFor: cfg.Timeout + lagBehind, forgotten: map[forgotten]time.Time{}}
	if cfg.CacheBytes == 0 {
		return c, nil
	}
	var err error
	c.texts, err = otter.New(&otter.Options[key, *Text]{
		MaximumWeight: uint64(cfg.CacheBytes),
		Weigher:       func(_ key, t *Text) uint32 { return t.weight() },
		Executor:      func(fn func()) { fn() }, // no goroutines that nobody waits for
	})
	if err != nil {
		return nil, fmt.Errorf("text cache: %w", err)
	}
	return c, nil
}

// get does not hold mu: whatever was forgotten is out of texts.
func (c *cache) get(k key) *Text {
	if c.texts == nil {
		return nil
	}
	t, ok := c.texts.GetIfPresent(k)
	if !ok || time.Since(t.fetched) > c.keepFor {
		return nil
	}
	return t
}

// put keeps the texts of an answer but those that were forgotten of late.
func (c *cache) put(api string, ans answer) {
	if c.texts == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if now.Before(c.shut) {
		return
	}
	for rev, o := range ans.outcomes {
		if o.text == nil {
			continue
		}
		k := key{api, rev}
		if now.Before(c.forgotten[forgotten{key: k}]) || now.Before(c.forgotten[forgotten{key{api, o.text.PageID}, true}]) {
			continue
		}
		c.texts.Set(k, o.text)
	}
}

// forget drops the texts of some revisions and returns how many there were.
func (c *cache) forget(api string, revs []int64) (dropped int) {
	if c.texts == nil {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	for _, rev := range revs {
		k := key{api, rev}
		c.remember(forgotten{key: k}, now)
		if _, ok := c.texts.Invalidate(k); ok {
			dropped++
		}
	}
	return dropped
}

// forgetPage drops the texts of a page and returns whose they were. It looks at every
// text there is: pages are deleted now and then, and an index by page would have to be
// kept up with every text.
func (c *cache) forgetPage(api string, page int64) (revs []int64) {
	if c.texts == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.remember(forgotten{key{api, page}, true}, time.Now())
	for k, t := range c.texts.All() {
		if k.api == api && t.PageID == page {
			revs = append(revs, k.rev)
		}
	}
	for _, rev := range revs {
		c.texts.Invalidate(key{api, rev})
	}
	return revs
}

// remember is called with mu held.
func (c *cache) remember(f forgotten, now time.Time) {
	if len(c.forgotten) >= maxForgotten {
		for old, until := range c.forgotten {
			if !now.Before(until) {
				delete(c.forgotten, old)
			}
		}
	}
	if len(c.forgotten) >= maxForgotten {
		clear(c.forgotten)
		c.shut = now.Add(c.forgetFor)
	}
	c.forgotten[f] = now.Add(c.forgetFor)
}

func (c *cache) bytes() float64 {
	if c.texts == nil {
		return 0
	}
	return float64(c.texts.WeightedSize())
}
