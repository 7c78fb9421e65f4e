package dedupe

import (
	"context"
	"errors"
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

// Store is the contract that all implementations here keep and one test suite
// checks. Stores are safe for concurrent use and keep no slice they were given.
type Store interface {
	// Lookup answers for every key, in order. It is all or nothing: with an
	// error there are no states.
	Lookup(ctx context.Context, keys []Key) ([]State, error)
	// Remember writes the score and the sent-mark of each entry; call it only
	// after the broker acknowledged the event. After an error each entry may
	// be remembered or not.
	Remember(ctx context.Context, entries []Entry) error
	// Close lets calls in progress finish, each within its deadline, and
	// waits for them. Later calls get [ErrClosed].
	Close() error
}
