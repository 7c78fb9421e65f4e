package event

import "time"

// Record is one input record as a source delivered it, before anyone has read
// its value. Value and Headers belong to the source's buffer: readers must not
// change them.
type Record struct {
	Source
	Headers  []Header
	Value    []byte    // nil: a tombstone
	Received time.Time // when this process got it: where latency is counted from
}

// Message is one output record on its way to a broker.
type Message struct {
	Topic   string
	Headers []Header // only brokers take them
	Key     []byte
	Value   []byte
}

// Header stands beside the value of a record in Kafka.
type Header struct {
	Key   string
	Value []byte
}

// hiddenHeader stands beside a revision-create event whose comment is hidden. That schema
// is for edits of this moment, of which nothing is hidden yet, and has no field for it.
const hiddenHeader = "revscore-hidden"

// HideComment is the header of such an event.
func HideComment() Header { return Header{hiddenHeader, []byte("comment")} }

// CommentHidden tells whether the record has that header.
func (r Record) CommentHidden() bool {
	for _, h := range r.Headers {
		if h.Key == hiddenHeader && string(h.Value) == "comment" {
			return true
		}
	}
	return false
}
