package wikitext

import "unicode/utf8"

// What a token can be, by the first byte of it.
const (
	startMark   = iota // punctuation, line ends, control characters
	startLetter        // ASCII letters and '_'
	startDigit
	startSpace // white space but for line ends
	startRune  // first byte of a character beyond ASCII
)

// asciiStart is the fast way for ASCII, most of most texts.
var asciiStart = func() (table [256]uint8) {
	for c := range table {
		switch {
		case c >= utf8.RuneSelf:
			table[c] = startRune
		case 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_':
			table[c] = startLetter
		case '0' <= c && c <= '9':
			table[c] = startDigit
		case c == '\t' || c == '\v' || c == '\f' || 0x1C <= c && c <= ' ':
			table[c] = startSpace
		}
	}
	return table
}()

// groups is a set of groups of bytes.
type groups uint8

const (
	anyByte groups = 1 << iota
	digitByte
	spaceByte // white space, line ends too
	runeByte  // of a character beyond ASCII
	barByte   // '|'
	wordByte  // can continue a word, or make a URL of it
)

// behaviour tells of a byte that is no letter whether it is a token by itself.
// It is one of the kind `alone` if the byte behind it is another and in none of
// the groups `joined`. If it is the same, the two are a token of the kind
// `twice`; a zero says that more has to be looked at.
type behaviour struct {
	alone, twice Kind
	joined       groups
	in           groups // those the byte itself is in
}

// behaviours is derived from lexer.next, which knows all the rules.
var behaviours = func() (table [256]behaviour) {
	for i := range table {
		c := byte(i)
		b := &table[c]
		b.in, b.joined = anyByte, anyByte
		switch asciiStart[c] {
		case startRune:
			b.in |= runeByte | wordByte
			continue
		case startLetter:
			b.in |= wordByte
			continue
		case startDigit:
			b.in |= digitByte | wordByte
			b.joined = digitByte | runeByte
		case startSpace:
			b.in |= spaceByte
			b.joined = spaceByte | runeByte
		default:
			b.joined = markJoined(c)
		}
		b.alone = (&lexer{text: string([]byte{c, 'a'})}).next()
		switch c {
		case '\n', '\r':
			b.in |= spaceByte
		case '|':
			b.in |= barByte
		case '\'', ':':
			b.in |= wordByte
		case '[', ']', '{', '}':
			b.twice = (&lexer{text: string([]byte{c, c})}).next()
		}
	}
	return table
}()

// markJoined returns the groups of bytes, other than c itself, that behind the
// mark c can make another token of it.
func markJoined(c byte) groups {
	switch c {
	case '\n':
		return spaceByte | runeByte
	case '{':
		return barByte
	case '\r', '&', '<':
		return anyByte
	}
	return 0
}
