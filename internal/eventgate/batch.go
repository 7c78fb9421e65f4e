package eventgate

import (
	"context"
	"time"
)

// batch is the events of one request, no two of a lane.
type batch struct {
	entries []*entry
	body    []byte
	live    int // entries that are not over; the sink's lock guards it
	cancel  context.CancelFunc
}

// cut takes a batch out of the queue: ready events in their turn, as many as fit.
func (q *queue) cut(maxEvents, maxBytes int) *batch {
	b := &batch{}
	size := 1 // for each event a comma or the closing bracket
	for e := q.ready.top(); e != nil; e = q.ready.top() {
		if e.limit > 0 {
			maxEvents = min(maxEvents, e.limit)
		}
		// The first is taken in any case: maxBytes may have shrunk since it came.
		if n := len(b.entries); n > 0 && (n >= maxEvents || size+e.size+1 > maxBytes) {
			break
		}
		size += e.size + 1
		q.pop()
		e.state, e.batch = sent, b
		b.entries = append(b.entries, e)
	}
	b.live = len(b.entries)
	// The body is not reused: the client may read it for a while after it has
	// given up a request.
	b.body = make([]byte, 0, size)
	for i, e := range b.entries {
		separator := byte(',')
		if i == 0 {
			separator = '['
		}
		b.body = append(append(b.body, separator), e.value...)
	}
	b.body = append(b.body, ']')
	return b
}

// full reports whether waiting would not make the next batch larger.
func (q *queue) full(maxEvents, maxBytes int) bool {
	return q.readyCount >= maxEvents || q.readyBytes+q.readyCount+1 >= maxBytes
}

// lingered is when the first ready event has waited long enough for others.
func (q *queue) lingered(linger time.Duration) time.Time {
	return q.ready.top().taken.Add(linger)
}
