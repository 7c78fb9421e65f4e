package feature

import (
	"errors"

	"revscore/internal/score/change"
)

// Functions of frequency tables (revscoring/datasources/meta/{frequencies,dicts}.py).
//
// A table is not built: it is known by what it counts. Of a text's tokens package
// change finds by how much the counts differ; of other strings, few as a rule,
// they are counted here.
func tableFunctions() map[string]function {
	table := kindsOf(kindTable)
	return map[string]function{
		"table":      {params: []kinds{strs}, build: buildTable},
		"delta":      {params: []kinds{table, table}, build: buildDelta},
		"prop_delta": {params: []kinds{table, kindsOf(kindDelta)}, build: buildPropDelta},
		"values":     {params: []kinds{table | kindsOf(kindDelta, kindProp)}, build: buildValues},
		"keys":       {params: []kinds{table}, build: buildKeys},
	}
}

func buildTable(_ *compiler, args []*node) (*node, error) {
	return &node{kind: kindTable, items: args[0]}, nil
}

func buildDelta(c *compiler, args []*node) (*node, error) {
	compute := func(s *solver) ([]change.Delta, error) { return s.countBoth(args[0].items, args[1].items) }
	if selected := sameTokens(args[0].items, args[1].items); selected != nil {
		compute = func(s *solver) ([]change.Delta, error) {
			if selected.Kinds == 0 {
				return nil, nil
			}
			e, err := s.change()
			if err != nil {
				return nil, err
			}
			return e.Deltas(selected.Selection)
		}
	}
	n := &node{kind: kindDelta, old: args[0], slot: c.plan.slots.deltas}
	c.plan.slots.deltas++
	n.deltas = func(s *solver) ([]change.Delta, error) { return s.deltas[n.slot].get(s, compute) }
	return n, nil
}

// sameTokens returns the selection of two lists, if they are the same tokens of
// the parent and of the revision.
func sameTokens(before, after *node) *selection {
	a, b := before.selection, after.selection
	if a == nil || b == nil || before.of != parentRoot || after.of != revisionRoot || !a.like(b) {
		return nil
	}
	return a
}

// countBoth compares the counts of any strings.
func (s *solver) countBoth(before, after *node) ([]change.Delta, error) {
	old, err := before.strings(s)
	if err != nil {
		return nil, err
	}
	list, err := after.strings(s)
	if err != nil || len(old)+len(list) == 0 {
		return nil, err
	}
	place := make(map[string]int, len(list))
	var counts []change.Delta
	for _, item := range list {
		i, ok := place[item]
		if !ok {
			i = len(counts)
			place[item] = i
			counts = append(counts, change.Delta{})
		}
		counts[i].New++
	}
	for _, item := range old {
		i, ok := place[item]
		if !ok {
			i = len(counts)
			place[item] = i
			counts = append(counts, change.Delta{})
		}
		counts[i].Old++
	}
	changed := counts[:0]
	for _, d := range counts {
		if d.Old != d.New {
			changed = append(changed, d)
		}
	}
	return changed, nil
}

func buildPropDelta(_ *compiler, args []*node) (*node, error) {
	if args[0] != args[1].old {
		return nil, errors.New("the table must be the old one of the delta")
	}
	return &node{kind: kindProp, old: args[0], deltas: args[1].deltas}, nil
}

func buildValues(c *compiler, args []*node) (*node, error) {
	of := args[0]
	switch of.kind {
	case kindTable:
		return c.numberList(kindInts, func(s *solver) ([]float64, error) {
			_, counts, err := s.count(of.items)
			return counts, err
		}), nil
	case kindProp:
		return &node{kind: kindFloats, changes: &changes{of.deltas, proportion, anyNumber}}, nil
	}
	return &node{kind: kindInts, changes: &changes{of.deltas, newLessOld, anyNumber}}, nil
}

// changes are numbers that need no list: what number makes of differences, as far
// as keep wants them.
type changes struct {
	deltas func(*solver) ([]change.Delta, error)
	number func(change.Delta) float64
	keep   func(float64) bool
}

func anyNumber(float64) bool { return true }

func newLessOld(d change.Delta) float64 { return float64(d.New - d.Old) }

// proportion is prop_delta's: what is added counts against one more than there
// was, so that nothing is divided by zero.
func proportion(d change.Delta) float64 {
	if d.New > d.Old {
		return newLessOld(d) / float64(d.Old+1)
	}
	return newLessOld(d) / float64(d.Old)
}

func buildKeys(c *compiler, args []*node) (*node, error) {
	items := args[0].items
	return c.list(0, func(s *solver) ([]string, error) {
		keys, _, err := s.count(items)
		return keys, err
	}), nil
}

// count returns the different strings of a list by first appearance, and how
// often each is there.
func (s *solver) count(items *node) (keys []string, counts []float64, err error) {
	list, err := items.strings(s)
	if err != nil {
		return nil, nil, err
	}
	place := make(map[string]int, len(list)/4)
	firstKey, firstCount := len(s.texts), len(s.floats)
	for _, item := range list {
		i, ok := place[item]
		if !ok {
			i = len(s.floats)
			place[item] = i
			s.texts, s.floats = append(s.texts, item), append(s.floats, 0)
		}
		s.floats[i]++
	}
	return s.textsFrom(firstKey), s.floatsFrom(firstCount), nil
}
