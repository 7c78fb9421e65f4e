package statistics

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"unicode"
)

// Repr writes a value as Python's repr does. Of the parts of the tree, whose repr
// is an address, it names the class.
func Repr(v any) string {
	var b strings.Builder
	writeRepr(&b, v)
	return b.String()
}

// str is Python's str(v).
func str(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return Repr(v)
}

func writeRepr(b *strings.Builder, v any) {
	switch v := v.(type) {
	case nil:
		b.WriteString("None")
	case bool:
		if v {
			b.WriteString("True")
		} else {
			b.WriteString("False")
		}
	case int64:
		b.WriteString(strconv.FormatInt(v, 10))
	case *big.Int:
		b.WriteString(v.String())
	case float64:
		b.WriteString(formatFloat(v))
	case string:
		writeQuoted(b, v)
	case List:
		writeItems(b, "[", v, "]")
	case Tuple:
		closing := ")"
		if len(v) == 1 {
			closing = ",)"
		}
		writeItems(b, "(", v, closing)
	case *Map:
		writeDict(b, v)
	default:
		fmt.Fprintf(b, "<%s object>", typeName(v))
	}
}

func writeItems(b *strings.Builder, open string, items []any, closing string) {
	b.WriteString(open)
	for i, item := range items {
		if i > 0 {
			b.WriteString(", ")
		}
		writeRepr(b, item)
	}
	b.WriteString(closing)
}

// writeDict writes an OrderedDict as Python up to 3.11 does: as a list of pairs.
func writeDict(b *strings.Builder, m *Map) {
	open, colon, end, closing := "{", ": ", "", "}"
	if m.Ordered {
		if len(m.Entries) == 0 {
			b.WriteString("OrderedDict()")
			return
		}
		open, colon, end, closing = "OrderedDict([", ", ", ")", "])"
	}
	b.WriteString(open)
	for i, e := range m.Entries {
		if i > 0 {
			b.WriteString(", ")
		}
		if m.Ordered {
			b.WriteByte('(')
		}
		writeRepr(b, e.Key)
		b.WriteString(colon)
		writeRepr(b, e.Value)
		b.WriteString(end)
	}
	b.WriteString(closing)
}

// writeQuoted writes a str in single quotes, or in double ones if that saves
// escapes.
func writeQuoted(b *strings.Builder, s string) {
	quote := '\''
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = '"'
	}
	b.WriteRune(quote)
	for _, r := range s {
		switch {
		case r == quote || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(b, `\u%04x`, r)
		default:
			fmt.Fprintf(b, `\U%08x`, r)
		}
	}
	b.WriteRune(quote)
}
