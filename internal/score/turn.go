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
	mu        sync.Mutex            // guards the maps and the links of all turns
	pages     map[pageKey]*turn     // the latest in flight
	revisions map[revisionKey]*turn // the same
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

	before *turn // the page's event before this one when it came, nil: none in flight

	ofPage, ofRevision links

	passed   chan struct{} // closed: the next of the page may publish
	kept     bool          // set before passed is closed: the order was kept
	finished chan struct{} // closed: acknowledged and marked, or given up
}

// links are a turn's neighbours among those in flight. A turn that is given up
// may leave before an earlier one; without links whoever comes next would not
// know of the earlier one and overtake it.
type links struct{ earlier, later *turn }

func (n *turn) pageLinks() *links     { return &n.ofPage }
func (n *turn) revisionLinks() *links { return &n.ofRevision }

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
	n.before = t.pages[n.page]
	link(t.pages, n.page, n, (*turn).pageLinks)
	link(t.revisions, n.revision, n, (*turn).revisionLinks)
	t.mu.Unlock()
	return n
}

// link makes n the latest of its key.
func link[K comparable](latest map[K]*turn, key K, n *turn, of func(*turn) *links) {
	if last := latest[key]; last != nil {
		of(n).earlier, of(last).later = last, n
	}
	latest[key] = n
}

// unlink takes n out from between its neighbours.
func unlink[K comparable](latest map[K]*turn, key K, n *turn, of func(*turn) *links) {
	at := of(n)
	switch {
	case at.later != nil:
		of(at.later).earlier = at.earlier
	case at.earlier != nil:
		latest[key] = at.earlier
	default:
		delete(latest, key)
	}
	if at.earlier != nil {
		of(at.earlier).later = at.later
	}
	*at = links{}
}

// first waits until no earlier delivery of the revision is in flight.
func (n *turn) first(ctx context.Context) error {
	for {
		n.owner.mu.Lock()
		same := n.ofRevision.earlier
		n.owner.mu.Unlock()
		if same == nil {
			return ctx.Err()
		}
		select {
		case <-same.finished: // if it was given up there may be another before it
		case <-ctx.Done():
			return ctx.Err()
		}
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
	n.before = nil
	t := n.owner
	t.mu.Lock()
	unlink(t.pages, n.page, n, (*turn).pageLinks)
	unlink(t.revisions, n.revision, n, (*turn).revisionLinks)
	t.mu.Unlock()
	close(n.finished)
}
