package statistics

import "fmt"

const (
	digits          = 3 // of every statistic that is shown
	thresholdDigits = 5 // of the thresholds of a whole table
)

// Thresholds is ScaledThresholdStatistics: for one label, what every threshold
// of its probability would match.
type Thresholds struct {
	Rows           []Row
	Trues          float64  // observations of the label, scaled to the population
	PopulationRate *float64 // that the rows were scaled to, if they were
}

// Row is a threshold and what it matches.
type Row struct {
	Threshold float64
	Matrix
}

// item is the original's self[key]: the two areas under curves, and queries. A
// number, and so a label that is a bool, ends in super.__getitem__, which is not
// there (scaled_threshold_statistics.py:73).
func (t *Thresholds) item(key any) (any, error) {
	name, ok := key.(string)
	if !ok {
		return nil, raise(AttributeError, "%s", without(key, t))
	}
	switch name {
	case "roc_auc":
		return t.rocAUC()
	case "pr_auc":
		return t.prAUC()
	}
	o, err := ParseOptimization(name)
	if err != nil {
		return nil, raise(KeyError, "%s", without(name, t))
	}
	return t.threshold(o)
}

// threshold is optimize_from: the threshold that answers a query, or None.
func (t *Thresholds) threshold(o Optimization) (any, error) {
	i, err := t.Optimal(o)
	if err != nil || i < 0 {
		return nil, err
	}
	return t.Rows[i].Threshold, nil
}

func (t *Thresholds) formatJSON(asked *pathTree) (any, error) {
	if asked.empty() {
		return t.wholeJSON()
	}
	doc := make(List, 0, len(asked.keys))
	for _, query := range asked.keys {
		i, _, err := t.answer(query)
		if err != nil {
			return nil, err
		}
		if i < 0 {
			doc = append(doc, nil)
			continue
		}
		entry, err := t.Rows[i].json(t.Rows[i].Threshold, asked.get(query))
		if err != nil {
			return nil, err
		}
		doc = append(doc, entry)
	}
	return doc, nil
}

// answer parses a query and finds its row.
func (t *Thresholds) answer(query string) (int, Optimization, error) {
	o, err := ParseOptimization(query)
	if err != nil {
		return -1, o, err
	}
	i, err := t.Optimal(o)
	return i, o, err
}

// json is a row with the threshold before its statistics.
func (r *Row) json(threshold float64, asked *pathTree) (any, error) {
	entries, err := r.rounded(asked)
	if err != nil {
		return nil, err
	}
	return &Map{append([]Entry{{"threshold", threshold}}, entries...), true}, nil
}

func (t *Thresholds) wholeJSON() (any, error) {
	doc := List{}
	err := t.distinct(func(threshold float64, r *Row) error {
		entry, err := r.json(threshold, noPaths)
		doc = append(doc, entry)
		return err
	})
	return doc, err
}

// distinct calls f with the first of the rows whose thresholds, when rounded, are
// the same.
func (t *Thresholds) distinct(f func(threshold float64, r *Row) error) error {
	var last float64
	for i := range t.Rows {
		threshold, err := roundFloat(t.Rows[i].Threshold, thresholdDigits)
		if err != nil {
			return err
		}
		if i > 0 && threshold == last {
			continue
		}
		last = threshold
		if err := f(threshold, &t.Rows[i]); err != nil {
			return err
		}
	}
	return nil
}

func (t *Thresholds) formatString(asked *pathTree) (string, error) {
	if asked.empty() {
		return t.wholeTable()
	}
	var formatted string
	for _, query := range asked.keys {
		i, o, err := t.answer(query)
		if err != nil {
			return "", err
		}
		if i < 0 {
			formatted += fmt.Sprintf("%s @ n/a\n", o)
			continue
		}
		threshold, err := roundFloat(t.Rows[i].Threshold, thresholdDigits)
		if err != nil {
			return "", err
		}
		table, err := t.Rows[i].formatString()
		if err != nil {
			return "", err
		}
		formatted += fmt.Sprintf("%s @ %s\n", o, formatFloat(threshold)) + tabItIn(table, 1)
	}
	return formatted, nil
}

func (t *Thresholds) wholeTable() (string, error) {
	var rows [][]any
	err := t.distinct(func(threshold float64, r *Row) error {
		entries, err := r.rounded(noPaths)
		row := []any{threshold}
		for _, e := range entries {
			row = append(row, e.Value)
		}
		rows = append(rows, row)
		return err
	})
	return tabulate(rows, append([]any{"threshold"}, fieldNames()...)), err
}
