package pattern

// sweep finds matches in one pass back and one forth over a stretch of text:
// what a backward automaton saw on its way back tells every place which
// instructions are viable there. It keeps what was seen at the edges of blocks
// and makes the states of one block again on the way forth, so its memory is a
// small part of the text's whatever the pattern. (It must not keep states: one
// leads to all that were made after it.)
type sweep struct {
	*backward
	text   string
	high   int     // end of the stretch
	last   view    // from there
	blocks []block // the last of the stretch first; taken from the end
	inside []*backwardState
	from   int // of the block that inside is about
	steps  int // characters read, either way
}

// block is a part of a text; after is the view from its end.
type block struct {
	from, to int
	after    view
}

const blockBytes = 2048

func (b *backward) sweep(text string, low, high int) *sweep {
	w := &sweep{backward: b}
	w.reset(text, low, high)
	return w
}

// reset prepares the stretch from byte low to byte high.
func (w *sweep) reset(text string, low, high int) {
	w.text, w.high, w.last = text, high, w.end(text, high)
	w.blocks, w.inside, w.from = w.blocks[:0], w.inside[:0], low
	open := block{to: high, after: w.last}
	s := w.state(w.last)
	for i := high; i > low; {
		sym, n := w.prog.alphabet.before(text, i)
		s = w.step(s, sym)
		w.steps++
		i -= n
		if open.to-i >= blockBytes || i <= low {
			open.from = i
			w.blocks = append(w.blocks, open)
			open = block{to: i, after: s.view}
		}
	}
}

// at gives the state at place p. Places must be asked for in order.
func (w *sweep) at(p int) *backwardState {
	if p == w.high {
		return w.state(w.last)
	}
	for p >= w.from+len(w.inside) {
		b := w.blocks[len(w.blocks)-1]
		w.blocks = w.blocks[:len(w.blocks)-1]
		w.from = b.from
		w.inside = append(w.inside[:0], make([]*backwardState, b.to-b.from)...)
		s := w.state(b.after)
		for i := b.to; i > b.from; {
			sym, n := w.prog.alphabet.before(w.text, i)
			s = w.step(s, sym)
			w.steps++
			i -= n
			w.inside[i-b.from] = s
		}
	}
	return w.inside[p-w.from]
}

// viableAt gives the instructions that can reach a match from place p.
func (w *sweep) viableAt(p int) bitset {
	prev, _ := w.prog.alphabet.before(w.text, p)
	return w.viable(w.at(p), w.prog.alphabet.kinds[prev])
}

// find gives the first match at or after place from; nonEmpty is about a match
// at from itself. Places of groups go to slots.
func (w *sweep) find(from int, nonEmpty bool, slots []int) (start, end int, ok bool) {
	pc := w.prog.begin(nonEmpty)
	for p := from; ; pc = w.prog.start {
		if w.viableAt(p).has(int(pc)) {
			return p, w.walk(pc, p, slots), true
		}
		_, n := w.prog.alphabet.at(w.text, p)
		w.steps++
		if n == 0 {
			return 0, 0, false
		}
		p += n
	}
}

// walk follows the best viable way from a viable instruction to its match.
func (w *sweep) walk(pc int32, p int, slots []int) (end int) {
	v := w.viableAt(p)
	for {
		switch in := &w.prog.insts[pc]; in.op {
		case instMatch:
			return p
		case instChar:
			_, n := w.prog.alphabet.next(w.text, p)
			w.steps++
			p += n
			v = w.viableAt(p)
			pc = in.x
		case instSplit:
			if pc = in.x; !v.has(int(pc)) {
				pc = in.y
			}
		case instSave:
			slots[in.arg] = p
			pc = in.x
		default: // an assertion or a look-ahead that holds
			pc = in.x
		}
	}
}
