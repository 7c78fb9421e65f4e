package pickle

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

func (m *machine) bytes(b []byte) error { return m.push(Bytes(b)) }

// text is UTF-8 in which Python lets lone surrogates pass (errors="surrogatepass").
// They stay as they are: three bytes that are no valid UTF-8 in Go.
func (m *machine) text(b []byte) error {
	for i := 0; i < len(b); {
		r, size := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && size == 1 {
			if !surrogate(b[i:]) {
				return fmt.Errorf("not UTF-8 at byte %d of the text", i)
			}
			size = 3
		}
		i += size
	}
	return m.push(string(b))
}

// surrogate tells whether b starts with U+D800 to U+DFFF.
func surrogate(b []byte) bool {
	return len(b) >= 3 && b[0] == 0xED && b[1]&0xE0 == 0xA0 && b[2]&0xC0 == 0x80
}

// python2 is a string of Python 2, in which every byte is read as a character of Latin-1.
func (m *machine) python2(b []byte) error { return m.push(fromLatin1(b)) }

func fromLatin1(b []byte) string {
	var s strings.Builder
	s.Grow(len(b))
	for _, c := range b {
		s.WriteRune(rune(c))
	}
	return s.String()
}

// toLatin1 tells whether all of s is in Latin-1.
func toLatin1(s string) (Bytes, bool) {
	b := make(Bytes, 0, len(s))
	for _, r := range s {
		if r > 0xFF {
			return nil, false
		}
		b = append(b, byte(r))
	}
	return b, true
}

// stringLine is STRING: what repr of Python 2 wrote.
func (m *machine) stringLine() error {
	line, err := m.in.line()
	if err != nil {
		return err
	}
	n := len(line)
	if n < 2 || line[0] != line[n-1] || line[0] != '\'' && line[0] != '"' {
		return errors.New("the string is not in quotes")
	}
	b, err := unescape(line[1 : n-1])
	if err != nil {
		return err
	}
	return m.python2(b)
}

// escapes of one character in a literal of Python.
var escapes = map[byte]byte{
	'\\': '\\', '\'': '\'', '"': '"',
	'a': '\a', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v',
}

// unescape undoes the escapes of a byte string's literal. One that is not known
// stays, backslash and all, as in Python.
func unescape(b []byte) ([]byte, error) {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' {
			out = append(out, b[i])
			continue
		}
		if i++; i == len(b) {
			return nil, errors.New("the string ends in a backslash")
		}
		c, known := escapes[b[i]]
		switch {
		case known:
			out = append(out, c)
		case b[i] == 'x':
			u, ok := hex(b[i+1:], 2)
			if !ok {
				return nil, errors.New(`\x without two digits`)
			}
			out = append(out, byte(u))
			i += 2
		case '0' <= b[i] && b[i] <= '7':
			u, n := octal(b[i:])
			out = append(out, u)
			i += n - 1
		default:
			out = append(out, '\\', b[i])
		}
	}
	return out, nil
}

func octal(b []byte) (value byte, n int) {
	for n < 3 && n < len(b) && '0' <= b[n] && b[n] <= '7' {
		value = value<<3 | (b[n] - '0')
		n++
	}
	return value, n
}

func hex(b []byte, n int) (uint32, bool) {
	if len(b) < n {
		return 0, false
	}
	u, err := strconv.ParseUint(string(b[:n]), 16, 32)
	return uint32(u), err == nil
}

// unicodeLine is UNICODE, in Python's codec raw-unicode-escape: Latin-1 with \uXXXX and
// \UXXXXXXXX and no other escapes.
func (m *machine) unicodeLine() error {
	line, err := m.in.line()
	if err != nil {
		return err
	}
	out := make([]byte, 0, len(line))
	for i := 0; i < len(line); i++ {
		digits := 0
		if line[i] == '\\' && i+1 < len(line) {
			digits = map[byte]int{'u': 4, 'U': 8}[line[i+1]]
		}
		if digits == 0 {
			out = utf8.AppendRune(out, rune(line[i]))
			continue
		}
		u, ok := hex(line[i+2:], digits)
		if !ok || u > utf8.MaxRune {
			return fmt.Errorf("\\%c without a character's %d digits", line[i+1], digits)
		}
		out = appendWide(out, u)
		i += 1 + digits
	}
	return m.push(string(out))
}

// appendWide appends a character, also a lone surrogate as [machine.text] keeps it.
func appendWide(out []byte, u uint32) []byte {
	if 0xD800 <= u && u <= 0xDFFF {
		return append(out, 0xED, 0x80|byte(u>>6&0x3F), 0x80|byte(u&0x3F))
	}
	return utf8.AppendRune(out, rune(u))
}
