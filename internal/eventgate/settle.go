package eventgate

import (
	"fmt"
	"time"
)

// ending is an event that is over and what its caller is to be told.
type ending struct {
	*entry
	result string // for metrics
	err    error
}

// wrap names the event.
func (e *entry) wrap(err error) error {
	return fmt.Errorf("publish event %s to %s: %w", e.id, e.topic, err)
}

// settle acts on the answer to a batch.
func (s *Sink) settle(b *batch, a answer) {
	now := time.Now()
	s.mu.Lock()
	s.inFlight--
	s.judgeGate(b, a, now)
	var ends []ending
	for i, e := range b.entries {
		switch {
		case e.state == over: // given up meanwhile
			s.queue.advance(e.lane)
		case a.fault != nil:
			ends = append(ends, s.afterFault(e, a, len(b.entries), now)...)
		default:
			ends = append(ends, s.afterVerdict(e, a.verdicts[i], now)...)
		}
	}
	s.mu.Unlock()
	s.nudge()
	s.tell(ends)
}

// judgeGate draws conclusions about the gate as a whole.
func (s *Sink) judgeGate(b *batch, a answer, now time.Time) {
	switch {
	case a.code == "canceled": // by ourselves, since nobody waits any more
	case a.tooLarge && len(b.entries) > 1:
		s.gate.answered()
		s.maxBytes = min(s.maxBytes, len(b.body)/2)
	case a.fault == nil && s.watch.away && !s.watch.moved && a.failed():
		// Each event has been told to come again, for a long time. Left to their own
		// pauses, ten thousand would be a thousand a second.
		s.gate.failed(now, a.wait)
	case a.tooLarge, a.fault == nil:
		s.gate.answered()
	default:
		s.gate.failed(now, a.wait)
	}
	if s.gate.failing {
		s.metrics.failing.Set(1)
	} else {
		s.metrics.failing.Set(0)
	}
}

// afterFault decides about one of n events whose request failed as a whole.
func (s *Sink) afterFault(e *entry, a answer, n int, now time.Time) []ending {
	if a.tooLarge && n == 1 {
		return s.refused(e, TooLarge, a.fault.Error())
	}
	s.metrics.retried.WithLabelValues(a.code).Inc()
	e.cause, e.batch = a.fault, nil
	if a.suspect && !a.tooLarge {
		// One bad event ends up alone and fails nobody else. Alone it waits
		// longer each time; otherwise the gate's own pause is enough.
		e.limit = max(1, n/2)
		if n == 1 {
			if e.breaks(s.settled) {
				return s.refused(e, Unprocessable, a.fault.Error())
			}
			s.retryLater(e, now)
			return nil
		}
	}
	s.queue.makeReady(e)
	return nil
}

// afterVerdict decides about an event of which the gate spoke.
func (s *Sink) afterVerdict(e *entry, v verdict, now time.Time) []ending {
	if v.accepted() || v.reason != "" {
		s.watch.moved = true
		s.settled++
	}
	switch {
	case v.accepted():
		s.queue.settle(e)
		s.metrics.ack.Observe(now.Sub(e.taken).Seconds())
		if s.cfg.Hasty {
			return []ending{{e, resultReceived, nil}}
		}
		return []ending{{e, resultAccepted, nil}}
	case v.reason != "":
		return s.refused(e, v.reason, v.detail)
	}
	s.metrics.retried.WithLabelValues("error").Inc()
	e.cause, e.batch = fmt.Errorf("the gate could not produce it: %s", shorten(v.detail)), nil
	s.retryLater(e, now)
	return nil
}

func (s *Sink) refused(e *entry, reason Reason, detail string) []ending {
	s.queue.settle(e)
	return []ending{{e, string(reason), e.rejected(reason, detail)}}
}

func (s *Sink) retryLater(e *entry, now time.Time) {
	if e.delays == nil {
		e.delays = newBackOff(s.cfg)
	}
	s.queue.delay(e, now.Add(e.delays.NextBackOff()))
}

// abandon gives up an event whose caller waits no longer. One that is in a
// request may arrive nevertheless.
func (s *Sink) abandon(e *entry, cause error) {
	s.mu.Lock()
	var ends []ending
	if e.state != over {
		if e.cause != nil {
			cause = fmt.Errorf("%w; until then: %w", cause, e.cause)
		}
		ends = s.giveUp(e, cause)
	}
	s.mu.Unlock()
	s.tell(ends)
}

// giveUp ends an event that was neither taken nor refused, and those behind it.
func (s *Sink) giveUp(first *entry, cause error) []ending {
	b := first.batch
	given := s.queue.giveUp(first)
	if b != nil {
		if b.live--; b.live == 0 {
			b.cancel() // nobody waits for its answer
		}
	}
	ends := make([]ending, len(given))
	for i, e := range given {
		ends[i] = ending{e, resultGivenUp, e.wrap(cause)}
		if i == 0 {
			cause = fmt.Errorf("%w: %w", ErrBehind, cause)
		}
	}
	return ends
}

// tell calls back. It must not be called with the lock held.
func (s *Sink) tell(ends []ending) {
	if len(ends) == 0 {
		return
	}
	for _, e := range ends {
		e.forget()
		s.room.give(e.size)
		s.metrics.buffered.Dec()
		s.metrics.bytes.Sub(float64(e.size))
		s.metrics.events.WithLabelValues(e.topic, e.result).Inc()
		e.done(e.err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.untold -= len(ends); s.untold == 0 {
		for _, idle := range s.idle {
			close(idle)
		}
		s.idle = nil
	}
}
