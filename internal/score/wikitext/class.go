package wikitext

import "unicode/utf8"

// class holds the properties of a code point as bits; see unicode_table.go.
type class uint8

// classOf looks a decoded character up in the two-level table: two loads, where
// range tables take a binary search over 734 ranges for \w alone.
func classOf(r rune) class {
	block := int(classIndex[r>>classShift])
	return class(classBlocks[block<<classShift|int(r)&(1<<classShift-1)])
}

// isCJK reports whether r is a token by itself: Han, kana and their
// compatibility forms, not Hangul. The ranges are wikitext_split.py's `cjk`
// with its overlaps merged.
func isCJK(r rune) bool {
	switch {
	case r < 0x2E80:
		return false
	case r <= 0xFFFF:
		return r <= 0x2FD5 || // radicals
			0x3041 <= r && r <= 0x3096 || // Hiragana
			0x30A0 <= r && r <= 0x30FF || // Katakana
			0x31F0 <= r && r <= 0x31FF ||
			0x3220 <= r && r <= 0x3243 ||
			0x3280 <= r && r <= 0x337F ||
			0x3400 <= r && r <= 0x9FCC || // unified ideographs and extension A
			0xF900 <= r && r <= 0xFAFF || // compatibility ideographs
			0xFF5F <= r && r <= 0xFF9F // half-width katakana
	}
	return r <= 0x2A6DF && r >= 0x20000 || // extension B
		0x2F800 <= r && r <= 0x2FA1F
}

// isWordBlock reports whether r is in one of the blocks that
// wikitext_split.py's `combined_word` adds to \w, so that vowel signs and other
// marks of Devanagari, Arabic and Bengali do not split words.
func isWordBlock(r rune) bool {
	return 0x0601 <= r && r <= 0x09FF &&
		(r <= 0x061A || 0x061C <= r && r <= 0x0669 || 0x06D5 <= r && r <= 0x06EF ||
			0x0901 <= r && r <= 0x0963 || 0x0980 <= r)
}

// isWordPart reports whether r continues a word.
func isWordPart(r rune, c class) bool { return c&classWord != 0 || isWordBlock(r) }

// wordParts and wordStarts have a bit for each character of two bytes, with the
// last six bits of the first byte as index: whether it continues, and whether it
// starts a word. They spare half of the alphabets a decoding.
var wordParts, wordStarts = func() (parts, starts [32]uint64) {
	for r := rune(utf8.RuneSelf); r < 0x800; r++ {
		c := classOf(r)
		if !isWordPart(r, c) {
			continue
		}
		parts[r>>6] |= 1 << (r & 0x3F)
		if c&classDigit == 0 { // digits are numbers first
			starts[r>>6] |= 1 << (r & 0x3F)
		}
	}
	return parts, starts
}()

// decode is utf8.DecodeRuneInString(text[i:]), quick for two and three bytes.
func decode(text string, i int) (rune, int) {
	if i+2 < len(text) {
		c, d, e := text[i], text[i+1]^0x80, text[i+2]^0x80
		switch {
		case 0xC2 <= c && c < 0xE0 && d < 0x40:
			return rune(c&0x1F)<<6 | rune(d), 2
		case c&0xF0 == 0xE0 && d < 0x40 && e < 0x40:
			r := rune(c&0x0F)<<12 | rune(d)<<6 | rune(e)
			if r >= 0x800 && (r < 0xD800 || 0xDFFF < r) { // shortest form, no surrogate
				return r, 3
			}
		}
	}
	return utf8.DecodeRuneInString(text[i:])
}
