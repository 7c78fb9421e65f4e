package statistics

import "fmt"

// Counts is how often each label was there and which one was predicted: Counts,
// or MultilabelCounts, which counts for each label whether it was there and
// whether it was predicted.
type Counts struct {
	Map
	Multilabel bool
}

func (c *Counts) class() string {
	if c.Multilabel {
		return "MultilabelCounts"
	}
	return "Counts"
}

func (c *Counts) lookup(path []string) (any, error) { return lookup(c, path) }

// formatJSON takes names as they are: the label True is not found by "true".
func (c *Counts) formatJSON(asked *pathTree) (any, error) { return selectFrom(&c.Map, asked) }

// selectFrom is dict_lookup of scoring/util.py.
func selectFrom(from any, asked *pathTree) (any, error) {
	if asked.empty() {
		return from, nil
	}
	doc := &Map{Ordered: true}
	for _, key := range asked.keys {
		v, err := item(key, from)
		if err != nil {
			return nil, err
		}
		if v, err = selectFrom(v, asked.get(key)); err != nil {
			return nil, err
		}
		doc.Entries = append(doc.Entries, Entry{key, v})
	}
	return doc, nil
}

// formatString shows all, whatever was asked.
func (c *Counts) formatString(*pathTree) (string, error) {
	n, err := c.item("n")
	if err != nil {
		return "", err
	}
	labels, err := c.dict("labels")
	if err != nil {
		return "", err
	}
	predictions, err := c.dict("predictions")
	if err != nil {
		return "", err
	}
	headers, tabs := []any{"label", "n", "", "TP", "FP", "FN", "TN"}, 2
	if !c.Multilabel {
		headers, tabs = headers[:3], 1
		for _, label := range labels.Keys() {
			headers = append(headers, "~"+str(label))
		}
	}
	var rows [][]any
	for _, e := range predictions.Entries {
		count, err := labels.item(e.Key)
		if err != nil {
			return "", err
		}
		cells, err := c.cells(e.Value)
		if err != nil {
			return "", err
		}
		rows = append(rows, append([]any{Repr(e.Key), count, "-->"}, cells...))
	}
	return fmt.Sprintf("counts (n=%s):\n", str(n)) + tabItIn(tabulate(rows, headers), tabs), nil
}

// cells returns the counts of one label. Of many labels the headers say TP, FP,
// FN, TN where the original puts TP, FN, FP, TN (counts.py:77).
func (c *Counts) cells(predicted any) ([]any, error) {
	m, ok := predicted.(*Map)
	if !ok {
		return nil, raise(TypeError, "predictions of a label are a %s", typeName(predicted))
	}
	var cells []any
	if !c.Multilabel {
		for _, e := range m.Entries {
			cells = append(cells, e.Value)
		}
		return cells, nil
	}
	for _, actual := range []any{true, false} {
		for _, predicted := range []any{true, false} {
			row, err := m.item(actual)
			if err == nil {
				row, err = item(predicted, row)
			}
			if err != nil {
				return nil, err
			}
			cells = append(cells, row)
		}
	}
	return cells, nil
}

// dict returns an entry that has to be a dict.
func (m *Map) dict(key string) (*Map, error) {
	v, err := m.item(key)
	if err != nil {
		return nil, err
	}
	d, ok := v.(*Map)
	if !ok {
		return nil, raise(TypeError, "%s is a %s", key, typeName(v))
	}
	return d, nil
}
