package feature

import (
	"errors"
	"fmt"

	"revscore/internal/score/wikibase"
)

// Error is a feature that could not be computed.
type Error struct {
	// Type is the name of the fault in revscoring/errors.py, which users of the
	// scores know: one of those below.
	Type    string
	Feature string
	Err     error
}

const (
	TypeUserDeleted    = "UserDeleted"
	TypeTextDeleted    = "TextDeleted"
	TypeCommentDeleted = "CommentDeleted"
	TypeContent        = "UnexpectedContentType" // of an item whose text is no JSON
	TypeCaught         = "CaughtDependencyError" // all that fails while computing
)

func (e *Error) Error() string {
	return fmt.Sprintf("compute %s: %s: %v", e.Feature, e.Type, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

var (
	errUserHidden    = errors.New("the wiki withholds the user")
	errTextHidden    = errors.New("the wiki withholds the text")
	errCommentHidden = errors.New("the wiki withholds the comment")
	errNoTime        = errors.New("the revision's timestamp is unknown")
	errNoHistory     = errors.New("events do not tell of the page's and the user's earlier edits")
	errNoText        = errors.New("there is no text to encode") // the reference raises a TypeError
	errDivision      = errors.New("division by zero")           // ZeroDivisionError
	errDomain        = errors.New("the logarithm of a number that is not positive")
	errNotFinite     = errors.New("the number is too large")
)

// newError says which type of fault err is to the feature.
func newError(feature string, err error) *Error {
	e := &Error{Type: TypeCaught, Feature: feature, Err: err}
	switch {
	case errors.Is(err, errUserHidden):
		e.Type = TypeUserDeleted
	case errors.Is(err, errTextHidden):
		e.Type = TypeTextDeleted
	case errors.Is(err, errCommentHidden):
		e.Type = TypeCommentDeleted
	case errors.Is(err, wikibase.ErrNotJSON):
		e.Type = TypeContent
	}
	return e
}

// CompileError is a feature that cannot be computed by any plan.
type CompileError struct {
	Feature string
	Expr    string
	Offset  int // in bytes from the start of Expr
	Reason  string
}

func (e *CompileError) Error() string {
	return fmt.Sprintf("feature %s: %q, offset %d: %s", e.Feature, e.Expr, e.Offset, e.Reason)
}

// Why a call means nothing.
var (
	errTwoLists  = errors.New("one list, or several numbers")
	errOneNumber = errors.New("the extreme of a single number")
	errGroups    = errors.New("the pattern captures groups: write (?:…)")
)
