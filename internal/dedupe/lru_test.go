package dedupe

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// model is what lru promises, as plainly as it can be written: newest last.
type model struct {
	keys    []string
	values  map[string]string
	expires map[string]time.Duration
}

func (m *model) drop(key string) {
	m.keys = slices.DeleteFunc(m.keys, func(k string) bool { return k == key })
}

func (m *model) get(key string, now time.Duration) (string, bool) {
	if !slices.Contains(m.keys, key) {
		return "", false
	}
	m.drop(key)
	if now >= m.expires[key] {
		return "", false
	}
	m.keys = append(m.keys, key)
	return m.values[key], true
}

func (m *model) put(key, value string, expires time.Duration, room int) {
	m.drop(key)
	m.keys = append(m.keys, key)
	m.values[key], m.expires[key] = value, expires
	if len(m.keys) > room {
		m.keys = m.keys[1:]
	}
}

// TestLRUIsTheModel does at random what may be done, and looks at every answer: the
// links of the ring and the free list are places in an array, which no compiler checks.
func TestLRUIsTheModel(t *testing.T) {
	const room = 20
	for seed := range uint64(50) {
		random := rand.New(rand.NewPCG(seed, 1))
		l := newLRU(MemoryConfig{Entries: room, Bytes: 1 << 20}, newMetrics(nil), "sent")
		m := &model{values: map[string]string{}, expires: map[string]time.Duration{}}
		for now := time.Duration(0); now < 2000; now++ {
			key := fmt.Sprint("key ", random.IntN(2*room))
			switch random.IntN(8) {
			case 0, 1, 2:
				value := fmt.Sprint("value ", now)
				ttl := time.Duration(1 + random.IntN(200))
				l.put([]byte(key), []byte(value), now, ttl)
				m.put(key, value, now+ttl, room)
			case 3:
				alive := slices.Contains(m.keys, key) && now < m.expires[key]
				m.drop(key)
				if n := l.delete([]byte(key), now); (n == 1) != alive {
					t.Fatalf("seed %d: delete of %s, alive %v, is %d", seed, key, alive, n)
				}
			case 4:
				if random.IntN(50) == 0 {
					m.keys = slices.DeleteFunc(m.keys, func(k string) bool { return k < key })
					l.deleteFunc(func(k string, _ time.Duration) bool { return k < key })
				}
			default:
				want, known := m.get(key, now)
				e, ok := l.get([]byte(key), now)
				if ok != known || string(e.value) != want || ok && e.expires != m.expires[key] {
					t.Fatalf("seed %d: %s is %q until %d (%v), want %q until %d (%v)", seed, key, e.value, e.expires, ok, want, m.expires[key], known)
				}
			}
			if len(l.index) != len(m.keys) || l.empty() != (len(m.keys) == 0) {
				t.Fatalf("seed %d: %d entries, want %d", seed, len(l.index), len(m.keys))
			}
		}
	}
}

// What the caller does to its slice afterwards, or to an answer by appending, must not
// reach the entry.
func TestLRUKeepsCopies(t *testing.T) {
	l := newLRU(MemoryConfig{Entries: 2, Bytes: 1 << 20}, newMetrics(nil), "sent")
	key, value := []byte("key"), []byte("value")
	l.put(key, value, 0, time.Hour)
	copy(value, "XXXXX")
	copy(key, "XXX")
	e, _ := l.get([]byte("key"), 0)
	_ = append(e.value, "behind"...)
	if e, ok := l.get([]byte("key"), 0); !ok || string(e.value) != "value" {
		t.Errorf("the entry is %q (%v)", e.value, ok)
	}
}
