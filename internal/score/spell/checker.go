package spell

import (
	"hash/maphash"
	"strings"
	"sync/atomic"
	"unicode/utf8"
)

// Config is what a Checker asks.
type Config struct {
	// Dictionaries in the order they are asked; the first that knows a word
	// decides.
	Dictionaries []*Dictionary
	// ReplaceAstral makes characters above U+FFFF U+FFFD before a word is
	// asked, as the reference's utf16_cleanup does for English and Portuguese.
	ReplaceAstral bool
	// Remember is about how many words' answers are kept; 0 is DefaultRemember.
	Remember int
}

// DefaultRemember is a table of 1 MB and, when full, some 6 MB of answers.
const DefaultRemember = 1 << 17

// ways is how many words of the same place in the table are kept. With one,
// two common words of a place would drive each other out again and again.
const ways = 4

// Checker asks several dictionaries and remembers the answers in a table of
// fixed size. Any number of goroutines may ask: a place in the table is a
// pointer that is read and replaced as one, so nothing is locked.
type Checker struct {
	dictionaries  []*Dictionary
	replaceAstral bool
	seed          maphash.Seed
	table         []atomic.Pointer[answer] // groups of ways, a power of two of them
	turn          atomic.Uint32            // which of a group is next replaced
}

// answer is not changed after it is in the table. It holds the word and not a
// hash of it alone: an answer is never another word's.
type answer struct {
	word  string
	known bool
}

// NewChecker makes a Checker with an empty table.
func NewChecker(cfg Config) *Checker {
	remember := cfg.Remember
	if remember <= 0 {
		remember = DefaultRemember
	}
	size := ways
	for size < remember {
		size *= 2
	}
	return &Checker{
		dictionaries: cfg.Dictionaries, replaceAstral: cfg.ReplaceAstral,
		seed: maphash.MakeSeed(), table: make([]atomic.Pointer[answer], size),
	}
}

// Check tells whether any of the dictionaries knows the word. A remembered word
// costs no allocation.
func (c *Checker) Check(word string) bool {
	if len(word) > maxAsked && !c.replaceAstral {
		return false
	}
	group := c.group(word)
	for i := range group {
		if a := group[i].Load(); a != nil && a.word == word {
			return a.known
		}
	}
	known := c.ask(word)
	if len(word) <= maxAsked {
		c.remember(group, word, known)
	}
	return known
}

func (c *Checker) group(word string) []atomic.Pointer[answer] {
	at := int(maphash.String(c.seed, word)) & (len(c.table) - 1) &^ (ways - 1)
	return c.table[at : at+ways]
}

func (c *Checker) ask(word string) bool {
	if c.replaceAstral {
		word = replaceAstral(word)
	}
	for _, d := range c.dictionaries {
		if d.Check(word) {
			return true
		}
	}
	return false
}

// remember takes a free place or replaces one of the group, in turn. The word
// is copied: it may be a piece of a text of megabytes.
func (c *Checker) remember(group []atomic.Pointer[answer], word string, known bool) {
	a := &answer{strings.Clone(word), known}
	for i := range group {
		if group[i].CompareAndSwap(nil, a) {
			return
		}
	}
	group[c.turn.Add(1)%ways].Store(a)
}

func replaceAstral(word string) string {
	if !utf8.ValidString(word) {
		return word
	}
	return strings.Map(func(r rune) rune {
		if r > 0xffff {
			return utf8.RuneError
		}
		return r
	}, word)
}
