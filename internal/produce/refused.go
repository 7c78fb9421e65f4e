package produce

import (
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"

	"revscore/internal/event"
)

// RefusedError tells that brokers do not take a message.
type RefusedError struct {
	Message event.Message
	Size    int // in bytes, uncompressed, as the limit counts it
	Limit   int // most that fits; 0: not known, or size was not the reason

	// Final says that the message is at fault: the next try would be refused too, and
	// all that was published with it is not affected. Otherwise an operator can mend
	// the reason, such as a right or a topic that is missing, and it is to be tried again.
	Final bool

	Err error
}

func (e *RefusedError) Error() string {
	text := fmt.Sprintf("publish to topic %s: %v", e.Message.Topic, e.Err)
	switch {
	case errors.Is(e.Err, kerr.MessageTooLarge) && e.Limit > 0:
		text += fmt.Sprintf(": it has %d bytes, %d fit: raise produce.max_message_bytes and the topic's max.message.bytes, whichever is smaller", e.Size, e.Limit)
	case errors.Is(e.Err, kerr.MessageTooLarge):
		text += fmt.Sprintf(": it has %d bytes: raise the topic's max.message.bytes, or lower produce.max_message_bytes to it", e.Size)
	case errors.Is(e.Err, kerr.TopicAuthorizationFailed):
		text += ": grant the service's user WRITE on the topic"
	case errors.Is(e.Err, kerr.UnknownTopicOrPartition):
		text += ": create the topic, or let produce.create_topics and the broker do it; a user without DESCRIBE on it is told the same"
	case errors.Is(e.Err, kerr.TransactionalIDAuthorizationFailed):
		text += ": grant the service's user WRITE and DESCRIBE on the transactional id"
	}
	return text
}

func (e *RefusedError) Unwrap() error { return e.Err }

// Refused makes a RefusedError of what a broker said of a message. Other errors, such
// as a context's, only get the topic's name.
func Refused(m event.Message, err error) error {
	var kafka *kerr.Error
	if !errors.As(err, &kafka) {
		return fmt.Errorf("publish to topic %s: %w", m.Topic, err)
	}
	return &RefusedError{Message: m, Size: size(m), Final: ofTheBatch(kafka), Err: err}
}

// ofTheBatch tells of answers that are about what was sent. Brokers give them to a
// whole batch, also where one message of it is the reason, or none but their sum.
func ofTheBatch(err error) bool {
	for _, one := range []error{kerr.MessageTooLarge, kerr.RecordListTooLarge, kerr.InvalidRecord, kerr.InvalidTimestamp} {
		if errors.Is(err, one) {
			return true
		}
	}
	return false
}

// Refusals returns the final refusals in an error of PublishAll, and whether there is
// nothing else in it: then all other messages have arrived.
func Refusals(err error) (refused []*RefusedError, only bool) {
	switch e := err.(type) { //nolint:errorlint // the tree is walked, not searched
	case nil:
		return nil, true
	case *RefusedError:
		if e.Final {
			return []*RefusedError{e}, true
		}
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			return Refusals(inner)
		}
	case interface{ Unwrap() []error }:
		only = true
		for _, inner := range e.Unwrap() {
			more, all := Refusals(inner)
			refused, only = append(refused, more...), only && all
		}
		return refused, only
	}
	return nil, false
}
