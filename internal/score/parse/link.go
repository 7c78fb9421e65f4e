package parse

import "unicode/utf8"

// wikilink tries the "[[" at the head as an external link in brackets, then as a
// wikilink. In "[[http://a b]]" the outer brackets are text.
func (t *tokenizer) wikilink() {
	start := t.head
	t.head += 2
	if link, ok := t.linkTokens(true, nil); ok {
		if t.top().context&inLinkTitle != 0 {
			// The reference takes it for text in another link's title.
			t.recycle(link)
			t.head = start + 1
			t.emitText(start, start+2)
			return
		}
		t.emitText(start, start+1)
		t.emitLink(start+1, link, true)
		t.emitClose()
		return
	}
	t.head = start + 2
	tokens, ok := t.parse(inWikilinkTitle)
	if !ok {
		t.head = start + 1
		t.emitText(start, start+2)
		return
	}
	t.emit(token{kind: tokenOpen, node: Wikilink, start: uint32(start)})
	t.emitAll(tokens)
	t.emitClose()
}

// wikilinkSeparator handles the '|' between a wikilink's title and text.
func (t *tokenizer) wikilinkSeparator() {
	top := t.top()
	top.context ^= inWikilinkTitle
	top.context |= inWikilinkText
	t.emitSeparator(t.head, t.head+1)
}

// emitLink emits an external link up to its close.
func (t *tokenizer) emitLink(start int, link []token, brackets bool) {
	open := token{kind: tokenOpen, node: ExternalLink, start: uint32(start)}
	if brackets {
		open.size = 1
	}
	t.emit(open)
	t.emitAll(link)
}

// externalLink tries to find an external link at the '[' or the ':' at the head.
func (t *tokenizer) externalLink(brackets bool) {
	start := t.head
	var link []token
	var tail span
	ok := t.top().context&noExternalLinks == 0 && t.canRecurse()
	if ok {
		t.head++
		link, ok = t.linkTokens(brackets, &tail)
	}
	if !ok {
		t.head = start
		if !brackets && t.top().context&inTerm != 0 {
			t.termEnd()
		} else {
			t.emitHead()
		}
		return
	}
	if !brackets {
		// The scheme was taken for text before the ':' came.
		start = int(link[0].start)
		t.top().buffer.end = start
	}
	t.emitLink(start, link, brackets)
	t.emit(token{kind: tokenClose, end: uint32(t.head + 1 - (tail.end - tail.start))})
	t.top().buffer.add(tail)
}

// linkTokens finds the URL and, in brackets, the title of an external link. What
// ends a sentence after a URL without brackets is left in tail.
func (t *tokenizer) linkTokens(brackets bool, tail *span) ([]token, bool) {
	if brackets && !t.bracketedScheme() || !brackets && !t.freeScheme() {
		return nil, false
	}
	if c := t.at(0); c == 0 || c == '\n' || c == ' ' || c == ']' || !brackets && c == '[' {
		t.fail()
		return nil, false
	}
	if tail == nil {
		tail = new(span)
	}
	parens := false // whether '(' came, so that ')' may belong to the URL
	for ; ; t.head++ {
		t.spend(1)
		this := t.at(0)
		switch {
		case t.linkPart(tail):
		case brackets && (this == 0 || this == '\n'):
			t.fail()
			return nil, false
		case brackets && this == ']':
			return t.pop(), true
		case brackets && t.isURIEnd(this):
			return t.linkTitle(this)
		case brackets:
			t.emitHead()
		case t.isURIEnd(this):
			if this == ' ' {
				tail.add(span{t.head, t.head + 1})
			} else {
				t.head--
			}
			return t.pop(), true
		default:
			t.freeLinkText(this, &parens, tail)
		}
	}
}

