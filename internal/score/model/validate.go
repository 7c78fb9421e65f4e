package model

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"regexp"
)

// Names and versions become parts of topics, cache keys and metrics.
var plain = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

const (
	plainRule = "must be letters, digits, dots, hyphens and underscores"
	// maxName bounds those of the model itself, which every event and metric repeats; a
	// topic's name may have 249.
	maxName   = 128
	shortRule = plainRule + ", at most 128"
)

func short(name string) bool { return len(name) <= maxName && plain.MatchString(name) }

type faults func(format string, args ...any)

// validate reports every fault of the card on its own, without the other files. It
// gives labels their types.
func (c *card) validate() error {
	var errs []error
	fault := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if !short(c.Name) {
		fault("name is %.140q, %s", c.Name, shortRule)
	}
	if c.Wiki != AnyWiki && !short(c.Wiki) {
		fault("wiki is %.140q, must be a database name of at most 128 characters or %q", c.Wiki, AnyWiki)
	}
	if !short(c.Version) {
		fault("version is %.140q, %s", c.Version, shortRule)
	}
	c.checkType(fault)
	c.checkLabels(fault)
	c.checkFeatures(fault)
	c.checkAssets(fault)
	c.checkFiles(fault)
	c.checkNumbers(fault)
	return errors.Join(errs...)
}

func (c *card) checkType(fault faults) {
	switch {
	case !short(c.Type):
		fault("type is %.140q, %s, as GradientBoosting", c.Type, shortRule)
	case c.Type != RevIDScorer && len(c.Features) == 0:
		fault("features is empty, a %s model needs some", c.Type)
	case c.Type == RevIDScorer && (len(c.Features)+len(c.assetNames()) != 0 || c.Estimator != file{} || c.Multilabel):
		fault("a %s model has neither features nor assets nor an estimator, and one label", c.Type)
	}
}

func (c *card) checkLabels(fault faults) {
	labels, err := readLabels(c.Labels)
	if err == nil {
		c.Labels = labels
		err = checkLabels(labels, c.Multilabel)
	}
	if err != nil {
		fault("labels: %w", err)
	}
}

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
	taken := map[string]bool{}
	name := func(kind string, i int, name string) {
		if !plain.MatchString(name) {
			fault("%s: entry %d: name is %.140q, %s, without @", kind, i+1, name, plainRule)
		}
		if taken[name] {
			fault("%s: entry %d: asset %s is listed twice", kind, i+1, name)
		}
		taken[name] = true
	}
	for _, list := range c.assetLists() {
		for i, a := range list.assets {
			name(list.kind, i, a.Name)
			checkFile(fmt.Sprintf("%s: entry %d: ", list.kind, i+1), file{a.File, a.SHA256}, fault)
		}
	}
	for i, d := range c.Dictionaries {
		name("dictionaries", i, d.Name)
		if len(d.Dictionaries) == 0 {
			fault("dictionaries: entry %d: dictionaries is empty, must list tags like en_US", i+1)
		}
		for _, recorded := range d.Dictionaries {
			if !plain.MatchString(recorded.Tag) || recorded.SHA256 != "" && !isSHA256(recorded.SHA256) {
				fault("dictionaries: entry %d: tag %.140q with sha256 %q, must be a tag like en_US and %d hexadecimal digits, or none",
					i+1, recorded.Tag, recorded.SHA256, 2*sha256.Size)
			}
		}
	}
}

func (c *card) checkFiles(fault faults) {
	if c.Type != RevIDScorer {
		checkFile("estimator.", c.Estimator, fault)
	}
	checkFile("info.", c.Info, fault)
	checkFile("examples.", c.Examples, fault)
	if c.Origin.SHA256 != "" && !isSHA256(c.Origin.SHA256) {
		fault("origin.sha256 is %q, must be %d hexadecimal digits, or none", c.Origin.SHA256, 2*sha256.Size)
	}
}

func checkFile(where string, f file, fault faults) {
	if !fs.ValidPath(f.File) || f.File == "." || f.File == cardFile {
		fault("%sfile is %q, must be in the bundle", where, f.File)
	}
	if !isSHA256(f.SHA256) {
		fault("%ssha256 is %q, must be %d hexadecimal digits", where, f.SHA256, 2*sha256.Size)
	}
}

func (c *card) checkNumbers(fault faults) {
	for label, rate := range c.PopulationRates {
		if !(rate >= 0 && rate <= 1) {
			fault("population_rates: %s is %v, must be from 0 to 1", label, rate)
		}
	}
	for name, value := range c.Statistics {
		if math.IsNaN(value) || math.IsInf(value, 0) {
			fault("statistics: %s is %v, must be a number", name, value)
		}
	}
}

func isSHA256(digits string) bool {
	sum, err := hex.DecodeString(digits)
	return err == nil && len(sum) == sha256.Size
}
