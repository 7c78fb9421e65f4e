package feature

import (
	"errors"
	"strings"

	"revscore/internal/score/pattern"
	"revscore/internal/score/wikibase"
)

// Functions of Wikidata items (revscoring/features/wikibase, and the feature
// lists for wikidatawiki of articlequality and editquality).
func itemFunctions() map[string]function {
	text, set := kindsOf(kindText), kindsOf(kindList, kindWords)
	entries, changes := []kinds{kindsOf(kindEntries), kindsOf(kindEntries)}, []kinds{kindsOf(kindChanges)}
	statements, facts := kindsOf(kindStatements), kindsOf(kindStatements, kindSnaks)
	return map[string]function{
		"labels":       {params: []kinds{text}, build: buildEntries(wikibase.Labels)},
		"descriptions": {params: []kinds{text}, build: buildEntries(wikibase.Descriptions)},
		"aliases":      {params: []kinds{text}, build: buildEntries(wikibase.Aliases)},
		"properties":   {params: []kinds{text}, build: buildEntries(wikibase.Properties)},
		"sitelinks":    {params: []kinds{text}, build: buildEntries(wikibase.Sitelinks)},
		"badges":       {params: []kinds{text}, build: buildEntries(wikibase.Badges)},
		"common":       {params: []kinds{strs, strs}, build: buildCommon},
		"among":        {params: []kinds{strs, set}, build: buildAmong},

		"changes": {params: entries, build: buildChanges},
		"added":   {params: changes, build: buildChanged(func(c *wikibase.Changes) []string { return c.Added })},
		"removed": {params: changes, build: buildChanged(func(c *wikibase.Changes) []string { return c.Removed })},
		"changed": {params: changes, build: buildChanged(func(c *wikibase.Changes) []string { return c.Changed })},

		"statements":        {params: []kinds{text}, build: buildStatements},
		"of_properties":     {params: []kinds{facts, set}, build: buildOfProperties(true)},
		"not_of_properties": {params: []kinds{facts, set}, build: buildOfProperties(false)},
		"of_value_types":    {params: []kinds{statements, set}, build: buildOfValueTypes},
		"referenced_by":     {params: []kinds{statements, set}, build: buildReferenced(true)},
		"referenced_beyond": {params: []kinds{statements, set}, build: buildReferenced(false)},
		"distinct":          {params: []kinds{facts}, build: buildDistinct},
		"main_values":       {params: []kinds{statements}, build: buildMainValues},
		"references":        {params: []kinds{statements}, build: buildSnaks(snaksOf(wikibase.References))},
		"first_references":  {params: []kinds{statements}, build: buildSnaks(wikibase.FirstReferences)},
		"qualifiers":        {params: []kinds{statements}, build: buildSnaks(snaksOf(wikibase.Qualifiers))},
		"distinct_values":   {params: []kinds{kindsOf(kindSnaks)}, build: buildDistinctValues},

		"statements_added":    {params: changes, build: buildEditedStatements((*wikibase.Changes).StatementsAdded)},
		"statements_removed":  {params: changes, build: buildEditedStatements((*wikibase.Changes).StatementsRemoved)},
		"statements_changed":  {params: changes, build: buildEditedStatements(statementsAfter)},
		"statements_replaced": {params: changes, build: buildEditedStatements(statementsBefore)},
		"references_added":    {params: changes, build: buildEditedSnaks((*wikibase.Changes).ReferencesAdded)},
		"references_removed":  {params: changes, build: buildEditedSnaks((*wikibase.Changes).ReferencesRemoved)},
		"qualifiers_added":    {params: changes, build: buildEditedSnaks((*wikibase.Changes).QualifiersAdded)},
		"qualifiers_removed":  {params: changes, build: buildEditedSnaks((*wikibase.Changes).QualifiersRemoved)},

		"json":    {params: []kinds{text}, build: buildJSON},
		"matches": {params: []kinds{text | strs, kindsOf(kindQuoted)}, build: buildMatches},
	}
}

