package statistics

import "fmt"

// MicroMacro is MicroMacroStats: a statistic of every label, its mean (macro) and
// its mean weighted by how common the labels are (micro).
type MicroMacro struct {
	Field string // the statistic's name, or a threshold query
	Map
}

// subject is what one label has to say to a statistic.
type subject struct {
	label any
	trues float64
	value any // nil where the statistic is undefined
	err   error
}

// newMicroMacro sums in the order of the labels. An average that cannot be
// computed is None; a label's statistic that cannot is an error.
func newMicroMacro(field string, subjects []subject) (*MicroMacro, error) {
	labels := &Map{Ordered: true}
	micro, macro := averages(subjects)
	for _, s := range subjects {
		if s.err != nil {
			return nil, s.err
		}
		labels.Entries = append(labels.Entries, Entry{s.label, s.value})
	}
	return &MicroMacro{field, Map{[]Entry{{"micro", micro}, {"macro", macro}, {"labels", labels}}, true}}, nil
}

func averages(subjects []subject) (micro, macro any) {
	var weighted, weights, sum float64
	for _, s := range subjects {
		v, ok := number(s.value)
		if s.err != nil || !ok {
			return nil, nil
		}
		weighted += float64(v * s.trues)
		weights += s.trues
		sum += v
	}
	if weights != 0 {
		micro = weighted / weights
	}
	if len(subjects) > 0 {
		macro = sum / float64(len(subjects))
	}
	return micro, macro
}

func (m *MicroMacro) class() string { return "MicroMacroStats" }

func (m *MicroMacro) lookup(path []string) (any, error) { return lookup(m, path) }

// rounded returns the averages and the labels' statistics with three digits.
func (m *MicroMacro) rounded() (micro, macro any, labels *Map, err error) {
	for _, e := range []struct {
		name string
		to   *any
	}{{"micro", &micro}, {"macro", &macro}} {
		v, err := m.item(e.name)
		if err == nil {
			*e.to, err = round(v, digits)
		}
		if err != nil {
			return nil, nil, nil, err
		}
	}
	if labels, err = m.dict("labels"); err == nil {
		labels, err = roundAll(labels)
	}
	return micro, macro, labels, err
}

// formatJSON returns all, whatever was asked.
func (m *MicroMacro) formatJSON(*pathTree) (any, error) {
	micro, macro, labels, err := m.rounded()
	if err != nil {
		return nil, err
	}
	return &Map{Entries: []Entry{{"micro", micro}, {"macro", macro}, {"labels", labels}}}, nil
}

func (m *MicroMacro) formatString(*pathTree) (string, error) {
	micro, macro, labels, err := m.rounded()
	if err != nil {
		return "", err
	}
	var rows [][]any
	var headers []any
	if wide(labels.Keys()) {
		for _, e := range labels.Entries {
			rows = append(rows, []any{e.Key, e.Value})
		}
	} else {
		row := []any{}
		for _, e := range labels.Entries {
			row = append(row, e.Value)
		}
		rows, headers = [][]any{row}, labels.Keys()
	}
	return fmt.Sprintf("%s (micro=%s, macro=%s):\n", m.Field, str(micro), str(macro)) + tabItIn(tabulate(rows, headers), 1), nil
}
