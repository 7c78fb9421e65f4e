package model

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"

	"github.com/goccy/go-yaml"
)

// Format is the form of bundle this package reads. Format 1 named features of a
// fixed list; format 2 spells out what is computed.
const Format = 2

// AnyWiki as a card's wiki says that the model answers for every wiki.
const AnyWiki = "*"

// card is model.yaml.
type card struct {
	Format       int       `yaml:"format"`
	Name         string    `yaml:"name"`
	Wiki         string    `yaml:"wiki"`
	Version      string    `yaml:"version"`
	Kind         string    `yaml:"kind"`
	Labels       []any     `yaml:"labels"`
	Features     []column  `yaml:"features"`
	Lexicons     []asset   `yaml:"lexicons"`
	Words        []asset   `yaml:"words"`
	Phrases      []asset   `yaml:"phrases"`
	Conversions  []asset   `yaml:"conversions"`
	Dictionaries []checker `yaml:"dictionaries"`
	Estimator    estimator `yaml:"estimator"`
	// The rest is for people and is not interpreted.
	TrainedOn       string             `yaml:"trained_on"`
	PopulationRates map[string]float64 `yaml:"population_rates"`
	Statistics      map[string]float64 `yaml:"statistics"`
	Origin          origin             `yaml:"origin"`
	Licence         string             `yaml:"licence"`
}

// column is one feature, of one column of the estimator's.
type column struct {
	Name       string `yaml:"name"`
	Expression string `yaml:"expression"`
}

// asset is a file that expressions refer to, by the name behind "@".
type asset struct {
	Name   string `yaml:"name"`
	File   string `yaml:"file"`
	SHA256 string `yaml:"sha256"`
}

type estimator struct {
	File   string `yaml:"file"`
	SHA256 string `yaml:"sha256"`
}

type origin struct {
	File      string `yaml:"file"`
	SHA256    string `yaml:"sha256"`
	WrittenBy string `yaml:"written_by"`
}

// Names and versions become parts of topics, cache keys and metrics.
var plain = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

func readCard(fsys fs.FS, dir string) (*card, error) {
	name := path.Join(dir, "model.yaml")
	data, err := readFile(fsys, name, maxCardBytes)
	if err != nil {
		return nil, err
	}
	// Before the strict reading: a newer format has keys unknown here, and the
	// complaint about them would hide the reason.
	var version struct {
		Format int `yaml:"format"`
	}
	if !shallow(data) {
		return nil, fmt.Errorf("%s: %w", name, errNested)
	}
	if err := yaml.Unmarshal(data, &version); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	switch {
	case version.Format > Format:
		return nil, fmt.Errorf("%s: format %d is newer than %d, the newest this program reads", name, version.Format, Format)
	case version.Format == 0:
		return nil, fmt.Errorf("%s: no format: the file is empty or no card; it must begin with format: %d", name, Format)
	case version.Format < Format:
		return nil, fmt.Errorf("%s: format is %d, this program reads %d: convert the original again (tools/convert)", name, version.Format, Format)
	}
	var c card
	if err := decode(data, &c); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if err := c.validate(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &c, nil
}

// validate reports every fault of the card on its own, without the other files.
func (c *card) validate() error {
	var errs []error
	fault := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if !plain.MatchString(c.Name) {
		fault("name is %q, must be letters, digits, dots, hyphens and underscores", c.Name)
	}
	if c.Wiki != AnyWiki && !plain.MatchString(c.Wiki) {
		fault("wiki is %q, must be a database name or %q", c.Wiki, AnyWiki)
	}
	if !plain.MatchString(c.Version) {
		fault("version is %q, must be letters, digits, dots, hyphens and underscores", c.Version)
	}
	c.checkFeatures(fault)
	c.checkAssets(fault)
	c.checkKind(fault)
	return errors.Join(errs...)
}

type faults func(format string, args ...any)

func (c *card) checkFeatures(fault faults) {
	first := map[string]int{}
	for i, f := range c.Features {
		if f.Name == "" || f.Expression == "" {
			fault("features: entry %d needs a name and an expression", i+1)
		}
		// The reference computes what has one name once; two values would hide each
		// other in every output.
		if j, ok := first[f.Name]; ok && c.Features[j].Expression != f.Expression {
			fault("features: entry %d has the name of entry %d, %s, and another expression", i+1, j+1, f.Name)
		} else if !ok {
			first[f.Name] = i
		}
	}
}

func (c *card) checkAssets(fault faults) {
	for _, kind := range []struct {
		name string
		list []asset
	}{{"lexicons", c.Lexicons}, {"words", c.Words}, {"phrases", c.Phrases}, {"conversions", c.Conversions}} {
		for i, a := range kind.list {
			if !plain.MatchString(a.Name) {
				fault("%s: entry %d: name is %q, must be letters, digits, dots, hyphens and underscores, without @", kind.name, i+1, a.Name)
			}
			if !fs.ValidPath(a.File) {
				fault("%s: entry %d: file is %q, must be in the bundle", kind.name, i+1, a.File)
			}
			if !isSHA256(a.SHA256) {
				fault("%s: entry %d: sha256 is %q, must be %d hexadecimal digits", kind.name, i+1, a.SHA256, 2*sha256.Size)
			}
		}
	}
	for i, d := range c.Dictionaries {
		if !plain.MatchString(d.Name) {
			fault("dictionaries: entry %d: name is %q, must be letters, digits, dots, hyphens and underscores, without @", i+1, d.Name)
		}
		if len(d.Dictionaries) == 0 {
			fault("dictionaries: entry %d: dictionaries is empty, must list tags like en_US", i+1)
		}
		for _, summary := range d.Dictionaries {
			if !plain.MatchString(summary.Tag) || summary.SHA256 != "" && !isSHA256(summary.SHA256) {
				fault("dictionaries: entry %d: tag %q with sha256 %q, must be a tag like en_US and %d hexadecimal digits, or none", i+1, summary.Tag, summary.SHA256, 2*sha256.Size)
			}
		}
	}
}

func (c *card) checkKind(fault faults) {
	switch c.Kind {
	case kindBoost:
		if len(c.Features) == 0 {
			fault("features is empty, a %s model needs some", c.Kind)
		}
		if c.Estimator.File == "" || path.Base(c.Estimator.File) != c.Estimator.File {
			fault("estimator.file is %q, must name a file in the bundle", c.Estimator.File)
		}
		if !isSHA256(c.Estimator.SHA256) {
			fault("estimator.sha256 is %q, must be %d hexadecimal digits", c.Estimator.SHA256, 2*sha256.Size)
		}
	case kindRevID:
		if len(c.Features)+len(c.assetNames()) != 0 || c.Estimator != (estimator{}) {
			fault("a %s model has neither features nor assets nor an estimator", c.Kind)
		}
	default:
		fault("kind is %q, must be %s or %s", c.Kind, kindBoost, kindRevID)
	}
}

// assetNames lists the names behind "@", in the order of the card.
func (c *card) assetNames() []string {
	var names []string
	for _, list := range [][]asset{c.Lexicons, c.Words, c.Phrases, c.Conversions} {
		for _, a := range list {
			names = append(names, a.Name)
		}
	}
	for _, d := range c.Dictionaries {
		names = append(names, d.Name)
	}
	return names
}

func isSHA256(digits string) bool {
	sum, err := hex.DecodeString(digits)
	return err == nil && len(sum) == sha256.Size
}
