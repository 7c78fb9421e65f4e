package eventgate

import (
	"container/list"
	"context"
	"sync"
)

// room is what the queue may hold, in events and bytes at once. Those who wait
// get in in the order in which they came. Two semaphores would let a large event
// hold the place of an event while it waits for bytes that others need a place
// to free.
type room struct {
	closing <-chan struct{} // ends all waits

	mu      sync.Mutex
	events  int       // free
	bytes   int       // free
	waiters list.List // of *waiter
}

type waiter struct {
	bytes    int
	admitted chan struct{}
}

// try takes room for an event of n bytes, unless that needs waiting.
func (r *room) try(n int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.waiters.Len() > 0 || !r.fits(n) {
		return false
	}
	r.events--
	r.bytes -= n
	return true
}

// take waits for room, until ctx ends or the sink closes.
func (r *room) take(ctx context.Context, n int) error {
	if r.try(n) {
		return nil
	}
	w := &waiter{bytes: n, admitted: make(chan struct{})}
	r.mu.Lock()
	at := r.waiters.PushBack(w)
	r.admit() // room may have come since
	r.mu.Unlock()
	var err error
	select {
	case <-w.admitted:
		return nil
	case <-ctx.Done():
		err = context.Cause(ctx)
	case <-r.closing:
		err = ErrClosed
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	select {
	case <-w.admitted: // in between
		r.events++
		r.bytes += n
	default:
		r.waiters.Remove(at)
	}
	r.admit() // one behind us may fit
	return err
}

// give returns the room of an event of n bytes.
func (r *room) give(n int) {
	r.mu.Lock()
	r.events++
	r.bytes += n
	r.admit()
	r.mu.Unlock()
}

func (r *room) fits(n int) bool { return r.events > 0 && r.bytes >= n }

func (r *room) admit() {
	for front := r.waiters.Front(); front != nil; front = r.waiters.Front() {
		w := front.Value.(*waiter)
		if !r.fits(w.bytes) {
			return
		}
		r.waiters.Remove(front)
		r.events--
		r.bytes -= w.bytes
		close(w.admitted)
	}
}
