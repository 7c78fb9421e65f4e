package fetch

import (
	"errors"
	"fmt"
	"strings"
)

// ErrWikiNotConfigured says that no entry of wikis serves the wiki, or that the
// event's domain is not one that its entry allows. No call was made.
var ErrWikiNotConfigured = errors.New("no API is configured for the wiki")

// ErrClosed says that the client was closed before the texts arrived.
var ErrClosed = errors.New("the client is closed")

// Types of [Error]. All but TextTooLarge are the names that revscoring shows its
// users (revscoring/errors.py); consumers of score events match on them.
const (
	RevisionNotFound      = "RevisionNotFound"      // never existed, deleted, or not replicated yet
	TextDeleted           = "TextDeleted"           // hidden or suppressed
	MissingResource       = "MissingResource"       // the wiki lost the text
	TextTooLarge          = "TextTooLarge"          // over max_text_bytes, or over what the API can answer
	CaughtDependencyError = "CaughtDependencyError" // the API refused, or did not answer in time
)

// Error says why the text of one revision cannot be had. RevID is the one
// concerned, which may be the parent of the revision asked for.
type Error struct {
	Type      string
	Wiki      string
	RevID     int64
	Transient bool // the same request may succeed later
	// Code says in a word why another try may help: [NotReplicated], or the outcome of
	// the last call as revscore_fetch_calls_total counts it, as maxlag or http_503. It
	// is empty where none would.
	Code string
	Err  error
}

// NotReplicated is the code of a RevisionNotFound of a revision so young that the wiki's
// database may not have it everywhere. It is no transient failure: fetch has waited for
// it as long as it should be waited for, and most that are still missing were deleted.
const NotReplicated = "not_replicated"

// Codes of transient failures without an answer of the wiki.
const (
	codeLeftOut = "left_out" // it answers, but not about the revision
	codeNoTurn  = "no_turn"  // no call could begin before the deadline
)

// KnownCode tells whether an [Error] may have this code: a table that has another one
// is mistaken.
func KnownCode(code string) bool {
	switch code {
	case NotReplicated, codeLeftOut, codeNoTurn, "maxlag", "ratelimited", "readonly", "internal_api_error",
		"timeout", "connection", "invalid_json", "broken_body", "http_408", "http_425", "http_429":
		return true
	}
	return len(code) == len("http_503") && strings.HasPrefix(code, "http_5")
}

func (e *Error) Error() string {
	return fmt.Sprintf("fetch revision %d of %s: %s: %v", e.RevID, printable(e.Wiki), e.Type, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// failure is an Error before it is known for which caller.
type failure struct {
	kind      string
	transient bool
	code      string
	err       error
}

func (f *failure) of(wiki string, rev int64) error {
	if errors.Is(f.err, ErrClosed) {
		return fmt.Errorf("fetch revision %d of %s: %w", rev, printable(wiki), ErrClosed)
	}
	return &Error{Type: f.kind, Wiki: wiki, RevID: rev, Transient: f.transient, Code: f.code, Err: f.err}
}

// What an answer may say of one revision instead of giving its text.
var (
	failedNotFound = &failure{kind: RevisionNotFound, err: errors.New("the wiki has no such revision, or it was deleted")}
	failedYoung    = &failure{kind: RevisionNotFound, code: NotReplicated, err: errors.New("the wiki has no such revision yet, or it was deleted at once")}
	failedHidden   = &failure{kind: TextDeleted, err: errors.New("the text is hidden")}
	failedMissing  = &failure{kind: MissingResource, err: errors.New("the wiki has lost the text")}
	failedResult   = &failure{kind: TextTooLarge, err: errors.New("the text is larger than a result of the API may be")}
	failedClosed   = &failure{kind: CaughtDependencyError, transient: true, err: ErrClosed}
)

// printable keeps a name that came with an event from breaking a log line.
func printable(name string) string {
	if !wikiName(name) {
		return fmt.Sprintf("%.80q", name)
	}
	return name
}
