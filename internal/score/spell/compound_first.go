package spell

// applied is the pattern undone at the cut, nil if there is none.
func (c *compound) applied() *compoundPattern {
	if c.pattern == 0 {
		return nil
	}
	return &c.compound.patterns[c.pattern-1]
}

// firstPart looks for the part before the cut. With goOn its root is in first.
func (c *compound) firstPart() outcome {
	// Hunspell ends the part with a zero byte inside the word. What it leaves
	// unrestored after a pattern is seen by later cuts, so the byte is written.
	c.hidden = c.char(c.st, c.cut)
	c.setCut(0)
	c.suffix, c.prefix = nil, nil
	part := cString(c.st[:min(c.cut, len(c.st))])
	e := c.lookup(part)
	if e != none && c.compound.forbid != 0 && c.has(e, c.compound.forbid) && !c.moving {
		// With replacing patterns Hunspell tries this cut forever.
		return leave
	}
	// The first homonym that may begin; under the moving rule any, once affixes
	// have been looked at.
	for e != none && !c.moving && !c.mayBegin(e) {
		e = c.next(e)
	}
	switch {
	case e != none:
		if c.has(e, c.forbidden) || c.has(e, c.needAffix) || c.has(e, onlyUpper) {
			c.setCut(c.hidden)
			return leave
		}
	case c.ruleOnly: // rules are over roots without affixes
		return leave
	default:
		e = c.affixedFirst(part)
	}
	if e != none && c.affixForbids() {
		e = none
	}
	// A forbidden first part ends the search at this level: no later cut counts.
	if e != none && (c.has(e, c.forbidden) || c.has(e, onlyUpper)) {
		return reject
	}
	if e != none && c.compound.root != 0 && c.has(e, c.compound.root) {
		c.words++
	}
	if e == none || !c.firstFits(e) {
		if e = c.movedFirst(part, e); e == none {
			return skip
		}
	}
	c.first = e
	c.countFirst()
	c.setCut(c.hidden)
	return goOn
}

// mayBegin tells whether a root, as it stands, may be the first part here.
func (c *compound) mayBegin(e entryID) bool {
	o := &c.compound
	if c.needAffix != 0 && c.has(e, c.needAffix) {
		return false
	}
	if p := c.applied(); p != nil && p.endFlag != 0 && !c.has(e, p.endFlag) {
		return false
	}
	if !c.ruleOnly {
		if o.flag != 0 && !c.byRule && c.has(e, o.flag) ||
			o.begin != 0 && c.words == 0 && c.has(e, o.begin) ||
			o.middle != 0 && c.words != 0 && !c.byRule && c.has(e, o.middle) {
			return true
		}
		return false
	}
	return len(o.rules) > 0 && (c.byRule || c.words == 0) && c.fitsRule(c.part, e, true)
}

// affixedFirst looks for a first part with affixes.
func (c *compound) affixedFirst(part []byte) entryID {
	o := &c.compound
	in := atBegin
	if c.moving {
		in = moving
	}
	e := none
	if o.flag != 0 {
		if e = c.prefixCheck(part, in, o.flag); e == none {
			e = c.suffixed(part, o.flag, in)
			if e != none && !c.moving && c.suffix != nil &&
				(o.forbid != 0 && c.affixHas(c.suffix, o.forbid) || o.end != 0 && c.affixHas(c.suffix, o.end)) {
				e = none
			}
		}
	}
	at := o.begin
	if c.words != 0 {
		at = o.middle
	}
	if e == none && c.words >= 0 && at != 0 {
		if e = c.suffixed(part, at, in); e == none {
			e = c.prefixCheck(part, in, at)
		}
	}
	c.prefixed = c.prefixed || e != none
	return e
}

// suffixed looks for one suffix or, with COMPOUNDMORESUFFIXES, two.
func (c *compound) suffixed(part []byte, need flag, in place) entryID {
	e := c.suffixCheck(part, nil, false, 0, need, in)
	if e == none && c.compound.moreSuffixes {
		e = c.suffixTwice(part, nil, false, need)
	}
	return e
}

// affixForbids tells whether an affix of the first part may not stand there:
// one that forbids compounds, or belongs to a later part.
func (c *compound) affixForbids() bool {
	o := &c.compound
	if c.moving {
		return false
	}
	either := func(f flag) bool { return c.affixHas(c.prefix, f) || c.affixHas(c.suffix, f) }
	return either(o.forbid) ||
		!c.prefixed && o.end != 0 && either(o.end) ||
		!c.prefixed && c.words == 0 && o.middle != 0 && either(o.middle)
}

// firstFits tells whether the root found may be the first part, and whether
// the letters at the cut may meet.
func (c *compound) firstFits(e entryID) bool {
	o := &c.compound
	// By its affixes, by a rule, by its flag for this place, or (Hungarian) by a
	// flag of that dictionary.
	allowed := c.prefixed || c.byRule && c.parts[c.part] != none ||
		o.flag != 0 && c.has(e, o.flag) ||
		c.passWords == 0 && o.begin != 0 && c.has(e, o.begin) ||
		c.passWords > 0 && o.middle != 0 && c.has(e, o.middle) ||
		c.hungarian && c.moving && (c.has(e, 'F') || c.has(e, 'G') || c.has(e, 'H'))
	if !allowed {
		return false
	}
	// Letters at the cut are of the word as written: not of one where a pattern
	// was undone, and not looked at between parts by rule.
	if p := c.applied(); p != nil {
		return p.endFlag == 0 || c.has(e, p.endFlag)
	}
	return c.byRule || !(o.triple && c.tripleAtCut()) && !(o.upperLower && c.caseAtCut())
}

// tripleAtCut tells whether the cut lies in three of the same byte.
func (c *compound) tripleAtCut() bool {
	at := func(i int) byte { return c.char(c.word, i) }
	i := c.cut
	return at(i-1) == at(i) && (i > 1 && at(i-1) == at(i-2) || at(i-1) == at(i+1))
}

// caseAtCut forbids a capital on either side of the cut, but for a hyphen
// (cpdcase_check). In UTF-8 a letter without case is one, too.
func (c *compound) caseAtCut() bool {
	if !c.wide() {
		a, b := c.char(c.word, c.cut-1), c.char(c.word, c.cut)
		return (c.casing.bytes[a].capital || c.casing.bytes[b].capital) && a != '-' && b != '-'
	}
	before := c.cut - 1
	for before > 0 && continuation(c.char(c.word, before)) {
		before--
	}
	b, after := nextUnit(c.word[before:])
	a := uint16(0)
	if len(after) > 0 {
		a, _ = nextUnit(after)
	}
	return (c.casing.upper(a) == a || c.casing.upper(b) == b) && a != '-' && b != '-'
}

// movedFirst is the Hungarian rule for a word with a last hyphen: its first
// part may be any word with a suffix of certain flags of that dictionary.
func (c *compound) movedFirst(part []byte, e entryID) entryID {
	if e != none || !c.hungarian || !c.moving {
		return none
	}
	e = c.affixCheck(part, alone, 0)
	if e != none && (c.affixHas(c.suffix, 'x') || c.affixHas(c.suffix, '%')) {
		return e
	}
	return none
}

// countFirst counts syllables, and a prefix of several as a word (Hungarian).
func (c *compound) countFirst() {
	if !c.hungarian {
		return
	}
	c.syllables += c.syllablesOf(c.st[:min(c.cut, len(c.st))])
	if c.prefix != nil && c.syllablesOf([]byte(c.prefix.text)) > 1 {
		c.words++
	}
}
