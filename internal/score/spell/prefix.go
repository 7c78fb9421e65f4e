package spell

// prefixCheck looks for a prefix of the word, with or without one suffix
// (affixmgr.cxx, prefix_check).
func (s *search) prefixCheck(word []byte, in place, need flag) entryID {
	s.prefix, s.suffixText, s.suffixExtra = nil, "", 0
	node := uint32(0)
	for depth := 0; ; depth++ {
		entries := s.prefixes.at(node)
		for i := range entries {
			p := &entries[i]
			// Not one for compounds in a word of its own; in the last part only
			// one permitted inside.
			if in == alone && s.affixHas(p, s.onlyInCompound) || in == atLast && !s.affixHas(p, s.compound.permit) {
				continue
			}
			if e := s.withoutPrefix(p, word, in, need); e != none {
				s.prefix = p
				return e
			}
		}
		if depth == len(word) {
			return none
		}
		if node = s.prefixes.step(node, word[depth]); node == 0 {
			return none
		}
	}
}

// withoutPrefix takes the prefix off, puts back what it had stripped, and looks
// for a root that allows it; else for one with a suffix (affentry.cxx,
// PfxEntry::checkword). Unlike the others it does not compare the length of the
// root with its condition first: a last [^set] may be met by nothing.
func (s *search) withoutPrefix(p *affix, word []byte, in place, need flag) entryID {
	rest := word[len(p.text):]
	if !s.step() || len(rest) == 0 && !s.fullStrip {
		return none
	}
	at := len(s.stack)
	root := rest
	if p.strip != "" {
		root = s.join(p.strip, rest)
	}
	e := none
	if prefixFits(p, root, s.wide()) {
		e = s.prefixRoot(p, root, need)
		if e == none && p.crosses { // a suffix may bring the root's consent
			e = s.suffixCheck(root, p, true, 0, need, in)
		}
	}
	s.stack = s.stack[:at]
	return e
}

// prefixRoot finds a homonym that allows the prefix and, with it, has the flag
// needed. A prefix that needs another affix is no prefix of a bare root.
func (s *search) prefixRoot(p *affix, root []byte, need flag) entryID {
	for e := s.lookup(root); e != none; e = s.next(e) {
		if s.has(e, p.flag) && !s.affixHas(p, s.needAffix) &&
			(need == 0 || s.has(e, need) || s.affixHas(p, need)) {
			return e
		}
	}
	return none
}

// prefixTwice looks for a prefix before a word with two suffixes
// (affixmgr.cxx, prefix_check_twosfx). An empty prefix is not remembered.
func (s *search) prefixTwice(word []byte, need flag) entryID {
	s.prefix, s.suffixText, s.suffixExtra = nil, "", 0
	node := uint32(0)
	for depth := 0; ; depth++ {
		entries := s.prefixes.at(node)
		for i := range entries {
			p := &entries[i]
			if e := s.withoutPrefixTwice(p, word, need); e != none {
				if depth > 0 {
					s.prefix = p
				}
				return e
			}
		}
		if depth == len(word) {
			return none
		}
		if node = s.prefixes.step(node, word[depth]); node == 0 {
			return none
		}
	}
}

// withoutPrefixTwice takes the prefix off for two suffixes behind it
// (affentry.cxx, PfxEntry::check_twosfx).
func (s *search) withoutPrefixTwice(p *affix, word []byte, need flag) entryID {
	rest := word[len(p.text):]
	if !s.step() || len(rest) == 0 && !s.fullStrip || len(rest)+len(p.strip) < p.conds || !p.crosses {
		return none
	}
	at := len(s.stack)
	root := rest
	if p.strip != "" {
		root = s.join(p.strip, rest)
	}
	e := none
	if prefixFits(p, root, s.wide()) {
		e = s.suffixTwice(root, p, true, need)
	}
	s.stack = s.stack[:at]
	return e
}
