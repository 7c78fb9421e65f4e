package change

import "revscore/internal/score/wikitext"

// A line here is a run of tokens that ends with a line break and has at least
// leastLine tokens, more in texts so big that there could be above mostLines of
// them: two megabytes of "a\n" shall not take more memory for lines than for
// tokens. A line of that many tokens always ends one, so after an insertion the
// lines of both texts fall in step again.
const (
	leastLine = 4
	mostLines = 1 << 17 // of both texts
)

// fewTokens is how many tokens both texts may have left for lines to be
// skipped: counting so few is faster than finding their lines.
const fewTokens = 64

// lines is the memory of pairLines.
type lines struct {
	least uint32 // tokens of a line

	old   []line
	new   []newLine // those that no old line equals
	slots []uint32  // hash table: number of the first line of a content, plus one
}

// line is a line of the old text.
type line struct {
	span        // in the end what pairPlaces leaves of it
	hash uint32 // of its text

	// The unpaired lines with one content are a list, in the order of the text.
	// head is kept by the first of them that there was.
	next, head int32
}

// What next can be besides the number of a line.
const (
	listEnd = -1 - iota
	matched // an equal line was found for it
)

// newLine is a line of the new text without its like in the old.
type newLine struct {
	span
	place int32 // the old line that it may be a version of
}

// hasLines reports whether there is so much left of both texts, and of more
// than one line, that comparing lines is worth it.
func (e *Edit) hasLines(gone, come span) bool {
	n := gone.len() + come.len()
	if gone.len() == 0 || come.len() == 0 || n <= fewTokens {
		return false
	}
	e.lines.least = max(leastLine, n/mostLines)
	return e.lineEnd(e.old, gone) < gone.last && e.lineEnd(e.new, come) < come.last
}

// pairLines pairs equal lines of the two ranges and appends what has no partner
// to gone and come. Paired lines are cancelled as multisets: a line that stands
// twice in the old text is found twice.
func (e *Edit) pairLines(gone, come span) {
	gone, come = e.wholeLines(gone, come)
	e.indexLines(gone)
	l := &e.lines
	l.new = l.new[:0]
	place := int32(0) // behind the partner of the line before
	for first := come.first; first < come.last; {
		s := span{first, e.lineEnd(e.new, span{first, come.last})}
		first = s.last
		if i := e.findLine(s); i >= 0 {
			place = i
		} else {
			l.new = append(l.new, newLine{s, place})
		}
		place++
	}
	e.pairPlaces()
	for i := range l.old {
		if l.old[i].next != matched {
			e.gone = appendSpan(e.gone, l.old[i].span)
		}
	}
}

// pairPlaces trims each new line against the old one that stands in its place:
// behind the partner of the line before. It is one guess, not a search; where
// it is wrong, both lines are counted whole.
func (e *Edit) pairPlaces() {
	l := &e.lines
	for _, n := range l.new {
		s := n.span
		if int(n.place) < len(l.old) {
			if o := &l.old[n.place]; o.next != matched {
				o.span, s = e.trim(o.span, s)
			}
		}
		e.come = appendSpan(e.come, s)
	}
}

// wholeLines widens two ranges that trim left to whole lines, else the first and
// the last line of a moved section would equal nothing. What is added is equal
// in both texts.
func (e *Edit) wholeLines(gone, come span) (span, span) {
	for gone.first > 0 && !endsLine(e.old, gone.first-1) {
		gone.first--
		come.first--
		e.table.steps++
	}
	for int(gone.last) < len(e.old.Tokens) && !endsLine(e.old, gone.last-1) {
		gone.last++
		come.last++
		e.table.steps++
	}
	return gone, come
}

// endsLine reports whether token i ends with a line break. White space does not
// contain one unless it begins with it.
func endsLine(d *wikitext.Document, i uint32) bool {
	switch t := d.Tokens[i]; t.Kind {
	case wikitext.Break:
		return true
	case wikitext.Whitespace:
		return d.Text[t.Start] == '\n'
	}
	return false
}

// lineEnd returns the end of the line at the beginning of s.
func (e *Edit) lineEnd(d *wikitext.Document, s span) uint32 {
	i := min(s.first+e.lines.least-1, s.last)
	for ; i < s.last; i++ {
		if endsLine(d, i) {
			i++
			break
		}
	}
	e.table.steps += int(i - s.first)
	return i
}

// indexLines puts the lines of a range of the old text into the hash table.
func (e *Edit) indexLines(s span) {
	l := &e.lines
	l.old = l.old[:0]
	for first := s.first; first < s.last; {
		own := span{first, e.lineEnd(e.old, span{first, s.last})}
		first = own.last
		l.old = append(l.old, line{span: own, hash: e.lineHash(e.old, own)})
	}
	l.slots = cleared(l.slots, slotsFor(len(l.old)))
	// From the last line to the first, so that each list begins with the first.
	for i := len(l.old) - 1; i >= 0; i-- {
		n := &l.old[i]
		n.next, n.head = listEnd, int32(i)
		slot, found := e.lineSlot(e.old, n.span, n.hash)
		if found {
			first := &l.old[l.slots[slot]-1]
			n.next = first.head
			first.head = int32(i)
		} else {
			l.slots[slot] = uint32(i) + 1
		}
	}
}

// findLine takes the first old line that equals s, a line of the new text, out
// of its list and returns its number, or -1.
func (e *Edit) findLine(s span) int32 {
	l := &e.lines
	slot, found := e.lineSlot(e.new, s, e.lineHash(e.new, s))
	if !found {
		return -1
	}
	first := &l.old[l.slots[slot]-1]
	i := first.head
	if i >= 0 {
		first.head = l.old[i].next
		l.old[i].next = matched
	}
	return max(i, -1)
}

// lineSlot returns where the lines that equal s stand in the hash table, or
// where they would.
func (e *Edit) lineSlot(d *wikitext.Document, s span, hash uint32) (slot uint32, found bool) {
	l := &e.lines
	mask := uint32(len(l.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		e.table.steps++
		if l.slots[i] == 0 {
			return i, false
		}
		if o := &l.old[l.slots[i]-1]; o.hash == hash && e.equalLines(o.span, d, s) {
			return i, true
		}
	}
}

// equalLines reports whether x of the old text and s of d have the same tokens.
func (e *Edit) equalLines(x span, d *wikitext.Document, s span) bool {
	if x.len() != s.len() {
		return false
	}
	a, b := e.old.Tokens[x.first:x.last], d.Tokens[s.first:s.last]
	text := textOf(e.old, a)
	return text == textOf(d, b) && pairedHead(a, b, uint32(len(text))) == len(a)
}

func (e *Edit) lineHash(d *wikitext.Document, s span) uint32 {
	return e.table.hash(textOf(d, d.Tokens[s.first:s.last]))
}
