package parse

import "unicode/utf8"

const (
	// maxDepth is how many stacks there may be for more nodes to be tried
	// (MAX_DEPTH in tok_support.h).
	maxDepth = 100

	// maxBraces is how many braces are counted as one run (MAX_BRACES).
	maxBraces = 255
)

// tokenizer finds the tokens of a text. It tries routes: it takes "[[" for a
// wikilink until something cannot be in one, forgets what it found since and
// takes it for text instead.
type tokenizer struct {
	text   string
	head   int
	stacks []stack

	// inHeading says that no heading may start, as one surrounds the head.
	inHeading bool

	// level is that of the heading whose end was found last.
	level uint8

	// failed is the context of the route that failed last.
	failed context

	// badRoutes are known to fail. Routes with the same ident do the same.
	badRoutes map[ident]struct{}

	// noComment is from where on no "-->" follows.
	noComment int

	left  int       // of the budget of steps
	spare [][]token // memory for stacks
}

func newTokenizer(text string, steps int) *tokenizer {
	return &tokenizer{text: text, badRoutes: map[ident]struct{}{}, noComment: len(text), left: steps}
}

// at returns the byte that many bytes behind the head, or 0 at the end.
func (t *tokenizer) at(delta int) byte {
	if i := t.head + delta; i >= 0 && i < len(t.text) {
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

// parse finds tokens until the node is closed that the context is of, and
// returns them; false if the route fails.
func (t *tokenizer) parse(c context) ([]token, bool) {
	if !t.pushRoute(c) {
		return nil, false
	}
	return t.parseOn()
}

// parseOn is parse on the top stack.
func (t *tokenizer) parseOn() ([]token, bool) {
	for {
		t.spend(1)
		this, c := t.at(0), t.top().context
		if c&unsafe != 0 && !t.isSafe(c, this) {
			if c&double != 0 {
				t.drop()
			}
			t.fail()
			return nil, false
		}
		if !marks[this] {
			t.plainText()
			continue
		}
		if this == 0 {
			return t.handleEnd(c)
		}
		switch tokens, state := t.mark(this, c); state {
		case closed:
			return tokens, true
		case lost:
			return nil, false
		}
		t.head++
	}
}

// plainText takes the character at the head for text and, if no context has to
// see them, those behind it as well: isSafe cares for marks, and for other
// characters only after some marks and until a template's name begins. A page is
// mostly such text, which so passes at 1.4 GB/s.
func (t *tokenizer) plainText() {
	start := t.head
	_, size := t.runeAt()
	t.head += size
	c := t.top().context
	if c&unsafe == 0 || c&pendingFail == 0 && (c&inTemplateName == 0 || c&hasText != 0) {
		for t.head < len(t.text) && !marks[t.text[t.head]] {
			t.head++
		}
	}
	t.spend((t.head - start) / bytesPerStep)
	t.emitText(start, t.head)
}

// state is what became of a route.
type state uint8

const (
	goesOn state = iota
	closed       // its tokens are complete
	lost         // it failed, and its stack is gone
)

// outcome is goesOn, or lost if a route failed.
func outcome(ok bool) ([]token, state) {
	if ok {
		return nil, goesOn
	}
	return nil, lost
}

// mark handles the mark at the head. Whatever it tries leaves the head at the
// last byte that it took. The order of the cases is that of Tokenizer_parse.
func (t *tokenizer) mark(this byte, c context) ([]token, state) {
	next, last := t.at(1), t.at(-1)
	lineStart := last == 0 || last == '\n'
	switch {
	case this == '{' && next == '{':
		if t.canRecurse() {
			t.templateOrArgument()
		} else {
			t.emitHead()
		}
	case this == '|' && c&inTemplate != 0:
		return outcome(t.templateParam())
	case this == '=' && c&inTemplateKey != 0:
		if !t.inHeading && lineStart && next == '=' {
			t.heading()
		} else {
			t.templateParamValue()
		}
	case this == '}' && next == '}' && c&inTemplate != 0:
		return t.templateEnd()
	case this == '|' && c&inArgumentName != 0:
		t.argumentSeparator()
	case this == '}' && next == '}' && c&inArgument != 0:
		if t.at(2) == '}' {
			t.head += 2
			return t.pop(), closed
		}
		t.emitHead()
	case this == '[' && next == '[' && t.canRecurse():
		if c&noWikilinks == 0 {
			t.wikilink()
		} else {
			t.emitHead()
		}
	case this == '|' && c&inWikilinkTitle != 0:
		t.wikilinkSeparator()
	case this == ']' && next == ']' && c&inWikilink != 0:
		t.head++
		return t.pop(), closed
	case this == '[':
		t.externalLink(true)
	case this == ':' && !marks[last]:
		t.externalLink(false)
	case this == ']' && c&inLinkTitle != 0:
		return t.pop(), closed
	case this == '=' && !t.inHeading && c&inTemplate == 0:
		if lineStart {
			t.heading()
		} else {
			t.emitHead()
		}
	case this == '=' && c&inHeading != 0:
		return t.headingEnd(), closed
	case this == '\n' && c&inHeading != 0:
		t.fail()
		return nil, lost
	case this == '&':
		t.entity()
	case this == '<':
		return t.angle(next, c)
	case this == '>' && c&inTagClose != 0:
		return t.tagCloseClose()
	case this == '\'' && next == '\'':
		return t.style()
	case lineStart && (this == '#' || this == '*' || this == ';' || this == ':'):
		t.list()
	case lineStart && this == '-' && t.startsWith("----"):
		t.rule()
	case (this == '\n' || this == ':') && c&inTerm != 0:
		t.termEnd()
		if this == '\n' {
			t.top().context &^= cellLine
		}
	case this == '{' && next == '|' && t.afterIndent():
		if t.canRecurse() {
			t.table()
		} else {
			t.emitHead()
		}
	case c&inTable != 0:
		return t.tableMark(this, next, c)
	default:
		t.emitHead()
	}
	return nil, goesOn
}

// angle handles '<'.
func (t *tokenizer) angle(next byte, c context) ([]token, state) {
	switch {
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
	return nil, goesOn
}

// handleEnd handles the end of the text: nodes that must be closed fail, with the
// stacks of their parts.
func (t *tokenizer) handleEnd(c context) ([]token, bool) {
	if c&mustClose == 0 {
		return t.pop(), true
	}
	if c&inTagBody != 0 {
		if isSingle(t.tagName()) {
			return t.singleTagEnd(), true
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
	return nil, false
}

// isSafe reports whether the byte may stand where the context is unsafe, and
// notes what that makes of the bytes behind it (Tokenizer_verify_safe). It sees
// one byte at a time: where a brace or "<!" may begin something allowed, it sets
// failNext, and whoever finds that something clears it.
func (t *tokenizer) isSafe(c context, this byte) bool {
	set := &t.top().context
	switch {
	case c&failNext != 0:
		return false
	case c&inWikilinkTitle != 0:
		switch this {
		case ']', '{':
			*set |= failNext
		case '\n', '[', '}', '>':
			return false
		case '<':
			if t.at(1) != '!' {
				return false
			}
			*set |= failNext
		}
		return true
	case c&inLinkTitle != 0:
		return this != '\n'
	case c&inTagClose != 0:
		return this != '<'
	case c&inTemplateName != 0:
		return t.isSafeName(c, this)
	case c&failOnEquals != 0:
		return this != '='
	case c&failOnLeftBrace != 0:
		if this == '{' || t.at(-1) == '{' && t.at(-2) == '{' {
			if c&inTemplate != 0 {
				*set |= failOnEquals
			} else {
				*set |= failNext
			}
			return true
		}
		*set ^= failOnLeftBrace
	case c&failOnRightBrace != 0:
		if this == '}' {
			*set |= failNext
			return true
		}
		*set ^= failOnRightBrace
	case this == '{':
		*set |= failOnLeftBrace
	case this == '}':
		*set |= failOnRightBrace
	}
	return true
}

// isSafeName is isSafe in a template's name. Text, a line end and more text are
// no name.
func (t *tokenizer) isSafeName(c context, this byte) bool {
	set := &t.top().context
	switch {
	case this == '{':
		*set |= hasTemplate | failNext
		return true
	case this == '}' || this == '<' && t.at(1) == '!':
		*set |= failNext
		return true
	case this == '[' || this == ']' || this == '<' || this == '>':
		return false
	case this == '|':
		return true
	}
	r, _ := t.runeAt()
	switch space := isSpace(r); {
	case c&hasText == 0:
		if !space {
			*set |= hasText
		}
	case c&failOnText != 0:
		return space
	case this == '\n':
		*set |= failOnText
	}
	return true
}

// afterIndent reports whether only white space stands before the head on its
// line (Tokenizer_has_leading_whitespace; tokenizer.py allows one character).
func (t *tokenizer) afterIndent() bool {
	for i := t.head; i > 0; {
		r, size := utf8.DecodeLastRuneInString(t.text[:i])
		if r == '\n' {
			return true
		}
		if !isSpace(r) {
			return false
		}
		i -= size
		t.spend(1)
	}
	return true
}
