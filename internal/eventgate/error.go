package eventgate

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
)

var (
	// ErrClosed is given to what was not answered when the sink closed.
	ErrClosed = errors.New("the sink is closed")
	// ErrFull is given to an offered event when the queue has no room.
	ErrFull = errors.New("the queue is full")
	// ErrDeadline is given, with the last cause, to an event that the gate could
	// not take within the deadline. It may come through another time.
	ErrDeadline = errors.New("the deadline is over")
	// ErrBehind is given to events of a page behind one that was given up: sent
	// alone they would arrive before it.
	ErrBehind = errors.New("an earlier event of its page was given up")
)

// Reason is why an event will never be taken.
type Reason string

// The reasons, as metrics have them.
const (
	Malformed     Reason = "malformed"      // not JSON, or without meta.id; it was not sent
	Invalid       Reason = "invalid"        // against its schema
	UnknownSchema Reason = "unknown_schema" // the gate has no schema of that name
	TooLarge      Reason = "too_large"      // for a request, or for the gate's broker
	Unprocessable Reason = "unprocessable"  // by itself it makes requests fail, while others succeed
)

// RejectedError says that an event is refused for what it is: sending it again
// is of no use, and what it was made from belongs into a dead letter. Every
// other error of the sink may be gone the next time.
type RejectedError struct {
	Topic  string // where the event was to go
	ID     string // its meta.id, if it has one
	Reason Reason
	Detail string // the gate's words, shortened
}

func (e *RejectedError) Error() string {
	return fmt.Sprintf("event %s of %s is refused (%s): %s", cmp.Or(e.ID, "without id"), e.Topic, e.Reason, e.Detail)
}

// permanent are the gate's words for an event that it could not process (status
// error, not invalid) and never will; it has no codes for them. EventGate
// lib/EventValidator.js and lib/factories/default-eventgate.js; librdkafka
// rdkafka.c says the last one of the broker's limit and of its own. A stream that
// the gate does not know is not among them: its configuration can be mended, and
// dead letters for all events are not what its operator wants meanwhile.
var permanent = []struct {
	words  string
	reason Reason
}{
	{"Failed loading schema at", UnknownSchema},
	{"Event schema URI cannot be extracted", UnknownSchema},
	{"Message size too large", TooLarge},
}

// reasonOf finds out whether the gate's words for an error are final.
func reasonOf(message string) (Reason, bool) {
	for _, p := range permanent {
		if strings.Contains(message, p.words) {
			return p.reason, true
		}
	}
	return "", false
}

// maxDetail bounds what of the gate's words gets into errors, and from there into
// dead letters and logs.
const maxDetail = 300

func shorten(s string) string {
	if len(s) <= maxDetail {
		return strings.ToValidUTF8(s, "\ufffd")
	}
	return strings.ToValidUTF8(s[:maxDetail], "") + "…"
}
