package diff

import "revscore/internal/score/wikitext"

// clusters is deltas' _cluster_matching_segments
// (deltas/algorithms/segment_matcher.py): both texts as sequences of items, a
// matched segment being one item. The reference recognises segments by their
// SHA-1; here content itself is the key, so that equality is equality.
type clusters struct {
	a, b sequence

	// By the code of a segment's content, for the contents of a.
	first   []wikitext.Span // the first place in a
	matched []bool          // whether b has it too

	tokens interner
}

// sequence is a text as items.
type sequence struct {
	codes []uint32 // equal items have equal codes
	ends  []uint32 // the token behind each item
}

// add appends the item that ends before token end.
func (s *sequence) add(code, end uint32) {
	s.codes = append(s.codes, code)
	s.ends = append(s.ends, end)
}

// start returns the first token of item i, or for i behind the last item the
// end of the text.
func (s *sequence) start(i int) int {
	if i == 0 {
		return 0
	}
	return int(s.ends[i-1])
}

func newClusters(a, b *wikitext.Document) *clusters {
	c := &clusters{}
	contents, codes := c.intern(a)
	c.tokens = interner{next: uint32(len(c.first)), codes: make(map[string]uint32)}

	// b first: it decides which segments of a are matched.
	c.b = c.sequence(b, func(_ int, s wikitext.Span) (uint32, bool) {
		code, ok := contents[b.Slice(s)]
		if ok {
			c.matched[code] = true
		}
		return code, ok
	})
	c.a = c.sequence(a, func(segment int, _ wikitext.Span) (uint32, bool) {
		return codes[segment], c.matched[codes[segment]]
	})
	return c
}

// codeCount returns the number of codes in use: codes are below it.
func (c *clusters) codeCount() int { return int(c.tokens.next) }

// isSegment reports whether a code stands for a segment, not a token.
func (c *clusters) isSegment(code uint32) bool { return int(code) < len(c.first) }

// intern gives each distinct content of a's segments a code. A paragraph of one
// sentence and the sentence share one. It returns the codes by content and by
// number of the segment: paragraphs, then sentences.
func (c *clusters) intern(a *wikitext.Document) (map[string]uint32, []uint32) {
	paragraphs, sentences := a.Paragraphs(), a.Sentences()
	contents := make(map[string]uint32, len(sentences))
	codes := make([]uint32, len(paragraphs)+len(sentences))
	note := func(segment int, s wikitext.Span) {
		text := a.Slice(s)
		code, ok := contents[text]
		if !ok {
			code = uint32(len(c.first))
			contents[text] = code
			c.first = append(c.first, s)
		}
		codes[segment] = code
	}
	for i, p := range paragraphs {
		note(i, p.Span)
		for j := p.Sentences.First; j < p.Sentences.Last; j++ {
			note(len(paragraphs)+int(j), sentences[j])
		}
	}
	c.matched = make([]bool, len(c.first))
	return contents, codes
}

// sequence breaks a text down into items: paragraphs that find knows, else
// their sentences that it knows, else tokens.
func (c *clusters) sequence(d *wikitext.Document, find func(segment int, s wikitext.Span) (uint32, bool)) sequence {
	paragraphs, sentences := d.Paragraphs(), d.Sentences()
	var s sequence
	position := uint32(0)
	tokensTo := func(last uint32) {
		for ; position < last; position++ {
			s.add(c.tokens.code(d.Tokens[position].Text(d.Text)), position+1)
		}
	}
	for i, p := range paragraphs {
		tokensTo(p.First)
		if code, ok := find(i, p.Span); ok {
			s.add(code, p.Last)
			position = p.Last
			continue
		}
		for j := p.Sentences.First; j < p.Sentences.Last; j++ {
			sentence := sentences[j]
			tokensTo(sentence.First)
			if code, ok := find(len(paragraphs)+int(j), sentence); ok {
				s.add(code, sentence.Last)
				position = sentence.Last
			}
			tokensTo(sentence.Last)
		}
		tokensTo(p.Last)
	}
	tokensTo(uint32(len(d.Tokens)))
	return s
}

// interner gives equal tokens equal codes.
type interner struct {
	next  uint32
	codes map[string]uint32
	// bytes holds the codes plus one of tokens of one byte. Every second token
	// is a space or a mark, so this halves the look-ups.
	bytes [256]uint32
}

func (in *interner) code(token string) uint32 {
	if len(token) == 1 {
		code := &in.bytes[token[0]]
		if *code == 0 {
			in.next++
			*code = in.next
		}
		return *code - 1
	}
	code, ok := in.codes[token]
	if !ok {
		code = in.next
		in.codes[token] = code
		in.next++
	}
	return code
}
