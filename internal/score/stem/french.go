package stem

import "strings"

var (
	frenchVowels = newSet(french, "aeiouyâàëéêèïîôûù")
	frenchQ      = newSet(french, "q")
	frenchPlural = newSet(french, "aiouès") // an s behind them stays
	frenchStep1  = newTable(french,
		of(frenchEaux, "eaux"),
		of(frenchEuse, "euse", "euses"),
		of(frenchEment, "ement", "ements"),
		of(frenchAmment, "amment"),
		of(frenchEmment, "emment"),
		of(frenchMent, "ment", "ments"),
		of(frenchAux, "aux"),
		of(frenchIssement, "issement", "issements"),
		of(frenchCut, "ance", "iqUe", "isme", "able", "iste", "eux", "ances", "iqUes", "ismes", "ables", "istes"),
		of(frenchAteur, "atrice", "ateur", "ation", "atrices", "ateurs", "ations"),
		of(frenchLog, "logie", "logies"),
		of(frenchU, "usion", "ution", "usions", "utions"),
		of(frenchEnt, "ence", "ences"),
		of(frenchIte, "ité", "ités"),
		of(frenchIf, "if", "ive", "ifs", "ives"))
	frenchStep2a = newTable(french,
		of(0, "issaIent", "issantes", "iraIent", "issante", "issants", "issions", "irions", "issais", "issait",
			"issant", "issent", "issiez", "issons", "irais", "irait", "irent", "iriez", "irons", "iront", "isses",
			"issez", "îmes", "îtes", "irai", "iras", "irez", "isse", "ies", "ira", "ît", "ie", "ir", "is", "it", "i"))
	frenchStep2b = newTable(french,
		of(frenchIons, "ions"),
		of(frenchCut, "eraIent", "erions", "èrent", "erais", "erait", "eriez", "erons", "eront", "erai", "eras", "erez",
			"ées", "era", "iez", "ée", "és", "er", "ez", "é"),
		of(frenchCutE, "assions", "assent", "assiez", "aIent", "antes", "asses", "âmes", "âtes", "ante", "ants", "asse",
			"ais", "ait", "ant", "ât", "ai", "as", "a"))
	frenchStep4 = newTable(french,
		of(frenchIon, "ion"),
		of(frenchIer, "ier", "ière", "Ier", "Ière"),
		of(frenchE, "e"),
		of(frenchGue, "ë"))
)

const (
	frenchCut action = iota
	frenchCutE
	frenchEaux
	frenchEuse
	frenchEment
	frenchAmment
	frenchEmment
	frenchMent
	frenchAux
	frenchIssement
	frenchAteur
	frenchLog
	frenchU
	frenchEnt
	frenchIte
	frenchIf
	frenchIons
	frenchIon
	frenchIer
	frenchE
	frenchGue
)

// frenchWord is a word with the regions as NLTK has them: R1 and R2 stay what
// they were in the whole word, and a suffix counts as in them if it stands
// anywhere in them. RV is shortened now and then.
type frenchWord struct {
	*word
	r1, r2, rv string
}

// french is NLTK's FrenchStemmer.
func (w *word) french() {
	w.frenchMark()
	w.regions12(frenchVowels)
	whole := string(w.b)
	f := frenchWord{w, whole[len(whole)-w.r1:], whole[len(whole)-w.r2:], whole[frenchRV(w.b):]}

	if f.step1() || f.step2a() || f.step2b() {
		f.step3()
	} else {
		f.step4()
	}
	if w.endsAny("enn", "onn", "ett", "ell", "eill") {
		w.swap(1, "")
	}
	// An é or è before the last consonants loses its accent, unless it is the
	// first letter.
	for i := len(w.b) - 1; i > 0; i-- {
		if c := w.b[i]; frenchVowels[c] {
			if i < len(w.b)-1 && (c == 'é' || c == 'è') {
				w.b[i] = 'e'
			}
			break
		}
	}
}

// frenchMark calls some vowels consonants.
func (w *word) frenchMark() {
	w.markAfter(frenchQ, 'u')
	for i := 1; i < len(w.b)-1; i++ {
		before, after := frenchVowels[w.b[i-1]], frenchVowels[w.b[i+1]]
		switch w.b[i] {
		case 'u', 'i':
			if before && after {
				w.b[i] -= 'a' - 'A'
			}
		case 'y':
			if before || after {
				w.b[i] = 'Y'
			}
		}
	}
}

// frenchRV returns where RV begins (FrenchStemmer.__rv_french).
func frenchRV(b []byte) int {
	if len(b) < 2 || frenchVowels[b[0]] && frenchVowels[b[1]] {
		return min(3, len(b))
	}
	switch string(b[:min(3, len(b))]) {
	case "par", "col", "tap":
		return 3
	}
	for i := 1; i < len(b); i++ {
		if frenchVowels[b[i]] {
			return i + 1
		}
	}
	return len(b)
}

func (f *frenchWord) in1(s string) bool { return strings.Contains(f.r1, s) }
func (f *frenchWord) in2(s string) bool { return strings.Contains(f.r2, s) }
func (f *frenchWord) inV(s string) bool { return strings.Contains(f.rv, s) }

