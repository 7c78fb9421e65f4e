package stem

var (
	italianVowels = newSet(italian, "aeiouàèìòù")
	italianStep0  = newTable(italian,
		of(0, "gliela", "gliele", "glieli", "glielo", "gliene", "sene", "mela", "mele", "meli", "melo", "mene", "tela",
			"tele", "teli", "telo", "tene", "cela", "cele", "celi", "celo", "cene", "vela", "vele", "veli", "velo",
			"vene", "gli", "ci", "la", "le", "li", "lo", "mi", "ne", "si", "ti", "vi"))
	italianStep1 = newTable(italian,
		of(italianAmente, "amente"),
		of(italianMento, "amento", "amenti", "imento", "imenti"),
		of(italianAzione, "azione", "azioni", "atore", "atori"),
		of(italianLog, "logia", "logie"),
		of(italianU, "uzione", "uzioni", "usione", "usioni"),
		of(italianEnte, "enza", "enze"),
		of(italianIta, "ità"),
		of(italianIvo, "ivo", "ivi", "iva", "ive"),
		of(italianCut, "atrice", "atrici", "abile", "abili", "ibile", "ibili", "mente", "anza", "anze", "iche", "ichi",
			"ismo", "ismi", "ista", "iste", "isti", "istà", "istè", "istì", "ante", "anti", "ico", "ici", "ica", "ice",
			"oso", "osi", "osa", "ose"))
	italianStep2 = newTable(italian,
		of(0, "erebbero", "irebbero", "assero", "assimo", "eranno", "erebbe", "eremmo", "ereste", "eresti", "essero",
			"iranno", "irebbe", "iremmo", "ireste", "iresti", "iscano", "iscono", "issero", "arono", "avamo", "avano",
			"avate", "eremo", "erete", "erono", "evamo", "evano", "evate", "iremo", "irete", "irono", "ivamo", "ivano",
			"ivate", "ammo", "ando", "asse", "assi", "emmo", "enda", "ende", "endi", "endo", "erai", "erei", "Yamo",
			"iamo", "immo", "irai", "irei", "isca", "isce", "isci", "isco", "ano", "are", "ata", "ate", "ati", "ato",
			"ava", "avi", "avo", "erà", "ere", "erò", "ete", "eva", "evi", "evo", "irà", "ire", "irò", "ita", "ite",
			"iti", "ito", "iva", "ivi", "ivo", "ono", "uta", "ute", "uti", "uto", "ar", "ir"))
	italianQ     = newSet(italian, "q")
	italianFinal = newSet(italian, "aeioàèìò")
)

const (
	italianCut action = iota
	italianAmente
	italianMento
	italianAzione
	italianLog
	italianU
	italianEnte
	italianIta
	italianIvo
)

// italian is NLTK's ItalianStemmer.
func (w *word) italian() {
	w.markAfter(italianQ, 'u')
	w.mark(italianVowels, "ui")
	w.regions(italianVowels)
	w.italian0()
	if !w.italian1() {
		_, n := italianStep2.find(w.region(w.rv))
		w.cut(n)
	}
	if w.rv > 0 && italianFinal[w.last(1)] {
		w.cut(1)
		if w.in(w.rv, "i") {
			w.cut(1)
		}
	}
	if w.in(w.rv, "ch") || w.in(w.rv, "gh") {
		w.cut(1)
	}
}

// italian0 takes an attached pronoun away.
func (w *word) italian0() {
	_, n := italianStep0.find(w.region(w.rv))
	if n == 0 {
		return
	}
	verb := w.before(n)[len(w.b)-w.rv:]
	switch {
	case endsAny(verb, "ando", "endo"):
		w.cut(n)
	case endsAny(verb, "ar", "er", "ir"):
		w.replace(n, "e")
	}
}

// italian1 is step 1. It reports whether it took something away.
func (w *word) italian1() bool {
	act, n := italianStep1.find(w.b)
	switch {
	case n == 0:
		return false
	case act == italianAmente && w.r1 >= n:
		w.cut(n)
		w.romanceAdverb("os", "ic", "abil")
		return true
	case act == italianMento && w.rv >= n:
		w.cut(n)
		return true
	case w.r2 < n:
		return false
	}
	switch act {
	case italianCut:
		w.cut(n)
	case italianAzione:
		w.cut(n)
		w.cutIn2("ic")
	case italianLog:
		w.cut(2)
		w.rv = 0 // NLTK makes something of it that nothing that follows matches
	case italianU:
		w.cut(5)
	case italianEnte:
		w.replace(n, "te") // Snowball has "ente" here
	case italianIta:
		w.cut(n)
		w.cutIn2("ic", "iv", "abil")
	case italianIvo:
		w.cut(n)
		if w.cutIn2("at") {
			w.cutIn2("ic")
		}
	}
	return true
}
