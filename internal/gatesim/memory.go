package gatesim

import (
	"encoding/json"
	"sync"
)

// Accepted is one event that the gate took.
type Accepted struct {
	ID     string `json:"id"`     // meta.id
	Stream string `json:"stream"` // meta.stream
	// Answered is whether the client was told; after a hasty request it was in
	// any case.
	Answered bool            `json:"answered"`
	Event    json.RawMessage `json:"event"`
}

// Stats counts since the start.
type Stats struct {
	Requests   int64 `json:"requests"`
	Accepted   int64 `json:"accepted"` // events, each time they were
	Invalid    int64 `json:"invalid"`
	Errors     int64 `json:"errors"`
	Unanswered int64 `json:"unanswered"` // of the accepted
	Repeats    int64 `json:"repeats"`    // of the accepted, under a meta.id that had been before
}

// memory is what a server knows of the past, and the faults that are switched on.
type memory struct {
	keep int

	mu       sync.Mutex
	faults   Faults
	stats    Stats
	ids      map[string]*history // of the last keep ids
	order    []string            // of ids; a ring once it is full
	oldest   int
	accepted []Accepted // the last keep events; a ring once it is full
	first    int
}

// history of a meta.id.
type history struct{ tries, accepted int }

func newMemory(keep int) *memory { return &memory{keep: max(1, keep), ids: map[string]*history{}} }

// begin counts a request and says how often each event was tried before.
func (m *memory) begin(ids []string) (Faults, []int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stats.Requests++
	tries := make([]int, len(ids))
	for i, id := range ids {
		h := m.of(id)
		tries[i] = h.tries
		h.tries++
	}
	return m.faults, tries
}

func (m *memory) of(id string) *history {
	h := m.ids[id]
	if h != nil {
		return h
	}
	h = &history{}
	m.ids[id] = h
	if len(m.order) < m.keep {
		m.order = append(m.order, id)
		return h
	}
	delete(m.ids, m.order[m.oldest])
	m.order[m.oldest] = id
	m.oldest = (m.oldest + 1) % m.keep
	return h
}

func (m *memory) record(results []result, answered bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range results {
		switch r.Status {
		case statusInvalid:
			m.stats.Invalid++
		case statusError:
			m.stats.Errors++
		default:
			m.accept(r.Event, answered)
		}
	}
}

func (m *memory) accept(event json.RawMessage, answered bool) {
	meta := metaOf(event)
	m.stats.Accepted++
	if !answered {
		m.stats.Unanswered++
	}
	h := m.of(meta.ID)
	if h.accepted++; h.accepted > 1 {
		m.stats.Repeats++
	}
	a := Accepted{ID: meta.ID, Stream: meta.Stream, Answered: answered, Event: event}
	if len(m.accepted) < m.keep {
		m.accepted = append(m.accepted, a)
		return
	}
	m.accepted[m.first] = a
	m.first = (m.first + 1) % m.keep
}

// SetFaults switches faults, for requests that begin from now on.
func (s *Server) SetFaults(f Faults) {
	s.memory.mu.Lock()
	defer s.memory.mu.Unlock()
	s.memory.faults = f
}

// Stats returns the counters.
func (s *Server) Stats() Stats {
	s.memory.mu.Lock()
	defer s.memory.mu.Unlock()
	return s.memory.stats
}

// Accepted returns the events that were taken, in the order in which they would
// stand in the topics; those that were forgotten are missing at the beginning.
func (s *Server) Accepted() []Accepted {
	m := s.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	return append(append(make([]Accepted, 0, len(m.accepted)), m.accepted[m.first:]...), m.accepted[:m.first]...)
}

type meta struct {
	ID     string `json:"id"`
	Stream string `json:"stream"`
}

// metaOf reads an event's meta; what is not there stays empty.
func metaOf(event json.RawMessage) meta {
	var e struct {
		Meta meta `json:"meta"`
	}
	_ = json.Unmarshal(event, &e) // an event of any shape may come
	return e.Meta
}
