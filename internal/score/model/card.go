package model

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
)

// Format is the form of bundle this package reads and writes. Format 2 knew two
// classes and gradient boosting only.
const Format = 3

// AnyWiki as a card's wiki says that the model answers for every wiki.
const AnyWiki = "*"

// RevIDScorer is the type of the one model without features and estimator.
const RevIDScorer = "RevIdScorer"

const cardFile = "model.yaml"

// card is model.yaml.
type card struct {
	Format       int       `yaml:"format"`
	Name         string    `yaml:"name"`
	Wiki         string    `yaml:"wiki"`
	Version      string    `yaml:"version"`
	Type         string    `yaml:"type"`
	Labels       []any     `yaml:"labels"`
	Multilabel   bool      `yaml:"multilabel"`
	Features     []column  `yaml:"features"`
	Lexicons     []asset   `yaml:"lexicons"`
	Words        []asset   `yaml:"words"`
	Phrases      []asset   `yaml:"phrases"`
	Conversions  []asset   `yaml:"conversions"`
	Dictionaries []checker `yaml:"dictionaries"`
	Estimator    file      `yaml:"estimator"`
	Info         file      `yaml:"info"`
	Examples     file      `yaml:"examples"`
	// The rest is for people: checked, and not interpreted.
	TrainedOn       string             `yaml:"trained_on"`
	PopulationRates map[string]float64 `yaml:"population_rates"`
	Statistics      map[string]float64 `yaml:"statistics"`
	Origin          Origin             `yaml:"origin"`
	Licence         string             `yaml:"licence"`
	// Checksum is of all lines before it; see checkSeal.
	Checksum string `yaml:"checksum"`
}

// column is one feature, of one column of the estimator's.
type column struct {
	Name       string `yaml:"name"`
	Expression string `yaml:"expression"`
}

// file is another file of the bundle.
type file struct {
	File   string `yaml:"file"`
	SHA256 string `yaml:"sha256"`
}

// asset is a file that expressions refer to, by the name behind "@".
type asset struct {
	Name   string `yaml:"name"`
	File   string `yaml:"file"`
	SHA256 string `yaml:"sha256"`
}

// Origin is what a bundle was made from.
type Origin struct {
	File      string `yaml:"file"`       // its name, where it came from
	SHA256    string `yaml:"sha256"`     // of it; empty: unknown
	WrittenBy string `yaml:"written_by"` // "revscoring 2.11.13, scikit-learn 1.1.3"
}

// readCard reads and checks model.yaml. Its errors do not name the file.
func readCard(data []byte) (*card, error) {
	if err := tame(data); err != nil {
		return nil, err
	}
	// Before the strict reading: a newer format has keys unknown here, and the
	// complaint about them would hide the reason.
	var version struct {
		Format int `yaml:"format"`
	}
	if err := yaml.Unmarshal(data, &version); err != nil {
		return nil, located(err)
	}
	switch {
	case version.Format > Format:
		return nil, fmt.Errorf("format %d is newer than %d, the newest this program reads", version.Format, Format)
	case version.Format == 0:
		return nil, fmt.Errorf("no format: the file is empty or no card; it must begin with format: %d", Format)
	case version.Format < Format:
		return nil, fmt.Errorf("format is %d, this program reads %d: import the original again: streamer import", version.Format, Format)
	}
	var c card
	if err := decode(data, &c); err != nil {
		return nil, err
	}
	if err := c.checkSeal(data); err != nil {
		return nil, err
	}
	return &c, c.validate()
}

// seal begins the last line of a card as [Write] leaves it: the sha256 of all lines
// before. The other files have their checksums in the card, and what they were
// trained to mean stands in its expressions: a digit that changes there would give
// other scores without a word.
const seal = "checksum: "

// sealed returns a card's text with its last line.
func sealed(text []byte) []byte {
	sum := sha256.Sum256(text)
	return fmt.Appendf(text, "%s'%x'\n", seal, sum)
}

// checkSeal compares a card with its checksum, if it has one. A card that a person
// writes needs none.
func (c *card) checkSeal(data []byte) error {
	if c.Checksum == "" {
		return nil
	}
	at := bytes.LastIndex(data, []byte("\n"+seal)) + 1
	if string(data[at:]) != seal+"'"+c.Checksum+"'\n" {
		return fmt.Errorf("checksum must be the last line: %s'<sha256 of all lines before>'", seal)
	}
	sum := sha256.Sum256(data[:at])
	if got := hex.EncodeToString(sum[:]); !strings.EqualFold(got, c.Checksum) {
		return fmt.Errorf("the lines before checksum have sha256 %s, it says %s: damaged, or changed by hand (then delete that line, or correct it)", got, c.Checksum)
	}
	return nil
}

// assetLists returns the assets that are files, by kind.
func (c *card) assetLists() []assetList {
	return []assetList{{"lexicons", c.Lexicons}, {"words", c.Words}, {"phrases", c.Phrases}, {"conversions", c.Conversions}}
}

type assetList struct {
	kind   string
	assets []asset
}

// assetNames lists the names behind "@", in the order of the card.
func (c *card) assetNames() []string {
	var names []string
	for _, list := range c.assetLists() {
		for _, a := range list.assets {
			names = append(names, a.Name)
		}
	}
	for _, d := range c.Dictionaries {
		names = append(names, d.Name)
	}
	return names
}
