package model

import (
	"fmt"
	"slices"

	"revscore/internal/event"
	"revscore/internal/score/explain"
)

// Explanation says what moved a score: see docs/formats/explanation.md. Base, Rest and
// the contributions add up to Margin.
type Explanation struct {
	Class    string   `json:"class"` // as the probabilities are keyed
	Base     float64  `json:"base"`
	Margin   float64  `json:"margin"`
	Features []Reason `json:"features"`
	Rest     float64  `json:"rest"` // the contributions of all other features
}

// Reason is what one feature did to a score.
type Reason struct {
	explain.Term
	Words string `json:"words"`
}

// Explainable is nil if the model's scores can be explained; else one of package
// explain's errors, and what the model is. The first call prepares what explanations
// need, in time and memory of one walk over the estimator.
func (m *Model) Explainable() error {
	m.explained.Do(func() {
		if m.estimator == nil {
			m.explainErr = fmt.Errorf("explain %s: %w", m.Estimator(), explain.ErrKind)
			return
		}
		m.explainer, m.explainErr = explain.New(m.estimator, m.names)
	})
	if m.explainErr != nil {
		return fmt.Errorf("%s: %w", m, m.explainErr)
	}
	return nil
}

// Explain explains the score that [Model.Score] gave to values, by the n features that
// moved it most. It speaks of true where labels are false and true, of the likeliest of
// many labels, and otherwise of the label predicted.
func (m *Model) Explain(values []float64, s event.Score, n int) (*Explanation, error) {
	if err := m.Explainable(); err != nil {
		return nil, err
	}
	class, subject := m.explainedClass(s)
	e, err := m.explainer.Explain(values, class)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m, err)
	}
	doc := &Explanation{Class: m.keys[class], Base: e.Base, Margin: e.Margin, Features: []Reason{}}
	for _, c := range e.Contributions {
		doc.Rest += c
	}
	for _, t := range e.Top(n) {
		doc.Features = append(doc.Features, Reason{t, t.Words(subject)})
		doc.Rest -= t.Contribution
	}
	return doc, nil
}

// explainedClass is the class that is explained, and what words call it: a model of
// false and true is named after what true means.
func (m *Model) explainedClass(s event.Score) (class int, subject string) {
	labels := m.card.Labels
	if i := slices.Index(labels, any(true)); i >= 0 && len(labels) == 2 && !m.Multilabel() {
		return i, m.Name()
	}
	if i := slices.IndexFunc(labels, func(l any) bool { return !m.Multilabel() && l == s.Prediction }); i >= 0 {
		return i, m.keys[i]
	}
	for i, key := range m.keys {
		if s.Probability[key] > s.Probability[m.keys[class]] {
			class = i
		}
	}
	return class, m.keys[class]
}