// NeedsItem reports whether any of the given lists reads a text as a Wikidata
// item; with no list given, whether any list of the plan does.
func (p *Plan) NeedsItem(lists ...int) bool { return p.needs(rootItem, lists) }

// facts is what an expression about items yields: one of these, by its kind.
type facts struct {
	changes    *wikibase.Changes
	statements []*wikibase.Statement
	snaks      []wikibase.Snak
}

func (f facts) count() int { return len(f.statements) + len(f.snaks) }

// facts makes a node whose facts a solver keeps.
func (c *compiler) facts(k kind, compute func(*solver) (facts, error)) *node {
	n := &node{kind: k, slot: c.plan.slots.facts}
	c.plan.slots.facts++
	n.facts = func(s *solver) (facts, error) { return s.facts[n.slot].get(s, compute) }
	return n
}

// item returns the item that a text is. What there was before the first revision
// is an empty one.
func (s *solver) item(of textRoot) (*wikibase.Item, error) {
	switch {
	case of == parentRoot && s.in.Parent == nil:
		return &wikibase.Item{}, nil
	case of == parentRoot:
		return s.in.Parent.Item()
	case s.in.Revision == nil:
		return nil, errTextHidden
	}
	return s.in.Revision.Item()
}

var (
	errNoItem     = errors.New("only revision.text and revision.parent.text are items")
	errTwoParts   = errors.New("two parts of items that are not of one kind")
	errProperties = errors.New("only the changes of properties are changes of statements")
)

func buildEntries(part wikibase.Part) func(*compiler, []*node) (*node, error) {
	return func(c *compiler, args []*node) (*node, error) {
		of := args[0].of
		if of == noRoot {
			return nil, errNoItem
		}
		n := c.list(rootItem, func(s *solver) ([]string, error) {
			item, err := s.item(of)
			if err != nil {
				return nil, err
			}
			return item.Names(part)
		})
		n.kind, n.of, n.part = kindEntries, of, part
		return n, nil
	}
}

func buildAmong(c *compiler, args []*node) (*node, error) {
	listed, err := members(args[1])
	if err != nil {
		return nil, err
	}
	return c.onlyStrings(args[0], func(*solver) (map[string]bool, error) { return listed, nil }), nil
}

// buildCommon makes the node of the strings that another list has too.
func buildCommon(c *compiler, args []*node) (*node, error) {
	other := args[1]
	return c.onlyStrings(args[0], func(s *solver) (map[string]bool, error) {
		list, err := other.strings(s)
		listed := make(map[string]bool, len(list))
		for _, item := range list {
			listed[item] = true
		}
		return listed, err
	}), nil
}

// onlyStrings makes the node of the strings of a list that are in a set.
func (c *compiler) onlyStrings(of *node, set func(*solver) (map[string]bool, error)) *node {
	return c.list(0, func(s *solver) ([]string, error) {
		list, err := of.strings(s)
		if err != nil {
			return nil, err
		}
		listed, err := set(s)
		if err != nil {
			return nil, err
		}
		first := len(s.texts)
		for _, item := range list {
			if listed[item] {
				s.texts = append(s.texts, item)
			}
		}
		return s.textsFrom(first), nil
	})
}

func buildChanges(c *compiler, args []*node) (*node, error) {
	part := args[0].part
	if part != args[1].part {
		return nil, errTwoParts
	}
	n := c.facts(kindChanges, func(s *solver) (facts, error) {
		before, err := s.item(args[0].of)
		if err != nil {
			return facts{}, err
		}
		after, err := s.item(args[1].of)
		if err != nil {
			return facts{}, err
		}
		changes, err := wikibase.Compare(before, after, part)
		return facts{changes: changes}, err
	})
	n.part = part
	return n, nil
}

