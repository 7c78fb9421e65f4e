package change

import (
	"hash/maphash"
	"sync"
	"unsafe"

	"revscore/internal/score/wikitext"
)

// Edit is what [Compare] found. One goroutine may use it at a time.
type Edit struct {
	old, new *wikitext.Document
	empty    wikitext.Document // the parent of a page creation

	// The tokens of each text that have no partner in the other, ascending.
	gone, come []span

	lines lines
	table table
	// The items below fresh stand in changed places of the new text, those from
	// there to counted only in changed places of the old.
	fresh, counted uint32

	wanted filter   // what scan looks for
	met    []uint32 // the items whose first place scan has found, in its order

	// order holds the items of changed forms as their deltas are to be listed:
	// by first appearance in the new text, then those that are only in the old.
	order  []uint32
	deltas []Delta // of all selections so far
}

// span is a range of tokens, last excluded.
type span struct{ first, last uint32 }

func (s span) len() uint32 { return s.last - s.first }

// edits keeps the memory of released edits. A small edit needs a few kilobytes
// for a few microseconds: allocating them would be a good part of the cost.
var edits = sync.Pool{New: func() any {
	e := new(Edit)
	e.table.seed = maphash.MakeSeed()
	return e
}}

// Compare finds what changed from before to after. before is nil for a page
// creation: then the old tables are empty. The documents must stay unchanged
// for as long as the Edit is used.
func Compare(before, after *wikitext.Document) *Edit {
	e := edits.Get().(*Edit)
	if before == nil {
		before = &e.empty
	}
	e.old, e.new = before, after
	e.gone, e.come = e.gone[:0], e.come[:0]
	e.order, e.deltas = e.order[:0], e.deltas[:0]
	e.table.steps = 0
	e.pair()
	e.count()
	if e.mark() {
		e.scan()
		e.arrange()
	}
	return e
}

// pair fills gone and come with the tokens that no step finds a partner for.
func (e *Edit) pair() {
	gone, come := e.trim(
		span{0, uint32(len(e.old.Tokens))},
		span{0, uint32(len(e.new.Tokens))})
	if e.hasLines(gone, come) {
		e.pairLines(gone, come)
		return
	}
	e.gone, e.come = appendSpan(e.gone, gone), appendSpan(e.come, come)
}

// appendSpan adds a range behind all others.
func appendSpan(spans []span, s span) []span {
	if s.len() == 0 {
		return spans
	}
	if n := len(spans); n > 0 && spans[n-1].last == s.first {
		spans[n-1].last = s.last
		return spans
	}
	return append(spans, s)
}

// count counts the tokens that have no partner. Those of the new text come
// first: so items are numbered by first appearance.
func (e *Edit) count() {
	n := 0
	for _, s := range e.come {
		n += int(s.len())
	}
	for _, s := range e.gone {
		n += int(s.len())
	}
	t := &e.table
	t.steps += n
	t.reset(e.old.Text, e.new.Text, n)
	for _, s := range e.come {
		for i := s.first; i < s.last; i++ {
			t.at(t.intern(inNew, e.new.Tokens[i], i)).new++
		}
	}
	e.fresh = t.count
	for _, s := range e.gone {
		for i := s.first; i < s.last; i++ {
			t.at(t.intern(inOld, e.old.Tokens[i], i)).old++
		}
	}
	e.counted = t.count
}

// mostKept is how many bytes an Edit may hold to be kept for the next. The rare
// page of two megabytes shall not fill the pool with its tables.
const mostKept = 1 << 20

// Release hands the memory of e to later calls of [Compare]. Calling it is
// optional. Neither e nor a slice of [Delta] that came from it may be used
// afterwards.
func (e *Edit) Release() {
	if e.bytes() > mostKept {
		return
	}
	e.old, e.new, e.table.texts = nil, nil, [2]string{}
	edits.Put(e)
}

// bytes returns about how much memory e holds.
func (e *Edit) bytes() int {
	return len(e.table.blocks)*int(unsafe.Sizeof([blockItems]item{})) +
		4*(cap(e.table.slots)+cap(e.lines.slots)+cap(e.order)+cap(e.met)) + cap(e.table.forms) +
		cap(e.lines.old)*int(unsafe.Sizeof(line{})) + cap(e.lines.new)*int(unsafe.Sizeof(newLine{})) +
		cap(e.deltas)*int(unsafe.Sizeof(Delta{})) + (cap(e.gone)+cap(e.come))*int(unsafe.Sizeof(span{}))
}
