package wikitext

import (
	"encoding/binary"
	"unicode"
	"unicode/utf8"
)

const (
	capitalSigma = 'Σ'
	dottedI      = 'İ'    // lower() makes two characters of it:
	combiningDot = 0x0307 // 'i' and this
)

// lowerTwo is lower of the characters of one and two bytes, where it does not
// depend on others.
var lowerTwo = func() (table [0x800]uint16) {
	for r := range rune(len(table)) {
		switch {
		case r == capitalSigma || r == dottedI:
			table[r] = notInTable
		case classOf(r)&classLower != 0:
			table[r] = uint16(unicode.ToLower(r))
		default:
			table[r] = uint16(r)
		}
	}
	return table
}()

// notInTable stands in lowerTwo for the characters to be looked at closer. It is
// none itself.
const notInTable = 0xFFFF

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
	case int(r) < len(lowerTwo):
		return rune(lowerTwo[r])
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

// AppendLower appends to dst what the reference's mapper lower_case makes of s
// (revscoring/datasources/meta/mappers.py): s.replace('İ', 'i').lower(). A byte
// that belongs to no character stays as it is.
func AppendLower(dst []byte, s string) []byte {
	i := 0
	for ; i+8 <= len(s); i += 8 {
		x := load(s, i)
		if x&tops != 0 {
			break
		}
		dst = binary.LittleEndian.AppendUint64(dst, lowerASCII(x))
	}
	for i < len(s) {
		if c := s[i]; c < utf8.RuneSelf {
			dst = append(dst, byte(lowerTwo[c]))
			i++
			continue
		}
		r, size := decode(s, i)
		if classOf(r)&classLower == 0 { // U+FFFD too, whatever it stands for
			dst = append(dst, s[i:i+size]...)
		} else {
			dst = utf8.AppendRune(dst, mapLower(s, i, r, size))
		}
		i += size
	}
	return dst
}

// EqualLower reports whether AppendLower appends the same for a and b.
func EqualLower(a, b string) bool {
	i := 0
	for i+8 <= len(a) && i+8 <= len(b) {
		x, y := load(a, i), load(b, i)
		if (x|y)&tops != 0 {
			break
		}
		if lowerASCII(x) != lowerASCII(y) {
			return false
		}
		i += 8
	}
	j := i
	for i < len(a) && j < len(b) {
		if c, d := a[i], b[j]; c|d < utf8.RuneSelf {
			if lowerTwo[c] != lowerTwo[d] {
				return false
			}
			i++
			j++
			continue
		}
		r, n := decode(a, i)
		q, m := decode(b, j)
		if mapLower(a, i, r, n) != mapLower(b, j, q, m) ||
			r == utf8.RuneError && a[i:i+n] != b[j:j+m] {
			return false
		}
		i += n
		j += m
	}
	return i == len(a) && j == len(b)
}

// IsUppercase reports whether the reference's is_uppercase_word holds for a word
// (revscoring/features/wikitext/datasources/tokenized.py): it has two characters
// or more, and str.lower() changes each.
func IsUppercase(word string) bool {
	chars := 0
	for i := 0; i < len(word); chars++ {
		if c := word[i]; c < utf8.RuneSelf {
			if c < 'A' || 'Z' < c {
				return false
			}
			i++
			continue
		}
		r, size := decode(word, i)
		if classOf(r)&classLower == 0 {
			return false
		}
		i += size
	}
	return chars > 1
}

// mapLower is lower, but makes 'i' of İ.
func mapLower(text string, i int, r rune, size int) rune {
	if r == dottedI {
		return 'i'
	}
	return lower(text, i, r, size)
}
