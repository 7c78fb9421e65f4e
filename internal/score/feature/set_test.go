package feature

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestParseSet(t *testing.T) {
	for _, test := range []struct {
		text string
		want []string
	}{
		{"{'a'}", []string{"a"}},
		{"{'sysop', 'bot'}", []string{"sysop", "bot"}},
		{" {\t\"a\" ,\n'b',}\r ", []string{"a", "b"}},
		{"{''}", []string{""}},
		{"{'a', 'a'}", []string{"a", "a"}},
		{"set()", nil},
		{`{"it's", 'say "x"', 'a, b}', '{'}`, []string{"it's", `say "x"`, "a, b}", "{"}},
		{`{'\\', '\'', "\"", '\n\r\t\x41\u00e9\U0001f600'}`, []string{`\`, "'", `"`, "\n\r\tAé😀"}},
		{"{'中', '\u200f'}", []string{"中", "\u200f"}},
	} {
		got, err := parseSetArgument("f("+test.text+")", 2)
		if err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%q is %q, error %v; want %q", test.text, got, err, test.want)
		}
	}
}

func TestParseSetErrors(t *testing.T) {
	for _, test := range []struct {
		text   string
		offset int
		reason string
	}{
		{"", 0, "want a set, have the end of the name"},
		{")", 0, "want a set, have ')'"},
		{"['a'])", 0, "want a set, have '['"},
		{"'a')", 0, "want a set, have '\\''"},
		{"frozenset())", 0, "want a set, have 'f'"},
		{"{})", 1, "want a string, have '}'"},
		{"{,})", 1, "want a string, have ','"},
		{"{'a',,})", 5, "want a string, have ','"},
		{"{1})", 1, "want a string, have '1'"},
		{"{u'a'})", 1, "want a string, have 'u'"},
		{"{'a' 'b'})", 5, "want ',' or '}', have '\\''"},
		{"{'a': 1})", 4, "want ',' or '}', have ':'"},
		{"{'a'", 4, "want ',' or '}', have the end of the name"},
		{"{'a',", 5, "want a string, have the end of the name"},
		{"{'a", 3, "want the end of the string, have the end of the name"},
		{"{'a\n'})", 3, "want the end of the string, have '\\n'"},
		{"{'a'}", 5, "want ')', have the end of the name"},
		{"{'a'}}", 5, "want ')', have '}'"},
		{"{'a'}) ", 6, "want the end of the name, have ' '"},
		{"{'\\q'})", 2, "unknown escape \\q"},
		{"{'\\", 2, "want an escape, have the end of the name"},
		{"{'\\x4'})", 2, "want 2 digits behind \\x"},
		{"{'\\u12", 2, "want 4 digits behind \\u"},
		{"{'\\ud800'})", 2, "0xd800 is no character"},
		{"{'\\Uffffffff'})", 2, "0xffffffff is no character"},
		{"{é})", 1, "want a string, have 'é'"},
	} {
		got, err := parseSetArgument("f("+test.text, 2)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || syntax.Offset != 2+test.offset || syntax.Reason != test.reason {
			t.Errorf("%q is %q, error %v; want offset %d: %s", test.text, got, err, 2+test.offset, test.reason)
		}
	}
}

// repr writes a set as Python does, with all escapes that repr() uses.
func repr(members []string) string {
	if len(members) == 0 {
		return "set()"
	}
	quoted := make([]string, len(members))
	for i, member := range members {
		var b strings.Builder
		quote := '\''
		if strings.Contains(member, "'") && !strings.Contains(member, `"`) {
			quote = '"'
		}
		for _, r := range member {
			switch {
			case r == quote || r == '\\':
				fmt.Fprintf(&b, "\\%c", r)
			case unicode.IsPrint(r):
				b.WriteRune(r)
			case r < 0x100:
				fmt.Fprintf(&b, "\\x%02x", r)
			case r < 0x10000:
				fmt.Fprintf(&b, "\\u%04x", r)
			default:
				fmt.Fprintf(&b, "\\U%08x", r)
			}
		}
		quoted[i] = string(quote) + b.String() + string(quote)
	}
	return "{" + strings.Join(quoted, ", ") + "}"
}

// FuzzSet: what was read prints to a text that reads the same, and a fault has
// its place in the name.
func FuzzSet(f *testing.F) {
	for _, text := range []string{"{'a'}", "{\"a\", 'b',}", "set()", `{'\\\x41\u00e9\U0001f600'}`, "{'a' 'b'}", "{'\\ud800'}", "{'\\", "{'\xff'}"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		name := "f(" + text + ")"
		members, err := parseSetArgument(name, 2)
		if err != nil {
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || syntax.Offset < 2 || syntax.Offset > len(name) {
				t.Fatalf("%q: error %v", text, err)
			}
			return
		}
		if !utf8.ValidString(text) {
			return // repr has no such strings
		}
		again, err := parseSetArgument("f("+repr(members)+")", 2)
		if err != nil || !slices.Equal(members, again) {
			t.Fatalf("%q is %q, printed and read %q, error %v", text, members, again, err)
		}
	})
}
