package sink

import (
	"fmt"
	"strings"

	"revscore/internal/event"
)

// RefusedError says that messages were refused for what they are, that all others have
// arrived in all their sinks, and dead letters about the refused ones in those of the
// stream of dead letters: nothing is to be sent again. About a letter that is itself
// refused there is none.
type RefusedError struct {
	Refusals []Refusal // at least one
}

// Refusal is one message that one sink will never take. Other sinks of its stream
// have it, unless they are in the list as well.
type Refusal struct {
	Stream  string
	Sink    string
	Message event.Message // as it was published, in JSON
	Err     error         // such as *eventgate.RejectedError

	lettered bool // its letter has been handed over with the other messages
}

func (e *RefusedError) Error() string {
	texts := make([]string, len(e.Refusals))
	for i, r := range e.Refusals {
		texts[i] = fmt.Sprintf("stream %s: refused by %s: %v", r.Stream, r.Sink, r.Err)
	}
	return strings.Join(texts, "; ")
}

// Unwrap gives the sinks' own errors.
func (e *RefusedError) Unwrap() []error {
	errs := make([]error, len(e.Refusals))
	for i, r := range e.Refusals {
		errs[i] = r.Err
	}
	return errs
}
