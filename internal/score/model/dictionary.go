package model

import (
	"errors"
	"fmt"
	"strings"

	"revscore/internal/score/feature"
	"revscore/internal/score/spell"
)

// DictionaryFolders are those in which Debian, and so the reference, keeps Hunspell's
// dictionaries.
func DictionaryFolders() []string {
	return []string{"/usr/share/hunspell", "/usr/share/myspell", "/usr/share/myspell/dicts"}
}

// checker is a card's entry for what expressions ask about spelling: dictionaries
// of the system, of which the first that knows a word decides.
type checker struct {
	Name         string     `yaml:"name"`
	Dictionaries []Recorded `yaml:"dictionaries"`
	// ReplaceAstral says that characters above U+FFFF are asked as U+FFFD, as the
	// reference does for some languages.
	ReplaceAstral bool `yaml:"replace_astral"`
}

// Recorded names a dictionary and the files that the model was made with.
type Recorded struct {
	Tag    string `yaml:"tag"`    // en_US
	SHA256 string `yaml:"sha256"` // of its .aff and .dic; empty: unknown
}

// Dictionary is one that a model asks.
type Dictionary struct {
	Tag      string // en_US
	File     string // its .dic
	SHA256   string // of its .aff and .dic
	Recorded string // the same when the bundle was made; empty if unknown
}

// Changed tells whether the files are others than the model was made with.
func (d Dictionary) Changed() bool {
	return d.Recorded != "" && !strings.EqualFold(d.Recorded, d.SHA256)
}

// dictionaries reads dictionaries of the system, each once, and keeps the checkers
// made of them.
type dictionaries struct {
	folders  []string
	loaded   map[string]installed
	checkers map[string]*spell.Checker
}

// installed is a dictionary that was read.
type installed struct {
	*spell.Dictionary
	file string
}

func newDictionaries(folders []string) *dictionaries {
	return &dictionaries{folders: folders, loaded: map[string]installed{}, checkers: map[string]*spell.Checker{}}
}

// read returns the checkers of a card by name, and the dictionaries they ask.
func (d *dictionaries) read(list []checker) (map[string]feature.Speller, []Dictionary, error) {
	named := make(map[string]feature.Speller, len(list))
	var asked []Dictionary
	var errs []error
	for _, c := range list {
		cfg := spell.Config{ReplaceAstral: c.ReplaceAstral}
		key := fmt.Sprint(c.ReplaceAstral)
		for _, entry := range c.Dictionaries {
			found, err := d.load(entry.Tag)
			if err != nil {
				errs = append(errs, err)
				continue
			}
			asked = append(asked, Dictionary{Tag: entry.Tag, File: found.file, SHA256: found.Sum(), Recorded: entry.SHA256})
			cfg.Dictionaries = append(cfg.Dictionaries, found.Dictionary)
			key += " " + entry.Tag
		}
		if d.checkers[key] == nil {
			d.checkers[key] = spell.NewChecker(cfg)
		}
		named[c.Name] = d.checkers[key]
	}
	return named, asked, errors.Join(errs...)
}

// unasked stands for the dictionaries of a bundle that is read to be checked and
// never put to use: they may not be installed where a bundle is written.
func unasked(list []checker) map[string]feature.Speller {
	named := make(map[string]feature.Speller, len(list))
	for _, c := range list {
		named[c.Name] = nothing{}
	}
	return named
}

type nothing struct{}

func (nothing) Check(string) bool { return false }

func (d *dictionaries) load(tag string) (installed, error) {
	if found, ok := d.loaded[tag]; ok {
		return found, nil
	}
	aff, dic, err := spell.Locate(d.folders, tag)
	if err != nil {
		return installed{}, fmt.Errorf("%w; on Debian it is in a package hunspell-*, elsewhere set dictionaries", err)
	}
	dictionary, err := spell.Load(aff, dic)
	if err != nil {
		return installed{}, err
	}
	d.loaded[tag] = installed{dictionary, dic}
	return d.loaded[tag], nil
}
