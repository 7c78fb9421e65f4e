package wikitext

import (
	"math/bits"
	"unicode/utf8"
)

// LongestRepeat returns the length, in characters, of the longest run of one
// character in the segment after Python's str.lower(), which the reference
// applies (revscoring/features/wikitext/features/chars.py). It is 0 for an
// empty segment.
//
// Most of a text is passed eight bytes at a time, since most of it has no run
// that could be longer than the longest so far.
func LongestRepeat(segment string) int {
	var m repeats
	m.longest = min(len(segment), 1)
	for i := 0; i < len(segment); {
		i = m.pass(segment, i)
		i = m.measure(segment, i)
	}
	return m.longest
}

// repeats measures runs of one character.
type repeats struct {
	last         rune
	run, longest int
}

func (m *repeats) add(r rune) {
	if r != m.last {
		m.last, m.run = r, 0
	}
	m.run++
	m.longest = max(m.longest, m.run)
}

// pass returns where the next run starts that can be longer than the longest so
// far, given that a run starts at i. It looks for neighbours that are equal but
// for the bit that makes capitals of letters: for one pair of them, then for two
// pairs in a row, and for four when the longest run has four or more. It is no
// judge of characters beyond ASCII, so it stops at the run before one: U+212A,
// the sign of Kelvin, is a k.
func (m *repeats) pass(text string, i int) int {
	start := i
	before, twoBefore := uint64(0), uint64(0)
	for ; i+9 <= len(text); i += 8 {
		x := load(text, i)
		differ := (x ^ load(text, i+1)) &^ (tops | lows*0x20)
		one := (tops - differ) & tops // the top bit of each byte that equals the next
		two := one & (one<<8 | before>>56)
		found := one
		switch {
		case m.longest >= 4:
			found = two & (two<<16 | twoBefore>>48)
		case m.longest >= 2:
			found = two
		}
		before, twoBefore = one, two
		if found |= x & tops; found != 0 {
			i += bits.TrailingZeros64(found) >> 3
			break
		}
	}
	// What is left at the end of the text is measured too. A run may reach back.
	if i > start && text[i] >= utf8.RuneSelf {
		i--
	}
	for i > start && (text[i-1]^text[i])&^0x20 == 0 {
		i--
	}
	return i
}

// measure measures runs, the first of which starts at i, until a run starts that
// pass may judge. It returns the place of that.
func (m *repeats) measure(text string, i int) int {
	m.run = 0
	for i < len(text) {
		var r rune
		size := 1
		switch c := text[i]; {
		case c < utf8.RuneSelf:
			r = rune(lowerTwo[c])
		case 0xC2 <= c && c < 0xE0 && i+1 < len(text) && text[i+1]^0x80 < 0x40:
			r, size = rune(lowerTwo[rune(c&0x1F)<<6|rune(text[i+1]&0x3F)]), 2
		default:
			r = notInTable
		}
		if r == notInTable {
			r, size = decode(text, i)
			r = lower(text, i, r, size)
		}
		if m.run > 0 && r != m.last && i+9 <= len(text) && load(text, i)&tops == 0 {
			return i
		}
		i += size
		if r == dottedI {
			m.add('i')
			r = combiningDot
		}
		m.add(r)
	}
	return i
}
