package bundle

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"revscore/internal/revscoring"
	"revscore/internal/score/model"
	"revscore/internal/score/statistics"
)

// thresholdDigits are those to which the original rounds thresholds.
const thresholdDigits = 3

// information is a tree of what is known of a model, in the form of the original's
// and in its order, which is that of what people are shown.
func information(d *model.Draft) *statistics.Info {
	scaler := d.Estimator.Scaler
	return statistics.NewInfo(
		statistics.Entry{Key: "type", Value: d.Type},
		statistics.Entry{Key: "version", Value: d.Version},
		statistics.Entry{Key: "params", Value: &statistics.Map{Entries: []statistics.Entry{
			{Key: "scale", Value: scaler.Scale != nil},
			{Key: "center", Value: scaler.Center != nil},
			{Key: "labels", Value: statistics.List(d.Estimator.Classes)},
			{Key: "multilabel", Value: d.Estimator.Multilabel},
			{Key: "population_rates", Value: rates(d)},
		}}},
		statistics.Entry{Key: "environment", Value: statistics.NewEnvironment(
			statistics.Entry{Key: "written_by", Value: d.Origin.WrittenBy},
		)},
		statistics.Entry{Key: "score_schema", Value: schema(d)},
	)
}

// writtenKey is the entry of a training that says what trained: the rest are parameters.
const writtenKey = "written_by"

// writer says who wrote a classifier: "tools/train, scikit-learn 1.5.2".
func writer(t *revscoring.Trained) string {
	text := strings.TrimSpace("scikit-learn " + t.Release)
	for _, e := range t.Training {
		if by, ok := e.Value.(string); ok && e.Key == writtenKey {
			return by + ", " + text
		}
	}
	return text
}

// enterTraining adds what a classifier was trained with to the parameters, behind
// those that each model has, as the original does.
func enterTraining(d *model.Draft, t *revscoring.Trained) {
	v, _ := d.Info.Get("params")
	params := v.(*statistics.Map)
	for _, e := range slices.Concat(t.Params, t.Training) {
		if _, taken := params.Get(e.Key); !taken && e.Key != writtenKey {
			params.Set(e.Key, e.Value)
		}
	}
}

// rates are the population rates by label, or nil.
func rates(d *model.Draft) any {
	if len(d.PopulationRates) == 0 {
		return nil
	}
	of := &statistics.Map{}
	for _, label := range d.Estimator.Classes {
		of.Set(label, d.PopulationRates[labelKey(label)])
	}
	return of
}

// completeRates holds population rates against the labels. Of two, one rate says
// the other.
func completeRates(d *model.Draft) error {
	labels, rates := d.Estimator.Classes, d.PopulationRates
	if len(rates) == 0 {
		return nil
	}
	keys := make([]string, len(labels))
	for i, label := range labels {
		keys[i] = labelKey(label)
	}
	for _, key := range slices.Sorted(maps.Keys(rates)) {
		if !slices.Contains(keys, key) {
			return fmt.Errorf("population_rates has a rate of %s, which is no label: those are %s", key, strings.Join(keys, ", "))
		}
	}
	for i, key := range keys {
		if _, ok := rates[key]; ok {
			continue
		}
		if len(keys) != 2 || d.Estimator.Multilabel {
			return fmt.Errorf("population_rates has no rate of %s", key)
		}
		d.PopulationRates = maps.Clone(rates)
		d.PopulationRates[key] = 1 - rates[keys[1-i]]
	}
	return nil
}

// setStatistics enters the statistics of labelled scores into a draft's information.
func setStatistics(d *model.Draft, scores []Recorded) error {
	labels := d.Estimator.Classes
	opts := statistics.Options{
		Labels: labels, Multilabel: d.Estimator.Multilabel, Probabilities: true, ThresholdDigits: thresholdDigits,
	}
	if of, ok := rates(d).(*statistics.Map); ok {
		opts.PopulationRates = of
	}
	observations := make([]statistics.Observation, len(scores))
	for i, s := range scores {
		var err error
		if observations[i], err = observation(labels, s); err != nil {
			return fmt.Errorf("score %d: %w", i+1, err)
		}
	}
	fitted, err := statistics.Fit(opts, observations)
	if err != nil {
		return fmt.Errorf("statistics of the scores: %w", err)
	}
	enterStatistics(d.Info, fitted)
	return nil
}

