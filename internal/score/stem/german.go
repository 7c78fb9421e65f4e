package stem

var (
	germanVowels = newSet(german, "aeiouyäöü")
	germanS      = newSet(german, "bdfghklmnrt") // an s behind them is an ending
	germanSt     = newSet(german, "bdfghklmnt")
	germanStep1  = newTable(german,
		of(germanCut, "ern", "em", "er"),
		of(germanE, "en", "es", "e"),
		of(germanEndS, "s"))
	germanStep2 = newTable(german,
		of(germanCut, "est", "en", "er"),
		of(germanEndSt, "st"))
	germanStep3 = newTable(german,
		of(germanUng, "end", "ung"),
		of(germanIg, "ig", "ik", "isch"),
		of(germanLich, "lich", "heit"),
		of(germanKeit, "keit"))
)

const (
	germanCut action = iota
	germanE
	germanEndS
	germanEndSt
	germanUng
	germanIg
	germanLich
	germanKeit
)

// german is NLTK's GermanStemmer.
func (w *word) german() {
	w.mark(germanVowels, "uy")
	w.regions12(germanVowels)
	w.raiseR1(germanVowels)

	act, n := germanStep1.find(w.region(w.r1))
	switch {
	case n == 0:
	case act == germanE && hasSuffix(w.before(n), "niss"):
		w.cut(n + 1)
	case act != germanEndS || germanS[w.last(2)]:
		w.cut(n)
	}

	act, n = germanStep2.find(w.region(w.r1))
	if n > 0 && (act != germanEndSt || germanSt[w.last(3)] && len(w.b) >= 6) {
		w.cut(n)
	}
	w.german3()

	for i, c := range w.b {
		switch c {
		case 'ä':
			w.b[i] = 'a'
		case 'ö':
			w.b[i] = 'o'
		case 'ü':
			w.b[i] = 'u'
		}
	}
}

// german3 is step 3.
func (w *word) german3() {
	act, n := germanStep3.find(w.region(w.r2))
	if n == 0 {
		return
	}
	// What stands before the suffix inside R1 and R2.
	in1, in2 := w.before(n)[len(w.b)-w.r1:], w.before(n)[len(w.b)-w.r2:]
	switch act {
	case germanUng:
		w.cut(n)
		if hasSuffix(in2, "ig") && !hasSuffix(in2, "eig") {
			w.cut(2)
		}
	case germanIg:
		if !hasSuffix(in2, "e") {
			w.cut(n)
		}
	case germanLich:
		w.cut(n)
		if endsAny(in1, "er", "en") {
			w.cut(2)
		}
	case germanKeit:
		w.cut(n)
		switch {
		case hasSuffix(in2, "lich"):
			w.cut(4)
		case hasSuffix(in2, "ig"):
			w.cut(2)
		}
	}
}
