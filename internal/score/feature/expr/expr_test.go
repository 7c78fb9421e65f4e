package expr

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
)

// bare returns a copy of the tree without places.
func bare(n *Node) *Node {
	c := *n
	c.Pos, c.Args = 0, nil
	for _, arg := range n.Args {
		c.Args = append(c.Args, bare(arg))
	}
	return &c
}

func equal(a, b *Node) bool { return reflect.DeepEqual(bare(a), bare(b)) }

func parse(tb testing.TB, src string) *Node {
	tb.Helper()
	n, err := Parse(src)
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

func TestParse(t *testing.T) {
	a, b, c := NewName("a"), NewName("b"), NewName("c")
	for _, test := range []struct {
		src   string
		want  *Node
		print string // "" if it is src
	}{
		{"revision.parent.text", NewName("revision.parent.text"), ""},
		{"_a1.b_2", NewName("_a1.b_2"), ""},
		{"not.x", NewName("not.x"), ""},
		{"@english.badwords", NewAsset("english.badwords"), ""},
		{"12", NewInt(12), ""},
		{"-12", NewInt(-12), ""},
		{"007", NewInt(7), "7"},
		{"-9223372036854775808", NewInt(math.MinInt64), ""},
		{"1.0", NewFloat(1), ""},
		{"1e3", NewFloat(1000), "1000.0"},
		{"1E+300", NewFloat(1e300), "1e+300"},
		{"-2.5e-7", NewFloat(-2.5e-7), "-2.5e-07"},
		{"-0.0", NewFloat(math.Copysign(0, -1)), ""},
		{"true", NewBool(true), ""},
		{"false", NewBool(false), ""},
		{`"a\"b\\s\u0041é<\/>"`, NewString(`a"b\sAé</>`), `"a\"b\\sAé</>"`},
		{`"\ud83d\ude00"`, NewString("😀"), `"😀"`},
		{`[]`, NewList(), ""},
		{`[10, 9, 10, -1]`, NewList(NewInt(-1), NewInt(9), NewInt(10)), "[-1, 9, 10]"},
		{`["b","a" , "B"]`, NewList(NewString("B"), NewString("a"), NewString("b")), `["B", "a", "b"]`},
		{`["1", 2.5, 2, true, 2]`, NewList(NewInt(2), NewFloat(2.5), NewBool(true), NewString("1")), `[2, 2.5, true, "1"]`},
		{"f()", NewCall("f"), ""},
		{"f ( a ,b )", NewCall("f", a, b), "f(a, b)"},
		{"a + b + c", NewBinary("+", NewBinary("+", a, b), c), ""},
		{"a - (b - c)", NewBinary("-", a, NewBinary("-", b, c)), ""},
		{"(a - b) - c", NewBinary("-", NewBinary("-", a, b), c), "a - b - c"},
		{"a + b * c", NewBinary("+", a, NewBinary("*", b, c)), ""},
		{"(a + b) / c", NewBinary("/", NewBinary("+", a, b), c), ""},
		{"a/(b/c)*a", NewBinary("*", NewBinary("/", a, NewBinary("/", b, c)), a), "a / (b / c) * a"},
		{"a -1", NewBinary("-", a, NewInt(1)), "a - 1"},
		{"a--1", NewBinary("-", a, NewInt(-1)), "a - -1"},
		{"a<b", NewBinary("<", a, b), "a < b"},
		{"a <= b + 1", NewBinary("<=", a, NewBinary("+", b, NewInt(1))), ""},
		{"(a < b) == (b != c)", NewBinary("==", NewBinary("<", a, b), NewBinary("!=", b, c)), ""},
		{"a >= b and not b > c or c == a", NewBinary("or", NewBinary("and", NewBinary(">=", a, b), NewNot(NewBinary(">", b, c))), NewBinary("==", c, a)), ""},
		{"a and (b and c)", NewBinary("and", a, NewBinary("and", b, c)), ""},
		{"not not a", NewNot(NewNot(a)), ""},
		{"not(a or b)", NewNot(NewBinary("or", a, b)), "not (a or b)"},
		{"(not a) + 1", NewBinary("+", NewNot(a), NewInt(1)), ""},
		{"((((a))))", a, "a"},
		{"\tlog(\r\nfloat(len(a)) + 1)", NewCall("log", NewBinary("+", NewCall("float", NewCall("len", a)), NewInt(1))), "log(float(len(a)) + 1)"},
	} {
		got := parse(t, test.src)
		if !equal(got, test.want) {
			t.Errorf("%s parses to %s, want %s", test.src, got, test.want)
		}
		want := test.print
		if want == "" {
			want = test.src
		}
		if got.String() != want {
			t.Errorf("%s prints as %s, want %s", test.src, got, want)
		}
	}
}

func TestSyntaxErrors(t *testing.T) {
	for _, test := range []struct {
		src    string
		offset int
		reason string
	}{
		{"", 0, "want an expression, have the end"},
		{"a b", 2, "want an operator or the end, have 'b'"},
		{"a +", 3, "want an expression, have the end"},
		{"a < b < c", 6, "want an operator or the end, have '<'"},
		{"a + not b", 4, "want an expression, have 'n'"},
		{"and(a)", 0, "want an expression, have 'a'"},
		{"a or.b", 2, "want an operator or the end, have 'o'"},
		{"a = b", 2, "want an operator or the end, have '='"},
		{"a.b(c)", 3, "want an operator or the end, have '('"},
		{"a.", 2, "want a name, have the end"},
		{"@1", 1, "want a name, have '1'"},
		{"-a", 1, "want a digit, have 'a'"},
		{"1.", 2, "want a digit, have the end"},
		{"1e+", 3, "want a digit, have the end"},
		{"1and 2", 1, "want the end of a number, have 'a'"},
		{"1.2.3", 3, "want the end of a number, have '.'"},
		{"9223372036854775808", 0, "integer 9223372036854775808 does not fit 64 bits"},
		{"1e999", 0, "number 1e999 is too large"},
		{"(a", 2, `want ")", have the end`},
		{"f(a,)", 4, "want an expression, have ')'"},
		{"f(a", 3, `want ")", have the end`},
		{"[a]", 1, "want a number or a string, have 'a'"},
		{"[1 2]", 3, `want "]", have '2'`},
		{"é", 0, "want an expression, have 'é'"},
		{`"a`, 0, "the string is not closed"},
		{`"a\"`, 0, "the string is not closed"},
		{`"\x"`, 0, "the string is not JSON: invalid character 'x' in string escape code"},
		{`1 + "\ud800"`, 4, "an escape in the string is no character"},
		{"\"\uFFFD\xff\"", 4, "it is not valid UTF-8"},
		{strings.Repeat("(", 101) + "a", 100, "it is nested more than 100 deep"},
		{"a" + strings.Repeat("+a", 100), 0, "it is nested more than 100 deep"},
		{strings.Repeat("not ", 100) + "a", 400, "it is nested more than 100 deep"},
		{strings.Repeat(" ", MaxSource) + "a", MaxSource, "it is longer than 65536 bytes"},
		{"f(a" + strings.Repeat(",a", 30000) + ")", 0, "its printed form is longer than 65536 bytes"},
	} {
		_, err := Parse(test.src)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%.50s: error is %v", test.src, err)
			continue
		}
		if syntax.Offset != test.offset || syntax.Reason != test.reason || syntax.Source != test.src {
			t.Errorf("%.50s: offset %d: %s, want %d: %s", test.src, syntax.Offset, syntax.Reason, test.offset, test.reason)
		}
	}
	if _, err := Parse("a b"); err.Error() != `expression "a b", offset 2: want an operator or the end, have 'b'` {
		t.Errorf("message is %q", err)
	}
}

