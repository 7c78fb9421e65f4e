package parse

// tableMark handles a mark in a table that no other markup took. Tables, rows and
// cells nest as stacks: the mark that starts a cell ends the one before, and then
// parseOn of the row sees it again.
func (t *tokenizer) tableMark(this byte, c context) state {
	next := t.at(1)
	switch {
	case this == '|' && next == '|' && c&inDataLine != 0:
		return t.nextCell(c, markupData, 2, inDataLine)
	case this == next && c&inHeaderLine != 0:
		return t.nextCell(c, markupHeader, 2, inHeaderLine)
	case this == '|' && c&cellStyle != 0:
		t.popKeepingContext()
		return closed
	case t.afterIndent():
		return t.tableLine(this, next, c)
	}
	t.emitHead()
	return goesOn
}

// tableLine handles the '|' or '!' that starts a line of a table.
func (t *tokenizer) tableLine(this, next byte, c context) state {
	switch {
	case this == '!':
		return t.nextCell(c, markupHeader, 1, inHeaderLine)
	case next != '}' && next != '-':
		return t.nextCell(c, markupData, 1, inDataLine)
	case c&inCell != 0:
		t.cellEnd()
		return closed
	case c&inRow != 0:
		t.pop()
		return closed
	case next == '}':
		t.head += 2
		t.pop()
		return closed
	}
	return outcome(t.tableRow())
}

// nextCell ends the cell that surrounds the head or, outside of cells, finds the
// one that starts there.
func (t *tokenizer) nextCell(c context, tag markup, size int, line context) state {
	if c&inCell != 0 {
		t.cellEnd()
		return closed
	}
	return outcome(t.tableCell(tag, size, line))
}

// cellEnd ends a cell whose attributes, if any, are known. Its context goes to
// tableCell, through the stack below, and tells on what kind of line it ends.
func (t *tokenizer) cellEnd() {
	t.top().context &^= cellStyle
	t.popKeepingContext()
}

// table tries to find a table at the "{|" at the head. If that fails, so do all
// the rows and cells that were begun.
func (t *tokenizer) table() {
	start, place := t.head, t.begin()
	t.head += 2
	if t.attributes(inTable, '\n', true) {
		body, below := t.head, len(t.stacks)
		if t.parse(inTable) {
			t.finishTable(place, markupTable, 2, start, body)
			return
		}
		for len(t.stacks) > below {
			t.memoize()
			t.drop()
		}
	}
	t.cancel(place)
	t.head = start
	t.emitHead()
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
	place := t.begin()
	if !t.attributes(inTable|inRow, '\n', true) {
		return false
	}
	body := t.head
	if !t.parse(inTable | inRow) {
		return false
	}
	t.finishTable(place, markupRow, 2, start, body)
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
	place := t.begin()
	if !t.parse(inTable | inCell | cellStyle | line) {
		return false
	}
	cell := t.top().context
	t.top().context = old
	if cell&cellStyle != 0 {
		t.truncate(place.slot + 1)
		t.head = body
		if !t.attributes(inTable|inCell|line, '|', false) {
			return false
		}
		body = t.head
		if !t.parse(inTable | inCell | line) {
			return false
		}
		cell = t.top().context
		t.top().context = old
	}
	t.finishTable(place, tag, size, start, body)
	t.top().context |= cell & headerOrDataLine
	return true
}

// attributes finds attributes up to a byte, which it skips.
func (t *tokenizer) attributes(c context, end byte, memoized bool) bool {
	if !memoized {
		t.push(c)
	} else if !t.pushRoute(c) {
		return false
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
			t.pop()
			return true
		case this == 0 || this == end:
			if t.unquote(&data) {
				t.head--
				continue
			}
			t.fail()
			return false
		default:
			if !t.tagText(&data) {
				return false
			}
		}
	}
}

// finishTable makes a table, a row or a cell that ends before the head, and goes
// back on its last byte, behind which parseOn goes on.
func (t *tokenizer) finishTable(place site, tag markup, size, start, body int) {
	t.finish(place, Node{
		Kind: Tag, tag: tag, size: uint8(size), Start: uint32(start), End: uint32(t.head), middle: uint32(body - start),
	})
	t.head--
}
