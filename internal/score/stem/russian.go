package stem

import (
	"bytes"
	"unicode/utf8"
)

// The rules for Russian are about the Roman letters that NLTK writes a word in:
// я is i^a, й is i`, ь is '. A sign of the word itself counts like one that was
// put there, and Roman letters of the word come out as Cyrillic ones. Unlike the
// other languages' stemmers this one lowers Cyrillic letters only, and only of
// words that have a character beyond Latin-1.

// russianRoman writes Cyrillic letters in Roman ones, from А on.
var russianRoman = [...]string{
	"a", "b", "v", "g", "d", "e", "zh", "z", "i", "i`", "k", "l", "m", "n", "o", "p",
	"r", "s", "t", "u", "f", "kh", "t^s", "ch", "sh", "shch", "''", "y", "'", "e`", "i^u", "i^a",
}

// appendRoman appends a character in Roman letters; what has none is other.
func appendRoman(dst []byte, r rune) []byte {
	switch {
	case r < firstExtra:
		return append(dst, byte(r))
	case 'А' <= r && r <= 'Я':
		return append(dst, russianRoman[r-'А']...)
	case 'а' <= r && r <= 'я':
		return append(dst, russianRoman[r-'а']...)
	case r == 'Ё' || r == 'ё':
		return append(dst, 'e')
	}
	return append(dst, other)
}

// russianCyrillic is the way back, of single letters. Where some letters spell
// one together NLTK's order decides: see appendCyrillic.
var russianCyrillic = [utf8.RuneSelf]rune{
	'k': 'к', 'e': 'е', 'a': 'а', 'b': 'б', 'v': 'в', 'g': 'г', 'd': 'д', 'z': 'з', 'i': 'и', 'l': 'л', 'm': 'м',
	'n': 'н', 'o': 'о', 'p': 'п', 'r': 'р', 's': 'с', 't': 'т', 'u': 'у', 'f': 'ф', 'y': 'ы', '\'': 'ь',
}

// russianSpelt are letters of several Roman ones. The first that fits is taken.
var russianSpelt = []struct {
	roman string
	r     rune
}{
	{"i^u", 'ю'}, {"i^a", 'я'}, {"shch", 'щ'}, {"kh", 'х'}, {"t^s", 'ц'}, {"ch", 'ч'}, {"e`", 'э'}, {"i`", 'й'},
	{"sh", 'ш'}, {"zh", 'ж'}, {"''", 'ъ'},
}

// russianStarts are the letters that one of russianSpelt begins with.
var russianStarts = newSet(russian, "iskctez'")