func TestPlaces(t *testing.T) {
	n := parse(t, ` f( (a) +"s", not [ 2, 1])`)
	sum, not := n.Args[0], n.Args[1]
	for what, pair := range map[string][2]int{
		"call":     {n.Pos, 1},
		"name":     {sum.Args[0].Pos, 5},
		"operator": {sum.Pos, 8},
		"string":   {sum.Args[1].Pos, 9},
		"not":      {not.Pos, 14},
		"list":     {not.Args[0].Pos, 18},
		"constant": {not.Args[0].Args[0].Pos, 23}, // 1 comes first
	} {
		if pair[0] != pair[1] {
			t.Errorf("place of the %s is %d, want %d", what, pair[0], pair[1])
		}
	}
}

// The deepest trees that are allowed print to sources that are allowed, whatever
// brackets they need.
func TestDeepestTreesPrintAndParse(t *testing.T) {
	wraps := map[string]func(*Node) *Node{
		"call":     func(n *Node) *Node { return NewCall("f", n) },
		"not":      NewNot,
		"right":    func(n *Node) *Node { return NewBinary("-", NewName("a"), n) },
		"left":     func(n *Node) *Node { return NewBinary("-", n, NewName("a")) },
		"compare":  func(n *Node) *Node { return NewBinary("<", n, NewName("a")) },
		"bracket":  func(n *Node) *Node { return NewBinary("+", NewName("a"), NewNot(n)) },
		"argument": func(n *Node) *Node { return NewCall("f", NewBinary("*", NewName("a"), NewBinary("or", n, n.Args[0]))) },
	}
	for name, wrap := range wraps {
		n := NewNot(NewName("a"))
		for next := wrap(n); deeper(next, MaxDepth) == nil && len(next.String()) <= MaxSource; next = wrap(n) {
			n = next
		}
		if got := parse(t, n.String()); !equal(got, n) {
			t.Errorf("%s: %s parses to %s", name, n, got)
		}
	}
}

