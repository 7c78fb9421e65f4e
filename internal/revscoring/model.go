package revscoring

import (
	"time"

	"revscore/internal/revscoring/translate"
	"revscore/internal/score/estimator"
	"revscore/internal/score/statistics"
)

// Model is all of a model's file that scores, or tells people something.
type Model struct {
	Type    string // as info.type: GradientBoosting, …
	Version string // empty if it was not given any
	// Labels are bools, strings or int64s in the order they were given in; the
	// probabilities' order is that of Estimator.Classes.
	Labels     []any
	Multilabel bool
	// PopulationRates are how common the labels are where scores are used, and
	// LabelWeights what they counted for in training. Either may be empty.
	PopulationRates []Share
	LabelWeights    []Share

	Features []translate.Feature
	Assets   translate.Assets // what the features ask besides the revision
	// Estimator has been checked: estimator.New takes it.
	Estimator *estimator.Spec
	Info      *statistics.Info

	Trained time.Time // zero if unknown
	Origin  Origin
	Hint    Hint
}

// Share is a number for a label.
type Share struct {
	Label  any
	Number float64
}

// Origin is what wrote the file. What is not known is empty.
type Origin struct {
	Revscoring, ScikitLearn, Python, Platform string

	Protocol int    // of the pickle
	SHA256   string // of the file as it came, in hex
	Bytes    int64
}
