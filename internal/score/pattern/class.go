package pattern

import "unicode"

// itemKind is the kind of one member of a character class.
type itemKind uint8

const (
	itemLiteral itemKind = iota
	itemRange
	itemCategory
)

// item is one member of a character class as it is written.
type item struct {
	kind     itemKind
	lo, hi   rune
	category byte // 'd', 'D', 's', 'S', 'w' or 'W'
}

func literalItem(r rune) item { return item{kind: itemLiteral, lo: r, hi: r} }

// charClass is what one character of the text is tested against. What it holds
// follows from Lib/re/_compiler.py (_compile, _optimize_charset) rather than
// from a rule of thumb: under IGNORECASE Python lowers the text's character and
// compares it with a table made of the lowered members, and that table has
// exceptions above U+FFFF.
type charClass struct {
	items   []item
	negate  bool
	literal bool // LITERAL or NOT_LITERAL, which Python compiles on its own
	fold    bool
}

// categorySet is a shared table: it must not be written to.
func categorySet(c byte) runeSet {
	switch c {
	case 'd':
		return digitSet
	case 's':
		return spaceSet
	case 'w':
		return wordSet
	case 'D':
		return digitSet.complement()
	case 'S':
		return spaceSet.complement()
	default:
		return wordSet.complement()
	}
}

// set gives the characters of the text that the class accepts.
func (c charClass) set() runeSet {
	var s runeSet
	switch {
	case c.literal:
		s = c.literalSet()
	default:
		s = c.classSet()
	}
	if c.negate {
		return s.complement()
	}
	return s
}

// literalSet is LITERAL_UNI_IGNORE, or IN_UNI_IGNORE of the letter and its extra
// cases; a letter without case is compared as it stands.
func (c charClass) literalSet() runeSet {
	r := c.items[0].lo
	if !c.fold || !cased(r) {
		return single(r)
	}
	lo := lower(r)
	s := single(lo)
	for _, k := range extraCases[lo] {
		s = append(s, runeRange{k, k})
	}
	return lowerTable().preimage(normal(s))
}

// maxBMP is where the table of a compiled class ends.
const maxBMP = 0xffff

// classSet follows _optimize_charset: table is its charmap, which ends at
// U+FFFF, tail what does not fit in there.
func (c charClass) classSet() runeSet {
	if !c.fold {
		var s runeSet
		for _, it := range c.items {
			s = append(s, it.plain()...)
		}
		return normal(s)
	}
	var table, tail runeSet
	folded := false
	for _, it := range c.items {
		if it.kind == itemCategory {
			tail = append(tail, categorySet(it.category)...)
			continue
		}
		if it.hi > maxBMP {
			// A capital letter from there, as one of several members, is kept
			// as it is and then compared with lowered characters: no match.
			folded = true
			tail = append(tail, it.astral()...)
		}
		if it.lo <= maxBMP {
			part := runeSet{{it.lo, min(it.hi, maxBMP)}}
			table = append(table, withExtra(lowerTable().image(part))...)
			folded = folded || anyCased(part)
		}
	}
	s := normal(append(table, tail...))
	if !folded {
		return s
	}
	return lowerTable().preimage(s)
}

// plain is what a member accepts when case counts.
func (it item) plain() runeSet {
	if it.kind == itemCategory {
		return categorySet(it.category)
	}
	return runeSet{{it.lo, it.hi}}
}

// astral is what LITERAL and RANGE_UNI_IGNORE accept of a lowered character.
func (it item) astral() runeSet {
	s := runeSet{{it.lo, it.hi}}
	if it.kind == itemRange {
		s = s.union(upperTable().preimage(s))
	}
	return s
}

// withExtra adds the extra cases of what is in s.
func withExtra(s runeSet) runeSet {
	out := s
	for lo, others := range extraCases {
		if s.contains(lo) {
			for _, k := range others {
				out = append(out, runeRange{k, k})
			}
		}
	}
	return out
}

// anyCased says whether some character of s has another case. Only then does
// Python fold the text for this class.
func anyCased(s runeSet) bool {
	for _, t := range []runeSet{lowerTable().changed, upperTable().changed} {
		for _, r := range s {
			for _, u := range t {
				if u.lo <= r.hi && r.lo <= u.hi {
					return true
				}
			}
		}
	}
	return false
}

// anySet is what a dot accepts.
func anySet(dotAll bool) runeSet {
	if dotAll {
		return runeSet{{0, unicode.MaxRune}}
	}
	return newlineSet.complement()
}
