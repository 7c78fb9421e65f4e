package parse

import (
	"math/bits"
	"math/rand/v2"
)

// ident is where and in which context a stack began. What became of one route
// becomes of the next with the same ident.
type ident struct {
	head    int
	context context
}

// routes remembers the idents of routes that fail. It is a hash table of its own
// as one of Go's maps would be most of the time and of the garbage: clearing this
// one costs nothing, and mostly there is nothing at the head to look up.
type routes struct {
	slots []route // as many as a power of two
	shift uint    // leaves as many bits of a hash as that power
	seed  uint64  // odd, so that no text can be made for which the slots collide
	count int
	far   int // the greatest head, -1 if there is none
	turn  uint32
}

// route is an ident in a table. It counts if its turn is that of the table.
type route struct {
	context context
	head    uint32
	turn    uint32
}

// clear forgets all routes.
func (r *routes) clear() {
	r.count, r.far = 0, -1
	r.turn++
	if r.turn == 0 {
		clear(r.slots)
		r.turn = 1
	}
}

// find returns the slot of an ident, and whether it is there.
func (r *routes) find(id ident) (*route, bool) {
	const spread = 0x9E3779B97F4A7C15 // 2^64 by the golden ratio
	hash := (uint64(id.context) ^ uint64(id.head)*spread) * r.seed
	for i := int(hash >> r.shift); ; i++ {
		slot := &r.slots[i&(len(r.slots)-1)]
		if slot.turn != r.turn {
			return slot, false
		}
		if slot.head == uint32(id.head) && slot.context == id.context {
			return slot, true
		}
	}
}

func (r *routes) has(id ident) bool {
	if id.head > r.far {
		return false
	}
	_, ok := r.find(id)
	return ok
}

func (r *routes) add(id ident) {
	if 4*r.count >= 3*len(r.slots) {
		r.grow()
	}
	slot, ok := r.find(id)
	if ok {
		return
	}
	*slot = route{context: id.context, head: uint32(id.head), turn: r.turn}
	r.count++
	r.far = max(r.far, id.head)
}

func (r *routes) grow() {
	old := r.slots
	r.slots = make([]route, max(2*len(old), 64))
	r.shift = uint(64 - bits.Len(uint(len(r.slots)-1)))
	if r.seed == 0 {
		r.seed = rand.Uint64() | 1
	}
	for _, s := range old {
		if s.turn == r.turn {
			slot, _ := r.find(ident{int(s.head), s.context})
			*slot = s
		}
	}
}
