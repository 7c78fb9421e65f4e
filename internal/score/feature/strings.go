package feature

import (
	"slices"
	"strings"
	"unicode/utf8"

	"revscore/internal/score/pattern"
	"revscore/internal/score/wikitext"
)

// Functions of strings and lists of them
// (revscoring/datasources/meta/{mappers,filters,extractors}.py).
func stringFunctions() map[string]function {
	text := []kinds{kindsOf(kindText)}
	return map[string]function{
		"paragraphs":              {params: text, build: buildParagraphs(everySegment)},
		"paragraphs_without_refs": {params: text, build: buildParagraphs(wordyWithoutRefs)},
		"matching":                {params: []kinds{strs, kindsOf(kindQuoted)}, build: buildMatching},
		"lower":                   {params: []kinds{strs}, build: buildLower},
		"find":                    {params: []kinds{strs | kindsOf(kindText), kindsOf(kindAsset)}, build: buildFind},
		"bytes":                   {params: text, build: buildBytes},
		"occurrences":             {params: []kinds{strs | kindsOf(kindText), kindsOf(kindQuoted)}, build: buildOccurrences},
		"match":                   {params: []kinds{kindsOf(kindText), kindsOf(kindQuoted)}, build: buildMatch},
		"longest_repeated_char":   {params: []kinds{strs | kindsOf(kindText)}, build: buildLongestRepeat},
	}
}

func runes(s string) int { return utf8.RuneCountInString(s) }

// buildParagraphs makes the node of those paragraphs and runs of white space
// between them that keep wants.
func buildParagraphs(keep func(*wikitext.Document, wikitext.Span) bool) func(*compiler, []*node) (*node, error) {
	return func(c *compiler, args []*node) (*node, error) {
		t := args[0]
		slot := c.plan.slots.documents
		c.plan.slots.documents++
		each := func(s *solver, yield func(string) error) error {
			d, err := s.document(t.of, slot, t.text)
			if err != nil {
				return err
			}
			for span := range d.Segments() {
				if !keep(d, span) {
					continue
				}
				if err := yield(d.Slice(span)); err != nil {
					return err
				}
			}
			return nil
		}
		n := c.list(rootTokensOf(t), func(s *solver) ([]string, error) {
			first := len(s.texts)
			err := each(s, func(item string) error {
				s.texts = append(s.texts, item)
				return nil
			})
			return s.textsFrom(first), err
		})
		n.each = each
		return n, nil
	}
}

func everySegment(*wikitext.Document, wikitext.Span) bool { return true }

// wordyWithoutRefs is the filter of articlequality's feature_lists/ptwiki.py.
func wordyWithoutRefs(d *wikitext.Document, span wikitext.Span) bool {
	words := 0
	for _, token := range d.Tokens[span.First:span.Last] {
		switch token.Kind {
		case wikitext.Word:
			words++
		case wikitext.RefOpen, wikitext.RefClose, wikitext.RefSingleton:
			return false
		}
	}
	return words > 10
}

func buildMatching(c *compiler, args []*node) (*node, error) {
	p, err := pattern.Compile(quoted(args[1]))
	if err != nil {
		return nil, err
	}
	of := args[0]
	return c.list(0, func(s *solver) ([]string, error) {
		match := func(item string) error {
			ok, err := p.Match(item)
			if ok && err == nil {
				s.texts = append(s.texts, item)
			}
			return err
		}
		if of.each != nil {
			first := len(s.texts)
			err := of.each(s, match)
			return s.textsFrom(first), err
		}
		list, err := of.strings(s)
		if err != nil {
			return nil, err
		}
		first := len(s.texts)
		for _, item := range list {
			if err := match(item); err != nil {
				return nil, err
			}
		}
		return s.textsFrom(first), nil
	}), nil
}

func buildLower(c *compiler, args []*node) (*node, error) {
	of := args[0]
	n := c.list(0, func(s *solver) ([]string, error) {
		list, err := of.strings(s)
		if err != nil {
			return nil, err
		}
		first := len(s.texts)
		s.texts = slices.Grow(s.texts, len(list))
		var buffer [64]byte
		for _, item := range list {
			low := wikitext.AppendLower(buffer[:0], item)
			if string(low) != item {
				item = string(low)
			}
			s.texts = append(s.texts, item)
		}
		return s.textsFrom(first), nil
	})
	if of.selection != nil {
		selected := *of.selection
		selected.Lower = true
		n.of, n.selection = of.of, &selected
	}
	return n, nil
}

