package spell

import "bytes"

// A compound word is cut in two everywhere; the first part must be a root that
// may begin or be inside a compound, the rest one that may end it, or a
// compound word again. What follows is affixmgr.cxx, compound_check, with its
// order of tests and its side effects on the counts of words and syllables:
// both decide real words. Its one loop is parted into methods of [compound].

// compoundArgs are what a compound word inside another starts with.
type compoundArgs struct {
	words     int  // so far, as COMPOUNDWORDMAX counts
	syllables int  // so far
	part      int  // number of the first part
	byRule    bool // the parts before it came from a COMPOUNDRULE
	moving    bool // Hungarian moving rule: any first part, its suffix decides
}

// compound is one level of the search.
type compound struct {
	*search
	compoundArgs
	word []byte // as asked
	st   []byte // as cut: a pattern may have changed it from the cut on

	cut, least, most int
	inherited        bool // byRule as the level began
	ruleOnly         bool // second pass: parts by COMPOUNDRULE alone
	passWords        int  // words and syllables as the pass began
	passSyllables    int
	prefixed         bool    // the first part was found by its affixes
	pattern          int     // of CHECKCOMPOUNDPATTERN tried at the cut; 0 is none
	uncut            int     // the cut before the pattern moved it; 0 is none
	unpatterned      [2]int  // least and most before that
	hidden           byte    // what st has at the cut while the first part ends there
	first            entryID // root of the first part
}

// outcome of a step of the search.
type outcome uint8

const (
	goOn   outcome = iota // to the next step
	skip                  // not this cut as it is
	leave                 // not this cut in this pass, whatever pattern is tried
	accept                // the word is a compound
	reject                // the word is none, whatever other cuts would say
)

func (s *search) compoundCheck(word []byte, args compoundArgs) entryID {
	if args.words == 0 {
		s.compoundEnd = min(s.steps+compoundSteps, totalSteps)
		s.exhausted = false
	} else if s.steps > s.compoundEnd {
		s.exhausted = true
	}
	c := compound{search: s, compoundArgs: args, word: word, st: bytes.Clone(word), inherited: args.byRule}
	c.least, c.most = s.cutLimits(word)
	for c.cut = c.least; c.cut < c.most; c.cut++ {
		for s.wide() && continuation(c.char(c.st, c.cut)) {
			c.cut++
		}
		if c.cut >= c.most {
			return none
		}
		c.byRule, c.ruleOnly = c.inherited, c.inherited
		for {
			switch c.pass() {
			case accept:
				return c.first
			case reject:
				return none
			}
			if len(s.compound.rules) == 0 || c.passWords != 0 || c.ruleOnly {
				break
			}
			c.ruleOnly = true
		}
	}
	return none
}

// cutLimits keep COMPOUNDMIN characters on both sides (setcminmax).
func (s *search) cutLimits(word []byte) (least, most int) {
	shortest := s.compound.min
	if !s.wide() {
		return shortest, len(word) - shortest + 1
	}
	for i := 0; i < shortest && least < len(word); i++ {
		for least++; least < len(word) && continuation(word[least]); {
			least++
		}
	}
	most = len(word)
	for i := 0; i < shortest-1 && most >= 0; i++ {
		for most--; most >= 0 && most < len(word) && continuation(word[most]); {
			most--
		}
	}
	return least, most
}

// char is a byte of a word, 0 behind its end, as in a C string.
func (c *compound) char(word []byte, at int) byte {
	if at < 0 || at >= len(word) {
		return 0
	}
	return word[at]
}

// rest is what follows a place, nothing behind the end.
func rest(word []byte, at int) []byte { return word[min(at, len(word)):] }

// cString ends a word at its first zero byte: the cut, while it is hidden.
func cString(word []byte) []byte {
	if at := bytes.IndexByte(word, 0); at >= 0 {
		return word[:at]
	}
	return word
}

func (c *compound) setCut(b byte) {
	if c.cut < len(c.st) {
		c.st[c.cut] = b
	}
}

// pass tries one cut, as it is and then, where patterns have replacements, as
// each of them would have been written.
func (c *compound) pass() outcome {
	c.passWords, c.passSyllables, c.prefixed = c.words, c.syllables, false
	for {
		if c.exhausted {
			return reject
		}
		if c.pattern > 0 && !c.applyPattern() {
			break
		}
		out := c.firstPart()
		if out == goOn {
			out = c.secondParts()
		}
		if out == accept || out == reject {
			return out
		}
		if out == leave {
			break
		}
		if c.uncut != 0 {
			c.cut, c.uncut = c.uncut, 0
			c.least, c.most = c.unpatterned[0], c.unpatterned[1]
		}
		c.pattern++
		if c.ruleOnly || !c.compound.replaced || c.pattern > len(c.compound.patterns) {
			break
		}
	}
	c.pattern = 0
	c.words, c.syllables = c.passWords, c.passSyllables
	if c.uncut != 0 {
		c.cut, c.uncut = c.uncut, 0
		c.st = bytes.Clone(c.word)
	} else {
		// After a pattern this puts its letter into the word, and the cuts to
		// come read it there: so does Hunspell.
		c.setCut(c.hidden)
	}
	return skip
}

// applyPattern undoes the next replacement that stands at the cut.
func (c *compound) applyPattern() bool {
	var p *compoundPattern
	for ; ; c.pattern++ {
		if c.pattern > len(c.compound.patterns) {
			return false
		}
		p = &c.compound.patterns[c.pattern-1]
		if p.instead != "" && bytes.HasPrefix(rest(c.word, c.cut), []byte(p.instead)) {
			break
		}
	}
	c.uncut, c.unpatterned = c.cut, [2]int{c.least, c.most}
	st := append(append(bytes.Clone(c.st[:min(c.cut, len(c.st))]), p.end...), p.begin...)
	c.st = append(st, rest(c.word, c.cut+len(p.instead))...)
	c.cut += len(p.end)
	c.least, _ = c.cutLimits(c.st)
	c.most = len(c.st) - c.compound.min + 1
	return true
}
