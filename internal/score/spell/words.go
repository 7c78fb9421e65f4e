package spell

import (
	"bytes"
	"hash/maphash"
)

// entryID is a root word; entries of the same word are its homonyms.
type entryID int32

const none entryID = -1

// An entry is a line of the .dic file, but for its text.
type entry struct {
	at      uint32 // in words.text
	size    uint16
	flags   setID
	homonym entryID // the next one of the same word
}

// words are the roots of a dictionary: one arena of text and a hash table with
// linear probing, a fifth of what a map of strings takes.
type words struct {
	seed    maphash.Seed
	text    []byte
	entries []entry
	slots   []slot // power of two, at most half full
	used    int
}

// slot holds the first entry of a word, plus one, and half of the word's hash:
// of the words that meet in a slot nearly all differ there, and the arena need
// not be read.
type slot struct {
	hash  uint32
	entry int32
}

func newWords() *words {
	return &words{seed: maphash.MakeSeed(), slots: make([]slot, 1<<10)}
}

func (w *words) word(e entryID) []byte {
	at := &w.entries[e]
	return w.text[at.at : at.at+uint32(at.size)]
}

// find returns the first entry of a word.
func (w *words) find(word []byte) entryID {
	return entryID(w.slots[w.probe(word, maphash.Bytes(w.seed, word))].entry - 1)
}

// probe returns the slot that holds the word, or the free one that would.
func (w *words) probe(word []byte, hash uint64) int {
	mask := len(w.slots) - 1
	for i := int(hash>>32) & mask; ; i = (i + 1) & mask {
		s := w.slots[i]
		if s.entry == 0 || s.hash == uint32(hash) && bytes.Equal(w.word(entryID(s.entry-1)), word) {
			return i
		}
	}
}

// add puts a word behind its homonyms. A capitalised form that stands for an
// all-capitals word gives way to the real word, before or after it
// (hashmgr.cxx, add_word).
func (w *words) add(word []byte, flags setID, hidden bool, sets *flagSets) {
	if 2*w.used >= len(w.slots) {
		w.grow()
	}
	hash := maphash.Bytes(w.seed, word)
	s := &w.slots[w.probe(word, hash)]
	if s.entry == 0 {
		w.used++
		*s = slot{uint32(hash), w.append(word, flags)}
		return
	}
	if hidden {
		return
	}
	last := entryID(s.entry - 1)
	for w.entries[last].homonym != none {
		last = w.entries[last].homonym
	}
	if sets.has(w.entries[last].flags, onlyUpper) {
		w.entries[last].flags = flags
		return
	}
	w.entries[last].homonym = entryID(w.append(word, flags) - 1)
}

// append returns what a slot holds: the number of the entry, plus one.
func (w *words) append(word []byte, flags setID) int32 {
	w.entries = append(w.entries, entry{uint32(len(w.text)), uint16(len(word)), flags, none})
	w.text = append(w.text, word...)
	return int32(len(w.entries))
}

func (w *words) grow() {
	old := w.slots
	w.slots = make([]slot, 2*len(old))
	for _, s := range old {
		if s.entry != 0 {
			word := w.word(entryID(s.entry - 1))
			w.slots[w.probe(word, maphash.Bytes(w.seed, word))] = s
		}
	}
}
