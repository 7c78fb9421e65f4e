package parse

import "unicode/utf8"

// wikilink tries the "[[" at the head as an external link in brackets, then as a
// wikilink. In "[[http://a b]]" the outer brackets are text.
func (t *tokenizer) wikilink() {
	start := t.head
	t.head += 2
	if t.plainWikilink(start) {
		return
	}
	place := t.begin()
	var tail span
	if t.bracketedScheme() && t.linkRest(true, &tail) {
		if t.top().context&inLinkTitle != 0 {
			// The reference takes it for text in another link's title.
			t.notWikilink(place, start)
			return
		}
		place = t.precede(place, span{start, start + 1})
		t.finishLink(place, start+1, 1, t.head+1)
		return
	}
	t.head = start + 2
	if !t.parse(inWikilinkTitle) {
		t.notWikilink(place, start)
		return
	}
	n := Node{Kind: Wikilink, Start: uint32(start), End: uint32(t.head + 1)}
	n.split(t.popped().seam)
	t.finish(place, n)
}

// plainWikilink finds a wikilink with nothing but text in it, as most are, without
// a stack: what wikilink finds there too, at half the cost.
func (t *tokenizer) plainWikilink(start int) bool {
	if t.schemeSize() > 0 {
		return false
	}
	text, seam, c := t.text, 0, anywhere|inWikilinkTitle
	i := t.head
	for ; i+1 < len(text); i++ {
		this := text[i]
		if stops[this]&c == 0 || this == '\'' && text[i+1] != '\'' || this == ':' && seam == 0 {
			continue
		}
		if this != '|' {
			break
		}
		seam, c = i, anywhere|inWikilinkText
	}
	if i+1 >= len(text) || text[i] != ']' || text[i+1] != ']' || i == t.head || seam == t.head {
		return false
	}
	t.spend((i - start) / bytesPerStep)
	place := t.begin()
	n := Node{Kind: Wikilink, Start: uint32(start), End: uint32(i + 2)}
	n.split(seam)
	if seam == 0 {
		t.add(textNode(span{t.head, i}))
	} else {
		t.add(textNode(span{t.head, seam}))
		if seam+1 < i {
			t.add(textNode(span{seam + 1, i}))
		}
	}
	t.finish(place, n)
	t.head = i + 1
	return true
}

// notWikilink takes the "[[" at start for text.
func (t *tokenizer) notWikilink(place site, start int) {
	t.cancel(place)
	t.head = start + 1
	t.emitText(start, start+2)
}

// finishLink makes an external link of the stack that was popped last.
func (t *tokenizer) finishLink(place site, start, brackets, end int) {
	n := Node{Kind: ExternalLink, size: uint8(brackets), Start: uint32(start), End: uint32(end)}
	n.split(t.popped().seam)
	t.finish(place, n)
}

// externalLink tries to find an external link at the '[' or the ':' at the head.
func (t *tokenizer) externalLink(brackets bool) {
	start := t.head
	if t.top().context&noExternalLinks == 0 && t.canRecurse() {
		t.head++
		if brackets && t.bracketedLink(start) || !brackets && t.freeLink() {
			return
		}
		t.head = start
	}
	if !brackets && t.top().context&inTerm != 0 {
		t.termEnd()
	} else {
		t.emitHead()
	}
}

// bracketedLink tries to find a link in the brackets at start.
func (t *tokenizer) bracketedLink(start int) bool {
	if t.schemeSize() == 0 {
		return false
	}
	var tail span
	place := t.begin()
	if !t.bracketedScheme() || !t.linkRest(true, &tail) {
		t.cancel(place)
		return false
	}
	t.finishLink(place, start, 1, t.head+1)
	return true
}

// freeLink tries to find a link without brackets about the ':' before the head.
// The scheme was taken for text before it came.
func (t *tokenizer) freeLink() bool {
	kept := t.top().buffer
	start := t.freeScheme(kept)
	if start < 0 {
		return false
	}
	var tail span
	place := t.beginBehind(span{kept.start, start})
	if !t.pushRoute(t.top().context | inLinkURI) {
		t.cancel(place)
		return false
	}
	if t.startsWith("//") {
		t.head += 2
	}
	t.emitText(start, t.head)
	if !t.linkRest(false, &tail) {
		t.cancel(place)
		return false
	}
	t.finishLink(place, start, 0, t.head+1-(tail.end-tail.start))
	t.top().buffer.add(tail)
	return true
}

