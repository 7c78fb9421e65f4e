package spell

// suffixCheck looks for a suffix of the word. With a prefix p taken off
// already, cross asks for a suffix that may meet one; class is the flag of a
// suffix taken off before, need one that root or affix must have
// (affixmgr.cxx, suffix_check).
func (s *search) suffixCheck(word []byte, p *affix, cross bool, class, need flag, in place) entryID {
	// A word that is no part of a compound one has no root for compounds alone.
	bad := flag(0)
	if in == alone {
		bad = s.onlyInCompound
	}
	// From the end of the word: shorter suffixes first, the empty ones at the
	// root of the trie.
	node := uint32(0)
	for depth := 0; ; depth++ {
		entries := s.suffixes.at(node)
		for i := range entries {
			x := &entries[i]
			if !s.suffixAllowed(x, p, class, in) || depth > 0 && in == atLast && p == nil && s.affixHas(x, s.onlyInCompound) {
				continue
			}
			if e := s.withoutSuffix(x, word, p, cross, class, need, bad); e != none {
				s.foundSuffix(x, depth > 0)
				return e
			}
		}
		if depth == len(word) {
			return none
		}
		if node = s.suffixes.step(node, word[len(word)-1-depth]); node == 0 {
			return none
		}
	}
}

// foundSuffix remembers what the compound rules ask for later; of an empty
// suffix only that it was there.
func (s *search) foundSuffix(x *affix, written bool) {
	s.suffix = x
	if !written {
		return
	}
	s.suffixFlag = x.flag
	if x.cont == 0 {
		s.suffixText = x.text
	} else if s.hungarian && x.text[0] == 'i' && (len(x.text) == 1 || x.text[1] != 'y' && x.text[1] != 't') {
		s.suffixExtra = 1
	}
}

// suffixAllowed tells whether a suffix may stand here, whatever the root: not
// inside a compound word unless it is permitted there, a circumfix with its
// prefix alone, and one that needs an affix with another one.
func (s *search) suffixAllowed(x, p *affix, class flag, in place) bool {
	if in == atBegin && !(s.compound.permit != 0 && s.affixHas(x, s.compound.permit)) {
		return false
	}
	if s.circumfix != 0 && s.affixHas(p, s.circumfix) != s.affixHas(x, s.circumfix) {
		return false
	}
	if x.cont == 0 {
		return true
	}
	if in == alone && s.affixHas(x, s.onlyInCompound) {
		return false
	}
	return class != 0 || !s.affixHas(x, s.needAffix) || p != nil && !s.affixHas(p, s.needAffix)
}

// withoutSuffix takes the suffix off, puts back what it had stripped, and looks
// for a root that allows it (affentry.cxx, SfxEntry::checkword).
func (s *search) withoutSuffix(x *affix, word []byte, p *affix, cross bool, class, need, bad flag) entryID {
	if !s.step() || cross && !x.crosses {
		return none
	}
	rest := word[:len(word)-len(x.text)]
	if len(rest) == 0 && !s.fullStrip || len(rest)+len(x.strip) < x.conds {
		return none
	}
	if class != 0 && !s.affixHas(x, class) {
		return none
	}
	at := len(s.stack)
	root := rest
	if x.strip != "" {
		root = s.joinEnd(rest, x.strip)
	}
	e := none
	if suffixFits(x, root, s.wide()) {
		e = s.suffixRoot(x, root, p, cross, need, bad)
	}
	s.stack = s.stack[:at]
	return e
}

// suffixRoot finds a homonym that allows the suffix, or whose prefix does; that
// allows the prefix, or whose suffix does; that is not for compound words alone
// (bad) and has the flag needed.
func (s *search) suffixRoot(x *affix, root []byte, p *affix, cross bool, need, bad flag) entryID {
	for e := s.lookup(root); e != none; e = s.next(e) {
		if (s.has(e, x.flag) || s.affixHas(p, x.flag)) &&
			(!cross || p != nil && (s.has(e, p.flag) || s.affixHas(x, p.flag))) &&
			(bad == 0 || !s.has(e, bad)) &&
			(need == 0 || s.has(e, need) || s.affixHas(x, need)) {
			return e
		}
	}
	return none
}

// suffixTwice looks for two suffixes of the word (affixmgr.cxx,
// suffix_check_twosfx).
func (s *search) suffixTwice(word []byte, p *affix, cross bool, need flag) entryID {
	node := uint32(0)
	for depth := 0; ; depth++ {
		entries := s.suffixes.at(node)
		for i := range entries {
			x := &entries[i]
			if !s.mayFollow(x.flag) { // no affix lets it join
				continue
			}
			if e := s.withoutLastSuffix(x, word, p, cross, need); e != none {
				if depth > 0 {
					s.suffixFlag = x.flag
					if x.cont == 0 {
						s.suffixText = x.text
					}
				}
				return e
			}
		}
		if depth == len(word) {
			return none
		}
		if node = s.suffixes.step(node, word[len(word)-1-depth]); node == 0 {
			return none
		}
	}
}

// withoutLastSuffix takes the last of two suffixes off; the other one must have
// its flag (affentry.cxx, SfxEntry::check_twosfx).
func (s *search) withoutLastSuffix(x *affix, word []byte, p *affix, cross bool, need flag) entryID {
	if !s.step() || cross && !x.crosses {
		return none
	}
	rest := word[:len(word)-len(x.text)]
	if len(rest) == 0 && !s.fullStrip || len(rest)+len(x.strip) < x.conds {
		return none
	}
	at := len(s.stack)
	stem := rest
	if x.strip != "" {
		stem = s.joinEnd(rest, x.strip)
	}
	e := none
	if suffixFits(x, stem, s.wide()) {
		if p != nil && s.affixHas(x, p.flag) { // the suffix brings the prefix
			p, cross = nil, false
		}
		e = s.suffixCheck(stem, p, cross && p != nil, x.flag, need, alone)
	}
	s.stack = s.stack[:at]
	return e
}
