package change

import (
	"hash/maphash"
	"math/bits"
	"unsafe"

	"revscore/internal/score/wikitext"
)

// item is one distinct token text: one that stands in a changed place, the
// lower-cased form of one, or another spelling of such a form.
type item struct {
	hash        uint32
	start, size uint32 // its text, in what source says
	source      source
	kind        wikitext.Kind
	met         bool // scan found the first token in the new text

	// How many tokens the texts have: at first those without a partner, then
	// scan adds the others, which changes no difference.
	old, new int32
	first    uint32 // token of the new text; means nothing if new is 0

	// form is the item of the lower-cased text, or none if neither this item
	// nor another spelling of the form has changed.
	form uint32

	// Of the selection at work. kept belongs to each spelling, the others to
	// the form: by how much the counts of its kept spellings differ in all, and
	// the number of its delta plus one.
	kept  bool
	delta int32
	slot  uint32
}

// none is the number of no item.
const none = ^uint32(0)

func (it *item) changed() bool { return it.old != it.new }

// source says where the text of an item is.
type source uint8

const (
	inNew source = iota
	inOld
	inForms // no token has this text, as far as is known
)

// table finds items by their text. It is a hash table with open addressing and
// linear probing, at most half full. A map of strings would do, but takes twice
// the time and more memory, as its keys have two words and are pointers.
type table struct {
	seed  maphash.Seed
	texts [2]string // of inNew and inOld
	forms []byte    // the texts inForms, end to end

	// Items stand in blocks: growing copies none, and pointers to them stay.
	blocks []*[blockItems]item
	count  uint32 // of items

	slots []uint32 // number of the item, plus one
	used  int      // slots in use

	// bytes are the items of texts of one byte, plus one. Every second token is
	// a space or a mark, so this halves the look-ups.
	bytes [256]uint32

	// steps counts tokens compared, hashed and scanned, and slots looked at.
	// Tests hold it to a multiple of the texts: that the work is linear.
	steps int
}

// reset empties the table, which is to hold the tokens of n places.
func (t *table) reset(before, after string, n int) {
	t.texts = [2]string{inNew: after, inOld: before}
	t.count, t.forms, t.used = 0, t.forms[:0], 0
	clear(t.bytes[:])
	t.slots = cleared(t.slots, slotsFor(min(n, 1024)))
}

// blockItems is the number of items in a block, of 10 kilobytes.
const blockItems = 256

// at returns an item.
func (t *table) at(id uint32) *item {
	return &t.blocks[id/blockItems][id%blockItems]
}

// slotsFor returns the size of a hash table of n things.
func slotsFor(n int) int { return 1 << bits.Len(uint(2*n)) }

// cleared returns n zeros, in the memory of s if that is enough.
func cleared(s []uint32, n int) []uint32 {
	if cap(s) < n {
		return make([]uint32, n)
	}
	s = s[:n]
	clear(s)
	return s
}

// hash returns the hash of a text. Single bytes do without.
func (t *table) hash(text string) uint32 {
	if len(text) == 1 {
		return 0
	}
	return uint32(maphash.String(t.seed, text))
}

// find returns the item with the given text and its hash, or none.
func (t *table) find(hash uint32, text string) uint32 {
	if len(text) == 1 {
		t.steps++
		return t.bytes[text[0]] - 1 // nothing minus one is none
	}
	mask := uint32(len(t.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		t.steps++
		id := t.slots[i] - 1
		if id == none {
			return none
		}
		if it := t.at(id); it.hash == hash && t.text(it) == text {
			return id
		}
	}
}

// text returns the text of an item.
func (t *table) text(it *item) string {
	if it.source == inForms {
		return view(t.forms[it.start : it.start+it.size])
	}
	return t.texts[it.source][it.start : it.start+it.size]
}

// view returns bytes of forms as a string without a copy. Those of an item are
// never written again while the table holds it.
func view(forms []byte) string { return unsafe.String(unsafe.SliceData(forms), len(forms)) }

// intern returns the item of a token, a new one if there is none. i is the
// token's number.
func (t *table) intern(in source, token wikitext.Token, i uint32) uint32 {
	text := token.Text(t.texts[in])
	hash := t.hash(text)
	if id := t.find(hash, text); id != none {
		return id
	}
	return t.add(item{
		hash: hash, start: token.Start, size: token.End - token.Start,
		source: in, kind: token.Kind, first: i, form: none,
	})
}

// add adds an item whose text no other has, and returns its number.
func (t *table) add(it item) uint32 {
	id := t.count
	t.count++
	if int(id/blockItems) == len(t.blocks) {
		t.blocks = append(t.blocks, new([blockItems]item))
	}
	*t.at(id) = it
	if it.size == 1 {
		t.bytes[t.text(&it)[0]] = id + 1
		return id
	}
	t.used++
	if 2*t.used > len(t.slots) {
		t.grow()
		return id
	}
	t.place(id)
	return id
}

// place puts an item into the first free slot for its hash.
func (t *table) place(id uint32) {
	mask := uint32(len(t.slots) - 1)
	i := t.at(id).hash & mask
	for t.slots[i] != 0 {
		i = (i + 1) & mask
		t.steps++
	}
	t.slots[i] = id + 1
}

// grow doubles the slots and places all items anew.
func (t *table) grow() {
	t.slots = cleared(t.slots, 2*len(t.slots))
	for id := range t.count {
		t.steps++
		if t.at(id).size != 1 {
			t.place(id)
		}
	}
}
