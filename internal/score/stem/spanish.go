package stem

var (
	spanishVowels = newSet(spanish, "aeiouáéíóúü")
	spanishStep0  = newTable(spanish,
		of(0, "selas", "selos", "sela", "selo", "las", "les", "los", "nos", "me", "se", "la", "le", "lo"))
	// what a pronoun may be attached to
	spanishVerb = newTable(spanish,
		of(spanishCut, "ando", "ándo", "ar", "ár", "er", "ér", "iendo", "iéndo", "ir", "ír"),
		of(spanishYendo, "yendo"))
	spanishStep1 = newTable(spanish,
		of(spanishAmente, "amente"),
		of(spanishAcion, "adora", "ador", "ación", "adoras", "adores", "aciones", "ante", "antes", "ancia", "ancias"),
		of(spanishLog, "logía", "logías"),
		of(spanishU, "ución", "uciones"),
		of(spanishEnte, "encia", "encias"),
		of(spanishMente, "mente"),
		of(spanishIdad, "idad", "idades"),
		of(spanishIva, "iva", "ivo", "ivas", "ivos"),
		of(spanishCut, "amientos", "imientos", "amiento", "imiento", "anzas", "ismos", "ables", "ibles", "istas",
			"anza", "icos", "icas", "ismo", "able", "ible", "ista", "osos", "osas", "ico", "ica", "oso", "osa"))
	spanishStep2a = newTable(spanish,
		of(0, "yeron", "yendo", "yamos", "yais", "yan", "yen", "yas", "yes", "ya", "ye", "yo", "yó"))
	spanishStep2b = newTable(spanish,
		of(spanishGu, "en", "es", "éis", "emos"),
		of(spanishCut, "aríamos", "eríamos", "iríamos", "iéramos", "iésemos", "aríais", "aremos", "eríais", "eremos",
			"iríais", "iremos", "ierais", "ieseis", "asteis", "isteis", "ábamos", "áramos", "ásemos", "arían", "arías",
			"aréis", "erían", "erías", "eréis", "irían", "irías", "iréis", "ieran", "iesen", "ieron", "iendo", "ieras",
			"ieses", "abais", "arais", "aseis", "éamos", "arán", "arás", "aría", "erán", "erás", "ería", "irán", "irás",
			"iría", "iera", "iese", "aste", "iste", "aban", "aran", "asen", "aron", "ando", "abas", "adas", "idas",
			"aras", "ases", "íais", "ados", "idos", "amos", "imos", "ará", "aré", "erá", "eré", "irá", "iré", "aba",
			"ada", "ida", "ara", "ase", "ían", "ado", "ido", "ías", "áis", "ía", "ad", "ed", "id", "an", "ió", "ar",
			"er", "ir", "as", "ís"))
	spanishStep3 = newTable(spanish,
		of(spanishE, "e", "é"),
		of(spanishCut, "os", "a", "o", "á", "í", "ó"))
)

const (
	spanishCut action = iota
	spanishYendo
	spanishAmente
	spanishAcion
	spanishLog
	spanishU
	spanishEnte
	spanishMente
	spanishIdad
	spanishIva
	spanishGu
	spanishE
)

// spanish is NLTK's SpanishStemmer.
func (w *word) spanish() {
	w.regions(spanishVowels)
	w.spanish0()
	if !w.spanish1() {
		w.spanish2()
	}
	if act, n := spanishStep3.find(w.region(w.rv)); n > 0 {
		w.cut(n)
		if act == spanishE && w.ends("gu") && w.rv > 0 {
			w.cut(1)
		}
	}
	w.spanishUnaccent()
}

// spanish0 takes an attached pronoun away.
func (w *word) spanish0() {
	_, n := spanishStep0.find(w.region(w.rv))
	if n == 0 {
		return
	}
	stem := w.before(n)
	act, verb := spanishVerb.find(stem[len(w.b)-w.rv:])
	if verb > 0 && (act != spanishYendo || hasSuffix(stem, "uyendo")) {
		w.cut(n)
		w.spanishUnaccent()
	}
}

// spanish1 is step 1. It reports whether it took something away.
func (w *word) spanish1() bool {
	act, n := spanishStep1.find(w.b)
	if n == 0 || w.r2 < n && (act != spanishAmente || w.r1 < n) {
		return false
	}
	switch act {
	case spanishCut:
		w.cut(n)
	case spanishAmente:
		w.cut(n)
		w.romanceAdverb("os", "ic", "ad")
	case spanishAcion:
		w.cut(n)
		w.cutIn2("ic")
	case spanishLog:
		w.replace(n, "log")
	case spanishU:
		w.replace(n, "u")
	case spanishEnte:
		w.replace(n, "ente")
	case spanishMente:
		w.cut(n)
		w.cutIn2("ante", "able", "ible")
	case spanishIdad:
		w.cut(n)
		w.cutIn2("abil", "ic", "iv")
	case spanishIva:
		w.cut(n)
		w.cutIn2("at")
	}
	return true
}

// spanish2 is steps 2a and 2b. In NLTK the second runs even if the first took
// something away.
func (w *word) spanish2() {
	if _, n := spanishStep2a.find(w.region(w.rv)); n > 0 && w.last(n+1) == 'u' {
		w.cut(n)
	}
	act, n := spanishStep2b.find(w.region(w.rv))
	if n == 0 {
		return
	}
	w.cut(n)
	if act == spanishGu && w.ends("gu") {
		// NLTK leaves RV alone if it is the u only; what is left of it then
		// matches nothing, as an empty one does.
		w.cut(1)
	}
}

func (w *word) spanishUnaccent() {
	for i, c := range w.b {
		switch c {
		case 'á':
			w.b[i] = 'a'
		case 'é':
			w.b[i] = 'e'
		case 'í':
			w.b[i] = 'i'
		case 'ó':
			w.b[i] = 'o'
		case 'ú':
			w.b[i] = 'u'
		}
	}
}

// cutIn2 takes the first of the suffixes that R2 ends in away and reports
// whether there is one.
func (w *word) cutIn2(suffixes ...string) bool {
	for _, s := range suffixes {
		if w.in(w.r2, s) {
			w.cut(len(s))
			return true
		}
	}
	return false
}

// romanceAdverb goes on behind "-amente" in Italian, Portuguese and Spanish.
func (w *word) romanceAdverb(suffixes ...string) {
	if w.cutIn2("iv") {
		w.cutIn2("at")
	} else {
		w.cutIn2(suffixes...)
	}
}
