package wikitext

import (
	"strings"
)

// angle lexes what starts with '<': references, tags, comment starts.
//
// The reference's expressions for the four forms all run up to the first '>',
// since none lets one pass. A reference is a singleton if a '/' stands right
// before it. So the first '>' and the name decide.
func (l *lexer) angle() Kind {
	name := l.pos + 1
	closing := l.followedBy('/')
	if closing {
		name++
	}
	nameEnd := l.name(name)
	l.ahead += nameEnd - l.pos
	if nameEnd == name || !l.boundary(nameEnd) {
		if strings.HasPrefix(l.text[l.pos:], "<!--") {
			return l.take(CommentStart, 4)
		}
		return l.take(Etc, 1)
	}
	end := l.nextCloser(nameEnd)
	if end == len(l.text) {
		return l.take(Etc, 1)
	}
	kind := Tag
	if l.text[name:nameEnd] == "ref" {
		switch {
		case closing:
			kind = RefClose
		case l.text[end-1] == '/':
			kind = RefSingleton
		default:
			kind = RefOpen
		}
	}
	l.pos = end + 1
	return kind
}

// boundary reports whether `\b` holds behind the ASCII name that ends at i.
func (l *lexer) boundary(i int) bool {
	r, size := decode(l.text, i)
	return size == 0 || classOf(r)&classWord == 0
}

// nextCloser returns the place of the first '>' at or after i, or len(text).
// Calls come with growing i, so each byte is searched at most once: a closer
// found for an earlier i is the answer as long as it is not behind.
func (l *lexer) nextCloser(i int) int {
	if l.closerKnown && i <= l.closer {
		return l.closer
	}
	l.closerKnown = true
	if n := strings.IndexByte(l.text[i:], '>'); n >= 0 {
		l.closer = i + n
	} else {
		l.closer = len(l.text)
	}
	l.ahead += l.closer - i
	return l.closer
}
