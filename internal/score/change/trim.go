package change

import "revscore/internal/score/wikitext"

// trim pairs the common beginning and then the common end of a range of the old
// text and one of the new, token by token, and returns what is left of them.
// Equal bytes do not make equal tokens (a '>' far behind decides whether "<ref "
// is one), so bounds are compared too; bytes are compared in bulk, however, and
// with bytes and bounds the kinds are equal.
func (e *Edit) trim(x, y span) (span, span) {
	if x.len() == 0 || y.len() == 0 {
		return x, y
	}
	a, b := e.old.Tokens[x.first:x.last], e.new.Tokens[y.first:y.last]
	same := prefix(textOf(e.old, a), textOf(e.new, b))
	head := pairedHead(a, b, uint32(same))
	a, b = a[head:], b[head:]
	x.first += uint32(head)
	y.first += uint32(head)
	e.table.steps += head + same/block
	if len(a) == 0 || len(b) == 0 {
		return x, y
	}
	same = suffix(textOf(e.old, a), textOf(e.new, b))
	tail := pairedTail(a, b, uint32(same))
	x.last -= uint32(tail)
	y.last -= uint32(tail)
	e.table.steps += tail + same/block
	return x, y
}

// textOf returns the text of neighbouring tokens, at least one.
func textOf(d *wikitext.Document, tokens []wikitext.Token) string {
	return d.Text[tokens[0].Start:tokens[len(tokens)-1].End]
}

// pairedHead returns how many tokens a and b begin with in common, given that
// the first n bytes are equal.
func pairedHead(a, b []wikitext.Token, n uint32) int {
	if len(a) > len(b) {
		a = a[:len(b)]
	}
	b = b[:len(a)]
	shift, limit := b[0].Start-a[0].Start, a[0].Start+n
	for i := range a {
		if end := a[i].End; end+shift != b[i].End || end > limit {
			return i
		}
	}
	return len(a)
}

// pairedTail returns how many tokens a and b end with in common, given that the
// last n bytes are equal.
func pairedTail(a, b []wikitext.Token, n uint32) int {
	if len(a) > len(b) {
		a = a[len(a)-len(b):]
	}
	b = b[len(b)-len(a):]
	last := len(a) - 1
	shift, limit := b[last].End-a[last].End, a[last].End-n
	for i := last; i >= 0; i-- {
		if start := a[i].Start; start+shift != b[i].Start || start < limit {
			return last - i
		}
	}
	return len(a)
}

// block is how many bytes are compared at once. Go compares strings 32 bytes a
// step; a loop over bytes takes 20 times as long.
const block = 256

// prefix returns how many bytes a and b begin with in common.
func prefix(a, b string) int {
	n, i := min(len(a), len(b)), 0
	for i+block <= n && a[i:i+block] == b[i:i+block] {
		i += block
	}
	for i < n && a[i] == b[i] {
		i++
	}
	return i
}

// suffix returns how many bytes a and b end with in common.
func suffix(a, b string) int {
	n, i := min(len(a), len(b)), 0
	for i+block <= n && a[len(a)-i-block:len(a)-i] == b[len(b)-i-block:len(b)-i] {
		i += block
	}
	for i < n && a[len(a)-i-1] == b[len(b)-i-1] {
		i++
	}
	return i
}
