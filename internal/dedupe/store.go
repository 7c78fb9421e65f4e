package dedupe

import (
	"context"
	"errors"
	"time"
)

// ErrClosed is the answer of a store to every call after Close began.
var ErrClosed = errors.New("dedupe store is closed")

// Key names one score event. A canary, which is passed through unscored, has
// "canary" for a wiki and the source event's id for a model.
type Key struct {
	Stream, Wiki, Model, Version string
	RevID                        int64
}

// State is what a store knows of a key. The zero State is an unknown key.
type State struct {
	Sent  bool   // the event was acknowledged before
	Score []byte // JSON score document, nil: not cached; not to be modified
}

// Entry is one acknowledged event.
type Entry struct {
	Key   Key
	Score []byte // nil: do not cache a score (error events, canaries)
}

// Work is what Begin found out about one revision.
type Work struct {
	States []State // one per key, in order
	// Gone says why the revision cannot be had, in the word that End was given
	// not long ago; empty: nothing of the kind is known. A revision whose text is
	// hidden is gone, whatever End was given, and its States have no scores.
	Gone string
	// Hidden is what was hidden of the revision and is not to appear in events.
	Hidden Hidden
	// Claim is never nil after a Begin without an error, and goes to End or
	// Release whether it was granted or not.
	Claim *Claim
	// Held is how long the claim of whoever works on the revision now will last
	// if it is not renewed; 0: nobody else does.
	Held time.Duration
}

// Result is what came of a revision.
type Result struct {
	Entries []Entry // the events that were acknowledged
	// Gone is why the revision cannot be had (a word: letters and digits), to
	// be known for negative_ttl; empty: it could be, or another try may help.
	Gone string
}

// Store is the contract that all implementations here keep and one test suite
// checks. Stores are safe for concurrent use and keep no slice they were given.
//
// Begin and End are Lookup and Remember for the keys of one revision, each in
// the same single request to Redis, with the claim taken and given back on the
// way:
//
//	work, err := store.Begin(ctx, keys)
//	defer store.Release(work.Claim) // on every way out
//	… compute and publish what work.States says is not sent …
//	err = store.End(ctx, work.Claim, Result{Entries: acknowledged})
type Store interface {
	// Lookup answers for every key, in order. It is all or nothing: with an
	// error there are no states.
	Lookup(ctx context.Context, keys []Key) ([]State, error)
	// Remember writes the score and the sent-mark of each entry; call it only
	// after the broker acknowledged the event. After an error each entry may
	// be remembered or not.
	Remember(ctx context.Context, entries []Entry) error
	// Begin looks up the keys, which are of one revision, and claims the
	// revision unless all are sent or somebody else has it. What it answers of
	// the keys was true when the claim was granted.
	Begin(ctx context.Context, keys []Key) (Work, error)
	// End remembers what came of a Begin and then gives its claim back. Without
	// a claim (nil) it is Remember.
	End(ctx context.Context, c *Claim, r Result) error
	// Release gives a claim back without a result. After End, for a claim that
	// was not granted and for nil it does nothing. It waits for Redis within
	// its deadlines; a claim that cannot be given back expires.
	Release(c *Claim)
	// Close lets calls in progress finish, each within its deadline, and
	// waits for them. Later calls get [ErrClosed].
	Close() error
}

// Keeper is what can be done to a store from outside the way of an event. All
// stores here can, and keep the same contract.
type Keeper interface {
	// Forget drops the scores of revisions of a wiki, of all models, and what
	// is known of their being gone; marks stay, and so does what is hidden. A
	// score that is being computed under a claim meanwhile is dropped when it
	// arrives. It returns how many keys there were, of those dropped before an
	// error if there is one.
	Forget(ctx context.Context, wiki string, revs []int64) (int64, error)
	// Hide notes for hidden_ttl what is hidden of revisions of a wiki, in place of
	// what was known before; the zero Hidden: nothing any more. With the text it
	// forgets the scores, as Forget does.
	Hide(ctx context.Context, wiki string, revs []int64, h Hidden) (int64, error)
	// HideAt is Hide for an event of some time ago. What is known from later stays.
	HideAt(ctx context.Context, wiki string, revs []int64, h Hidden, at time.Time) (int64, error)
	// HiddenOf tells for each revision what is hidden of it. It is all or nothing:
	// with an error nothing is known.
	HiddenOf(ctx context.Context, wiki string, revs []int64) ([]Hidden, error)
	// Purge deletes what the filter selects, and says what it deleted before
	// an error if there is one.
	Purge(ctx context.Context, f Filter) (Purged, error)
	// Stats counts what there is. It reads every key's name, and negative entries.
	Stats(ctx context.Context) (Stats, error)
}
