package spell

import (
	"bytes"
	"fmt"
)

// lines walks a file line by line and knows where it is, for errors.
type lines struct {
	name   string
	rest   []byte
	number int
}

// newLines skips a byte order mark. A NUL is no text in any encoding Hunspell
// reads, and would end a word early there.
func newLines(name string, data []byte) (*lines, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if at := bytes.IndexByte(data, 0); at >= 0 {
		return nil, fmt.Errorf("%s:%d: a zero byte: this is a binary file", name, 1+bytes.Count(data[:at], []byte("\n")))
	}
	return &lines{name: name, rest: data}, nil
}

func (l *lines) next() ([]byte, bool) {
	if len(l.rest) == 0 {
		return nil, false
	}
	line, rest, _ := bytes.Cut(l.rest, []byte("\n"))
	l.rest = rest
	l.number++
	return chomp(line), true
}

func (l *lines) errorf(format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", l.name, l.number, fmt.Sprintf(format, args...))
}

// chomp removes line ends of other systems. A carriage return before the last
// character takes that one along, as in csutil.cxx, mychomp.
func chomp(line []byte) []byte {
	n := len(line)
	size := n
	if n > 0 && line[n-1] == '\r' {
		size--
	}
	if n > 1 && line[n-2] == '\r' {
		size--
	}
	return line[:size]
}

// fields splits at blanks and tabs alone: other white space may be a letter in
// some character set (csutil.cxx, mystrsep).
func fields(line []byte) [][]byte {
	return bytes.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == '\t' })
}

// keyword tells whether a line begins with a word, which need not end there.
func keyword(line []byte, word string) bool {
	return len(line) >= len(word) && string(line[:len(word)]) == word
}

// blank is C's isspace for the characters a chomped line can have.
func blank(c byte) bool {
	return c == ' ' || c >= '\t' && c <= '\r'
}

// number reads leading digits, as atoi does; text without any is 0, and so is
// one too long to be meant.
func number(text []byte) int {
	negative := len(text) > 0 && text[0] == '-'
	if negative || len(text) > 0 && text[0] == '+' {
		text = text[1:]
	}
	n := 0
	for i, c := range text {
		if c < '0' || c > '9' {
			break
		}
		if i == 9 {
			return 0
		}
		n = 10*n + int(c-'0')
	}
	if negative {
		return -n
	}
	return n
}
