package event

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// scanner reads JSON in one pass and gives up at the first thing that is wrong or
// merely unusual: whoever calls it then asks the library, which also says what is
// wrong. So it has to be right only about what it takes, and FuzzScan holds it to
// the library there. What it takes are events as producers write them.
//
// It is as strict as [lenient]: no name twice in an object, at any depth.
type scanner struct {
	in []byte
	at int

	names int           // of the objects that are open, in room
	room  [64]stretch   // an event has 27 in its outermost object, and 40 in all
	text  []byte        // of all strings that are wanted
	wants [48]wanted    // where they go
	want  int           // of wants
	depth int           // of values that are skipped
	space [1 << 10]byte // text begins here
}

// stretch is a part of scanner.in.
type stretch struct{ from, to int }

// wanted is a string to be set when all have been read: they share one allocation.
type wanted struct {
	to   *string
	text stretch // of scanner.text
}

// maxSkipped bounds how deep a value lies that is skipped.
const maxSkipped = 32

// spaces moves to what is next and returns its first byte, 0 at the end.
func (s *scanner) spaces() byte {
	for ; s.at < len(s.in); s.at++ {
		if c := s.in[s.at]; c > ' ' || c != ' ' && c != '\n' && c != '\r' && c != '\t' {
			return c
		}
	}
	return 0
}

// skip moves over one byte, if it is next.
func (s *scanner) skip(c byte) bool {
	if s.spaces() != c {
		return false
	}
	s.at++
	return true
}

// open moves into an object. Its names are those from mark on.
func (s *scanner) open() (o opened, ok bool) {
	return opened{mark: s.names, first: true}, s.skip('{')
}

// opened is an object whose members are being read.
type opened struct {
	mark  int    // its first name in scanner.room
	seen  uint64 // a bit for each name; most names need no look at the others
	first bool
}

// next moves to the value of the next member and returns its name; ok is false for
// what is no member of its own, and more is false at the end of the object.
func (s *scanner) next(o *opened) (name []byte, more, ok bool) {
	if s.skip('}') {
		s.names = o.mark
		return nil, false, true
	}
	if !o.first && !s.skip(',') {
		return nil, false, false
	}
	o.first = false
	at, plain, ok := s.quoted()
	if !ok || !plain || s.names == len(s.room) || !s.skip(':') {
		return nil, false, false
	}
	name = s.in[at.from:at.to]
	bit := uint64(1)
	if len(name) > 0 {
		bit <<= (uint(name[0]) + 7*uint(name[len(name)-1]) + 31*uint(len(name))) & 63
	}
	if o.seen&bit != 0 {
		for _, other := range s.room[o.mark:s.names] {
			if string(s.in[other.from:other.to]) == string(name) {
				return nil, false, false
			}
		}
	}
	o.seen |= bit
	s.room[s.names] = at
	s.names++
	return name, true, true
}

const (
	each  = 0x0101010101010101
	highs = 0x8080808080808080
)

// special marks, in each byte of w that ends a run of plain text, the highest bit: a
// quote, a backslash, a control character, a byte that is not ASCII. Above the first
// such byte marks may be wrong.
func special(w uint64) uint64 {
	quote, slash := w^('"'*each), w^('\\'*each)
	return ((w - ' '*each) | (quote - each) | (slash - each) | w) & highs
}

// quoted moves over a string and returns what is between the quotes. It is plain if
// it is ASCII without escapes.
func (s *scanner) quoted() (at stretch, plain, ok bool) {
	if !s.skip('"') {
		return at, false, false
	}
	at.from, plain = s.at, true
	for i := s.at; i < len(s.in); {
		if i+8 <= len(s.in) {
			marks := special(binary.LittleEndian.Uint64(s.in[i:]))
			if marks == 0 {
				i += 8
				continue
			}
			i += bits.TrailingZeros64(marks) / 8
		}
		switch c := s.in[i]; {
		case c == '"':
			at.to, s.at = i, i+1
			return at, plain, true
		case c == '\\':
			n := escape(s.in[i:])
			if n == 0 {
				return at, false, false
			}
			i, plain = i+n, false
		case c < ' ':
			return at, false, false
		default:
			plain = plain && c < utf8.RuneSelf
			i++
		}
	}
	return at, false, false
}

// escape returns the length of the escape that b begins with, 0 if it is none.
func escape(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		for i := 2; i < 6; i++ {
			if i == len(b) || (b[i]|0x20 < 'a' || b[i]|0x20 > 'f') && (b[i] < '0' || b[i] > '9') {
				return 0
			}
		}
		return 6
	}
	return 0
}

// null moves over null, if it is next.
func (s *scanner) null() bool { return s.spaces() == 'n' && s.literal("null") }

