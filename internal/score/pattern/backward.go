package pattern

import (
	"encoding/binary"
	"sync"
	"sync/atomic"
	"unicode/utf8"
)

// backward is the program as an automaton that reads a text from its end and
// says at every place which instructions can still reach a match from there:
// the set of viable instructions. With that a matcher never goes wrong: it
// takes the first viable branch of every choice, backtracks nowhere, and finds
// what Python finds after all its backtracking (Frisch and Cardelli, "Greedy
// regular expression matching", 2004). Look-ahead costs nothing extra, since
// whether it holds at a place is whether its own instructions are viable there.
//
// States are kept as those of forward are.
type backward struct {
	prog  *program
	exact bool // matches end where the reading began, and nowhere else
	cache atomic.Pointer[backwardCache]
	edge  atomic.Pointer[backwardState] // at the end of a text, where match begins
	mu    sync.Mutex                    // guards the insides of the cache
}

type backwardCache struct {
	states map[string]*backwardState
	bytes  int
}

// maxBackward bounds the states of one automaton. A lexicon of 300 words has
// some 3,000 of them; fewer would be made again and again on a text of its
// words, at microseconds each.
const maxBackward = 16 << 20

// view is what is known at a place without its left neighbour.
type view struct {
	fits bitset // the character instructions that the text from here on satisfies
	next kind   // of the character behind the place
	last bool   // the reading began here
}

type backwardState struct {
	view
	// viable is the set of instructions from which a match can be reached, by
	// the kind of the left neighbour.
	viable [kinds]atomic.Pointer[bitset]
	before []atomic.Pointer[backwardState] // by the left neighbour
	// stay has the bytes known to lead from the state to itself: ASCII characters,
	// and the others if all characters beyond ASCII do. It is replaced, never
	// written to.
	stay atomic.Pointer[[256]bool]
}

func newBackward(p *program, exact bool) *backward {
	b := &backward{prog: p, exact: exact}
	b.cache.Store(&backwardCache{states: map[string]*backwardState{}})
	return b
}

// end is the view from place p, where the reading begins.
func (b *backward) end(text string, p int) view {
	next, _ := b.prog.alphabet.at(text, p)
	return view{fits: newBitset(len(b.prog.insts)), next: b.prog.alphabet.kinds[next], last: b.exact}
}

// final is the state at the end of a text.
func (b *backward) final() *backwardState {
	s := b.edge.Load()
	if s == nil {
		s = b.state(b.end("", 0))
		b.edge.Store(s)
	}
	return s
}

// state finds or makes the state of a view.
func (b *backward) state(v view) *backwardState {
	key := make([]byte, 0, 8*len(v.fits)+2)
	for _, w := range v.fits {
		key = binary.LittleEndian.AppendUint64(key, w)
	}
	key = append(key, byte(v.next))
	if v.last {
		key = append(key, 1)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.cache.Load()
	if s, ok := c.states[string(key)]; ok {
		return s
	}
	cost := 4*len(key) + 8*b.prog.alphabet.size() + 300 // with one or two viable sets
	if c.bytes+cost > maxBackward {
		c = &backwardCache{states: map[string]*backwardState{}}
		b.cache.Store(c)
	}
	s := &backwardState{view: v, before: make([]atomic.Pointer[backwardState], b.prog.alphabet.size())}
	c.states[string(key)] = s
	c.bytes += cost
	return s
}

// viable gives the instructions that can reach a match from the place of s when
// its left neighbour is of kind prev.
func (b *backward) viable(s *backwardState, prev kind) bitset {
	if v := s.viable[prev].Load(); v != nil {
		return *v
	}
	v := newBitset(len(b.prog.insts))
	for _, pc := range b.prog.order {
		in := &b.prog.insts[pc]
		var ok bool
		switch in.op {
		case instMatch:
			ok = s.last || !b.exact
		case instChar:
			ok = s.fits.has(int(pc))
		case instSplit:
			ok = v.has(int(in.x)) || v.has(int(in.y))
		case instAssert:
			ok = v.has(int(in.x)) && in.assert.holds(prev, s.next)
		case instSave:
			ok = v.has(int(in.x))
		case instLook:
			ok = v.has(int(in.x)) && v.has(int(in.y)) != in.negate
		}
		if ok {
			v.add(int(pc))
		}
	}
	s.viable[prev].Store(&v)
	return v
}

// step gives the state before sym, the left neighbour of the place of s.
func (b *backward) step(s *backwardState, sym symbol) *backwardState {
	if t := s.before[sym].Load(); t != nil {
		return t
	}
	next := b.prog.alphabet.kinds[sym]
	v := b.viable(s, next)
	fits := newBitset(len(b.prog.insts))
	for pc := range b.prog.insts {
		in := &b.prog.insts[pc]
		if in.op == instChar && in.set.has(int(sym)) && v.has(int(in.x)) {
			fits.add(pc)
		}
	}
	t := b.state(view{fits: fits, next: next})
	s.before[sym].Store(t)
	return t
}

// maxWides bounds the states that settle may make.
const maxWides = 8

// settle notes that the symbol of a character, whose first byte is c, leads from
// s to s.
func (b *backward) settle(s *backwardState, sym symbol, c byte) {
	a := b.prog.alphabet
	old := s.stay.Load()
	if old != nil && old[c] {
		return
	}
	ascii := c < utf8.RuneSelf
	if !ascii {
		if len(a.wides) > maxWides {
			return
		}
		for _, wide := range a.wides {
			if b.step(s, wide) != s {
				return
			}
		}
	}
	var stay [256]bool
	if old != nil {
		stay = *old // what others add meanwhile is learned again
	}
	for c := range stay {
		if c < utf8.RuneSelf {
			stay[c] = stay[c] || ascii && a.ascii[c] == sym
		} else {
			stay[c] = stay[c] || !ascii
		}
	}
	s.stay.Store(&stay)
}

// run goes back from byte i of text over characters that change nothing, eight
// at a time.
func (s *backwardState) run(text string, i int) int {
	stay := s.stay.Load()
	if stay == nil {
		return i
	}
	for ; i >= stretch; i -= stretch {
		t := text[i-stretch : i]
		if !(stay[t[0]] && stay[t[1]] && stay[t[2]] && stay[t[3]] && stay[t[4]] && stay[t[5]] && stay[t[6]] && stay[t[7]]) {
			break
		}
	}
	for i > 0 && stay[text[i-1]] {
		i--
	}
	return i
}

// match says whether a match starts at the beginning of text.
func (b *backward) match(text string) bool {
	a := b.prog.alphabet
	s := b.final()
	for i := len(text); i > 0; {
		sym, n := a.before(text, i)
		t := b.step(s, sym)
		i -= n
		if t != s {
			s = t
			continue
		}
		// Look-ahead for what is rare leaves most characters without effect.
		if j := s.run(text, i); j < i {
			i = j
		} else if sym != a.final {
			b.settle(s, sym, text[i])
		}
	}
	return b.viable(s, kindEdge).has(int(b.prog.start))
}
