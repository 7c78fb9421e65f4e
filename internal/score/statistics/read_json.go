package statistics

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// maxDepth is how deeply the values of a file may nest. Those that Encode writes
// of a real model nest 15 deep.
const maxDepth = 100

// Each value takes some 40 bytes where the file has two, so that their number is bounded.
// The bounds hold all that package revscoring/info reads: 1<<18 values, which the file may
// write as up to four each, and 1<<21 rows of tables, whose columns are lists of numbers.
const (
	maxRows    = 1 << 21
	maxNumbers = 6 * maxRows // in lists
	maxValues  = 1 << 20     // all others
)

// object is a JSON object. Its fields are taken, so that what is left is unknown.
type object struct{ fields []Entry }

func (o *object) take(name string) any {
	for i, f := range o.fields {
		if f.Key == name {
			o.fields = append(o.fields[:i:i], o.fields[i+1:]...)
			return f.Value
		}
	}
	return missing{}
}

// missing is the value of a field that is not there.
type missing struct{}

// readJSON reads one value: nil, bool, int64, *big.Int, float64, string, List or
// *object. encoding/json would do, but takes three times as long over the columns
// of numbers that a file is made of, and bundles are read before a service is ready.
func readJSON(text string) (any, error) {
	r := &jsonReader{text: text}
	v, err := r.value(0, false)
	if err == nil && r.peek() != 0 {
		err = errors.New("text behind the value")
	}
	if err != nil {
		return nil, fmt.Errorf("offset %d: %w", r.pos, err)
	}
	return v, nil
}

// jsonReader reads from pos on.
type jsonReader struct {
	text            string
	pos             int
	values, numbers int // so far
}

// count counts a value that begins with c, within a list or not.
func (r *jsonReader) count(c byte, inList bool) error {
	if inList && (c == '-' || '0' <= c && c <= '9') {
		if r.numbers++; r.numbers > maxNumbers {
			return fmt.Errorf("more than %d numbers in lists", maxNumbers)
		}
		return nil
	}
	if r.values++; r.values > maxValues {
		return fmt.Errorf("more than %d values", maxValues)
	}
	return nil
}

// peek skips white space and returns the next byte; 0, which JSON has not, at the
// end.
func (r *jsonReader) peek() byte {
	for ; r.pos < len(r.text); r.pos++ {
		switch c := r.text[r.pos]; c {
		case ' ', '\t', '\n', '\r':
		case 0:
			return 1 // no end
		default:
			return c
		}
	}
	return 0
}

func (r *jsonReader) value(depth int, inList bool) (any, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("more than %d values within each other", maxDepth)
	}
	c := r.peek()
	if err := r.count(c, inList); err != nil {
		return nil, err
	}
	switch {
	case c == '{':
		return r.object(depth + 1)
	case c == '[':
		return r.list(depth + 1)
	case c == '"':
		return r.quoted()
	case c == '-' || '0' <= c && c <= '9':
		return r.number()
	}
	for _, w := range []struct {
		name  string
		value any
	}{{"null", nil}, {"true", true}, {"false", false}} {
		if strings.HasPrefix(r.text[r.pos:], w.name) {
			r.pos += len(w.name)
			return w.value, nil
		}
	}
	return nil, r.unexpected("a value")
}

func (r *jsonReader) unexpected(want string) error {
	if r.pos == len(r.text) {
		return fmt.Errorf("end of text, must be %s", want)
	}
	return fmt.Errorf("%q, must be %s", r.text[r.pos], want)
}

// next skips the comma before an item, or the closing bracket.
func (r *jsonReader) next(first bool, closing byte) (more bool, err error) {
	switch c := r.peek(); {
	case c == closing:
		r.pos++
		return false, nil
	case first:
		return true, nil
	case c == ',':
		r.pos++
		return true, nil
	}
	return false, r.unexpected(fmt.Sprintf("a comma or %q", closing))
}

func (r *jsonReader) list(depth int) (any, error) {
	r.pos++
	list := List{}
	for {
		more, err := r.next(len(list) == 0, ']')
		if !more || err != nil {
			return list, err
		}
		v, err := r.value(depth, true)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
}

func (r *jsonReader) object(depth int) (any, error) {
	r.pos++
	o := &object{}
	seen := map[string]bool{}
	for {
		more, err := r.next(len(o.fields) == 0, '}')
		if !more || err != nil {
			return o, err
		}
		if r.peek() != '"' {
			return nil, r.unexpected("a field's name")
		}
		name, err := r.quoted()
		if err != nil {
			return nil, err
		}
		if seen[name] {
			return nil, fmt.Errorf("field %q repeats", name)
		}
		seen[name] = true
		if r.peek() != ':' {
			return nil, r.unexpected("a colon")
		}
		r.pos++
		v, err := r.value(depth, false)
		if err != nil {
			return nil, err
		}
		o.fields = append(o.fields, Entry{name, v})
	}
}

// quoted reads a string. Those with escapes are rare and left to encoding/json.
func (r *jsonReader) quoted() (string, error) {
	start, escaped := r.pos, false
	for r.pos++; r.pos < len(r.text); r.pos++ {
		switch c := r.text[r.pos]; {
		case c == '\\':
			escaped = true
			r.pos++
		case c < ' ':
			return "", r.unexpected("an escape")
		case c == '"':
			r.pos++
			if !escaped {
				return strings.Clone(r.text[start+1 : r.pos-1]), nil // does not keep the file
			}
			var s string
			err := json.Unmarshal([]byte(r.text[start:r.pos]), &s)
			return s, err
		}
	}
	r.pos = len(r.text)
	return "", r.unexpected("a quote")
}

// number tells floats from ints by how they are written, as Python does.
func (r *jsonReader) number() (any, error) {
	start := r.pos
	r.skip("-")
	whole := r.digits()
	zero := whole > 1 && r.text[r.pos-whole] == '0'
	float := r.skip(".")
	ok := whole > 0 && !zero && (!float || r.digits() > 0)
	if ok && r.skip("eE") {
		float = true
		r.skip("+-")
		ok = r.digits() > 0
	}
	if !ok {
		return nil, fmt.Errorf("%.40q is no number", r.text[start:r.pos])
	}
	return readNumber(r.text[start:r.pos], float)
}

// skip passes one byte, if it is one of those.
func (r *jsonReader) skip(any string) bool {
	if r.pos < len(r.text) && strings.IndexByte(any, r.text[r.pos]) >= 0 {
		r.pos++
		return true
	}
	return false
}

// digits passes digits and returns how many there were.
func (r *jsonReader) digits() int {
	start := r.pos
	for r.pos < len(r.text) && '0' <= r.text[r.pos] && r.text[r.pos] <= '9' {
		r.pos++
	}
	return r.pos - start
}

func readNumber(s string, float bool) (any, error) {
	if float {
		x, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return nil, fmt.Errorf("number %.40s is out of range", s)
		}
		return x, nil
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n, nil
	}
	if len(s) <= maxDigits {
		if n, ok := new(big.Int).SetString(s, 10); ok {
			return n, nil
		}
	}
	return nil, fmt.Errorf("number %.40s has more than %d digits", s, maxDigits)
}
