package pattern

import (
	"slices"
	"unicode"
	"unicode/utf8"
)

// symbol is a class of characters that no part of a pattern tells apart. The
// automata work on symbols, so their tables stay small for any script.
type symbol = uint16

const (
	blockShift = 7
	blockSize  = 1 << blockShift
)

// alphabet maps code points to symbols. Two symbols stand for places, not
// characters: edge is before the first and after the last character, and final
// is a newline that ends the text, where $ holds.
type alphabet struct {
	ascii  [utf8.RuneSelf]symbol
	index  []uint16 // block of each blockSize code points
	blocks []symbol
	sample []rune // of each symbol, one of its characters
	kinds  []kind
	wides  []symbol // those with characters beyond ASCII
	final  symbol
	edge   symbol
}

// newAlphabet refines the code points by sets: afterwards every set is a union
// of symbols.
func newAlphabet(sets []runeSet) *alphabet {
	cuts := []rune{0, unicode.MaxRune + 1}
	for _, s := range sets {
		for _, r := range s {
			cuts = append(cuts, r.lo, r.hi+1)
		}
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	cuts = cuts[:len(cuts)-1] // starts of the intervals; nothing starts behind MaxRune

	class := make([]symbol, len(cuts))
	classes := 1
	for _, s := range sets {
		// Of each class, what stays outside of s and what is inside; the first
		// of the two to be met keeps the number.
		split := make([][2]int, classes)
		i := 0
		for k, at := range cuts {
			for i < len(s) && s[i].hi < at {
				i++
			}
			in := 0
			if i < len(s) && s[i].lo <= at {
				in = 1
			}
			half := &split[class[k]]
			if half[in] == 0 {
				half[in] = int(class[k]) + 1
				if half[1-in] != 0 {
					classes++
					half[in] = classes
				}
			}
			class[k] = symbol(half[in] - 1)
		}
	}
	a := &alphabet{final: symbol(classes), edge: symbol(classes + 1)}
	a.fill(cuts, class, classes)
	a.sample = make([]rune, classes)
	for k := len(cuts) - 1; k >= 0; k-- {
		a.sample[class[k]] = cuts[k]
	}
	return a
}

// fill builds the two-level table; equal blocks are stored once.
func (a *alphabet) fill(cuts []rune, class []symbol, classes int) {
	a.index = make([]uint16, 0, (unicode.MaxRune+1)/blockSize)
	uniform := make([]uint16, classes) // block of one class, plus one
	seen := map[[blockSize]symbol]uint16{}
	k := 0
	for start := rune(0); start <= unicode.MaxRune; start += blockSize {
		for k+1 < len(cuts) && cuts[k+1] <= start {
			k++
		}
		whole := k+1 == len(cuts) || cuts[k+1] >= start+blockSize
		if n := uniform[class[k]]; whole && n > 0 {
			a.index = append(a.index, n-1)
			continue
		}
		var block [blockSize]symbol
		for i, j := rune(0), k; i < blockSize; i++ {
			for j+1 < len(cuts) && cuts[j+1] <= start+i {
				j++
			}
			block[i] = class[j]
		}
		n, ok := seen[block]
		if !ok {
			n = uint16(len(seen))
			seen[block] = n
			a.blocks = append(a.blocks, block[:]...)
		}
		if whole {
			uniform[class[k]] = n + 1
		}
		a.index = append(a.index, n)
	}
	copy(a.ascii[:], a.blocks[int(a.index[0])*blockSize:])
}

// describe gives each symbol a kind. Sets are unions of symbols, so one member
// tells for all; \w is among the sets where words matter. Kinds that no
// assertion asks for are not told apart, since automata would then have states
// that differ in nothing else.
func (a *alphabet) describe(words, lines bool) {
	a.wides = slices.Compact(slices.Sorted(slices.Values(a.blocks[blockSize:])))
	a.kinds = make([]kind, a.size())
	for c, r := range a.sample {
		switch {
		case lines && r == '\n':
			a.kinds[c] = kindNewline
		case words && wordSet.contains(r):
			a.kinds[c] = kindWord
		default:
			a.kinds[c] = kindOther
		}
	}
	a.kinds[a.final] = kindFinal
	a.kinds[a.edge] = kindEdge
}

// size is how many symbols there are, both places included.
func (a *alphabet) size() int { return int(a.edge) + 1 }

// members gives the symbols of a set that the alphabet was made for, or of a
// union of such sets. A newline that ends the text is in as newline.
func (a *alphabet) members(set runeSet) bitset {
	b := newBitset(a.size())
	for s, r := range a.sample {
		if set.contains(r) {
			b.add(s)
		}
	}
	if b.has(int(a.ascii['\n'])) {
		b.add(int(a.final))
	}
	return b
}

// wide gives the symbol of a code point.
func (a *alphabet) wide(r rune) symbol {
	return a.blocks[int(a.index[r>>blockShift])<<blockShift|int(r&(blockSize-1))]
}

// next gives the symbol at byte i of text, which is not the end, and the
// width of its character. A byte that is not UTF-8 is one U+FFFD.
func (a *alphabet) next(text string, i int) (symbol, int) {
	if c := text[i]; c < utf8.RuneSelf {
		if c == '\n' && i+1 == len(text) {
			return a.final, 1
		}
		return a.ascii[c], 1
	}
	r, n := utf8.DecodeRuneInString(text[i:])
	return a.wide(r), n
}

// at is next that also knows the end.
func (a *alphabet) at(text string, i int) (symbol, int) {
	if i == len(text) {
		return a.edge, 0
	}
	return a.next(text, i)
}

// before gives the symbol of the character that ends at byte i and its width.
// Going back finds the same characters as going forward: a valid sequence of
// UTF-8 cannot overlap another.
func (a *alphabet) before(text string, i int) (symbol, int) {
	if i == 0 {
		return a.edge, 0
	}
	if c := text[i-1]; c < utf8.RuneSelf {
		if c == '\n' && i == len(text) {
			return a.final, 1
		}
		return a.ascii[c], 1
	}
	r, n := utf8.DecodeLastRuneInString(text[:i])
	return a.wide(r), n
}

// kind is what assertions need to know of a neighbour.
type kind uint8

const (
	kindOther kind = iota
	kindWord
	kindNewline
	kindFinal // the newline that ends the text
	kindEdge
	kinds
)

// holds says whether an assertion holds between two neighbours.
func (a assertion) holds(prev, next kind) bool {
	switch a {
	case atStart:
		return prev == kindEdge
	case atLineStart:
		return prev == kindEdge || prev == kindNewline || prev == kindFinal
	case atEnd:
		return next == kindEdge
	case atFinal:
		return next == kindEdge || next == kindFinal
	case atLineEnd:
		return next == kindEdge || next == kindNewline || next == kindFinal
	case atBoundary:
		return (prev == kindWord) != (next == kindWord)
	default:
		// Python 3.11 says no to \B in an empty text.
		return (prev == kindWord) == (next == kindWord) && (prev != kindEdge || next != kindEdge)
	}
}
