package spell

import "sync"

// caseRange is a run of letters with the same distances to their other cases.
type caseRange struct {
	first, last  uint16
	step         uint16
	upper, lower int32
}

// unitCase is the case of one UTF-16 unit. Hunspell knows no letters above
// U+FFFF, and of the others those that Unicode 4.1 had.
type unitCase struct{ upper, lower uint16 }

// casePages has a page for each 256 characters that hold a letter with a case.
type casePages [256]*[256]unitCase

// unicodePages spreads caseRanges out, once: the table is asked for every
// character of every word.
var unicodePages = sync.OnceValue(func() *casePages {
	pages := new(casePages)
	for _, r := range caseRanges {
		for c := int32(r.first); c <= int32(r.last); c += int32(r.step) {
			page := pages[c>>8]
			if page == nil {
				page = new([256]unitCase)
				for i := range page {
					unit := uint16(c&^0xff) + uint16(i)
					page[i] = unitCase{unit, unit}
				}
				pages[c>>8] = page
			}
			page[c&0xff] = unitCase{uint16(c + r.upper), uint16(c + r.lower)}
		}
	}
	return pages
})

func (p *casePages) of(c uint16) unitCase {
	if page := p[c>>8]; page != nil {
		return page[c&0xff]
	}
	return unitCase{c, c}
}

// byteCase is the case of a byte in an 8-bit character set. A byte can be a
// capital without a small form: Hunspell's ISO 8859-14 has such a row.
type byteCase struct {
	capital      bool
	upper, lower byte
}

// casing knows the letters of one dictionary.
type casing struct {
	pages  *casePages     // UTF-8
	bytes  *[256]byteCase // any other encoding; nil in UTF-8
	turkic bool           // LANG az, tr or crh: i and İ, ı and I are pairs
}

func (c *casing) upper(u uint16) uint16 {
	if u == 'i' && c.turkic {
		return 0x130
	}
	return c.pages.of(u).upper
}

func (c *casing) lower(u uint16) uint16 {
	if u == 'I' && c.turkic {
		return 0x131
	}
	return c.pages.of(u).lower
}

// capital is how a word is capitalised.
type capital uint8

const (
	noCap      capital = iota // paris
	initCap                   // Paris
	allCap                    // PARIS
	mixedCap                  // macOS
	mixedStart                // OpenOffice
)

// kindOf is how a word is capitalised by what its letters are (csutil.cxx,
// get_captype_utf8). A letter is neutral when its upper case equals its lower
// case. A1 is Capitalised and not in capitals, as it has one.
func kindOf(letters, capitals, neutral int, first bool) capital {
	switch {
	case capitals == 0:
		return noCap
	case capitals == 1 && first:
		return initCap
	case capitals == letters || capitals+neutral == letters:
		return allCap
	case first:
		return mixedStart
	}
	return mixedCap
}

func (c *casing) kind(word []byte) capital {
	letters, capitals, neutral, first := 0, 0, 0, false
	if c.bytes != nil {
		for i, b := range word {
			of := &c.bytes[b]
			if of.capital {
				capitals++
				first = first || i == 0
			}
			if of.upper == of.lower {
				neutral++
			}
		}
		return kindOf(len(word), capitals, neutral, first)
	}
	for rest := word; len(rest) > 0; letters++ {
		var u uint16
		u, rest = nextUnit(rest)
		lower := c.lower(u)
		if u != lower {
			capitals++
			first = first || letters == 0
		}
		if c.upper(u) == lower {
			neutral++
		}
	}
	return kindOf(letters, capitals, neutral, first)
}

// A casedWord can be changed between cases. In UTF-8 the units it was first
// decoded to stay beside the bytes: Hunspell lowers those even after it has
// changed the bytes otherwise.
type casedWord struct {
	text  []byte
	units []uint16
}

// lowerAll makes all letters small (hunspell.cxx, mkallsmall2).
func (c *casing) lowerAll(w *casedWord) {
	if c.bytes != nil {
		text := make([]byte, len(w.text))
		for i, b := range w.text {
			text[i] = c.bytes[b].lower
		}
		w.text = text
		return
	}
	for i, u := range w.units {
		w.units[i] = c.lower(u)
	}
	w.text = encodeUnits(w.units)
}

// upperFirst makes the first letter a capital (hunspell.cxx, mkinitcap2).
func (c *casing) upperFirst(w *casedWord) {
	if c.bytes != nil {
		text := append([]byte(nil), w.text...)
		if len(text) > 0 {
			text[0] = c.bytes[text[0]].upper
		}
		w.text = text
		return
	}
	if len(w.units) > 0 {
		w.units[0] = c.upper(w.units[0])
	}
	w.text = encodeUnits(w.units)
}

func (c *casing) cased(text []byte) casedWord {
	w := casedWord{text: text}
	if c.bytes == nil {
		w.units = decodeUnits(text)
	}
	return w
}
