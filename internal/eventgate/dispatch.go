package eventgate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// longestLook is how long dispatch sleeps at most. Nudges wake it.
const longestLook = time.Hour

// dispatch begins requests until the sink closes.
func (s *Sink) dispatch(ctx context.Context) {
	timer := time.NewTimer(longestLook)
	defer timer.Stop()
	for {
		next, news, open := s.step(ctx, time.Now())
		if !open {
			return
		}
		if news != nil {
			s.stateChange(news.away, news.cause)
		}
		timer.Reset(time.Until(next))
		select {
		case <-s.wake:
		case <-timer.C:
		case <-s.closing:
		}
	}
}

// step does what is due and returns when there is something to do again, unless
// a nudge comes before, and what there is to tell of the gate.
func (s *Sink) step(ctx context.Context, now time.Time) (next time.Time, news *watch, open bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return now, nil, false
	}
	if ends := s.expire(now); len(ends) > 0 {
		s.work.Go(func() { s.tell(ends) }) // a slow done must not hold up requests
	}
	if s.watch.look(s.queue.oldest(), s.cfg.Timeout, now) {
		copied := s.watch
		news = &copied
	}
	s.queue.wakeDelayed(now)
	for s.mayBegin(now) {
		s.begin(ctx)
	}
	return s.nextLook(now), news, true
}

// expire gives up what has been tried for long enough.
func (s *Sink) expire(now time.Time) []ending {
	if s.cfg.Deadline == 0 {
		return nil
	}
	var ends []ending
	for e := s.queue.oldest(); e != nil && !e.taken.Add(s.cfg.Deadline).After(now); e = s.queue.oldest() {
		cause := e.cause
		if cause == nil {
			cause = errors.New("the gate has not answered")
		}
		ends = append(ends, s.giveUp(e, fmt.Errorf("%w after %v: %w", ErrDeadline, s.cfg.Deadline, cause))...)
	}
	return ends
}

func (s *Sink) slotFree() bool {
	if s.gate.failing {
		return s.inFlight == 0
	}
	return s.inFlight < s.cfg.InFlight
}

func (s *Sink) mayBegin(now time.Time) bool {
	if !s.slotFree() || s.gate.closed.After(now) || s.queue.ready.top() == nil {
		return false
	}
	return s.flushing > 0 || s.gate.failing || s.queue.full(s.cfg.BatchEvents, s.maxBytes) || !s.queue.lingered(s.cfg.Linger).After(now)
}

// nextLook is the earliest time at which step would find something to do.
func (s *Sink) nextLook(now time.Time) time.Time {
	next := now.Add(longestLook)
	earlier := func(t time.Time) {
		if t.Before(next) {
			next = t
		}
	}
	if e := s.queue.oldest(); e != nil {
		if s.cfg.Deadline > 0 {
			earlier(e.taken.Add(s.cfg.Deadline))
		}
		if at := e.taken.Add(s.cfg.Timeout); at.After(now) {
			earlier(at) // it may be away by then
		}
	}
	if e := s.queue.delayed.top(); e != nil {
		earlier(e.due)
	}
	if s.slotFree() && s.queue.ready.top() != nil {
		at := s.queue.lingered(s.cfg.Linger)
		if s.gate.failing || s.gate.closed.After(at) {
			at = s.gate.closed
		}
		earlier(at)
	}
	return next
}

// begin sends the next batch; there must be something ready.
func (s *Sink) begin(ctx context.Context) {
	b := s.queue.cut(s.cfg.BatchEvents, s.maxBytes)
	ctx, b.cancel = context.WithTimeout(ctx, s.cfg.Timeout)
	s.inFlight++
	s.work.Go(func() {
		defer b.cancel()
		s.settle(b, s.send(ctx, b))
	})
}

// send makes one request. There is no retry below it: net/http repeats a POST
// only if none of it was written.
func (s *Sink) send(ctx context.Context, b *batch) answer {
	start := time.Now()
	a := s.exchange(ctx, b)
	s.metrics.duration.Observe(time.Since(start).Seconds())
	s.metrics.batch.Observe(float64(len(b.entries)))
	s.metrics.requests.WithLabelValues(a.code).Inc()
	return a
}

// maxAnswer bounds the answers that are read. They repeat the events that failed.
const maxAnswer = 4 * maxRequest

func (s *Sink) exchange(ctx context.Context, b *batch) answer {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.target, bytes.NewReader(b.body))
	if err != nil {
		return unanswered(err)
	}
	req.Header = s.header.Clone()
	resp, err := s.http.Do(req)
	if err != nil {
		return unanswered(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return unanswered(err)
	case len(body) > maxAnswer:
		return answer{code: "endless", suspect: true, fault: fmt.Errorf("the gate's answer has more than %d bytes", maxAnswer)}
	}
	return judge(b.entries, s.cfg.Hasty, resp.StatusCode, resp.Header, body, time.Now())
}
