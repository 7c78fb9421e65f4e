package statistics

import "unicode/utf8"

// Rates is how common each label is in the sample and, if that was told, in the
// population.
type Rates struct{ Map }

func (r *Rates) class() string { return "Rates" }

func (r *Rates) lookup(path []string) (any, error) { return lookup(r, path) }

func (r *Rates) formatJSON(asked *pathTree) (any, error) {
	doc := &Map{Ordered: true}
	for _, key := range asked.or(r.Keys()) {
		group, err := r.group(key)
		if err != nil {
			return nil, err
		}
		rates, err := roundAll(group)
		if err != nil {
			return nil, err
		}
		doc.Entries = append(doc.Entries, Entry{key, rates})
	}
	return doc, nil
}

func (r *Rates) group(key any) (*Map, error) {
	v, err := r.item(key)
	if err != nil {
		return nil, err
	}
	group, ok := v.(*Map)
	if !ok {
		return nil, raise(TypeError, "%s is a %s, must be a dict", named(key), typeName(v))
	}
	return group, nil
}

// roundAll rounds the values of a dict.
func roundAll(m *Map) (*Map, error) {
	out := &Map{Entries: make([]Entry, len(m.Entries))}
	for i, e := range m.Entries {
		v, err := round(e.Value, digits)
		if err != nil {
			return nil, err
		}
		out.Entries[i] = Entry{e.Key, v}
	}
	return out, nil
}

// formatString shows all, whatever was asked.
func (r *Rates) formatString(*pathTree) (string, error) {
	sample, err := r.dict("sample")
	if err != nil {
		return "", err
	}
	var groups []*Map
	for _, key := range r.Keys() {
		group, err := r.group(key)
		if err != nil {
			return "", err
		}
		groups = append(groups, group)
	}
	var table string
	if wide(sample.Keys()) {
		table, err = r.byLabel(sample.Keys(), groups)
	} else {
		table, err = r.byGroup(sample.Keys(), groups)
	}
	if err != nil {
		return "", err
	}
	return "rates:\n" + tabItIn(table, 1), nil
}

// wide tells whether a column for every label would take 80 characters.
func wide(labels []any) bool {
	const most = 80
	width := 0
	for _, label := range labels {
		width += max(utf8.RuneCountInString(str(label))+2, digits+4)
	}
	return width >= most
}

func (r *Rates) byGroup(labels []any, groups []*Map) (string, error) {
	headers := []any{""}
	for _, label := range labels {
		headers = append(headers, Repr(label))
	}
	var rows [][]any
	for i, group := range groups {
		row := []any{r.Entries[i].Key}
		for _, label := range labels {
			v, _ := group.Get(label)
			rounded, err := round(v, digits)
			if err != nil {
				return "", err
			}
			row = append(row, rounded)
		}
		rows = append(rows, row)
	}
	return tabulate(rows, headers), nil
}

func (r *Rates) byLabel(labels []any, groups []*Map) (string, error) {
	var rows [][]any
	for _, label := range labels {
		row := []any{label}
		for _, group := range groups {
			v, err := group.item(label)
			if err != nil {
				return "", err
			}
			if v, err = round(v, digits); err != nil {
				return "", err
			}
			row = append(row, v)
		}
		rows = append(rows, row)
	}
	return tabulate(rows, append([]any{""}, r.Keys()...)), nil
}
