package wikibase

import (
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// value is what an item has in a place where mwbase takes anything: usually a
// string. The zero value is null.
type value struct {
	kind kind
	text string // of a string, what it stands for; of the others, their JSON; of a decimal, str() of it
}

func (n node) value() value {
	if n.kind() == kindString {
		return value{kindString, n.text()}
	}
	return value{n.kind(), n.json()}
}

// orNull returns the field of an object, null if there is none: .get(name).
func (n node) orNull(name string) value {
	if found, ok := n.get(name); ok {
		return found.value()
	}
	return value{}
}

func (v value) is(s string) bool { return v.kind == kindString && v.text == s }

// inside returns the node of an array or object, whose JSON was checked before.
func (v value) inside() node {
	d, err := decode(v.text)
	if err != nil {
		panic("wikibase: JSON that was read before: " + err.Error())
	}
	return d.root()
}

func toFloat(text string) float64 {
	f, _ := strconv.ParseFloat(text, 64) // too large a number is infinite there and in Python
	return f
}

// appendFloat is repr(float), the shortest digits that read back as the number;
// special are the names of what is no finite number.
func appendFloat(dst []byte, f float64, inf, nan string) []byte {
	size := math.Abs(f)
	switch {
	case math.IsNaN(f):
		return append(dst, nan...)
	case math.IsInf(f, 1):
		return append(dst, inf...)
	case math.IsInf(f, -1):
		return append(append(dst, '-'), inf...)
	case size != 0 && (size < 1e-4 || size >= 1e16):
		return strconv.AppendFloat(dst, f, 'e', -1, 64)
	}
	first := len(dst)
	dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
	if !slices.Contains(dst[first:], '.') {
		dst = append(dst, ".0"...)
	}
	return dst
}

func appendInt(dst []byte, text string) []byte {
	if text == "-0" {
		text = "0"
	}
	return append(dst, text...)
}

// str appends str(v).
func (v value) str(dst []byte) []byte {
	if v.kind == kindString {
		return append(dst, v.text...)
	}
	return v.repr(dst)
}

// repr appends repr(v).
func (v value) repr(dst []byte) []byte {
	switch v.kind {
	case kindNull:
		return append(dst, "None"...)
	case kindFalse:
		return append(dst, "False"...)
	case kindTrue:
		return append(dst, "True"...)
	case kindInt:
		return appendInt(dst, v.text)
	case kindFloat:
		return appendFloat(dst, toFloat(v.text), "inf", "nan")
	case kindString:
		return appendQuoted(dst, v.text)
	case kindDecimal:
		return append(dst, v.text...) // str(), which alone is asked of decimals
	}
	return v.inside().repr(dst)
}

func (n node) repr(dst []byte) []byte {
	return n.write(dst, "", func(dst []byte, v value) []byte { return v.repr(dst) })
}

// json appends json.dumps(v).
func (v value) json(dst []byte) []byte {
	switch v.kind {
	case kindNull:
		return append(dst, "null"...)
	case kindFalse:
		return append(dst, "false"...)
	case kindTrue:
		return append(dst, "true"...)
	case kindInt:
		return appendInt(dst, v.text)
	case kindFloat:
		return appendFloat(dst, toFloat(v.text), "Infinity", "NaN")
	case kindString, kindDecimal: // mwbase/functions.py, DecimalEncoder
		return appendJSONString(dst, v.text)
	}
	return v.inside().dump(dst)
}

func (n node) dump(dst []byte) []byte {
	return n.write(dst, "", func(dst []byte, v value) []byte { return v.json(dst) })
}

// key appends what equal values have in common, and no others: those that are ==
// in Python, where 1, 1.0 and True are one. NaN equals itself, as a part of an
// array or object does in Python, where all that the json module reads are one
// object.
func (v value) key(dst []byte) []byte {
	switch v.kind {
	case kindNull:
		return append(dst, 'z')
	case kindFalse:
		return append(dst, "n0;"...)
	case kindTrue:
		return append(dst, "n1;"...)
	case kindInt:
		return append(appendInt(append(dst, 'n'), v.text), ';')
	case kindFloat:
		return append(appendNumberKey(append(dst, 'n'), toFloat(v.text)), ';')
	case kindString:
		return appendStringKey(dst, v.text)
	case kindDecimal:
		return append(appendDecimalKey(append(dst, 'd'), v.text), ';')
	}
	return v.inside().keyOf(dst)
}

func (n node) keyOf(dst []byte) []byte {
	return n.write(dst, "sorted", func(dst []byte, v value) []byte { return v.key(dst) })
}

func appendStringKey(dst []byte, s string) []byte {
	dst = strconv.AppendInt(append(dst, 's'), int64(len(s)), 10)
	return append(append(dst, ':'), s...)
}

// appendNumberKey writes a whole number as the int that it equals.
func appendNumberKey(dst []byte, f float64) []byte {
	switch {
	case f == math.Trunc(f) && math.Abs(f) < 1<<53:
		return strconv.AppendInt(dst, int64(f), 10)
	case f == math.Trunc(f) && !math.IsInf(f, 0):
		whole, _ := big.NewFloat(f).Int(nil)
		return whole.Append(dst, 10)
	}
	return strconv.AppendFloat(dst, f, 'g', -1, 64)
}

// write appends an array or object whose scalars are written by scalar, or a
// scalar. It nests as deeply as the value, which is bounded.
func (n node) write(dst []byte, order string, scalar func([]byte, value) []byte) []byte {
	switch n.kind() {
	case kindList:
		dst = append(dst, '[')
		first := true
		_ = n.each(func(item node) error {
			if !first {
				dst = append(dst, ", "...)
			}
			first = false
			dst = item.write(dst, order, scalar)
			return nil
		})
		return append(dst, ']')
	case kindDict:
		list := n.fields()
		if order == "sorted" {
			slices.SortFunc(list, func(a, b field) int { return strings.Compare(a.name, b.name) })
		}
		dst = append(dst, '{')
		for i, f := range list {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = append(scalar(dst, value{kindString, f.name}), ": "...)
			dst = f.value.write(dst, order, scalar)
		}
		return append(dst, '}')
	}
	return scalar(dst, n.value())
}

const hexDigits = "0123456789abcdef"

// appendJSONString writes a string as json.dumps does: in ASCII.
func appendJSONString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(s); {
		if c := s[i]; ' ' <= c && c <= '~' && c != '"' && c != '\\' {
			i++
			continue
		}
		r, size := nextRune(s[i:])
		dst = appendJSONRune(append(dst, s[from:i]...), r)
		i += size
		from = i
	}
	return append(append(dst, s[from:]...), '"')
}

