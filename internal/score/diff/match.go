package diff

import (
	"cmp"
	"slices"
)

// block says that a[i:i+n] equals b[j:j+n].
type block struct{ i, j, n int }

// matcher is difflib.SequenceMatcher(None, a, b) of Python 3.11 over codes: find
// the longest block that both sequences have, then the same to its left and to
// its right. Where difflib keeps hash maps, arrays serve: `b2j` is one array
// sorted by code, and `j2len` is kept by diagonal.
type matcher struct {
	a, b []uint32

	// The places of code c in b are places[starts[c]:starts[c+1]], ascending.
	places []uint32
	starts []uint32

	// diagonals holds the run of equal pairs that ends last on each diagonal
	// j-i. A row (one i) touches each diagonal at most once, so unlike an array
	// by j none is overwritten while the row still needs it.
	diagonals []run
	row       uint32 // number of the current row, over all searches

	steps, maxSteps int
}

// run is n pairs of equal items up to and including a row.
type run struct{ row, n uint32 }

// Sequences of at least autojunkLen items have popular items: those that occur
// more than once per autojunkShare items, and once. They start no block, but
// blocks are extended over them.
const (
	autojunkLen   = 200
	autojunkShare = 100
)

func newMatcher(a, b []uint32, codes, maxSteps int) *matcher {
	return &matcher{a: a, b: b, starts: make([]uint32, codes+1), maxSteps: maxSteps}
}

// index fills places: a counting sort of b by code, popular codes left out.
func (m *matcher) index() {
	counts := m.starts[1:]
	for _, code := range m.b {
		counts[code]++
	}
	if n := len(m.b); n >= autojunkLen {
		for code, count := range counts {
			if int(count) > n/autojunkShare+1 {
				counts[code] = 0
			}
		}
	}
	total := uint32(0)
	skip := make([]bool, len(counts)) // popular, or not in b at all
	for code, count := range counts {
		skip[code] = count == 0
		counts[code] = total // where the code's next place goes
		total += count
	}
	m.places = make([]uint32, total)
	for j, code := range m.b {
		if !skip[code] {
			m.places[counts[code]] = uint32(j)
			counts[code]++
		}
	}
	// Each count has moved to its code's end, which is the next code's start.
}

// blocks returns all matching blocks in order, adjacent ones joined
// (difflib.SequenceMatcher.get_matching_blocks, without its last, empty one).
func (m *matcher) blocks() ([]block, error) {
	if len(m.a) == 0 || len(m.b) == 0 {
		return nil, nil
	}
	m.index()
	m.diagonals = make([]run, len(m.a)+len(m.b)-1)
	type area struct{ alo, ahi, blo, bhi int }
	todo := []area{{0, len(m.a), 0, len(m.b)}}
	var found []block
	for len(todo) > 0 {
		t := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		x := m.longest(t.alo, t.ahi, t.blo, t.bhi)
		if m.steps > m.maxSteps {
			return nil, ErrTooComplex
		}
		if x.n == 0 {
			continue
		}
		found = append(found, x)
		if t.alo < x.i && t.blo < x.j {
			todo = append(todo, area{t.alo, x.i, t.blo, x.j})
		}
		if x.i+x.n < t.ahi && x.j+x.n < t.bhi {
			todo = append(todo, area{x.i + x.n, t.ahi, x.j + x.n, t.bhi})
		}
	}
	slices.SortFunc(found, func(x, y block) int { return cmp.Compare(x.i, y.i) })
	return join(found), nil
}

// join merges blocks that follow each other without a gap, in place.
func join(found []block) []block {
	joined := found[:0]
	for _, x := range found {
		if n := len(joined); n > 0 && joined[n-1].i+joined[n-1].n == x.i && joined[n-1].j+joined[n-1].n == x.j {
			joined[n-1].n += x.n
			continue
		}
		joined = append(joined, x)
	}
	return joined
}

// longest returns the longest block within a[alo:ahi] and b[blo:bhi]; of several
// the one that starts first in a, then in b. It stops early, with any block,
// once maxSteps are used up.
func (m *matcher) longest(alo, ahi, blo, bhi int) block {
	best := block{alo, blo, 0}
	m.row++ // what earlier searches left on the diagonals is in no row before
	for i := alo; i < ahi && m.steps <= m.maxSteps; i++ {
		m.row++
		m.steps++
		places := m.places[m.starts[m.a[i]]:m.starts[m.a[i]+1]]
		if len(places) > 0 && int(places[0]) < blo {
			skip, _ := slices.BinarySearch(places, uint32(blo))
			places = places[skip:]
		}
		diagonals := m.diagonals[len(m.a)-1-i:]
		for seen, place := range places {
			j := int(place)
			if j >= bhi {
				places = places[:seen]
				break
			}
			d := &diagonals[j]
			if d.row != m.row-1 {
				d.n = 0
			}
			d.row = m.row
			d.n++
			if n := int(d.n); n > best.n {
				best = block{i - n + 1, j - n + 1, n}
			}
		}
		m.steps += len(places)
	}
	return m.extend(best, alo, ahi, blo, bhi)
}

// extend lengthens a block over equal items on both sides, which are popular
// ones. An empty block can grow so too, at the very start of the area.
func (m *matcher) extend(x block, alo, ahi, blo, bhi int) block {
	for x.i > alo && x.j > blo && m.a[x.i-1] == m.b[x.j-1] {
		x.i, x.j, x.n = x.i-1, x.j-1, x.n+1
	}
	for x.i+x.n < ahi && x.j+x.n < bhi && m.a[x.i+x.n] == m.b[x.j+x.n] {
		x.n++
	}
	return x
}
