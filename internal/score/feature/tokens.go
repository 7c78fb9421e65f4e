package feature

import (
	"fmt"

	"revscore/internal/score/change"
	"revscore/internal/score/feature/expr"
	"revscore/internal/score/wikitext"
)

// Functions of a text's tokens
// (revscoring/features/wikitext/datasources/tokenized.py).
func tokenFunctions() map[string]function {
	return map[string]function{
		"tokens":    {params: []kinds{kindsOf(kindText)}, build: buildTokens},
		"of_types":  {params: []kinds{kindsOf(kindTokens), kindsOf(kindList)}, build: buildOfTypes},
		"uppercase": {params: []kinds{kindsOf(kindTokens)}, build: buildUppercase},
	}
}

// allKinds is the set of all kinds of tokens.
const allKinds = wikitext.Kinds(1)<<wikitext.KindCount - 1

func buildTokens(c *compiler, args []*node) (*node, error) {
	t := args[0]
	slot := c.plan.slots.documents
	c.plan.slots.documents++
	n := c.tokenNode(t.of, everyToken(), func(s *solver) (tokens, error) {
		d, err := s.document(t.of, slot, t.text)
		return tokens{document: d}, err
	})
	if t.of == parentRoot {
		n.roots |= rootParentTokens
	}
	return n, nil
}

// tokenNode makes a node of tokens. What selects them is kept apart from what
// they are selected from, so that counting needs no list of them.
func (c *compiler) tokenNode(of textRoot, selected *selection, get func(*solver) (tokens, error)) *node {
	n := c.list(0, nil)
	n.kind, n.of, n.selection, n.tokens = kindTokens, of, selected, get
	texts := func(s *solver) ([]string, error) {
		t, err := get(s)
		if err != nil {
			return nil, err
		}
		first := len(s.texts)
		err = t.each(selected, func(token string) { s.texts = append(s.texts, token) })
		return s.textsFrom(first), err
	}
	n.strings = func(s *solver) ([]string, error) { return s.strings[n.slot].get(s, texts) }
	return n
}

func buildOfTypes(c *compiler, args []*node) (*node, error) {
	of := args[0]
	var kinds wikitext.Kinds
	for _, name := range args[1].constants {
		if name.Kind != expr.String {
			return nil, fmt.Errorf("%s is no name of a type of tokens", name)
		}
		// A name that no token has selects none, as in the reference, whose
		// markups ask for "italics" though the type is "italic".
		for k := range wikitext.KindCount {
			if kind := wikitext.Kind(k); kind.String() == name.Text {
				kinds |= wikitext.KindsOf(kind)
			}
		}
	}
	selected := *of.selection
	selected.Kinds &= kinds
	return c.tokenNode(of.of, &selected, of.tokens), nil
}

func buildUppercase(c *compiler, args []*node) (*node, error) {
	selected := *args[0].selection
	selected.Uppercase = true
	return c.tokenNode(args[0].of, &selected, args[0].tokens), nil
}

// selection says which tokens a node yields.
type selection struct {
	change.Selection
	keep filter // what Keep is made of, if it is set
}

// filter names a filter of words: by the asset it asks, and whether it keeps what
// the asset knows or drops it. Two selections with equal filters keep the same.
type filter struct {
	asset ident
	want  bool
}

func everyToken() *selection { return &selection{Selection: change.Selection{Kinds: allKinds}} }

// like reports whether both select the same of a document.
func (s *selection) like(other *selection) bool {
	return s.Kinds == other.Kinds && s.Uppercase == other.Uppercase && s.Lower == other.Lower &&
		(s.Keep == nil) == (other.Keep == nil) && s.keep == other.keep
}

// each calls yield with the selected tokens.
func (t tokens) each(selected *selection, yield func(string)) error {
	spans := t.spans
	if !t.some {
		spans = []wikitext.Span{{First: 0, Last: uint32(len(t.document.Tokens))}}
	}
	for _, span := range spans {
		for _, token := range t.document.Tokens[span.First:span.Last] {
			if !selected.Kinds.Has(token.Kind) {
				continue
			}
			text := token.Text(t.document.Text)
			if selected.Uppercase && !wikitext.IsUppercase(text) {
				continue
			}
			if selected.Keep != nil {
				if ok, err := selected.Keep(text); err != nil {
					return err
				} else if !ok {
					continue
				}
			}
			yield(text)
		}
	}
	return nil
}

// counted tells whether the document keeps the numbers of what is selected.
func (t tokens) counted(selected *selection) bool { return !t.some && selected.Keep == nil }

// count returns how many tokens are selected.
func (t tokens) count(selected *selection) (n int, err error) {
	switch {
	case !t.counted(selected):
		err = t.each(selected, func(string) { n++ })
	case selected.Uppercase:
		n = t.document.CountUppercase(selected.Kinds)
	default:
		n = t.document.Count(selected.Kinds)
	}
	return n, err
}

// chars returns the length of all selected tokens, in code points.
func (t tokens) chars(selected *selection) (n int, err error) {
	switch {
	case !t.counted(selected):
		err = t.each(selected, func(token string) { n += runes(token) })
	case selected.Uppercase:
		n = t.document.CharsUppercase(selected.Kinds)
	default:
		n = t.document.Chars(selected.Kinds)
	}
	return n, err
}

// longest returns the length of the longest, in code points; 0 if there is none.
func (t tokens) longest(selected *selection) (n int, err error) {
	switch {
	case !t.counted(selected):
		err = t.each(selected, func(token string) { n = max(n, runes(token)) })
	case selected.Uppercase:
		n = t.document.LongestUppercase(selected.Kinds)
	default:
		n = t.document.Longest(selected.Kinds)
	}
	return n, err
}
