package spell

import (
	"cmp"
	"slices"
	"unicode/utf8"
)

// Enchant's Hunspell provider normalises every word to NFC before it asks
// (enchant_hunspell.cpp, checkWord). Nearly all text is NFC already, so the
// usual cost is one look-up for each character from U+0300 on.

type runeSpan struct{ first, last rune }

type classSpan struct {
	first, last rune
	class       uint8
}

type decomposition struct {
	from rune
	to   string
}

type composition struct{ first, second, whole rune }

// The Hangul syllables, whose parts are arithmetic.
const (
	hangulL, hangulV, hangulT = 0x1100, 0x1161, 0x11a7
	hangulS, hangulEnd        = 0xac00, 0xd7a4
	hangulVs, hangulTs        = 21, 28
)

// normalised tells whether no character can change: below U+0300 none does.
func normalised(word string) bool {
	for _, r := range word {
		if r >= 0x300 && troublesome(r) {
			return false
		}
	}
	return true
}

func troublesome(r rune) bool {
	_, found := slices.BinarySearchFunc(nfcTrouble[:], r, func(s runeSpan, r rune) int {
		switch {
		case s.last < r:
			return -1
		case s.first > r:
			return 1
		}
		return 0
	})
	return found
}

func combiningClass(r rune) uint8 {
	at, found := slices.BinarySearchFunc(nfcClasses[:], r, func(s classSpan, r rune) int {
		switch {
		case s.last < r:
			return -1
		case s.first > r:
			return 1
		}
		return 0
	})
	if !found {
		return 0
	}
	return nfcClasses[at].class
}

// nfc decomposes, orders the marks and composes again. The tables have the
// Unicode 14 of the reference's Python; Enchant's glib may have a later one, that
// differs in characters new to it alone: what is normalised stays so.
func nfc(word string) string {
	if normalised(word) {
		return word
	}
	var runes []rune
	for _, r := range word {
		runes = appendDecomposed(runes, r)
	}
	for start := 0; start < len(runes); start++ {
		end := start
		for end < len(runes) && combiningClass(runes[end]) != 0 {
			end++
		}
		slices.SortStableFunc(runes[start:end], func(a, b rune) int {
			return cmp.Compare(combiningClass(a), combiningClass(b))
		})
		start = end
	}
	return string(compose(runes))
}

// appendDecomposed writes the full decomposition of a character.
func appendDecomposed(dst []rune, r rune) []rune {
	if r >= hangulS && r < hangulEnd {
		s := r - hangulS
		dst = append(dst, hangulL+s/(hangulVs*hangulTs), hangulV+s/hangulTs%hangulVs)
		if t := s % hangulTs; t != 0 {
			dst = append(dst, hangulT+t)
		}
		return dst
	}
	at, found := slices.BinarySearchFunc(nfcDecompositions[:], r, func(d decomposition, r rune) int {
		return cmp.Compare(d.from, r)
	})
	if !found || r < utf8.RuneSelf {
		return append(dst, r)
	}
	return append(dst, []rune(nfcDecompositions[at].to)...)
}

// compose joins each mark or vowel with the last starter, unless something of
// the same or a higher class lies between them.
func compose(runes []rune) []rune {
	out := runes[:0]
	starter, last := -1, uint8(0) // last: class of what was kept since the starter
	for _, r := range runes {
		class := combiningClass(r)
		if starter >= 0 && (starter == len(out)-1 || last < class && last != 0) {
			if whole, ok := composed(out[starter], r); ok {
				out[starter] = whole
				continue
			}
		}
		if class == 0 {
			starter = len(out)
		}
		last = class
		out = append(out, r)
	}
	return out
}

// composed joins two characters: Hangul by its arithmetic, others by the table.
func composed(first, second rune) (rune, bool) {
	if l, v := first-hangulL, second-hangulV; l >= 0 && l < 19 && v >= 0 && v < hangulVs {
		return hangulS + (l*hangulVs+v)*hangulTs, true
	}
	if t := second - hangulT; first >= hangulS && first < hangulEnd && (first-hangulS)%hangulTs == 0 && t > 0 && t < hangulTs {
		return first + t, true
	}
	at, found := slices.BinarySearchFunc(nfcCompositions[:], composition{first: first, second: second}, func(a, b composition) int {
		return cmp.Or(cmp.Compare(a.first, b.first), cmp.Compare(a.second, b.second))
	})
	if !found {
		return 0, false
	}
	return nfcCompositions[at].whole, true
}
