package spell

import "bytes"

// secondParts looks for what follows the cut and, with SIMPLIFIEDTRIPLE, for
// what follows one letter earlier: Schiff|fahrt in Schiffahrt.
func (c *compound) secondParts() outcome {
	shared, tried := false, false
	for {
		if c.compound.simple {
			if shared {
				tried = true
				c.cut--
			} else if c.cut > 2 && c.char(c.word, c.cut-1) == c.char(c.word, c.cut-2) {
				shared = true
			}
		}
		if out := c.secondPart(); out != skip {
			return out
		}
		if !shared || tried {
			break
		}
	}
	if tried {
		c.cut++
	}
	return skip
}

// secondPart tries the rest of the word as a root, as a root with affixes and
// as a compound word.
func (c *compound) secondPart() outcome {
	// Each way counts words and syllables anew, but Hunspell does so before it
	// knows whether the way leads on; hence the counts are put back between them.
	e, out := c.rootSecond()
	if out != goOn {
		return out
	}
	words, syllables := c.words, c.syllables
	if out := c.plainSecond(e); out != goOn {
		return out
	}
	c.words, c.syllables = words, syllables
	if out := c.affixedSecond(); out != goOn {
		return out
	}
	c.words, c.syllables = words, syllables
	return c.compoundSecond()
}

// rootSecond looks the rest up and passes over homonyms that may not end a
// compound word.
func (c *compound) rootSecond() (entryID, outcome) {
	e := c.lookup(cString(rest(c.st, c.cut)))
	for e != none && !c.mayEnd(e) {
		e = c.next(e)
	}
	if e != none && c.wantsCapital(e) {
		e = none
	}
	if e != none && c.byRule && c.parts[c.part+1] != none {
		return e, accept
	}
	return e, goOn
}

// mayEnd tells whether a root, as it stands, may be the last part.
func (c *compound) mayEnd(e entryID) bool {
	o := &c.compound
	if c.needAffix != 0 && c.has(e, c.needAffix) || !c.fitsPatternBegin(e) {
		return false
	}
	if c.byRule {
		return len(o.rules) > 0 && c.fitsRule(c.part+1, e, false)
	}
	return o.flag != 0 && c.has(e, o.flag) || o.end != 0 && c.has(e, o.end)
}

// fitsPatternBegin: a pattern undone may ask for a flag of the second part.
func (c *compound) fitsPatternBegin(e entryID) bool {
	p := c.applied()
	return p == nil || p.beginFlag == 0 || c.has(e, p.beginFlag)
}

// wantsCapital is FORCEUCASE: a last part for capitalised words alone.
func (c *compound) wantsCapital(e entryID) bool {
	return c.forceUpper != 0 && c.has(e, c.forceUpper) && c.info&isCapital == 0
}

// plainSecond takes a root as it stands. In Hungarian a compound word of many
// words is right while its syllables are few.
func (c *compound) plainSecond(e entryID) outcome {
	if e == none {
		return goOn
	}
	o := &c.compound
	if c.hungarian && c.has(e, 'I') && !c.has(e, 'J') {
		c.syllables--
	}
	if o.root != 0 && c.has(e, o.root) {
		c.words++
	}
	if c.has(e, c.forbidden) || c.has(e, onlyUpper) {
		return reject
	}
	ends := o.flag != 0 && c.has(e, o.flag) || o.end != 0 && c.has(e, o.end)
	short := o.wordMax == -1 || c.words+1 < o.wordMax ||
		o.maxSyllables != 0 && c.syllables+c.syllablesOf(c.search.words.word(e)) <= o.maxSyllables
	if !ends || !short || c.pattern == 0 && c.patternForbids(e) || o.dup && e == c.first || !c.fitsPatternBegin(e) {
		return goOn
	}
	return c.unlessMistaken()
}

// unlessMistaken accepts the compound word, but not one that is a word with a
// typical mistake, or two words written as one.
func (c *compound) unlessMistaken() outcome {
	if c.compound.rep && c.mistaken(c.word) || c.wordPair(c.word) {
		return reject
	}
	return accept
}

// affixedSecond takes a root with affixes. Its syllables are counted whether one
// is found or not; secondPart takes them back.
func (c *compound) affixedSecond() outcome {
	o := &c.compound
	// Of the word as asked: a pattern undone is not looked at here.
	last := rest(c.word, c.cut)
	c.suffix, c.suffixFlag = nil, 0
	e := none
	if !c.ruleOnly && o.flag != 0 {
		e = c.affixCheck(last, atLast, o.flag)
	}
	if e == none && !c.ruleOnly && o.end != 0 {
		c.suffix, c.prefix = nil, nil
		e = c.affixCheck(last, atLast, o.end)
	}
	// The last part by rule may have affixes, the others not.
	if e == none && len(o.rules) > 0 && c.byRule {
		if e = c.affixCheck(last, atLast, 0); e != none && c.fitsRule(c.part+1, e, false) {
			return accept
		}
		e = none
	}
	if e != none && (!c.fitsPatternBegin(e) || c.pattern == 0 && c.patternForbids(e)) {
		e = none
	}
	if e != none && (c.affixHas(c.prefix, o.forbid) || c.affixHas(c.suffix, o.forbid) || c.wantsCapital(e)) {
		e = none
	}
	if e != none && (c.has(e, c.forbidden) || c.has(e, onlyUpper)) {
		return reject
	}
	c.countSecond(e, last)
	if e == none {
		return goOn
	}
	if o.root != 0 && c.has(e, o.root) {
		c.words++
	}
	short := o.wordMax == -1 || c.words+1 < o.wordMax || o.maxSyllables != 0 && c.syllables <= o.maxSyllables
	if !short || o.dup && e == c.first {
		return goOn
	}
	return c.unlessMistaken()
}

// compoundSecond takes a compound word, unless its beginning together with the
// first part is a mistake, or the whole is forbidden.
func (c *compound) compoundSecond() outcome {
	// Recursion ends here at the latest, whatever the word.
	if c.words+2 >= maxParts {
		return skip
	}
	e := c.compoundCheck(rest(c.st, c.cut), compoundArgs{
		words: c.words + 1, syllables: c.syllables, part: c.part + 1, byRule: c.byRule,
	})
	if e == none || len(c.compound.patterns) > 0 && c.patternForbids(e) == (c.pattern == 0) {
		return skip
	}
	if c.wordPair(c.word) || c.compound.rep && c.mistaken(c.word) {
		return reject
	}
	// e is the root of the compound's first part. Together with ours it must be
	// neither a mistake nor what a forbidden word begins with.
	root := c.search.words.word(e)
	if !bytes.HasPrefix(rest(c.word, c.cut), root) {
		return accept
	}
	start := c.st[:min(c.cut+len(root), len(c.st))]
	if c.compound.rep && c.mistaken(start) || c.wordPair(start) {
		return skip
	}
	whole := c.lookup(c.word)
	if whole == none {
		whole = c.affixCheck(c.word, alone, 0)
	}
	if whole != none && c.has(whole, c.forbidden) && bytes.HasPrefix(c.search.words.word(whole), start) {
		return reject
	}
	return accept
}
