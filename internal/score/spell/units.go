package spell

import (
	"slices"
	"unicode/utf8"
)

// Hunspell converts between UTF-8 and UTF-16 without surrogates. A character
// above U+FFFF becomes U+FFFD, and the rest of the word is lost: such a word
// is short in every form but the one it came in (csutil.cxx, u8_u16).

// nextUnit decodes one unit and returns what follows it.
func nextUnit(text []byte) (uint16, []byte) {
	c := text[0]
	if c < utf8.RuneSelf {
		return uint16(c), text[1:]
	}
	if c >= 0xf0 {
		return utf8.RuneError, nil
	}
	r, size := utf8.DecodeRune(text)
	return uint16(r), text[size:]
}

func decodeUnits(text []byte) []uint16 {
	units := make([]uint16, 0, len(text))
	for len(text) > 0 {
		var u uint16
		u, text = nextUnit(text)
		units = append(units, u)
	}
	return units
}

// encodeUnits takes surrogates for characters of their own: a word decoded by
// nextUnit has none.
func encodeUnits(units []uint16) []byte {
	text := make([]byte, 0, 2*len(units))
	for _, u := range units {
		text = utf8.AppendRune(text, rune(u))
	}
	return text
}

// continuation tells a byte inside a UTF-8 character from its first.
func continuation(c byte) bool { return c&0xc0 == 0x80 }

// reversed is a word written backwards, for COMPLEXPREFIXES.
func (c *casing) reversed(word []byte) []byte {
	if c.bytes != nil {
		out := slices.Clone(word)
		slices.Reverse(out)
		return out
	}
	units := decodeUnits(word)
	slices.Reverse(units)
	return encodeUnits(units)
}
