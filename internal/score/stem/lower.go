package stem

import (
	"strings"
	"unicode/utf8"

	"revscore/internal/score/wikitext"
)

// dottedI is the one letter of which str.lower() makes two: i and U+0307.
const dottedI = 'İ'

// AppendLower appends to dst what Python's str.lower() makes of s. It is
// wikitext.AppendLower but for İ, of which the reference makes a plain i only
// where it builds tables of counts; stems, stop words and phrases are looked up
// by the true str.lower().
func AppendLower(dst []byte, s string) []byte {
	start := len(dst)
	dst = wikitext.AppendLower(dst, s)
	if !strings.Contains(s, string(dottedI)) {
		return dst
	}
	// Each character became one: walk s and its lower case together and put in
	// what is missing.
	low := string(dst[start:])
	dst = dst[:start]
	for _, r := range s {
		_, size := utf8.DecodeRuneInString(low)
		dst = append(dst, low[:size]...)
		low = low[size:]
		if r == dottedI {
			dst = append(dst, "\u0307"...)
		}
	}
	return dst
}
