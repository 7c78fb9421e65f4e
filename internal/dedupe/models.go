package dedupe

import (
	"sync"
	"time"
)

// models knows which models have scores of a wiki, so that a revision's scores
// can be found and dropped without a look at every key there is. A store of one
// process learns them as it writes; Redis keeps a set of them for each wiki that
// every process adds to before its first score.
//
// It grows with the models of the configuration and not with events.
type models struct {
	mu    sync.RWMutex
	wikis map[string]map[modelVersion]time.Time // when last announced
}

type modelVersion struct{ model, version string }

// announceEvery is how often a process repeats what it announced, in case
// somebody evicted or flushed it.
const announceEvery = time.Hour

// due reports whether the model of k is to be announced.
func (m *models) due(k *Key, now time.Time) bool {
	m.mu.RLock()
	defer m.mu.RUnlock()
	last, ok := m.wikis[k.Wiki][modelVersion{k.Model, k.Version}]
	return !ok || now.Sub(last) >= announceEvery
}

// announced takes note of an announcement that arrived.
func (m *models) announced(k *Key, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.wikis == nil {
		m.wikis = map[string]map[modelVersion]time.Time{}
	}
	if m.wikis[k.Wiki] == nil {
		m.wikis[k.Wiki] = map[modelVersion]time.Time{}
	}
	m.wikis[k.Wiki][modelVersion{k.Model, k.Version}] = now
}

// of lists the models of a wiki as keys without stream and revision.
func (m *models) of(wiki string) []Key {
	m.mu.RLock()
	defer m.mu.RUnlock()
	keys := make([]Key, 0, len(m.wikis[wiki]))
	for mv := range m.wikis[wiki] {
		keys = append(keys, Key{Wiki: wiki, Model: mv.model, Version: mv.version})
	}
	return keys
}
