package model

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"revscore/internal/event"
	"revscore/internal/score/estimator"
	"revscore/internal/score/explain"
	"revscore/internal/score/feature"
	"revscore/internal/score/statistics"
)

// Model is one loaded bundle. Nothing in it changes after [Load], and many goroutines
// may use it.
type Model struct {
	card      *card
	estimator *estimator.Estimator // nil of RevIdScorer
	keys      []string             // of the card's labels in the score document
	features  feature.List
	names     []string // of the features
	content   string   // see Content
	asked     []Dictionary
	examples  []Example
	info      *statistics.Info
	checksum  string
	size      int64

	explained  sync.Once // for explainer, the only part that is made after Load
	explainer  *explain.Explainer
	explainErr error
}

// Load reads the bundle in the folder dir of fsys and takes assets that another
// bundle has too from known. It does not run the examples; see [Model.Verify].
func Load(fsys fs.FS, dir string, known *Library) (*Model, error) {
	f := &folder{fsys, dir, map[string]int64{}}
	data, err := f.bytes(cardFile, maxCardBytes)
	if err != nil {
		return nil, err
	}
	c, err := readCard(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.path(cardFile), err)
	}
	sum := sha256.Sum256(data)
	m := &Model{card: c, checksum: hex.EncodeToString(sum[:])}
	if err := m.loadFeatures(f, known); err != nil {
		return nil, err
	}
	if err := m.loadEstimator(f); err != nil {
		return nil, err
	}
	if m.info, err = read(f, c.Info, maxOtherBytes, statistics.Parse); err != nil {
		return nil, err
	}
	if m.examples, err = read(f, c.Examples, maxExampleBytes, readExamples); err != nil {
		return nil, err
	}
	m.size = f.size()
	return m, nil
}

// read reads a file of the card with parse.
func read[T any](f *folder, from file, limit int64, parse func([]byte) (T, error)) (v T, err error) {
	data, err := f.file(from.File, from.SHA256, limit)
	if err != nil {
		return v, err
	}
	if v, err = parse(data); err != nil {
		err = fmt.Errorf("%s: %w", f.path(from.File), err)
	}
	return v, err
}

// loadFeatures reads the assets and compiles what asks for them: a feature that
// cannot be computed is found now, not at the first event.
func (m *Model) loadFeatures(f *folder, known *Library) (err error) {
	for _, column := range m.card.Features {
		m.names = append(m.names, column.Name)
		m.features.Definitions = append(m.features.Definitions, feature.Definition{Name: column.Name, Expr: column.Expression})
	}
	if m.features.Assets, m.asked, err = known.read(f, m.card); err != nil {
		return err
	}
	plan, err := feature.Compile(m.features)
	if err != nil {
		return fmt.Errorf("%s: %w", f.path(cardFile), err)
	}
	switch {
	case plan.NeedsItem():
		m.content = ContentItem
	case plan.NeedsText() || plan.NeedsParent():
		m.content = ContentWikitext
	}
	return nil
}

func (m *Model) loadEstimator(f *folder) error {
	classes, multilabel := revIDLabels(), false
	if c := m.card; c.Type != RevIDScorer {
		data, err := f.file(c.Estimator.File, c.Estimator.SHA256, maxEstimatorBytes)
		if err != nil {
			return err
		}
		spec, err := estimator.Decode(data)
		if err == nil {
			m.estimator, err = estimator.New(spec)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", f.path(c.Estimator.File), err)
		}
		if n := m.estimator.Features(); n != len(m.names) {
			return fmt.Errorf("%s: %d features, the card lists %d", f.path(c.Estimator.File), n, len(m.names))
		}
		classes, multilabel = m.estimator.Classes(), m.estimator.Multilabel()
	}
	if !slices.Equal(m.card.Labels, classes) || m.card.Multilabel != multilabel {
		return fmt.Errorf("%s: labels are %#v, multilabel %v, the estimator's are %#v, %v",
			f.path(cardFile), m.card.Labels, m.card.Multilabel, classes, multilabel)
	}
	m.nameLabels()
	return nil
}

func (m *Model) nameLabels() {
	for _, label := range m.card.Labels {
		m.keys = append(m.keys, labelKey(label))
	}
}

// Score answers for one revision. values are those of [Model.Features], false
// being 0 and true 1. A value the model cannot take is an [*estimator.ValueError].
func (m *Model) Score(revID int64, values []float64) (event.Score, error) {
	p, chosen := make([]float64, len(m.keys)), make([]bool, len(m.keys))
	var err error
	if m.estimator == nil {
		err = predictRevID(revID, values, p, chosen)
	} else {
		err = m.estimator.Predict(values, p, chosen)
	}
	var ve *estimator.ValueError
	if errors.As(err, &ve) {
		err = fmt.Errorf("%s: %w", m.names[ve.Index], err)
	}
	if err != nil {
		return event.Score{}, fmt.Errorf("score revision %d with %s: %w", revID, m, err)
	}
	s := event.Score{Prediction: Prediction(m.card.Labels, chosen, m.card.Multilabel), Probability: make(map[string]float64, len(p))}
	for i, key := range m.keys {
		s.Probability[key] = p[i]
	}
	return s, nil
}
