package spell

import (
	"strings"
	"unicode/utf8"
)

// charsetTable is the upper half of an 8-bit character set.
type charsetTable struct {
	name  string
	upper string // 128 characters
}

// charset converts words to the encoding of a dictionary that is not UTF-8.
type charset struct {
	bytes map[rune]byte
	cases [256]byteCase
}

// sameCharset are other names for a character set. Of these glibc's iconv, and
// so Enchant, does not know microsoft-cp1251 and TIS620-2533: there every word
// of such a dictionary is wrong. Debian's Bulgarian one is, and Hunspell's own
// answer is given instead.
var sameCharset = map[string]string{"microsoftcp1251": "cp1251", "tis6202533": "tis620", "iso885911": "tis620"}

// charsetName drops what spellings of a name differ in, as csutil.cxx,
// get_current_cs.
func charsetName(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			return r
		}
		return -1
	}, name)
	if same, ok := sameCharset[name]; ok {
		return same
	}
	return name
}

// newCharset returns nil for a name nobody knows.
func newCharset(name string) *charset {
	name = charsetName(name)
	for _, table := range charsetUpper {
		if charsetName(table.name) == name {
			return table.build(name)
		}
	}
	return nil
}

func (t charsetTable) build(name string) *charset {
	set := &charset{bytes: make(map[rune]byte, 256)}
	chars := make([]rune, 0, 256)
	for c := range rune(0x80) {
		chars = append(chars, c)
	}
	chars = append(chars, []rune(t.upper)...)
	for b, c := range chars {
		if c != utf8.RuneError {
			set.bytes[c] = byte(b)
		}
	}
	letters := casing{pages: unicodePages(), turkic: name == "iso88599"}
	other := func(b int, c uint16) byte {
		if got, ok := set.bytes[rune(c)]; ok && c != utf8.RuneError {
			return got
		}
		return byte(b)
	}
	for b, c := range chars {
		upper, lower := other(b, letters.upper(uint16(c))), other(b, letters.lower(uint16(c)))
		set.cases[b] = byteCase{lower != byte(b), upper, lower}
	}
	for _, odd := range oddCases[name] {
		set.cases[odd.at] = odd.is
	}
	if name == "iso885910" {
		for b := 0x80; b < 0x100; b++ {
			set.cases[b] = byteCase{false, byte(b), byte(b)}
		}
	}
	return set
}

// oddCases are bytes whose case Hunspell's tables have otherwise than Unicode
// (csutil.cxx, iso4_tbl, iso14_tbl, koi8u_tbl); in iso10_tbl no byte above
// 0x7f has any.
var oddCases = map[string][]struct {
	at int
	is byteCase
}{
	"iso88594": {{0xbd, byteCase{false, 0xbd, 0xbd}}, {0xbf, byteCase{false, 0xbf, 0xbf}}},
	"iso885914": {{0xa6, byteCase{true, 0xab, 0xa6}}, {0xb9, byteCase{false, 0xb6, 0xb9}},
		{0xff, byteCase{false, 0xff, 0xff}}},
	"koi8u": {{0xb4, byteCase{false, 0xb4, 0xb4}}, {0xb6, byteCase{false, 0xb6, 0xb6}},
		{0xb7, byteCase{false, 0xb7, 0xb7}}, {0xbd, byteCase{false, 0xbd, 0xbd}}},
}

// encode appends a word in this character set; false if it has a character
// that the set has not.
func (c *charset) encode(dst []byte, word string) ([]byte, bool) {
	for _, r := range word {
		b, ok := c.bytes[r]
		if !ok {
			return dst, false
		}
		dst = append(dst, b)
	}
	return dst, true
}
