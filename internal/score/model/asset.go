package model

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"revscore/internal/score/feature"
	"revscore/internal/score/hanzi"
	"revscore/internal/score/pattern"
	"revscore/internal/score/phrase"
)

// Library is what several bundles may share: each asset that was read, by its
// kind and the sha256 of its file, and the dictionaries of the system. Models that
// share an asset share what it finds in a text.
type Library struct {
	lexicons     map[string]*pattern.Lexicon
	words        map[string]map[string]bool
	phrases      map[string]*phrase.Set
	conversions  map[string]*hanzi.Table
	dictionaries *dictionaries
}

// NewLibrary is empty; spelling dictionaries come from the folders.
func NewLibrary(folders []string) *Library {
	return &Library{
		lexicons: map[string]*pattern.Lexicon{}, words: map[string]map[string]bool{},
		phrases: map[string]*phrase.Set{}, conversions: map[string]*hanzi.Table{},
		dictionaries: newDictionaries(folders),
	}
}

// read returns the assets of a bundle by name, and the dictionaries among them.
func (l *Library) read(fsys fs.FS, dir string, c *card) (assets feature.Assets, asked []Dictionary, err error) {
	taken := map[string]bool{}
	for _, name := range c.assetNames() {
		if taken[name] {
			return assets, nil, fmt.Errorf("%s: asset %s is listed twice", path.Join(dir, "model.yaml"), name)
		}
		taken[name] = true
	}
	if assets.Lexicons, err = readAll(fsys, dir, c.Lexicons, l.lexicons, parseLexicon); err != nil {
		return assets, nil, err
	}
	if assets.Words, err = readAll(fsys, dir, c.Words, l.words, parseWords); err != nil {
		return assets, nil, err
	}
	if assets.Phrases, err = readAll(fsys, dir, c.Phrases, l.phrases, parsePhrases); err != nil {
		return assets, nil, err
	}
	if assets.Conversions, err = readAll(fsys, dir, c.Conversions, l.conversions, parseConversion); err != nil {
		return assets, nil, err
	}
	assets.Dictionaries, asked, err = l.dictionaries.read(c.Dictionaries)
	if err != nil {
		err = fmt.Errorf("%s: %w", path.Join(dir, "model.yaml"), err)
	}
	return assets, asked, err
}

// readAll reads the assets of one kind, those that are known already from known.
func readAll[T any](fsys fs.FS, dir string, list []asset, known map[string]T, parse func(string) (T, error)) (map[string]T, error) {
	named := make(map[string]T, len(list))
	for _, a := range list {
		name := path.Join(dir, a.File)
		data, err := readFile(fsys, name, maxOtherBytes)
		if err != nil {
			return nil, err
		}
		if err := checkSum(name, data, a.SHA256); err != nil {
			return nil, err
		}
		sum := strings.ToLower(a.SHA256)
		made, ok := known[sum]
		if !ok {
			if made, err = parse(string(data)); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			known[sum] = made
		}
		named[a.Name] = made
	}
	return named, nil
}

// lexicon is a lexicon's file: the arguments of revscoring's extractors.regex.
type lexicon struct {
	Patterns []string `yaml:"patterns"` // Python regular expressions
	Before   string   `yaml:"before"`   // what stands before and behind a hit, as expressions
	After    string   `yaml:"after"`
	Flags    string   `yaml:"flags"`   // "i": case makes no difference
	Exclude  []string `yaml:"exclude"` // hits that match one of these are none
}

func parseLexicon(text string) (*pattern.Lexicon, error) {
	if !utf8.ValidString(text) {
		return nil, errNotUTF8
	}
	var file lexicon
	if err := decode([]byte(text), &file); err != nil {
		return nil, err
	}
	switch {
	case len(file.Patterns) == 0:
		return nil, errors.New("no patterns")
	case file.Flags != "" && file.Flags != "i":
		return nil, fmt.Errorf("flags is %q, must be i or empty", file.Flags)
	case strings.ContainsFunc(file.Before+file.After, unicode.IsControl):
		return nil, errors.New(`before or after has a control character: YAML reads "\b" in double quotes as one, write '\b'`)
	}
	for name, list := range map[string][]string{"patterns": file.Patterns, "exclude": file.Exclude} {
		for i, p := range list {
			if p == "" {
				return nil, fmt.Errorf("%s: entry %d is empty", name, i+1)
			}
			if _, err := pattern.Compile("(" + p + ")"); err != nil {
				return nil, fmt.Errorf("%s: entry %d: %w", name, i+1, err)
			}
		}
	}
	return pattern.CompileLexicon(pattern.Source(file))
}

var errNotUTF8 = errors.New("not UTF-8")

// lines returns the lines of a file that has one item on each. What an editor of
// another system adds is refused: such an item would be found nowhere.
func lines(text string) ([]string, error) {
	if !utf8.ValidString(text) {
		return nil, errNotUTF8
	}
	list := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i, line := range list {
		switch {
		case line == "":
			return nil, fmt.Errorf("line %d is empty", i+1)
		case line != strings.TrimSpace(line):
			return nil, fmt.Errorf("line %d has white space, or a carriage return, around its text", i+1)
		case strings.Contains(line, "\ufeff"):
			return nil, fmt.Errorf("line %d has a byte order mark", i+1)
		}
	}
	return list, nil
}

func parseWords(text string) (map[string]bool, error) {
	if _, err := lines(text); err != nil {
		return nil, err
	}
	return feature.ParseWords(text)
}

// parsePhrases reads a phrase from each line. Case makes no difference.
func parsePhrases(text string) (*phrase.Set, error) {
	list, err := lines(text)
	if err != nil {
		return nil, err
	}
	return phrase.New(list, nil, false)
}

// parseConversion reads two characters from each line: what is converted, and to
// what.
func parseConversion(text string) (*hanzi.Table, error) {
	list, err := lines(text)
	if err != nil {
		return nil, err
	}
	var pairs []hanzi.Pair
	for i, line := range list {
		runes := []rune(line)
		if len(runes) != 2 {
			return nil, fmt.Errorf("line %d has %d characters, must have two", i+1, len(runes))
		}
		pairs = append(pairs, hanzi.Pair{From: runes[0], To: runes[1]})
	}
	return hanzi.New(pairs)
}
