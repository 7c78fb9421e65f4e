package pattern

import (
	"strings"
	"unicode/utf8"
)

// Bounds on what a pattern may be; real lexicons stay far below.
const (
	maxNesting = 200     // groups inside groups
	maxRepeat  = 1 << 16 // {m,n}
)

// flags of a part of the pattern.
type flags struct{ fold, dotAll, multiline, verbose bool }

// parser reads a pattern as Lib/re/_parser.py does, branch by branch, so that
// what Python refuses is refused and what it reads oddly is read the same.
type parser struct {
	src     string
	pos     int
	global  flags
	groups  []*node // by number; nil while open
	names   map[string]int
	depth   int
	behind  int // first group that may not be referred to in a look-behind, or 0
	backref bool
}

// parsed is a whole pattern.
type parsed struct {
	root    *node
	groups  []*node
	backref bool
}

func parse(src string) (parsed, error) {
	p := &parser{src: src, groups: []*node{nil}, names: map[string]int{}}
	if !utf8.ValidString(src) {
		return parsed{}, p.fail(0, "not UTF-8")
	}
	root, err := p.alternation(flags{}, true)
	if err != nil {
		return parsed{}, err
	}
	if p.pos < len(src) {
		return parsed{}, p.fail(p.pos, "unbalanced parenthesis")
	}
	return parsed{root, p.groups, p.backref}, nil
}

// fail is a syntax error at a byte of the pattern.
func (p *parser) fail(at int, reason string) error {
	return &SyntaxError{Pattern: p.src, Offset: at, Reason: reason}
}

// more says whether the next byte is one of set.
func (p *parser) more(set string) bool {
	return p.pos < len(p.src) && strings.IndexByte(set, p.src[p.pos]) >= 0
}

// take consumes s if it comes next.
func (p *parser) take(s string) bool {
	if strings.HasPrefix(p.src[p.pos:], s) {
		p.pos += len(s)
		return true
	}
	return false
}

// rune consumes one character; the pattern is valid UTF-8.
func (p *parser) rune() rune {
	r, n := utf8.DecodeRuneInString(p.src[p.pos:])
	p.pos += n
	return r
}

// alternation reads branches up to a closing bracket or the end. Global flags
// may open the first branch of the whole pattern.
func (p *parser) alternation(f flags, top bool) (*node, error) {
	var branches []*node
	for {
		branch, err := p.sequence(f, top && len(branches) == 0)
		if err != nil {
			return nil, err
		}
		if top {
			f = p.global
		}
		branches = append(branches, branch)
		if !p.take("|") {
			return join(branches), nil
		}
	}
}

// join makes one node of branches. Python takes out a common prefix and turns
// branches of one character each into a class; that matters beyond speed, since
// a class above U+FFFF ignores case differently than a letter (charClass).
func join(branches []*node) *node {
	if len(branches) == 1 {
		return branches[0]
	}
	whole := &node{op: opConcat}
	for shareFirst(branches) {
		whole.subs = append(whole.subs, branches[0].subs[0])
		for _, b := range branches {
			b.subs = b.subs[1:]
		}
	}
	if class := asClass(branches); class != nil {
		whole.subs = append(whole.subs, class)
		return whole
	}
	whole.subs = append(whole.subs, &node{op: opAlternate, subs: branches})
	return whole
}

// shareFirst says whether all branches begin with the same item.
func shareFirst(branches []*node) bool {
	for _, b := range branches {
		if len(b.subs) == 0 || !sameLeaf(b.subs[0], branches[0].subs[0]) {
			return false
		}
	}
	return true
}

// sameLeaf compares what Python compares by value; its subpatterns are equal
// to themselves only.
func sameLeaf(a, b *node) bool {
	if a.op != b.op {
		return false
	}
	switch a.op {
	case opClass:
		if a.dot || b.dot {
			return a.dot == b.dot
		}
		if a.class.negate != b.class.negate || a.class.literal != b.class.literal || len(a.class.items) != len(b.class.items) {
			return false
		}
		for i, it := range a.class.items {
			if it != b.class.items[i] {
				return false
			}
		}
		return true
	case opAssert:
		return a.assert == b.assert
	case opBackref:
		return a.group == b.group
	}
	return false
}

// asClass is the class that branches of one character amount to, or nil. The
// flags are those of any branch: a part with its own flags is a group.
func asClass(branches []*node) *node {
	class := charClass{}
	for _, b := range branches {
		if len(b.subs) != 1 || b.subs[0].op != opClass || b.subs[0].dot || b.subs[0].class.negate {
			return nil
		}
		class.items = append(class.items, b.subs[0].class.items...)
		class.fold = b.subs[0].class.fold
	}
	return &node{op: opClass, class: class}
}

