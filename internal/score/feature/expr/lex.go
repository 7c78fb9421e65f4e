package expr

import (
	"math"
	"strconv"
)

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_' }

// peek returns the next byte, or 0 at the end.
func (p *parser) peek() byte {
	if p.pos < len(p.src) {
		return p.src[p.pos]
	}
	return 0
}

// space skips white space; there are no comments in expressions.
func (p *parser) space() {
	for c := p.peek(); c == ' ' || c == '\t' || c == '\n' || c == '\r'; c = p.peek() {
		p.pos++
	}
}

// identEnd returns where the identifier that starts at pos ends: pos, if none does.
func (p *parser) identEnd() int {
	end := p.pos
	for end < len(p.src) && (isLetter(p.src[end]) || end > p.pos && isDigit(p.src[end])) {
		end++
	}
	return end
}

// peekIdent returns the identifier at pos, if it is not the start of a dotted name.
func (p *parser) peekIdent() string {
	end := p.identEnd()
	if end < len(p.src) && p.src[end] == '.' {
		return ""
	}
	return p.src[p.pos:end]
}

// name takes identifiers with dots between them.
func (p *parser) name() (string, error) {
	start := p.pos
	for {
		end := p.identEnd()
		if end == p.pos {
			return "", p.unexpected("a name")
		}
		p.pos = end
		if p.peek() != '.' {
			return p.src[start:end], nil
		}
		p.pos++
	}
}

// digits takes at least one digit.
func (p *parser) digits() error {
	if !isDigit(p.peek()) {
		return p.unexpected("a digit")
	}
	for isDigit(p.peek()) {
		p.pos++
	}
	return nil
}

// number takes a number. "1and 2" and "1.x" are mistakes, not two tokens.
func (p *parser) number() (*Node, error) {
	start := p.pos
	real, err := p.numeral()
	if err != nil {
		return nil, err
	}
	if c := p.peek(); isLetter(c) || c == '.' {
		return nil, p.unexpected("the end of a number")
	}
	source := p.src[start:p.pos]
	if !real {
		n, err := strconv.ParseInt(source, 10, 64)
		if err != nil {
			return nil, p.fail(start, "integer %s does not fit 64 bits", source)
		}
		return NewInt(n), nil
	}
	f, err := strconv.ParseFloat(source, 64)
	if err != nil || math.IsInf(f, 0) {
		return nil, p.fail(start, "number %s is too large", source)
	}
	return NewFloat(f), nil
}

// numeral skips a number and says whether it has a fraction or an exponent.
func (p *parser) numeral() (real bool, err error) {
	if p.peek() == '-' {
		p.pos++
	}
	if err := p.digits(); err != nil {
		return false, err
	}
	if p.peek() == '.' {
		p.pos++
		if err := p.digits(); err != nil {
			return false, err
		}
		real = true
	}
	if p.peek()|0x20 == 'e' {
		p.pos++
		if c := p.peek(); c == '+' || c == '-' {
			p.pos++
		}
		return true, p.digits()
	}
	return real, nil
}
