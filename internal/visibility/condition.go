package visibility

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
)

// condition is how a reader is doing, for those who watch it from other goroutines.
type condition struct {
	mu       sync.Mutex
	started  bool
	current  bool      // the lookback was read
	absent   []string  // topics that do not exist
	lag      [2]int64  // at the last two looks: a rush is no trouble
	waiting  int       // revisions that the store does not know of
	since    time.Time // when the store was to know
	failures [3]error  // by what failed
}

// What can fail.
const (
	looking = iota
	reading
	storing
)

func (c *condition) set(f func(*condition)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f(c)
}

func (c *condition) wait(n int, now time.Time) {
	c.set(func(c *condition) {
		if c.waiting == 0 {
			c.since = now
		}
		c.waiting = n
	})
}

// report notes the outcome of one thing, and tells whether trouble began or ended by
// it, and what the trouble is.
func (c *condition) report(what int, err error) (changed bool, trouble error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := errors.Join(c.failures[:]...)
	c.failures[what] = err
	trouble = errors.Join(c.failures[:]...)
	return (before == nil) != (trouble == nil), trouble
}

// What is waited for or behind for less is no warning.
const (
	longWait = 30 * time.Second
	longLag  = 1000
)

func (c *condition) warnings(now, from time.Time) (list []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	add := func(is bool, format string, args ...any) {
		if is {
			list = append(list, fmt.Sprintf(format, args...))
		}
	}
	add(c.started && !c.current, "what was hidden since %s is not all read yet, and may appear in events", from.UTC().Format(time.RFC3339))
	add(len(c.absent) > 0, "visibility.topics has %s, of which there is no topic (or this user may not see it): nobody says there what is hidden", strings.Join(c.absent, ", "))
	lag := min(c.lag[0], c.lag[1])
	add(c.current && lag > longLag, "%d records of visibility.topics are not read yet: what they hide may appear in events", lag)
	add(c.waiting > 0 && now.Sub(c.since) > longWait, "%d revisions were hidden, deleted or shown again, and for %v the store does not take it: other instances may not know",
		c.waiting, now.Sub(c.since).Round(time.Second))
	if err := errors.Join(c.failures[:]...); err != nil {
		list = append(list, strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	return list
}
