package stem

import "strings"

// romanianLetters are those of the rules that Latin-1 does not have. The letters
// with a comma below, in use today, are none of them: NLTK knows the cedilla only.
const romanianLetters = "ăţş"

var (
	romanianVowels = newSet(romanian, "aeiouăâî")
	romanianNo     = newSet(romanian, "aeioăâî") // no verb's suffix stands behind them
	romanianStep0  = newTable(romanian,
		of(romanianUl, "ul", "ului"),
		of(romanianCut2, "aua", "atei"),
		of(romanianIle, "ile"),
		of(romanianE, "ea", "ele", "elor"),
		of(romanianI, "ii", "iua", "iei", "iile", "iilor", "ilor"),
		of(romanianCut1, "aţie", "aţia"))
	romanianStep1 = newTable(romanian,
		of(romanianAbil, "abilitate", "abilitati", "abilităi", "abilităţi"),
		of(romanianCut5, "ibilitate"),
		of(romanianIv, "ivitate", "ivitati", "ivităi", "ivităţi"),
		of(romanianIc, "icitate", "icitati", "icităi", "icităţi", "icator", "icatori", "iciv", "iciva", "icive", "icivi",
			"icivă", "ical", "icala", "icale", "icali", "icală"),
		of(romanianAt, "ativ", "ativa", "ative", "ativi", "ativă", "aţiune", "atoare", "ator", "atori", "ătoare", "ător",
			"ători"),
		of(romanianIt, "itiv", "itiva", "itive", "itivi", "itivă", "iţiune", "itoare", "itor", "itori"))
	romanianStep2 = newTable(romanian,
		of(romanianIune, "iune", "iuni"),
		of(romanianIst, "ism", "isme", "ist", "ista", "iste", "isti", "istă", "işti"),
		of(romanianCut, "abila", "abile", "abili", "abilă", "ibila", "ibile", "ibili", "ibilă", "atori", "itate",
			"itati", "ităţi", "abil", "ibil", "oasa", "oasă", "oase", "anta", "ante", "anti", "antă", "ator", "ităi",
			"ata", "ată", "ati", "ate", "uta", "ută", "uti", "ute", "ita", "ită", "iti", "ite", "ica", "ice", "ici",
			"ică", "osi", "oşi", "ant", "iva", "ive", "ivi", "ivă", "at", "ut", "it", "ic", "os", "iv"))
	romanianStep3 = newTable(romanian,
		of(romanianCut, "seserăţi", "seserăm", "serăţi", "seseşi", "seseră", "serăm", "sesem", "seşi", "seră", "sese",
			"aţi", "eţi", "iţi", "âţi", "sei", "ăm", "em", "im", "âm", "se"),
		of(romanianVerb, "aserăţi", "iserăţi", "âserăţi", "userăţi", "aserăm", "iserăm", "âserăm", "userăm", "ească",
			"arăţi", "urăţi", "irăţi", "ârăţi", "aseşi", "aseră", "iseşi", "iseră", "âseşi", "âseră", "useşi",
			"useră", "indu", "ându", "ează", "eşti", "eşte", "ăşti", "ăşte", "eaţi", "iaţi", "arăm", "urăm",
			"irăm", "ârăm", "asem", "isem", "âsem", "usem", "are", "ere", "ire", "âre", "ind", "ând", "eze", "ezi",
			"esc", "ăsc", "eam", "eai", "eau", "iam", "iai", "iau", "aşi", "ară", "uşi", "ură", "işi", "iră", "âşi",
			"âră", "ase", "ise", "âse", "use", "ez", "am", "ai", "au", "ea", "ia", "ui", "âi"))
	romanianStep4 = newTable(romanian, of(0, "ie", "a", "e", "i", "ă"))
)

const (
	romanianCut action = iota
	romanianCut1
	romanianCut2
	romanianCut5
	romanianUl
	romanianIle
	romanianE
	romanianI
	romanianAbil
	romanianIv
	romanianIc
	romanianAt
	romanianIt
	romanianIune
	romanianIst
	romanianVerb
)

