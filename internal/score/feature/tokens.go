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
	n := c.tokenNode(t.of, &change.Selection{Kinds: allKinds}, func(s *solver) (tokens, error) {
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
func (c *compiler) tokenNode(of textRoot, selection *change.Selection, get func(*solver) (tokens, error)) *node {
	n := c.list(0, nil)
	n.kind, n.of, n.selection, n.tokens = kindTokens, of, selection, get
	texts := func(s *solver) ([]string, error) {
		t, err := get(s)
		if err != nil {
			return nil, err
		}
		first := len(s.texts)
		t.each(*selection, func(token wikitext.Token) { s.texts = append(s.texts, token.Text(t.document.Text)) })
		return s.textsFrom(first), nil
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
	selection := *of.selection
	selection.Kinds &= kinds
	return c.tokenNode(of.of, &selection, of.tokens), nil
}

func buildUppercase(c *compiler, args []*node) (*node, error) {
	selection := *args[0].selection
	selection.Uppercase = true
	return c.tokenNode(args[0].of, &selection, args[0].tokens), nil
}

// each calls yield with the selected tokens.
func (t tokens) each(selection change.Selection, yield func(wikitext.Token)) {
	spans := t.spans
	if !t.some {
		spans = []wikitext.Span{{First: 0, Last: uint32(len(t.document.Tokens))}}
	}
	for _, span := range spans {
		for _, token := range t.document.Tokens[span.First:span.Last] {
			if selection.Kinds.Has(token.Kind) && (!selection.Uppercase || wikitext.IsUppercase(token.Text(t.document.Text))) {
				yield(token)
			}
		}
	}
}

// count returns how many tokens are selected.
func (t tokens) count(selection change.Selection) int {
	switch {
	case t.some:
		n := 0
		t.each(selection, func(wikitext.Token) { n++ })
		return n
	case selection.Uppercase:
		return t.document.CountUppercase(selection.Kinds)
	}
	return t.document.Count(selection.Kinds)
}

// chars returns the length of all selected tokens, in code points.
func (t tokens) chars(selection change.Selection) int {
	switch {
	case t.some:
		n := 0
		t.each(selection, func(token wikitext.Token) { n += runes(token.Text(t.document.Text)) })
		return n
	case selection.Uppercase:
		return t.document.CharsUppercase(selection.Kinds)
	}
	return t.document.Chars(selection.Kinds)
}

// longest returns the length of the longest, in code points; 0 if there is none.
func (t tokens) longest(selection change.Selection) int {
	switch {
	case t.some:
		n := 0
		t.each(selection, func(token wikitext.Token) { n = max(n, runes(token.Text(t.document.Text))) })
		return n
	case selection.Uppercase:
		return t.document.LongestUppercase(selection.Kinds)
	}
	return t.document.Longest(selection.Kinds)
}
