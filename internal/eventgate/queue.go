package eventgate

import (
	"container/heap"
	"container/list"
	"slices"
	"time"
)

// queue holds every event that is not over. It keeps order by lanes: a lane is
// the events of one topic and key, and only its first may be ready, delayed or
// sent. Therefore a request never has two events of a lane, without which an
// answer 207 could let the second overtake the first.
//
// A lane per key, not a fixed number of lanes by hash: those would make a
// thousand pages wait for one that backs off. Lanes live as long as they have
// events, so there are at most as many as events.
//
// It is a plain structure; its owner locks.
type queue struct {
	lanes      map[string]*lane
	ready      entryHeap // by turn; may contain entries that are over
	readyCount int       // without those
	readyBytes int
	delayed    entryHeap // by due; may contain entries that are over
	byAge      list.List // of *entry, oldest first: the order in which deadlines pass
	turns      uint64
}

type lane struct {
	key         string
	first, last *entry
}

func newQueue() *queue {
	return &queue{
		lanes:   map[string]*lane{},
		ready:   entryHeap{before: func(a, b *entry) bool { return a.turn < b.turn }},
		delayed: entryHeap{before: func(a, b *entry) bool { return a.due.Before(b.due) }},
	}
}

// push takes an event in at the end of its lane.
func (q *queue) push(e *entry, now time.Time) {
	q.turns++
	e.turn, e.taken = q.turns, now
	e.age = q.byAge.PushBack(e)
	l := q.lanes[e.key]
	if l == nil {
		l = &lane{key: e.key, first: e, last: e}
		q.lanes[e.key] = l
		e.lane = l
		q.makeReady(e)
		return
	}
	e.lane, e.state = l, behind
	l.last.next = e
	l.last = e
}

func (q *queue) makeReady(e *entry) {
	e.state = ready
	q.readyCount++
	q.readyBytes += e.size
	heap.Push(&q.ready, e)
}

// delay puts e aside until due, and then behind all that are there now. With its
// old place, an event that fails whole requests would come first after each pause
// that its own failure made, and nothing else would ever be sent.
func (q *queue) delay(e *entry, due time.Time) {
	q.turns++
	e.turn, e.state, e.due = q.turns, delayed, due
	heap.Push(&q.delayed, e)
}

// wakeDelayed makes ready what is due.
func (q *queue) wakeDelayed(now time.Time) {
	for e := q.delayed.top(); e != nil && !e.due.After(now); e = q.delayed.top() {
		heap.Pop(&q.delayed)
		q.makeReady(e)
	}
}

// pop takes the first ready event; there must be one.
func (q *queue) pop() *entry {
	e := q.ready.top()
	heap.Pop(&q.ready)
	q.readyCount--
	q.readyBytes -= e.size
	return e
}

// settle makes e, which was sent, over and lets the next of its lane come.
func (q *queue) settle(e *entry) {
	q.end(e)
	q.advance(e.lane)
}

// advance takes the first of a lane out of it.
func (q *queue) advance(l *lane) {
	l.first = l.first.next
	if l.first == nil {
		delete(q.lanes, l.key)
		return
	}
	q.makeReady(l.first)
}

// giveUp makes e and all behind it over and returns them in their order. If e is
// in a request, the lane stays shut until that is back: what comes later must not
// meet it on the way.
func (q *queue) giveUp(e *entry) []*entry {
	l := e.lane
	switch {
	case e.state == sent:
		l.last = e
	case l.first == e:
		delete(q.lanes, l.key)
	default:
		before := l.first
		for before.next != e {
			before = before.next
		}
		before.next, l.last = nil, before
	}
	var given []*entry
	for next := e; next != nil; {
		e, next = next, next.next
		if e.state == ready {
			q.readyCount--
			q.readyBytes -= e.size
		}
		e.next = nil
		q.end(e)
		given = append(given, e)
	}
	q.sweep()
	return given
}

// sweep takes events that are over out of the heap of ready ones when they are most
// of it: while a gate is away nothing comes to the top, and callers come and go.
func (q *queue) sweep() {
	h := &q.ready
	if len(h.list) <= 2*q.readyCount+64 {
		return
	}
	h.list = slices.DeleteFunc(h.list, func(e *entry) bool { return e.state == over })
	heap.Init(h)
}

func (q *queue) end(e *entry) {
	e.state, e.value = over, nil
	q.byAge.Remove(e.age)
}

// oldest is the event whose deadline is next; nil if there is none.
func (q *queue) oldest() *entry {
	if front := q.byAge.Front(); front != nil {
		return front.Value.(*entry)
	}
	return nil
}

// entryHeap is a heap of events. Those that are over stay in it until they come
// to the top; a search for each would cost more than their room.
type entryHeap struct {
	before func(a, b *entry) bool
	list   []*entry
}

func (h *entryHeap) Len() int           { return len(h.list) }
func (h *entryHeap) Less(i, j int) bool { return h.before(h.list[i], h.list[j]) }
func (h *entryHeap) Swap(i, j int)      { h.list[i], h.list[j] = h.list[j], h.list[i] }
func (h *entryHeap) Push(x any)         { h.list = append(h.list, x.(*entry)) }

func (h *entryHeap) Pop() any {
	last := len(h.list) - 1
	e := h.list[last]
	h.list[last] = nil
	h.list = h.list[:last]
	return e
}

// top is the first event that is not over, nil if there is none.
func (h *entryHeap) top() *entry {
	for len(h.list) > 0 && h.list[0].state == over {
		heap.Pop(h)
	}
	if len(h.list) == 0 {
		return nil
	}
	return h.list[0]
}
