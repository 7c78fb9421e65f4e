package sink

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"revscore/internal/event"
)

// Letters says how dead letters about refused events are written. Its zero value
// writes none: a replay of letters has the one that it replays.
type Letters struct {
	Stream  string // of dead letters
	Topic   string
	Emitter string
	MaxRaw  int // bytes of an event that a letter holds
}

// about writes the letters about refusals, in their order. One that is about a letter
// is left out: a sink that refuses letters would be sent letters about them for ever.
func (s *Sinks) about(refusals []Refusal) (letters []event.Message, err error) {
	if s.letters.Topic == "" {
		return nil, nil
	}
	for _, r := range refusals {
		if r.Message.Topic == s.letters.Topic {
			continue
		}
		letter, err := s.letter(r)
		if err != nil {
			return nil, fmt.Errorf("dead letter about an event of stream %s: %w", r.Stream, err)
		}
		letters = append(letters, letter)
	}
	return letters, nil
}

// letter holds as much of the event as its topic takes. With the event's key the
// letters of a page are in one partition, so that a replay has them in their order.
func (s *Sinks) letter(r Refusal) (m event.Message, err error) {
	m = event.Message{Topic: s.letters.Topic, Key: r.Message.Key}
	for most := s.letters.MaxRaw; ; most /= 2 {
		m.Value, err = event.EncodeRefusal(s.letters.Stream, s.letters.Emitter, r.Sink, r.Stream, r.Message.Value, r.Err, most, time.Now())
		if err != nil || most == 0 || s.kafka.Check(m) == nil {
			return m, err
		}
	}
}

// write publishes letters that could not go with the messages they are about, since
// those were refused later, and then ends the delivery. It must not be called by a
// sink's own goroutine, which may be the one that makes room for the letters.
func (d *delivery) write(letters []event.Message) {
	answer := make(chan error, 1)
	d.sinks.publish(d.ctx, letters, func(err error) { answer <- err })
	err := <-answer // a sink always answers, with an error when the context ends
	var refused *RefusedError
	switch {
	case errors.As(err, &refused):
		d.refusals = append(d.refusals, refused.Refusals...)
	case err != nil:
		d.done(err)
		return
	}
	d.over()
}

// pending counts what is under way.
type pending struct {
	mu   sync.Mutex
	n    int
	idle chan struct{} // closed when n is 0; nil while nobody waits
}

func (p *pending) do(f func()) {
	p.mu.Lock()
	p.n++
	p.mu.Unlock()
	go func() {
		defer p.done()
		f()
	}()
}

func (p *pending) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.n--; p.n == 0 && p.idle != nil {
		close(p.idle)
		p.idle = nil
	}
}

func (p *pending) wait(ctx context.Context) error {
	p.mu.Lock()
	if p.n == 0 {
		p.mu.Unlock()
		return nil
	}
	if p.idle == nil {
		p.idle = make(chan struct{})
	}
	idle := p.idle
	p.mu.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("flush dead letters: %w", ctx.Err())
	}
}
