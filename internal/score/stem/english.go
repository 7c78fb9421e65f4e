package stem

import "bytes"

// apostrophes are those that the English rules take for the plain one.
const apostrophes = "’‘‛"

var (
	englishVowels = newSet(english, "aeiouy")
	englishYs     = newSet(english, "wxY") // consonants that no e is put behind
	englishLi     = newSet(english, "cdeghkmnrt")
	englishStep0  = newTable(english, of(0, "'s'", "'s", "'"))
	englishStep1a = newTable(english,
		of(englishSses, "sses"),
		of(englishIes, "ied", "ies"),
		of(englishS, "s"),
		of(englishKeep, "us", "ss"))
	englishStep1b = newTable(english,
		of(englishEed, "eedly", "eed"),
		of(englishIng, "ingly", "edly", "ing", "ed"))
	englishStep2 = newTable(english,
		of(englishCut2, "tional", "entli", "fulli", "lessli"),
		of(englishE, "enci", "anci", "abli"),
		of(englishIze, "izer", "ization"),
		of(englishAte, "ational", "ation", "ator"),
		of(englishAl, "alism", "aliti", "alli"),
		of(englishCut4, "fulness"),
		of(englishOus, "ousli", "ousness"),
		of(englishIve, "iveness", "iviti"),
		of(englishBle, "biliti", "bli"),
		of(englishOgi, "ogi"),
		of(englishLy, "li"))
	englishStep3 = newTable(english,
		of(englishCut2, "tional"),
		of(englishAte, "ational"),
		of(englishCut3, "alize"),
		of(englishIc, "icate", "iciti", "ical"),
		of(englishCut, "ful", "ness"),
		of(englishAtive, "ative"))
	englishStep4 = newTable(english,
		of(englishCut, "ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ism", "ate", "iti", "ous",
			"ive", "ize", "al", "er", "ic"),
		of(englishIon, "ion"))
)

const (
	englishKeep action = iota
	englishCut
	englishCut2
	englishCut3
	englishCut4
	englishSses
	englishIes
	englishS
	englishEed
	englishIng
	englishE
	englishIze
	englishAte
	englishAl
	englishOus
	englishIve
	englishBle
	englishOgi
	englishLy
	englishIc
	englishAtive
	englishIon
)

// englishSpecial are the words that no rule is asked about. No stem is longer
// than its word.
var englishSpecial = map[string]string{
	"skis": "ski", "skies": "sky", "sky": "sky", "dying": "die", "lying": "lie", "tying": "tie",
	"idly": "idl", "gently": "gentl", "ugly": "ugli", "early": "earli", "only": "onli", "singly": "singl",
	"news": "news", "howe": "howe", "atlas": "atlas", "cosmos": "cosmos", "bias": "bias", "andes": "andes",
	"inning": "inning", "innings": "inning", "outing": "outing", "outings": "outing",
	"canning": "canning", "cannings": "canning", "herring": "herring", "herrings": "herring",
	"earring": "earring", "earrings": "earring",
	"proceed": "proceed", "proceeds": "proceed", "proceeded": "proceed", "proceeding": "proceed",
	"exceed": "exceed", "exceeds": "exceed", "exceeded": "exceed", "exceeding": "exceed",
	"succeed": "succeed", "succeeds": "succeed", "succeeded": "succeed", "succeeding": "succeed",
}

// english is NLTK's EnglishStemmer.
func (w *word) english() {
	if len(w.b) <= 2 {
		return
	}
	if stem := englishSpecial[string(w.b)]; stem != "" {
		w.b = w.b[:copy(w.b, stem)]
		return
	}
	for i, c := range w.b {
		if firstExtra <= c && c < firstLatin1 {
			w.b[i] = '\''
		}
	}
	if w.b[0] == '\'' {
		w.b = w.b[1:]
	}
	if w.b[0] == 'y' {
		w.b[0] = 'Y'
	}
	w.markAfter(englishVowels, 'y')
	w.englishRegions()

	_, n := englishStep0.find(w.b)
	w.cut(n)
	w.english1a()
	w.english1b()
	if len(w.b) > 2 && (w.last(1) == 'y' || w.last(1) == 'Y') && !englishVowels[w.last(2)] {
		w.b[len(w.b)-1] = 'i'
	}
	w.english2()
	w.english3()
	w.english4()
	w.english5()
}

// englishRegions finds R1 and R2; R1 of some words is known.
func (w *word) englishRegions() {
	for _, start := range []string{"gener", "commun", "arsen"} {
		if bytes.HasPrefix(w.b, []byte(start)) {
			w.r1 = len(w.b) - len(start)
			w.r2 = len(w.b) - afterPair(w.b, len(start), englishVowels)
			return
		}
	}
	w.regions12(englishVowels)
}

