package consume

import (
	"fmt"
	"sync/atomic"

	"github.com/twmb/franz-go/pkg/kgo"
)

// share is one partition of a session that delivers exactly once.
type share struct {
	// immutable
	at topicPartition
	*worker[int64]

	base atomic.Int64  // all before it is finished; unknown: not read from yet
	room chan struct{} // capacity 1: base has moved

	// The session's goroutine owns what follows.
	begun progress // what was finished when the work on it began
	next  int64    // offset after the last record that was read, or unknown
}

const unknown = -1

// newShare makes a share that begins where the group's progress ends; without
// progress, at the first record that is read.
func newShare(at topicPartition, begun progress) *share {
	s := &share{at: at, begun: begun, room: make(chan struct{}, 1), next: unknown}
	s.base.Store(begun.base)
	s.worker = &worker[int64]{name: fmt.Sprintf("partition %s/%d", at.topic, at.partition), advanced: s.advance, admit: s.admit}
	return s
}

func (s *share) advance(last int64) {
	s.base.Store(last + 1)
	select {
	case s.room <- struct{}{}:
	default:
	}
}

// admit waits until a record's offset fits into the progress that is committed.
func (s *share) admit(offset int64) bool {
	for offset-s.base.Load() >= maxSpan {
		if s.window.inFlight() == 0 {
			s.base.Store(offset) // a gap in the partition, nothing is open before it
			break
		}
		select {
		case <-s.room:
		case <-s.intake.Done():
			return false
		}
	}
	return true
}

// queue hands records over, those that are finished already as such.
func (s *share) queue(records []*kgo.Record, read func(*kgo.Record) item[int64]) {
	first, last := records[0], records[len(records)-1]
	if s.base.Load() == unknown || first.Offset < s.begun.base {
		s.base.Store(first.Offset)
		s.begun = progress{base: first.Offset} // if there was one, it told of another topic of this name
	}
	s.next = last.Offset + 1
	items := make([]item[int64], len(records))
	for i, r := range records {
		items[i] = read(r)
		items[i].done = s.begun.has(r.Offset)
	}
	s.push(items)
}

// finished is the progress to commit. The base is read before the window: what
// leaves the window in between was finished at the beginning, and is known by that.
func (s *share) finished() progress {
	p := s.begun.from(s.base.Load())
	s.window.each(func(offset int64) {
		if offset >= p.base {
			p.add(offset)
		}
	})
	return p
}
