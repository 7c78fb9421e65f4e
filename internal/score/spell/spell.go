package spell

import "bytes"

// spell answers for a word in the dictionary's encoding (hunspell.cxx,
// spell_internal). It asks itself for the parts of a word at breaks: depth
// counts that.
func (s *search) spell(word []byte, depth int) bool {
	limit := maxAsked
	if !s.wide() {
		limit = maxAsked / 3
	}
	if len(word) >= limit || depth > maxDepth || s.steps > totalSteps {
		return false
	}
	outer := s.info
	s.info = 0
	defer func() { s.info = outer }()

	text, dots := s.clean(word)
	if len(text) == 0 || isNumber(text) {
		return true
	}
	w := spelling{search: s, casedWord: casedWord{text: text}, dots: dots > 0}
	if e := w.root(s.casing.kind(text)); e != none {
		return !(s.forbidWarn && s.warn != 0 && s.has(e, s.warn))
	}
	return s.info&isForbidden == 0 && w.breaks(depth)
}

// clean converts a word by ICONV, drops ignored characters, blanks before and
// dots behind it (hunspell.cxx, cleanword2).
func (s *search) clean(word []byte) (text []byte, dots int) {
	if s.input != nil {
		word = s.input.append(make([]byte, 0, 2*len(word)), word)
	}
	word = s.ignored.strip(word)
	word = bytes.TrimLeft(word, " ")
	text = bytes.TrimRight(word, ".")
	return text, len(word) - len(text)
}

// isNumber allows single separators between digits.
func isNumber(text []byte) bool {
	digit := false
	for _, c := range text {
		switch {
		case c >= '0' && c <= '9':
			digit = true
		case c == ',' || c == '.' || c == '-':
			if !digit {
				return false
			}
			digit = false
		default:
			return false
		}
	}
	return digit
}

// spelling is a word on its way through the ways of writing it.
type spelling struct {
	*search
	casedWord
	dots bool // dots were cut off: an abbreviation may need one
}

// root finds the root of a word in the cases its capitals allow: paris and
// macOS as they are, Paris as paris too, PARIS as Paris and paris.
func (w *spelling) root(kind capital) entryID {
	if kind != noCap {
		w.info |= isCapital
	}
	switch kind {
	case initCap:
		w.needUnits()
		return w.capitalised(kind)
	case allCap:
		w.needUnits()
		if e, done := w.capitals(); done {
			return e
		}
		return w.capitalised(kind)
	}
	return w.orWithDot(w.text)
}

func (w *spelling) needUnits() {
	if w.casing.bytes == nil {
		w.units = decodeUnits(w.text)
	}
}

// orWithDot tries the word and, if dots were cut off, the word with one.
func (w *spelling) orWithDot(text []byte) entryID {
	e := w.checkWord(text)
	if e == none && w.dots {
		e = w.checkWord(withDot(text))
	}
	return e
}

func withDot(text []byte) []byte { return append(bytes.Clone(text), '.') }

// capitals tries what only a word in capitals may be: itself, SANT'ELIA as
// Sant'Elia, STRASSE as Straße.
func (w *spelling) capitals() (entryID, bool) {
	if e := w.orWithDot(w.text); e != none {
		return e, true
	}
	if at := bytes.IndexByte(w.text, '\''); at >= 0 {
		w.casing.lowerAll(&w.casedWord)
		if at < len(w.text)-1 {
			if e := w.afterApostrophe(at); e != none {
				return e, true
			}
		}
	}
	if w.checkSharps && bytes.Contains(w.text, []byte("SS")) {
		if e := w.sharps(); e != none {
			return e, true
		}
	}
	return none, false
}

// afterApostrophe tries Sant'Elia and sant'Elia. The place of the apostrophe is
// that in the capitals, though small letters may be of other length.
func (w *spelling) afterApostrophe(at int) entryID {
	first, second := w.text[:at+1], w.casing.cased(w.text[at+1:])
	units := w.casing.cased(first).units
	w.casing.upperFirst(&second)
	w.text = append(bytes.Clone(first), second.text...)
	w.units = append(units, second.units...)
	if e := w.checkWord(w.text); e != none {
		return e
	}
	w.casing.upperFirst(&w.casedWord)
	return w.checkWord(w.text)
}