func (s *scanner) literal(word string) bool {
	if len(s.in)-s.at < len(word) || string(s.in[s.at:s.at+len(word)]) != word {
		return false
	}
	s.at += len(word)
	return true
}

// string reads a string that is to be set. One in which something is to be replaced
// is left to the library.
func (s *scanner) string(to *string) bool {
	if s.null() {
		return true
	}
	at, plain, ok := s.quoted()
	if !ok || s.want == len(s.wants) {
		return false
	}
	raw, from := s.in[at.from:at.to], len(s.text)
	switch {
	case plain || utf8.Valid(raw) && !hasEscape(raw):
		s.text = append(s.text, raw...)
	default:
		var err error
		if s.text, err = jsontext.AppendUnquote(s.text, s.in[at.from-1:at.to+1]); err != nil {
			return false
		}
	}
	s.wants[s.want] = wanted{to, stretch{from, len(s.text)}}
	s.want++
	return true
}

func hasEscape(raw []byte) bool {
	for _, c := range raw {
		if c == '\\' {
			return true
		}
	}
	return false
}

// set gives every wanted string its text.
func (s *scanner) set() {
	all := string(s.text)
	for _, w := range s.wants[:s.want] {
		*w.to = all[w.text.from:w.text.to]
	}
}

// strings reads a list of strings. Null is no list, as to the library.
func (s *scanner) strings(to *[]string) bool {
	if s.null() {
		return true
	}
	if !s.skip('[') {
		return false
	}
	first := s.want
	for !s.skip(']') { // their places are made when they are counted
		if s.want > first && !s.skip(',') || s.spaces() != '"' || !s.string(nil) {
			return false
		}
	}
	list := make([]string, s.want-first)
	for i := range list {
		s.wants[first+i].to = &list[i]
	}
	*to = list
	return true
}

// integer reads an integer of up to 18 digits, without a fraction or an exponent.
func (s *scanner) integer(to *int64) bool {
	if s.null() {
		return true
	}
	negative := s.skip('-')
	from, n := s.at, int64(0)
	for s.at < len(s.in) && s.in[s.at]-'0' <= 9 {
		n = 10*n + int64(s.in[s.at]-'0')
		if s.at++; s.at-from > 18 {
			return false
		}
	}
	if s.at == from || s.in[from] == '0' && s.at > from+1 || s.at < len(s.in) && (s.in[s.at] == '.' || s.in[s.at]|0x20 == 'e') {
		return false
	}
	if *to = n; negative {
		*to = -n
	}
	return true
}

func (s *scanner) optionalInteger(to **int64) bool {
	if s.null() {
		return true
	}
	*to = new(int64)
	return s.integer(*to)
}

func (s *scanner) bool(to *bool) bool {
	switch s.spaces() {
	case 't':
		*to = true
		return s.literal("true")
	case 'f':
		return s.literal("false")
	}
	return s.null()
}

func (s *scanner) optionalBool(to **bool) bool {
	if s.null() {
		return true
	}
	*to = new(bool)
	return s.bool(*to)
}

// value moves over a value that nobody wants.
func (s *scanner) value() bool {
	switch c := s.spaces(); c {
	case '"':
		_, _, ok := s.quoted()
		return ok
	case 't':
		return s.literal("true")
	case 'f':
		return s.literal("false")
	case 'n':
		return s.literal("null")
	case '{', '[':
		if s.depth++; s.depth > maxSkipped {
			return false
		}
		ok := c == '{' && s.members() || c == '[' && s.elements()
		s.depth--
		return ok
	default:
		return s.number()
	}
}

func (s *scanner) members() bool {
	o, ok := s.open()
	for ok {
		var more bool
		if _, more, ok = s.next(&o); !more {
			return ok
		}
		ok = s.value()
	}
	return false
}

func (s *scanner) elements() bool {
	s.at++
	for first := true; !s.skip(']'); first = false {
		if !first && !s.skip(',') || !s.value() {
			return false
		}
	}
	return true
}

// number moves over a number.
func (s *scanner) number() bool {
	s.skip('-')
	from := s.at
	if !s.digits() || s.in[from] == '0' && s.at > from+1 {
		return false
	}
	if s.at < len(s.in) && s.in[s.at] == '.' {
		if s.at++; !s.digits() {
			return false
		}
	}
	if s.at < len(s.in) && s.in[s.at]|0x20 == 'e' {
		if s.at++; s.at < len(s.in) && (s.in[s.at] == '+' || s.in[s.at] == '-') {
			s.at++
		}
		return s.digits()
	}
	return true
}

func (s *scanner) digits() bool {
	from := s.at
	for s.at < len(s.in) && s.in[s.at]-'0' <= 9 {
		s.at++
	}
	return s.at > from
}
