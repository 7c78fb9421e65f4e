package model

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/goccy/go-yaml"

	"revscore/internal/score/pattern"
)

// lexicon is a lexicon's file: the arguments of revscoring's extractors.regex.
type lexicon struct {
	Patterns []string `yaml:"patterns"` // Python regular expressions
	Before   string   `yaml:"before"`   // what stands before and behind a hit, as expressions
	After    string   `yaml:"after"`
	Flags    string   `yaml:"flags"`   // "i": case makes no difference
	Exclude  []string `yaml:"exclude"` // hits that match one of these are none
}

// lexicons are those that were compiled, by their files' sha256. Models share
// them, so that what one finds in a text serves the others.
type lexicons map[string]*pattern.Lexicon

// read returns the lexicons of a bundle, by name.
func (known lexicons) read(fsys fs.FS, dir string, list []asset) (map[string]*pattern.Lexicon, error) {
	named := make(map[string]*pattern.Lexicon, len(list))
	for _, a := range list {
		if named[a.Name] != nil {
			return nil, fmt.Errorf("%s: lexicon %s is listed twice", path.Join(dir, "model.yaml"), a.Name)
		}
		l, err := known.readOne(fsys, path.Join(dir, a.File), a.SHA256)
		if err != nil {
			return nil, err
		}
		named[a.Name] = l
	}
	return named, nil
}

func (known lexicons) readOne(fsys fs.FS, name, sum string) (*pattern.Lexicon, error) {
	data, err := readFile(fsys, name, maxOtherBytes)
	if err != nil {
		return nil, err
	}
	if err := checkSum(name, data, sum); err != nil {
		return nil, err
	}
	if l := known[sum]; l != nil {
		return l, nil
	}
	var file lexicon
	if err := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(&file); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(file.Patterns) == 0 {
		return nil, fmt.Errorf("%s: %w", name, errors.New("no patterns"))
	}
	l, err := pattern.CompileLexicon(pattern.Source(file))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	known[sum] = l
	return l, nil
}
