package model

import (
	"cmp"
	"maps"
	"slices"

	"revscore/internal/score/feature"
	"revscore/internal/score/statistics"
)

// Name is the model's name within its wiki: "damaging".
func (m *Model) Name() string { return m.card.Name }

// Wiki is the database name of the wiki it answers for, or [AnyWiki].
func (m *Model) Wiki() string { return m.card.Wiki }

// Version is the original's version.
func (m *Model) Version() string { return m.card.Version }

// Type is the original's class: "GradientBoosting", or [RevIDScorer].
func (m *Model) Type() string { return m.card.Type }

// Estimator names what predicts, for people: "gradient boosting, 700 trees".
func (m *Model) Estimator() string {
	if m.estimator == nil {
		return "digits of the revision id"
	}
	return m.estimator.Kind()
}

func (m *Model) String() string { return m.card.Wiki + "." + m.card.Name }

// Labels are bools, strings or int64s, in the order in which the estimator has
// their probabilities.
func (m *Model) Labels() []any { return slices.Clone(m.card.Labels) }

// Multilabel tells whether any number of labels may be predicted at once.
func (m *Model) Multilabel() bool { return m.card.Multilabel }

// Features lists the names of the features whose values [Model.Score] takes, in
// order. It is empty for a model that needs nothing but the revision's id. The
// slice is the model's own: callers ask for it on every event and must not change
// it.
func (m *Model) Features() []string { return m.names }

// List is the same features, as they are computed.
func (m *Model) List() feature.List { return m.features }

// The content models of MediaWiki that features are defined on.
const (
	ContentWikitext = "wikitext"
	ContentItem     = "wikibase-item"
)

// Content is the content model that the texts must have; "" if the model asks for
// no text.
func (m *Model) Content() string { return m.content }

// Dictionaries lists those that the model asks. The caller must not change the
// slice.
func (m *Model) Dictionaries() []Dictionary { return m.asked }

// Share is what part a feature has in what an estimator learned.
type Share struct {
	Feature string
	Share   float64
}

// Importance lists the features by their share, the largest first, and says what it
// is a share of: "impurity decrease". Both are empty if it is unknown.
func (m *Model) Importance() (shares []Share, of string) {
	if m.estimator == nil {
		return nil, ""
	}
	list, of := m.estimator.Importance()
	for i, share := range list {
		shares = append(shares, Share{m.names[i], share})
	}
	slices.SortStableFunc(shares, func(a, b Share) int { return cmp.Compare(b.Share, a.Share) })
	return shares, of
}

// Info is what the original knows of itself: its parameters, statistics, thresholds.
func (m *Model) Info() *statistics.Info { return m.info }

// Checksum is the sha256 of the card, which has those of all other files: models of
// the same checksum are the same.
func (m *Model) Checksum() string { return m.checksum }

// Size is how many bytes the bundle's files have.
func (m *Model) Size() int64 { return m.size }

// Examples is how many recorded answers the bundle has.
func (m *Model) Examples() int { return len(m.examples) }

// TrainedOn says from what the model learned.
func (m *Model) TrainedOn() string { return m.card.TrainedOn }

// PopulationRates is how frequent each label is among all revisions, by label; nil
// if unknown.
func (m *Model) PopulationRates() map[string]float64 { return maps.Clone(m.card.PopulationRates) }

// Statistics are the card's headline numbers, as roc_auc; all others are in Info.
func (m *Model) Statistics() map[string]float64 { return maps.Clone(m.card.Statistics) }

// Origin is what the bundle was made from.
func (m *Model) Origin() Origin { return m.card.Origin }

// Licence says under what terms it may be used.
func (m *Model) Licence() string { return m.card.Licence }
