package feed

import "revscore/internal/event"

// class is what became of an event as a whole.
type class uint8

const (
	classAnswered class = iota // at least one score or error event was sent
	classDuplicate
	classRejected
	classCanary
	classSkipped
	classes
)

// remembered is how many records a tally can tell apart. The reports of one
// record come while it is in flight; this is the default window of 32 partitions.
const remembered = 1 << 16

// places tells the first report of a record from its later ones, so that events
// can be counted although reports come for each model. It remembers the last
// 65,536 records, whichever partitions they are of; a bitmap for each partition
// would be smaller, but lost on compacted topics and when an offset is reset.
type places struct {
	topics map[string]int32
	known  map[place]class
	ring   []place // in order of arrival; next is the oldest when full
	next   int
}

// place has no pointers: the collector need not walk 65,536 of them.
type place struct {
	topic, partition int32
	at               int64
}

func newPlaces() *places {
	return &places{topics: map[string]int32{}, known: map[place]class{}}
}

// settle notes that a record is of class c and returns what it was before.
// A record of which only duplicates were reported may turn out answered, when
// another model had not seen it; every other class stays.
func (p *places) settle(rec event.Record, c class) (was class, known bool) {
	at := p.placeOf(rec)
	was, known = p.known[at]
	switch {
	case !known:
		p.remember(at, c)
	case was == classDuplicate && c == classAnswered:
		p.known[at] = c
	}
	return was, known
}

func (p *places) placeOf(rec event.Record) place {
	topic, ok := p.topics[rec.Topic]
	if !ok {
		topic = int32(len(p.topics))
		p.topics[rec.Topic] = topic
	}
	at := rec.Offset
	if at < 0 { // a source without offsets: the nanosecond of receipt tells its records apart
		at = -rec.Received.UnixNano()
	}
	return place{topic, rec.Partition, at}
}

func (p *places) remember(at place, c class) {
	p.known[at] = c
	if len(p.ring) < remembered {
		p.ring = append(p.ring, at)
		return
	}
	delete(p.known, p.ring[p.next])
	p.ring[p.next] = at
	p.next = (p.next + 1) % remembered
}
