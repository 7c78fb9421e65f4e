package event

import "time"

// Record is one input record as a source delivered it, before anyone has read
// its value. Value belongs to the source's buffer: readers must not change it.
type Record struct {
	Source
	Value    []byte    // nil: a tombstone
	Received time.Time // when this process got it: where latency is counted from
}

// Message is one output record on its way to a broker.
type Message struct {
	Topic string
	Key   []byte
	Value []byte
}
