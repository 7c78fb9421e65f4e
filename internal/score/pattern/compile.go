package pattern

import "slices"

// maxInsts bounds a program: (a{1000}){1000} is refused.
const maxInsts = 1 << 17

// compiler turns the tree into instructions, from the end to the start: every
// node is told where to go on.
//
// Python stops a repetition whose last round consumed nothing, and takes what
// follows instead (CPython Modules/_sre/sre_lib.h, MAX_UNTIL: last_ptr). A plain
// Thompson construction cannot say that. So a node is told two continuations:
// empty, when nothing has been consumed since the round began, and full, when
// something has. Outside of a repetition that can be empty both are one and
// nothing is doubled; inside, the body is compiled for both cases.
type compiler struct {
	prog    *program
	classes []runeSet // of each instChar, by number in arg until resolve
	numbers map[string]int32
	tooBig  bool
}

func compile(t parsed, expr string) (*program, error) {
	p := &program{backref: t.backref, slots: 2 * len(t.groups)}
	c := &compiler{prog: p, numbers: map[string]int32{}}
	match := c.emit(inst{op: instMatch})
	fail := c.emit(inst{op: instFail})
	p.start = c.node(t.root, match, match)
	p.nonEmpty = p.start
	if t.root.nullable() {
		p.nonEmpty = c.node(t.root, fail, match)
	}
	if c.tooBig {
		return nil, &SyntaxError{Pattern: expr, Reason: "repeats too much to compile"}
	}
	c.resolve()
	p.sort()
	return p, nil
}

// resolve makes the alphabet and turns classes into sets of symbols.
func (c *compiler) resolve() {
	p := c.prog
	sets := slices.Concat(c.classes, []runeSet{newlineSet})
	if p.bounds {
		sets = append(sets, wordSet)
	}
	a := newAlphabet(sets)
	members := make([]bitset, len(c.classes))
	for i, set := range c.classes {
		members[i] = a.members(set)
	}
	for i := range p.insts {
		if in := &p.insts[i]; in.op == instChar {
			in.set, in.arg = members[in.arg], 0
		}
	}
	a.describe(p.bounds, p.lines)
	p.alphabet = a
}

func (c *compiler) emit(in inst) int32 {
	if len(c.prog.insts) >= maxInsts {
		c.tooBig = true
		return 0
	}
	c.prog.insts = append(c.prog.insts, in)
	return int32(len(c.prog.insts) - 1)
}

// node compiles n to go on at empty or full, and gives its first instruction.
func (c *compiler) node(n *node, empty, full int32) int32 {
	if c.tooBig {
		return 0
	}
	switch n.op {
	case opClass:
		return c.emit(inst{op: instChar, x: full, arg: c.class(n.set())})
	case opConcat:
		return c.concat(n.subs, empty, full)
	case opAlternate:
		return c.alternate(n.subs, empty, full)
	case opRepeat:
		return c.repeat(n, empty, full)
	case opGroup:
		return c.group(n, empty, full)
	case opLook:
		return c.look(n, empty)
	case opBackref:
		return c.emit(inst{op: instBackref, x: full, y: empty, arg: int32(n.group), fold: n.fold})
	default:
		c.prog.asserts = true
		c.prog.bounds = c.prog.bounds || n.assert == atBoundary || n.assert == atInside
		c.prog.lines = c.prog.lines || n.assert == atLineStart || n.assert == atLineEnd
		return c.emit(inst{op: instAssert, assert: n.assert, x: empty})
	}
}

// class numbers a set; equal sets share a number.
func (c *compiler) class(s runeSet) int32 {
	key := make([]byte, 0, 8*len(s))
	for _, r := range s {
		key = append(key, byte(r.lo), byte(r.lo>>8), byte(r.lo>>16), byte(r.hi), byte(r.hi>>8), byte(r.hi>>16))
	}
	n, ok := c.numbers[string(key)]
	if !ok {
		n = int32(len(c.classes))
		c.numbers[string(key)] = n
		c.classes = append(c.classes, s)
	}
	return n
}