// english1a is step 1a.
func (w *word) english1a() {
	act, n := englishStep1a.find(w.b)
	switch {
	case n == 0:
	case act == englishSses, act == englishIes && len(w.b) > n+1:
		w.cut(2)
	case act == englishIes, act == englishS && anyOf(w.before(2), englishVowels):
		w.cut(1)
	}
}

// english1b is step 1b.
func (w *word) english1b() {
	act, n := englishStep1b.find(w.b)
	switch {
	case n == 0:
	case act == englishEed:
		if w.r1 >= n {
			w.englishSwap(n, "ee", 0)
		}
	case anyOf(w.before(n), englishVowels):
		w.cut(n)
		w.englishRestore()
	}
}

// englishRestore mends what "ing" or "ed" leaves: "hop" of "hopp", "hope" of "hop".
func (w *word) englishRestore() {
	v := englishVowels
	switch {
	case w.endsAny("at", "bl", "iz"):
		// NLTK puts the e into R1 even if that was empty, and into R2 by length.
		r2 := w.r2
		w.replace(0, "e")
		if len(w.b) <= 5 && w.r1 < 3 {
			w.r2 = r2
		}
	case w.endsAny("bb", "dd", "ff", "gg", "mm", "nn", "pp", "rr", "tt"):
		w.cut(1)
	case w.r1 != 0:
	case len(w.b) >= 3 && !v[w.last(1)] && !englishYs[w.last(1)] && v[w.last(2)] && !v[w.last(3)],
		len(w.b) == 2 && v[w.b[0]] && !v[w.b[1]]:
		w.replace(0, "e")
		w.r1, w.r2 = 0, 0
	}
}

// englishSwap puts s in place of a suffix of n letters. A region that does not
// hold the suffix becomes empty, or, R2 only, what NLTK makes of it in some
// rules: "e", short letters long.
func (w *word) englishSwap(n int, s string, short int) {
	in1, in2 := w.r1 >= n, w.r2 >= n
	w.replace(n, s)
	if !in1 {
		w.r1 = 0
	}
	if !in2 {
		w.r2 = short
	}
}

// english2 is step 2.
func (w *word) english2() {
	act, n := englishStep2.find(w.b)
	if n == 0 || w.r1 < n {
		return
	}
	switch act {
	case englishCut2:
		w.cut(2)
	case englishCut4:
		w.cut(4)
	case englishE:
		w.b[len(w.b)-1] = 'e'
	case englishIze:
		w.englishSwap(n, "ize", 0)
	case englishAte:
		w.englishSwap(n, "ate", 1)
	case englishAl:
		w.englishSwap(n, "al", 0)
	case englishOus:
		w.englishSwap(n, "ous", 0)
	case englishIve:
		w.englishSwap(n, "ive", 1)
	case englishBle:
		w.englishSwap(n, "ble", 0)
	case englishOgi:
		if w.last(4) == 'l' {
			w.cut(1)
		}
	case englishLy:
		if englishLi[w.last(3)] {
			w.cut(2)
		}
	}
}

// english3 is step 3.
func (w *word) english3() {
	act, n := englishStep3.find(w.b)
	if n == 0 || w.r1 < n {
		return
	}
	switch act {
	case englishCut:
		w.cut(n)
	case englishCut2:
		w.cut(2)
	case englishCut3:
		w.cut(3)
	case englishAte:
		w.englishSwap(n, "ate", 0)
	case englishIc:
		w.englishSwap(n, "ic", 0)
	case englishAtive:
		if w.r2 >= n {
			w.cut(n)
		}
	}
}

// english4 is step 4.
func (w *word) english4() {
	act, n := englishStep4.find(w.b)
	if n > 0 && w.r2 >= n && (act != englishIon || w.last(4) == 's' || w.last(4) == 't') {
		w.cut(n)
	}
}

// english5 is step 5.
func (w *word) english5() {
	v, second := englishVowels, w.last(2)
	switch {
	case w.in(w.r2, "l") && second == 'l', w.in(w.r2, "e"):
		w.cut(1)
	case w.in(w.r1, "e") && len(w.b) >= 4 && (v[second] || englishYs[second] || !v[w.last(3)] || v[w.last(4)]):
		w.cut(1)
	}
}

func anyOf(b []byte, s *set) bool {
	for _, c := range b {
		if s[c] {
			return true
		}
	}
	return false
}