// sequence reads one branch.
func (p *parser) sequence(f flags, first bool) (*node, error) {
	seq := &node{op: opConcat}
	for p.pos < len(p.src) && !p.more("|)") {
		if f.verbose && p.skipSpace() {
			continue
		}
		if p.more("*+?{") {
			done, err := p.repeat(seq)
			if err != nil {
				return nil, err
			}
			if done {
				continue
			}
		}
		n, err := p.atom(&f, first && len(seq.subs) == 0)
		if err != nil {
			return nil, err
		}
		if n != nil {
			seq.subs = append(seq.subs, n)
		}
	}
	seq.subs = unwrap(seq.subs)
	return seq, nil
}

// unwrap replaces groups that only bracket by what they hold.
func unwrap(subs []*node) []*node {
	var out []*node
	for _, s := range subs {
		if s.op == opConcat {
			out = append(out, s.subs...)
			continue
		}
		out = append(out, s)
	}
	return out
}

// skipSpace consumes what does not count under the flag x.
func (p *parser) skipSpace() bool {
	if p.more(" \t\n\r\v\f") {
		p.pos++
		return true
	}
	if !p.take("#") {
		return false
	}
	if i := strings.IndexByte(p.src[p.pos:], '\n'); i >= 0 {
		p.pos += i + 1
	} else {
		p.pos = len(p.src)
	}
	return true
}

// atom reads one item, or nothing for a comment or global flags.
func (p *parser) atom(f *flags, first bool) (*node, error) {
	start := p.pos
	switch r := p.rune(); r {
	case '\\':
		return p.escape(*f, start)
	case '[':
		return p.class(*f, start)
	case '(':
		return p.group(f, first, start)
	case '.':
		return &node{op: opClass, dot: true, dotAll: f.dotAll}, nil
	case '^':
		if f.multiline {
			return &node{op: opAssert, assert: atLineStart}, nil
		}
		return &node{op: opAssert, assert: atStart}, nil
	case '$':
		if f.multiline {
			return &node{op: opAssert, assert: atLineEnd}, nil
		}
		return &node{op: opAssert, assert: atFinal}, nil
	default:
		return literal(r, *f), nil
	}
}

// literal is LITERAL, which Python folds otherwise than a class of one member.
func literal(r rune, f flags) *node {
	return &node{op: opClass, class: charClass{items: []item{literalItem(r)}, literal: true, fold: f.fold}}
}

// repeat applies a quantifier to the last item of seq. It answers false, having
// read nothing, at a brace that is no quantifier but itself.
func (p *parser) repeat(seq *node) (bool, error) {
	start := p.pos
	lo, hi, ok, err := p.bounds()
	if !ok || err != nil {
		return false, err
	}
	// Only a bare assertion is refused; (?:^)* and (?=a)* are not.
	if len(seq.subs) == 0 || seq.subs[len(seq.subs)-1].op == opAssert {
		return false, p.fail(start, "nothing to repeat")
	}
	last := seq.subs[len(seq.subs)-1]
	if last.op == opRepeat {
		return false, p.fail(start, "multiple repeat")
	}
	n := &node{op: opRepeat, subs: []*node{last}, min: lo, max: hi}
	if p.take("?") {
		n.lazy = true
	} else if p.take("+") {
		return false, p.fail(start, "possessive repeats are not supported")
	}
	seq.subs[len(seq.subs)-1] = n
	return true, nil
}

// bounds reads a quantifier. Python takes whatever looks like one: "{,}" is any
// number, "{}" and "{1" are text.
func (p *parser) bounds() (lo, hi int, ok bool, err error) {
	start := p.pos
	switch p.rune() {
	case '*':
		return 0, -1, true, nil
	case '+':
		return 1, -1, true, nil
	case '?':
		return 0, 1, true, nil
	default:
		lo, hi, ok, err = p.braces(start)
		if !ok {
			p.pos = start
		}
		return lo, hi, ok, err
	}
}

// braces reads {m}, {m,}, {,n} or {m,n} behind the opening brace.
func (p *parser) braces(start int) (lo, hi int, ok bool, err error) {
	if p.more("}") {
		return 0, 0, false, nil
	}
	from, to, comma := p.digits(), "", p.take(",")
	if comma {
		to = p.digits()
	} else {
		to = from
	}
	if !p.take("}") {
		return 0, 0, false, nil
	}
	lo, hi = 0, -1
	if from != "" {
		if lo, err = p.count(from, start); err != nil {
			return 0, 0, false, err
		}
	}
	if to != "" {
		if hi, err = p.count(to, start); err != nil {
			return 0, 0, false, err
		}
		if hi < lo {
			return 0, 0, false, p.fail(start, "min repeat greater than max repeat")
		}
	}
	return lo, hi, true, nil
}

// digits are optional everywhere in a quantifier.
func (p *parser) digits() string {
	start := p.pos
	for p.more("0123456789") {
		p.pos++
	}
	return p.src[start:p.pos]
}

func (p *parser) count(digits string, at int) (int, error) {
	n := 0
	for _, d := range digits {
		if n = n*10 + int(d-'0'); n > maxRepeat {
			return 0, p.fail(at, "the repetition number is too large")
		}
	}
	return n, nil
}
