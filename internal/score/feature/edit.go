package feature

import (
	"errors"

	"revscore/internal/score/wikitext"
)

// Functions of what the operations of the diff add and remove
// (revscoring/features/wikitext/datasources/edit.py).
func editFunctions() map[string]function {
	edit := []kinds{kindsOf(kindText), kindsOf(kindText)}
	return map[string]function{
		"tokens_added":     {params: edit, build: buildEdited(func(d difference) tokens { return d.added }, editedTokens)},
		"tokens_removed":   {params: edit, build: buildEdited(func(d difference) tokens { return d.removed }, editedTokens)},
		"segments_added":   {params: edit, build: buildEdited(func(d difference) tokens { return d.added }, editedSegments)},
		"segments_removed": {params: edit, build: buildEdited(func(d difference) tokens { return d.removed }, editedSegments)},
	}
}

type getTokens = func(*solver) (tokens, error)

// buildEdited makes the node of one side of the difference; as says of what kind.
func buildEdited(side func(difference) tokens, as func(*compiler, getTokens) *node) func(*compiler, []*node) (*node, error) {
	return func(c *compiler, args []*node) (*node, error) {
		if args[0].of != parentRoot || args[1].of != revisionRoot {
			return nil, errors.New("only revision.parent.text and revision.text are compared, in this order")
		}
		n := as(c, func(s *solver) (tokens, error) {
			d, err := s.diff()
			return side(d), err
		})
		n.roots |= rootParentTokens
		return n, nil
	}
}

func editedTokens(c *compiler, get getTokens) *node {
	return c.tokenNode(noRoot, everyToken(), get)
}

// editedSegments makes a string of each run of tokens.
func editedSegments(c *compiler, get getTokens) *node {
	return c.list(0, func(s *solver) ([]string, error) {
		t, err := get(s)
		if err != nil {
			return nil, err
		}
		first := len(s.texts)
		for _, span := range t.spans {
			s.texts = append(s.texts, t.document.Slice(wikitext.Span(span)))
		}
		return s.textsFrom(first), nil
	})
}
