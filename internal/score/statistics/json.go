package statistics

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf16"
)

// jsonWriter writes values as Python's json.dumps does: ASCII alone, NaN and
// Infinity as bare words.
type jsonWriter struct {
	out    []byte
	indent string // of a level; none writes all on one line
	level  int
}

func (w *jsonWriter) value(v any) error {
	switch v := v.(type) {
	case nil:
		w.word("null")
	case bool:
		w.out = strconv.AppendBool(w.out, v)
	case int64:
		w.out = strconv.AppendInt(w.out, v, 10)
	case *big.Int:
		w.out = v.Append(w.out, 10)
	case float64:
		w.word(jsonFloat(v))
	case string:
		w.quoted(v)
	case List:
		return w.list(v)
	case Tuple:
		return w.list(v)
	case *Map:
		return w.dict(v)
	default:
		return raise(TypeError, "Object of type %s is not JSON serializable", typeName(v))
	}
	return nil
}

func (w *jsonWriter) word(s string) { w.out = append(w.out, s...) }

func jsonFloat(x float64) string {
	switch {
	case math.IsNaN(x):
		return "NaN"
	case math.IsInf(x, 1):
		return "Infinity"
	case math.IsInf(x, -1):
		return "-Infinity"
	}
	return formatFloat(x)
}

func (w *jsonWriter) list(items []any) error {
	if len(items) == 0 {
		w.word("[]")
		return nil
	}
	w.open('[')
	for i, item := range items {
		if i > 0 {
			w.comma()
		}
		if err := w.value(item); err != nil {
			return err
		}
	}
	w.close(']')
	return nil
}

func (w *jsonWriter) dict(m *Map) error {
	if len(m.Entries) == 0 {
		w.word("{}")
		return nil
	}
	w.open('{')
	for i, e := range m.Entries {
		if i > 0 {
			w.comma()
		}
		key, err := jsonKey(e.Key)
		if err != nil {
			return err
		}
		w.quoted(key)
		w.word(": ")
		if err := w.value(e.Value); err != nil {
			return err
		}
	}
	w.close('}')
	return nil
}

// jsonKey is how json.dumps names a key that is no str.
func jsonKey(key any) (string, error) {
	switch k := key.(type) {
	case string:
		return k, nil
	case float64:
		return jsonFloat(k), nil
	case nil, bool, int64, *big.Int:
		var w jsonWriter
		err := w.value(k)
		return string(w.out), err
	}
	return "", raise(TypeError, "keys must be str, int, float, bool or None, not %s", typeName(key))
}

func (w *jsonWriter) open(c byte) {
	w.out = append(w.out, c)
	w.level++
	w.newline()
}

func (w *jsonWriter) close(c byte) {
	w.level--
	w.newline()
	w.out = append(w.out, c)
}

func (w *jsonWriter) comma() {
	w.out = append(w.out, ',')
	if w.indent == "" {
		w.out = append(w.out, ' ')
	}
	w.newline()
}

func (w *jsonWriter) newline() {
	if w.indent != "" {
		w.out = append(w.out, '\n')
		w.word(strings.Repeat(w.indent, w.level))
	}
}

func (w *jsonWriter) quoted(s string) {
	w.out = append(w.out, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			w.out = append(w.out, '\\', byte(r))
		case r >= 0x20 && r <= 0x7e:
			w.out = append(w.out, byte(r))
		case r == '\n':
			w.word(`\n`)
		case r == '\r':
			w.word(`\r`)
		case r == '\t':
			w.word(`\t`)
		case r == '\b':
			w.word(`\b`)
		case r == '\f':
			w.word(`\f`)
		case r >= 0x10000:
			high, low := utf16.EncodeRune(r)
			w.escape(high)
			w.escape(low)
		default:
			w.escape(r)
		}
	}
	w.out = append(w.out, '"')
}

func (w *jsonWriter) escape(r rune) {
	const hex = "0123456789abcdef"
	w.out = append(w.out, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}