func buildFind(c *compiler, args []*node) (*node, error) {
	of, lexicon := args[0], args[1].lexicon
	if of.of == noRoot || of.kind != kindText {
		return c.findIn(of, lexicon), nil
	}
	if of.of == parentRoot {
		c.plan.found = append(c.plan.found, lexicon)
	}
	return c.list(0, func(s *solver) ([]string, error) {
		text, spans, err := s.find(lexicon, of.of)
		if err != nil {
			return nil, err
		}
		first := len(s.texts)
		s.texts = slices.Grow(s.texts, len(spans))
		for _, span := range spans {
			s.texts = append(s.texts, text[span.Start:span.End])
		}
		return s.textsFrom(first), nil
	}), nil
}

// findIn makes the node of what a lexicon finds in strings. Nothing is kept.
func (c *compiler) findIn(of *node, lexicon *pattern.Lexicon) *node {
	return c.list(0, func(s *solver) ([]string, error) {
		list, err := s.all(of)
		if err != nil {
			return nil, err
		}
		first := len(s.texts)
		for _, item := range list {
			spans, err := lexicon.Find(nil, item)
			if err != nil {
				return nil, err
			}
			for _, span := range spans {
				s.texts = append(s.texts, item[span.Start:span.End])
			}
		}
		return s.textsFrom(first), nil
	})
}

// eachOf calls yield with the strings of a list, those of a text's tokens without
// making one.
func (s *solver) eachOf(n *node, yield func(string)) error {
	if n.kind == kindTokens {
		t, err := n.tokens(s)
		if err != nil {
			return err
		}
		return t.each(n.selection, yield)
	}
	list, err := n.strings(s)
	for _, item := range list {
		yield(item)
	}
	return err
}

// all returns the strings of a list, or the one of a text, unless it is absent.
func (s *solver) all(n *node) ([]string, error) {
	if n.kind != kindText {
		return n.strings(s)
	}
	t, err := n.text(s)
	if err != nil || t.absent {
		return nil, err
	}
	first := len(s.texts)
	s.texts = append(s.texts, t.string)
	return s.textsFrom(first), nil
}

// buildBytes makes the node of what bytes(text, "utf-8", "replace") is. There a
// surrogate, which no text here has, would be "?".
func buildBytes(_ *compiler, args []*node) (*node, error) {
	t := args[0]
	return &node{kind: kindBytes, bytes: func(s *solver) (int, error) {
		text, err := t.text(s)
		if err == nil && text.absent {
			err = errNoText
		}
		return len(text.string), err
	}}, nil
}

func buildOccurrences(c *compiler, args []*node) (*node, error) {
	p, err := pattern.Compile(quoted(args[1]))
	if err != nil {
		return nil, err
	}
	of := args[0]
	return c.scalar(kindInt, 0, func(s *solver) (Value, error) {
		list, err := s.all(of)
		if err != nil || len(list) == 0 {
			return IntValue(0), err
		}
		joined := list[0]
		if len(list) > 1 {
			joined = strings.Join(list, "")
		}
		n, err := p.Count(joined)
		return IntValue(int64(n)), err
	}), nil
}

func buildMatch(c *compiler, args []*node) (*node, error) {
	p, err := pattern.Compile(quoted(args[1]))
	if err != nil {
		return nil, err
	}
	of := args[0]
	return c.scalar(kindBool, 0, func(s *solver) (Value, error) {
		t, err := of.text(s)
		if err == nil && t.absent {
			err = errNoText
		}
		if err != nil {
			return Value{}, err
		}
		ok, err := p.Match(t.string)
		return BoolValue(ok), err
	}), nil
}

// buildLongestRepeat makes the node of the length of the longest run of one
// character, 1 if there is no text at all.
func buildLongestRepeat(c *compiler, args []*node) (*node, error) {
	of := args[0]
	if of.kind == kindText && of.of != noRoot {
		return c.scalar(kindInt, rootTokensOf(of), func(s *solver) (Value, error) {
			d, err := s.document(of.of, 0, nil)
			if err != nil {
				return Value{}, err
			}
			return IntValue(int64(max(1, d.LongestRepeat()))), nil
		}), nil
	}
	return c.scalar(kindInt, 0, func(s *solver) (Value, error) {
		list, err := s.all(of)
		longest := 1
		for _, item := range list {
			longest = max(longest, wikitext.LongestRepeat(item))
		}
		return IntValue(int64(longest)), err
	}), nil
}

// rootTokensOf says that a text is cut into tokens, if it is the parent's.
func rootTokensOf(t *node) roots {
	if t.of == parentRoot {
		return rootParentTokens
	}
	return 0
}
