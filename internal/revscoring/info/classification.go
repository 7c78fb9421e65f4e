package info

import (
	"fmt"
	"math"
	"slices"

	"revscore/internal/pickle"
	"revscore/internal/score/statistics"
)

func (r *reader) classification(o *pickle.Object, depth int) (*statistics.Classification, error) {
	attrs, err := r.attributes(o)
	if err != nil {
		return nil, err
	}
	c := &statistics.Classification{}
	if c.Map, err = r.entries(attrs, depth); err != nil {
		return nil, err
	}
	if err := r.options(c, attrs, depth); err != nil {
		return nil, err
	}
	if c.LabelMatrices, err = r.matrices(attrs.Get("label_stats"), depth); err != nil {
		return nil, fmt.Errorf("label_stats: %w", err)
	}
	if entry, ok := c.Get("thresholds"); ok {
		tables, ok := entry.(*statistics.Info)
		if !ok {
			return nil, fmt.Errorf("thresholds are a %T, must be a ModelInfo", entry)
		}
		c.Thresholds = &tables.Map
	} else if attrs.Has("label_thresholds") {
		c.Thresholds, err = r.tables(attrs.Get("label_thresholds"), depth)
	}
	return c, err
}

// options reads what the statistics were made with.
func (r *reader) options(c *statistics.Classification, attrs pickle.Fields, depth int) (err error) {
	if c.Labels, err = r.labels(attrs.Get("labels"), depth); err != nil {
		return err
	}
	if attrs.Has("multilabel") {
		if c.Multilabel, err = attrs.Bool("multilabel"); err != nil {
			return err
		}
	}
	if c.PredictionKey, err = attrs.String("prediction_key"); err != nil {
		return err
	}
	if !attrs.None("decision_key") {
		if c.DecisionKey, err = attrs.String("decision_key"); err != nil {
			return err
		}
	}
	if !attrs.None("threshold_ndigits") {
		if c.ThresholdDigits, err = attrs.Int("threshold_ndigits"); err != nil {
			return err
		}
	}
	rates, err := r.value(attrs.Get("population_rates"), depth+1)
	if err != nil {
		return fmt.Errorf("population_rates: %w", err)
	}
	c.PopulationRates = &statistics.Map{}
	if m, ok := rates.(*statistics.Map); ok {
		c.PopulationRates.Entries = m.Entries
	} else if rates != nil {
		return fmt.Errorf("population_rates are %s, must be a dict", pickle.Kind(attrs.Get("population_rates")))
	}
	c.Shown, err = r.shown(attrs.Get("_default_fields"))
	return err
}

// labels reads a sequence, or nothing: labels could be left to be found out.
func (r *reader) labels(v any, depth int) ([]any, error) {
	read, err := r.value(v, depth+1)
	if err != nil {
		return nil, fmt.Errorf("labels: %w", err)
	}
	switch labels := read.(type) {
	case nil:
		return nil, nil
	case statistics.List:
		return labels, nil
	case statistics.Tuple:
		return labels, nil
	}
	return nil, fmt.Errorf("labels: is %s, must be a list", pickle.Kind(v))
}

