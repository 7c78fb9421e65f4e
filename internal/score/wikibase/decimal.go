package wikibase

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
)

// decimal is a number as Python's decimal.Decimal keeps it, which writes 1.50
// with two places.
type decimal struct {
	negative bool
	infinite bool
	digits   string // without zeros in front; "0" for zero
	exponent int64  // of the last digit
}

// The bounds of decimal.Decimal's exponents (of the first digit, of the last).
const (
	maxExponent = 999999999999999999
	minExponent = -1999999999999999997
)

// parseDecimal reads a number as decimal.Decimal(text) does. NaN is refused: it
// equals nothing, itself included.
func parseDecimal(text string) (decimal, error) {
	s, ok := asciiNumber(text)
	if !ok {
		return decimal{}, noDecimal(text)
	}
	var d decimal
	if rest, negative := strings.CutPrefix(s, "-"); negative {
		d.negative, s = true, rest
	} else {
		s = strings.TrimPrefix(s, "+")
	}
	if strings.EqualFold(s, "inf") || strings.EqualFold(s, "infinity") {
		d.infinite = true
		return d, nil
	}
	whole := digits(s)
	fraction := 0
	coefficient := s[:whole]
	s = s[whole:]
	if strings.HasPrefix(s, ".") {
		fraction = digits(s[1:])
		coefficient += s[1 : 1+fraction]
		s = s[1+fraction:]
	}
	exponent, ok := decimalExponent(s)
	if coefficient == "" || !ok {
		return decimal{}, noDecimal(text)
	}
	d.digits = strings.TrimLeft(coefficient, "0")
	if d.digits == "" {
		d.digits = "0"
	}
	d.exponent = exponent - int64(fraction)
	if d.exponent < minExponent || d.exponent+int64(len(d.digits)) > maxExponent+1 {
		return decimal{}, noDecimal(text)
	}
	return d, nil
}

func noDecimal(text string) error { return fmt.Errorf("%.40q is no decimal number", text) } // InvalidOperation

// decimalExponent reads what stands behind the digits.
func decimalExponent(s string) (n int64, ok bool) {
	if s == "" {
		return 0, true
	}
	if s[0]|' ' != 'e' {
		return 0, false
	}
	unsigned := strings.TrimLeft(s[1:], "+-")
	if len(s[1:])-len(unsigned) > 1 || unsigned == "" || digits(unsigned) != len(unsigned) {
		return 0, false
	}
	n, err := strconv.ParseInt(s[1:], 10, 64)
	return n, err == nil && n <= math.MaxInt64/4 && n >= math.MinInt64/4
}

// asciiNumber strips white space, drops underscores and turns the digits of all
// scripts into those of ASCII (Modules/_decimal/_decimal.c, numeric_as_ascii).
func asciiNumber(text string) (string, bool) {
	text = strings.TrimFunc(text, func(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f })
	out := make([]byte, 0, len(text))
	for _, r := range text {
		switch {
		case r == '_':
		case r < 0x80:
			out = append(out, byte(r))
		default:
			n, ok := digitOf(r)
			if !ok {
				return "", false
			}
			out = append(out, '0'+n)
		}
	}
	return string(out), true
}

// digitOf returns what a digit of any script stands for: they come in rows from 0
// to 9.
func digitOf(r rune) (n byte, ok bool) {
	for _, in := range unicode.Nd.R16 {
		if rune(in.Lo) <= r && r <= rune(in.Hi) {
			return byte((r - rune(in.Lo)) % 10), true
		}
	}
	for _, in := range unicode.Nd.R32 {
		if rune(in.Lo) <= r && r <= rune(in.Hi) {
			return byte((r - rune(in.Lo)) % 10), true
		}
	}
	return 0, false
}

// String is str(Decimal): to-scientific-string of the General Decimal Arithmetic.
func (d decimal) String() string {
	sign := ""
	if d.negative {
		sign = "-"
	}
	if d.infinite {
		return sign + "Infinity"
	}
	first := d.exponent + int64(len(d.digits)) // of the digit before the first
	switch {
	case d.exponent == 0:
		return sign + d.digits
	case d.exponent < 0 && first > 0:
		return sign + d.digits[:first] + "." + d.digits[first:]
	case d.exponent < 0 && first > -6:
		return sign + "0." + strings.Repeat("0", int(-first)) + d.digits
	}
	mantissa := d.digits[:1]
	if len(d.digits) > 1 {
		mantissa += "." + d.digits[1:]
	}
	return fmt.Sprintf("%s%sE%+d", sign, mantissa, first-1)
}

// appendDecimalKey appends what all decimals have in common that equal one, given
// as it was written by String.
func appendDecimalKey(dst []byte, text string) []byte {
	d, err := parseDecimal(text)
	if err != nil {
		panic("wikibase: a decimal that was read before: " + err.Error())
	}
	if d.infinite {
		return append(dst, text...)
	}
	significant := strings.TrimRight(d.digits, "0")
	if significant == "" {
		return append(dst, '0') // whatever the sign
	}
	if d.negative {
		dst = append(dst, '-')
	}
	dst = append(append(dst, significant...), 'e')
	return strconv.AppendInt(dst, d.exponent+int64(len(d.digits)-len(significant)), 10)
}