// enterStatistics puts them where the original has them, before the schema: the same
// import must not write its entries in another order because of when they were known.
func enterStatistics(info *statistics.Info, fitted *statistics.Classification) {
	schema := slices.IndexFunc(info.Entries, func(e statistics.Entry) bool { return e.Key == "score_schema" })
	if _, there := info.Get("statistics"); there || schema < 0 {
		info.Set("statistics", fitted)
		return
	}
	info.Entries = slices.Insert(info.Entries, schema, statistics.Entry{Key: "statistics", Value: fitted})
}

func observation(labels []any, s Recorded) (o statistics.Observation, err error) {
	if o.Prediction, err = labelled(s.Score.Prediction); err != nil {
		return o, err
	}
	if o.Label, err = labelled(s.Label); err != nil {
		return o, err
	}
	for _, label := range labels {
		p, ok := s.Score.Probability[labelKey(label)]
		if !ok {
			return o, fmt.Errorf("has no probability of %v", label)
		}
		o.Probability = append(o.Probability, p)
	}
	return o, nil
}

// labelled is a label of a JSON document, or a list of them, as statistics take it.
func labelled(v any) (any, error) {
	switch v := v.(type) {
	case nil:
		return nil, errors.New("has no label: what was true must be known")
	case bool, string, int64:
		return v, nil
	case float64:
		if v != math.Trunc(v) || math.Abs(v) > 1<<53 {
			return nil, fmt.Errorf("label %v is not a whole number", v)
		}
		return int64(v), nil
	case []string:
		list := make([]any, len(v))
		for i, label := range v {
			list[i] = label
		}
		return list, nil
	case []any:
		list := make([]any, len(v))
		for i, label := range v {
			var err error
			if list[i], err = labelled(label); err != nil {
				return nil, fmt.Errorf("entry %d: %w", i+1, err)
			}
			if _, nested := list[i].([]any); nested {
				return nil, fmt.Errorf("entry %d is a list", i+1)
			}
		}
		return list, nil
	}
	return nil, fmt.Errorf("label %v is neither a bool, a string, a whole number nor a list of one of them", v)
}

// schema describes score documents as the original's models do
// (revscoring/scoring/models/sklearn.py, build_schema).
func schema(d *model.Draft) *statistics.Map {
	object := func(entries ...statistics.Entry) *statistics.Map { return &statistics.Map{Entries: entries} }
	kind := "string"
	switch d.Estimator.Classes[0].(type) {
	case bool:
		kind = "boolean"
	case int64:
		kind = "number"
	}
	prediction := object(
		statistics.Entry{Key: "description", Value: "The most likely label predicted by the estimator"},
		statistics.Entry{Key: "type", Value: kind})
	if d.Estimator.Multilabel {
		prediction = object(
			statistics.Entry{Key: "description", Value: "The most likely labels predicted by the estimator"},
			statistics.Entry{Key: "type", Value: "array"},
			statistics.Entry{Key: "items", Value: object(statistics.Entry{Key: "type", Value: kind})})
	}
	probabilities := object()
	for _, label := range d.Estimator.Classes {
		probabilities.Set(labelKey(label), object(statistics.Entry{Key: "type", Value: "number"}))
	}
	return object(
		statistics.Entry{Key: "title", Value: "Scikit learn-based classifier score with probability"},
		statistics.Entry{Key: "type", Value: "object"},
		statistics.Entry{Key: "properties", Value: object(
			statistics.Entry{Key: "prediction", Value: prediction},
			statistics.Entry{Key: "probability", Value: object(
				statistics.Entry{Key: "description", Value: "A mapping of probabilities onto each of the potential output labels"},
				statistics.Entry{Key: "type", Value: "object"},
				statistics.Entry{Key: "properties", Value: probabilities})})})
}
