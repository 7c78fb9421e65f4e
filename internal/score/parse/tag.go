package parse

import "strings"

// tagContext says how far an HTML tag has been read.
type tagContext uint8

const (
	tagNameOpen tagContext = 1 << iota
	attrReady
	attrName
	attrValue
	quoted
	noteSpace // the name has begun, or the quote ended: white space ends it
	noteEquals
	noteQuote // a value may begin with a quote
)

// tagData is what is known of a tag while its attributes are read.
type tagData struct {
	context tagContext
	quoter  rune
	reset   int // the place of the quote
}

// tag tries to find a tag at the '<' at the head.
func (t *tokenizer) tag() {
	start := t.head
	t.head++
	tokens, ok := t.tagTokens(start)
	if !ok {
		t.head = start
		t.emitHead()
		return
	}
	t.emitAll(tokens)
}

// invalidTag tries the "</" at the head as a tag that has no closing tag and
// closes none, as in "</br>".
func (t *tokenizer) invalidTag() {
	start := t.head
	t.head += 2
	// All such names are shorter, even with a K of three bytes, the kelvin sign.
	name := t.text[t.head:min(len(t.text), t.head+len("link")+4)]
	size := strings.IndexFunc(name, func(r rune) bool { return isSpace(r) || r < 0x80 && marks[r] })
	if size > 0 && isSingleOnly(name[:size]) {
		if tokens, ok := t.tagTokens(start); ok {
			t.emitAll(tokens)
			return
		}
	}
	t.head = start + 1
	t.emitText(start, start+2)
}

// tagName returns the name of the tag of the top stack.
func (t *tokenizer) tagName() string {
	tokens := t.top().tokens
	if len(tokens) < 2 || tokens[0].kind != tokenOpen || tokens[1].kind != tokenText {
		panic(ErrRejected)
	}
	return t.text[tokens[1].start:tokens[1].end]
}

// tagTokens finds a tag whose name is at the head. Its first token is tokenOpen
// and its second the name, on which tagName counts: a name is one text, as
// markup in it makes the tag fail.
func (t *tokenizer) tagTokens(start int) ([]token, bool) {
	if !t.pushRoute(inTagOpen) {
		return nil, false
	}
	t.emit(token{kind: tokenOpen, node: Tag, start: uint32(start)})
	data := tagData{context: tagNameOpen}
	for ; ; t.head++ {
		t.spend(1)
		canExit := data.context&(quoted|tagNameOpen) == 0 || data.context&noteSpace != 0
		switch this := t.at(0); {
		case this == 0:
			if t.unquote(&data) {
				t.head-- // behind which to go on
				continue
			}
			t.fail()
			return nil, false
		case this == '>' && canExit:
			t.tagOpenEnd(&data, tokenBody, 1)
			return t.tagBody()
		case this == '/' && t.at(1) == '>' && canExit:
			t.tagOpenEnd(&data, tokenSelf, 2)
			return t.pop(), true
		default:
			if !t.tagText(&data) {
				return nil, false
			}
		}
	}
}

// tagBody finds what is between a tag's '>', before the head, and its end.
func (t *tokenizer) tagBody() ([]token, bool) {
	top := t.top()
	top.context = inTagBody
	switch name := t.tagName(); {
	case isSingleOnly(name):
		top.tokens[len(top.tokens)-1].kind = tokenSelf
		t.head--
		return t.pop(), true
	case isVerbatim(name):
		return t.verbatim()
	}
	return t.parseOn()
}

// tagOpenEnd ends a tag's name and attributes with size bytes at the head.
func (t *tokenizer) tagOpenEnd(data *tagData, kind tokenKind, size int) {
	if data.context&(attrName|attrValue) != 0 {
		t.attrEnd(data)
	}
	t.emit(token{kind: kind, start: uint32(t.head), end: uint32(t.head + size)})
	t.head++
}

// unquote goes back to a quote that nothing closes, to read it as a part of the
// value; false if there is none. The route is remembered, so that the quote does
// not try it again.
func (t *tokenizer) unquote(data *tagData) bool {
	if t.top().context&inTagAttr == 0 {
		return false
	}
	if data.context&quoted == 0 {
		t.drop()
		return false
	}
	data.context = attrValue
	t.memoize()
	t.drop()
	t.head = data.reset
	return true
}

// attrEnd ends an attribute: a stack, on which the value has another if it is
// quoted. Name and value do not join the texts before: in the reference, tokens
// of their own stand between.
func (t *tokenizer) attrEnd(data *tagData) {
	if data.context&quoted != 0 {
		t.emitApart(t.pop())
	}
	t.top().flush()
	t.emitApart(t.pop())
}

// tagText handles the character at the head in a tag's name or attributes; false
// if no tag has it there.
func (t *tokenizer) tagText(data *tagData) bool {
	r, size := t.runeAt()
	switch {
	case data.context&tagNameOpen != 0:
		started := data.context&noteSpace != 0
		switch {
		case r < 0x80 && marks[r], isSpace(r) && !started:
			t.fail()
			return false
		case !started:
			data.context |= noteSpace
		case isSpace(r):
			data.context = attrReady
			t.tagSpace(data, size)
			return true
		}
	case isSpace(r):
		t.tagSpace(data, size)
		return true
	case data.context&noteSpace != 0:
		if data.context&quoted == 0 {
			t.fail()
			return false
		}
		data.context = attrValue
		t.memoize()
		t.drop()
		t.head = data.reset - 1
		return true
	case data.context&attrReady != 0:
		data.context = attrName
		t.push(inTagAttr)
	case data.context&attrName != 0:
		if r == '=' {
			data.context = attrValue | noteQuote
			t.top().flush()
			return true
		}
		if data.context&noteEquals != 0 {
			t.attrEnd(data)
			data.context = attrName
			t.push(inTagAttr)
		}
	default:
		if t.quote(data, r) {
			return true
		}
	}
	t.tagPart(r, size)
	return true
}

