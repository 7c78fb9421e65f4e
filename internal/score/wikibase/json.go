package wikibase

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// document is JSON that was checked. Its values are not taken out of the text:
// they are places in it, in an array in the order of the text, so that the most
// wasteful text, an array of single digits, takes eight times its size and no
// more, and only while an item is read.
type document struct {
	source string
	tokens []token
}

// token is a value, or the name of an object's field, which stands before its
// value.
type token struct {
	kind     kind
	escaped  bool   // a string with escapes
	next     uint32 // the token behind it and all that is in it
	from, to uint32 // in source; of a string, without the quotes
}

// kind is what a value is in Python.
type kind uint8

const (
	kindNull kind = iota
	kindFalse
	kindTrue
	kindInt
	kindFloat
	kindString
	kindList
	kindDict
	kindDecimal // a decimal.Decimal, which JSON has not
)

// syntaxError is text that json.loads raises a JSONDecodeError for.
type syntaxError struct {
	offset int
	reason string
}

func (e *syntaxError) Error() string { return fmt.Sprintf("offset %d: %s", e.offset, e.reason) }

const (
	// maxDepth is how deeply values may nest: what Python's recursion limit of
	// 1000 leaves in revscoring's solve.
	maxDepth = 981
	// maxDigits is sys.get_int_max_str_digits().
	maxDigits = 4300
)

var (
	errDepth  = fmt.Errorf("more than %d values within each other", maxDepth) // RecursionError
	errDigits = fmt.Errorf("an int of more than %d digits", maxDigits)        // ValueError
	errLength = errors.New("text is longer than 4 GiB")
)

// decode reads a text as json.loads does.
func decode(source string) (*document, error) {
	if len(source) > math.MaxUint32 {
		return nil, errLength
	}
	most := 1 // each token but the first stands behind one of these
	for _, mark := range []string{",", ":", "[", "{"} {
		most += strings.Count(source, mark)
	}
	d := decoder{document: document{source: source, tokens: make([]token, 0, most)}}
	if err := d.all(); err != nil {
		return nil, err
	}
	return &d.document, nil
}

// decoder reads a document without recursion.
type decoder struct {
	document
	pos  int
	open []uint32 // the arrays and objects that pos is in
}

func (d *decoder) fail(reason string) error { return &syntaxError{d.pos, reason} }

