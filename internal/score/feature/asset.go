package feature

import (
	"fmt"

	"revscore/internal/score/hanzi"
	"revscore/internal/score/pattern"
	"revscore/internal/score/phrase"
)

// Assets are what expressions refer to by a name after "@". A name is one asset's.
// Two lists that share an asset, by identity, share the work done with it.
type Assets struct {
	Lexicons     map[string]*pattern.Lexicon
	Dictionaries map[string]Speller
	Words        map[string]map[string]bool // sets of words: see ParseWords
	Phrases      map[string]*phrase.Set
	Conversions  map[string]*hanzi.Table // of characters
}

// Speller says whether a word is in a dictionary, or in one of several. It is
// asked as words are written; see package spell.
type Speller interface {
	Check(word string) bool
}

// node returns what a name stands for, and what tells it from all others; "" if
// there is nothing of the name.
func (a Assets) node(name string) (n *node, identity string) {
	if lexicon := a.Lexicons[name]; lexicon != nil {
		return &node{kind: kindAsset, lexicon: lexicon}, fmt.Sprintf("%p", lexicon)
	}
	if dictionary := a.Dictionaries[name]; dictionary != nil {
		return &node{kind: kindDictionary, dictionary: dictionary}, fmt.Sprintf("%p", dictionary)
	}
	if words := a.Words[name]; words != nil {
		return &node{kind: kindWords, words: words}, fmt.Sprintf("%p", words)
	}
	if phrases := a.Phrases[name]; phrases != nil {
		return &node{kind: kindPhrases, phrases: phrases}, fmt.Sprintf("%p", phrases)
	}
	if table := a.Conversions[name]; table != nil {
		return &node{kind: kindConversion, conversion: table}, fmt.Sprintf("%p", table)
	}
	return nil, ""
}
