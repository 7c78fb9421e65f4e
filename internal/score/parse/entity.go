package parse

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxEntity is how many characters an entity's name or number has at most, not
// counting zeros in front (MAX_ENTITY_SIZE).
const maxEntity = 8

// entity tries to find an entity at the '&' at the head.
func (t *tokenizer) entity() {
	_, end, ok := entityAt(t.text[t.head:])
	t.spend(1 + end/bytesPerStep)
	if !ok {
		t.emitHead()
		return
	}
	t.addWhole(Node{Kind: Entity, Start: uint32(t.head), End: uint32(t.head + end)})
	t.head += end - 1
}

// entityAt returns the character that the entity at the start of text stands
// for, and where it ends, or where it shows that there is none. No stack is needed,
// as in the reference: an entity holds no nodes, and may stand in any context.
func entityAt(text string) (r rune, end int, ok bool) {
	i, base := 1, 0
	if strings.HasPrefix(text, "&#") {
		i, base = 2, 10
		if len(text) > 2 && text[2]|0x20 == 'x' {
			i, base = 3, 16
		}
		for i < len(text) && text[i] == '0' {
			i++
		}
	}
	first := i
	for i < len(text) && i-first <= maxEntity && isEntityByte(text[i], base) {
		i++
	}
	if i == first || i-first > maxEntity || i == len(text) || text[i] != ';' {
		return 0, i, false
	}
	name := text[first:i]
	if base == 0 {
		r, ok = entities[name]
		return r, i + 1, ok
	}
	code, err := strconv.ParseUint(name, base, 32)
	if err != nil || code > utf8.MaxRune {
		return 0, i, false
	}
	return rune(code), i + 1, true
}

// isEntityByte reports whether c may be in a number to the base, or in a name if
// that is 0.
func isEntityByte(c byte, base int) bool {
	switch {
	case '0' <= c && c <= '9':
		return true
	case base == 0:
		return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
	}
	return base == 16 && ('a' <= c && c <= 'f' || 'A' <= c && c <= 'F')
}

// comment tries to find a comment at the "<!--" at the head. What is inside is no
// node, only text.
func (t *tokenizer) comment() {
	start := t.head
	body := start + len("<!--")
	size := -1
	if body < t.noComment {
		size = strings.Index(t.text[body:], "-->")
	}
	if size < 0 {
		// Searched once for all: else a page of "<!--" would take quadratic time.
		t.noComment = min(t.noComment, body)
		t.looked(len(t.text))
		t.head = start + 3
		t.emitText(start, body)
		return
	}
	t.spend(size / bytesPerStep)
	end := body + size + len("-->")
	t.addWhole(Node{Kind: Comment, Start: uint32(start), End: uint32(end)})
	t.head = end - 1
	// isSafe could not tell that "<!" would be a comment.
	t.top().context &^= failNext
}