// appendCyrillic appends a stem in Cyrillic letters. text is the whole word, in
// which the characters stand that have no Roman letters.
func appendCyrillic(dst, stem []byte, text string) []byte {
next:
	for len(stem) > 0 {
		c := stem[0]
		if russianStarts[c] {
			for _, s := range russianSpelt {
				if bytes.HasPrefix(stem, []byte(s.roman)) {
					// NLTK looks for shch in the whole word before it looks for t^s.
					if s.r == 'ц' && bytes.HasPrefix(stem[2:], []byte("shch")) {
						break
					}
					dst, stem = utf8.AppendRune(dst, s.r), stem[len(s.roman):]
					continue next
				}
			}
		}
		stem = stem[1:]
		switch {
		case c == other:
			var char string
			char, text = nextOtherRussian(text)
			dst = append(dst, char...)
		case russianCyrillic[c] != 0:
			dst = utf8.AppendRune(dst, russianCyrillic[c])
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// nextOtherRussian returns the first character of text that has no Roman
// letters, and what stands behind it.
func nextOtherRussian(text string) (char, rest string) {
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		char, text = text[:size], text[size:]
		var room [4]byte
		if appendRoman(room[:0], r)[0] == other {
			return char, text
		}
	}
	return "", ""
}

// appendRussian is NLTK's RussianStemmer.
func appendRussian(dst []byte, text string) []byte {
	if !beyondLatin1(text) {
		return append(dst, text...)
	}
	var room [3 * onStack]byte
	b := room[:0]
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		b = appendRoman(b, r)
		i += size
	}
	w := newRussianWord(b)
	w.step1()
	if hasSuffix(w.rv, "i") {
		w.cut(1)
	}
	if hasSuffix(w.r2, "ost'") {
		w.cutWord(4)
	} else if hasSuffix(w.r2, "ost") {
		w.cutWord(3)
	}
	w.step4()
	return appendCyrillic(dst, w.b, text)
}

// beyondLatin1 reports whether a word has a character beyond Latin-1. A byte of
// no character is U+FFFD, which is.
func beyondLatin1(text string) bool {
	for _, r := range text {
		if r > 0xFF {
			return true
		}
	}
	return false
}

// russianWord is a word in Roman letters and two regions of it. They share their
// bytes, which no rule changes, or the regions are copies.
type russianWord struct{ b, rv, r2 []byte }

// newRussianWord finds RV and R2 (RussianStemmer.__regions_russian).
func newRussianWord(b []byte) russianWord {
	rv, r1, r2 := len(b), len(b), len(b)
	vowel := false // the letter before is one, in the region that is searched
	for i := 0; i < len(b); {
		n, is := russianVowel(b[i:])
		i += n
		if is && rv == len(b) {
			rv = i
		}
		if !is && vowel {
			if r1 < len(b) {
				r2 = i
				break
			}
			r1, is = i, false
		}
		vowel = is
	}
	return russianWord{b, respell(b[rv:]), respell(b[r2:])}
}

var russianVowels = newSet(russian, "AUEaeiouy")

// russianVowel reports whether b begins with a vowel, and how long its first
// letter is. A, U and E are what NLTK calls i^a, i^u and e` meanwhile.
func russianVowel(b []byte) (length int, vowel bool) {
	switch {
	case len(b) >= 3 && b[0] == 'i' && b[1] == '^' && (b[2] == 'a' || b[2] == 'u'):
		return 3, true
	case len(b) >= 2 && b[0] == 'e' && b[1] == '`':
		return 2, true
	}
	return 1, russianVowels[b[0]]
}

// respell gives A, U and E back their letters, as NLTK does to its regions: also
// to those that were in the word from the beginning.
func respell(b []byte) []byte {
	if !bytes.ContainsAny(b, "AUE") {
		return b
	}
	var out []byte
	for _, c := range b {
		switch c {
		case 'A':
			out = append(out, "i^a"...)
		case 'U':
			out = append(out, "i^u"...)
		case 'E':
			out = append(out, "e`"...)
		default:
			out = append(out, c)
		}
	}
	return out
}

// cut takes n letters away, from the word and from the regions.
func (w *russianWord) cut(n int) {
	w.cutWord(n)
	w.rv = w.rv[:max(0, len(w.rv)-n)]
	w.r2 = w.r2[:max(0, len(w.r2)-n)]
}

// cutWord takes n letters away from the word alone.
func (w *russianWord) cutWord(n int) { w.b = w.b[:max(0, len(w.b)-n)] }

// cutRule cuts the longest suffix of a table that may go and reports whether
// there is one. Some may only behind a or i^a, which ends in a too.
func (w *russianWord) cutRule(t *table) bool {
	for _, r := range t.rulesOf(w.rv) {
		if !hasSuffix(w.rv, r.suffix) {
			continue
		}
		if n := len(r.suffix); r.act != russianBehindA || hasSuffix(w.rv[:len(w.rv)-n], "a") {
			w.cut(n)
			return true
		}
	}
	return false
}

const (
	russianCut action = iota
	russianBehindA
)

var (
	russianGerund = newTable(russian,
		of(russianCut, "ivshis'", "yvshis'", "ivshi", "yvshi", "iv", "yv"),
		of(russianBehindA, "v", "vshi", "vshis'"))
	russianReflexive = newTable(russian, of(russianCut, "si^a", "s'"))
	russianVerb      = newTable(russian,
		of(russianBehindA, "la", "na", "ete", "i`te", "li", "i`", "l", "em", "n", "lo", "no", "et", "i^ut", "ny", "t'",
			"esh'", "nno"),
		of(russianCut, "ei`te", "ui`te", "ui^ut", "ish'", "ila", "yla", "ena", "ite", "ili", "yli", "ilo", "ylo", "eno",
			"i^at", "uet", "eny", "it'", "yt'", "ui^u", "ei`", "ui`", "il", "yl", "im", "ym", "en", "it", "yt", "i^u"))
	russianNoun = newTable(russian,
		of(russianCut, "ii^ami", "ii^akh", "i^ami", "ii^am", "i^akh", "ami", "iei`", "i^am", "iem", "akh", "ii^u",
			"'i^u", "ii^a", "'i^a", "ev", "ov", "ie", "'e", "ei", "ii", "ei`", "oi`", "ii`", "em", "am", "om", "i^u",
			"i^a", "a", "e", "i", "i`", "o", "u", "y", "'"))
	russianAdjective = newTable(russian,
		of(russianCut, "i^ui^u", "i^ai^a", "imi", "ymi", "ego", "ogo", "emu", "omu", "ikh", "ykh", "ui^u", "ai^a", "oi^u",
			"ei^u", "ee", "ie", "ye", "oe", "ei`", "ii`", "yi`", "oi`", "em", "im", "ym", "om"))
	// what stands before an adjective's ending, and goes with it
	russianParticiple = newTable(russian,
		of(russianCut, "ui^ushch", "ivsh", "yvsh"),
		of(russianBehindA, "i^ushch", "shch", "vsh", "em", "nn"))
)

// step1 removes a gerund's suffix, or else a reflexive one and one of an
// adjective, a verb or a noun.
func (w *russianWord) step1() {
	if w.cutRule(russianGerund) {
		return
	}
	w.cutRule(russianReflexive)
	_ = w.cutAdjective() || w.cutRule(russianVerb) || w.cutRule(russianNoun)
}

// cutAdjective removes an adjective's ending and what makes a participle of it.
// NLTK lists the 234 products of both. In one of them its list has a slip:
// "ui^ushchaia" stands for "ui^ushchai^a".
func (w *russianWord) cutAdjective() bool {
	if hasSuffix(w.rv, "ui^ushchaia") {
		w.cut(len("ui^ushchaia"))
		return true
	}
	slip := hasSuffix(w.rv, "ui^ushchai^a")
	if !w.cutRule(russianAdjective) {
		return false
	}
	if !slip {
		w.cutRule(russianParticiple)
	}
	return true
}

// step4 removes a double n, a superlative or a soft sign.
func (w *russianWord) step4() {
	if hasSuffix(w.b, "nn") {
		w.cutWord(1)
		return
	}
	for _, s := range []string{"ei`she", "ei`sh"} {
		if hasSuffix(w.b, s) {
			w.cutWord(len(s))
			if hasSuffix(w.b, "nn") {
				w.cutWord(1)
			}
			return
		}
	}
	if hasSuffix(w.b, "'") {
		w.cutWord(1)
	}
}
