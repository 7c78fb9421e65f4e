package model

import (
	"fmt"
	"strings"

	"revscore/internal/score/feature"
	"revscore/internal/score/hanzi"
	"revscore/internal/score/pattern"
	"revscore/internal/score/phrase"
)

// Library is what several bundles may share: each asset that was read, by its
// kind and the sha256 of its file, and the dictionaries of the system. Models that
// share an asset share what it finds in a text. One goroutine at a time may use it.
type Library struct {
	lexicons     map[string]*pattern.Lexicon
	words        map[string]map[string]bool
	phrases      map[string]*phrase.Set
	conversions  map[string]*hanzi.Table
	dictionaries *dictionaries // nil: none is asked, see Write
}

// NewLibrary is empty; spelling dictionaries come from the folders.
func NewLibrary(folders []string) *Library {
	l := emptyLibrary()
	l.dictionaries = newDictionaries(folders)
	return l
}

func emptyLibrary() *Library {
	return &Library{
		lexicons: map[string]*pattern.Lexicon{}, words: map[string]map[string]bool{},
		phrases: map[string]*phrase.Set{}, conversions: map[string]*hanzi.Table{},
	}
}

// read returns the assets of a bundle by name, and the dictionaries among them.
func (l *Library) read(f *folder, c *card) (assets feature.Assets, asked []Dictionary, err error) {
	if assets.Lexicons, err = readAll(f, c.Lexicons, maxLexiconBytes, l.lexicons, parseLexicon); err != nil {
		return assets, nil, err
	}
	if assets.Words, err = readAll(f, c.Words, maxOtherBytes, l.words, parseWords); err != nil {
		return assets, nil, err
	}
	if assets.Phrases, err = readAll(f, c.Phrases, maxOtherBytes, l.phrases, parsePhrases); err != nil {
		return assets, nil, err
	}
	if assets.Conversions, err = readAll(f, c.Conversions, maxOtherBytes, l.conversions, parseConversion); err != nil {
		return assets, nil, err
	}
	if l.dictionaries == nil {
		assets.Dictionaries = unasked(c.Dictionaries)
		return assets, nil, nil
	}
	assets.Dictionaries, asked, err = l.dictionaries.read(c.Dictionaries)
	if err != nil {
		err = fmt.Errorf("%s: %w", f.path(cardFile), err)
	}
	return assets, asked, err
}

// readAll reads the assets of one kind, those that are known already from known.
func readAll[T any](f *folder, list []asset, limit int64, known map[string]T, parse func(string) (T, error)) (map[string]T, error) {
	named := make(map[string]T, len(list))
	for _, a := range list {
		data, err := f.file(a.File, a.SHA256, limit)
		if err != nil {
			return nil, err
		}
		sum := strings.ToLower(a.SHA256)
		made, ok := known[sum]
		if !ok {
			if made, err = parse(string(data)); err != nil {
				return nil, fmt.Errorf("%s: %w", f.path(a.File), err)
			}
			known[sum] = made
		}
		named[a.Name] = made
	}
	return named, nil
}

func parseLexicon(text string) (*pattern.Lexicon, error) {
	src, err := readLexicon(text)
	if err != nil {
		return nil, err
	}
	return pattern.CompileLexicon(src)
}

func parseWords(text string) (map[string]bool, error) {
	list, err := readLines(text)
	if err != nil {
		return nil, err
	}
	words := make(map[string]bool, len(list))
	for i, word := range list {
		if words[word] {
			return nil, fmt.Errorf("line %d: %q is there twice", i+1, word)
		}
		words[word] = true
	}
	return words, nil
}

// parsePhrases reads a phrase from each line. Case makes no difference.
func parsePhrases(text string) (*phrase.Set, error) {
	list, err := readLines(text)
	if err != nil {
		return nil, err
	}
	return phrase.New(list, nil, false)
}

func parseConversion(text string) (*hanzi.Table, error) {
	pairs, err := readPairs(text)
	if err != nil {
		return nil, err
	}
	return hanzi.New(pairs)
}
