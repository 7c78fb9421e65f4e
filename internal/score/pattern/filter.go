package pattern

import (
	"math/bits"
	"slices"
	"unicode/utf8"
)

// filter finds the places of a text where an attempt to match can be worth its
// while: a window of five characters (the one before the place and the first
// four) is compared with what the program's first steps accept.
//
// It is the shift-or machine of Baeza-Yates and Gonnet with sets in place of
// letters: the first steps of all alternatives are dealt into 12 buckets, and
// each character has a word of five lanes, one for each place in the window,
// with a zero for every bucket that accepts it there. Shifting and or-ing these
// words leaves a zero in the top lane when one bucket accepted the window. That
// costs two operations and two loads a character, whatever the program, and
// has no branch that a processor could guess wrong on clean text. A bucket
// accepts more than its alternatives do (any mixture of them), never less; what
// it mixes up is mostly told apart again by tables of three characters. Four lanes of 16 buckets let half as many more through on English
// text with 100 alternatives, six of 10 as well.
type filter struct {
	ascii   [256]uint64 // by byte; those from 0x80 on are not used
	symbols []uint64    // by symbol

	// first has a row of 64 bits for every two groups of ASCII characters, with a
	// bit for each third: whether some alternative starts like that. second is
	// the same of an alternative's second to fourth character. They are nil if
	// the program tells more than 64 groups apart.
	first, second []uint64

	width  int
	groups [utf8.RuneSelf]uint8
}

const (
	lanes    = 5
	laneBits = 12
	// The lanes end at the top bit; below the first are bits that stay zero.
	unused = 64 - lanes*laneBits
	// missTop is the top lane when no bucket accepted: all its bits are set.
	missTop = uint64(1<<laneBits-1) << (64 - laneBits)
	// nothing is accepted by no bucket in no lane.
	nothing = ^uint64(0) &^ (1<<unused - 1)
	// fresh is the state in front of the first window, already shifted.
	fresh = nothing &^ (1<<(unused+laneBits) - 1)
)

// stretch is how many bytes skip takes at a time.
const stretch = 8

// skip goes on from byte i as long as there are whole stretches of ASCII. At a
// window worth an attempt it stops behind the window's last byte.
func (f *filter) skip(text string, i int, state uint64) (behind int, after uint64, found bool) {
	for ; i+stretch <= len(text); i += stretch {
		t := text[i : i+stretch]
		if t[0]|t[1]|t[2]|t[3]|t[4]|t[5]|t[6]|t[7] >= utf8.RuneSelf {
			break
		}
		s0 := state<<laneBits | f.ascii[t[0]]
		s1 := s0<<laneBits | f.ascii[t[1]]
		s2 := s1<<laneBits | f.ascii[t[2]]
		s3 := s2<<laneBits | f.ascii[t[3]]
		s4 := s3<<laneBits | f.ascii[t[4]]
		s5 := s4<<laneBits | f.ascii[t[5]]
		s6 := s5<<laneBits | f.ascii[t[6]]
		s7 := s6<<laneBits | f.ascii[t[7]]
		if s0&s1&s2&s3&s4&s5&s6&s7 < missTop {
			for k, s := range [stretch]uint64{s0, s1, s2, s3, s4, s5, s6, s7} {
				if s < missTop && f.likely(text, i+k) {
					return i + k + 1, s, true
				}
			}
		}
		state = s7
	}
	return i, state, false
}

// likely looks closer at a window whose last character begins at i.
func (f *filter) likely(text string, i int) bool {
	if i < lanes-1 {
		return true
	}
	t := text[i-(lanes-2) : i+1]
	if (t[0]|t[1]|t[2]|t[3]) >= utf8.RuneSelf || f.first == nil {
		return true
	}
	a, b, c, d := int(f.groups[t[0]]), int(f.groups[t[1]]), f.groups[t[2]], f.groups[t[3]]
	return f.first[a*f.width+b]>>c&1 != 0 && f.second[b*f.width+int(c)]>>d&1 != 0
}

// refine fills the tables of three characters: what the buckets mix up is told apart again.
func (f *filter) refine(windows []window, a *alphabet) {
	byGroup := map[symbol]uint8{}
	var samples []symbol
	for c, s := range a.ascii {
		if _, ok := byGroup[s]; !ok {
			byGroup[s] = uint8(len(samples))
			samples = append(samples, s)
		}
		f.groups[c] = byGroup[s]
	}
	if f.width = len(samples); f.width > 64 {
		return
	}
	// The groups that each lane of each window accepts.
	accepted := make([][lanes]uint64, len(windows))
	for i, w := range windows {
		for lane, set := range w {
			for g, s := range samples {
				if set.has(int(s)) || s == a.ascii['\n'] && set.has(int(a.final)) {
					accepted[i][lane] |= 1 << g
				}
			}
		}
	}
	f.first = f.triples(accepted, 1)
	f.second = f.triples(accepted, 2)
}

