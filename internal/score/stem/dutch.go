package stem

var (
	dutchVowels = newSet(dutch, "aeiouyè")
	dutchStep1  = newTable(dutch,
		of(dutchHeden, "heden"),
		of(dutchEn, "ene", "en"),
		of(dutchS, "se", "s"))
	dutchStep3 = newTable(dutch,
		of(dutchEnd, "end", "ing"),
		of(dutchIg, "ig"),
		of(dutchLijk, "lijk"),
		of(dutchBaar, "baar"),
		of(dutchBar, "bar"))
)

const (
	dutchHeden action = iota
	dutchEn
	dutchS
	dutchEnd
	dutchIg
	dutchLijk
	dutchBaar
	dutchBar
)

// dutch is NLTK's DutchStemmer.
func (w *word) dutch() {
	v := dutchVowels
	if len(w.b) > 0 && w.b[0] == 'y' {
		w.b[0] = 'Y'
	}
	w.markAfter(v, 'y')
	w.mark(v, "i")
	w.regions12(v)
	w.raiseR1(v)

	w.dutch1()
	reduced := w.in(w.r1, "e") && !v[w.last(2)]
	if reduced {
		w.cut(1)
		w.dutchUndouble()
	}
	if w.in(w.r2, "heid") && w.last(5) != 'c' {
		w.cut(4)
		if w.in(w.r1, "en") {
			w.dutchEn(2)
		}
	}
	w.dutch3(reduced)
	w.dutchVowel()
}

func (w *word) dutchUndouble() { w.undouble("kk", "dd", "tt") }

// dutchEn takes n letters away, "en" or "ene", if they may go.
func (w *word) dutchEn(n int) {
	if !dutchVowels[w.last(n+1)] && !hasSuffix(w.before(n), "gem") {
		w.cut(n)
		w.dutchUndouble()
	}
}

// dutch1 is step 1.
func (w *word) dutch1() {
	act, n := dutchStep1.find(w.region(w.r1))
	switch {
	case n == 0:
	case act == dutchHeden:
		in2 := w.r2 >= n
		w.replace(n, "heid")
		if !in2 {
			// NLTK leaves such an R2 as it was, an end of "heden", which nothing
			// that follows matches.
			w.r2 = 0
		}
	case act == dutchEn && !w.ends("heden"):
		w.dutchEn(n)
	case act == dutchS && !dutchVowels[w.last(n+1)] && w.last(n+1) != 'j':
		w.cut(n)
	}
}

// dutch3 is step 3b; reduced says that step 2 took something away.
func (w *word) dutch3(reduced bool) {
	act, n := dutchStep3.find(w.region(w.r2))
	switch {
	case n == 0:
	case act == dutchEnd:
		w.cut(n)
		if w.in(w.r2, "ig") && w.last(3) != 'e' {
			w.cut(2)
		} else {
			w.dutchUndouble()
		}
	case act == dutchIg && w.last(3) != 'e',
		act == dutchBaar,
		act == dutchBar && reduced:
		w.cut(n)
	case act == dutchLijk:
		w.cut(n)
		if w.in(w.r1, "e") && !dutchVowels[w.last(2)] {
			w.cut(1)
			w.dutchUndouble()
		}
	}
}

// dutchVowel is step 4: a double vowel between consonants becomes one.
func (w *word) dutchVowel() {
	v, last := dutchVowels, w.last(1)
	if len(w.b) < 4 || v[last] || last == 'I' || v[w.last(4)] || w.last(2) != w.last(3) {
		return
	}
	switch w.last(2) {
	case 'a', 'e', 'o', 'u':
		w.b = w.b[:len(w.b)-1]
		w.b[len(w.b)-1] = last
	}
}
