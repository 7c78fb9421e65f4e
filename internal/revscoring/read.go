package revscoring

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"revscore/internal/pickle"
	"revscore/internal/revscoring/info"
	"revscore/internal/revscoring/sklearn"
	"revscore/internal/revscoring/translate"
	"revscore/internal/score/estimator"
	"revscore/internal/score/statistics"
)

// Options are what the reading of some models needs.
type Options struct {
	// Known are word lists and tables that features ask and that no file holds, see
	// [translate.Options].
	Known translate.Assets
	// Limits of the pickle, decompressed; nil are the default.
	Limits *pickle.Limits
}

// Read reads a model's file. Its name is only for errors and for Hint.
func Read(r io.Reader, name string) (*Model, error) { return Options{}.Read(r, name) }

// Read reads a model's file.
func (o Options) Read(r io.Reader, name string) (*Model, error) {
	m, err := o.read(r)
	if err != nil {
		return nil, fmt.Errorf("read model %s: %w", name, err)
	}
	m.Hint = hint(name)
	return m, nil
}

func (o Options) read(r io.Reader) (*Model, error) {
	limits := pickle.DefaultLimits()
	if o.Limits != nil {
		limits = *o.Limits
	}
	sum := sha256.New()
	count := &counter{}
	file, err := load(io.TeeReader(r, io.MultiWriter(sum, count)), limits)
	if err != nil {
		return nil, err
	}
	m, err := o.model(file)
	if err != nil {
		return nil, err
	}
	m.Origin.SHA256 = hex.EncodeToString(sum.Sum(nil))
	m.Origin.Bytes = count.bytes
	return m, nil
}

type counter struct{ bytes int64 }

func (c *counter) Write(p []byte) (int, error) {
	c.bytes += int64(len(p))
	return len(p), nil
}

// model puts a model together from its attributes.
func (o Options) model(file *pickle.File) (*Model, error) {
	typ, err := typeOf(file.Value)
	if err != nil {
		return nil, err
	}
	if err := checkNames(file.Globals); err != nil {
		return nil, err
	}
	attrs, err := pickle.Attributes(file.Value)
	if err != nil {
		return nil, err
	}
	m := &Model{Type: typ, Origin: Origin{Protocol: file.Protocol}}
	for _, read := range []func(*Model, pickle.Fields) error{
		readCard, o.readFeatures, readEstimator, readInfo,
	} {
		if err := read(m, attrs); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (o Options) readFeatures(m *Model, attrs pickle.Fields) error {
	list, err := attrs.Items("features")
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return errors.New("features: there are none")
	}
	translated, err := translate.Features(list, translate.Options{Known: o.Known})
	if err != nil {
		return err
	}
	m.Features, m.Assets = translated.Features, translated.Assets
	return nil
}

func readEstimator(m *Model, attrs pickle.Fields) error {
	src := sklearn.Source{
		Estimator: attrs.Get("estimator"), Multilabel: m.Multilabel,
		Scaler: attrs.Get("scaler"), Features: len(m.Features),
	}
	if m.Multilabel {
		if attrs.None("estimators") {
			return errors.New("estimators: is missing: one estimator for all labels, as revscoring 2.1 has it, is not known")
		}
		pairs, err := attrs.Items("estimators")
		if err != nil {
			return err
		}
		for i, v := range pairs {
			pair, ok := v.(*pickle.Tuple)
			if !ok || len(pair.Items) != 2 {
				return fmt.Errorf("estimators[%d]: is %s, must be a label and its estimator", i, pickle.Kind(v))
			}
			src.Estimators = append(src.Estimators, sklearn.Labelled{Label: pair.Items[0], Estimator: pair.Items[1]})
		}
		if err := checkOrder(attrs, m.Labels, src.Estimators); err != nil {
			return err
		}
	}
	var err error
	if m.Estimator, err = sklearn.Read(src); err != nil {
		return err
	}
	if _, err := estimator.New(m.Estimator); err != nil {
		return fmt.Errorf("estimator: %w", err)
	}
	m.Origin.ScikitLearn = release(attrs)
	return nil
}

// checkOrder refuses estimators that stand in another order than the labels. The original
// never looks at the label beside an estimator: it names probabilities by the labels'
// places, and predictions by those of its Binarizer (ProbabilityClassifier.score).
func checkOrder(attrs pickle.Fields, labels []any, estimators []sklearn.Labelled) error {
	if len(estimators) != len(labels) {
		return fmt.Errorf("estimators: there are %d for %d labels", len(estimators), len(labels))
	}
	for i, e := range estimators {
		if l, err := label(e.Label); err != nil || l != labels[i] {
			return fmt.Errorf("estimators[%d]: is of label %s, must be of %s, the label in its place", i, pickle.Brief(e.Label), pickle.Brief(labels[i]))
		}
	}
	if attrs.None("label_normalizer") {
		return nil
	}
	binarizer, err := attrs.Attributes("label_normalizer")
	if err != nil || binarizer.None("possible_labels") {
		return err
	}
	possible, err := binarizer.Items("possible_labels")
	if err != nil {
		return err
	}
	if len(possible) != len(labels) {
		return fmt.Errorf("%s: there are %d for %d labels", binarizer.Path("possible_labels"), len(possible), len(labels))
	}
	for i, v := range possible {
		if l, err := label(v); err != nil || l != labels[i] {
			return fmt.Errorf("%s[%d]: is %s, must be %s, the label in its place", binarizer.Path("possible_labels"), i, pickle.Brief(v), pickle.Brief(labels[i]))
		}
	}
	return nil
}

// release is that of scikit-learn. An estimator of a multilabel model that was
// never trained says it too.
func release(attrs pickle.Fields) string {
	of, err := attrs.Attributes("estimator")
	if err != nil {
		return ""
	}
	text, err := of.String("_sklearn_version")
	if err != nil {
		return ""
	}
	return text
}

func readInfo(m *Model, attrs pickle.Fields) error {
	v, err := attrs.Value("info")
	if err != nil {
		return err
	}
	if m.Info, err = info.Read(v); err != nil {
		return err
	}
	m.readEnvironment()
	return m.readRates(attrs)
}

func (m *Model) readEnvironment() {
	v, _ := m.Info.Get("environment")
	environment, ok := v.(*statistics.Environment)
	if !ok {
		return
	}
	for name, to := range map[string]*string{
		"revscoring_version": &m.Origin.Revscoring,
		"python_version":     &m.Origin.Python,
		"platform":           &m.Origin.Platform,
	} {
		if text, _ := environment.Get(name); text != nil {
			*to, _ = text.(string)
		}
	}
}

// readRates takes the rates from the statistics: a classifier with probabilities
// hands them on to those alone, and its own attribute stays None.
func (m *Model) readRates(attrs pickle.Fields) (err error) {
	if s := m.Info.Statistics(); s != nil && s.PopulationRates != nil {
		for _, e := range s.PopulationRates.Entries {
			rate, err := number(e.Value)
			if err != nil {
				return fmt.Errorf("info.statistics.population_rates: %w", err)
			}
			m.PopulationRates = append(m.PopulationRates, Share{Label: e.Key, Number: rate})
		}
	}
	if m.PopulationRates == nil {
		m.PopulationRates, err = shares(attrs, "population_rates")
	}
	return err
}
