package spell

// A condition is a small pattern on the end of a root that a suffix may join
// or the start of one that a prefix may: letters, dots, [sets] and [^sets].
// Hunspell walks it byte by byte, and files rely on what that walk does with
// unusual ones, as [^a^b] or (^ab); so ours walks the same way, in its place of
// a parsed form. Reading outside of the root yields 0, which no letter equals.

// condLength counts what a condition asks for (affixmgr.cxx, condlen). In UTF-8
// it counts bytes below 0x80 and continuations: three-byte letters as two.
func condLength(cond string, wide bool) int {
	length, group := 0, false
	for i := range len(cond) {
		switch c := cond[i]; {
		case c == '[':
			group = true
			length++
		case c == ']':
			group = false
		case !group && (!wide || c < 0x80 || continuation(c)):
			length++
		}
	}
	return length
}

// swapBrackets makes a condition written backwards one again: ]ab^[ becomes
// [^ab] (affixmgr.cxx, reverse_condition).
func swapBrackets(cond []byte) {
	negated := false
	for k := len(cond) - 1; k >= 0; k-- {
		switch cond[k] {
		case '[':
			if negated {
				cond[k+1] = '['
			} else {
				cond[k] = ']'
			}
		case ']':
			cond[k] = '['
			if negated {
				cond[k+1] = '^'
			}
			negated = false
		case '^':
			if k+1 < len(cond) && cond[k+1] == ']' {
				negated = true
			} else if negated {
				cond[k+1] = '^'
			}
		default:
			if negated {
				cond[k+1] = cond[k]
			}
		}
	}
}

// walker matches one condition. Forward, what a set was is forgotten where the
// next opens; backward, where it closes. Backward, a letter must be left for what
// follows a letter, too.
type walker struct {
	cond    string
	at      int // in cond
	word    []byte
	pos     int // in word
	wide    bool
	negated bool
	inSet   bool // a set is open
	hit     bool // and has matched
	from    int  // where in word it was opened
}

func (w *walker) ended() bool { return w.at >= len(w.cond) }

func (w *walker) char(i int) byte {
	if i < 0 || i >= len(w.word) {
		return 0
	}
	return w.word[i]
}

// open enters a set; its letters are compared with the same place each.
func (w *walker) open() {
	w.at++
	w.inSet, w.from = true, w.pos
}

// skipSet leaves the rest of a set that has matched.
func (w *walker) skipSet() {
	w.hit = true
	for !w.ended() && w.cond[w.at] != ']' {
		w.at++
	}
}

// prefixFits tests the start of a root (affentry.cxx, PfxEntry::test_condition).
func prefixFits(a *affix, word []byte, wide bool) bool {
	if a.conds == 0 {
		return true
	}
	w := walker{cond: a.cond, word: word, wide: wide}
	for !w.ended() {
		fits := true
		switch c := w.cond[w.at]; {
		case c == '[':
			w.open()
			w.negated, w.hit = false, false
		case c == '^':
			w.at++
			w.negated = true
		case c == ']':
			fits = w.closeForward()
		case c == '.' && !w.inSet:
			w.at++
			w.forward()
			fits = w.ended() || w.pos < len(word)
		default:
			fits = w.letterForward()
		}
		if !fits {
			return false
		}
	}
	return true
}

func (w *walker) forward() {
	w.pos++
	for w.wide && continuation(w.char(w.pos)) {
		w.pos++
	}
}

// closeForward leaves a set; one that is negated takes its letter here, and at
// the end of the word none.
func (w *walker) closeForward() bool {
	if w.negated == w.hit {
		return false
	}
	w.inSet = false
	w.at++
	if !w.hit && w.pos < len(w.word) {
		w.forward()
	}
	return w.ended() || w.pos < len(w.word)
}

// letterForward compares a letter, of a set or outside of one.
func (w *walker) letterForward() bool {
	if w.char(w.pos) != w.cond[w.at] {
		w.at++
		return w.inSet
	}
	first := w.char(w.pos)
	w.pos++
	w.at++
	whole := true
	for w.wide && first >= 0x80 && !w.ended() && continuation(w.cond[w.at]) {
		if w.cond[w.at] != w.char(w.pos) {
			if !w.inSet {
				return false
			}
			w.pos, whole = w.from, false
			break
		}
		w.at++
		w.pos++
	}
	if w.inSet && whole {
		w.skipSet()
	}
	return true
}

// suffixFits tests the end of a root. The condition is stored backwards, and
// the word is walked backwards (affentry.cxx, SfxEntry::test_condition).
func suffixFits(a *affix, word []byte, wide bool) bool {
	if a.conds == 0 {
		return true
	}
	w := walker{cond: a.cond, word: word, wide: wide, pos: len(word) - 1}
	for !w.ended() {
		fits := true
		switch c := w.cond[w.at]; {
		case c == '[':
			w.open()
		case c == '^':
			w.at++
			w.negated = true
		case c == ']':
			fits = w.closeBackward()
		case c == '.' && !w.inSet:
			w.at++
			w.dotBackward()
			fits = w.ended() || w.pos >= 0
		default:
			fits = w.letterBackward()
		}
		if !fits {
			return false
		}
	}
	return true
}

// closeBackward leaves a set; one that is negated takes its letter here.
func (w *walker) closeBackward() bool {
	if !w.negated && !w.hit {
		return false
	}
	if !w.hit {
		for w.wide && continuation(w.char(w.pos)) {
			w.pos--
		}
		w.pos--
	}
	w.inSet, w.negated, w.hit = false, false, false
	w.at++
	return w.ended() || w.pos >= 0
}

// dotBackward takes one character; but a one-byte one takes a preceding
// character of several bytes along, since Hunspell looks for the head of the
// character it stands on only after its first step.
func (w *walker) dotBackward() {
	w.pos--
	for w.wide && continuation(w.char(w.pos)) {
		w.pos--
	}
	if w.wide && w.char(w.pos) >= 0x80 {
		w.pos--
	}
}

// letterBackward compares a letter, its last byte first.
func (w *walker) letterBackward() bool {
	last := w.char(w.pos)
	if last != w.cond[w.at] {
		w.at++
		return w.inSet
	}
	w.at++
	if w.wide && last >= 0x80 && !w.restBackward() {
		return w.inSet // with its next letter
	}
	switch {
	case w.inSet && w.negated:
		return false
	case w.inSet:
		w.skipSet()
	}
	w.pos--
	return w.pos >= 0 || w.ended() || w.cond[w.at] == ']'
}

// restBackward compares the other bytes of a character; pos ends at its head.
func (w *walker) restBackward() bool {
	for w.pos--; !w.ended() && w.pos >= 0; w.pos-- {
		if w.cond[w.at] != w.char(w.pos) {
			if w.inSet {
				w.pos = w.from
				if w.cond[w.at] != ']' {
					w.at++
				}
			}
			return false
		}
		head := !continuation(w.cond[w.at])
		w.at++
		if head {
			break
		}
	}
	return true
}
