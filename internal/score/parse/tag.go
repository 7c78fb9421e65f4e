package parse

import (
	"strings"
	"unicode/utf8"
)

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
	if !t.tagAt(start) {
		t.head = start
		t.emitHead()
	}
}

// invalidTag tries the "</" at the head as a tag that has no closing tag and
// closes none, as in "</br>".
func (t *tokenizer) invalidTag() {
	start := t.head
	t.head += 2
	// All such names are shorter, even with a K of three bytes, the kelvin sign.
	name := t.text[t.head:min(len(t.text), t.head+len("link")+4)]
	size := tagNameSize(name)
	if size > 0 && traits(name[:size])&singleOnly != 0 && t.tagAt(start) {
		return
	}
	t.head = start + 1
	t.emitText(start, start+2)
}

// tagAt tries to find a tag that begins at start and whose name is at the head.
func (t *tokenizer) tagAt(start int) bool {
	place := t.begin()
	*t.nodes.at(place.slot) = Node{Kind: Tag, Start: uint32(start)}
	if !t.pushRoute(inTagOpen) || !t.tagRest() {
		t.cancel(place)
		return false
	}
	n := t.nodes.at(place.slot)
	if n.width == 0 {
		n.width = uint32(t.nodes.n - place.slot)
	}
	t.top().buffer = span{}
	return true
}

// tagNode returns the tag that the top stack is for.
func (t *tokenizer) tagNode() *Node { return t.nodes.at(t.top().base - 1) }

// tagName returns the name of the tag of the top stack: its first node, and all of
// it, as markup in a name makes the tag fail.
func (t *tokenizer) tagName() string {
	base := t.top().base
	if base == t.nodes.n || t.nodes.at(base).Kind != Text {
		panic(ErrRejected)
	}
	name := t.nodes.at(base)
	return t.text[name.Start:name.End]
}

// tagRest finds a tag whose name is at the head.
func (t *tokenizer) tagRest() bool {
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
			return false
		case this == '>' && canExit:
			t.tagOpenEnd(&data, 1)
			return t.tagBody()
		case this == '/' && t.at(1) == '>' && canExit:
			t.tagOpenEnd(&data, 2)
			t.tagNode().self = true
			t.pop()
			return true
		default:
			if !t.tagText(&data) {
				return false
			}
		}
	}
}

// tagBody finds what is between a tag's '>', before the head, and its end.
func (t *tokenizer) tagBody() bool {
	top := t.top()
	top.context = inTagBody
	switch is := traits(t.tagName()); {
	case is&singleOnly != 0:
		t.tagNode().self = true
		t.head--
		t.pop()
		return true
	case is&verbatim != 0:
		return t.verbatim()
	}
	return t.parseOn()
}

// tagOpenEnd ends a tag's name and attributes with size bytes at the head. The tag
// ends there too if it has no content.
func (t *tokenizer) tagOpenEnd(data *tagData, size int) {
	if data.context&(attrName|attrValue) != 0 {
		t.attrEnd(data)
	}
	t.flush()
	t.top().inner = t.nodes.n
	n := t.tagNode()
	n.End = uint32(t.head + size)
	n.middle = n.End - n.Start
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
// quoted.
func (t *tokenizer) attrEnd(data *tagData) {
	if data.context&quoted != 0 {
		t.pop()
	}
	t.pop()
}

// attrStart begins an attribute. Its texts do not join those before: in the
// reference, tokens of their own stand between.
func (t *tokenizer) attrStart(data *tagData) {
	data.context = attrName
	t.flush()
	t.push(inTagAttr)
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
		t.attrStart(data)
	case data.context&attrName != 0:
		if r == '=' {
			data.context = attrValue | noteQuote
			t.flush()
			return true
		}
		if data.context&noteEquals != 0 {
			t.attrEnd(data)
			t.attrStart(data)
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
	start := t.head
	t.head += size
	if r < utf8.RuneSelf && attrPlain[r] {
		for t.head < len(t.text) && attrPlain[t.text[t.head]] {
			t.head++
		}
		t.spend((t.head - start) / bytesPerStep)
	}
	t.emitText(start, t.head)
	t.head--
}

// tagOpenClose handles the "</" of a closing tag, or so it seems: if its name is
// another, the tag that surrounds it fails (tagCloseClose).
func (t *tokenizer) tagOpenClose() {
	t.flush()
	t.push(inTagClose)
	t.head++
}

// tagCloseClose handles the '>' of a closing tag.
func (t *tokenizer) tagCloseClose() state {
	t.pop()
	closing := t.popped().base
	if t.nodes.n != closing+1 || t.nodes.at(closing).Kind != Text {
		t.fail()
		return lost
	}
	name := t.nodes.at(closing)
	if !sameTag(t.text[name.Start:name.End], t.tagName()) {
		t.fail()
		return lost
	}
	t.tagNode().End = uint32(t.head + 1)
	t.pop()
	return closed
}

// verbatim finds the end of a tag with text inside, of which only entities are
// more than text. A tag that nothing closes fails, at the cost of reading all the
// rest: two megabytes of "<nowiki>" run out of steps.
func (t *tokenizer) verbatim() bool {
	name := trimmedLower(t.tagName())
	for ; ; t.head++ {
		t.spend(1)
		switch this := t.at(0); {
		case this == 0:
			t.fail()
			return false
		case this == '<' && t.at(1) == '/':
			if t.verbatimEnd(name) {
				t.pop()
				return true
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
	t.flush()
	t.emitText(start+2, start+2+size)
	t.flush()
	t.head = start + 2 + size
	t.tagNode().End = uint32(t.head + 1)
	return true
}

// singleTagEnd makes a tag that nothing closed up to the end of the text end with
// its '>', as "<li>" may. What follows stands beside it.
func (t *tokenizer) singleTagEnd() {
	n, top := t.tagNode(), t.top()
	n.self = true
	n.width = uint32(top.inner - top.base + 1)
	t.pop()
}
