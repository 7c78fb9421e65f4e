package stem

var (
	portugueseVowels = newSet(portuguese, "aeiouáéíóúâêô")
	portugueseStep1  = newTable(portuguese,
		of(portugueseAmente, "amente"),
		of(portugueseIra, "ira", "iras"),
		of(portugueseLog, "logia", "logias"),
		of(portugueseU, "uça~o", "uço~es"),
		of(portugueseEnte, "ência", "ências"),
		of(portugueseMente, "mente"),
		of(portugueseIdade, "idade", "idades"),
		of(portugueseIva, "iva", "ivo", "ivas", "ivos"),
		of(portugueseCut, "amentos", "imentos", "amento", "imento", "adoras", "adores", "aço~es", "anças", "ismos",
			"istas", "adora", "aça~o", "antes", "ância", "ança", "ezas", "icos", "icas", "ismo", "ável", "ível",
			"ista", "osos", "osas", "ador", "ante", "eza", "ico", "ica", "oso", "osa"))
	portugueseStep2 = newTable(portuguese,
		of(0, "aríamos", "eríamos", "iríamos", "ássemos", "êssemos", "íssemos", "aríeis", "eríeis", "iríeis", "ásseis",
			"ésseis", "ísseis", "áramos", "éramos", "íramos", "ávamos", "aremos", "eremos", "iremos", "ariam", "eriam",
			"iriam", "assem", "essem", "issem", "ara~o", "era~o", "ira~o", "arias", "erias", "irias", "ardes", "erdes",
			"irdes", "asses", "esses", "isses", "astes", "estes", "istes", "áreis", "areis", "éreis", "ereis", "íreis",
			"ireis", "áveis", "íamos", "armos", "ermos", "irmos", "aria", "eria", "iria", "asse", "esse", "isse",
			"aste", "este", "iste", "arei", "erei", "irei", "aram", "eram", "iram", "avam", "arem", "erem", "irem",
			"ando", "endo", "indo", "adas", "idas", "arás", "aras", "erás", "eras", "irás", "avas", "ares", "eres",
			"ires", "íeis", "ados", "idos", "ámos", "amos", "emos", "imos", "iras", "ada", "ida", "ará", "ara", "erá",
			"era", "irá", "ava", "iam", "ado", "ido", "ias", "ais", "eis", "ira", "ia", "ei", "am", "em", "ar", "er",
			"ir", "as", "es", "is", "eu", "iu", "ou"))
	portugueseStep4 = newTable(portuguese, of(0, "os", "a", "i", "o", "á", "í", "ó"))
)

const (
	portugueseCut action = iota
	portugueseAmente
	portugueseIra
	portugueseLog
	portugueseU
	portugueseEnte
	portugueseMente
	portugueseIdade
	portugueseIva
)

// portuguese is NLTK's PortugueseStemmer. A nasal vowel is the vowel and a ~,
// which is a consonant.
func (w *word) portuguese() {
	for i := 1; i < len(w.b); i++ {
		if w.b[i] == 'ü' && (w.b[i-1] == 'q' || w.b[i-1] == 'g') {
			w.b[i] = 'u'
		}
	}
	w.regions(portugueseVowels)
	removed := w.portuguese1()
	if !removed {
		_, n := portugueseStep2.find(w.region(w.rv))
		w.cut(n)
		removed = n > 0
	}
	if removed {
		if w.in(w.rv, "i") && w.last(2) == 'c' {
			w.cut(1)
		}
	} else {
		_, n := portugueseStep4.find(w.region(w.rv))
		w.cut(n)
	}
	w.portuguese5()
	w.portugueseNasals()
}

// portuguese1 is step 1. It reports whether it took something away.
func (w *word) portuguese1() bool {
	act, n := portugueseStep1.find(w.b)
	switch {
	case n == 0:
		return false
	case act == portugueseAmente && w.r1 >= n:
		w.cut(n)
		w.romanceAdverb("os", "ic", "ad")
		return true
	case act == portugueseIra && w.rv >= n && w.last(n+1) == 'e':
		w.replace(n, "ir")
		return true
	case w.r2 < n:
		return false
	}
	switch act {
	case portugueseCut, portugueseIra:
		w.cut(n)
	case portugueseLog:
		w.replace(n, "log")
	case portugueseU:
		w.replace(n, "u")
	case portugueseEnte:
		w.replace(n, "ente")
	case portugueseMente:
		w.cut(n)
		w.cutIn2("ante", "avel", "ivel")
	case portugueseIdade:
		w.cut(n)
		w.cutIn2("ic", "iv", "abil")
	case portugueseIva:
		w.cut(n)
		w.cutIn2("at")
	}
	return true
}

// portuguese5 is step 5.
func (w *word) portuguese5() {
	last := w.last(1)
	switch {
	case w.rv > 0 && (last == 'e' || last == 'é' || last == 'ê'):
		w.cut(1)
		if w.rv > 0 && (w.ends("gu") || w.ends("ci")) {
			w.cut(1)
		}
	case last == 'ç':
		w.b[len(w.b)-1] = 'c'
	}
}

// portugueseNasals makes one letter of a vowel and its ~ again.
func (w *word) portugueseNasals() {
	n := 0
	for _, c := range w.b {
		switch {
		case c == '~' && n > 0 && w.b[n-1] == 'a':
			w.b[n-1] = 'ã'
		case c == '~' && n > 0 && w.b[n-1] == 'o':
			w.b[n-1] = 'õ'
		default:
			w.b[n] = c
			n++
		}
	}
	w.b = w.b[:n]
}
