package dedupe

import (
	"bytes"
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Memory is the store of one process: bounded, and gone with it. Marks and
// scores have a budget each, so that large scores cannot drive marks out.
//
// One mutex guards everything: a call holds it for well under a microsecond per
// key (BenchmarkMemory), far from what the events of one process can contend for.
type Memory struct {
	prefix string
	start  time.Time
	now    func() time.Time

	mu     sync.Mutex
	marks  *lru
	scores *lru
	key    []byte // scratch of the holder of mu
	closed bool
}

// NewMemory makes a store with the bounds of c.Memory. A registry takes the
// metrics of one store.
func NewMemory(c Config, reg prometheus.Registerer) *Memory { return newMemory(c, newMetrics(reg)) }

func newMemory(c Config, m *metrics) *Memory {
	return &Memory{
		prefix: c.Prefix,
		start:  time.Now(),
		now:    time.Now,
		marks:  newLRU(c.Memory, c.SentTTL, m, "sent"),
		scores: newLRU(c.Memory, c.ScoreTTL, m, "score"),
	}
}

// Lookup implements [Store].
func (m *Memory) Lookup(ctx context.Context, keys []Key) ([]State, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	states := make([]State, len(keys))
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil, ErrClosed
	}
	now := m.age()
	for i := range keys {
		m.key = appendMarkKey(m.key[:0], &keys[i])
		_, states[i].Sent = m.marks.get(m.key, now)
		m.key = appendScoreKey(m.key[:0], m.prefix, &keys[i])
		if n, ok := m.scores.get(m.key, now); ok {
			states[i].Score = n.value
		}
	}
	return states, nil
}

// Remember implements [Store].
func (m *Memory) Remember(ctx context.Context, entries []Entry) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return m.remember(entries)
}

func (m *Memory) remember(entries []Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return ErrClosed
	}
	now := m.age()
	for i := range entries {
		e := &entries[i]
		m.key = appendMarkKey(m.key[:0], &e.Key)
		m.marks.put(m.key, nil, now)
		if cacheable(e.Score) {
			m.key = appendScoreKey(m.key[:0], m.prefix, &e.Key)
			m.scores.put(m.key, bytes.Clone(e.Score), now)
		}
	}
	return nil
}

// age is the time by which entries expire. It is monotonic: a clock that is set
// back does not make marks live longer, nor one set forward forget them.
func (m *Memory) age() time.Duration { return m.now().Sub(m.start) }

// Close implements [Store] and gives the memory back.
func (m *Memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	m.marks.drop()
	m.scores.drop()
	return nil
}