// linkPart tries to find a node in a URL. As more of the URL follows, the tail
// belongs to it.
func (t *tokenizer) linkPart(tail *span) bool {
	var try func()
	switch {
	case t.at(0) == '&':
		try = t.entity
	case t.startsWith("<!--"):
		try = t.comment
	case t.startsWith("{{") && t.canRecurse():
		try = t.templateOrArgument
	default:
		return false
	}
	t.takeTail(tail)
	try()
	return true
}

// linkTitle finds the title of an external link in brackets.
func (t *tokenizer) linkTitle(this byte) ([]token, bool) {
	if this == ' ' {
		t.emitSeparator(t.head, t.head+1)
		t.head++
	} else {
		t.emitSeparator(t.head, t.head)
	}
	top := t.top()
	top.context ^= inLinkURI
	top.context |= inLinkTitle
	return t.parseOn()
}

// takeTail makes the tail a part of the URL.
func (t *tokenizer) takeTail(tail *span) {
	t.top().buffer.add(*tail)
	*tail = span{}
}

// freeLinkText handles a byte of a URL without brackets. Punctuation belongs to
// it only if more of the URL follows.
func (t *tokenizer) freeLinkText(this byte, parens *bool, tail *span) {
	switch {
	case this == '(' && !*parens:
		*parens = true
	case this == ',' || this == ';' || this == '\\' || this == '.' || this == ':' || this == '!' || this == '?' ||
		!*parens && this == ')':
		tail.add(span{t.head, t.head + 1})
		return
	}
	t.takeTail(tail)
	t.emitHead()
}

// isURIEnd reports whether the byte at the head ends a URL: it cannot be in one,
// or it ends what surrounds the link (Tokenizer_is_uri_end).
func (t *tokenizer) isURIEnd(this byte) bool {
	c := t.top().context
	switch this {
	case 0, '\n', '[', ']', '<', '>', '"', ' ':
		return true
	case '\'':
		return t.at(1) == '\''
	case '|':
		return c&inTemplate != 0
	case '=':
		return c&(inTemplateKey|inHeading) != 0
	case '}':
		return t.at(1) == '}' && (c&inTemplate != 0 || t.at(2) == '}' && c&inArgument != 0)
	}
	return false
}

// bracketedScheme finds the scheme at the head and begins a stack with it.
func (t *tokenizer) bracketedScheme() bool {
	if !t.pushRoute(inLinkURI) {
		return false
	}
	start := t.head
	if !t.startsWith("//") {
		for isSchemeByte(t.at(0)) {
			t.head++
		}
		t.spend((t.head - start) / bytesPerStep)
		scheme := t.text[start:t.head]
		if t.at(0) != ':' {
			t.fail()
			return false
		}
		t.head++
		if !isScheme(scheme, t.startsWith("//")) {
			t.fail()
			return false
		}
	}
	if t.startsWith("//") {
		t.head += 2
	}
	t.emitText(start, t.head)
	return true
}

// freeScheme finds the scheme in front of the ':' before the head, in the text
// kept back, and begins a stack with it. Letters must not touch it: "xhttp" is no
// scheme, and as 'é' is a letter to the reference, "éhttp" is none either, while
// the one in "—http" is. The reference looks through all letters; more than the
// longest scheme has cannot be one.
func (t *tokenizer) freeScheme() bool {
	kept := t.top().buffer
	start := kept.end
	for start > kept.start {
		r, size := utf8.DecodeLastRuneInString(t.text[kept.start:start])
		if r != '_' && !isAlnum(r) {
			break
		}
		if r >= utf8.RuneSelf || !isSchemeByte(byte(r)) || kept.end-start > longestScheme {
			return false
		}
		start -= size
	}
	slashes := t.startsWith("//")
	if !isScheme(t.text[start:kept.end], slashes) {
		return false
	}
	if !t.pushRoute(t.top().context | inLinkURI) {
		return false
	}
	t.emitText(start, t.head)
	if slashes {
		t.emitText(t.head, t.head+2)
		t.head += 2
	}
	return true
}