// romanianWord is a word with the regions as NLTK has them: they follow the word
// in some rules and not in others, and a suffix counts as in one if it stands
// anywhere in it.
type romanianWord struct {
	*word
	r1, r2, rv string
}

// romanian is NLTK's RomanianStemmer.
func (w *word) romanian() {
	w.mark(romanianVowels, "ui")
	w.regions(romanianVowels)
	whole := string(w.b)
	r := romanianWord{w, whole[len(whole)-w.r1:], whole[len(whole)-w.r2:], whole[len(whole)-w.rv:]}

	r.step0()
	reduced := r.step1()
	if !r.step2() && !reduced {
		r.step3()
	}
	if suffix := r.suffix(romanianStep4.find(r.b)); suffix != "" && strings.Contains(r.rv, suffix) {
		r.swap(len(suffix), "")
	}
}

// suffix returns the last n letters of the word: what a table found.
func (r *romanianWord) suffix(_ action, n int) string { return string(r.b[len(r.b)-n:]) }

// step0 removes plurals and the like.
func (r *romanianWord) step0() {
	act, n := romanianStep0.find(r.b)
	if n == 0 || !strings.Contains(r.r1, r.suffix(act, n)) {
		return
	}
	switch act {
	case romanianUl:
		r.replaceV(n, "")
	case romanianE:
		r.replaceV(n, "e")
	case romanianI:
		r.replaceV(n, "i")
	case romanianIle:
		if !hasSuffix(r.before(n), "ab") {
			r.swap(2, "")
		}
	case romanianCut2:
		r.swap(2, "")
	case romanianCut1:
		r.swap(1, "")
	}
}

// replaceV replaces a suffix of n letters in the word and in RV, which becomes
// empty if it has no such suffix.
func (r *romanianWord) replaceV(n int, s string) {
	if strings.Contains(r.rv, r.suffix(0, n)) {
		r.rv = r.rv[:len(r.rv)-n] + s
	} else {
		r.rv = ""
	}
	r.swap(n, s)
}

// step1 reduces suffixes of several parts until there is none. It reports
// whether the last one that it saw was in R1.
func (r *romanianWord) step1() (reduced bool) {
	for {
		act, n := romanianStep1.find(r.b)
		if n == 0 {
			return reduced
		}
		if !strings.Contains(r.r1, r.suffix(act, n)) {
			return false
		}
		reduced = true
		switch act {
		case romanianAbil:
			r.swap(n, "abil")
		case romanianCut5:
			r.swap(5, "")
		case romanianIv:
			r.swap(n, "iv")
		case romanianIc:
			r.swap(n, "ic")
		case romanianAt:
			r.replace2(n, "at")
		case romanianIt:
			r.replace2(n, "it")
		}
	}
}

// replace2 replaces a suffix of n letters in the word, and as many letters at
// the end of R2 if that has the suffix somewhere.
func (r *romanianWord) replace2(n int, s string) {
	if strings.Contains(r.r2, r.suffix(0, n)) {
		r.r2 = r.r2[:len(r.r2)-n] + s
	}
	r.swap(n, s)
}

// step2 removes a standard suffix and reports whether there is one in R2.
func (r *romanianWord) step2() bool {
	act, n := romanianStep2.find(r.b)
	if n == 0 || !strings.Contains(r.r2, r.suffix(act, n)) {
		return false
	}
	switch act {
	case romanianCut:
		r.swap(n, "")
	case romanianIune:
		if r.last(5) == alphabets[romanian].code('ţ') {
			r.swap(5, "t")
		}
	case romanianIst:
		r.swap(n, "ist")
	}
	return true
}

// step3 removes a verb's suffix: the longest that is in RV.
func (r *romanianWord) step3() {
	for _, rule := range romanianStep3.rulesOf(r.b) {
		if !r.ends(rule.suffix) {
			continue
		}
		at := strings.Index(r.rv, rule.suffix)
		if at < 0 {
			continue
		}
		n := len(rule.suffix)
		if rule.act == romanianCut {
			r.swap(n, "")
			r.rv = r.rv[:len(r.rv)-n]
		} else if at > 0 && !romanianNo[r.rv[at-1]] {
			r.swap(n, "")
		}
		return
	}
}
