package consume

import "sync"

// window keeps what is in flight in the order of arrival and tells how far the
// unbroken prefix of finished work reaches. T names a position: a record whose
// offset is to be committed, or an SSE event id.
//
// A ring of slots rather than a heap of offsets: arrival is in order, so "oldest
// unfinished" is an index that only moves forward, and a finish costs O(1)
// amortised with no allocation once the ring has grown to the window's size.
type window[T any] struct {
	mu    sync.Mutex
	slots []slot[T] // a ring; len is a power of two
	head  uint64    // sequence number of the oldest unfinished entry
	tail  uint64    // sequence number of the next entry
}

type slot[T any] struct {
	at   T
	done bool // its own flag: position 0 is a position like any other
}

// add appends a position and returns its sequence number.
func (w *window[T]) add(at T) uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.tail-w.head == uint64(len(w.slots)) {
		w.grow()
	}
	seq := w.tail
	w.slots[seq&w.mask()] = slot[T]{at: at}
	w.tail++
	return seq
}

// finish marks one entry done. When that moves the prefix, advanced is called
// with the last position of the new prefix, under the lock, so that positions
// reach the committer in order.
func (w *window[T]) finish(seq uint64, advanced func(T)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.slots[seq&w.mask()].done = true
	if seq != w.head {
		return
	}
	var last T
	for w.head < w.tail {
		s := &w.slots[w.head&w.mask()]
		if !s.done {
			break
		}
		last = s.at
		*s = slot[T]{} // let go of the record
		w.head++
	}
	advanced(last)
}

// each calls f with every position that is finished behind one that is not.
func (w *window[T]) each(f func(T)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for seq := w.head; seq < w.tail; seq++ {
		if s := w.slots[seq&w.mask()]; s.done {
			f(s.at)
		}
	}
}

// inFlight counts entries that have not left the window.
func (w *window[T]) inFlight() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return int(w.tail - w.head)
}

func (w *window[T]) mask() uint64 { return uint64(len(w.slots) - 1) }

func (w *window[T]) grow() {
	bigger := make([]slot[T], max(16, 2*len(w.slots)))
	for seq := w.head; seq < w.tail; seq++ {
		bigger[seq&uint64(len(bigger)-1)] = w.slots[seq&w.mask()]
	}
	w.slots = bigger
}
