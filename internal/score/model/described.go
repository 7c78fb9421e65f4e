package model

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml"

	"revscore/internal/score/feature"
	"revscore/internal/score/hanzi"
	"revscore/internal/score/pattern"
	"revscore/internal/score/phrase"
	"revscore/internal/score/spell"
)

// described is a card of a model that is no bundle yet: what it is and which
// features it has, in the form of a bundle's card, with files relative to it, whose
// checksums may be left out.
type described struct {
	Name            string             `yaml:"name"`
	Wiki            string             `yaml:"wiki"`
	Version         any                `yaml:"version"` // a string: 1.0 would be read as 1
	Type            string             `yaml:"type"`
	Labels          []any              `yaml:"labels"`
	Features        []column           `yaml:"features"`
	Lexicons        []asset            `yaml:"lexicons"`
	Words           []asset            `yaml:"words"`
	Phrases         []asset            `yaml:"phrases"`
	Conversions     []asset            `yaml:"conversions"`
	Dictionaries    []checker          `yaml:"dictionaries"`
	TrainedOn       string             `yaml:"trained_on"`
	PopulationRates map[string]float64 `yaml:"population_rates"`
	Statistics      map[string]float64 `yaml:"statistics"`
	Licence         string             `yaml:"licence"`
}

// ReadCard reads the card of a model that is to be trained, or whose numbers are in
// another file: docs/formats/bundle.md. The labels, which may be empty, are those
// that the estimator's classes are to be called. It may be the card of a bundle,
// whose features another model is to have.
func ReadCard(path string) (d *Draft, labels []any, err error) {
	root := &folder{os.DirFS(filepath.Dir(path)), ".", map[string]int64{}}
	defer func() {
		if err != nil {
			err = fmt.Errorf("card %s: %w", path, err)
		}
	}()
	data, err := root.bytes(filepath.Base(path), maxCardBytes)
	if err != nil {
		return nil, nil, err
	}
	c, err := readDescribed(data)
	if err != nil {
		return nil, nil, err
	}
	if err := c.validate(); err != nil {
		return nil, nil, err
	}
	version, _ := c.Version.(string)
	d = &Draft{
		Name: c.Name, Wiki: c.Wiki, Version: version, Type: c.Type,
		TrainedOn: c.TrainedOn, PopulationRates: c.PopulationRates, Statistics: c.Statistics, Licence: c.Licence,
	}
	for _, f := range c.Features {
		d.Features = append(d.Features, feature.Definition{Name: f.Name, Expr: f.Expression})
	}
	d.Assets, err = c.assets(root)
	return d, c.Labels, err
}

// readDescribed reads a card of either form: one with a format is a bundle's.
func readDescribed(data []byte) (*described, error) {
	if err := tame(data); err != nil {
		return nil, err
	}
	var form struct {
		Format any `yaml:"format"`
	}
	if err := yaml.Unmarshal(data, &form); err != nil {
		return nil, located(err)
	}
	if form.Format == nil {
		c := &described{}
		return c, decode(data, c)
	}
	c, err := readCard(data)
	if err != nil {
		return nil, err
	}
	return c.described(), nil
}

// described is what another model may take over of a bundle: what it is of and its
// features. All that training found out, its version and where it may be used would
// be said of a model that they are not true of; which dictionaries are installed is
// found out anew too.
func (c *card) described() *described {
	d := &described{
		Name: c.Name, Wiki: c.Wiki, Labels: c.Labels, Features: c.Features,
		Lexicons: c.Lexicons, Words: c.Words, Phrases: c.Phrases, Conversions: c.Conversions,
	}
	for _, asked := range c.Dictionaries {
		for i := range asked.Dictionaries {
			asked.Dictionaries[i].SHA256 = ""
		}
		d.Dictionaries = append(d.Dictionaries, asked)
	}
	return d
}

// validate reports every fault of the labels, features and assets, by the rules of a
// bundle's card, and gives labels their types. What may be given elsewhere, as the
// name, is for [Write] to check.
func (c *described) validate() error {
	var errs []error
	fault := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if len(c.Features) == 0 {
		fault("features is empty, must list those of the model in the order of its columns")
	}
	if _, text := c.Version.(string); c.Version != nil && !text {
		fault("version is a number to YAML, which leaves out zeros: write it in quotes, '%v'", c.Version)
	}
	labels, err := readLabels(c.Labels)
	if err != nil {
		fault("labels: %w", err)
	}
	c.Labels = labels
	of := card{Features: c.Features, Dictionaries: c.Dictionaries, PopulationRates: c.PopulationRates, Statistics: c.Statistics}
	for _, list := range []struct {
		kind   string
		assets []asset
		to     *[]asset
	}{
		{"lexicons", c.Lexicons, &of.Lexicons}, {"words", c.Words, &of.Words},
		{"phrases", c.Phrases, &of.Phrases}, {"conversions", c.Conversions, &of.Conversions},
	} {
		for i, a := range list.assets {
			if !fs.ValidPath(a.File) || a.File == "." {
				fault("%s: entry %d: file is %q, must be in the folder of the card, or below", list.kind, i+1, a.File)
				a.File = "anything" // one fault is enough
			}
			if a.SHA256 == "" {
				a.SHA256 = anySum
			}
			*list.to = append(*list.to, a)
		}
	}
	of.checkFeatures(fault)
	of.checkAssets(fault)
	of.checkNumbers(fault)
	return errors.Join(errs...)
}

