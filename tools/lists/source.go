package lists

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"revscore/internal/score/feature"
	"revscore/internal/score/hanzi"
	"revscore/internal/score/pattern"
	"revscore/internal/score/phrase"
)

// Source is assets as they are written, by name.
type Source struct {
	Lexicons     map[string]pattern.Source
	Dictionaries map[string]Dictionary
	Words        map[string][]string
	Phrases      map[string][]string
	Conversions  map[string][][2]string
}

// Dictionary names the dictionaries that are asked one after the other.
type Dictionary struct {
	Tags          []string `json:"tags"`           // en_US
	ReplaceAstral bool     `json:"replace_astral"` // as spell.Config
}

// Build makes the assets; dictionaries come from the shelf.
func (s Source) Build(shelf *Shelf) (feature.Assets, error) {
	var a feature.Assets
	var err error
	if a.Lexicons, err = build("lexicon", s.Lexicons, pattern.CompileLexicon); err != nil {
		return a, err
	}
	if a.Words, err = build("words", s.Words, parseWords); err != nil {
		return a, err
	}
	if a.Phrases, err = build("phrases", s.Phrases, newPhrases); err != nil {
		return a, err
	}
	if a.Conversions, err = build("conversion", s.Conversions, newConversion); err != nil {
		return a, err
	}
	a.Dictionaries, err = build("dictionary", s.Dictionaries, func(d Dictionary) (feature.Speller, error) { return shelf.Checker(d) })
	return a, err
}

func build[S, T any](kind string, sources map[string]S, create func(S) (T, error)) (map[string]T, error) {
	made := make(map[string]T, len(sources))
	for name, source := range sources {
		var err error
		if made[name], err = create(source); err != nil {
			return nil, fmt.Errorf("%s %s: %w", kind, name, err)
		}
	}
	return made, nil
}

func parseWords(words []string) (map[string]bool, error) {
	return feature.ParseWords(strings.Join(words, "\n"))
}

func newPhrases(phrases []string) (*phrase.Set, error) { return phrase.New(phrases, nil, false) }

func newConversion(lines [][2]string) (*hanzi.Table, error) {
	var pairs []hanzi.Pair
	for i, line := range lines {
		if utf8.RuneCountInString(line[0]) != 1 || utf8.RuneCountInString(line[1]) != 1 {
			return nil, fmt.Errorf("line %d: not two characters", i+1)
		}
		from, _ := utf8.DecodeRuneInString(line[0])
		to, _ := utf8.DecodeRuneInString(line[1])
		pairs = append(pairs, hanzi.Pair{From: from, To: to})
	}
	return hanzi.New(pairs)
}
