package pattern

import "unicode/utf8"

// backtracker is the plain matcher: it tries branches in order and comes back,
// as Python's does. It is the only one that knows look-behind and
// back-references, and for other patterns the quickest way to the groups of a
// match that is known to be there. It may take exponential time, so it counts
// steps and stops at a limit.
type backtracker struct {
	prog  *program
	text  string
	slots []int
	stack []branch
	steps int
	limit int
}

// branch is what to come back to: an instruction at a place, or, if slot is not
// negative, a slot to restore.
type branch struct {
	pc, slot int32
	at       int
}

// match tries the one place from. It answers ErrTooComplex at the limit.
func (b *backtracker) match(from int, nonEmpty bool) (end int, ok bool, err error) {
	for i := range b.slots {
		b.slots[i] = -1
	}
	b.stack = b.stack[:0]
	return b.run(b.prog.begin(nonEmpty), from)
}

// run goes from one instruction to a match, with a stack of its own on top of
// what is there. Look-arounds call it again, as deep as they are nested.
func (b *backtracker) run(pc int32, p int) (end int, ok bool, err error) {
	a := b.prog.alphabet
	base := len(b.stack)
	for {
		if b.steps++; b.steps > b.limit {
			return 0, false, ErrTooComplex
		}
		in := &b.prog.insts[pc]
		ok := true
		switch in.op {
		case instMatch:
			b.cut(base)
			return p, true, nil
		case instChar:
			sym, n := a.at(b.text, p)
			ok = n > 0 && in.set.has(int(sym))
			p += n
		case instSplit:
			b.stack = append(b.stack, branch{pc: in.y, slot: -1, at: p})
		case instAssert:
			prev, _ := a.before(b.text, p)
			next, _ := a.at(b.text, p)
			ok = in.assert.holds(a.kinds[prev], a.kinds[next])
		case instSave:
			b.stack = append(b.stack, branch{slot: in.arg, at: b.slots[in.arg]})
			b.slots[in.arg] = p
		case instLook:
			if ok, err = b.look(in, p); err != nil {
				return 0, false, err
			}
		case instBackref:
			n, same := b.again(in, p)
			if ok = same; ok && n == 0 {
				pc = in.y
				continue
			}
			p += n
		default:
			ok = false
		}
		if ok {
			pc = in.x
			continue
		}
		if pc, p, ok = b.back(base); !ok {
			return 0, false, nil
		}
	}
}

// back undoes up to the last branch above base.
func (b *backtracker) back(base int) (pc int32, p int, ok bool) {
	for len(b.stack) > base {
		last := b.stack[len(b.stack)-1]
		b.stack = b.stack[:len(b.stack)-1]
		if last.slot < 0 {
			return last.pc, last.at, true
		}
		b.slots[last.slot] = last.at
	}
	return 0, 0, false
}

// cut forgets the branches above base, but keeps what restores slots: whoever
// called may come back behind a look-ahead that set groups.
func (b *backtracker) cut(base int) {
	kept := b.stack[:base]
	for _, br := range b.stack[base:] {
		if br.slot >= 0 {
			kept = append(kept, br)
		}
	}
	b.stack = kept
}

// look evaluates a look-around at place p. Groups set inside stay set if it is
// not negated.
func (b *backtracker) look(in *inst, p int) (bool, error) {
	base := len(b.stack)
	if in.behind {
		for range in.arg {
			_, n := b.prog.alphabet.before(b.text, p)
			if n == 0 {
				return in.negate, nil
			}
			p -= n
		}
	}
	_, found, err := b.run(in.y, p)
	if in.negate && found {
		for len(b.stack) > base {
			b.back(base)
		}
	}
	return found != in.negate, err
}

// again says whether the text of a group comes once more, and how long that is.
func (b *backtracker) again(in *inst, p int) (n int, same bool) {
	from, to := b.slots[2*in.arg], b.slots[2*in.arg+1]
	if from < 0 || to < 0 || to < from {
		return 0, false
	}
	group, rest := b.text[from:to], b.text[p:]
	b.steps += len(group) / 8
	for len(group) > 0 {
		if rest == "" {
			return 0, false
		}
		r, size := utf8.DecodeRuneInString(group)
		t, width := utf8.DecodeRuneInString(rest)
		if r != t && !(in.fold && lower(r) == lower(t)) {
			return 0, false
		}
		group, rest = group[size:], rest[width:]
		n += width
	}
	return n, true
}