// triples is the table of the lanes from lane on.
func (f *filter) triples(accepted [][lanes]uint64, lane int) []uint64 {
	table := make([]uint64, f.width*f.width)
	for _, w := range accepted {
		for x := w[lane]; x != 0; x &= x - 1 {
			row := table[bits.TrailingZeros64(x)*f.width:]
			for y := w[lane+1]; y != 0; y &= y - 1 {
				row[bits.TrailingZeros64(y)] |= w[lane+2]
			}
		}
	}
	return table
}

// window is what one way into the program accepts: the left neighbour and the
// first three characters.
type window [lanes]bitset

// Bounds on the ways into a program that are looked at one by one: many can
// lead to one window, as in (a?){30}b.
const (
	maxWindows = 4096
	maxCalls   = 1 << 15
)

// newFilter makes the filter of a program without the ways that begin at skip.
func newFilter(p *program, skip []int32) *filter {
	e := explorer{prog: p, skip: skip, all: newBitset(p.alphabet.size())}
	for s := range p.alphabet.size() {
		e.all.add(s)
	}
	for depth := lanes - 1; depth >= 0; depth-- {
		if e.run(depth) {
			break
		}
	}
	buckets := deal(e.windows, p.alphabet)
	f := &filter{symbols: make([]uint64, p.alphabet.size())}
	for s := range f.symbols {
		f.symbols[s] = nothing
		for i, b := range buckets {
			for lane, set := range b {
				if set.has(s) {
					f.symbols[s] &^= 1 << (unused + lane*laneBits + i)
				}
			}
		}
	}
	// A newline that ends the text is another symbol; the scan does not look.
	newline := p.alphabet.ascii['\n']
	f.symbols[newline] &= f.symbols[p.alphabet.final]
	for c := range utf8.RuneSelf {
		f.ascii[c] = f.symbols[p.alphabet.ascii[c]]
	}
	f.refine(e.windows, p.alphabet)
	return f
}

// explorer lists the windows of a program, following it for depth characters.
type explorer struct {
	prog    *program
	skip    []int32 // instructions not to follow
	all     bitset
	depth   int
	windows []window
	seen    map[string]bool
	calls   int
}

// run says false when there are too many ways; with a depth of 0 there is one,
// which accepts everything.
func (e *explorer) run(depth int) bool {
	e.depth, e.windows, e.seen, e.calls = depth, nil, map[string]bool{}, 0
	return e.follow(e.prog.start, window{e.all}, 1, e.all)
}

// follow goes on at pc with n characters of the window known (the left
// neighbour is the first) and the next one limited to need.
func (e *explorer) follow(pc int32, w window, n int, need bitset) bool {
	if e.calls++; e.calls > maxCalls {
		return false
	}
	if slices.Contains(e.skip, pc) {
		return true
	}
	in := &e.prog.insts[pc]
	if n > e.depth || in.op == instMatch || in.op == instBackref {
		return e.emit(w, n, need)
	}
	switch in.op {
	case instChar:
		if w[n] = in.set.and(need); w[n].empty() {
			return true
		}
		return e.follow(in.x, w, n+1, e.all)
	case instSplit:
		return e.follow(in.x, w, n, need) && e.follow(in.y, w, n, need)
	case instAssert:
		return e.between(in, w, n, need)
	case instFail:
		return true
	default: // what a look-around demands is not looked at
		return e.follow(in.x, w, n, need)
	}
}

// between follows an assertion once for every kind of left neighbour, since
// what it demands of the right one depends on that.
func (e *explorer) between(in *inst, w window, n int, need bitset) bool {
	var left, right [kinds]bitset
	for s, k := range e.prog.alphabet.kinds {
		for prev := range kinds {
			if left[prev] == nil {
				left[prev], right[prev] = newBitset(len(e.prog.alphabet.kinds)), newBitset(len(e.prog.alphabet.kinds))
			}
			if k == prev && w[n-1].has(s) {
				left[prev].add(s)
			}
			if in.assert.holds(prev, k) && need.has(s) {
				right[prev].add(s)
			}
		}
	}
	// Kinds that demand the same go on together.
	for prev := range kinds {
		if left[prev].empty() || right[prev].empty() {
			continue
		}
		for other := prev + 1; other < kinds; other++ {
			if slices.Equal(right[prev], right[other]) {
				left[prev] = left[prev].or(left[other])
				left[other] = newBitset(len(e.prog.alphabet.kinds))
			}
		}
		v := w
		v[n-1] = left[prev]
		if !e.follow(in.x, v, n, right[prev]) {
			return false
		}
	}
	return true
}

// emit completes a window whose further characters may be anything: the match
// has ended, a back-reference comes, or we do not look further.
func (e *explorer) emit(w window, n int, need bitset) bool {
	for ; n < lanes; n++ {
		w[n], need = need, e.all
	}
	key := ""
	for _, set := range w {
		key += set.key()
	}
	if !e.seen[key] {
		e.seen[key] = true
		e.windows = append(e.windows, w)
	}
	return len(e.windows) <= maxWindows || e.depth == 0
}
