package wikitext

import (
	"math/bits"
	"unicode/utf8"
)

const (
	allKinds Kinds = 1<<KindCount - 1
	// Tokens of one character: a byte of no character is an Etc.
	charKinds Kinds = 1<<CJK | 1<<JapanPunct | 1<<Danda | 1<<Etc
	// Tokens in which bytes of no character can be.
	openKinds Kinds = 1<<URL | 1<<Tag | 1<<RefOpen | 1<<RefClose | 1<<RefSingleton
)

// Count returns the number of tokens of some kinds.
func (d *Document) Count(kinds Kinds) int { return d.counted().tokens(kinds & allKinds) }

// Chars returns the number of characters in the tokens of some kinds. A byte
// that belongs to no character counts as one.
func (d *Document) Chars(kinds Kinds) int { return d.counted().chars(kinds & allKinds) }

// Longest returns the number of characters of the longest token of some kinds; 0
// if there is none.
func (d *Document) Longest(kinds Kinds) int { return d.counted().longest(kinds & allKinds) }

// CountUppercase is Count of the tokens of which [IsUppercase] holds.
func (d *Document) CountUppercase(kinds Kinds) int {
	return d.counted().tokens(uppercaseOf(kinds))
}

// CharsUppercase is Chars of the tokens of which [IsUppercase] holds.
func (d *Document) CharsUppercase(kinds Kinds) int {
	return d.counted().chars(uppercaseOf(kinds))
}

// LongestUppercase is Longest of the tokens of which [IsUppercase] holds.
func (d *Document) LongestUppercase(kinds Kinds) int {
	return d.counted().longest(uppercaseOf(kinds))
}

// Runes returns the number of characters of the text. A byte that belongs to no
// character counts as one.
func (d *Document) Runes() int { return d.Chars(allKinds) }

// uppercaseOf returns the set that stands for the tokens of some kinds of which
// IsUppercase holds. Only words are such tokens: all others have one character
// or one that has no case.
func uppercaseOf(kinds Kinds) Kinds {
	if kinds.Has(Word) {
		return 1 << uppercaseIndex
	}
	return 0
}

// tally is what is counted of the tokens of one kind.
type tally struct{ tokens, chars, longest uint32 }

// counts are the tallies of the kinds and, at uppercaseIndex, that of the words
// of which IsUppercase holds. They are among the words too.
type counts [KindCount + 1]tally

const uppercaseIndex = KindCount

func (d *Document) counted() *counts {
	return d.counts.get(func() *counts {
		var c counts
		c.add(d.Text, d.Tokens)
		return &c
	})
}

func (c *counts) tokens(kinds Kinds) int {
	n := 0
	for ; kinds != 0; kinds &= kinds - 1 {
		n += int(c[bits.TrailingZeros64(uint64(kinds))].tokens)
	}
	return n
}

func (c *counts) chars(kinds Kinds) int {
	n := 0
	for ; kinds != 0; kinds &= kinds - 1 {
		n += int(c[bits.TrailingZeros64(uint64(kinds))].chars)
	}
	return n
}

func (c *counts) longest(kinds Kinds) int {
	n := uint32(0)
	for ; kinds != 0; kinds &= kinds - 1 {
		n = max(n, c[bits.TrailingZeros64(uint64(kinds))].longest)
	}
	return int(n)
}

// add counts tokens of text that lie end to end.
func (c *counts) add(text string, tokens []Token) {
	ascii := uint32(0) // the text is ASCII from the token to here
	for _, t := range tokens {
		n := t.End - t.Start
		if t.End > ascii {
			if ascii = asciiEnd(text, t.Start); t.End > ascii {
				n = chars(text, t)
				ascii = t.End
			}
		}
		c[t.Kind].add(n)
		if t.Kind == Word && capitals(text, t) {
			c[uppercaseIndex].add(n)
		}
	}
}

func (t *tally) add(chars uint32) {
	t.tokens++
	t.chars += chars
	if chars > t.longest { // seldom: as a branch it costs no store
		t.longest = chars
	}
}

// capitals reports whether IsUppercase holds of a token of text. Its two ends
// tell of most tokens that it does not.
func capitals(text string, t Token) bool {
	return mayBeCapital(text[t.Start]) && mayBeCapital(text[t.End-1]) && IsUppercase(t.Text(text))
}

func mayBeCapital(c byte) bool { return 'A' <= c && c <= 'Z' || c >= utf8.RuneSelf }

// chars returns the number of characters of a token of text.
func chars(text string, t Token) uint32 {
	switch {
	case charKinds.Has(t.Kind):
		return 1
	case openKinds.Has(t.Kind):
		return uint32(runes(t.Text(text)))
	}
	// The token is sound UTF-8: it has as many characters as bytes that do not
	// continue one. Those that do start with the bits 10.
	n := t.End - t.Start
	for i := t.Start; i < t.End; i += 8 {
		if int(i)+8 > len(text) {
			return uint32(runes(t.Text(text)))
		}
		x := load(text, int(i))
		x = x &^ (x << 1) & tops
		if rest := t.End - i; rest < 8 {
			x <<= 64 - 8*rest
		}
		n -= uint32(bits.OnesCount64(x))
	}
	return n
}

// revised returns the counts of d, which has the tokens of before but for those
// removed, and has those added instead. It returns nil if that would save no work.
func (c *counts) revised(before *Document, removed []Token, d *Document, added []Token) *counts {
	if len(removed)+len(added) > len(d.Tokens)/2 {
		return nil
	}
	now, gone, fresh := *c, counts{}, counts{}
	gone.add(before.Text, removed)
	fresh.add(d.Text, added)
	var lost Kinds // those that may have lost their longest
	for k := range now {
		now[k].tokens += fresh[k].tokens - gone[k].tokens
		now[k].chars += fresh[k].chars - gone[k].chars
		now[k].longest = max(now[k].longest, fresh[k].longest)
		if gone[k].longest == c[k].longest && fresh[k].longest < c[k].longest {
			now[k].longest = fresh[k].longest
			if now[k].tokens > fresh[k].tokens {
				lost |= 1 << k
			}
		}
	}
	now.findLongest(lost, c, d)
	return &now
}

// findLongest finds the longest tokens of d of some kinds, none of which is
// longer than it was before. So the first one that is as long ends the search:
// for a mark, which has one length only, that is the first there is.
func (c *counts) findLongest(kinds Kinds, before *counts, d *Document) {
	for i := 0; i < len(d.Tokens) && kinds != 0; i++ {
		t := d.Tokens[i]
		of := 1 << t.Kind & kinds
		if t.Kind == Word && kinds>>uppercaseIndex != 0 && capitals(d.Text, t) {
			of |= 1 << uppercaseIndex
		}
		if of == 0 {
			continue
		}
		n := chars(d.Text, t)
		for ; of != 0; of &= of - 1 {
			k := bits.TrailingZeros64(uint64(of))
			c[k].longest = max(c[k].longest, n)
			if n == before[k].longest {
				kinds &^= 1 << k
			}
		}
	}
}
