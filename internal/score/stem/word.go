package stem

import "strings"

// word is a word on its way to its stem: its letters, and how many of the last
// ones lie in each region.
type word struct {
	b          []byte
	r1, r2, rv int
}

func (w *word) ends(s string) bool {
	n := len(w.b) - len(s)
	return n >= 0 && string(w.b[n:]) == s
}

// endsAny reports whether the word ends in one of the suffixes.
func (w *word) endsAny(suffixes ...string) bool { return endsAny(w.b, suffixes...) }

// in reports whether the region of the last n letters ends in s.
func (w *word) in(n int, s string) bool { return n >= len(s) && w.ends(s) }

// region returns the last n letters.
func (w *word) region(n int) []byte { return w.b[len(w.b)-n:] }

// last returns the i-th letter from the end, counted from 1, or 0.
func (w *word) last(i int) byte {
	if i > len(w.b) {
		return other
	}
	return w.b[len(w.b)-i]
}

// before returns the word without its last n letters.
func (w *word) before(n int) []byte { return w.b[:max(0, len(w.b)-n)] }

// cut takes n letters away, from the word and from the regions.
func (w *word) cut(n int) {
	w.b = w.b[:max(0, len(w.b)-n)]
	w.r1, w.r2, w.rv = max(0, w.r1-n), max(0, w.r2-n), max(0, w.rv-n)
}

// replace puts s in place of the last n letters, in the regions too. There is
// room, since no rule makes a word longer than it came.
func (w *word) replace(n int, s string) {
	w.cut(n)
	n = len(w.b)
	w.b = w.b[:n+len(s)]
	copy(w.b[n:], s)
	w.r1, w.r2, w.rv = w.r1+len(s), w.r2+len(s), w.rv+len(s)
}

// swap replaces the last n letters in the word alone: it is for languages that
// keep the regions elsewhere.
func (w *word) swap(n int, s string) {
	n = len(w.b) - n
	w.b = w.b[:n+len(s)]
	copy(w.b[n:], s)
}

// undouble takes the second of the doubled letters away.
func (w *word) undouble(doubles ...string) {
	if w.endsAny(doubles...) {
		w.cut(1)
	}
}

// set is a set of letters.
type set [256]bool

func newSet(of language, letters string) *set {
	s := new(set)
	for _, r := range letters {
		s[alphabets[of].code(r)] = true
	}
	return s
}

// mark calls a vowel a consonant by writing it in upper case: each of the
// letters that stands between two vowels. What is marked is a vowel no more.
func (w *word) mark(vowels *set, letters string) {
	for i := 1; i < len(w.b)-1; i++ {
		if vowels[w.b[i-1]] && vowels[w.b[i+1]] && strings.IndexByte(letters, w.b[i]) >= 0 {
			w.b[i] -= 'a' - 'A'
		}
	}
}

// markAfter does it with each of the letter that stands right after one of first.
func (w *word) markAfter(first *set, letter byte) {
	for i := 1; i < len(w.b); i++ {
		if w.b[i] == letter && first[w.b[i-1]] {
			w.b[i] -= 'a' - 'A'
		}
	}
}

// afterPair returns where the letter behind the first consonant that follows a
// vowel is, or the end. It looks at b from the letter at start on.
func afterPair(b []byte, start int, vowels *set) int {
	for i := start + 1; i < len(b); i++ {
		if !vowels[b[i]] && vowels[b[i-1]] {
			return i + 1
		}
	}
	return len(b)
}

// regions12 finds R1 and R2 (_StandardStemmer._r1r2_standard).
func (w *word) regions12(vowels *set) {
	r1 := afterPair(w.b, 0, vowels)
	w.r1, w.r2 = len(w.b)-r1, len(w.b)-afterPair(w.b, r1, vowels)
}

// regions finds R1, R2 and RV (_StandardStemmer._rv_standard).
func (w *word) regions(vowels *set) {
	w.regions12(vowels)
	w.rv = 0
	switch {
	case len(w.b) < 2:
	case !vowels[w.b[1]] || vowels[w.b[0]]:
		// Behind the next vowel if the second letter is a consonant, behind the
		// next consonant if the first two are vowels.
		wanted := !vowels[w.b[1]]
		for i := 2; i < len(w.b); i++ {
			if vowels[w.b[i]] == wanted {
				w.rv = len(w.b) - i - 1
				break
			}
		}
	default:
		w.rv = max(0, len(w.b)-3)
	}
}

// raiseR1 leaves three letters before R1, as German and Dutch want it. It can
// only fall short of them if the word begins with a vowel and a consonant.
func (w *word) raiseR1(vowels *set) {
	if len(w.b) >= 2 && vowels[w.b[0]] && !vowels[w.b[1]] {
		w.r1 = max(0, len(w.b)-3)
	}
}

func hasSuffix(b []byte, s string) bool {
	return len(b) >= len(s) && string(b[len(b)-len(s):]) == s
}

func endsAny(b []byte, suffixes ...string) bool {
	for _, s := range suffixes {
		if hasSuffix(b, s) {
			return true
		}
	}
	return false
}
