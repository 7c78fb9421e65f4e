package spell

// Limits of one Check, in steps: an affix tried or a root looked up. Hunspell
// answers "wrong" when a compound word took 50 ms, about the work of
// compoundSteps; in text no word comes near. totalSteps bounds the many
// compound words that breaks and cases can make of one.
const (
	compoundSteps = 400_000
	totalSteps    = 2_000_000
	maxDepth      = 32 // of words in words by BREAK; ten breaks end it earlier
	maxParts      = 100
)

// place is where in a compound word a part stands, for affixes.
type place uint8

const (
	alone   place = iota // no part
	atBegin              // any part but the last
	atLast
	moving // first part under the Hungarian moving rule
)

// Findings of checkWord about the word as a whole.
type findings uint8

const (
	isForbidden findings = 1 << iota
	isCapital            // the word was not all small, for FORCEUCASE
	asInitial            // the word is Capitalised: no roots for capitals alone
)

// search is the state of one Check. Hunspell keeps the affixes found last in
// its manager, and its compound rules read them there; so they are here.
type search struct {
	*Dictionary
	asked []byte
	stack []byte // of the words being put together

	steps, compoundEnd int // taken; where the compound word is given up
	exhausted          bool
	info               findings

	prefix, suffix *affix // found last
	suffixText     string // of the last suffix without flags
	suffixFlag     flag
	suffixExtra    int // syllables the Hungarian suffix i adds

	parts [maxParts + 8]entryID // of a compound word by COMPOUNDRULE
}

func newSearch(d *Dictionary) *search { return &search{Dictionary: d} }

func (s *search) reset() {
	s.stack = s.stack[:0]
	s.steps, s.exhausted, s.info = 0, false, 0
	s.prefix, s.suffix, s.suffixText, s.suffixFlag, s.suffixExtra = nil, nil, "", 0, 0
}

// join writes two texts behind each other on the stack. The caller cuts the
// stack back to where it was; words below stay valid when it moves.
func (s *search) join(a string, b []byte) []byte {
	at := len(s.stack)
	s.stack = append(append(s.stack, a...), b...)
	return s.stack[at:len(s.stack):len(s.stack)]
}

// joinEnd is join with the string last.
func (s *search) joinEnd(a []byte, b string) []byte {
	at := len(s.stack)
	s.stack = append(append(s.stack, a...), b...)
	return s.stack[at:len(s.stack):len(s.stack)]
}

// step counts the trial of an affix, and refuses it behind the limit.
func (s *search) step() bool {
	if s.steps > totalSteps {
		return false
	}
	s.steps++
	return true
}

func (s *search) lookup(word []byte) entryID {
	s.steps++
	return s.words.find(word)
}

func (s *search) next(e entryID) entryID { return s.words.entries[e].homonym }

// affixHas tells whether the affix is there and has a flag.
func (s *search) affixHas(a *affix, f flag) bool {
	return a != nil && a.cont != 0 && s.sets.has(a.cont, f)
}

// checkWord finds the root of a word in one way of writing it (hunspell.cxx,
// checkword).
func (s *search) checkWord(word []byte) entryID {
	word = s.ignored.strip(word)
	if len(word) == 0 {
		return none
	}
	if s.complexPrefixes {
		word = s.casing.reversed(word)
	}
	e := s.lookup(word)
	if e != none && s.has(e, s.forbidden) { // the first homonym decides
		s.info |= isForbidden
		return none
	}
	for e != none && (s.needAffix != 0 && s.has(e, s.needAffix) || !s.standsAlone(e)) {
		e = s.next(e)
	}
	if e != none {
		return e
	}
	e = s.affixCheck(word, alone, 0)
	if e != none && !s.standsAlone(e) {
		e = none
	}
	switch {
	case e != none && s.has(e, s.forbidden):
		s.info |= isForbidden
		return none
	case e != none || !s.mayCompound(word):
		return e
	}
	if len(s.compound.rules) > 0 {
		for i := range s.parts {
			s.parts[i] = none
		}
	}
	e = s.compoundCheck(word, compoundArgs{})
	if e == none && s.hungarian && word[len(word)-1] == '-' {
		e = s.compoundCheck(word[:len(word)-1], compoundArgs{words: -5, moving: true})
	}
	return e
}

// standsAlone tells whether a root may be a word, as this one is capitalised.
func (s *search) standsAlone(e entryID) bool {
	return !(s.onlyInCompound != 0 && s.has(e, s.onlyInCompound)) &&
		!(s.info&asInitial != 0 && s.has(e, onlyUpper))
}

// affixCheck tries a prefix with or without a suffix, a suffix, two suffixes,
// and a prefix with two (affixmgr.cxx, affix_check).
func (s *search) affixCheck(word []byte, in place, need flag) entryID {
	if e := s.prefixCheck(word, in, need); e != none {
		return e
	}
	e := s.suffixCheck(word, nil, false, 0, need, in)
	if !s.followed {
		return e
	}
	// Where any affix has flags, the compound rules no longer see which affixes
	// a word was found with: affix_check forgets them here.
	s.suffix, s.prefix = nil, nil
	if e != none {
		return e
	}
	if e := s.suffixTwice(word, nil, false, need); e != none {
		return e
	}
	return s.prefixTwice(word, need)
}
