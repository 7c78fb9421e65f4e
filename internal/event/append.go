package event

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

// appendField appends key and value of an optional string; nothing when empty.
func appendField(b []byte, key, value string) []byte {
	if value == "" {
		return b
	}
	return appendString(append(b, key...), value)
}

func appendStrings(b []byte, list []string) []byte {
	b = append(b, '[')
	for i, s := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, s)
	}
	return append(b, ']')
}

const hexDigits = "0123456789abcdef"

// appendString appends a JSON string, to the byte as encoding/json does without
// HTML escaping (FuzzAppend holds the two together): titles and URIs are full of
// '&', and consumers compare them with their source as text.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' {
				i++
				continue
			}
			b = appendEscape(append(b, s[start:i]...), c)
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			b = append(append(b, s[start:i]...), `\ufffd`...)
		case r == '\u2028' || r == '\u2029': // line breaks to JavaScript
			b = append(append(b, s[start:i]...), `\u202`...)
			b = append(b, hexDigits[r&0xf])
		default:
			i += size
			continue
		}
		i += size
		start = i
	}
	return append(append(b, s[start:]...), '"')
}

func appendEscape(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\b':
		return append(b, `\b`...)
	case '\f':
		return append(b, `\f`...)
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	}
	return append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
}

// appendProbabilities appends an object of numbers, its keys sorted.
func appendProbabilities(b []byte, p map[string]float64) ([]byte, error) {
	b = append(b, '{')
	var room [8]string // most models have fewer labels, and then nothing is allocated
	labels := room[:0]
	for label := range p {
		labels = append(labels, label)
	}
	slices.Sort(labels)
	for i, label := range labels {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, label), ':')
		f := p[label]
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return b, fmt.Errorf("probability of %q is %v, which JSON cannot hold", label, f)
		}
		// The shortest digits that read back as the same number. JSON and every
		// consumer read an exponent; small probabilities are written with one.
		format := byte('f')
		if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
			format = 'e'
		}
		b = strconv.AppendFloat(b, f, format, -1, 64)
	}
	return append(b, '}'), nil
}

// marshal encodes the rare events by reflection, escaped as appendString does.
func marshal(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encode event: %w", err)
	}
	return bytes.TrimRight(buf.Bytes(), "\n"), nil
}
