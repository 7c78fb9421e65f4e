package parse

// tableMark handles a mark in a table that no other markup took. Tables, rows and
// cells nest as stacks: the mark that starts a cell ends the one before, and then
// parseOn of the row sees it again.
func (t *tokenizer) tableMark(this, next byte, c context) ([]token, state) {
	switch {
	case this == '|' && next == '|' && c&inDataLine != 0:
		return t.nextCell(c, markupData, 2, inDataLine)
	case this == '|' && next == '|' && c&inHeaderLine != 0, this == '!' && next == '!' && c&inHeaderLine != 0:
		return t.nextCell(c, markupHeader, 2, inHeaderLine)
	case this == '|' && c&cellStyle != 0:
		return t.popKeepingContext(), closed
	case this == '\n' && c&cellLine != 0:
		t.top().context &^= cellLine
		t.emitHead()
	case (this == '|' || this == '!') && t.afterIndent():
		return t.tableLine(this, next, c)
	default:
		t.emitHead()
	}
	return nil, goesOn
}

// tableLine handles the '|' or '!' that starts a line of a table.
func (t *tokenizer) tableLine(this, next byte, c context) ([]token, state) {
	switch {
	case this == '!':
		return t.nextCell(c, markupHeader, 1, inHeaderLine)
	case next != '}' && next != '-':
		return t.nextCell(c, markupData, 1, inDataLine)
	case c&inCell != 0:
		return t.cellEnd(), closed
	case c&inRow != 0:
		return t.pop(), closed
	case next == '}':
		t.head += 2
		return t.pop(), closed
	}
	return outcome(t.tableRow())
}

// nextCell ends the cell that surrounds the head or, outside of cells, finds the
// one that starts there.
func (t *tokenizer) nextCell(c context, tag markup, size int, line context) ([]token, state) {
	if c&inCell != 0 {
		return t.cellEnd(), closed
	}
	return outcome(t.tableCell(tag, size, line))
}

// cellEnd ends a cell whose attributes, if any, are known. Its context goes to
// tableCell, through the stack below, and tells on what kind of line it ends.
func (t *tokenizer) cellEnd() []token {
	t.top().context &^= cellStyle
	return t.popKeepingContext()
}

// table tries to find a table at the "{|" at the head. If that fails, so do all
// the rows and cells that were begun.
func (t *tokenizer) table() {
	start := t.head
	t.head += 2
	attrs, ok := t.attributes(inTable, '\n', true)
	if !ok {
		t.head = start
		t.emitHead()
		return
	}
	body, restore := t.head, t.top().ident
	tokens, ok := t.parse(inTable)
	if !ok {
		t.recycle(attrs)
		for t.top().ident != restore {
			t.memoize()
			t.drop()
		}
		t.head = start
		t.emitHead()
		return
	}
	t.emitTable(markupTable, 2, start, attrs, body, tokens)
}

// tableRow finds a row at the "|-" at the head. If it fails so does the table:
// all return false, up to table, which drops what was begun.
func (t *tokenizer) tableRow() bool {
	start := t.head
	t.head += 2
	if !t.canRecurse() {
		t.emitText(start, start+2)
		t.head--
		return true
	}
	attrs, ok := t.attributes(inTable|inRow, '\n', true)
	if !ok {
		return false
	}
	body := t.head
	tokens, ok := t.parse(inTable | inRow)
	if !ok {
		t.recycle(attrs)
		return false
	}
	t.emitTable(markupRow, 2, start, attrs, body, tokens)
	return true
}

// tableCell finds a cell whose markup, of size bytes, is at the head. A '|' in it
// shows that what stands before are attributes; the cell is then read again.
func (t *tokenizer) tableCell(tag markup, size int, line context) bool {
	start, old := t.head, t.top().context
	t.head += size
	body := t.head
	if !t.canRecurse() {
		t.emitText(start, body)
		t.head--
		return true
	}
	tokens, ok := t.parse(inTable | inCell | cellStyle | line)
	if !ok {
		return false
	}
	cell := t.top().context
	t.top().context = old
	var attrs []token
	if cell&cellStyle != 0 {
		t.recycle(tokens)
		t.head = body
		if attrs, ok = t.attributes(inTable|inCell|line, '|', false); !ok {
			return false
		}
		body = t.head
		if tokens, ok = t.parse(inTable | inCell | line); !ok {
			return false
		}
		cell = t.top().context
		t.top().context = old
	}
	t.emitTable(tag, size, start, attrs, body, tokens)
	t.top().context |= cell & headerOrDataLine
	return true
}

// attributes finds attributes up to a byte, which it skips.
func (t *tokenizer) attributes(c context, end byte, memoized bool) ([]token, bool) {
	if !memoized {
		t.push(c)
	} else if !t.pushRoute(c) {
		return nil, false
	}
	data := tagData{context: attrReady}
	for ; ; t.head++ {
		t.spend(1)
		this := t.at(0)
		canExit := data.context&quoted == 0 || data.context&noteSpace != 0
		switch {
		case this == end && canExit:
			if data.context&(attrName|attrValue) != 0 {
				t.attrEnd(&data)
			}
			t.head++
			return t.pop(), true
		case this == 0 || this == end:
			if t.unquote(&data) {
				t.head--
				continue
			}
			t.fail()
			return nil, false
		default:
			if !t.tagText(&data) {
				return nil, false
			}
		}
	}
}

// emitTable emits a table, a row or a cell that ends before the head.
func (t *tokenizer) emitTable(tag markup, size, start int, attrs []token, body int, tokens []token) {
	t.emit(token{kind: tokenOpen, node: Tag, tag: tag, size: uint8(size), start: uint32(start)})
	t.emitApart(attrs)
	t.emit(token{kind: tokenBody, tag: tag, end: uint32(body)})
	t.emitAll(tokens)
	t.emit(token{kind: tokenClose, end: uint32(t.head)})
	t.head-- // behind which parseOn goes on
}
