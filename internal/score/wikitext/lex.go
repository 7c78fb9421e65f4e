package wikitext

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Tokens cuts text into tokens that lie end to end.
func Tokens(text string) []Token {
	checkLength(text)
	l := lexer{text: text}
	return trimmed(l.tokens(len(text)))
}

func checkLength(text string) {
	if uint64(len(text)) > math.MaxUint32 {
		panic(fmt.Sprintf("wikitext: text of %d bytes, offsets have 32 bits", len(text)))
	}
}

// trimmed gives back spare room of more than a quarter, since what is made of a
// text is kept in caches.
func trimmed[E any](list []E) []E {
	if cap(list)-len(list) > len(list)/4 {
		return slices.Clone(list)
	}
	return list
}

// lexer walks through a text once. Its steps try the reference's expressions
// in the reference's order; as only a few can begin with a given character,
// each step is a switch on that character.
type lexer struct {
	text string
	pos  int // where the next token starts

	// closer is the place of the '>' that nextCloser found last, or len(text).
	closer      int
	closerKnown bool

	// ahead counts the bytes looked at before it was known which token they
	// belong to. Tests hold it to a multiple of the text: that it is linear.
	ahead int
}

// tokens lexes until the lexer has come to stop, or behind it with its last
// token.
func (l *lexer) tokens(stop int) []Token {
	start := l.pos
	if start >= stop {
		return nil
	}
	// Pages have a token for each 2.7 to 3.7 bytes. When there are more, what is
	// left is taken to be as what was: a token for each byte, the worst there is,
	// takes two allocations.
	tokens := make([]Token, (stop-start)*3/8+1)
	n := l.fill(tokens, stop)
	for l.pos < stop {
		more := uint64(stop-l.pos) * uint64(n) / uint64(l.pos-start)
		grown := make([]Token, n+max(int(more), n/4)+1)
		copy(grown, tokens)
		tokens = grown
		n += l.fill(tokens[n:], stop)
	}
	return tokens[:n]
}

// fill lexes tokens until there is no room for more or the lexer has come to
// stop. It returns their number. The frequent tokens of ASCII it does itself:
// words, and marks and spaces of which the byte behind tells that they are tokens
// by themselves. The rest is for next, which would give the same for all.
func (l *lexer) fill(tokens []Token, stop int) int {
	text, pos, n := l.text, l.pos, 0
	for ; n < len(tokens) && pos < stop; n++ {
		start, c := pos, text[pos]
		pos++
		if asciiStart[c] == startLetter {
			for pos+8 <= len(text) {
				more := alphanumerics(load(text, pos))
				pos += more
				if more < 8 {
					break
				}
			}
			if pos < len(text) && behaviours[text[pos]].in&wordByte == 0 {
				tokens[n] = Token{uint32(start), uint32(pos), Word}
				continue
			}
			l.pos = start
			kind := l.word(pos)
			pos = l.pos
			tokens[n] = Token{uint32(start), uint32(pos), kind}
			continue
		}
		if pos < len(text) {
			b := &behaviours[c]
			if next := text[pos]; next == c && b.twice != 0 {
				pos++
				tokens[n] = Token{uint32(start), uint32(pos), b.twice}
				continue
			} else if next != c && b.joined&behaviours[next].in == 0 {
				tokens[n] = Token{uint32(start), uint32(pos), b.alone}
				continue
			}
		}
		l.pos = start
		kind := l.next()
		pos = l.pos
		tokens[n] = Token{uint32(start), uint32(pos), kind}
	}
	l.pos = pos
	return n
}

// next moves pos behind the next token, by at least one byte, and returns the
// token's kind.
func (l *lexer) next() Kind {
	c := l.text[l.pos]
	switch asciiStart[c] {
	case startLetter:
		return l.word(l.pos + 1)
	case startDigit:
		return l.number(l.pos + 1)
	case startSpace:
		return l.whitespace(l.pos + 1)
	case startRune:
		return l.nonASCII()
	}
	return l.mark(c)
}