// sharps tries ß for each ss.
func (w *spelling) sharps() entryID {
	w.casing.lowerAll(&w.casedWord)
	small := bytes.Clone(w.text)
	e := w.sharpsFrom(bytes.Clone(small), 0, 0, 0)
	if e == none {
		w.casing.upperFirst(&w.casedWord)
		e = w.sharpsFrom(bytes.Clone(w.text), 0, 0, 0)
	}
	if e == none && w.dots {
		if e = w.sharpsFrom(withDot(small), 0, 0, 0); e == none {
			e = w.sharpsFrom(withDot(w.text), 0, 0, 0)
		}
	}
	return e
}

// maxSharps bounds the ss looked at: 2^5 ways of writing (hunspell.hxx,
// MAXSHARPS).
const maxSharps = 5

// sharpsFrom is hunspell.cxx, spellsharps. It needs one ß at least.
func (w *spelling) sharpsFrom(text []byte, from, tried, written int) entryID {
	at := bytes.Index(text[from:], []byte("ss"))
	if at < 0 || tried >= maxSharps {
		if written == 0 {
			return none
		}
		if !w.wide() {
			text = bytes.ReplaceAll(text, []byte("ß"), []byte{0xdf})
		}
		return w.checkWord(text)
	}
	at += from
	copy(text[at:], "ß")
	if e := w.sharpsFrom(text, at+2, tried+1, written+1); e != none {
		return e
	}
	copy(text[at:], "ss")
	return w.sharpsFrom(text, at+2, tried+1, written)
}

// capitalised tries Paris and paris for Paris and PARIS.
func (w *spelling) capitalised(kind capital) entryID {
	dotted := w.wide() && bytes.HasPrefix(w.text, []byte("İ"))
	if kind == allCap {
		w.casing.lowerAll(&w.casedWord)
		w.casing.upperFirst(&w.casedWord)
		if dotted {
			// Hunspell replaces one byte. In Turkish, where İ is two bytes here
			// too, no root begins with what results, and the small form decides.
			w.text = append([]byte("İ"), w.text[1:]...)
		}
	}
	e := w.checkInitial(w.text, kind)
	if w.info&isForbidden != 0 {
		return none // as Ijs in Dutch
	}
	if e != none && kind == allCap && w.keepsCase(e) {
		e = none
	}
	if e != none || dotted && !w.casing.turkic {
		return e
	}
	w.casing.lowerAll(&w.casedWord)
	small := w.text
	w.casing.upperFirst(&w.casedWord)
	if e = w.checkWord(small); e == none && w.dots {
		small = withDot(small)
		if e = w.checkWord(small); e == none {
			e = w.checkInitial(withDot(w.text), kind)
			if e != none && kind == allCap && w.keepsCase(e) {
				e = none
			}
			return e
		}
	}
	if e != none && w.keepsCase(e) && (kind == allCap || !w.hasSharp(small)) {
		return none
	}
	return e
}

// checkInitial is checkWord, for a Capitalised word without roots that are for
// capitals alone.
func (w *spelling) checkInitial(text []byte, kind capital) entryID {
	if kind == initCap {
		w.info |= asInitial
		defer func() { w.info &^= asInitial }()
	}
	return w.checkWord(text)
}

// keepsCase tells whether a root is right only as the dictionary writes it.
func (w *spelling) keepsCase(e entryID) bool {
	return w.keepCase != 0 && w.has(e, w.keepCase)
}

// hasSharp: with CHECKSHARPS a word with ß that keeps its case may still be
// Capitalised.
func (w *spelling) hasSharp(text []byte) bool {
	if !w.checkSharps {
		return false
	}
	if w.wide() {
		return bytes.Contains(text, []byte("ß"))
	}
	return bytes.IndexByte(text, 0xdf) >= 0
}
