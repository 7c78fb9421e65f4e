package feature

import (
	"errors"
	"fmt"
)

// Error is a feature that could not be computed.
type Error struct {
	// Type is the name of the fault in revscoring/errors.py, which users of the
	// scores know: TypeUserDeleted, TypeTextDeleted or TypeCaught.
	Type    string
	Feature string
	Err     error
}

const (
	TypeUserDeleted = "UserDeleted"
	TypeTextDeleted = "TextDeleted"
	TypeCaught      = "CaughtDependencyError" // all that fails while computing
)

func (e *Error) Error() string {
	return fmt.Sprintf("compute %s: %s: %v", e.Feature, e.Type, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

var (
	errUserHidden = errors.New("the wiki withholds the user")
	errTextHidden = errors.New("the wiki withholds the text")
	errNoTime     = errors.New("the revision's timestamp is unknown")
)

// newError says which type of fault err is to the feature.
func newError(feature string, err error) *Error {
	e := &Error{Type: TypeCaught, Feature: feature, Err: err}
	switch {
	case errors.Is(err, errUserHidden):
		e.Type = TypeUserDeleted
	case errors.Is(err, errTextHidden):
		e.Type = TypeTextDeleted
	}
	return e
}

// SyntaxError is a feature name that cannot be read.
type SyntaxError struct {
	Name   string
	Offset int // in bytes from the start of Name
	Reason string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("feature %q, offset %d: %s", e.Name, e.Offset, e.Reason)
}
