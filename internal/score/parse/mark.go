package parse

// state is what became of a route.
type state uint8

const (
	goesOn state = iota
	closed       // its nodes are complete
	lost         // it failed, and its stack is gone
)

// outcome is goesOn, or lost if a route failed.
func outcome(ok bool) state {
	if ok {
		return goesOn
	}
	return lost
}

// mark handles the mark at the head. Whatever it tries leaves the head at the
// last byte that it took. What comes first for each mark, here and in the methods
// below, is what comes first in Tokenizer_parse.
func (t *tokenizer) mark(this byte, c context) state {
	switch this {
	case '{':
		t.leftBrace()
	case '}':
		return t.rightBrace(c)
	case '[':
		t.leftBracket(c)
	case ']':
		return t.rightBracket(c)
	case '|':
		return t.bar(c)
	case '=':
		return t.equals(c)
	case '<':
		t.angle(c)
	case '>':
		if c&inTagClose != 0 {
			return t.tagCloseClose()
		}
		t.emitHead()
	case '&':
		t.entity()
	case '\'':
		if t.at(1) == '\'' {
			return t.style()
		}
		t.emitHead()
	case '\n':
		return t.lineEnd(c)
	default:
		return t.lineMark(this, c)
	}
	return goesOn
}

func (t *tokenizer) atLineStart() bool { return t.head == 0 || t.text[t.head-1] == '\n' }

func (t *tokenizer) leftBrace() {
	switch next := t.at(1); {
	case next == '{' && t.canRecurse():
		t.templateOrArgument()
	case next == '|' && t.canRecurse() && t.afterIndent():
		t.table()
	default:
		t.emitHead()
	}
}

func (t *tokenizer) rightBrace(c context) state {
	if t.at(1) == '}' {
		switch {
		case c&inTemplate != 0:
			return t.templateEnd()
		case c&inArgument != 0 && t.at(2) == '}':
			t.head += 2
			t.pop()
			return closed
		}
	}
	t.emitHead()
	return goesOn
}

func (t *tokenizer) leftBracket(c context) {
	switch {
	case t.at(1) != '[' || !t.canRecurse():
		t.externalLink(true)
	case c&noWikilinks == 0:
		t.wikilink()
	default:
		t.emitHead()
	}
}

func (t *tokenizer) rightBracket(c context) state {
	switch {
	case c&inWikilink != 0 && t.at(1) == ']':
		t.head++
	case c&inLinkTitle == 0:
		t.emitHead()
		return goesOn
	}
	t.pop()
	return closed
}

func (t *tokenizer) bar(c context) state {
	switch {
	case c&inTemplate != 0:
		return outcome(t.templateParam())
	case c&(inArgumentName|inWikilinkTitle) != 0:
		t.secondPart()
	case c&inTable != 0:
		return t.tableMark('|', c)
	default:
		t.emitHead()
	}
	return goesOn
}

// secondPart handles the '|' between an argument's name and default, or a
// wikilink's title and text.
func (t *tokenizer) secondPart() {
	top := t.top()
	if top.context&inArgumentName != 0 {
		top.context ^= inArgumentName | inArgumentDefault
	} else {
		top.context ^= inWikilinkTitle | inWikilinkText
	}
	t.separate()
}

func (t *tokenizer) equals(c context) state {
	switch {
	case c&inTemplateKey != 0:
		if !t.inHeading && t.at(1) == '=' && t.atLineStart() {
			t.heading()
		} else {
			t.templateParamValue()
		}
	case !t.inHeading && c&inTemplate == 0 && t.atLineStart():
		t.heading()
	case t.inHeading && c&inHeading != 0:
		t.headingEnd()
		return closed
	default:
		t.emitHead()
	}
	return goesOn
}

// angle handles '<'.
func (t *tokenizer) angle(c context) {
	switch next := t.at(1); {
	case next == '!':
		if t.startsWith("<!--") {
			t.comment()
		} else {
			t.emitHead()
		}
	case next == '/' && t.at(2) != 0:
		if c&inTagBody != 0 {
			t.tagOpenClose()
		} else {
			t.invalidTag()
		}
	case c&inTagClose == 0 && t.canRecurse():
		t.tag()
	default:
		t.emitHead()
	}
}

func (t *tokenizer) lineEnd(c context) state {
	switch {
	case c&inHeading != 0:
		t.fail()
		return lost
	case c&inTerm != 0:
		t.termEnd()
		t.top().context &^= cellLine
		return goesOn
	case c&inTable != 0:
		// What one line of a table has begun.
		t.top().context &^= cellLine
	}
	t.emitHead()
	return goesOn
}

// lineMark handles the marks of lists, rules and tables.
func (t *tokenizer) lineMark(this byte, c context) state {
	switch lineStart := t.atLineStart(); {
	case this == ':' && !marks[t.at(-1)]:
		t.externalLink(false)
	case lineStart && (this == '#' || this == '*' || this == ';' || this == ':'):
		t.list()
	case lineStart && this == '-' && t.startsWith("----"):
		t.rule()
	case this == ':' && c&inTerm != 0:
		t.termEnd()
	case this == '!' && c&inTable != 0:
		return t.tableMark(this, c)
	default:
		t.emitHead()
	}
	return goesOn
}