// shown reads a set of names. They are sorted, because a set has no order.
func (r *reader) shown(v any) ([]string, error) {
	if v == nil {
		return nil, nil
	}
	set, ok := v.(*pickle.Set)
	if !ok {
		return nil, fmt.Errorf("_default_fields: is %s, must be a set", pickle.Kind(v))
	}
	if r.values += len(set.Items); r.values > maxValues {
		return nil, fmt.Errorf("has more than %d values", maxValues)
	}
	names := []string{}
	for _, item := range set.Items {
		name, ok := item.(string)
		if !ok {
			return nil, fmt.Errorf("_default_fields: has %s, must have names", pickle.Kind(item))
		}
		if _, err := r.string(name); err != nil {
			return nil, fmt.Errorf("_default_fields: %w", err)
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// tables reads label_thresholds, which were an OrderedDict before they were a
// ModelInfo.
func (r *reader) tables(v any, depth int) (*statistics.Map, error) {
	tables, err := r.value(v, depth+1)
	if err != nil {
		return nil, fmt.Errorf("label_thresholds: %w", err)
	}
	switch t := tables.(type) {
	case *statistics.Info:
		return &t.Map, nil
	case *statistics.Map:
		return t, nil
	}
	return nil, fmt.Errorf("label_thresholds: is %s, must be a dict", pickle.Kind(v))
}

func (r *reader) matrices(v any, depth int) ([]statistics.LabelMatrix, error) {
	if v == nil {
		return nil, nil
	}
	dict, ok := v.(*pickle.Object)
	if !ok || !dict.Class.Is("collections.OrderedDict") {
		return nil, fmt.Errorf("is %s, must be an OrderedDict", pickle.Kind(v))
	}
	var out []statistics.LabelMatrix
	for _, e := range dict.Entries {
		label, err := r.value(e.Key, depth+1)
		if err != nil {
			return nil, err
		}
		if !statistics.IsKey(label) {
			return nil, fmt.Errorf("key is %s", pickle.Kind(e.Key))
		}
		m, err := r.matrix(e.Value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", statistics.Repr(label), err)
		}
		out = append(out, statistics.LabelMatrix{Label: label, Matrix: m.Matrix, PopulationRate: m.rate})
	}
	return out, nil
}

// thresholds reads a ScaledThresholdStatistics, which is a list of pairs.
func (r *reader) thresholds(o *pickle.Object) (*statistics.Thresholds, error) {
	attrs, err := r.attributes(o)
	if err != nil {
		return nil, err
	}
	if r.rows += len(o.Items); r.rows > maxRows {
		return nil, fmt.Errorf("has more than %d rows of thresholds", maxRows)
	}
	t := &statistics.Thresholds{Rows: make([]statistics.Row, len(o.Items))}
	if t.Trues, err = number(attrs, "trues"); err != nil {
		return nil, err
	}
	for i, item := range o.Items {
		pair, ok := item.(*pickle.Tuple)
		if !ok || len(pair.Items) != 2 {
			return nil, fmt.Errorf("row %d is %s, must be a threshold and its statistics", i+1, pickle.Kind(item))
		}
		var m scaled
		if t.Rows[i].Threshold, err = float(pair.Items[0]); err == nil {
			m, err = r.matrix(pair.Items[1])
		}
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", i+1, err)
		}
		if i > 0 && !equal(m.rate, t.PopulationRate) {
			return nil, fmt.Errorf("row %d has another population rate than the first", i+1)
		}
		t.Rows[i].Matrix, t.PopulationRate = m.Matrix, m.rate
	}
	return t, nil
}

func equal(a, b *float64) bool {
	return a == nil && b == nil || a != nil && b != nil && *a == *b
}

// scaled is a ScaledPredictionStatistics.
type scaled struct {
	statistics.Matrix
	rate *float64
}

// matrix reads a ScaledPredictionStatistics once.
func (r *reader) matrix(v any) (scaled, error) {
	o, ok := v.(*pickle.Object)
	if !ok || !o.Class.Is(fitness+"scaled_prediction_statistics.ScaledPredictionStatistics") {
		return scaled{}, fmt.Errorf("is %s, must be a ScaledPredictionStatistics", pickle.Kind(v))
	}
	m, known := r.scaled[o]
	if known {
		return m, nil
	}
	m, err := readMatrix(o)
	if err == nil {
		r.scaled[o] = m
	}
	return m, err
}

func readMatrix(o *pickle.Object) (m scaled, err error) {
	attrs, err := pickle.Attributes(o)
	if err != nil {
		return m, err
	}
	for _, part := range []struct {
		name string
		to   *float64
	}{{"tp", &m.TP}, {"fp", &m.FP}, {"tn", &m.TN}, {"fn", &m.FN}} {
		if *part.to, err = number(attrs, part.name); err != nil {
			return m, err
		}
	}
	for _, sum := range m.Sums() {
		stored, err := number(attrs, sum.Name)
		if err != nil {
			return m, err
		}
		if stored != sum.Value && !(math.IsNaN(stored) && math.IsNaN(sum.Value)) {
			return m, fmt.Errorf("%s is %v, must be %v by its counts", sum.Name, stored, sum.Value)
		}
	}
	m.rate, err = optional(attrs, "population_rate")
	return m, err
}
