package pickle

import (
	"errors"
	"fmt"
)

type opcode struct {
	name string
	run  func(*machine) error
}

// opcodes are those of Python's Lib/pickletools.py, by its names.
var opcodes = [256]opcode{
	0x80: {"PROTO", (*machine).proto},
	0x95: {"FRAME", (*machine).frame},
	'.':  {"STOP", (*machine).stop},

	'(': {"MARK", (*machine).mark},
	'0': {"POP", (*machine).discard},
	'1': {"POP_MARK", (*machine).discardMark},
	'2': {"DUP", (*machine).dup},

	'p':  {"PUT", (*machine).put},
	'q':  {"BINPUT", (*machine).binPut},
	'r':  {"LONG_BINPUT", (*machine).longPut},
	0x94: {"MEMOIZE", (*machine).memorise},
	'g':  {"GET", (*machine).get},
	'h':  {"BINGET", (*machine).binGet},
	'j':  {"LONG_BINGET", (*machine).longGet},

	'N':  {"NONE", func(m *machine) error { return m.push(nil) }},
	0x88: {"NEWTRUE", func(m *machine) error { return m.push(true) }},
	0x89: {"NEWFALSE", func(m *machine) error { return m.push(false) }},
	'I':  {"INT", (*machine).intLine},
	'L':  {"LONG", (*machine).longLine},
	'J':  {"BININT", (*machine).binInt},
	'K':  {"BININT1", func(m *machine) error { return withUint(m, 1, m.small) }},
	'M':  {"BININT2", func(m *machine) error { return withUint(m, 2, m.small) }},
	0x8a: {"LONG1", func(m *machine) error { return m.sized(1, m.long) }},
	0x8b: {"LONG4", func(m *machine) error { return m.sized(4, m.long) }},
	'F':  {"FLOAT", (*machine).floatLine},
	'G':  {"BINFLOAT", (*machine).binFloat},

	'S':  {"STRING", (*machine).stringLine},
	'T':  {"BINSTRING", func(m *machine) error { return m.sized(4, m.python2) }},
	'U':  {"SHORT_BINSTRING", func(m *machine) error { return m.sized(1, m.python2) }},
	'V':  {"UNICODE", (*machine).unicodeLine},
	0x8c: {"SHORT_BINUNICODE", func(m *machine) error { return m.sized(1, m.text) }},
	'X':  {"BINUNICODE", func(m *machine) error { return m.sized(4, m.text) }},
	0x8d: {"BINUNICODE8", func(m *machine) error { return m.sized(8, m.text) }},
	'C':  {"SHORT_BINBYTES", func(m *machine) error { return m.sized(1, m.bytes) }},
	'B':  {"BINBYTES", func(m *machine) error { return m.sized(4, m.bytes) }},
	0x8e: {"BINBYTES8", func(m *machine) error { return m.sized(8, m.bytes) }},
	0x96: {"BYTEARRAY8", func(m *machine) error { return m.sized(8, m.bytes) }},

	')':  {"EMPTY_TUPLE", func(m *machine) error { return m.push(&Tuple{}) }},
	0x85: {"TUPLE1", func(m *machine) error { return m.shortTuple(1) }},
	0x86: {"TUPLE2", func(m *machine) error { return m.shortTuple(2) }},
	0x87: {"TUPLE3", func(m *machine) error { return m.shortTuple(3) }},
	't':  {"TUPLE", (*machine).tuple},
	']':  {"EMPTY_LIST", func(m *machine) error { return m.push(&List{}) }},
	'l':  {"LIST", (*machine).list},
	'a':  {"APPEND", (*machine).appendOne},
	'e':  {"APPENDS", (*machine).appendMany},
	'}':  {"EMPTY_DICT", func(m *machine) error { return m.push(&Dict{}) }},
	'd':  {"DICT", (*machine).dict},
	's':  {"SETITEM", (*machine).setOne},
	'u':  {"SETITEMS", (*machine).setMany},
	0x8f: {"EMPTY_SET", func(m *machine) error { return m.push(&Set{}) }},
	0x90: {"ADDITEMS", (*machine).addItems},
	0x91: {"FROZENSET", (*machine).frozenSet},

	'c':  {"GLOBAL", (*machine).global},
	0x93: {"STACK_GLOBAL", (*machine).stackGlobal},
	'R':  {"REDUCE", (*machine).reduce},
	0x81: {"NEWOBJ", (*machine).newObj},
	0x92: {"NEWOBJ_EX", (*machine).newObjEx},
	'o':  {"OBJ", (*machine).obj},
	'i':  {"INST", (*machine).inst},
	'b':  {"BUILD", (*machine).build},

	'P':  {"PERSID", outside("persistent ids")},
	'Q':  {"BINPERSID", outside("persistent ids")},
	0x82: {"EXT1", outside("extension codes")},
	0x83: {"EXT2", outside("extension codes")},
	0x84: {"EXT4", outside("extension codes")},
	0x97: {"NEXT_BUFFER", outside("out-of-band buffers")},
	0x98: {"READONLY_BUFFER", outside("out-of-band buffers")},
}

// outside refuses what refers to something that is not in the file.
func outside(what string) func(*machine) error {
	return func(*machine) error { return errors.New(what + " are not supported: they are not in the file") }
}

func (m *machine) proto() error {
	version, err := m.in.byte()
	if err != nil {
		return err
	}
	if version > 5 {
		return fmt.Errorf("protocol %d, at most 5", version)
	}
	m.protocol = int(version)
	return nil
}

// frame tells how far a reader may read ahead. The input is in memory already.
func (m *machine) frame() error {
	size, err := m.in.uint(8)
	if err != nil {
		return err
	}
	if size > uint64(m.in.left()) {
		return claims(size, m.in.left())
	}
	return nil
}

func (m *machine) mark() error {
	if err := m.slot(); err != nil {
		return err
	}
	m.marks = append(m.marks, len(m.stack))
	return nil
}

// discard is POP, which removes a MARK where one is last.
func (m *machine) discard() error {
	if n := len(m.marks); n > 0 && m.marks[n-1] == len(m.stack) {
		m.marks = m.marks[:n-1]
		return nil
	}
	_, err := m.pop()
	return err
}

func (m *machine) discardMark() error {
	if len(m.marks) == 0 {
		return errNoMark
	}
	m.drop(len(m.stack) - m.fence())
	m.marks = m.marks[:len(m.marks)-1]
	return nil
}

func (m *machine) dup() error {
	last, err := m.top(1)
	if err != nil {
		return err
	}
	return m.repeat(last[0])
}

// sized reads a length of n bytes and hands that many bytes on.
func (m *machine) sized(n int, do func([]byte) error) error {
	b, err := m.in.sized(n)
	if err != nil {
		return err
	}
	return do(b)
}
