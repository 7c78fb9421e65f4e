package score

import (
	"context"
	"errors"
	"sync"

	"revscore/internal/event"
)

// turns keeps the events of one page in order while they are worked on in
// parallel, and keeps two deliveries of one revision from racing each other.
//
// An event joins in the order of arrival and remembers the event of its page
// before it. It publishes only when that one has published (or needed not to),
// so the events of a page leave in the order in which they came; nothing waits
// for a broker's acknowledgement, only for the place in the producer's queue.
// A second delivery of the same revision in flight waits longer, until the
// first has its acknowledgement and mark, and then finds itself answered.
//
// When an event is given up (its context ended) the later ones of its page must
// not overtake it: they fail as well and are delivered again with it. Waiting is
// always for an earlier event, so there is no cycle and no deadlock.
type turns struct {
	mu        sync.Mutex
	pages     map[pageKey]*turn
	revisions map[revisionKey]*turn
}

// pageKey has the partition in it: Kafka orders nothing across partitions, and a
// revoked one must not take the events of another down with it.
type pageKey struct {
	topic     string
	partition int32
	wiki      string
	page      int64
}

type revisionKey struct {
	wiki string
	rev  int64
}

// turn is one event's place.
type turn struct {
	owner    *turns
	page     pageKey
	revision revisionKey

	before *turn // the page's event before this one, nil: none in flight
	same   *turn // an earlier delivery of the same revision, nil: none in flight

	passed   chan struct{} // closed: the next of the page may publish
	kept     bool          // set before passed is closed: the order was kept
	finished chan struct{} // closed: acknowledged and marked, or given up
}

func newTurns() *turns {
	return &turns{pages: map[pageKey]*turn{}, revisions: map[revisionKey]*turn{}}
}

// errOvertaken is what a later event of a page gets when an earlier one was
// given up.
var errOvertaken = errors.New("an earlier event of the page was given up")

func (t *turns) join(src event.Source, rev *event.Revision) *turn {
	n := &turn{
		owner: t, page: pageKey{src.Topic, src.Partition, rev.Wiki, rev.PageID}, revision: revisionKey{rev.Wiki, rev.RevID},
		passed: make(chan struct{}), finished: make(chan struct{}),
	}
	t.mu.Lock()
	n.before, n.same = t.pages[n.page], t.revisions[n.revision]
	t.pages[n.page], t.revisions[n.revision] = n, n
	t.mu.Unlock()
	return n
}

// first waits until no earlier delivery of the revision is in flight.
func (n *turn) first(ctx context.Context) error {
	if n.same == nil {
		return ctx.Err()
	}
	select {
	case <-n.same.finished:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// wait returns when the page's earlier events have their places in the output.
func (n *turn) wait(ctx context.Context) error {
	if n.before == nil {
		return ctx.Err()
	}
	select {
	case <-n.before.passed:
		if !n.before.kept {
			return errOvertaken
		}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// pass lets the page's next event publish. Call it at most once, after wait.
func (n *turn) pass() {
	n.kept = true
	close(n.passed)
	n.before = nil // a chain of finished turns must not stay reachable
}

// leave ends the turn; without a pass before it the order counts as broken.
func (n *turn) leave() {
	if !n.kept {
		close(n.passed)
	}
	n.before, n.same = nil, nil
	close(n.finished)
	t := n.owner
	t.mu.Lock()
	if t.pages[n.page] == n {
		delete(t.pages, n.page)
	}
	if t.revisions[n.revision] == n {
		delete(t.revisions, n.revision)
	}
	t.mu.Unlock()
}