func appendJSONRune(dst []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(dst, '\\', byte(r))
	case '\b':
		return append(dst, `\b`...)
	case '\f':
		return append(dst, `\f`...)
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	}
	if r >= 0x10000 {
		r -= 0x10000
		return appendHex(appendHex(dst, 0xd800|r>>10), 0xdc00|r&0x3ff)
	}
	return appendHex(dst, r)
}

func appendHex(dst []byte, r rune) []byte {
	return append(dst, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}

// appendQuoted writes repr(str): in single quotes unless only those are inside.
func appendQuoted(dst []byte, s string) []byte {
	quote := byte('\'')
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = '"'
	}
	dst = append(dst, quote)
	for i := 0; i < len(s); {
		r, size := nextRune(s[i:])
		switch {
		case r == rune(quote) || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r == '\t':
			dst = append(dst, `\t`...)
		case r == '\n':
			dst = append(dst, `\n`...)
		case r == '\r':
			dst = append(dst, `\r`...)
		case unicode.IsPrint(r):
			dst = append(dst, s[i:i+size]...)
		case r < 0x100:
			dst = append(dst, '\\', 'x', hexDigits[r>>4], hexDigits[r&15])
		case r < 0x10000:
			dst = appendHex(dst, r)
		default:
			dst = append(dst, '\\', 'U', '0', '0', hexDigits[r>>20], hexDigits[r>>16&15], hexDigits[r>>12&15],
				hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
		}
		i += size
	}
	return append(dst, quote)
}