// quote handles a quote around an attribute's value.
func (t *tokenizer) quote(data *tagData, r rune) bool {
	escaped := t.at(-1) == '\\' && t.at(-2) != '\\'
	switch {
	case data.context&noteQuote != 0:
		data.context ^= noteQuote
		if r != '"' && r != '\'' || escaped {
			return false
		}
		data.context |= quoted
		data.quoter, data.reset = r, t.head
		if !t.pushRoute(t.top().context) {
			data.context = attrValue
			t.head--
		}
		return true
	case data.context&quoted != 0 && r == data.quoter && !escaped:
		data.context |= noteSpace
		return true
	}
	return false
}

// tagSpace handles white space in a tag: in quotes it is text, behind a value it
// ends the attribute, and elsewhere it is padding, which no token keeps.
func (t *tokenizer) tagSpace(data *tagData, size int) {
	c := data.context
	switch {
	case c&attrValue != 0 && c&(quoted|noteQuote) == 0, c&quoted != 0 && c&noteSpace != 0:
		t.attrEnd(data)
		data.context = attrReady
	case c&noteSpace != 0:
		data.context = attrReady
	case c&attrName != 0:
		data.context |= noteEquals
	}
	if c&quoted != 0 && c&noteSpace == 0 {
		t.emitText(t.head, t.head+size)
	}
	t.head += size - 1
}

// tagPart handles the character at the head as the text of a tag, or the node
// that starts there.
func (t *tokenizer) tagPart(r rune, size int) {
	if t.canRecurse() {
		switch {
		case r == '{' && t.at(1) == '{':
			t.templateOrArgument()
			return
		case r == '[' && t.at(1) == '[':
			t.wikilink()
			return
		case r == '<':
			t.tag()
			return
		}
	}
	t.emitText(t.head, t.head+size)
	t.head += size - 1
}

// tagOpenClose handles the "</" of a closing tag, or so it seems: if its name is
// another, the tag that surrounds it fails (tagCloseClose).
func (t *tokenizer) tagOpenClose() {
	t.emit(token{kind: tokenEnd, start: uint32(t.head)})
	t.push(inTagClose)
	t.head++
}

// tagCloseClose handles the '>' of a closing tag.
func (t *tokenizer) tagCloseClose() ([]token, state) {
	closing := t.pop()
	if len(closing) != 1 || closing[0].kind != tokenText ||
		trimmedLower(t.text[closing[0].start:closing[0].end]) != trimmedLower(t.tagName()) {
		t.recycle(closing)
		t.fail()
		return nil, lost
	}
	t.emitAll(closing)
	t.emitClose()
	return t.pop(), closed
}

// verbatim finds the end of a tag with text inside, of which only entities are
// more than text. A tag that nothing closes fails, at the cost of reading all the
// rest: two megabytes of "<nowiki>" run out of steps.
func (t *tokenizer) verbatim() ([]token, bool) {
	name := trimmedLower(t.tagName())
	for ; ; t.head++ {
		t.spend(1)
		switch this := t.at(0); {
		case this == 0:
			t.fail()
			return nil, false
		case this == '<' && t.at(1) == '/':
			if t.verbatimEnd(name) {
				return t.pop(), true
			}
		case this == '&':
			t.entity()
		default:
			start := t.head
			for c := t.at(1); c != 0 && c != '<' && c != '&'; c = t.at(1) {
				t.head++
			}
			t.spend((t.head - start) / bytesPerStep)
			t.emitText(start, t.head+1)
		}
	}
}

// verbatimEnd handles the "</" at the head: the end of the tag if its name
// follows, else text.
func (t *tokenizer) verbatimEnd(name string) bool {
	start := t.head
	inside := t.text[start+2:]
	size := strings.IndexAny(inside, ">\n")
	if size < 0 {
		t.spend(len(inside) / bytesPerStep)
	}
	if size < 0 || inside[size] == '\n' || trimmedLower(inside[:size]) != name {
		t.emitText(start, start+2)
		t.head = start + 1
		return false
	}
	t.emit(token{kind: tokenEnd, start: uint32(start)})
	t.emitText(start+2, start+2+size)
	t.head = start + 2 + size
	t.emitClose()
	return true
}

// singleTagEnd makes a tag that nothing closed up to the end of the text end with
// its '>', as "<li>" may. What follows stands beside it. The '>' is the one at
// which as many tags ended as began: templates in attributes have tags too.
func (t *tokenizer) singleTagEnd() []token {
	tokens, depth := t.top().tokens, 1
	for i := 2; i < len(tokens); i++ {
		switch k := &tokens[i]; {
		case k.kind == tokenOpen && k.node == Tag && k.tag == markupNone:
			depth++
		case k.kind == tokenBody && k.tag == markupNone && depth == 1:
			k.kind = tokenSelf
			return t.pop()
		case k.kind == tokenBody && k.tag == markupNone, k.kind == tokenSelf:
			depth--
		}
	}
	panic(ErrRejected)
}
