package spell

import (
	"bytes"
	"slices"
	"strings"
)

// ignored are the characters of IGNORE: they are dropped from words, roots and
// affixes.
type ignored struct {
	chars string
	units []uint16 // in UTF-8
}

func newIgnored(chars string, wide bool) *ignored {
	g := &ignored{chars: chars}
	if wide {
		g.units = decodeUnits([]byte(chars))
	}
	return g
}

// strip returns the word without them, the same one if it has none. In UTF-8 a
// character above U+FFFF ends the word (csutil.cxx, remove_ignored_chars_utf).
func (g *ignored) strip(word []byte) []byte {
	if g.chars == "" {
		return word
	}
	if g.units == nil {
		return slices.DeleteFunc(slices.Clone(word), func(c byte) bool { return strings.IndexByte(g.chars, c) >= 0 })
	}
	if !bytes.ContainsAny(word, g.chars) && !bytes.ContainsFunc(word, func(r rune) bool { return r > 0xffff }) {
		return word
	}
	return encodeUnits(slices.DeleteFunc(decodeUnits(word), func(u uint16) bool { return slices.Contains(g.units, u) }))
}
