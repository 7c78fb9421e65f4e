package pattern

import (
	"strconv"
	"strings"
	"unicode"
)

const (
	octalDigits = "01234567"
	digits      = "0123456789"
	hexDigits   = "0123456789abcdefABCDEF"
)

// asserts are the escapes that match between characters.
var asserts = map[byte]assertion{'A': atStart, 'Z': atEnd, 'b': atBoundary, 'B': atInside}

// controls are the escapes of one control character.
var controls = map[byte]rune{'a': '\a', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v', '\\': '\\'}

// escape reads what follows a backslash outside of a class.
func (p *parser) escape(f flags, start int) (*node, error) {
	if p.pos == len(p.src) {
		return nil, p.fail(start, "bad escape (end of pattern)")
	}
	c := p.src[p.pos]
	if a, ok := asserts[c]; ok {
		p.pos++
		return &node{op: opAssert, assert: a}, nil
	}
	if strings.IndexByte("dDsSwW", c) >= 0 {
		p.pos++
		return &node{op: opClass, class: charClass{items: []item{{kind: itemCategory, category: c}}, fold: f.fold}}, nil
	}
	if c >= '1' && c <= '9' {
		return p.reference(f, start)
	}
	r, err := p.character(start)
	if err != nil {
		return nil, err
	}
	return literal(r, f), nil
}

// character reads an escape that stands for one character, behind the
// backslash.
func (p *parser) character(start int) (rune, error) {
	c := p.src[p.pos]
	if r, ok := controls[c]; ok {
		p.pos++
		return r, nil
	}
	switch c {
	case 'x':
		return p.hex(start, 2)
	case 'u':
		return p.hex(start, 4)
	case 'U':
		return p.hex(start, 8)
	case 'N':
		return 0, p.fail(start, `\N{name} is not supported`)
	}
	if strings.IndexByte(octalDigits, c) >= 0 {
		return p.octal(start)
	}
	if 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' {
		return 0, p.fail(start, `bad escape \`+string(rune(c)))
	}
	return p.rune(), nil
}

// hex reads the n digits of \x, \u or \U, all of which must be there.
func (p *parser) hex(start, n int) (rune, error) {
	p.pos++
	from := p.pos
	for p.pos < from+n && p.more(hexDigits) {
		p.pos++
	}
	if p.pos < from+n {
		return 0, p.fail(start, "incomplete escape "+p.src[start:p.pos])
	}
	v, err := strconv.ParseUint(p.src[from:p.pos], 16, 32)
	if err != nil || v > unicode.MaxRune {
		return 0, p.fail(start, "bad escape "+p.src[start:p.pos])
	}
	return rune(v), nil
}

// octal reads up to three octal digits, the first of which is there.
func (p *parser) octal(start int) (rune, error) {
	from := p.pos
	for p.pos < from+3 && p.more(octalDigits) {
		p.pos++
	}
	v, err := strconv.ParseUint(p.src[from:p.pos], 8, 32)
	if err != nil || v > 0o377 {
		return 0, p.fail(start, "octal escape value "+p.src[start:p.pos]+" outside of range 0-0o377")
	}
	return rune(v), nil
}

// reference reads a back-reference. As in Python two digits belong to it, unless
// they and a third are octal: then all three are a character.
func (p *parser) reference(f flags, start int) (*node, error) {
	from := p.pos
	p.pos++
	if p.more(digits) {
		p.pos++
		both := p.src[from:p.pos]
		if strings.Trim(both, octalDigits) == "" && p.more(octalDigits) {
			p.pos = from
			r, err := p.octal(start)
			if err != nil {
				return nil, err
			}
			return literal(r, f), nil
		}
	}
	n, err := strconv.Atoi(p.src[from:p.pos])
	if err != nil {
		return nil, p.fail(start, "bad escape "+p.src[start:p.pos])
	}
	return p.backreference(f, n, start)
}

// backreference checks that a group is there and closed. Inside a look-behind it
// must have been closed before, since its width has to be known.
func (p *parser) backreference(f flags, n, start int) (*node, error) {
	switch {
	case n >= len(p.groups):
		return nil, p.fail(start, "invalid group reference "+strconv.Itoa(n))
	case p.groups[n] == nil:
		return nil, p.fail(start, "cannot refer to an open group")
	case p.behind > 0 && n >= p.behind:
		return nil, p.fail(start, "cannot refer to group defined in the same lookbehind subpattern")
	}
	p.backref = true
	return &node{op: opBackref, group: n, fold: f.fold}, nil
}

// class reads a character class behind its opening bracket. A closing bracket in
// the first place is a member, and so is a hyphen before the last.
func (p *parser) class(f flags, start int) (*node, error) {
	c := charClass{fold: f.fold, negate: p.take("^")}
	for {
		if p.pos == len(p.src) {
			return nil, p.fail(start, "unterminated character set")
		}
		if len(c.items) > 0 && p.take("]") {
			break
		}
		from := p.pos
		lo, err := p.member()
		if err != nil {
			return nil, err
		}
		if !p.take("-") {
			c.add(lo)
			continue
		}
		if p.pos == len(p.src) {
			return nil, p.fail(start, "unterminated character set")
		}
		if p.take("]") {
			c.add(lo)
			c.add(literalItem('-'))
			break
		}
		hi, err := p.member()
		if err != nil {
			return nil, err
		}
		if lo.kind == itemCategory || hi.kind == itemCategory || hi.lo < lo.lo {
			return nil, p.fail(from, "bad character range "+p.src[from:p.pos])
		}
		c.add(item{kind: itemRange, lo: lo.lo, hi: hi.lo})
	}
	c.literal = len(c.items) == 1 && c.items[0].kind == itemLiteral
	return &node{op: opClass, class: c}, nil
}

// add leaves out what is there already, as Python does before it decides whether
// the class is one literal.
func (c *charClass) add(it item) {
	for _, have := range c.items {
		if have == it {
			return
		}
	}
	c.items = append(c.items, it)
}

// member reads one character or category of a class.
func (p *parser) member() (item, error) {
	start := p.pos
	r := p.rune()
	if r != '\\' {
		return literalItem(r), nil
	}
	if p.pos == len(p.src) {
		return item{}, p.fail(start, "bad escape (end of pattern)")
	}
	c := p.src[p.pos]
	if strings.IndexByte("dDsSwW", c) >= 0 {
		p.pos++
		return item{kind: itemCategory, category: c}, nil
	}
	if c == 'b' {
		p.pos++
		return literalItem('\b'), nil
	}
	r, err := p.character(start)
	return literalItem(r), err
}
