package wikitext

import (
	"strings"
	"unicode/utf8"
)

// number takes the digits, of any script, from i on.
func (l *lexer) number(i int) Kind {
	for i < len(l.text) {
		if c := l.text[i]; c < utf8.RuneSelf {
			if asciiStart[c] != startDigit {
				break
			}
			i++
			continue
		}
		r, size := decode(l.text, i)
		if classOf(r)&classDigit == 0 {
			break
		}
		i += size
	}
	l.pos = i
	return Number
}

// word takes the word whose second character is at i, or the URL that starts
// with it. The reference tries the URL first, but one that starts with a letter
// starts with a protocol, which is a word that a colon follows.
func (l *lexer) word(i int) Kind {
	start := l.pos
	l.pos = l.wordEnd(i)
	if l.pos < len(l.text) && l.text[l.pos] == ':' {
		if end := l.protocolURL(start, l.pos); end > 0 {
			l.pos = end
			return URL
		}
	}
	return Word
}

// wordEnd returns the end of a word of which all before i is known. An
// apostrophe belongs to the word if the word goes on behind it, or if white
// space or the end of the text follows it ("dogs' ").
func (l *lexer) wordEnd(i int) int {
	i = l.wordRun(i)
	for {
		behind := i
		switch {
		case strings.HasPrefix(l.text[i:], "'"):
			behind++
		case strings.HasPrefix(l.text[i:], "’"):
			behind += len("’")
		default:
			return i
		}
		end := l.wordRun(behind)
		if end == behind {
			if l.spaceOrEnd(behind) {
				return behind
			}
			return i
		}
		i = end
	}
}

// wordRun returns the end of the characters of words that start at i.
func (l *lexer) wordRun(i int) int {
	for i < len(l.text) {
		if c := l.text[i]; c < utf8.RuneSelf {
			if s := asciiStart[c]; s != startLetter && s != startDigit {
				break
			}
			i++
			continue
		} else if c&0xE0 == 0xC0 && i+1 < len(l.text) && l.text[i+1]^0x80 < 0x40 {
			if wordParts[c&0x1F]>>(l.text[i+1]&0x3F)&1 == 0 {
				break
			}
			i += 2
			continue
		}
		r, size := decode(l.text, i)
		if !isWordPart(r, classOf(r)) {
			break
		}
		i += size
	}
	return i
}

// spaceOrEnd reports whether white space or nothing is at i.
func (l *lexer) spaceOrEnd(i int) bool {
	r, size := decode(l.text, i)
	return size == 0 || classOf(r)&classSpace != 0
}

// protocolURL returns the end of the URL whose protocol is
// text[start:colon], or 0 if there is none.
func (l *lexer) protocolURL(start, colon int) int {
	switch l.text[start:colon] {
	case "bitcoin", "geo", "magnet", "mailto", "news", "sip", "sips", "tel", "urn":
		return l.addressEnd(colon + 1)
	case "http", "https", "ftp", "ftps", "git", "gopher", "irc", "ircs", "mms",
		"nntp", "redis", "sftp", "ssh", "svn", "telnet", "worldwind", "xmpp":
		return l.address(colon + 1)
	}
	return 0
}

// address returns the end of the slashes and the address at i, or 0.
func (l *lexer) address(i int) int {
	if !strings.HasPrefix(l.text[i:], "//") {
		return 0
	}
	return l.addressEnd(i + 2)
}

// addressEnd returns the end of `[^\s/$.?#][^|<>\s{}]*` at i, or 0.
func (l *lexer) addressEnd(i int) int {
	if l.spaceOrEnd(i) || strings.IndexByte("/$.?#", l.text[i]) >= 0 {
		return 0
	}
	// The first character may be one of those that end the address.
	_, size := decode(l.text, i)
	for i += size; i < len(l.text); {
		c := l.text[i]
		if c < utf8.RuneSelf {
			if addressStop(c) {
				break
			}
			i++
			continue
		}
		r, size := decode(l.text, i)
		if classOf(r)&classSpace != 0 {
			break
		}
		i += size
	}
	return i
}

// addressStop reports whether an ASCII character ends an address.
func addressStop(c byte) bool {
	switch c {
	case '|', '<', '>', '{', '}', '\n', '\r':
		return true
	}
	return asciiStart[c] == startSpace
}
