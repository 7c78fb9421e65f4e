package spell

import (
	"bytes"
	"slices"
)

// patternForbids tells whether a CHECKCOMPOUNDPATTERN forbids the first part
// and this root to meet (affixmgr.cxx, cpdpat_check).
func (c *compound) patternForbids(second entryID) bool {
	for i := range c.compound.patterns {
		p := &c.compound.patterns[i]
		if c.beginsWith(p.begin) &&
			(p.endFlag == 0 || c.has(c.first, p.endFlag)) &&
			(p.beginFlag == 0 || c.has(second, p.beginFlag)) &&
			c.endsWith(p.end) {
			return true
		}
	}
	return false
}

// beginsWith looks behind the cut; a dot is any byte.
func (c *compound) beginsWith(text string) bool {
	for i := range len(text) {
		if text[i] != '.' && text[i] != c.char(c.word, c.cut+i) {
			return false
		}
	}
	return true
}

// endsWith looks before the cut. A text of 0 stands for a first part without
// affixes.
func (c *compound) endsWith(text string) bool {
	if text == "" {
		return true
	}
	before := c.word[:min(c.cut, len(c.word))]
	if text[0] == '0' {
		return bytes.HasSuffix(before, c.search.words.word(c.first))
	}
	return bytes.HasSuffix(before, []byte(text))
}

// replacements are typical mistakes by their first byte.
type replacements [256][]replacement

func newReplacements(list []replacement) replacements {
	var r replacements
	for _, one := range list {
		r[one.wrong[0]] = append(r[one.wrong[0]], one)
	}
	return r
}

// mistaken tells whether undoing a typical mistake makes a word of it
// (affixmgr.cxx, cpdrep_check).
func (s *search) mistaken(word []byte) bool {
	if len(word) < 2 {
		return false
	}
	for at, b := range word {
		for _, r := range s.replacements[b] {
			if !bytes.HasPrefix(word[at:], []byte(r.wrong)) {
				continue
			}
			if s.candidate(word[:at], r.right, word[at+len(r.wrong):]) {
				return true
			}
		}
	}
	return false
}

// wordPair tells whether the dictionary has the word with a space in it
// (affixmgr.cxx, cpdwordpair_check). Affixes have no spaces, so that is not
// worth a look unless a root has one.
func (s *search) wordPair(word []byte) bool {
	if !s.spaced || len(word) <= 2 {
		return false
	}
	for at := 1; at < len(word); at++ {
		if s.wide() && continuation(word[at]) {
			continue
		}
		if s.candidate(word[:at], " ", word[at:]) {
			return true
		}
	}
	return false
}

func (s *search) candidate(before []byte, middle string, after []byte) bool {
	at := len(s.stack)
	s.stack = append(append(append(s.stack, before...), middle...), after...)
	word := s.stack[at:len(s.stack):len(s.stack)]
	found := s.lookup(word) != none || s.affixCheck(word, alone, 0) != none
	s.stack = s.stack[:at]
	return found
}

// syllablesOf counts vowels, where a dictionary limits syllables.
func (s *search) syllablesOf(word []byte) int {
	if s.compound.maxSyllables == 0 || len(s.compound.vowels) == 0 {
		return 0
	}
	count := 0
	for len(word) > 0 {
		var u uint16
		if s.wide() {
			u, word = nextUnit(word)
		} else {
			u, word = uint16(word[0]), word[1:]
		}
		if _, found := slices.BinarySearch(s.compound.vowels, u); found {
			count++
		}
	}
	return count
}

// countSecond counts the syllables of the rest without its last suffix, by the
// rules and the hardwired flags for Hungarian.
func (c *compound) countSecond(e entryID, last []byte) {
	if !c.hungarian {
		return
	}
	c.syllables += c.syllablesOf(last) - c.suffixExtra
	if c.suffixText != "" {
		suffix := []byte(c.suffixText)
		slices.Reverse(suffix)
		c.syllables -= c.syllablesOf(suffix)
	}
	if c.prefix != nil && c.syllablesOf([]byte(c.prefix.text)) > 1 {
		c.words++
	}
	if c.compound.syllableFlags == "" {
		return
	}
	switch c.suffixFlag {
	case 'c':
		c.syllables += 2
	case 'J':
		c.syllables++
	case 'I':
		if e != none && c.has(e, 'J') {
			c.syllables++
		}
	}
}
