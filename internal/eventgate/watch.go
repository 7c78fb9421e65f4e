package eventgate

import (
	"fmt"
	"time"
)

// watch is what operators are told of the gate. It is away when the oldest event has
// failed and has been waiting for longer than a request may take, whatever the
// failures are: no connection, no answer, an error for the whole request or for each
// event. A request that fails and goes through the next time is no news: there are
// counters for those.
//
// The sink's lock guards it.
type watch struct {
	away  bool
	since time.Time // when the oldest event was taken in
	cause error     // of its last failure
	moved bool      // the gate has taken or refused an event since
}

// look forms an opinion on the oldest event (nil: there is none), and reports whether
// it is another than before. That nobody waits any more does not mean that the gate is
// back: it has to take something, until nobody waits for long.
func (w *watch) look(oldest *entry, patience time.Duration, now time.Time) (changed bool) {
	long := oldest != nil && now.Sub(oldest.taken) >= patience
	switch {
	case long && oldest.cause != nil && !w.away:
		*w = watch{away: true, since: oldest.taken, cause: oldest.cause}
		return true
	case long && oldest.cause != nil:
		w.cause = oldest.cause
	case !long && w.away && w.moved:
		*w = watch{}
		return true
	}
	return false
}

func (w *watch) err(target string, now time.Time) error {
	if !w.away {
		return nil
	}
	return fmt.Errorf("eventgate %s: an event has been waiting for %v: %w", target, now.Sub(w.since).Round(time.Second), w.cause)
}

// Err says what keeps the gate from taking events, nil when nothing does. It is also
// told when it changes, see [WithStateChange].
func (s *Sink) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.watch.err(s.cfg.URL, time.Now())
}

// oldestAge is how long the oldest event has been waiting.
func (s *Sink) oldestAge() float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.queue.oldest(); e != nil {
		return time.Since(e.taken).Seconds()
	}
	return 0
}
