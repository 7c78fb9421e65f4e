package parse

// stack is the nodes of a route, which may yet turn out to lead nowhere: those of
// the tokenizer from base on, as the stacks lie upon each other. Text that comes is
// kept back in buffer, a part of the text, until a node follows: how runs of text
// are cut into nodes depends on that.
type stack struct {
	base    int
	context context
	buffer  span
	ident   ident

	// seam is where the first part of the node that the route is for ends; 0 if no
	// second has begun.
	seam int

	// inner is the first node of a tag's content.
	inner int
}

// span is a part of the text.
type span struct{ start, end int }

func (s span) empty() bool { return s.start == s.end }

// add appends the part of the text that follows.
func (s *span) add(part span) {
	switch {
	case part.empty():
	case s.empty():
		*s = part
	case s.end == part.start:
		s.end = part.end
	default:
		panic("parse: text kept back is not in one piece")
	}
}

// textNode makes a node of a part of the text.
func textNode(s span) Node {
	return Node{Kind: Text, Start: uint32(s.start), End: uint32(s.end), width: 1}
}

// push begins a stack at the head. Its text is not that of the stack below, so
// that what it collects can be forgotten.
func (t *tokenizer) push(c context) {
	if len(t.stacks) >= maxStacks {
		panic(ErrTooComplex)
	}
	t.stacks = append(t.stacks, stack{base: t.nodes.n, context: c, ident: ident{t.head, c}})
}

// pushRoute begins a stack unless the same route is known to fail.
func (t *tokenizer) pushRoute(c context) bool {
	if t.routes.has(ident{t.head, c}) {
		t.failed = c
		return false
	}
	t.push(c)
	return true
}

// top returns the stack that nodes go to.
func (t *tokenizer) top() *stack {
	if len(t.stacks) == 0 {
		panic(ErrRejected)
	}
	return &t.stacks[len(t.stacks)-1]
}

// pop ends the top stack. Its nodes go over to the one below: whoever began the
// stack has put there what stands in front of them.
func (t *tokenizer) pop() {
	t.flush()
	t.stacks = t.stacks[:len(t.stacks)-1]
}

// popped returns the stack that was popped last, until another is pushed.
func (t *tokenizer) popped() *stack { return &t.stacks[:len(t.stacks)+1][len(t.stacks)] }

// drop ends the top stack and forgets its nodes.
func (t *tokenizer) drop() {
	t.truncate(t.top().base)
	t.stacks = t.stacks[:len(t.stacks)-1]
}

// truncate forgets the nodes from n on. Something failed, or has to be read again:
// so it is here that the tokenizer notes how far it looked.
func (t *tokenizer) truncate(n int) {
	t.looked(t.head)
	t.peak = max(t.peak, t.nodes.n)
	t.nodes.n = n
}

// looked notes that what the tokenizer did depends on the text up to about end.
func (t *tokenizer) looked(end int) { t.far = max(t.far, end) }

// popKeepingContext hands the top stack's context down to the one below.
func (t *tokenizer) popKeepingContext() {
	c := t.top().context
	t.pop()
	t.top().context = c
}

// fail ends the top stack and remembers that its route leads nowhere. The caller
// returns false or lost, up to whoever began the stack.
func (t *tokenizer) fail() {
	t.failed = t.top().context
	t.memoize()
	t.drop()
}

// memoize remembers that the top stack's route leads nowhere.
func (t *tokenizer) memoize() {
	t.spend(memoCost)
	t.routes.add(t.top().ident)
	if t.routes.count > maxRoutes {
		panic(ErrTooComplex)
	}
}

// add appends a node.
func (t *tokenizer) add(n Node) {
	if t.nodes.n >= maxNodes {
		panic(ErrTooComplex)
	}
	t.nodes.add(n)
}

// insert puts a node in front of the one at i.
func (t *tokenizer) insert(i int, n Node) {
	t.spend((t.nodes.n - i) / nodesPerStep)
	if t.nodes.n >= maxNodes {
		panic(ErrTooComplex)
	}
	t.nodes.insert(i, n)
}

// remove takes out the node at i.
func (t *tokenizer) remove(i int) {
	t.spend((t.nodes.n - i) / nodesPerStep)
	t.peak = max(t.peak, t.nodes.n)
	t.nodes.remove(i)
}

// flush makes a node of the text kept back.
func (t *tokenizer) flush() {
	if top := t.top(); !top.buffer.empty() {
		t.add(textNode(top.buffer))
		top.buffer = span{}
	}
}

// addWhole adds a node without nodes inside.
func (t *tokenizer) addWhole(n Node) {
	t.flush()
	n.self, n.width = true, 1
	t.add(n)
}

// emitText keeps back the text from start to end.
func (t *tokenizer) emitText(start, end int) { t.top().buffer.add(span{start, end}) }

// emitHead keeps back the byte at the head.
func (t *tokenizer) emitHead() { t.emitText(t.head, t.head+1) }

// separate ends the first part of a node at the head. Later separators are those
// of a template's parameters, which need no ranges.
func (t *tokenizer) separate() {
	t.flush()
	if top := t.top(); top.seam == 0 {
		top.seam = t.head
	}
}

// join puts text in front of the nodes from i on. A text there becomes one with
// it (Tokenizer_emit_all).
func (t *tokenizer) join(i int, text span) {
	switch {
	case text.empty():
	case i < t.nodes.n && t.nodes.at(i).Kind == Text:
		t.nodes.at(i).Start = uint32(text.start)
	default:
		t.insert(i, textNode(text))
	}
}

// site is where a node is tried: its slot among the nodes, filled if the route
// that is read behind it succeeds. If text was kept back, there is a node of that
// text in front of it, for the same case.
type site struct{ mark, slot int }

// begin makes a site.
func (t *tokenizer) begin() site { return t.beginBehind(t.top().buffer) }

// beginBehind makes a site behind a part of the text that is kept back.
func (t *tokenizer) beginBehind(text span) site {
	s := site{mark: t.nodes.n}
	if !text.empty() {
		t.add(textNode(text))
	}
	s.slot = t.nodes.n
	t.add(Node{})
	return s
}

// cancel takes back a site whose route failed. The text is kept back still.
func (t *tokenizer) cancel(s site) { t.truncate(s.mark) }

// finish fills the slot of a site.
func (t *tokenizer) finish(s site, n Node) {
	n.width = uint32(t.nodes.n - s.slot)
	*t.nodes.at(s.slot) = n
	t.top().buffer = span{}
}

// precede puts text, behind that kept back, in front of a site that will be
// finished.
func (t *tokenizer) precede(s site, text span) site {
	if s.slot > s.mark {
		t.nodes.at(s.mark).End = uint32(text.end)
		return s
	}
	t.insert(s.slot, textNode(text))
	return site{s.mark, s.slot + 1}
}
