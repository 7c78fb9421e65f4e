package pickle_test

import (
	"errors"
	"runtime"
	"strings"
	"testing"

	"revscore/internal/pickle"
)

func parse(data string) (*pickle.File, error) { return pickle.DefaultLimits().Parse([]byte(data)) }

func TestRefuses(t *testing.T) {
	const name = "cos\nsystem\n"
	cases := []struct{ name, data, want string }{
		{"nothing", "", "opcode at byte 0: the file ends here"},
		{"no STOP", "\x80\x04N", "opcode at byte 3: the file ends here"},
		{"no pickle", "PK\x03\x04", "persistent ids"},
		{"not an opcode", "\x80\x04\xff.", "opcode 0xff at byte 2: is not known"},
		{"newer protocol", "\x80\x06N.", "PROTO at byte 0: protocol 6, at most 5"},
		{"trailing data", "N.N", "STOP at byte 1: 1 bytes follow"},
		{"two values", "NN.", "STOP at byte 2: 2 values are left"},
		{"no value", ".", "STOP at byte 0: 0 values are left"},
		{"open mark", "(N.", "a MARK is still open"},

		{"POP of nothing", "0.", "POP at byte 0: the stack is empty"},
		{"DUP of nothing", "2.", "DUP at byte 0: the stack is empty"},
		{"POP_MARK without", "N1.", "POP_MARK at byte 1: no MARK"},
		{"TUPLE without MARK", "Nt.", "TUPLE at byte 1: no MARK"},
		{"TUPLE2 below the MARK", "N(N\x86.", "TUPLE2 at byte 3: the stack is empty"},
		{"APPENDS to what is below a MARK", "]((Ne.", "APPENDS at byte 4: the stack is empty"},
		{"REDUCE below the MARK", name + "()R.", "REDUCE at byte 13: the stack is empty"},
		{"PUT of nothing", "q\x00.", "BINPUT at byte 0: the stack is empty"},
		{"GET of nothing", "h\x07.", "BINGET at byte 0: the memo has no entry 7"},
		{"GET of a word", "gx\n.", `memo index "x" is no number`},
		{"GET below zero", "g-1\n.", `memo index "-1" is no number`},

		{"long string", "X\xff\xff\xff\xffa.", "BINUNICODE at byte 0: claims 4294967295 bytes where 2 are left"},
		{"longest string", "\x8d\xff\xff\xff\xff\xff\xff\xff\xffa.", "claims 18446744073709551615 bytes"},
		{"longest bytes", "\x8e\x00\x00\x00\x00\x00\x00\x00\x80a.", "BINBYTES8 at byte 0: claims 9223372036854775808"},
		{"long int", "\x8b\xff\xff\xff\x7f\x01.", "LONG4 at byte 0: claims 2147483647 bytes"},
		{"long frame", "\x95\xff\xff\xff\xff\xff\xff\xff\x7fN.", "FRAME at byte 0: claims"},
		{"truncated length", "X\x01\x00", "BINUNICODE at byte 0: the file ends here"},
		{"truncated float", "G\x00", "BINFLOAT at byte 0: claims 8 bytes where 1"},
		{"line without end", "I12", "INT at byte 0: its line does not end"},
		{"digits", "I" + strings.Repeat("9", 5000) + "\n.", "a number of 5000 digits, at most 4300"},
		{"bytes of a number", "\x8b\x00\x08\x00\x00" + strings.Repeat("\x7f", 2048) + ".", "LONG4 at byte 0: a number of 2048 bytes, at most 1786"},
		{"no number", "I1x\n.", `"1x" is no number`},
		{"no float", "Fx\n.", `"x" is no number`},
		{"not UTF-8", "X\x01\x00\x00\x00\xff.", "not UTF-8 at byte 0 of the text"},
		{"unquoted", "Sa\n.", "not in quotes"},
		{"bad escape", "S'\\xZZ'\n.", `\x without two digits`},
		{"bad character", "V\\U00110000\n.", "without a character's 8 digits"},

		{"APPEND to a name", name + "Na.", "APPEND at byte 12: appends to the name os.system"},
		{"SETITEM of a list", "]NNs.", "SETITEM at byte 3: sets an item of a list"},
		{"SETITEMS with an odd number", "}(Nu.", "a key without a value"},
		{"ADDITEMS to a frozenset", "(\x91(N\x90.", "ADDITEMS at byte 4: adds to a frozenset"},
		{"calls a call", name + ")R)R.", "REDUCE at byte 14: calls a call of os.system, must be a name"},
		{"calls a str", "U\x01a)R.", "calls a str"},
		{"arguments in a list", name + "]R.", "arguments are a list, must be a tuple"},
		{"keyword arguments", name + ")N\x92.", "keyword arguments are None, must be a dict"},
		{"state of a list", "]}b.", "BUILD at byte 2: gives a state to a list"},
		{"two states", name + ")\x81}b}b.", "has its state already"},
		{"no state", name + ")\x81Nb.", "the state is None"},
		{"name of an int", "K\x01U\x01a\x93.", "names a global by an int and a str"},
		{"long name", "cos\n" + strings.Repeat("x", 999) + "\n.", "GLOBAL at byte 0: a name of 1001 bytes, at most 300"},
		{"no name", "c\n\n.", "GLOBAL at byte 0: a name is empty"},

		{"PERSID", "Pa\n.", "PERSID at byte 0: persistent ids are not supported"},
		{"BINPERSID", "NQ.", "BINPERSID at byte 1: persistent ids"},
		{"EXT1", "\x82\x01.", "EXT1 at byte 0: extension codes"},
		{"EXT2", "\x83\x01\x00.", "EXT2 at byte 0: extension codes"},
		{"EXT4", "\x84\x01\x00\x00\x00.", "EXT4 at byte 0: extension codes"},
		{"NEXT_BUFFER", "\x97.", "NEXT_BUFFER at byte 0: out-of-band buffers"},
		{"READONLY_BUFFER", "N\x98.", "READONLY_BUFFER at byte 1: out-of-band buffers"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := parse(c.data)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

func TestErrorTellsItsPlace(t *testing.T) {
	_, err := parse("N]\x84")
	var e *pickle.Error
	if !errors.As(err, &e) || e.Op != "EXT4" || e.Offset != 2 {
		t.Errorf("got %#v, want EXT4 at 2", e)
	}
}

func TestLimits(t *testing.T) {
	cases := []struct {
		name   string
		limits pickle.Limits
		data   string
		want   string
	}{
		{"input", pickle.Limits{Input: 2, Values: 9, Memo: 9, Depth: 9}, "]N.", "more than 2 bytes"},
		{"values", pickle.Limits{Input: 99, Values: 2, Memo: 9, Depth: 9}, "(NNNt.", "NONE at byte 3: more than 2 values"},
		{"memo", pickle.Limits{Input: 99, Values: 9, Memo: 1, Depth: 9}, "]q\x00q\x01.", "BINPUT at byte 3: more than 1 memo entries"},
		{"sparse memo", pickle.Limits{Input: 99, Values: 9, Memo: 1, Depth: 9}, "]q\x05q\x09.", "more than 1 memo entries"},
		{"depth", pickle.Limits{Input: 99, Values: 9, Memo: 9, Depth: 2}, "]]]aa.", "nest more than 2 deep"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := c.limits.Load(strings.NewReader(c.data))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
	fits := pickle.Limits{Input: 4, Values: 2, Memo: 1, Depth: 1}
	if _, err := fits.Load(strings.NewReader("]Na.")); err != nil {
		t.Errorf("what just fits: %v", err)
	}
}

// A byte of bzip2 becomes a million of DUP, MARK or BINGET: 222 bytes took 14.6 GB.
func TestRepeatsAreBounded(t *testing.T) {
	const n = 1 << 20
	limits := pickle.Limits{Input: n * 4, Values: 1000, Memo: 9, Depth: 9}
	for name, data := range map[string]string{
		"DUP":     "N" + strings.Repeat("2", n),
		"MARK":    strings.Repeat("(", n),
		"BINGET":  "Nq\x00" + strings.Repeat("h\x00", n),
		"GET":     "Nq\x00" + strings.Repeat("g0\n", n),
		"in turn": "Nq\x00" + strings.Repeat("(h\x002", n/2),
	} {
		t.Run(name, func(t *testing.T) {
			input := []byte(data)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := limits.Parse(input)
			runtime.ReadMemStats(&after)
			if err == nil || !strings.Contains(err.Error(), "more than 4000 marks and repeated values") {
				t.Errorf("got %v", err)
			}
			if asked := after.TotalAlloc - before.TotalAlloc; asked > 1<<20 {
				t.Errorf("%d bytes asked for", asked)
			}
		})
	}
}

// bombs are what one byte buys the most memory or time with.
func bombs() map[string]string {
	const n = 1 << 18
	class := "cos\nsystem\nq\x00"
	text := "X\x00\x00\x01\x00" + strings.Repeat("\x7f", 1<<16) + "q\x01U\x06latin1q\x02"
	return map[string]string{
		"MARK":        strings.Repeat("(", n),
		"NONE":        strings.Repeat("N", n),
		"DUP":         "N" + strings.Repeat("2", n),
		"lists":       strings.Repeat("]", n),
		"dicts":       strings.Repeat("}", n),
		"nested list": strings.Repeat("]", n/2) + strings.Repeat("a", n/2-1) + ".",
		"tuples":      "(" + strings.Repeat(")\x85", n/2) + "t.",
		"deep tuple":  ")" + strings.Repeat("\x85", n) + ".",
		"deep marks":  strings.Repeat("(", n/2) + strings.Repeat("l", n/2) + ".",
		"objects":     "(" + class + strings.Repeat("h\x00)\x81", n/4) + "t.",
		"calls":       "(" + class + strings.Repeat("h\x00)R", n/4) + "t.",
		"MEMOIZE":     "N" + strings.Repeat("\x94", n),
		"sparse memo": "N" + sparse(n/5),
		"names":       strings.Repeat("ca\nb\n", n/5),
		"encode":      "(c_codecs\nencode\nq\x00" + text + strings.Repeat("h\x00h\x01h\x02\x86R", n/8) + "t.",
		"sets":        "(c__builtin__\nset\nq\x00](" + strings.Repeat("N", n/2) + "eq\x01" + strings.Repeat("h\x00h\x01\x85R", n/12) + "t.",
		"one tuple":   "(" + class + "(" + strings.Repeat("N", n/2) + "tq\x01" + strings.Repeat("h\x00h\x01R", n/10) + "t.",
		"one state":   "(" + class + "}(" + strings.Repeat("U\x01aN", n/8) + "uq\x01" + strings.Repeat("h\x00)\x81h\x01b", n/14) + "t.",
		"wide shared": "(](" + strings.Repeat("]", n/2) + "eq\x01" + strings.Repeat("h\x01\x85", n/6) + "t.",
	}
}

// sparse are n LONG_BINPUTs of different indexes that are far apart.
func sparse(n int) string {
	var s strings.Builder
	for i := range n {
		s.Write([]byte{'r', byte(i), byte(i >> 8), byte(i >> 16), 0x80})
	}
	return s.String()
}

// TestBombsStaySmall counts all memory that was ever asked for, which is more than what
// was held at a time: growing a slice step by step asks for some five times its size.
func TestBombsStaySmall(t *testing.T) {
	for name, data := range bombs() {
		t.Run(name, func(t *testing.T) {
			input := []byte(data)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			f, err := pickle.DefaultLimits().Parse(input)
			runtime.ReadMemStats(&after)
			per := float64(after.TotalAlloc-before.TotalAlloc) / float64(len(input))
			t.Logf("%.0f bytes asked for by each of the input, error %v", per, err)
			if per > 300 {
				t.Errorf("%.0f bytes asked for by each of the input's %d", per, len(input))
			}
			runtime.KeepAlive(f)
		})
	}
}

// TestSharedDepths: twice as many paths with every step, but only one value more.
func TestSharedDepths(t *testing.T) {
	var s strings.Builder
	s.WriteString(")")
	for range 1000 {
		s.WriteString("2\x86")
	}
	s.WriteString(".")
	f, err := parse(s.String())
	if err != nil {
		t.Fatal(err)
	}
	if want := (pickle.Shape{Containers: 1000, Depth: 1001}); f.Shape != want {
		t.Errorf("shape %+v, want %+v", f.Shape, want)
	}
}

func TestGlobalsAreAll(t *testing.T) {
	f, err := parse("cos\nsystem\n0\x80\x04\x8c\x02os\x8c\x05popen\x930(ios\nfork\n0c__builtin__\nlen\ncos\nsystem\n0.")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, g := range f.Globals {
		names = append(names, g.String())
	}
	if got, want := strings.Join(names, " "), "os.system os.popen os.fork __builtin__.len"; got != want {
		t.Errorf("names %s, want %s", got, want)
	}
}