func FuzzPrintParse(f *testing.F) {
	for _, src := range []string{
		"log(float(len(revision.parent.text)) + 1)",
		`sum(values(prop_delta(table(of_types(tokens(revision.parent.text), ["number"])), @x.y)))`,
		`not a <= -1.5e3 * (b - (c - 2)) or contains([118, 0], d) and not (e or true)`,
		`matching(s, "(?i)\u0041\n\"é")`, "[2, 1.5, \"b\", true]", "((a)", "1and2", "a < b < c", "\"\\ud800\"", "\xff", "not not(not a) == b",
	} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		n, err := Parse(src)
		if err != nil {
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || syntax.Offset < 0 || syntax.Offset > len(src) {
				t.Fatalf("%q: error %v", src, err)
			}
			return
		}
		printed := n.String()
		again, err := Parse(printed)
		if err != nil {
			t.Fatalf("%q prints as %q: %v", src, printed, err)
		}
		if !equal(again, n) || again.String() != printed {
			t.Fatalf("%q prints as %q, which prints as %q", src, printed, again)
		}
	})
}

// FuzzTrees builds a tree from bytes, so that trees which no source of the other
// law hits on are printed too.
func FuzzTrees(f *testing.F) {
	f.Add([]byte{6, 0, 7, 9, 1, 2, 8, 3, 4, 5})
	f.Add([]byte{7, 6, 7, 7, 0, 1, 7, 2, 0, 3, 6, 8, 2, 0, 1})
	f.Add([]byte("any text is a tree as well"))
	operators := []string{"or", "and", "<", "<=", ">", ">=", "==", "!=", "+", "-", "*", "/"}
	f.Fuzz(func(t *testing.T, data []byte) {
		next := func() int {
			if len(data) == 0 {
				return 0
			}
			b := data[0]
			data = data[1:]
			return int(b)
		}
		var build func(depth int) *Node
		build = func(depth int) *Node {
			kind := next() % 9
			if depth == 0 {
				kind %= 6
			}
			switch kind {
			case 0:
				return NewName("a.b")
			case 1:
				return NewInt(int64(next() - 128))
			case 2:
				return NewFloat(float64(next()-128) / 4)
			case 3:
				return NewString(string(rune(next())))
			case 4:
				return NewList(NewInt(int64(next())), NewString(string(rune(next()))), NewInt(int64(next())), NewBool(next() > 9))
			case 5:
				return NewAsset("a.b")
			case 6:
				return NewNot(build(depth - 1))
			case 7:
				return NewBinary(operators[next()%len(operators)], build(depth-1), build(depth-1))
			}
			var args []*Node
			for range next() % 4 {
				args = append(args, build(depth-1))
			}
			return NewCall("f", args...)
		}
		n := build(8)
		got, err := Parse(n.String())
		if err != nil {
			t.Fatal(err)
		}
		if !equal(got, n) {
			t.Fatalf("%q parses to %q", n, got)
		}
	})
}
