package pattern

import (
	"slices"
	"unicode"
)

// runeRange holds the code points from lo to hi, both included.
type runeRange struct{ lo, hi rune }

// runeSet is a set of code points: ascending ranges that neither overlap nor
// touch, so that equal sets are equal slices.
type runeSet []runeRange

// normal sorts ranges and joins those that overlap or touch. It keeps s.
func normal(s runeSet) runeSet {
	slices.SortFunc(s, func(a, b runeRange) int { return int(a.lo - b.lo) })
	out := s[:0]
	for _, r := range s {
		if n := len(out); n > 0 && r.lo <= out[n-1].hi+1 {
			out[n-1].hi = max(out[n-1].hi, r.hi)
			continue
		}
		out = append(out, r)
	}
	return out
}

// union leaves both sets as they are.
func (s runeSet) union(t runeSet) runeSet {
	return normal(slices.Concat(s, t))
}

// complement is all other code points, surrogates included: no text has those.
func (s runeSet) complement() runeSet {
	var out runeSet
	next := rune(0)
	for _, r := range s {
		if r.lo > next {
			out = append(out, runeRange{next, r.lo - 1})
		}
		next = r.hi + 1
	}
	if next <= unicode.MaxRune {
		out = append(out, runeRange{next, unicode.MaxRune})
	}
	return out
}

func (s runeSet) minus(t runeSet) runeSet {
	return s.complement().union(t).complement()
}

func (s runeSet) contains(r rune) bool {
	_, ok := slices.BinarySearchFunc(s, r, func(a runeRange, r rune) int {
		switch {
		case a.hi < r:
			return -1
		case a.lo > r:
			return 1
		}
		return 0
	})
	return ok
}

// small says that s is better gone through by its members than by all changes
// of case.
func (s runeSet) small() bool {
	n := rune(0)
	for _, r := range s {
		if n += r.hi - r.lo + 1; n > 64 {
			return false
		}
	}
	return true
}

// single is the set of one code point.
func single(r rune) runeSet { return runeSet{{r, r}} }

var newlineSet = single('\n')
