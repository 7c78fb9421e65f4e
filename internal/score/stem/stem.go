package stem

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Stemmer makes stems of one language's words.
type Stemmer struct {
	language language
	alphabet alphabet
}

type language uint8

const (
	dutch language = iota
	english
	french
	german
	italian
	portuguese
	romanian
	russian
	spanish
)

// languages are those the reference stems, as NLTK calls them. It has seven
// more, which no feature asks for.
var languages = []string{
	dutch: "dutch", english: "english", french: "french", german: "german", italian: "italian",
	portuguese: "portuguese", romanian: "romanian", russian: "russian", spanish: "spanish",
}

// For returns the stemmer of a language, which is named as in NLTK: "english".
func For(name string) (*Stemmer, error) {
	i := slices.Index(languages, name)
	if i < 0 {
		return nil, fmt.Errorf("stemmer of %q: no such language, known are %s", name, strings.Join(languages, ", "))
	}
	return &Stemmer{language(i), alphabets[i]}, nil
}

// onStack is the longest word, in bytes, that is stemmed on the stack.
const onStack = 64

// AppendStem appends the stem of a word to dst.
func (s *Stemmer) AppendStem(dst []byte, text string) []byte {
	if s.language == russian {
		return appendRussian(dst, text)
	}
	var lowRoom, room [2 * onStack]byte
	low, letters := lowRoom[:0], room[:0]
	if len(text) > onStack {
		low, letters = make([]byte, 0, 2*len(text)), make([]byte, 0, 2*len(text))
	}
	w := word{b: letters}
	if ascii(text) {
		w.b = AppendLower(letters, text)
	} else {
		low = AppendLower(low, text)
		w.b = s.alphabet.spell(letters, low)
	}
	switch s.language {
	case dutch:
		w.dutch()
	case english:
		w.english()
	case french:
		w.french()
	case german:
		w.german()
	case italian:
		w.italian()
	case portuguese:
		w.portuguese()
	case romanian:
		w.romanian()
	case spanish:
		w.spanish()
	}
	return s.alphabet.appendText(dst, w.b, low)
}

// ascii reports whether a word is its letters: ASCII without 0, which is other.
func ascii(text string) bool {
	for i := range len(text) {
		if text[i]-1 >= utf8.RuneSelf-1 {
			return false
		}
	}
	return true
}

// alphabet says which byte a letter is inside the rules: ASCII and the letters
// of Latin-1 are their code point, and 0 is any other character.
type alphabet struct {
	extra string // letters beyond Latin-1: the bytes 0x80, 0x81, ..
	folds []fold
}

// fold is a letter that NLTK replaces by others before all else.
type fold struct {
	from rune
	to   string
}

var alphabets = []alphabet{
	dutch: {folds: []fold{
		{'ä', "a"}, {'á', "a"}, {'ë', "e"}, {'é', "e"}, {'í', "i"}, {'ï', "i"}, {'ö', "o"}, {'ó', "o"}, {'ü', "u"}, {'ú', "u"}}},
	english: {extra: apostrophes},
	french:  {},
	german:  {folds: []fold{{'ß', "ss"}}},
	italian: {folds: []fold{
		{'á', "\xe0"}, {'é', "\xe8"}, {'í', "\xec"}, {'ó', "\xf2"}, {'ú', "\xf9"}}},
	portuguese: {folds: []fold{{'ã', "a~"}, {'õ', "o~"}}},
	romanian:   {extra: romanianLetters},
	russian:    {},
	spanish:    {},
}

const (
	other       = 0 // a character that is no letter of the alphabet
	firstExtra  = 0x80
	firstLatin1 = 0xA0
)

// code returns the byte of a character.
func (a *alphabet) code(r rune) byte {
	switch {
	case r < firstExtra || firstLatin1 <= r && r <= 0xFF:
		return byte(r)
	case a.extra != "":
		n := byte(firstExtra)
		for _, e := range a.extra {
			if r == e {
				return n
			}
			n++
		}
	}
	return other
}

// encode returns a suffix as the rules see it: nothing is folded.
func (a *alphabet) encode(s string) string {
	var b []byte
	for _, r := range s {
		b = append(b, a.code(r))
	}
	return string(b)
}

// spell appends the letters of a word in lower case.
func (a *alphabet) spell(letters, low []byte) []byte {
	for i := 0; i < len(low); {
		if low[i] < utf8.RuneSelf {
			letters = append(letters, low[i])
			i++
			continue
		}
		r, size := utf8.DecodeRune(low[i:])
		i += size
		if to := a.folded(r); to != "" {
			letters = append(letters, to...)
		} else {
			letters = append(letters, a.code(r))
		}
	}
	return letters
}

func (a *alphabet) folded(r rune) string {
	for _, f := range a.folds {
		if f.from == r {
			return f.to
		}
	}
	return ""
}

// appendText appends letters as text. Rules only shorten words and put known
// letters at their ends, so the others follow each other as they do in low.
func (a *alphabet) appendText(dst, letters, low []byte) []byte {
	for _, c := range letters {
		switch {
		case c == other:
			var char []byte
			char, low = a.nextOther(low)
			dst = append(dst, char...)
		case c == 'I' || c == 'U' || c == 'Y': // a vowel that a rule took for a consonant
			dst = append(dst, c+'a'-'A')
		case c < firstExtra:
			dst = append(dst, c)
		case c < firstLatin1:
			dst = utf8.AppendRune(dst, []rune(a.extra)[c-firstExtra])
		default:
			dst = utf8.AppendRune(dst, rune(c))
		}
	}
	return dst
}

// nextOther returns the first character of low that is no letter, and what
// stands behind it.
func (a *alphabet) nextOther(low []byte) (char, rest []byte) {
	for len(low) > 0 {
		r, size := utf8.DecodeRune(low)
		char, low = low[:size], low[size:]
		if a.code(r) == other {
			return char, low
		}
	}
	return nil, nil
}
