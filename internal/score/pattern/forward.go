package pattern

import (
	"encoding/binary"
	"sync"
	"sync/atomic"
	"unicode/utf8"
)

// forward is the program as an automaton that reads from one place on and
// knows the leftmost-first match of that place: its states are the threads of a
// backtracking matcher in their order of preference (as in RE2's longest-first
// machine, with the order kept). States are made when a text first needs them.
//
// Readers take no lock: a state never changes, but for the table of its
// successors, whose entries are set once, atomically. Makers hold mu. When the
// states together outgrow maxForward all are forgotten and the table starts
// again; readers that hold a forgotten state finish with it.
type forward struct {
	prog  *program
	cache atomic.Pointer[forwardCache]

	mu      sync.Mutex // guards what follows and the insides of the cache
	visited []uint32   // by instruction: the last closure that saw it
	closure uint32
	stack   []int32
}

// maxForward bounds the states of one automaton.
const maxForward = 4 << 20

type forwardCache struct {
	start  [kinds][2]atomic.Pointer[forwardState]
	states map[string]*forwardState
	bytes  int
}

// forwardState is where a reader can be.
type forwardState struct {
	threads []int32 // instructions to go on at, best first
	prev    kind    // of the character read last, if assertions ask
	matched bool    // a match ends before the character read last
	dead    bool    // there are no threads
	next    []atomic.Pointer[forwardState]
}

func newForward(p *program) *forward {
	f := &forward{prog: p, visited: make([]uint32, len(p.insts))}
	f.cache.Store(&forwardCache{states: map[string]*forwardState{}})
	return f
}

// begin gives the state before the first character of an attempt behind a
// neighbour of kind prev. A nonEmpty attempt must consume something.
func (f *forward) begin(prev kind, nonEmpty bool) *forwardState {
	i := 0
	if nonEmpty {
		i = 1
	}
	if s := f.cache.Load().start[prev][i].Load(); s != nil {
		return s
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.state([]int32{f.prog.begin(nonEmpty)}, prev, false)
	f.cache.Load().start[prev][i].Store(s)
	return s
}

// state finds or makes a state. Held: mu.
func (f *forward) state(threads []int32, prev kind, matched bool) *forwardState {
	if !f.prog.asserts || len(threads) == 0 {
		prev = kindOther
	}
	key := make([]byte, 0, 4*len(threads)+2)
	for _, pc := range threads {
		key = binary.LittleEndian.AppendUint32(key, uint32(pc))
	}
	key = append(key, byte(prev))
	if matched {
		key = append(key, 1)
	}
	c := f.cache.Load()
	if s, ok := c.states[string(key)]; ok {
		return s
	}
	cost := 2*len(key) + 8*f.prog.alphabet.size() + 160
	if c.bytes+cost > maxForward {
		c = &forwardCache{states: map[string]*forwardState{}}
		f.cache.Store(c)
	}
	s := &forwardState{threads: threads, prev: prev, matched: matched, dead: len(threads) == 0,
		next: make([]atomic.Pointer[forwardState], f.prog.alphabet.size())}
	c.states[string(key)] = s
	c.bytes += cost
	return s
}

// step makes the successor of s for symbol sym.
func (f *forward) step(s *forwardState, sym symbol) *forwardState {
	f.mu.Lock()
	defer f.mu.Unlock()
	if t := s.next[sym].Load(); t != nil {
		return t
	}
	if f.closure++; f.closure == 0 {
		clear(f.visited)
		f.closure = 1
	}
	var threads []int32
	matched := false
	next := f.prog.alphabet.kinds[sym]
	f.stack = f.stack[:0]
	for i := len(s.threads) - 1; i >= 0; i-- {
		f.stack = append(f.stack, s.threads[i])
	}
	reached := map[int32]bool{}
	for len(f.stack) > 0 && !matched {
		pc := f.stack[len(f.stack)-1]
		f.stack = f.stack[:len(f.stack)-1]
		if f.visited[pc] == f.closure {
			continue // a better thread was here
		}
		f.visited[pc] = f.closure
		switch in := &f.prog.insts[pc]; in.op {
		case instMatch:
			matched = true // threads after this one are worse
		case instChar:
			if in.set.has(int(sym)) && !reached[in.x] {
				reached[in.x] = true
				threads = append(threads, in.x)
			}
		case instSplit:
			f.stack = append(f.stack, in.y, in.x)
		case instAssert:
			if in.assert.holds(s.prev, next) {
				f.stack = append(f.stack, in.x)
			}
		case instSave:
			f.stack = append(f.stack, in.x)
		}
	}
	t := f.state(threads, next, matched)
	s.next[sym].Store(t)
	return t
}

// match finds the end of the match that starts at byte from; any is content to
// know that there is one. steps is how many characters were read.
func (f *forward) match(text string, from int, nonEmpty, any bool) (end int, ok bool, steps int) {
	a := f.prog.alphabet
	prev, _ := a.before(text, from)
	s := f.begin(a.kinds[prev], nonEmpty)
	for i := from; ; steps++ {
		var sym symbol
		n := 1
		if i+1 < len(text) && text[i] < utf8.RuneSelf {
			sym = a.ascii[text[i]] // what at does, for most characters
		} else {
			sym, n = a.at(text, i)
		}
		t := s.next[sym].Load()
		if t == nil {
			t = f.step(s, sym)
		}
		if t.matched {
			end, ok = i, true
			if any {
				return end, ok, steps
			}
		}
		if t.dead {
			return end, ok, steps
		}
		i += n
		if t == s && !t.matched {
			// A run of letters, say: as long as nothing changes there is nothing
			// to wait for.
			for i+1 < len(text) && text[i] < utf8.RuneSelf && s.next[a.ascii[text[i]]].Load() == s {
				i++
				steps++
			}
		}
		s = t
	}
}
