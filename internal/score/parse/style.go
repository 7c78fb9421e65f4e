package parse

// style handles the ticks at the head: the end of italics or bold, or the start
// if something ends them. Two are italics, three bold, five both; of four and of
// six or more, the first are text.
func (t *tokenizer) style() ([]token, state) {
	c := t.top().context
	start := t.head
	t.skip('\'')
	ticks := t.head - start
	switch {
	case ticks > 5:
		t.emitText(start, t.head-5)
		ticks = 5
	case ticks == 4:
		t.emitText(start, start+1)
		ticks = 3
	}
	if c&inItalics != 0 && (ticks == 2 || ticks == 5) || c&inBold != 0 && (ticks == 3 || ticks == 5) {
		switch {
		case ticks == 5 && c&inItalics != 0:
			t.head -= 3
		case ticks == 5:
			t.head -= 2
		}
		return t.pop(), closed
	}
	switch {
	case !t.canRecurse():
		if ticks == 3 && c&secondPass != 0 {
			t.emitText(t.head-3, t.head-2)
			return t.pop(), closed
		}
		if ticks == 3 && c&inItalics != 0 {
			t.top().context |= passAgain
		}
		t.emitText(t.head-ticks, t.head)
	case ticks == 2:
		t.italics(t.head - 2)
	case ticks == 3:
		if t.bold() {
			return t.pop(), closed
		}
	default:
		t.italicsAndBold()
	}
	t.head--
	return nil, goesOn
}

// italics tries to find the end of italics that start at start. If bold in them
// failed, a second pass takes the first of three ticks for text and the others
// for the end of the italics.
func (t *tokenizer) italics(start int) {
	reset := t.head
	tokens, ok := t.parse(inItalics)
	if !ok && t.failed&passAgain != 0 {
		t.head = reset
		tokens, ok = t.parse(inItalics | secondPass)
	}
	if !ok {
		t.head = reset
		t.emitText(start, start+2)
		return
	}
	t.emitStyle(markupItalics, start, tokens, t.head)
}

// bold tries to find the end of bold that starts before the head. If there is
// none, two of the ticks may be italics; true says that they end italics.
func (t *tokenizer) bold() bool {
	start, reset := t.head-3, t.head
	tokens, ok := t.parse(inBold)
	if ok {
		t.emitStyle(markupBold, start, tokens, t.head)
		return false
	}
	t.head = reset
	top := t.top()
	switch {
	case top.context&secondPass != 0:
		t.emitText(start, start+1)
		return true
	case top.context&inItalics != 0:
		top.context |= passAgain
		t.emitText(start, start+3)
	default:
		t.emitText(start, start+1)
		t.italics(start + 1)
	}
	return false
}

// italicsAndBold tries to find the ends of both, which start before the head.
func (t *tokenizer) italicsAndBold() {
	start, reset := t.head-5, t.head
	if inner, ok := t.parse(inBold); ok {
		t.outerStyle(markupBold, markupItalics, inItalics, start, 2, inner)
		return
	}
	t.head = reset
	if inner, ok := t.parse(inItalics); ok {
		t.outerStyle(markupItalics, markupBold, inBold, start, 3, inner)
		return
	}
	t.head = reset
	t.emitText(start, start+5)
}

// outerStyle tries to find the end of the outer of two styles, whose markup has
// size ticks. The inner ends before the head. It was found first, so which of
// five ticks belong to which style is known only now.
func (t *tokenizer) outerStyle(inner, outer markup, c context, start, size int, tokens []token) {
	innerEnd := t.head
	rest, ok := t.parse(c)
	if !ok {
		t.head = innerEnd
		t.emitText(start, start+size)
		t.emitStyle(inner, start+size, tokens, innerEnd)
		return
	}
	t.push(0)
	t.emitStyle(inner, start+size, tokens, innerEnd)
	t.emitAll(rest)
	t.emitStyle(outer, start, t.pop(), t.head)
}

// emitStyle emits italics or bold.
func (t *tokenizer) emitStyle(tag markup, start int, tokens []token, end int) {
	size := uint8(2)
	if tag == markupBold {
		size = 3
	}
	t.emit(token{kind: tokenOpen, node: Tag, tag: tag, size: size, start: uint32(start)})
	t.emitAll(tokens)
	t.emit(token{kind: tokenClose, end: uint32(end)})
}

// list handles the list markers at the head.
func (t *tokenizer) list() {
	t.listMarker()
	for {
		switch t.at(1) {
		case '#', '*', ';', ':':
			t.spend(1)
			t.head++
			t.listMarker()
		default:
			return
		}
	}
}

func (t *tokenizer) listMarker() {
	tag := listMarkup(t.at(0))
	if tag == markupTerm {
		t.top().context |= inTerm
	}
	t.emitMarkup(tag, t.head, t.head+1)
}

// emitMarkup emits a tag without content. The text of a list's item stands beside
// it.
func (t *tokenizer) emitMarkup(tag markup, start, end int) {
	t.emit(token{kind: tokenWhole, node: Tag, tag: tag, start: uint32(start), end: uint32(end)})
}

// rule handles the hyphens at the head.
func (t *tokenizer) rule() {
	start := t.head
	t.skip('-')
	t.emitMarkup(markupRule, start, t.head)
	t.head--
}

// termEnd handles the ':' or the line end after the term of a list. Only in terms
// is a ':' amid a line a tag.
func (t *tokenizer) termEnd() {
	t.top().context ^= inTerm
	if t.at(0) == ':' {
		t.listMarker()
		return
	}
	t.emitHead()
}
