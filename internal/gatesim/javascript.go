package gatesim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// javaScript writes JSON as JSON.stringify(JSON.parse(…)) does: without space,
// numbers as doubles in their shortest form, strings with no more escapes than
// necessary. The order of keys stays.
func javaScript(source json.RawMessage) json.RawMessage {
	dec := json.NewDecoder(bytes.NewReader(source))
	var out []byte
	var open []bool // containers around: whether each is an object
	var atKey, comma bool
	for {
		token, err := dec.Token()
		if err != nil {
			return out // the end: it was valid
		}
		if d, ok := token.(json.Delim); ok && (d == '}' || d == ']') {
			out = append(out, byte(d))
			open = open[:len(open)-1]
			atKey, comma = len(open) > 0 && open[len(open)-1], true
			continue
		}
		if comma {
			out = append(out, ',')
		}
		if d, ok := token.(json.Delim); ok {
			out = append(out, byte(d))
			open = append(open, d == '{')
			atKey, comma = d == '{', false
			continue
		}
		out = appendScalar(out, token)
		if atKey {
			out = append(out, ':')
			atKey, comma = false, false
			continue
		}
		atKey, comma = len(open) > 0 && open[len(open)-1], true
	}
}

// appendScalar writes numbers as encoding/json does, which takes the rules of
// ECMAScript for them; but there is no minus zero.
func appendScalar(out []byte, token any) []byte {
	switch v := token.(type) {
	case string:
		return appendString(out, v)
	case float64:
		if v == 0 {
			return append(out, '0')
		}
	}
	return append(out, encode(token)...)
}

const hexDigits = "0123456789abcdef"

// appendString escapes what ECMAScript's QuoteJSONString does. encoding/json
// escapes U+2028 and U+2029 besides.
func appendString(out []byte, s string) []byte {
	out = append(out, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			out = append(out, '\\', c)
		case c >= ' ':
			out = append(out, c)
		case c >= '\b' && c <= '\r' && c != '\v':
			out = append(out, '\\', "btn.fr"[c-'\b'])
		default:
			out = append(out, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
		}
	}
	return append(out, '"')
}

// encode writes what is known to be encodable, without HTML escapes.
func encode(v any) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("gatesim: " + err.Error()) // our own types
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
}

// syntax checks a body and returns what is wrong in the words of V8 and of
// body-parser, which wants an object or an array; "" if nothing is.
func syntax(body []byte) string {
	trimmed := bytes.TrimLeft(body, " \t\r\n")
	if len(trimmed) == 0 || trimmed[0] != '{' && trimmed[0] != '[' {
		return unexpected(body, len(body)-len(trimmed))
	}
	var fault *json.SyntaxError
	if !errors.As(json.Unmarshal(body, new(any)), &fault) {
		return ""
	}
	at := int(fault.Offset) - 1 // the offset is behind the byte
	switch before := bytes.TrimRight(body[:at], " \t\r\n"); {
	case fault.Error() == "unexpected end of JSON input":
		return unexpected(body, len(body))
	case bytes.HasSuffix(before, []byte("{")):
		return fmt.Sprintf("Expected property name or '}' in JSON at position %d", at)
	}
	return unexpected(body, at)
}

func unexpected(body []byte, at int) string {
	if at >= len(body) {
		return "Unexpected end of JSON input"
	}
	return fmt.Sprintf("Unexpected token %c in JSON at position %d", body[at], at)
}
