package parse

// checkpoint is a place from which on the nodes of a text depend on nothing but
// the text from there on: the start of a line outside of all nodes, at which no
// route is known to fail that begins behind it. (The context is 0; which node
// follows depends on the bytes from there on, and on those before only back to the
// line end, as isSafe, afterIndent and freeScheme look back no further.)
type checkpoint struct {
	pos   uint32
	nodes uint32 // how many there were; text was kept back, perhaps

	// Of the stretch from the checkpoint before:
	steps uint32
	ahead uint32 // how far beyond pos was looked
	peak  uint32 // the most nodes there were, counted from those at its start
}

// trail are the checkpoints of a text in order; the last is its end, which is none.
type trail []checkpoint

// places returns the checkpoints without the end.
func (p *Page) places() trail { return p.trail[:max(len(p.trail)-1, 0)] }

const (
	// stride is how far checkpoints are apart at least.
	stride = 256

	// lookahead is more than the tokenizer looks ahead of its head, comments aside,
	// which say so (looked), and what it comes by anyway, as no route ends there:
	// the zeros of an entity, and a line of a verbatim tag.
	lookahead = 32
)

// atCheckpoint reports whether a checkpoint may be where the only stack is. The
// line end is always in the text kept back; that it is, spares cases elsewhere.
func (t *tokenizer) atCheckpoint() bool {
	only := &t.stacks[0]
	return 0 < t.head && t.head < len(t.text) && t.text[t.head-1] == '\n' &&
		t.routes.far < t.head && only.context == 0 && !only.buffer.empty()
}

// checkpoint forgets the routes that failed, so that what a text needs of that
// budget does not depend on the text before, and leaves a checkpoint if the last
// is some way back. It reports whether the text from here on is known.
func (t *tokenizer) checkpoint() bool {
	if t.routes.count > 0 {
		t.routes.clear()
	}
	if t.old.meets(t.head) {
		t.leave()
		return true
	}
	if t.head >= t.last.pos+stride {
		t.leave()
	}
	return false
}

// milestone is what was when the last checkpoint was left.
type milestone struct{ pos, nodes, left int }

// leave leaves a checkpoint at the head, unless there is one.
func (t *tokenizer) leave() {
	if t.head == t.last.pos {
		return
	}
	t.trail = append(t.trail, checkpoint{
		pos:   uint32(t.head),
		nodes: uint32(t.nodes.n),
		steps: uint32(t.last.left - t.left),
		ahead: uint32(max(t.far-t.head, 0) + lookahead),
		peak:  uint32(max(t.peak, t.nodes.n) - t.last.nodes),
	})
	t.last = milestone{t.head, t.nodes.n, t.left}
	t.far, t.peak = 0, 0
}