func buildChanged(names func(*wikibase.Changes) []string) func(*compiler, []*node) (*node, error) {
	return func(c *compiler, args []*node) (*node, error) {
		of := args[0]
		return c.list(0, func(s *solver) ([]string, error) {
			f, err := of.facts(s)
			if err != nil {
				return nil, err
			}
			return names(f.changes), nil
		}), nil
	}
}

func buildStatements(c *compiler, args []*node) (*node, error) {
	of := args[0].of
	if of == noRoot {
		return nil, errNoItem
	}
	n := c.facts(kindStatements, func(s *solver) (facts, error) {
		item, err := s.item(of)
		if err != nil {
			return facts{}, err
		}
		return facts{statements: item.Statements()}, nil
	})
	n.roots = rootItem
	return n, nil
}

// onlyFacts makes the node of those statements or snaks that are kept.
func (c *compiler) onlyFacts(of *node, statement func(*wikibase.Statement) bool, snak func(wikibase.Snak) bool) *node {
	return c.facts(of.kind, func(s *solver) (facts, error) {
		f, err := of.facts(s)
		return facts{statements: only(f.statements, statement), snaks: only(f.snaks, snak)}, err
	})
}

func only[T any](list []T, keep func(T) bool) []T {
	var kept []T
	for _, item := range list {
		if keep(item) {
			kept = append(kept, item)
		}
	}
	return kept
}

func buildOfProperties(wanted bool) func(*compiler, []*node) (*node, error) {
	return func(c *compiler, args []*node) (*node, error) {
		listed, err := members(args[1])
		return c.onlyFacts(args[0],
			func(st *wikibase.Statement) bool { return listed[st.Property] == wanted },
			func(sn wikibase.Snak) bool { return listed[sn.Property()] == wanted }), err
	}
}

func buildOfValueTypes(c *compiler, args []*node) (*node, error) {
	listed, err := members(args[1])
	return c.onlyFacts(args[0], func(st *wikibase.Statement) bool { return listed[st.ValueType()] }, nil), err
}

// buildReferenced makes the node of the statements that have a reference to a
// property that is in a set, or to one that is not.
func buildReferenced(wanted bool) func(*compiler, []*node) (*node, error) {
	return func(c *compiler, args []*node) (*node, error) {
		listed, err := members(args[1])
		want := func(property string) bool { return listed[property] == wanted }
		return c.onlyFacts(args[0], func(st *wikibase.Statement) bool { return st.Referenced(want) }, nil), err
	}
}

func buildDistinct(c *compiler, args []*node) (*node, error) {
	of := args[0]
	return c.facts(of.kind, func(s *solver) (facts, error) {
		f, err := of.facts(s)
		return facts{statements: wikibase.Distinct(f.statements), snaks: wikibase.DistinctSnaks(f.snaks)}, err
	}), nil
}

func buildDistinctValues(c *compiler, args []*node) (*node, error) {
	of := args[0]
	return c.facts(kindSnaks, func(s *solver) (facts, error) {
		f, err := of.facts(s)
		if err == nil {
			f.snaks, err = wikibase.DistinctValues(f.snaks)
		}
		return f, err
	}), nil
}

func buildMainValues(c *compiler, args []*node) (*node, error) {
	of := args[0]
	return c.list(0, func(s *solver) ([]string, error) {
		f, err := of.facts(s)
		if err != nil {
			return nil, err
		}
		first := len(s.texts)
		for _, statement := range f.statements {
			s.texts = append(s.texts, statement.Value())
		}
		return s.textsFrom(first), nil
	}), nil
}

type getSnaks = func([]*wikibase.Statement) ([]wikibase.Snak, error)

func snaksOf(get func(...*wikibase.Statement) []wikibase.Snak) getSnaks {
	return func(statements []*wikibase.Statement) ([]wikibase.Snak, error) { return get(statements...), nil }
}

