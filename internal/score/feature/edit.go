package feature

import "revscore/internal/score/wikitext"

// Features of what the edit added and removed
// (revscoring/features/wikitext/features/{chars,edit_tokens}.py).

func wordsAdded(s *solver) (Value, error) {
	e, err := s.edit()
	return FloatValue(e.added.count(wikitext.KindsOf(wikitext.Word))), err
}

func wordsRemoved(s *solver) (Value, error) {
	e, err := s.edit()
	return FloatValue(e.removed.count(wikitext.KindsOf(wikitext.Word))), err
}

// longestRepeatedCharAdded is 1 if nothing was added.
func longestRepeatedCharAdded(s *solver) (Value, error) {
	e, err := s.edit()
	longest := 1
	for _, span := range e.added.spans {
		longest = max(longest, wikitext.LongestRepeat(e.added.document.Slice(span)))
	}
	return IntValue(int64(longest)), err
}

// count returns the number of tokens of some kinds. The reference's counts are
// floats (aggregators.len).
func (p pieces) count(kinds wikitext.Kinds) float64 {
	n := 0
	for _, span := range p.spans {
		for _, token := range p.document.Tokens[span.First:span.Last] {
			if kinds.Has(token.Kind) {
				n++
			}
		}
	}
	return float64(n)
}