// linkRest finds what follows the scheme of an external link: the rest of its URL
// and, in brackets, the title. What ends a sentence after a URL without brackets
// is left in tail.
func (t *tokenizer) linkRest(brackets bool, tail *span) bool {
	if c := t.at(0); c == 0 || c == '\n' || c == ' ' || c == ']' || !brackets && c == '[' {
		t.fail()
		return false
	}
	parens := false // whether '(' came, so that ')' may belong to the URL
	for ; ; t.head++ {
		t.spend(1)
		this := t.at(0)
		switch {
		case !urlMarks[this]:
			t.takeTail(tail)
			t.urlText()
		case t.linkPart(this, tail):
		case brackets && (this == 0 || this == '\n'):
			t.fail()
			return false
		case brackets && this == ']':
			t.pop()
			return true
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
			t.pop()
			return true
		default:
			t.freeLinkText(this, &parens, tail)
		}
	}
}

// urlText takes the bytes at the head that are text in every URL.
func (t *tokenizer) urlText() {
	start := t.head
	for t.head+1 < len(t.text) && !urlMarks[t.text[t.head+1]] {
		t.head++
	}
	t.spend((t.head - start) / bytesPerStep)
	t.emitText(start, t.head+1)
}

// linkPart tries to find a node in a URL. As more of the URL follows, the tail
// belongs to it.
func (t *tokenizer) linkPart(this byte, tail *span) bool {
	switch {
	case this == '&':
		t.takeTail(tail)
		t.entity()
	case this == '<' && t.startsWith("<!--"):
		t.takeTail(tail)
		t.comment()
	case this == '{' && t.at(1) == '{' && t.canRecurse():
		t.takeTail(tail)
		t.templateOrArgument()
	default:
		return false
	}
	return true
}

// linkTitle finds the title of an external link in brackets.
func (t *tokenizer) linkTitle(this byte) bool {
	t.separate()
	if this == ' ' {
		t.head++
	}
	t.top().context ^= inLinkURI | inLinkTitle
	return t.parseOn()
}

// takeTail makes the tail a part of the URL.
func (t *tokenizer) takeTail(tail *span) {
	if !tail.empty() {
		t.top().buffer.add(*tail)
		*tail = span{}
	}
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

// schemeSize returns the size of the scheme at the head, slashes included; 0 if
// there is none. The reference remembers that as a route that fails, which is more
// work than to look again.
func (t *tokenizer) schemeSize() int {
	if t.startsWith("//") {
		return 2
	}
	size := 0
	for size <= longestScheme && isSchemeByte(t.at(size)) {
		size++
	}
	if t.at(size) != ':' {
		return 0
	}
	slashes := t.at(size+1) == '/' && t.at(size+2) == '/'
	if !isScheme(t.text[t.head:t.head+size], slashes) {
		return 0
	}
	if slashes {
		return size + 3
	}
	return size + 1
}

// bracketedScheme finds the scheme at the head and begins a stack with it.
func (t *tokenizer) bracketedScheme() bool {
	size := t.schemeSize()
	if size == 0 || !t.pushRoute(inLinkURI) {
		return false
	}
	t.emitText(t.head, t.head+size)
	t.head += size
	return true
}

// freeScheme returns the start of the scheme in front of the ':' before the head,
// in the text kept back; -1 if there is none. Letters must not touch it: "xhttp" is
// no scheme, and as 'é' is a letter to the reference, "éhttp" is none either, while
// the one in "—http" is. The reference looks through all letters; more than the
// longest scheme has cannot be one.
func (t *tokenizer) freeScheme(kept span) int {
	start := kept.end
	for start > kept.start {
		c := t.text[start-1]
		if c >= utf8.RuneSelf {
			if r, _ := utf8.DecodeLastRuneInString(t.text[kept.start:start]); isAlnum(r) {
				return -1
			}
			break
		}
		if c == '+' || c == '-' || c == '.' || c != '_' && !isSchemeByte(c) {
			break
		}
		if c == '_' || kept.end-start > longestScheme {
			return -1
		}
		start--
	}
	if !isScheme(t.text[start:kept.end], t.startsWith("//")) {
		return -1
	}
	return start
}