func buildSnaks(get getSnaks) func(*compiler, []*node) (*node, error) {
	return func(c *compiler, args []*node) (*node, error) {
		of := args[0]
		return c.facts(kindSnaks, func(s *solver) (facts, error) {
			f, err := of.facts(s)
			if err != nil {
				return facts{}, err
			}
			snaks, err := get(f.statements)
			return facts{snaks: snaks}, err
		}), nil
	}
}

func statementsAfter(c *wikibase.Changes) ([]*wikibase.Statement, error) {
	_, after, err := c.StatementsChanged()
	return after, err
}

func statementsBefore(c *wikibase.Changes) ([]*wikibase.Statement, error) {
	before, _, err := c.StatementsChanged()
	return before, err
}

func buildEditedStatements(get func(*wikibase.Changes) ([]*wikibase.Statement, error)) func(*compiler, []*node) (*node, error) {
	return buildEditedFacts(kindStatements, func(c *wikibase.Changes) (facts, error) {
		statements, err := get(c)
		return facts{statements: statements}, err
	})
}

func buildEditedSnaks(get func(*wikibase.Changes) ([]wikibase.Snak, error)) func(*compiler, []*node) (*node, error) {
	return buildEditedFacts(kindSnaks, func(c *wikibase.Changes) (facts, error) {
		snaks, err := get(c)
		return facts{snaks: snaks}, err
	})
}

func buildEditedFacts(k kind, get func(*wikibase.Changes) (facts, error)) func(*compiler, []*node) (*node, error) {
	return func(c *compiler, args []*node) (*node, error) {
		of := args[0]
		if of.part != wikibase.Properties {
			return nil, errProperties
		}
		return c.facts(k, func(s *solver) (facts, error) {
			f, err := of.facts(s)
			if err != nil {
				return facts{}, err
			}
			return get(f.changes)
		}), nil
	}
}

// buildJSON makes the node of an item as the reference writes it when it looks
// for something anywhere in it.
func buildJSON(c *compiler, args []*node) (*node, error) {
	of := args[0].of
	if of == noRoot {
		return nil, errNoItem
	}
	written := c.list(rootItem, func(s *solver) ([]string, error) {
		item, err := s.item(of)
		if err != nil {
			return nil, err
		}
		return []string{item.JSON()}, nil
	})
	return &node{kind: kindText, roots: rootItem, text: func(s *solver) (text, error) {
		list, err := written.strings(s)
		if err != nil {
			return text{}, err
		}
		return text{string: list[0]}, nil
	}}, nil
}

// buildMatches makes the node of what re.findall finds: all matches that do not
// overlap. Of a pattern with groups Python returns those, so it is refused. The
// finds are the plan's own: another plan has another lexicon for the pattern.
func buildMatches(c *compiler, args []*node) (*node, error) {
	source := pattern.Source{Patterns: []string{quoted(args[1])}}
	if rest, ok := strings.CutPrefix(quoted(args[1]), "(?"); ok {
		if flags, expr, ok := strings.Cut(rest, ")"); ok && flags != "" && strings.Trim(flags, "aimsu") == "" {
			source.Flags, source.Patterns[0] = flags, expr
		}
	}
	if captures(source.Patterns[0]) {
		return nil, errGroups
	}
	l, err := pattern.CompileLexicon(source)
	if err != nil {
		return nil, err
	}
	return c.findIn(args[0], l), nil
}

// captures tells whether a pattern has groups that capture: a bracket that is
// neither quoted nor in a class nor followed by a question mark, but for (?P<name>.
func captures(expr string) bool {
	class := false
	for i := 0; i < len(expr); i++ {
		switch c := expr[i]; {
		case c == '\\':
			i++
		case c == '[':
			class = true
		case c == ']':
			class = false
		case c == '(' && !class && (!strings.HasPrefix(expr[i+1:], "?") || strings.HasPrefix(expr[i+1:], "?P<")):
			return true
		}
	}
	return false
}