// step1 removes a standard suffix. It reports whether that is all there is to
// remove: not if a verb's suffix may stand before it.
func (f *frenchWord) step1() bool {
	act, n := frenchStep1.find(f.b)
	if n == 0 {
		return false
	}
	suffix := string(f.b[len(f.b)-n:])
	switch act {
	case frenchEaux:
		f.swap(1, "")
		return true
	case frenchEuse:
		switch {
		case f.in2(suffix):
			f.swap(n, "")
			return true
		case f.in1(suffix):
			f.swap(n, "eux")
			return true
		}
	case frenchEment, frenchAmment, frenchEmment, frenchMent:
		return f.inV(suffix) && f.adverb(act, suffix)
	case frenchAux:
		if f.in1(suffix) {
			f.swap(2, "l")
			return true
		}
	case frenchIssement:
		if f.in1(suffix) && !frenchVowels[f.last(n+1)] {
			f.swap(n, "")
			return true
		}
	default:
		if f.in2(suffix) {
			f.noun(act, n)
			return true
		}
	}
	return false
}

// adverb removes a suffix with "ment", in RV. It reports what step1 does.
func (f *frenchWord) adverb(act action, suffix string) bool {
	n := len(suffix)
	switch act {
	case frenchEment:
		f.swap(n, "")
		f.adjective()
		return true
	case frenchAmment:
		f.swap(n, "ant")
		f.rv = f.rv[:len(f.rv)-n] + "ant"
	case frenchEmment:
		f.swap(n, "ent") // NLTK leaves RV alone here
	case frenchMent:
		if !strings.HasPrefix(f.rv, suffix) && frenchVowels[f.rv[len(f.rv)-n-1]] {
			f.swap(n, "")
			f.rv = f.rv[:len(f.rv)-n]
		}
	}
	return false
}

// adjective goes on behind "ement".
func (f *frenchWord) adjective() {
	switch {
	case f.ends("iv") && f.in2("iv"):
		f.swap(2, "")
		f.cutIf("at")
	case f.ends("eus"):
		if f.in2("eus") {
			f.swap(3, "")
		} else if f.in1("eus") {
			f.swap(1, "x")
		}
	case f.endsAny("abl", "iqU"):
		if f.in2("abl") || f.in2("iqU") {
			f.swap(3, "")
		}
	case f.endsAny("i\xe8r", "I\xe8r"):
		if f.inV("i\xe8r") || f.inV("I\xe8r") {
			f.swap(3, "i")
		}
	}
}

// noun removes a suffix of n letters that R2 has.
func (f *frenchWord) noun(act action, n int) {
	switch act {
	case frenchCut:
		f.swap(n, "")
	case frenchAteur:
		f.swap(n, "")
		f.ic()
	case frenchLog:
		f.swap(n, "log")
	case frenchU:
		f.swap(n, "u")
	case frenchEnt:
		f.swap(n, "ent")
	case frenchIte:
		f.swap(n, "")
		switch {
		case f.ends("abil"):
			if !f.cutIf("abil") {
				f.swap(2, "l")
			}
		case f.ends("ic"):
			f.ic()
		default:
			f.cutIf("iv")
		}
	case frenchIf:
		f.swap(n, "")
		if f.cutIf("at") {
			f.ic()
		}
	}
}

// cutIf removes s from the end if R2 has it and reports whether it did.
func (f *frenchWord) cutIf(s string) bool {
	if f.ends(s) && f.in2(s) {
		f.swap(len(s), "")
		return true
	}
	return false
}

// ic removes "ic" from the end, or writes it "iqU".
func (f *frenchWord) ic() {
	if f.ends("ic") && !f.cutIf("ic") {
		f.swap(2, "iqU")
	}
}

// step2a removes a verb's suffix that begins with i.
func (f *frenchWord) step2a() bool {
	_, n := frenchStep2a.find(f.b)
	if n == 0 || len(f.rv) <= n {
		return false
	}
	// RV need not end as the word does; Python's index -1 is the last letter.
	at := strings.LastIndex(f.rv, string(f.b[len(f.b)-n:]))
	if at < 0 || frenchVowels[f.rv[(at+len(f.rv)-1)%len(f.rv)]] {
		return false
	}
	f.swap(n, "")
	return true
}

// step2b removes another verb's suffix.
func (f *frenchWord) step2b() bool {
	act, n := frenchStep2b.find([]byte(f.rv))
	if n == 0 || act == frenchIons && !f.in2("ions") {
		return false
	}
	f.swap(n, "")
	if act == frenchCutE && strings.HasSuffix(f.rv[:len(f.rv)-n], "e") {
		f.swap(1, "")
	}
	return true
}

// step3 mends the last letter of what is left.
func (f *frenchWord) step3() {
	switch f.last(1) {
	case 'Y':
		f.swap(1, "i")
	case 'ç':
		f.swap(1, "c")
	}
}

// step4 removes what is left of a suffix.
func (f *frenchWord) step4() {
	if len(f.b) >= 2 && f.last(1) == 's' && !frenchPlural[f.last(2)] {
		f.swap(1, "")
	}
	for _, rule := range frenchStep4.rulesOf(f.b) {
		if f.ends(rule.suffix) && f.inV(rule.suffix) {
			f.residual(rule.act, len(rule.suffix))
			return
		}
	}
}

// residual removes a suffix of n letters that is in RV, if step 4 may.
func (f *frenchWord) residual(act action, n int) {
	switch act {
	case frenchIon:
		if before := f.rv[max(0, len(f.rv)-4)]; f.in2("ion") && (before == 's' || before == 't') {
			f.swap(n, "")
		}
	case frenchIer:
		f.swap(n, "i")
	case frenchE:
		f.swap(n, "")
	case frenchGue:
		if hasSuffix(f.before(n), "gu") {
			f.swap(n, "")
		}
	}
}
