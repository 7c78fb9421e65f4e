package diff

// expand turns the blocks of items into operations on tokens: difflib's
// get_opcodes, with 'replace' as a deletion and an insertion
// (deltas/algorithms/sequence_matcher.py), then SegmentOperationsExpander of
// segment_matcher.py.
func (c *clusters) expand(blocks []block) []Op {
	var ops []Op
	i, j := 0, 0
	for _, x := range append(blocks, block{len(c.a.codes), len(c.b.codes), 0}) {
		ops = c.deleted(ops, i, x.i, j)
		ops = c.inserted(ops, j, x.j, x.i)
		i, j = x.i+x.n, x.j+x.n
		if x.n > 0 {
			ops = append(ops, Op{Equal, c.a.start(x.i), c.a.start(i), c.b.start(x.j), c.b.start(j)})
		}
	}
	return ops
}

// deleted appends the deletions of the items a[i1:i2]. A matched segment among
// them is not deleted but moved: the place in b it went to has an equal
// operation.
func (c *clusters) deleted(ops []Op, i1, i2, j int) []Op {
	place := c.b.start(j)
	for i := i1; i < i2; i++ {
		if c.isSegment(c.a.codes[i]) {
			continue
		}
		first := i
		for i+1 < i2 && !c.isSegment(c.a.codes[i+1]) {
			i++
		}
		ops = append(ops, Op{Delete, c.a.start(first), c.a.start(i + 1), place, place})
	}
	return ops
}

// inserted appends the insertions of the items b[j1:j2]; matched segments among
// them come from their first place in a.
func (c *clusters) inserted(ops []Op, j1, j2, i int) []Op {
	place := c.a.start(i)
	for j := j1; j < j2; j++ {
		if code := c.b.codes[j]; c.isSegment(code) {
			from := c.first[code]
			ops = append(ops, Op{Equal, int(from.First), int(from.Last), c.b.start(j), c.b.start(j + 1)})
			continue
		}
		first := j
		for j+1 < j2 && !c.isSegment(c.b.codes[j+1]) {
			j++
		}
		ops = append(ops, Op{Insert, place, place, c.b.start(first), c.b.start(j + 1)})
	}
	return ops
}
