package wikitext

import (
	"unicode"
	"unicode/utf8"
)

// LongestRepeat returns the length, in characters, of the longest run of one
// character in the segment after Python's str.lower(), which the reference
// applies (revscoring/features/wikitext/features/chars.py). It is 0 for an
// empty segment.
func LongestRepeat(segment string) int {
	var runs repeats
	for i := 0; i < len(segment); {
		r, size := rune(segment[i]), 1
		switch {
		case 'A' <= r && r <= 'Z':
			r |= 0x20
		case r >= utf8.RuneSelf:
			r, size = utf8.DecodeRuneInString(segment[i:])
			r = lower(segment, i, r, size)
		}
		i += size
		if r == dottedI {
			runs.add('i')
			r = combiningDot
		}
		runs.add(r)
	}
	return runs.longest
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

const (
	capitalSigma = 'Σ'
	dottedI      = 'İ'    // lower() makes two characters of it:
	combiningDot = 0x0307 // 'i' and this
)

// lower returns what str.lower() makes of the character r at text[i:i+size],
// but leaves İ alone, of which it makes two.
// Only the characters that the reference's Unicode maps are mapped; what they
// are mapped to, Unicode's stability policy keeps.
func lower(text string, i int, r rune, size int) rune {
	switch {
	case classOf(r)&classLower == 0 || r == dottedI:
		return r
	case r == capitalSigma:
		if finalSigma(text[:i], text[i+size:]) {
			return 'ς'
		}
		return 'σ'
	}
	return unicode.ToLower(r)
}

// finalSigma is CPython's handle_capital_sigma (Objects/unicodeobject.c): a
// sigma is final if the next character before it that counts for casing is
// cased, and the next one behind it is not. A stretch of characters that do not
// count is passed at most twice, from its two ends, so a text costs linear time.
func finalSigma(before, behind string) bool {
	for {
		r, size := utf8.DecodeLastRuneInString(before)
		if size == 0 {
			return false
		}
		if c := classOf(r); c&classIgnorable == 0 {
			if c&classCased == 0 {
				return false
			}
			break
		}
		before = before[:len(before)-size]
	}
	for {
		r, size := utf8.DecodeRuneInString(behind)
		if size == 0 {
			return true
		}
		if c := classOf(r); c&classIgnorable == 0 {
			return c&classCased == 0
		}
		behind = behind[size:]
	}
}
