package parse

// style handles the ticks at the head: the end of italics or bold, or the start
// if something ends them. Two are italics, three bold, five both; of four and of
// six or more, the first are text.
func (t *tokenizer) style() state {
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
		t.pop()
		return closed
	}
	switch {
	case !t.canRecurse():
		if ticks == 3 && c&secondPass != 0 {
			t.emitText(t.head-3, t.head-2)
			t.pop()
			return closed
		}
		if ticks == 3 && c&inItalics != 0 {
			t.top().context |= passAgain
		}
		t.emitText(t.head-ticks, t.head)
	case ticks == 2:
		t.italics(t.head - 2)
	case ticks == 3:
		if t.bold() {
			t.pop()
			return closed
		}
	default:
		t.italicsAndBold()
	}
	t.head--
	return goesOn
}

// italics tries to find the end of italics that start at start. If bold in them
// failed, a second pass takes the first of three ticks for text and the others
// for the end of the italics.
func (t *tokenizer) italics(start int) {
	reset := t.head
	place := t.begin()
	ok := t.parse(inItalics)
	if !ok && t.failed&passAgain != 0 {
		t.head = reset
		ok = t.parse(inItalics | secondPass)
	}
	if !ok {
		t.cancel(place)
		t.head = reset
		t.emitText(start, start+2)
		return
	}
	t.finish(place, styleNode(markupItalics, start, t.head))
}

// bold tries to find the end of bold that starts before the head. If there is
// none, two of the ticks may be italics; true says that they end italics.
func (t *tokenizer) bold() bool {
	start, reset := t.head-3, t.head
	place := t.begin()
	if t.parse(inBold) {
		t.finish(place, styleNode(markupBold, start, t.head))
		return false
	}
	t.cancel(place)
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
	place := t.begin()
	t.add(Node{}) // a slot for the inner of the two
	if t.parse(inBold) {
		t.outerStyle(place, markupBold, markupItalics, inItalics, start, 2)
		return
	}
	t.head = reset
	if t.parse(inItalics) {
		t.outerStyle(place, markupItalics, markupBold, inBold, start, 3)
		return
	}
	t.cancel(place)
	t.head = reset
	t.emitText(start, start+5)
}

// outerStyle tries to find the end of the outer of two styles, whose markup has
// size ticks. The inner ends before the head. It was found first, so which of
// five ticks belong to which style is known only now.
func (t *tokenizer) outerStyle(place site, inner, outer markup, c context, start, size int) {
	n := styleNode(inner, start+size, t.head)
	n.width = uint32(t.nodes.n - place.slot - 1)
	*t.nodes.at(place.slot + 1) = n
	if t.parse(c) {
		t.finish(place, styleNode(outer, start, t.head))
		return
	}
	// The ticks are text, in place of the outer style.
	t.head = int(n.End)
	text := span{start, start + size}
	if place.slot > place.mark {
		t.precede(place, text)
		t.remove(place.slot)
	} else {
		*t.nodes.at(place.slot) = textNode(text)
	}
	t.top().buffer = span{}
}

// styleNode makes a node of italics or bold without a width.
func styleNode(tag markup, start, end int) Node {
	size := 2
	if tag == markupBold {
		size = 3
	}
	return Node{Kind: Tag, tag: tag, size: uint8(size), Start: uint32(start), End: uint32(end), middle: uint32(size)}
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
	t.addMarkup(tag, t.head, t.head+1)
}

// addMarkup adds a tag without content. The text of a list's item stands beside
// it.
func (t *tokenizer) addMarkup(tag markup, start, end int) {
	t.addWhole(Node{Kind: Tag, tag: tag, Start: uint32(start), End: uint32(end)})
}

// rule handles the hyphens at the head.
func (t *tokenizer) rule() {
	start := t.head
	t.skip('-')
	t.addMarkup(markupRule, start, t.head)
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
