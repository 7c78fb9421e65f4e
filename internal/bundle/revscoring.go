package bundle

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"revscore/internal/revscoring"
	"revscore/internal/revscoring/translate"
	"revscore/internal/score/feature"
	"revscore/internal/score/hanzi"
	"revscore/internal/score/model"
	"revscore/internal/score/statistics"
)

// Options are what a file does not say, or what is to be otherwise than it says.
type Options struct {
	File                string // its name, for the card
	Folder              string // the name of the bundle's folder: WIKI.NAME, or it tells nothing
	Name, Wiki, Version string // empty: as the card, the folder or the file has them

	// Examples are recorded answers, which the bundle must give.
	Examples []Recorded
	// Scores are those of labelled revisions, for statistics of a model that brings none.
	Scores []Recorded

	TrainedOn, Licence string
	Dictionaries       []string         // folders in which the system has them
	Known              translate.Assets // word lists that features ask and no file holds
}

// Revscoring makes a draft of a model file of revscoring.
func Revscoring(data []byte, o Options) (*model.Draft, error) {
	m, err := revscoring.Options{Known: o.Known}.Read(bytes.NewReader(data), o.File)
	if err != nil {
		return nil, err
	}
	d, err := o.draft(m)
	if err != nil {
		return nil, err
	}
	if len(o.Scores) > 0 {
		// A model that was never tested has the place for statistics, and it is empty.
		if own := d.Info.Statistics(); own != nil && len(own.Entries) > 0 {
			return nil, errors.New("the file has statistics of its own, which scores would contradict: leave --scores out")
		}
		if err := completeRates(d); err != nil {
			return nil, err
		}
		if err := setStatistics(d, o.Scores); err != nil {
			return nil, err
		}
	}
	d.Statistics = headline(d.Info)
	d.Examples, err = answers(d, o.Examples, exact)
	return d, err
}

// draft takes over what the file says.
func (o Options) draft(m *revscoring.Model) (*model.Draft, error) {
	wiki, name := o.ofFolder()
	d := &model.Draft{
		Name: either(o.Name, name, m.Hint.Name), Wiki: either(o.Wiki, wiki, m.Hint.Wiki), Version: either(o.Version, m.Version),
		Type: m.Type, Estimator: m.Estimator, Info: m.Info,
		TrainedOn: o.TrainedOn, Licence: o.Licence,
		Origin: model.Origin{File: o.File, SHA256: m.Origin.SHA256, WrittenBy: writtenBy(m.Origin)},
	}
	if err := o.unnamed(d); err != nil {
		return nil, err
	}
	if d.Version == "" {
		// A cache must tell models apart; the file is all that is known of this one.
		d.Version = m.Origin.SHA256[:12]
	}
	if o.Version != "" {
		d.Info.Set("version", o.Version)
	}
	for _, f := range m.Features {
		d.Features = append(d.Features, feature.Definition{Name: f.Name, Expr: f.Expression})
	}
	if len(m.PopulationRates) > 0 {
		d.PopulationRates = map[string]float64{}
		for _, rate := range m.PopulationRates {
			d.PopulationRates[labelKey(rate.Label)] = rate.Number
		}
	}
	var err error
	d.Assets, err = assets(m.Assets, o.Dictionaries)
	return d, err
}

func writtenBy(o revscoring.Origin) string {
	var list []string
	for _, part := range []struct{ name, version string }{
		{"revscoring", o.Revscoring}, {"scikit-learn", o.ScikitLearn}, {"Python", o.Python},
	} {
		if part.version != "" {
			list = append(list, part.name+" "+part.version)
		}
	}
	return strings.Join(list, ", ")
}

// assets are those of a translation in the form of a draft.
func assets(of translate.Assets, folders []string) (model.Assets, error) {
	a := model.Assets{
		Lexicons: of.Lexicons, Words: of.Words, Phrases: of.Phrases,
		Conversions: map[string][]hanzi.Pair{}, Dictionaries: map[string]model.Checker{},
	}
	for name, pairs := range of.Conversions {
		for _, pair := range pairs {
			from, to := []rune(pair[0]), []rune(pair[1])
			if len(from) != 1 || len(to) != 1 {
				return a, fmt.Errorf("conversion %s: %q to %q, must be a character each", name, pair[0], pair[1])
			}
			a.Conversions[name] = append(a.Conversions[name], hanzi.Pair{From: from[0], To: to[0]})
		}
	}
	for name, asked := range of.Dictionaries {
		checker := model.Checker{ReplaceAstral: asked.ReplaceAstral}
		for _, tag := range asked.Tags {
			checker.Dictionaries = append(checker.Dictionaries, model.Installed(folders, tag))
		}
		a.Dictionaries[name] = checker
	}
	return a, nil
}

// headline are the numbers that a card shows: the areas under the curves of the
// positive class of two, else their averages.
func headline(info *statistics.Info) map[string]float64 {
	found := map[string]float64{}
	of := info.Statistics()
	if of == nil {
		return nil
	}
	path := "macro"
	if slices.Contains(of.Labels, any(true)) {
		path = "labels.true"
	}
	for _, name := range []string{"roc_auc", "pr_auc"} {
		if v, err := info.Lookup("statistics." + name + "." + path); err == nil {
			if number, ok := v.(float64); ok && !math.IsNaN(number) {
				found[name] = math.Round(number*1e4) / 1e4 // all digits are in the information
			}
		}
	}
	return found
}

// labelKey is a label as JSON keys it.
func labelKey(label any) string { return fmt.Sprint(label) }
