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
