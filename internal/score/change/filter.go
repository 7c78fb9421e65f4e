package change

import (
	"unicode/utf8"

	"revscore/internal/score/wikitext"
)

// filter tells tokens that can be spellings of a changed form from the many that
// cannot. It looks at length and first byte together, in one test that is nearly
// always false and so costs the processor nothing to predict: of the tokens of a
// page, an edit of one word leaves one in two hundred. Outside ASCII, where the
// first byte says little, it looks at the first character too.
type filter struct {
	first  [mostLength + 1][4]uint64 // by length, the first bytes
	starts [64]uint64                // by length and first character, hashed
	bytes  [256]uint32               // tokens of one byte: unwanted, unmet or item number plus one
	pairs  [256]int32                // of them, those that scan has yet to count
}

// mostLength stands for all lengths from there on.
const mostLength = 63

// What bytes can be besides the number of an item plus one.
const (
	unwanted = 0
	unmet    = none
)

// add has the filter pass all spellings of a lower-cased text.
func (f *filter) add(form string) {
	shortest, longest := 0, 0
	for i := 0; i < len(form); {
		r, size := utf8.DecodeRuneInString(form[i:])
		shorter, longer := spellings(r)
		shortest += size - shorter
		longest += size + longer
		i += size
	}
	bytes, char := firstBytes(form[0]), firstOf(form)
	for n := min(shortest, mostLength); n <= min(longest, mostLength); n++ {
		for i := range bytes {
			f.first[n][i] |= bytes[i]
		}
		i := startIndex(uint32(n), char)
		f.starts[i/64] |= 1 << (i % 64)
	}
	if len(form) == 1 {
		f.bytes[form[0]] = unmet
		f.bytes[upperASCII(form[0])] = unmet
	}
}

// pass reports whether tokens of n bytes pass that begin with the byte c.
func (f *filter) pass(n uint32, c byte) bool {
	return f.first[min(n, mostLength)][c>>6]>>(c&63)&1 != 0
}

// passStart reports whether tokens pass that begin with the character that the
// given one does.
func (f *filter) passStart(token string) bool {
	i := startIndex(min(uint32(len(token)), mostLength), firstOf(token))
	return f.starts[i/64]>>(i%64)&1 != 0
}

// startIndex spreads lengths and characters over the bits of starts.
func startIndex(n, char uint32) uint32 { return (n<<6 ^ char) % (64 * 64) }

// firstBytes returns the set of bytes that a spelling can begin with of a form
// that begins with c.
func firstBytes(c byte) (set [4]uint64) {
	add := func(c byte) { set[c>>6] |= 1 << (c & 63) }
	add(c)
	switch {
	case c == 'i', c == 'k', c >= utf8.RuneSelf && !caseless(c):
		set[2], set[3] = ^uint64(0), ^uint64(0) // İ, the Kelvin sign, any capital
	}
	add(upperASCII(c))
	return set
}

func upperASCII(c byte) byte {
	if 'a' <= c && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}

// firstOf returns the first character of a token, lower-cased, modulo 1024. A
// first character is lower-cased without regard to the others: a sigma is final
// only behind another letter.
func firstOf(token string) uint32 {
	c := token[0]
	switch {
	case 'A' <= c && c <= 'Z':
		return uint32(c - 'A' + 'a')
	case c < utf8.RuneSelf:
		return uint32(c)
	}
	r, size := utf8.DecodeRuneInString(token)
	if !caseless(c) {
		var room [utf8.UTFMax]byte
		r, _ = utf8.DecodeRune(wikitext.AppendLower(room[:0], token[:size]))
	}
	return uint32(r) % 1024
}

// caseless reports, by the first byte of a character, that it is of a script
// without case: Hebrew to NKo, the scripts of India, Han, kana, Hangul. There
// each token can be a single character, so lower-casing it would cost the most.
func caseless(first byte) bool {
	return 0xD7 <= first && first <= 0xE0 || 0xE3 <= first && first <= 0xE9 ||
		0xEB <= first && first <= 0xED
}

// spellings returns by how many bytes a character whose lower case is r can be
// shorter and longer than r in UTF-8. A test tries all characters.
func spellings(r rune) (shorter, longer int) {
	switch {
	case r == 'i':
		return 0, 1 // İ, which the reference makes i before it lower-cases
	case r == 'k':
		return 0, 2 // the Kelvin sign
	case r < utf8.RuneSelf:
		return 0, 0
	case r == 'ß', r == 'å', r == 'ω', 0x23F <= r && r <= 0x29E:
		return 0, 1 // ẞ, the Ångström and Ohm signs, capitals of the IPA letters
	case r == 'ⱥ', r == 'ⱦ':
		return 1, 0
	}
	return 0, 0
}
