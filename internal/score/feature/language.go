package feature

import (
	"strings"

	"revscore/internal/score/stem"
)

// Functions of languages: spelling, stop words, stems, phrases, Chinese
// (revscoring/languages/features, revscoring/languages/chinese.py).
func languageFunctions() map[string]function {
	dictionary, words := []kinds{strs, kindsOf(kindDictionary)}, []kinds{strs, kindsOf(kindWords)}
	return map[string]function{
		"spelled":       {params: dictionary, build: buildWordFilter(spelled, true)},
		"misspelled":    {params: dictionary, build: buildWordFilter(spelled, false)},
		"stopwords":     {params: words, build: buildWordFilter(isStopword, true)},
		"non_stopwords": {params: words, build: buildWordFilter(isStopword, false)},
		"stems":         {params: []kinds{strs, kindsOf(kindQuoted)}, build: buildStems},
		"phrases":       {params: []kinds{strs | kindsOf(kindText), kindsOf(kindPhrases)}, build: buildPhrases},
		"simplified":    {params: []kinds{kindsOf(kindText), kindsOf(kindConversion)}, build: buildSimplified},
	}
}

// spelled tells of words whether the dictionary has them.
func spelled(asset *node) func(string) bool { return asset.dictionary.Check }

// isStopword tells of words whether their lower case is in the set: Python's own,
// which is not that of "lower", which takes İ for I.
func isStopword(asset *node) func(string) bool {
	return func(word string) bool {
		var buffer [64]byte
		return asset.words[string(stem.AppendLower(buffer[:0], word))]
	}
}

// buildWordFilter makes the node of those words of which the test says want.
// Words of a text stay tokens: of those that did not change nothing is asked.
func buildWordFilter(test func(*node) func(string) bool, want bool) func(*compiler, []*node) (*node, error) {
	return func(c *compiler, args []*node) (*node, error) {
		of, known := args[0], test(args[1])
		if of.kind == kindTokens && of.selection.Keep == nil {
			selected := *of.selection
			selected.keep = filter{args[1].ident, want}
			selected.Keep = func(word string) (bool, error) { return known(word) == want, nil }
			return c.tokenNode(of.of, &selected, of.tokens), nil
		}
		return c.list(0, func(s *solver) ([]string, error) {
			list, err := of.strings(s)
			if err != nil {
				return nil, err
			}
			first := len(s.texts)
			for _, word := range list {
				if known(word) == want {
					s.texts = append(s.texts, word)
				}
			}
			return s.textsFrom(first), nil
		}), nil
	}
}

func buildStems(c *compiler, args []*node) (*node, error) {
	stemmer, err := stem.For(quoted(args[1]))
	if err != nil {
		return nil, err
	}
	of, slot := args[0], c.plan.slots.memos
	c.plan.slots.memos++
	n := c.list(0, func(s *solver) ([]string, error) {
		list, err := of.strings(s)
		if err != nil {
			return nil, err
		}
		first := len(s.texts)
		for _, word := range list {
			s.texts = append(s.texts, s.memos[slot].get(word, stemmer).text)
		}
		return s.textsFrom(first), nil
	})
	// The length of all stems is asked more than the stems are: it needs no lists.
	n.chars = func(s *solver) (sum int, err error) {
		err = s.eachOf(of, func(word string) { sum += s.memos[slot].get(word, stemmer).runes })
		return sum, err
	}
	return n, nil
}

// memo remembers stems. A solver keeps it from one evaluation to the next: texts
// repeat their words, and a stem takes 110 to 380 ns to make and a string to keep.
type memo map[string]stemmed

type stemmed struct {
	text  string
	runes int
}

// maxMemo bounds a memo, in words; maxMemoWord what is remembered, in bytes.
const (
	maxMemo     = 1 << 15
	maxMemoWord = 64
)

func (m *memo) get(word string, stemmer *stem.Stemmer) stemmed {
	if found, ok := (*m)[word]; ok {
		return found
	}
	var buffer [maxMemoWord]byte
	made := stemmed{text: string(stemmer.AppendStem(buffer[:0], word))}
	made.runes = runes(made.text)
	if len(word) > maxMemoWord {
		return made
	}
	if *m == nil || len(*m) >= maxMemo {
		*m = memo{}
	}
	(*m)[strings.Clone(word)] = made
	return made
}

func buildPhrases(c *compiler, args []*node) (*node, error) {
	of, set := args[0], args[1].phrases
	return c.list(0, func(s *solver) ([]string, error) {
		list, err := s.all(of)
		if err != nil {
			return nil, err
		}
		first := len(s.texts)
		var hits []int32
		for _, text := range list {
			hits = set.Find(hits[:0], text)
			for _, hit := range hits {
				s.texts = append(s.texts, set.Phrase(hit))
			}
		}
		return s.textsFrom(first), nil
	}), nil
}

func buildSimplified(_ *compiler, args []*node) (*node, error) {
	of, table := args[0], args[1].conversion
	return &node{kind: kindText, text: func(s *solver) (text, error) {
		t, err := of.text(s)
		if err != nil || t.absent {
			return t, err
		}
		return text{string: table.Simplify(t.string)}, nil
	}}, nil
}
