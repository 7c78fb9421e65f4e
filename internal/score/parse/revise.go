package parse

import "fmt"

// Revise returns what Parse does of the text, in less time the more of it is as
// in the page before. That may be nil.
//
// What is taken from there are the nodes in front of the last checkpoint up to
// which nothing was looked at that differs, and those behind the first checkpoint
// of both texts that no difference follows. Steps and nodes are counted as if all
// had been read again, so a text is too complex or is not, however it came to be
// parsed.
func Revise(before *Page, text string) (*Page, error) {
	page, err := reviseWithin(before, text, maxSteps)
	if err != nil {
		return nil, fmt.Errorf("parse %d bytes: %w", len(text), err)
	}
	return page, nil
}

// revision is what a tokenizer knows of its text from another.
type revision struct {
	page  *Page // nil if there is none
	met   int   // the index of its checkpoint that may be met next, or was
	done  bool  // one was met
	same  int   // from where on the text is that of the page
	shift int   // how many bytes further than there
}

// revise begins behind the part of the text that is known from another.
func (t *tokenizer) revise(before *Page) {
	old, text := before.text, t.text
	if len(before.trail) == 0 {
		return
	}
	same := commonPrefix(old, text)
	r := revision{page: before, shift: len(text) - len(old)}
	r.same = len(text) - commonSuffix(old[same:], text[same:])
	places := before.places()
	for r.met < len(places) && int(places[r.met].pos)+int(places[r.met].ahead) <= same {
		t.spend(int(places[r.met].steps))
		r.met++
	}
	t.old = r
	if r.met > 0 {
		at := places[r.met-1]
		t.nodes.copy(&before.nodes, 0, int(at.nodes), 0)
		t.trail = append(t.trail, places[:r.met]...)
		t.head = int(at.pos)
		t.last = milestone{t.head, t.nodes.n, t.left}
		t.top().buffer = span{int(before.nodes.at(t.nodes.n).Start), t.head}
	}
}

// meets reports whether the page before has a checkpoint at the head from which
// on both texts are the same.
func (r *revision) meets(head int) bool {
	if r.page == nil || head < r.same {
		return false
	}
	places := r.page.places()
	for r.met < len(places) && int(places[r.met].pos)+r.shift < head {
		r.met++
	}
	r.done = r.met < len(places) && int(places[r.met].pos)+r.shift == head
	return r.done
}

// takeRest takes what follows the checkpoint that was met. The first node there
// starts with the text that is kept back.
func (t *tokenizer) takeRest() {
	r := &t.old
	at := r.page.trail[r.met]
	first, shift := t.nodes.n, uint32(r.shift)
	more := uint32(first) - at.nodes
	if first+r.page.nodes.n-int(at.nodes) > maxNodes {
		panic(ErrTooComplex)
	}
	t.nodes.copy(&r.page.nodes, int(at.nodes), r.page.nodes.n, shift)
	t.nodes.at(first).Start = uint32(t.top().buffer.start)
	base := first
	for _, c := range r.page.trail[r.met+1:] {
		t.spend(int(c.steps))
		if base+int(c.peak) > maxNodes {
			panic(ErrTooComplex)
		}
		c.pos += shift
		c.nodes += more
		base = int(c.nodes)
		t.trail = append(t.trail, c)
	}
}

// commonPrefix returns how many bytes two texts begin with alike.
func commonPrefix(a, b string) int {
	const block = 64
	n, most := 0, min(len(a), len(b))
	for n+block <= most && a[n:n+block] == b[n:n+block] {
		n += block
	}
	for n < most && a[n] == b[n] {
		n++
	}
	return n
}

// commonSuffix returns how many bytes two texts end with alike.
func commonSuffix(a, b string) int {
	const block = 64
	n, most := 0, min(len(a), len(b))
	for n+block <= most && a[len(a)-n-block:len(a)-n] == b[len(b)-n-block:len(b)-n] {
		n += block
	}
	for n < most && a[len(a)-n-1] == b[len(b)-n-1] {
		n++
	}
	return n
}
