package dedupe

import (
	"bytes"
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Memory is the store of one process: bounded, and gone with it. Marks, scores,
// negative entries, what is hidden and claims have a budget each, so that large scores
// cannot drive marks out.
//
// One mutex guards everything: a call holds it for well under a microsecond per
// key (BenchmarkMemory), far from what the events of one process can contend for.
type Memory struct {
	config  Config
	metrics *metrics
	start   time.Time
	now     func() time.Time
	owner   *owner
	models  models

	scoreLife, goneLife lifetime

	mu     sync.Mutex
	marks  *lru
	scores *lru
	gone   *lru
	hidden *lru   // by the keys of negative entries; the value is as in Redis
	claims *lru   // the value is the token, as in Redis
	key    []byte // scratch of the holder of mu
	token  []byte // the same
	closed bool
}

// NewMemory makes a store with the bounds of c.Memory. A registry takes the
// metrics of one store.
func NewMemory(c Config, reg prometheus.Registerer) *Memory { return newMemory(c, newMetrics(reg)) }

func newMemory(c Config, m *metrics) *Memory {
	return &Memory{
		config:    c,
		metrics:   m,
		start:     time.Now(),
		now:       time.Now,
		owner:     newOwner(""),
		scoreLife: lifetime{c.ScoreTTL, c.TTLJitter},
		goneLife:  lifetime{c.NegativeTTL, c.TTLJitter},
		marks:     newLRU(c.Memory, m, "sent"),
		scores:    newLRU(c.Memory, m, "score"),
		gone:      newLRU(c.Memory, m, "gone"),
		hidden:    newLRU(c.Memory, m, "hidden"),
		claims:    newLRU(c.Memory, m, "claim"),
	}
}

// Lookup implements [Store].
func (m *Memory) Lookup(ctx context.Context, keys []Key) ([]State, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil, ErrClosed
	}
	return m.states(keys), nil
}

// states is called with mu held.
func (m *Memory) states(keys []Key) []State {
	states, now := make([]State, len(keys)), m.age()
	for i := range keys {
		m.key = appendMarkKey(m.key[:0], &keys[i])
		_, states[i].Sent = m.marks.get(m.key, now)
		m.key = appendScoreKey(m.key[:0], m.config.Prefix, &keys[i])
		if n, ok := m.scores.get(m.key, now); ok {
			states[i].Score = n.value
		}
	}
	return states
}

// Remember implements [Store].
func (m *Memory) Remember(ctx context.Context, entries []Entry) error {
	return m.End(ctx, nil, Result{Entries: entries})
}

// Begin implements [Store].
func (m *Memory) Begin(ctx context.Context, keys []Key) (Work, error) {
	if err := ctx.Err(); err != nil {
		return Work{}, err
	}
	if err := oneRevision(keys); err != nil {
		return Work{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return Work{}, ErrClosed
	}
	return m.begin(keys, m.config.Claim.TTL), nil
}

// peek is Begin without a claim.
func (m *Memory) peek(ctx context.Context, keys []Key) (Work, error) {
	if err := ctx.Err(); err != nil {
		return Work{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return Work{}, ErrClosed
	}
	return m.begin(keys, 0), nil
}

// begin is called with mu held. Without a lifetime it claims nothing.
func (m *Memory) begin(keys []Key, ttl time.Duration) Work {
	w := Work{States: m.states(keys), Claim: new(Claim)}
	if len(keys) == 0 {
		return w
	}
	now := m.age()
	w.Claim.wiki, w.Claim.rev = keys[0].Wiki, keys[0].RevID
	if !m.gone.empty() || !m.hidden.empty() { // seldom
		m.key = appendGoneKey(m.key[:0], w.Claim.wiki, w.Claim.rev)
		if n, ok := m.gone.get(m.key, now); ok {
			w.Gone = string(n.value)
		}
		if h, ok := m.hiding(m.key, now); ok {
			w.hide(h.Hidden)
		}
	}
	if ttl <= 0 || allSent(w.States) {
		return w
	}
	m.key = appendClaimKey(m.key[:0], w.Claim.wiki, w.Claim.rev)
	if n, ok := m.claims.get(m.key, now); ok {
		w.Held = n.expires - now
		m.metrics.claimsHeld.Inc()
		return w
	}
	w.Claim = m.owner.claim(&keys[0])
	m.token = m.owner.appendToken(m.token[:0], w.Claim)
	m.claims.put(m.key, m.token, now, ttl)
	m.metrics.claimsGranted.Inc()
	return w
}

func allSent(states []State) bool {
	for i := range states {
		if !states[i].Sent {
			return false
		}
	}
	return true
}

// End implements [Store].
func (m *Memory) End(ctx context.Context, c *Claim, r Result) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return ErrClosed
	}
	if c.settle() {
		m.keep(c, m.age(), 0)
	}
	m.put(c, r)
	return nil
}

// remember is End for a claim that is none of m's, or nil.
func (m *Memory) remember(c *Claim, r Result) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return ErrClosed
	}
	m.put(c, r)
	return nil
}

// put is called with mu held.
func (m *Memory) put(c *Claim, r Result) {
	now, spoilt := m.age(), c != nil && c.spoilt.Load()
	for i := range r.Entries {
		e := &r.Entries[i]
		m.key = appendMarkKey(m.key[:0], &e.Key)
		m.marks.put(m.key, nil, now, m.config.SentTTL)
		if !spoilt && cacheable(e.Score) {
			m.key = appendScoreKey(m.key[:0], m.config.Prefix, &e.Key)
			m.scores.put(m.key, e.Score, now, m.scoreLife.draw())
			if m.models.due(&e.Key, m.now()) {
				m.models.announced(&e.Key, m.now())
			}
		}
	}
	if c != nil && !spoilt && validGone(r.Gone) {
		m.key = appendGoneKey(m.key[:0], c.wiki, c.rev)
		_, known := m.gone.get(m.key, now)
		if _, hidden := m.hiding(m.key, now); !known && !hidden { // as SET … NX in Redis
			m.gone.put(m.key, []byte(r.Gone), now, m.goneLife.draw())
		}
	}
}

// keep renews a claim, or gives it back when ttl is 0, if it is still c's. It is
// called with mu held.
func (m *Memory) keep(c *Claim, now, ttl time.Duration) {
	m.key = appendClaimKey(m.key[:0], c.wiki, c.rev)
	m.token = m.owner.appendToken(append(m.token[:0], spoiltPrefix...), c)
	n, ok := m.claims.get(m.key, now)
	switch {
	case ok && bytes.Equal(n.value, m.token):
		c.spoilt.Store(true)
	case !ok || !bytes.Equal(n.value, m.token[len(spoiltPrefix):]):
		c.spoilt.Store(true)
		m.metrics.claimsLost.Inc()
		return
	}
	if ttl > 0 {
		m.claims.put(m.key, n.value, now, ttl)
		return
	}
	m.claims.delete(m.key, now)
}

// Release implements [Store].
func (m *Memory) Release(c *Claim) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.closed && c.settle() {
		m.keep(c, m.age(), 0)
	}
}

// Renew gives claims their full lifetime again, if they were not lost.
func (m *Memory) Renew(ctx context.Context, claims []*Claim) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return ErrClosed
	}
	now := m.age()
	for _, c := range claims {
		if c.Granted() && !c.settled.Load() {
			m.keep(c, now, m.config.Claim.TTL)
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
	for _, l := range m.all() {
		l.drop()
	}
	return nil
}

func (m *Memory) all() []*lru { return []*lru{m.marks, m.scores, m.gone, m.hidden, m.claims} }
