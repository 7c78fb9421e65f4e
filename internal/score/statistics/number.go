package statistics

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// round is round of scoring/util.py: int(round(x * 10**n)) / 10**n. Python rounds
// halves to even, and the int has no negative zero.
func round(v any, digits int) (any, error) {
	if v == nil {
		return nil, nil
	}
	x, ok := number(v)
	if !ok {
		return nil, raise(TypeError, "%s cannot be rounded", typeName(v))
	}
	r, err := roundFloat(x, digits)
	return r, err
}

func roundFloat(x float64, digits int) (float64, error) {
	scale := math.Pow10(digits)
	r := math.RoundToEven(x * scale)
	switch {
	case math.IsNaN(r):
		return 0, raise(ValueError, "NaN cannot be rounded")
	case math.IsInf(r, 0):
		return 0, raise(OverflowError, "an infinity cannot be rounded")
	case r == 0:
		return 0, nil
	}
	return r / scale, nil
}

// formatFloat is Python's repr of a float: the shortest digits that read back as
// it, with an exponent below 1e-4 and from 1e16 on.
func formatFloat(x float64) string {
	switch {
	case math.IsNaN(x):
		return "nan"
	case math.IsInf(x, 1):
		return "inf"
	case math.IsInf(x, -1):
		return "-inf"
	}
	if size := math.Abs(x); size != 0 && (size < 1e-4 || size >= 1e16) {
		return strconv.FormatFloat(x, 'e', -1, 64)
	}
	s := strconv.FormatFloat(x, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

// maxDigits is sys.get_int_max_str_digits().
const maxDigits = 4300

// parseInt is Python's int(s).
func parseInt(s string) (*big.Int, bool) {
	digits, ok := plainDigits(trimNumber(s))
	if !ok || len(digits) > maxDigits || strings.ContainsAny(digits, ".eEnNiI") {
		return nil, false
	}
	return new(big.Int).SetString(strings.TrimPrefix(digits, "+"), 10)
}

// parseFloat is Python's float(s).
func parseFloat(s string) (float64, bool) {
	s, ok := plainDigits(trimNumber(s))
	if !ok || strings.ContainsAny(s, "xXpP") {
		return 0, false
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil && !math.IsInf(x, 0) {
		return 0, false
	}
	return x, true
}

// plainDigits makes digits of any script ASCII and drops the underscores that
// Python allows between digits.
func plainDigits(s string) (string, bool) {
	if s == "" {
		return "", false
	}
	var b strings.Builder
	digit, underscore := false, false // what stands before
	for _, r := range s {
		if r == '_' {
			if !digit {
				return "", false
			}
			digit, underscore = false, true
			continue
		}
		d, ok := decimal(r)
		if underscore && !ok {
			return "", false
		}
		if digit, underscore = ok, false; ok {
			r = d
		}
		b.WriteRune(r)
	}
	return b.String(), !underscore
}

// decimal returns the ASCII digit of a decimal digit of any script. Unicode keeps
// them in runs of ten from zero on.
func decimal(r rune) (rune, bool) {
	if r < 0x80 {
		return r, '0' <= r && r <= '9'
	}
	for _, t := range unicode.Nd.R16 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return '0' + (r-rune(t.Lo))%10, true
		}
	}
	for _, t := range unicode.Nd.R32 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return '0' + (r-rune(t.Lo))%10, true
		}
	}
	return r, false
}

// trimNumber cuts off what int() and float() do: of ASCII texts the white space of
// C, of others that of Python.
func trimNumber(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
		return strings.Trim(s, " \t\n\v\f\r")
	}
	return trimSpace(s)
}

// trimSpace is str.strip(): Python counts four separators of ASCII among the
// white space.
func trimSpace(s string) string { return strings.TrimFunc(s, isSpace) }

func isSpace(r rune) bool { return unicode.IsSpace(r) || 0x1c <= r && r <= 0x1f }
