package pattern

import (
	"slices"
	"sync"
)

// caseRange says that every stride-th code point from lo to hi changes case by
// adding delta.
type caseRange struct{ lo, hi, stride, delta rune }

func lower(r rune) rune { return lowerTable().of(r) }
func upper(r rune) rune { return upperTable().of(r) }

// cased says whether r has another case, as _sre.unicode_iscased does.
func cased(r rune) bool { return lower(r) != r || upper(r) != r }

// caseTable is what set algebra needs of one direction of change.
type caseTable struct {
	back    map[rune][]rune // what changes into a code point
	changed runeSet         // code points that the change moves
	pairs   []runePair      // all of them, ascending
}

type runePair struct{ from, to rune }

func expand(table []caseRange) caseTable {
	t := caseTable{back: map[rune][]rune{}}
	for _, c := range table {
		for r := c.lo; r <= c.hi; r += c.stride {
			t.back[r+c.delta] = append(t.back[r+c.delta], r)
			t.pairs = append(t.pairs, runePair{r, r + c.delta})
			t.changed = append(t.changed, runeRange{r, r})
		}
	}
	slices.SortFunc(t.pairs, func(a, b runePair) int { return int(a.from - b.from) })
	t.changed = normal(t.changed)
	return t
}

// The expansions are constant; they are made on first use, since most programs
// that import this package compile few patterns or none.
var (
	lowerTable = sync.OnceValue(func() caseTable { return expand(lowerCase) })
	upperTable = sync.OnceValue(func() caseTable { return expand(upperCase) })
)

// of changes one code point.
func (t caseTable) of(r rune) rune {
	i, found := slices.BinarySearchFunc(t.pairs, r, func(p runePair, r rune) int { return int(p.from - r) })
	if !found {
		return r
	}
	return t.pairs[i].to
}

// image is the set of what the members of s change to.
func (t caseTable) image(s runeSet) runeSet {
	out := s.minus(t.changed)
	for _, p := range t.pairs {
		if s.contains(p.from) {
			out = append(out, runeRange{p.to, p.to})
		}
	}
	return normal(out)
}

// preimage is the set of what is in s after the change.
func (t caseTable) preimage(s runeSet) runeSet {
	var out runeSet
	if !s.small() {
		out = s.minus(t.changed)
		for _, p := range t.pairs {
			if s.contains(p.to) {
				out = append(out, runeRange{p.from, p.from})
			}
		}
		return normal(out)
	}
	for _, r := range s {
		for c := r.lo; c <= r.hi; c++ {
			if t.of(c) == c {
				out = append(out, runeRange{c, c})
			}
			for _, from := range t.back[c] {
				out = append(out, runeRange{from, from})
			}
		}
	}
	return normal(out)
}
