package parse

import (
	"sync"
	"unicode/utf8"
)

const (
	// maxDepth is how many stacks there may be for more nodes to be tried
	// (MAX_DEPTH in tok_support.h).
	maxDepth = 100

	// maxBraces is how many braces are counted as one run (MAX_BRACES).
	maxBraces = 255
)

// tokenizer finds the nodes of a text. It tries routes: it takes "[[" for a
// wikilink until something cannot be in one, forgets what it found since and
// takes it for text instead.
type tokenizer struct {
	text   string
	head   int
	stacks []stack
	nodes  list

	// inHeading says that no heading may start, as one surrounds the head.
	inHeading bool

	// level is that of the heading whose end was found last.
	level uint8

	// failed is the context of the route that failed last.
	failed context

	routes routes

	// noComment is from where on no "-->" follows.
	noComment int

	left int // of the budget of steps

	trail trail
	last  milestone
	far   int // what was looked at since
	peak  int // how many nodes there were since, if some were dropped

	old revision
}

// tokenizers keeps the memory of tokenizers for the next texts.
var tokenizers = sync.Pool{New: func() any { return new(tokenizer) }}

// start begins a text.
func (t *tokenizer) start(text string, steps int) {
	t.text, t.head, t.stacks, t.nodes.n = text, 0, t.stacks[:0], 0
	t.inHeading, t.noComment = false, len(text)
	t.routes.clear()
	t.left, t.trail, t.last, t.far, t.peak = steps, t.trail[:0], milestone{left: steps}, 0, 0
	t.old = revision{}
}

// stop gives the tokenizer back, without what only few texts need.
func (t *tokenizer) stop() {
	const keep = 1 << 20 // bytes of each
	t.text, t.old = "", revision{}
	if most := keep / (chunkSize * nodeBytes); len(t.nodes.chunks) > most {
		t.nodes.chunks = append([][]Node(nil), t.nodes.chunks[:most]...)
	}
	if len(t.routes.slots) > keep/routeBytes {
		t.routes.slots = nil
	}
	if cap(t.stacks) > maxDepth*2 {
		t.stacks = nil
	}
	tokenizers.Put(t)
}

// at returns the byte that many bytes behind the head, or 0 at the end.
func (t *tokenizer) at(delta int) byte {
	if i := t.head + delta; uint(i) < uint(len(t.text)) {
		return t.text[i]
	}
	return 0
}

// runeAt returns the character at the head and its size, 1 at the end.
func (t *tokenizer) runeAt() (rune, int) {
	c := t.at(0)
	if c < utf8.RuneSelf {
		return rune(c), 1
	}
	return utf8.DecodeRuneInString(t.text[t.head:])
}

// startsWith reports whether s is at the head.
func (t *tokenizer) startsWith(s string) bool {
	return t.head+len(s) <= len(t.text) && t.text[t.head:t.head+len(s)] == s
}

func (t *tokenizer) canRecurse() bool { return len(t.stacks) < maxDepth }

// parse finds nodes until the one is closed that the context is of; false if the
// route fails.
func (t *tokenizer) parse(c context) bool { return t.pushRoute(c) && t.parseOn() }

// parseOn is parse on the top stack.
func (t *tokenizer) parseOn() bool {
	for {
		if len(t.stacks) == 1 && t.atCheckpoint() && t.checkpoint() {
			return true
		}
		t.spend(1)
		this, c := t.at(0), t.top().context
		if c&unsafe != 0 && !t.isSafe(c, this) {
			if c&double != 0 {
				t.drop()
			}
			t.fail()
			return false
		}
		if !marks[this] {
			t.plainText()
			continue
		}
		if this == 0 {
			return t.handleEnd(c)
		}
		switch t.mark(this, c) {
		case closed:
			return true
		case lost:
			return false
		}
		t.head++
	}
}

// plainText takes the character at the head for text and, if no context has to
// see them, those behind it as well: isSafe cares for marks, and for other
// characters only after some marks and until a template's name begins. A page is
// mostly such text.
func (t *tokenizer) plainText() {
	top, start := t.top(), t.head
	c := top.context
	if c&unsafe == 0 || c&pendingFail == 0 && (c&inTemplateName == 0 || c&hasText != 0) {
		c |= anywhere
		text, end := t.text, start+1
		for end < len(text) && stops[text[end]]&c == 0 {
			end++
		}
		t.head = end
		t.spend((end - start) / bytesPerStep)
	} else {
		_, size := t.runeAt()
		t.head += size
	}
	top.buffer.add(span{start, t.head})
}

// handleEnd handles the end of the text: nodes that must be closed fail, with the
// stacks of their parts.
func (t *tokenizer) handleEnd(c context) bool {
	if c&mustClose == 0 {
		t.pop()
		return true
	}
	if c&inTagBody != 0 {
		if traits(t.tagName())&single != 0 {
			t.singleTagEnd()
			return true
		}
	} else {
		if c&inCell != 0 {
			t.drop()
			c = t.top().context
		}
		if c&double != 0 {
			t.drop()
		}
	}
	t.fail()
	return false
}
