package feature

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// parseSetArgument reads a Python set of strings and the ')' that ends the name:
// what stands behind name[:offset]. The members come as written, duplicates and
// all.
func parseSetArgument(name string, offset int) ([]string, error) {
	p := setParser{name: name, pos: offset}
	members, err := p.set()
	if err != nil {
		return nil, err
	}
	p.space()
	if !p.accept(')') {
		return nil, p.want("')'")
	}
	if p.pos < len(name) {
		return nil, p.want("the end of the name")
	}
	return members, nil
}

// setParser reads `{'a', "b"}` or `set()`, the empty set, as Python 3 does. What
// Python reads and repr() never writes is refused: prefixes, triple quotes,
// strings side by side, escapes other than repr()'s and \' \".
type setParser struct {
	name string
	pos  int
}

func (p *setParser) set() ([]string, error) {
	p.space()
	if strings.HasPrefix(p.name[p.pos:], "set()") {
		p.pos += len("set()")
		return nil, nil
	}
	if !p.accept('{') {
		return nil, p.want("a set")
	}
	var members []string
	for {
		p.space()
		if len(members) > 0 && p.accept('}') {
			return members, nil // behind a comma
		}
		member, err := p.str()
		if err != nil {
			return nil, err
		}
		members = append(members, member)
		p.space()
		if p.accept('}') {
			return members, nil
		}
		if !p.accept(',') {
			return nil, p.want("',' or '}'")
		}
	}
}

func (p *setParser) space() {
	for p.pos < len(p.name) && strings.IndexByte(" \t\n\r\f", p.name[p.pos]) >= 0 {
		p.pos++
	}
}

func (p *setParser) accept(c byte) bool {
	if p.pos < len(p.name) && p.name[p.pos] == c {
		p.pos++
		return true
	}
	return false
}

// want is the error that something else stands at the position.
func (p *setParser) want(what string) error {
	if p.pos == len(p.name) {
		return p.fault("want %s, have the end of the name", what)
	}
	r, _ := utf8.DecodeRuneInString(p.name[p.pos:])
	return p.fault("want %s, have %q", what, r)
}

func (p *setParser) fault(format string, args ...any) error {
	return &SyntaxError{Name: p.name, Offset: p.pos, Reason: fmt.Sprintf(format, args...)}
}

// str reads a string in single or double quotes.
func (p *setParser) str() (string, error) {
	quote := byte('\'')
	if !p.accept(quote) {
		quote = '"'
		if !p.accept(quote) {
			return "", p.want("a string")
		}
	}
	var b strings.Builder
	for {
		switch {
		case p.accept(quote):
			return b.String(), nil
		case p.pos == len(p.name) || p.name[p.pos] == '\n' || p.name[p.pos] == '\r':
			return "", p.want("the end of the string")
		case p.name[p.pos] == '\\':
			r, err := p.escape()
			if err != nil {
				return "", err
			}
			b.WriteRune(r)
		default:
			b.WriteByte(p.name[p.pos])
			p.pos++
		}
	}
}

// escape reads a backslash and what it stands for.
func (p *setParser) escape() (rune, error) {
	rest := p.name[p.pos+1:]
	if rest == "" {
		return 0, p.fault("want an escape, have the end of the name")
	}
	digits := 0
	switch c := rest[0]; c {
	case '\\', '\'', '"':
		p.pos += 2
		return rune(c), nil
	case 'n', 'r', 't':
		p.pos += 2
		return map[byte]rune{'n': '\n', 'r': '\r', 't': '\t'}[c], nil
	case 'x':
		digits = 2
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	default:
		r, _ := utf8.DecodeRuneInString(rest)
		return 0, p.fault("unknown escape \\%c", r)
	}
	if len(rest) <= digits {
		return 0, p.fault("want %d digits behind \\%c", digits, rest[0])
	}
	code, err := strconv.ParseUint(rest[1:1+digits], 16, 32)
	if err != nil {
		return 0, p.fault("want %d digits behind \\%c", digits, rest[0])
	}
	if code > utf8.MaxRune || !utf8.ValidRune(rune(code)) {
		return 0, p.fault("%#x is no character", code)
	}
	p.pos += 2 + digits
	return rune(code), nil
}
