package parse

// heading tries to find a heading at the '=' at the head. The level is the
// smaller number of '=' on both sides, six at most; the rest is title.
func (t *tokenizer) heading() {
	start := t.head
	// In a heading no other may start, not even on a new line in a template.
	t.inHeading = true
	t.head++
	t.skip('=')
	before := t.head - start
	place := t.begin()
	if !t.parse(inHeading1 << (min(before, 6) - 1)) {
		t.cancel(place)
		t.head = start + before - 1
		t.emitText(start, start+before)
		t.inHeading = false
		return
	}
	level := int(t.level)
	t.join(place.slot+1, span{start + level, start + before})
	n := Node{Kind: Heading, size: t.level, Start: uint32(start), End: uint32(t.head + 1)}
	t.finish(place, n)
	t.inHeading = false
}

// skip moves the head behind a run of c.
func (t *tokenizer) skip(c byte) {
	start := t.head
	for t.at(0) == c {
		t.head++
	}
	t.spend((t.head - start) / bytesPerStep)
}

// headingEnd handles '=' in a heading: its end, unless more '=' follow on the
// line. The level is left in t.level.
func (t *tokenizer) headingEnd() {
	start := t.head
	t.skip('=')
	after := t.head - start
	c := t.top().context
	current := 1
	for n := c / inHeading1; n > 1; n >>= 1 {
		current++
	}
	level := min(current, after, 6)
	// More '=' may follow: "==a==b==" is one heading. That route has the context
	// of the heading's own, so its end is found the same way.
	if t.parse(c) {
		rest := t.popped().base
		t.emitText(start, start+after)
		t.join(rest, t.top().buffer)
		t.top().buffer = span{}
		t.pop()
		return
	}
	t.emitText(start, start+after-level)
	t.head = start + after - 1
	t.level = uint8(level)
	t.pop()
}