// mark lexes a token that starts with ASCII punctuation, a line end or a
// control character.
func (l *lexer) mark(c byte) Kind {
	switch c {
	case '\n', '\r':
		return l.lineEnd(c)
	case '<':
		return l.angle()
	case '/':
		if end := l.address(l.pos); end > 0 {
			return l.take(URL, end-l.pos)
		}
		return l.take(Etc, 1)
	case '&':
		return l.entity()
	case '\'':
		return l.apostrophes()
	case '-':
		if strings.HasPrefix(l.text[l.pos:], "-->") {
			return l.take(CommentEnd, 3)
		}
		return l.take(Etc, 1)
	case '|':
		return l.take(Bar, 1)
	case '{':
		if l.followedBy('|') {
			return l.take(TabOpen, 2)
		}
		return l.single(c, CurlyOpen, DCurlyOpen)
	case '}':
		return l.single(c, CurlyClose, DCurlyClose)
	case '[':
		return l.single(c, BrackOpen, DBrackOpen)
	case ']':
		return l.single(c, BrackClose, DBrackClose)
	case '(':
		return l.take(ParenOpen, 1)
	case ')':
		return l.take(ParenClose, 1)
	case '=':
		return l.run(c, Equals)
	case '.':
		return l.run(c, Period)
	case '?':
		return l.run(c, QMark)
	case '!':
		return l.run(c, EPoint)
	case ',':
		return l.run(c, Comma)
	case ':':
		return l.run(c, Colon)
	case ';':
		return l.run(c, SColon)
	}
	return l.take(Etc, 1)
}

// nonASCII lexes a token that starts with a character beyond ASCII, or with a
// byte that is no character.
func (l *lexer) nonASCII() Kind {
	if i := l.pos; i+2 < len(l.text) {
		lead, second, third := l.text[i], l.text[i+1]^0x80, l.text[i+2]^0x80
		switch {
		case 0xE4 <= lead && lead <= 0xE8 && second < 0x40 && third < 0x40: // U+4000 to U+8FFF
			return l.take(CJK, 3)
		case lead&0xE0 == 0xC0 && second < 0x40 && wordStarts[lead&0x1F]>>second&1 != 0:
			return l.word(i + 2)
		}
	}
	r, size := decode(l.text, l.pos)
	switch c := classOf(r); {
	case c&classSpace != 0:
		return l.whitespace(l.pos + size)
	case c&classDigit != 0:
		return l.number(l.pos + size)
	case 0x3000 <= r && r <= 0x303F:
		return l.take(JapanPunct, size)
	case isCJK(r):
		return l.take(CJK, size)
	case isWordPart(r, c):
		return l.word(l.pos + size)
	case r == '।' || r == '॥':
		return l.take(Danda, size)
	}
	return l.take(Etc, size)
}

// take ends the token n bytes after its start.
func (l *lexer) take(kind Kind, n int) Kind {
	l.pos += n
	return kind
}

// single takes one c, or two of them.
func (l *lexer) single(c byte, one, two Kind) Kind {
	if l.followedBy(c) {
		return l.take(two, 2)
	}
	return l.take(one, 1)
}

// run takes every c from here on.
func (l *lexer) run(c byte, kind Kind) Kind {
	for l.pos < len(l.text) && l.text[l.pos] == c {
		l.pos++
	}
	return kind
}

// followedBy reports whether the byte after the current one is c.
func (l *lexer) followedBy(c byte) bool {
	return l.pos+1 < len(l.text) && l.text[l.pos+1] == c
}

// apostrophes lexes ”' and ”, else the single apostrophe.
func (l *lexer) apostrophes() Kind {
	switch {
	case strings.HasPrefix(l.text[l.pos:], "'''"):
		return l.take(Bold, 3)
	case l.followedBy('\''):
		return l.take(Italic, 2)
	}
	return l.take(Etc, 1)
}

// entity lexes `&[a-z][a-z0-9]*;`.
func (l *lexer) entity() Kind {
	end := l.name(l.pos + 1)
	l.ahead += end - l.pos
	if end > l.pos+1 && end < len(l.text) && l.text[end] == ';' {
		return l.take(Entity, end+1-l.pos)
	}
	return l.take(Etc, 1)
}

// name returns the end of `[a-z][a-z0-9]*` at i, or i if there is none.
func (l *lexer) name(i int) int {
	start := i
	for i < len(l.text) {
		c := l.text[i]
		if (c < 'a' || c > 'z') && (i == start || c < '0' || c > '9') {
			break
		}
		i++
	}
	return i
}
