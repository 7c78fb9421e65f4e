package parse

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// marks holds the bytes that may start markup. NUL is one: the reference takes
// it for the end of the text.
var marks = [256]bool{
	'{': true, '}': true, '[': true, ']': true, '<': true, '>': true, '|': true, '=': true, '&': true, '\'': true,
	'#': true, '*': true, ';': true, ':': true, '/': true, '-': true, '!': true, '\n': true, 0: true,
}

// isSpace is Python's str.isspace for one character.
func isSpace(r rune) bool {
	switch {
	case r <= ' ':
		return r == ' ' || '\t' <= r && r <= '\r' || 0x1c <= r
	case r < 0x80:
		return false
	}
	return unicode.IsSpace(r)
}

// isAlnum is Python's str.isalnum for one character.
func isAlnum(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsNumber(r)) && (r <= unicode.MaxLatin1 || !unicode.Is(unicode15, r))
}

// unicode15 are the letters and numbers that Go's tables have and those of the
// reference's Python, of Unicode 14, have not.
var unicode15 = &unicode.RangeTable{R32: []unicode.Range32{
	{Lo: 0x1123F, Hi: 0x11240, Stride: 1}, {Lo: 0x11F02, Hi: 0x11F02, Stride: 1}, {Lo: 0x11F04, Hi: 0x11F10, Stride: 1},
	{Lo: 0x11F12, Hi: 0x11F33, Stride: 1}, {Lo: 0x11F50, Hi: 0x11F59, Stride: 1}, {Lo: 0x1342F, Hi: 0x1342F, Stride: 1},
	{Lo: 0x13441, Hi: 0x13446, Stride: 1}, {Lo: 0x1B132, Hi: 0x1B132, Stride: 1}, {Lo: 0x1B155, Hi: 0x1B155, Stride: 1},
	{Lo: 0x1D2C0, Hi: 0x1D2D3, Stride: 1}, {Lo: 0x1DF25, Hi: 0x1DF2A, Stride: 1}, {Lo: 0x1E030, Hi: 0x1E06D, Stride: 1},
	{Lo: 0x1E4D0, Hi: 0x1E4EB, Stride: 1}, {Lo: 0x1E4F0, Hi: 0x1E4F9, Stride: 1}, {Lo: 0x2B739, Hi: 0x2B739, Stride: 1},
	{Lo: 0x31350, Hi: 0x323AF, Stride: 1},
}}

// lower is Python's str.lower for tag names, but for a Σ that ends a word.
func lower(name string) string {
	for i := 0; i < len(name); i++ {
		if name[i] >= utf8.RuneSelf {
			// Go lowers İ to i; Python, as Unicode has it, to i and a dot.
			return strings.ToLower(strings.ReplaceAll(name, "İ", "i̇"))
		}
	}
	return strings.ToLower(name)
}

// trimmedLower makes tag names comparable.
func trimmedLower(name string) string { return lower(strings.TrimRightFunc(name, isSpace)) }

// isScheme reports whether a URL may start with the scheme.
func isScheme(scheme string, slashes bool) bool {
	switch lower(scheme) {
	case "bitcoin", "geo", "magnet", "mailto", "news", "sip", "sips", "sms", "tel", "urn", "xmpp":
		return true
	case "ftp", "ftps", "git", "gopher", "http", "https", "irc", "ircs", "mms", "nntp", "redis", "sftp",
		"ssh", "svn", "telnet", "worldwind":
		return slashes
	}
	return false
}

// longestScheme is the length of "worldwind".
const longestScheme = 9

func isSchemeByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '+' || c == '.' || c == '-'
}

// isVerbatim reports whether what is inside of the tag is text, not markup
// (PARSER_BLACKLIST).
func isVerbatim(tag string) bool {
	switch lower(tag) {
	case "categorytree", "ce", "chem", "gallery", "graph", "hiero", "imagemap", "inputbox", "math", "nowiki", "pre",
		"score", "section", "source", "syntaxhighlight", "templatedata", "timeline":
		return true
	}
	return false
}

// isSingle reports whether the tag can do without a closing tag.
func isSingle(tag string) bool {
	switch lower(tag) {
	case "li", "dt", "dd", "th", "td", "tr":
		return true
	}
	return isSingleOnly(tag)
}

// isSingleOnly reports whether the tag has no closing tag.
func isSingleOnly(tag string) bool {
	switch lower(tag) {
	case "br", "wbr", "hr", "meta", "link", "img":
		return true
	}
	return false
}

// isVisible reports whether readers see what is inside of the tag.
func isVisible(tag string) bool {
	switch lower(tag) {
	case "categorytree", "gallery", "graph", "imagemap", "inputbox", "math", "score", "section", "templatedata", "timeline":
		return false
	}
	return true
}