// anySum stands for a checksum where there is none to check.
var anySum = strings.Repeat("0", 2*sha256.Size)

func (c *described) assets(root *folder) (a Assets, err error) {
	if a.Lexicons, err = readDescribedFiles(root, c.Lexicons, maxLexiconBytes, readLexicon); err != nil {
		return a, err
	}
	if a.Words, err = readDescribedFiles(root, c.Words, maxOtherBytes, readLines); err != nil {
		return a, err
	}
	if a.Phrases, err = readDescribedFiles(root, c.Phrases, maxOtherBytes, readLines); err != nil {
		return a, err
	}
	if a.Conversions, err = readDescribedFiles(root, c.Conversions, maxOtherBytes, readPairs); err != nil {
		return a, err
	}
	a.Dictionaries = map[string]Checker{}
	for _, asked := range c.Dictionaries {
		a.Dictionaries[asked.Name] = Checker{Dictionaries: asked.Dictionaries, ReplaceAstral: asked.ReplaceAstral}
	}
	return a, nil
}

func readDescribedFiles[T any](root *folder, list []asset, limit int64, parse func(string) (T, error)) (map[string]T, error) {
	read := make(map[string]T, len(list))
	for _, of := range list {
		data, err := readAsset(root, of, limit)
		if err != nil {
			return nil, fmt.Errorf("asset %s: %w", of.Name, err)
		}
		if read[of.Name], err = parse(string(data)); err != nil {
			return nil, fmt.Errorf("asset %s: %s: %w", of.Name, of.File, err)
		}
	}
	return read, nil
}

// readAsset reads a file, and checks it if it has a checksum.
func readAsset(root *folder, of asset, limit int64) ([]byte, error) {
	if of.SHA256 == "" {
		return root.bytes(of.File, limit)
	}
	return root.file(of.File, of.SHA256, limit)
}

// List is what the features of a draft are computed by, with dictionaries from the
// folders.
func (d *Draft) List(folders []string) (list feature.List, err error) {
	list.Definitions = d.Features
	a := feature.Assets{
		Lexicons: map[string]*pattern.Lexicon{}, Words: map[string]map[string]bool{},
		Phrases: map[string]*phrase.Set{}, Conversions: map[string]*hanzi.Table{},
	}
	for name, src := range d.Assets.Lexicons {
		if a.Lexicons[name], err = pattern.CompileLexicon(src); err != nil {
			return list, fmt.Errorf("lexicon %s: %w", name, err)
		}
	}
	for name, words := range d.Assets.Words {
		a.Words[name] = make(map[string]bool, len(words))
		for _, word := range words {
			a.Words[name][word] = true
		}
	}
	for name, phrases := range d.Assets.Phrases {
		if a.Phrases[name], err = phrase.New(phrases, nil, false); err != nil {
			return list, fmt.Errorf("phrases %s: %w", name, err)
		}
	}
	for name, pairs := range d.Assets.Conversions {
		if a.Conversions[name], err = hanzi.New(pairs); err != nil {
			return list, fmt.Errorf("conversion %s: %w", name, err)
		}
	}
	var asked []checker
	for name, c := range d.Assets.Dictionaries {
		asked = append(asked, checker{name, c.Dictionaries, c.ReplaceAstral})
	}
	a.Dictionaries, _, err = newDictionaries(folders).read(asked)
	list.Assets = a
	return list, err
}

// Installed is a dictionary as the folders have it now, without a checksum if they
// have none.
func Installed(folders []string, tag string) Recorded {
	found := Recorded{Tag: tag}
	aff, dic, err := spell.Locate(folders, tag)
	if err != nil {
		return found
	}
	sum := sha256.New() // of both files in a row, as spell.Dictionary.Sum
	for _, name := range []string{aff, dic} {
		data, err := os.ReadFile(name)
		if err != nil {
			return found
		}
		sum.Write(data)
	}
	found.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return found
}
