package model

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	"revscore/internal/score/estimator"
	"revscore/internal/score/feature"
	"revscore/internal/score/hanzi"
	"revscore/internal/score/pattern"
	"revscore/internal/score/statistics"
)

// Draft is what a bundle is made of. The labels are the estimator's classes.
type Draft struct {
	Name, Wiki, Version string
	Type                string // as the original calls it; RevIDScorer has neither features nor estimator
	Features            []feature.Definition
	Assets              Assets
	Estimator           *estimator.Spec
	Info                *statistics.Info
	// Examples are answers of the original, which the bundle must give too. Without
	// any it records answers of its own: they show what changes later, not what is
	// wrong now.
	Examples []Example

	TrainedOn       string
	PopulationRates map[string]float64
	Statistics      map[string]float64
	Origin          Origin
	Licence         string
}

// Assets are what expressions refer to, by the name behind "@", as sources.
type Assets struct {
	Lexicons     map[string]pattern.Source
	Words        map[string][]string // their order means nothing
	Phrases      map[string][]string
	Conversions  map[string][]hanzi.Pair
	Dictionaries map[string]Checker
}

// Checker asks the dictionaries in their order; the first that knows a word decides.
type Checker struct {
	Dictionaries  []Recorded
	ReplaceAstral bool // characters above U+FFFF are asked as U+FFFD
}

// content is a file to be written.
type content struct {
	name string
	data []byte
}

// ref is what the card says of it.
func (c content) ref() file {
	sum := sha256.Sum256(c.data)
	return file{c.name, hex.EncodeToString(sum[:])}
}

// files makes all files of the bundle, the card last. Whether they are sound is
// for Load to say.
func (d *Draft) files() ([]content, error) {
	c := &card{
		Format: Format, Name: d.Name, Wiki: d.Wiki, Version: d.Version, Type: d.Type, Labels: revIDLabels(),
		TrainedOn: d.TrainedOn, PopulationRates: d.PopulationRates, Statistics: d.Statistics, Origin: d.Origin, Licence: d.Licence,
	}
	for _, f := range d.Features {
		c.Features = append(c.Features, column{f.Name, f.Expr})
	}
	files, err := d.Assets.files(c)
	if err != nil {
		return nil, err
	}
	more, err := d.numbers(c)
	if err != nil {
		return nil, err
	}
	// Before the card is written: it must not have faults that only a look at its
	// text would find, as a name with a line end.
	if err := c.validate(); err != nil {
		return nil, err
	}
	text, err := c.text()
	if err != nil {
		return nil, err
	}
	return append(slices.Concat(files, more), content{cardFile, text}), nil
}

// files makes the files of the assets, and enters them in the card by name.
func (a Assets) files(c *card) ([]content, error) {
	var files []content
	var err error
	if c.Lexicons, err = enter(&files, "lexicons", "yaml", a.Lexicons, writeLexicon); err != nil {
		return nil, err
	}
	if c.Words, err = enter(&files, "words", "txt", a.Words, writeWords); err != nil {
		return nil, err
	}
	if c.Phrases, err = enter(&files, "phrases", "txt", a.Phrases, writeLines); err != nil {
		return nil, err
	}
	if c.Conversions, err = enter(&files, "conversions", "txt", a.Conversions, writePairs); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(a.Dictionaries)) {
		asked := a.Dictionaries[name]
		c.Dictionaries = append(c.Dictionaries, checker{name, asked.Dictionaries, asked.ReplaceAstral})
	}
	return files, nil
}

// enter makes the files of one kind of asset.
func enter[T any](files *[]content, kind, suffix string, assets map[string]T, write func(T) ([]byte, error)) ([]asset, error) {
	var list []asset
	for _, name := range slices.Sorted(maps.Keys(assets)) {
		data, err := write(assets[name])
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", kind, name, err)
		}
		made := content{fmt.Sprintf("%s/%s.%s", kind, name, suffix), data}
		*files = append(*files, made)
		list = append(list, asset{name, made.name, made.ref().SHA256})
	}
	return list, nil
}

// writeWords writes a set in the order of its words, so that the same set is the
// same file.
func writeWords(words []string) ([]byte, error) {
	return writeLines(slices.Compact(slices.Sorted(slices.Values(words))))
}

// numbers makes the files of the estimator, the information and the examples.
func (d *Draft) numbers(c *card) (files []content, err error) {
	add := func(name string, data []byte) file {
		made := content{name, data}
		files = append(files, made)
		return made.ref()
	}
	m := &Model{card: c}
	if d.Estimator != nil {
		if m.estimator, err = estimator.New(d.Estimator); err != nil {
			return nil, err
		}
		data, err := d.Estimator.Encode()
		if err != nil {
			return nil, err
		}
		c.Estimator = add("estimator.safetensors", data)
		c.Labels, c.Multilabel = m.estimator.Classes(), m.estimator.Multilabel()
	}
	if d.Info == nil {
		return nil, fmt.Errorf("no information about the model")
	}
	data, err := d.Info.Encode()
	if err != nil {
		return nil, err
	}
	c.Info = add("info.json", data)
	examples := d.Examples
	if len(examples) == 0 {
		if examples, err = m.sample(); err != nil {
			return nil, err
		}
	}
	if data, err = writeExamples(examples); err != nil {
		return nil, err
	}
	c.Examples = add("examples.jsonl", data)
	return files, nil
}

// samples is how many examples a bundle gets that comes with none.
const samples = 50

// sample makes examples of the model's own answers.
func (m *Model) sample() ([]Example, error) {
	var examples []Example
	if m.estimator == nil {
		for i := range int64(samples) {
			examples = append(examples, Example{RevID: 1 + 37*i}) // all kinds of last digits
		}
	} else {
		for _, values := range m.estimator.Samples(samples, 1) {
			examples = append(examples, Example{Features: values})
		}
	}
	m.nameLabels()
	for i := range examples {
		var err error
		if examples[i].Score, err = m.Score(examples[i].RevID, examples[i].Features); err != nil {
			return nil, err
		}
	}
	return examples, nil
}
