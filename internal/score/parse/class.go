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

// stops holds the contexts in which a byte may be markup, or may not stand, amid
// a line. The other marks are so only at its start.
var stops = [256]context{
	0: anywhere, '\n': anywhere, '{': anywhere, '[': anywhere, '<': anywhere, '&': anywhere, '\'': anywhere, ':': anywhere,
	'|': inTemplate | inArgumentName | inWikilinkTitle | inTable,
	'=': inTemplateKey | inHeading,
	'}': inTemplate | inArgument | inWikilinkTitle,
	']': inTemplateName | inWikilink | inLinkTitle,
	'>': inTemplateName | inWikilinkTitle | inTagClose,
	'!': inTable,
}

// urlMarks holds the bytes that are, somewhere, more than text in a URL.
var urlMarks = [256]bool{
	0: true, '\n': true, ' ': true, '"': true, '[': true, ']': true, '<': true, '>': true, '&': true, '{': true, '}': true,
	'\'': true, '|': true, '=': true, '(': true, ')': true, ',': true, ';': true, '\\': true, '.': true, ':': true,
	'!': true, '?': true,
}

// attrPlain holds bytes that are text wherever such a byte came before in a tag.
var attrPlain = func() (plain [256]bool) {
	for c := range plain {
		plain[c] = isSchemeByte(byte(c)) && c != '-' || c == '_' || c == '%'
	}
	return plain
}()

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

// sameTag reports whether two names are of the same tag.
func sameTag(a, b string) bool { return a == b || trimmedLower(a) == trimmedLower(b) }

// longestName is the length of "syntaxhighlight".
const longestName = 15

// lowerASCII lowers a short name of ASCII without making a string; false if it is
// none.
func lowerASCII(into *[longestName]byte, name string) bool {
	if len(name) > longestName {
		return false
	}
	for i := range len(name) {
		c := name[i]
		if c >= utf8.RuneSelf {
			return false
		}
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		into[i] = c
	}
	return true
}

// isScheme reports whether a URL may start with the scheme, which is in ASCII.
func isScheme(scheme string, slashes bool) bool {
	var name [longestName]byte
	if !lowerASCII(&name, scheme) {
		return false
	}
	switch string(name[:len(scheme)]) {
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

// tagNameSize returns where the name of a tag ends at the start of text: at a mark
// or white space. The text goes on behind it.
func tagNameSize(text string) int {
	return strings.IndexFunc(text, func(r rune) bool { return r < 0x80 && marks[r] || isSpace(r) })
}

// trait is what is special about some tags.
type trait uint8

const (
	single     trait = 1 << iota // can do without a closing tag
	singleOnly                   // has none
	verbatim                     // what is inside is text, not markup (PARSER_BLACKLIST)
	invisible                    // what is inside is not for readers
)

// traits returns those of the tags of that name.
func traits(tag string) trait {
	var name [longestName]byte
	if lowerASCII(&name, tag) {
		return traitsOf(string(name[:len(tag)]))
	}
	return traitsOf(lower(tag))
}

func traitsOf(name string) trait {
	switch name {
	case "li", "dt", "dd", "th", "td", "tr":
		return single
	case "br", "wbr", "hr", "meta", "link", "img":
		return single | singleOnly
	case "ce", "chem", "hiero", "nowiki", "pre", "source", "syntaxhighlight":
		return verbatim
	case "categorytree", "gallery", "graph", "imagemap", "inputbox", "math", "score", "section", "templatedata", "timeline":
		return verbatim | invisible
	}
	return 0
}