// concat compiles each node but the first for both cases only as long as all
// nodes before it can be empty.
func (c *compiler) concat(subs []*node, empty, full int32) int32 {
	leading := 0 // the first node that cannot be empty
	for leading < len(subs) && subs[leading].nullable() {
		leading++
	}
	for i := len(subs) - 1; i >= 0; i-- {
		if i > leading || empty == full {
			full = c.node(subs[i], full, full)
			empty = full
			continue
		}
		e := c.node(subs[i], empty, full)
		if i > 0 {
			full = c.node(subs[i], full, full)
		}
		empty = e
	}
	return empty
}

// alternate prefers branches in their order.
func (c *compiler) alternate(subs []*node, empty, full int32) int32 {
	at := c.branch(subs[len(subs)-1], empty, full)
	for i := len(subs) - 2; i >= 0; i-- {
		at = c.emit(inst{op: instSplit, x: c.branch(subs[i], empty, full), y: at})
	}
	return at
}

// branch is node that also notes where broad alternatives begin. They hold a
// needle, so their first instruction is their own.
func (c *compiler) branch(n *node, empty, full int32) int32 {
	at := c.node(n, empty, full)
	if n.marked {
		c.prog.broad = append(c.prog.broad, at)
	}
	return at
}

// group brackets its content with the places of its ends.
func (c *compiler) group(n *node, empty, full int32) int32 {
	if n.group == 0 {
		return c.node(n.subs[0], empty, full)
	}
	slot := int32(2 * n.group)
	end := c.emit(inst{op: instSave, arg: slot + 1, x: full})
	emptyEnd := end
	if empty != full {
		emptyEnd = c.emit(inst{op: instSave, arg: slot + 1, x: empty})
	}
	return c.emit(inst{op: instSave, arg: slot, x: c.node(n.subs[0], emptyEnd, end)})
}

func (c *compiler) look(n *node, empty int32) int32 {
	// What a look-around finds is found with its own end.
	sub := c.node(n.subs[0], 0, 0)
	if n.behind {
		c.prog.behind = true
	} else {
		c.prog.ahead = true
	}
	return c.emit(inst{op: instLook, negate: n.negate, behind: n.behind, arg: int32(n.width), x: empty, y: sub})
}

// choice prefers another round, or if lazy the way out.
func (c *compiler) choice(lazy bool, round, out int32) int32 {
	if lazy {
		round, out = out, round
	}
	return c.emit(inst{op: instSplit, x: round, y: out})
}

// repeat compiles min rounds that must be, and those that may. Python does not
// look at empty rounds before it has min of them.
func (c *compiler) repeat(n *node, empty, full int32) int32 {
	body := n.subs[0]
	if n.max < 0 {
		full, empty = c.star(body, n.lazy, empty, full)
	} else {
		full, empty = c.optional(body, n.max-n.min, n.lazy, empty, full)
	}
	for range n.min {
		after := c.node(body, full, full)
		if empty == full || !body.nullable() {
			empty = after
		} else {
			empty = c.node(body, empty, full)
		}
		full = after
		if c.tooBig {
			break
		}
	}
	return empty
}

// round compiles one optional round: out is where it goes on if it consumed
// nothing, again if it did.
func (c *compiler) round(body *node, out, again int32) int32 {
	if !body.nullable() {
		out = again
	}
	return c.node(body, out, again)
}

// star compiles any number of rounds, for both cases on entry.
func (c *compiler) star(body *node, lazy bool, empty, full int32) (fromFull, fromEmpty int32) {
	loop := c.emit(inst{op: instSplit})
	first := c.choice(lazy, c.round(body, full, loop), full)
	c.prog.insts[loop] = c.prog.insts[first]
	if empty == full {
		return loop, loop
	}
	return loop, c.choice(lazy, c.round(body, empty, loop), empty)
}

// optional compiles up to n rounds, for both cases on entry.
func (c *compiler) optional(body *node, n int, lazy bool, empty, full int32) (fromFull, fromEmpty int32) {
	if n == 0 {
		return full, empty
	}
	rest, all := full, full // of n-1 rounds, of n
	for range n {
		rest = all
		all = c.choice(lazy, c.round(body, full, rest), full)
		if c.tooBig {
			break
		}
	}
	if empty == full {
		return all, all
	}
	return all, c.choice(lazy, c.round(body, empty, rest), empty)
}
