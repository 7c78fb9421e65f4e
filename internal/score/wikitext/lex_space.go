package wikitext

import "unicode/utf8"

// whitespace takes the white space from i on, up to a line end:
// `[^\S\n\r]+`.
func (l *lexer) whitespace(i int) Kind {
	l.pos = l.spaces(i)
	return Whitespace
}

// spaces returns the end of the white space other than line ends at i.
func (l *lexer) spaces(i int) int {
	for i < len(l.text) {
		if c := l.text[i]; c < utf8.RuneSelf {
			if asciiStart[c] != startSpace {
				break
			}
			i++
			continue
		}
		r, size := decode(l.text, i)
		if classOf(r)&classSpace == 0 {
			break
		}
		i += size
	}
	return i
}

// lineEnd lexes what starts with '\n' or '\r': a break, which spans all white
// space that holds a second line end; the white space `\n\r?`; or a lone '\r',
// which the reference takes for no white space at all.
//
// A break is `(?:\n\r?|\r\n)\s*(?:\n\r?|\r\n)+`. Since \s* is greedy, it ends
// with the last '\n' of the white space and a '\r' that follows it. A failed
// search has seen no '\n' up to the end of the white space, hence is not
// repeated from there: the cost stays linear.
func (l *lexer) lineEnd(c byte) Kind {
	first := l.pos + 1
	switch {
	case c == '\n' && l.followedBy('\r'):
		first++
	case c == '\r' && !l.followedBy('\n'):
		return l.take(Etc, 1)
	case c == '\r':
		first++
	}
	end, looked := l.lastLineEnd(first)
	l.ahead += looked - l.pos
	if end > 0 {
		l.pos = end
		return Break
	}
	if c == '\r' {
		return l.take(Etc, 1)
	}
	l.pos = first
	return Whitespace
}

// lastLineEnd returns the end of the last `\n\r?` in the white space at i, or 0,
// and the end of that white space.
func (l *lexer) lastLineEnd(i int) (end, looked int) {
	for {
		i = l.spaces(i)
		switch {
		case i == len(l.text):
			return end, i
		case l.text[i] == '\n':
			end = i + 1
			if end < len(l.text) && l.text[end] == '\r' {
				end++
			}
		case l.text[i] != '\r':
			return end, i
		}
		i++
	}
}
