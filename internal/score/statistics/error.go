package statistics

import (
	"errors"
	"fmt"
)

// ErrNotFound is of the errors that say that a path leads nowhere: the
// original's KeyError and its subclass ModelInfoLookupError.
var ErrNotFound = errors.New("not in the model's information")

// Exception is a class of Python's exceptions, or of revscoring's.
type Exception string

const (
	LookupError      Exception = "ModelInfoLookupError" // a name that try_key does not find
	KeyError         Exception = "KeyError"             // a name that is not found elsewhere
	ValueError       Exception = "ValueError"           // unbalanced quotes, or no threshold query
	TypeError        Exception = "TypeError"            // a path into what has no parts
	IndexError       Exception = "IndexError"           // an empty name: two dots, or one at an end
	AttributeError   Exception = "AttributeError"       // a number asked of a table of thresholds
	OverflowError    Exception = "OverflowError"        // an infinity that should be rounded
	ConsistencyError Exception = "ModelConsistencyError"
	DivisionError    Exception = "ZeroDivisionError"
)

// Error is a question that the original raises an exception for.
type Error struct {
	Exception Exception
	Reason    string
}

func (e *Error) Error() string { return string(e.Exception) + ": " + e.Reason }

// Is makes both ways of not being there one: errors.Is(err, ErrNotFound).
func (e *Error) Is(target error) bool {
	return target == ErrNotFound && (e.Exception == KeyError || e.Exception == LookupError)
}

func raise(class Exception, format string, args ...any) error {
	return &Error{class, fmt.Sprintf(format, args...)}
}

func raised(err error, class Exception) bool {
	var e *Error
	return errors.As(err, &e) && e.Exception == class
}
