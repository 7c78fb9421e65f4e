package pattern

import (
	"strings"
	"unicode"
)

// group reads what follows an opening bracket.
func (p *parser) group(f *flags, first bool, start int) (*node, error) {
	if p.depth++; p.depth > maxNesting {
		return nil, p.fail(start, "groups are nested too deep")
	}
	defer func() { p.depth-- }()
	if !p.take("?") {
		return p.capture(*f, "", start)
	}
	switch {
	case p.take(":"):
		return p.inner(*f, start)
	case p.take("P<"):
		name, err := p.name('>', start)
		if err != nil {
			return nil, err
		}
		return p.capture(*f, name, start)
	case p.take("P="):
		return p.named(*f, start)
	case p.take("#"):
		return p.comment(start)
	case p.take("="):
		return p.look(*f, start, &node{op: opLook})
	case p.take("!"):
		return p.look(*f, start, &node{op: opLook, negate: true})
	case p.take("<="):
		return p.look(*f, start, &node{op: opLook, behind: true})
	case p.take("<!"):
		return p.look(*f, start, &node{op: opLook, behind: true, negate: true})
	case p.take("("):
		return nil, p.fail(start, "conditional groups are not supported")
	case p.take(">"):
		return nil, p.fail(start, "atomic groups are not supported")
	case p.more("aiLmsux-"):
		return p.flags(f, first, start)
	}
	return nil, p.fail(start, "unknown extension")
}

// inner reads a group's content and its closing bracket.
func (p *parser) inner(f flags, start int) (*node, error) {
	n, err := p.alternation(f, false)
	if err != nil {
		return nil, err
	}
	if !p.take(")") {
		return nil, p.fail(start, "missing ), unterminated subpattern")
	}
	return n, nil
}

// capture numbers groups by their opening brackets; until the closing one the
// group is nil, so that a reference to it from inside is seen.
func (p *parser) capture(f flags, name string, start int) (*node, error) {
	number := len(p.groups)
	if number > maxGroups {
		return nil, p.fail(start, "too many groups")
	}
	p.groups = append(p.groups, nil)
	if name != "" {
		if _, ok := p.names[name]; ok {
			return nil, p.fail(start, "redefinition of group name "+name)
		}
		p.names[name] = number
	}
	sub, err := p.inner(f, start)
	if err != nil {
		return nil, err
	}
	n := &node{op: opGroup, group: number, subs: []*node{sub}}
	p.groups[number] = n
	return n, nil
}

const maxGroups = 10000

// name reads the name of a group up to end.
func (p *parser) name(end byte, start int) (string, error) {
	i := strings.IndexByte(p.src[p.pos:], end)
	if i < 0 {
		return "", p.fail(start, "missing "+string(rune(end))+", unterminated name")
	}
	name := p.src[p.pos : p.pos+i]
	for j, r := range name {
		if !(r == '_' || unicode.IsLetter(r) || j > 0 && unicode.IsDigit(r)) {
			return "", p.fail(p.pos, "bad character in group name "+name)
		}
	}
	if name == "" {
		return "", p.fail(start, "missing group name")
	}
	p.pos += i + 1
	return name, nil
}

// named reads (?P=name).
func (p *parser) named(f flags, start int) (*node, error) {
	name, err := p.name(')', start)
	if err != nil {
		return nil, err
	}
	number, ok := p.names[name]
	if !ok {
		return nil, p.fail(start, "unknown group name "+name)
	}
	return p.backreference(f, number, start)
}

// comment reads (?#...), which is nothing: a quantifier behind it applies to what
// stands before.
func (p *parser) comment(start int) (*node, error) {
	i := strings.IndexByte(p.src[p.pos:], ')')
	if i < 0 {
		return nil, p.fail(start, "missing ), unterminated comment")
	}
	p.pos += i + 1
	return nil, nil
}

// look reads a look-around. Python goes back a fixed number of characters for a
// look-behind and matches forward from there, and so do we.
func (p *parser) look(f flags, start int, n *node) (*node, error) {
	outer := p.behind
	if n.behind && outer == 0 {
		p.behind = len(p.groups)
	}
	sub, err := p.inner(f, start)
	if err != nil {
		return nil, err
	}
	p.behind = outer
	n.subs = []*node{sub}
	if n.behind {
		lo, hi := sub.widths(p.groups)
		if lo != hi {
			return nil, p.fail(start, "look-behind requires fixed-width pattern")
		}
		n.width = lo
	}
	return n, nil
}

// flags reads (?ims) for the whole pattern or (?i-s:...) for a part.
func (p *parser) flags(f *flags, first bool, start int) (*node, error) {
	on, err := p.letters(start)
	if err != nil {
		return nil, err
	}
	if p.take(")") {
		if !first {
			return nil, p.fail(start, "global flags not at the start of the expression")
		}
		p.global.set(on, true)
		f.set(on, true)
		return nil, nil
	}
	inner, off := *f, ""
	if p.take("-") {
		if off, err = p.letters(start); err != nil {
			return nil, err
		}
		if off == "" || strings.Contains(off, "u") {
			return nil, p.fail(start, "missing flag")
		}
	}
	if !p.take(":") {
		return nil, p.fail(start, "missing :")
	}
	if strings.ContainsAny(on, off) {
		return nil, p.fail(start, "bad inline flags: flag turned on and off")
	}
	inner.set(on, true)
	inner.set(off, false)
	sub, err := p.inner(inner, start)
	if err != nil {
		return nil, err
	}
	if on == "" && off == "" {
		return sub, nil
	}
	// Not unwrapped: Python keeps a group that has flags.
	return &node{op: opGroup, subs: []*node{sub}}, nil
}

// letters reads flags. The flag u is what we do anyway; a and L would change what
// classes are.
func (p *parser) letters(start int) (string, error) {
	from := p.pos
	for p.more("imsux") {
		p.pos++
	}
	if p.more("aL") {
		return "", p.fail(start, "flags a and L are not supported")
	}
	return p.src[from:p.pos], nil
}

func (f *flags) set(letters string, to bool) {
	for _, c := range letters {
		switch c {
		case 'i':
			f.fold = to
		case 'm':
			f.multiline = to
		case 's':
			f.dotAll = to
		case 'x':
			f.verbose = to
		}
	}
}
