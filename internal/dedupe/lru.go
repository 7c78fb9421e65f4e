package dedupe

import (
	"bytes"
	"hash/maphash"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// node is one entry, linked into the order of use. Neighbours are places in
// lru.nodes and no pointers: see lru.
type node struct {
	text       []byte // the key and behind it the value
	expires    time.Duration
	hash       uint64
	key        uint32 // bytes of the key
	prev, next uint32
}

// nodeBytes is what an entry costs besides its key and value: the node, its place
// in the index, and what growth and the allocator leave unused.
const nodeBytes = 160

func (n *node) size() int64 { return int64(len(n.text)) + nodeBytes }

// entry is what a key has.
type entry struct {
	value   []byte // not to be modified
	expires time.Duration
}

// lru is a map bounded in entries and in bytes whose longest unused entry goes
// first, and whose entries have a lifetime each. It belongs to the mutex of its
// owner. All operations are O(1).
//
// It is not a cache library because those in reach decide by frequency: of the
// last 50,000 keys of a stream in which every key comes once, otter v2.4.0
// (W-TinyLFU, 100,000 entries) still held 1,354, and of the oldest 49,020. A
// mark has to outlast its own redelivery and nothing else, so the newest must win.
//
// It lies in memory as few objects, because the garbage collector visits each in
// each of its cycles: with a map of strings to nodes, of which every one and its key
// and its value was an object, that was a tenth of the service's processor time. The
// index holds hashes and places, which it need not visit at all. Of two keys with one
// hash, which takes a collision of 64 bits under a secret seed, the later one stays.
type lru struct {
	maxEntries int
	maxBytes   int64

	seed  maphash.Seed
	index map[uint64]uint32 // hash of a key to its place in nodes
	nodes []node            // [0] is the root of the ring: its next is the latest used, its prev the first to go
	free  uint32            // the first unused node, linked by next; 0: none
	bytes int64

	entriesGauge, bytesGauge prometheus.Gauge
	evicted                  prometheus.Counter
}

func newLRU(c MemoryConfig, m *metrics, what string) *lru {
	l := &lru{
		maxEntries: c.Entries, maxBytes: c.Bytes, seed: maphash.MakeSeed(),
		entriesGauge: m.memoryEntries.WithLabelValues(what),
		bytesGauge:   m.memoryBytes.WithLabelValues(what),
		evicted:      m.evicted.WithLabelValues(what),
	}
	l.drop()
	return l
}

// empty spares the making of a key that cannot be found.
func (l *lru) empty() bool { return len(l.index) == 0 }

// get finds an entry that is still alive and makes it the latest used.
func (l *lru) get(key []byte, now time.Duration) (entry, bool) {
	at, ok := l.find(key, maphash.Bytes(l.seed, key))
	if !ok {
		return entry{}, false
	}
	n := &l.nodes[at]
	if now >= n.expires {
		l.remove(at)
		l.gauge()
		return entry{}, false
	}
	l.unlink(at)
	l.linkFirst(at)
	return entry{n.text[n.key:len(n.text):len(n.text)], n.expires}, true
}

func (l *lru) find(key []byte, hash uint64) (at uint32, ok bool) {
	if at, ok = l.index[hash]; !ok {
		return 0, false
	}
	n := &l.nodes[at]
	return at, bytes.Equal(n.text[:n.key], key)
}

// put keeps a copy of value for ttl and evicts what there is no more room for.
func (l *lru) put(key, value []byte, now, ttl time.Duration) {
	text := append(append(make([]byte, 0, len(key)+len(value)), key...), value...)
	hash := maphash.Bytes(l.seed, key)
	at, ok := l.index[hash]
	if ok {
		l.unlink(at)
		l.bytes -= l.nodes[at].size()
	} else {
		at = l.unused()
		l.index[hash] = at
	}
	n := &l.nodes[at]
	n.text, n.key, n.hash, n.expires = text, uint32(len(key)), hash, now+ttl
	l.linkFirst(at)
	l.bytes += n.size()
	for len(l.index) > l.maxEntries || l.bytes > l.maxBytes {
		last := l.nodes[0].prev
		if now < l.nodes[last].expires {
			l.evicted.Inc()
		}
		l.remove(last)
	}
	l.gauge()
}

// unused returns the place of a node that nothing is linked to.
func (l *lru) unused() uint32 {
	if at := l.free; at != 0 {
		l.free = l.nodes[at].next
		return at
	}
	l.nodes = append(l.nodes, node{})
	return uint32(len(l.nodes) - 1)
}

// delete removes the entry of key and returns how many there were.
func (l *lru) delete(key []byte, now time.Duration) int64 {
	at, ok := l.find(key, maphash.Bytes(l.seed, key))
	if !ok {
		return 0
	}
	alive := now < l.nodes[at].expires
	l.remove(at)
	l.gauge()
	if !alive {
		return 0
	}
	return 1
}

// deleteFunc asks of every entry, in no order, whether to remove it.
func (l *lru) deleteFunc(gone func(key string, expires time.Duration) bool) {
	for _, at := range l.index {
		if n := &l.nodes[at]; gone(string(n.text[:n.key]), n.expires) {
			l.remove(at)
		}
	}
	l.gauge()
}

func (l *lru) remove(at uint32) {
	n := &l.nodes[at]
	l.unlink(at)
	delete(l.index, n.hash)
	l.bytes -= n.size()
	*n = node{next: l.free}
	l.free = at
}

// drop lets go of everything.
func (l *lru) drop() {
	l.index, l.nodes, l.free, l.bytes = make(map[uint64]uint32), make([]node, 1), 0, 0
	l.gauge()
}

func (l *lru) unlink(at uint32) {
	n := &l.nodes[at]
	l.nodes[n.prev].next, l.nodes[n.next].prev = n.next, n.prev
}

func (l *lru) linkFirst(at uint32) {
	root, n := &l.nodes[0], &l.nodes[at]
	n.prev, n.next = 0, root.next
	l.nodes[root.next].prev = at
	root.next = at
}

func (l *lru) gauge() {
	l.entriesGauge.Set(float64(len(l.index)))
	l.bytesGauge.Set(float64(l.bytes))
}
