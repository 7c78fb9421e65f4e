package change

import (
	"slices"
	"unicode/utf8"
)

// scan counts the tokens that have a partner, of changed forms only, and finds
// where these first appear in the new text. It reads the new text: the old one
// has the same paired tokens.
func (e *Edit) scan() {
	e.met = e.met[:0]
	first := uint32(0)
	for _, s := range e.come {
		e.scanSpan(span{first, s.first})
		first = s.last
	}
	e.scanSpan(span{first, uint32(len(e.new.Tokens))})
	for c, id := range e.wanted.bytes {
		if n := e.wanted.pairs[c]; n > 0 {
			e.table.at(id - 1).addPairs(n)
		}
	}
}

func (e *Edit) scanSpan(s span) {
	text, f := e.new.Text, &e.wanted
	e.table.steps += int(s.len())
	for i, t := range e.new.Tokens[s.first:s.last] {
		n, c := t.End-t.Start, text[t.Start]
		if !f.pass(n, c) {
			continue
		}
		if n > 1 {
			if c < utf8.RuneSelf || f.passStart(text[t.Start:t.End]) {
				e.meet(s.first + uint32(i))
			}
			continue
		}
		// Spaces are half of all tokens, and often among what changed.
		switch id := f.bytes[c]; id {
		case unwanted:
		case unmet:
			f.bytes[c] = e.meet(s.first+uint32(i)) + 1
		default:
			f.pairs[c]++
		}
	}
}

// meet counts a paired token if it is a spelling of a changed form, and returns
// its item, or else none.
func (e *Edit) meet(i uint32) uint32 {
	t := &e.table
	token := e.new.Tokens[i]
	text := token.Text(e.new.Text)
	hash := t.hash(text)
	id := t.find(hash, text)
	if id == none {
		form := t.formOf(text)
		if form == none {
			return none
		}
		id = t.add(item{
			hash: hash, start: token.Start, size: token.End - token.Start,
			source: inNew, kind: token.Kind, form: form,
		})
	}
	it := t.at(id)
	if it.form == none {
		return none
	}
	if it.source == inForms {
		it.source, it.start, it.kind = inNew, token.Start, token.Kind
	}
	if it.new == 0 || i < it.first {
		it.first, it.met = i, true
		e.met = append(e.met, id)
	}
	it.addPairs(1)
	return id
}

// addPairs counts n tokens of each text.
func (it *item) addPairs(n int32) {
	it.old += n
	it.new += n
}

// arrange puts the items of changed forms in order: by first appearance in the
// new text, then those that are only in the old, by first appearance there. Both
// the fresh items and those that scan met are in order already.
func (e *Edit) arrange() {
	t, met := &e.table, e.met
	e.order = slices.Grow(e.order, int(e.counted)+len(met))
	for id := range e.fresh {
		it := t.at(id)
		if it.form == none || it.met {
			continue
		}
		for len(met) > 0 && t.at(met[0]).first < it.first {
			e.order = append(e.order, met[0])
			met = met[1:]
		}
		e.order = append(e.order, id)
	}
	e.order = append(e.order, met...)
	for id := e.fresh; id < e.counted; id++ {
		if it := t.at(id); it.form != none && it.new == 0 {
			e.order = append(e.order, id)
		}
	}
}
