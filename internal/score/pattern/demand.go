package pattern

import (
	"strings"
	"unicode/utf8"
)

// demand is what a broad alternative of a lexicon cannot match without. Broad
// is one that begins with any number of characters of a large class, as in
// \w+-like: to the filter every word could be its beginning.
//
// All that such an alternative consumes up to its needle is in lead. So a match
// by it starts at the needle, or in the run of lead that ends there, or at most
// back characters earlier, which the lexicon's wrapping may consume: that is
// the needle's region. At any place outside of all regions of all demands the
// broad alternatives fail whatever else they hold, and an attempt there can be
// left out if no other alternative fits: a filter of the others will do. An
// attempt itself is always one of all alternatives.
type demand struct {
	needle string
	first  int      // width of the needle's first character
	rest   []bitset // of symbols: what follows the needle
	lead   bitset   // of symbols
	back   int
}

// region is where attempts by a broad alternative may start: from lo to before
// hi.
type region struct{ lo, hi int }

// maxDemands bounds what a search looks for besides its filters: each costs a
// pass of its own. Eight in a Korean text cost more than they save.
const maxDemands = 4

// markBroad marks the broad alternatives of a lexicon and gives them. It marks
// none if some of them is without a needle, since a filter of the rest would
// then stop as often, nor if a back-reference may consume what no class holds.
func markBroad(t parsed, wrap wrapping) []*node {
	alternatives := wrap.patterns
	for alternatives != nil && alternatives.op == opConcat && len(alternatives.subs) == 1 {
		alternatives = alternatives.subs[0]
	}
	if alternatives == nil || alternatives.op != opAlternate || t.backref || wrap.before >= unbounded {
		return nil
	}
	var out []*node
	for _, n := range alternatives.subs {
		if n.broad() {
			if from, to := needle(sequence(nil, n)); from == to {
				return nil
			}
			out = append(out, n)
		}
	}
	if len(out) > maxDemands { // they would be looked for one by one
		return nil
	}
	for _, n := range out {
		n.marked = true
	}
	return out
}

// broad says whether n begins with a repetition that tells a filter nothing.
func (n *node) broad() bool {
	switch n.op {
	case opConcat:
		return len(n.subs) > 0 && n.subs[0].broad()
	case opGroup:
		return n.subs[0].broad()
	case opRepeat:
		return n.max < 0 && n.subs[0].op == opClass && !n.subs[0].set().small()
	default:
		return false
	}
}

// sequence appends what n demands one after the other to dst.
func sequence(dst []*node, n *node) []*node {
	if n.op == opConcat || n.op == opGroup {
		for _, sub := range n.subs {
			dst = sequence(dst, sub)
		}
		return dst
	}
	return append(dst, n)
}

// needle gives the longest part of items that is the same characters in every
// match. Its UTF-8 can be searched for: a character that bad bytes stand for
// is not part of one.
func needle(items []*node) (from, to int) {
	best := 0
	for i := 0; i < len(items); i++ {
		j, size := i, 0
		for j < len(items) && items[j].fixed() {
			size += utf8.RuneLen(items[j].set()[0].lo)
			j++
		}
		if size > best {
			from, to, best = i, j, size
		}
		i = j
	}
	return from, to
}

// fixed says that n is one and the same character.
func (n *node) fixed() bool {
	if n.op != opClass {
		return false
	}
	s := n.set()
	return len(s) == 1 && s[0].lo == s[0].hi && utf8.ValidRune(s[0].lo) && s[0].lo != utf8.RuneError
}

// newDemand is about an alternative that markBroad gave.
func newDemand(n *node, a *alphabet, back int) demand {
	items := sequence(nil, n)
	from, to := needle(items)
	d := demand{lead: newBitset(a.size()), back: back}
	var b strings.Builder
	for _, item := range items[from:to] {
		b.WriteRune(item.set()[0].lo)
	}
	d.needle = b.String()
	_, d.first = utf8.DecodeRuneInString(d.needle)
	for _, item := range items[:from] {
		d.lead = item.consumed(d.lead, a)
	}
	for _, item := range items[to:] {
		if item.op != opClass {
			break
		}
		d.rest = append(d.rest, a.members(item.set()))
	}
	return d
}

// consumed adds to b the symbols that n may consume.
func (n *node) consumed(b bitset, a *alphabet) bitset {
	if n.op == opClass {
		return b.or(a.members(n.set()))
	}
	if n.op != opLook {
		for _, sub := range n.subs {
			b = sub.consumed(b, a)
		}
	}
	return b
}

// find gives the region of the first needle at or after byte from and before
// byte to, or one behind the text. No region begins before from.
func (d *demand) find(a *alphabet, text string, from, to int) region {
	for p := from; p < to; {
		n := strings.Index(text[p:to], d.needle)
		if n < 0 {
			break
		}
		p += n
		if d.follows(a, text, p+len(d.needle)) {
			return region{d.start(a, text, from, p), p + d.first}
		}
		p += d.first
	}
	return region{len(text) + 1, len(text) + 2}
}

// follows says whether the rest fits at byte i.
func (d *demand) follows(a *alphabet, text string, i int) bool {
	for _, set := range d.rest {
		sym, n := a.at(text, i)
		if !set.has(int(sym)) {
			return false
		}
		i += n
	}
	return true
}

// start goes back from a needle at byte p, as far as from.
func (d *demand) start(a *alphabet, text string, from, p int) int {
	for left := d.back; p > from; {
		sym, n := a.before(text, p)
		if !d.lead.has(int(sym)) {
			if left == 0 {
				break
			}
			left--
		}
		p -= n
	}
	return p
}