// peek returns the next byte that is no white space; 0 at the end.
func (d *decoder) peek() byte {
	for ; d.pos < len(d.source); d.pos++ {
		switch c := d.source[d.pos]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

func (d *decoder) all() error {
	for {
		inside, err := d.value()
		if err != nil {
			return err
		}
		if inside {
			continue
		}
		more, err := d.behind()
		if err != nil {
			return err
		}
		if !more {
			break
		}
	}
	if d.peek(); d.pos < len(d.source) {
		return d.fail("text behind the value")
	}
	return nil
}

// value reads a value. Of an array or object that is not empty it reads what
// stands before the first value inside.
func (d *decoder) value() (inside bool, err error) {
	switch c := d.peek(); c {
	case '[', '{':
		return d.begin(c)
	case '"':
		return false, d.text()
	default:
		return false, d.word()
	}
}

func (d *decoder) begin(c byte) (inside bool, err error) {
	if len(d.open) == maxDepth {
		return false, errDepth
	}
	d.open = append(d.open, uint32(len(d.tokens)))
	d.tokens = append(d.tokens, token{kind: kindList, from: uint32(d.pos)})
	d.pos++
	if c == '[' {
		if d.peek() == ']' {
			d.end()
			return false, nil
		}
		return true, nil
	}
	d.tokens[len(d.tokens)-1].kind = kindDict
	if d.peek() == '}' {
		d.end()
		return false, nil
	}
	return true, d.name()
}

// end closes the innermost array or object.
func (d *decoder) end() {
	last := len(d.open) - 1
	t := &d.tokens[d.open[last]]
	d.open = d.open[:last]
	d.pos++
	t.to, t.next = uint32(d.pos), uint32(len(d.tokens))
}

// name reads the name of an object's field and the colon.
func (d *decoder) name() error {
	if d.peek() != '"' {
		return d.fail("no name of a field")
	}
	if err := d.text(); err != nil {
		return err
	}
	if d.peek() != ':' {
		return d.fail("no colon behind the name of a field")
	}
	d.pos++
	return nil
}

// behind reads what stands behind a value, up to the next one if there is more.
func (d *decoder) behind() (more bool, err error) {
	for len(d.open) > 0 {
		in := d.tokens[d.open[len(d.open)-1]].kind
		switch c := d.peek(); {
		case c == ',' && in == kindList:
			d.pos++
			return true, nil
		case c == ',':
			d.pos++
			return true, d.name()
		case c == ']' && in == kindList, c == '}' && in == kindDict:
			d.end()
		default:
			return false, d.fail("neither a comma nor the end of an array or object")
		}
	}
	return false, nil
}

// add adds the token of a value that has nothing inside.
func (d *decoder) add(k kind, escaped bool, from, to int) {
	d.tokens = append(d.tokens, token{kind: k, escaped: escaped, next: uint32(len(d.tokens) + 1), from: uint32(from), to: uint32(to)})
}

// text reads a string.
func (d *decoder) text() error {
	d.pos++
	from, escaped := d.pos, false
	for ; d.pos < len(d.source); d.pos++ {
		switch c := d.source[d.pos]; {
		case c == '"':
			d.add(kindString, escaped, from, d.pos)
			d.pos++
			return nil
		case c < ' ':
			return d.fail("a control character in a string")
		case c == '\\':
			escaped = true
			if err := d.escape(); err != nil {
				return err
			}
		}
	}
	return d.fail("a string without end")
}

// escape checks an escape and stops at its last byte.
func (d *decoder) escape() error {
	d.pos++
	switch rest := d.source[d.pos:]; {
	case rest == "":
		return d.fail("a string without end")
	case rest[0] == 'u':
		if _, ok := hex4(rest[1:]); !ok {
			return d.fail("an escape of less than four hexadecimal digits")
		}
		d.pos += 4
	case strings.IndexByte(`"\/bfnrt`, rest[0]) < 0:
		return d.fail("an unknown escape")
	}
	return nil
}

// hex4 returns the number of the first four digits.
func hex4(s string) (n rune, ok bool) {
	if len(s) < 4 {
		return 0, false
	}
	for _, c := range []byte(s[:4]) {
		switch {
		case '0' <= c && c <= '9':
			n = n<<4 | rune(c-'0')
		case 'a' <= c|' ' && c|' ' <= 'f':
			n = n<<4 | rune(c|' '-'a'+10)
		default:
			return 0, false
		}
	}
	return n, true
}

// words are the values that are written in letters.
var words = []struct {
	text string
	kind kind
}{
	{"null", kindNull}, {"true", kindTrue}, {"false", kindFalse},
	{"NaN", kindFloat}, {"Infinity", kindFloat}, {"-Infinity", kindFloat},
}

// word reads what is neither a string nor has anything inside.
func (d *decoder) word() error {
	rest := d.source[d.pos:]
	for _, w := range words {
		if strings.HasPrefix(rest, w.text) {
			d.add(w.kind, false, d.pos, d.pos+len(w.text))
			d.pos += len(w.text)
			return nil
		}
	}
	k, n := number(rest)
	switch {
	case n == 0:
		return d.fail("no value")
	case k == kindInt && len(strings.TrimPrefix(rest[:n], "-")) > maxDigits:
		return errDigits
	}
	d.add(k, false, d.pos, d.pos+n)
	d.pos += n
	return nil
}

// number returns the length of the number that s begins with; 0 for none. A
// fraction or an exponent without digits is not part of it.
func number(s string) (k kind, n int) {
	if strings.HasPrefix(s, "-") {
		n = 1
	}
	whole := digits(s[n:])
	switch {
	case whole == 0:
		return kindInt, 0
	case s[n] == '0':
		whole = 1
	}
	n += whole
	k = kindInt
	if strings.HasPrefix(s[n:], ".") {
		if fraction := digits(s[n+1:]); fraction > 0 {
			k, n = kindFloat, n+1+fraction
		}
	}
	if n < len(s) && s[n]|' ' == 'e' {
		sign := 1
		if n+1 < len(s) && (s[n+1] == '+' || s[n+1] == '-') {
			sign = 2
		}
		if exponent := digits(s[min(n+sign, len(s)):]); exponent > 0 {
			k, n = kindFloat, n+sign+exponent
		}
	}
	return k, n
}

// digits returns how many digits s begins with.
func digits(s string) int {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n
}

// unescape returns what the inside of a string, which was checked, stands for. A
// surrogate without its other half, which UTF-8 has no form for, is written as if
// it had one.
func unescape(s string) string {
	out := make([]byte, 0, len(s))
	for {
		i := strings.IndexByte(s, '\\')
		if i < 0 {
			return string(append(out, s...))
		}
		out = append(out, s[:i]...)
		c := s[i+1]
		s = s[i+2:]
		switch c {
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		case 'u':
			r, _ := hex4(s)
			s = s[4:]
			if low, ok := escapedLow(s); ok && r>>10 == 0xd800>>10 {
				r = 0x10000 + (r-0xd800)<<10 + low - 0xdc00
				s = s[6:]
			}
			out = appendRune(out, r)
			continue
		}
		out = append(out, c)
	}
}

// escapedLow returns the second half of a surrogate pair that s begins with.
func escapedLow(s string) (r rune, ok bool) {
	if !strings.HasPrefix(s, `\u`) {
		return 0, false
	}
	r, _ = hex4(s[2:])
	return r, r>>10 == 0xdc00>>10
}

func isSurrogate(r rune) bool { return r>>11 == 0xd800>>11 }

func appendRune(dst []byte, r rune) []byte {
	if isSurrogate(r) {
		return append(dst, 0xe0|byte(r>>12), 0x80|byte(r>>6)&0x3f, 0x80|byte(r)&0x3f)
	}
	return utf8.AppendRune(dst, r)
}

// nextRune is utf8.DecodeRuneInString that knows surrogates.
func nextRune(s string) (r rune, size int) {
	r, size = utf8.DecodeRuneInString(s)
	if r == utf8.RuneError && size == 1 && len(s) >= 3 && s[0] == 0xed && s[1]>>5 == 0xa0>>5 && s[2]>>6 == 0x80>>6 {
		return 0xd000 | rune(s[1]&0x3f)<<6 | rune(s[2]&0x3f), 3
	}
	return r, size
}
