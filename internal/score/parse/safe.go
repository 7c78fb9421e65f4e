package parse

import "unicode/utf8"

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
