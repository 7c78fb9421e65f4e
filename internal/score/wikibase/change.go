package wikibase

import (
	"bytes"
	"errors"
	"fmt"
)

// Part is a part of an item that has names: languages, wikis or properties.
type Part uint8

const (
	Labels Part = iota
	Descriptions
	Aliases
	Properties
	Sitelinks
	Badges // of the sitelinks that have any
)

// errNoLength is the TypeError of len(badges).
var errNoLength = errors.New("badges are neither an array, nor an object, nor a string")

// Names returns the names of a part, in the order of the item. There is no such
// list, but an error, if what stands in the place of badges has no length.
func (it *Item) Names(p Part) ([]string, error) {
	switch p {
	case Labels:
		return list(it.labels, term.name), nil
	case Descriptions:
		return list(it.descriptions, term.name), nil
	case Aliases:
		return list(it.aliases, names.name), nil
	case Properties:
		return list(it.properties, property.name), nil
	case Sitelinks:
		return list(it.sitelinks, sitelink.name), nil
	}
	badged, err := it.badged()
	return list(badged, sitelink.name), err
}

func (t term) name() string     { return t.language }
func (n names) name() string    { return n.language }
func (p property) name() string { return p.id }
func (s sitelink) name() string { return s.wiki }

func list[T any](of []T, name func(T) string) []string {
	all := make([]string, len(of))
	for i, item := range of {
		all[i] = name(item)
	}
	return all
}

// badged returns the sitelinks that have badges.
func (it *Item) badged() ([]sitelink, error) {
	var some []sitelink
	for _, s := range it.sitelinks {
		switch s.badged {
		case lengthNone:
			return nil, fmt.Errorf("sitelink to %.40q: %w", s.wiki, errNoLength)
		case lengthSome:
			some = append(some, s)
		}
	}
	return some, nil
}

// Changes is what differs in one part of two items (revscoring/features/wikibase/
// util.py, diff_dicts).
type Changes struct {
	Part    Part
	Added   []string // names that only the item after has, in its order
	Removed []string // names that only the item before has
	Changed []string // names of what both have and is not the same

	// Of Properties only: the statements about those that differ, and the pairs
	// of StatementsChanged.
	before, after map[string][]Statement
	was, is       []*Statement
	pairsErr      error
}

// Compare compares a part of two items.
func Compare(before, after *Item, p Part) (*Changes, error) {
	switch p {
	case Labels:
		return compare(p, before.labels, after.labels, term.name, sameTerm), nil
	case Descriptions:
		return compare(p, before.descriptions, after.descriptions, term.name, sameTerm), nil
	case Aliases:
		return compare(p, before.aliases, after.aliases, names.name, sameNames), nil
	case Properties:
		return compareProperties(before, after), nil
	case Sitelinks:
		return compare(p, before.sitelinks, after.sitelinks, sitelink.name, sameTitle), nil
	}
	old, err := before.badged()
	if err != nil {
		return nil, err
	}
	list, err := after.badged()
	if err != nil {
		return nil, err
	}
	return compare(p, old, list, sitelink.name, sameBadges), nil
}

func compare[T any](p Part, before, after []T, name func(T) string, same func(a, b T) bool) *Changes {
	c := &Changes{Part: p}
	old := make(map[string]int, len(before))
	for i, item := range before {
		old[name(item)] = i
	}
	for _, item := range after {
		i, ok := old[name(item)]
		switch {
		case !ok:
			c.Added = append(c.Added, name(item))
		case !same(before[i], item):
			c.Changed = append(c.Changed, name(item))
		}
		delete(old, name(item))
	}
	for _, item := range before {
		if _, left := old[name(item)]; left {
			c.Removed = append(c.Removed, name(item))
		}
	}
	return c
}

// same is == of two values, NaN being equal to itself.
func (v value) same(w value) bool {
	if v.kind == kindString && w.kind == kindString {
		return v.text == w.text
	}
	return bytes.Equal(v.key(nil), w.key(nil))
}

// sameDirectly is == of two values that are no part of an array or object: NaN
// equals nothing then.
func (v value) sameDirectly(w value) bool {
	return v.same(w) && (v.kind != kindFloat || v.text != "NaN")
}

func sameTerm(a, b term) bool      { return a.text.sameDirectly(b.text) }
func sameTitle(a, b sitelink) bool { return a.title.sameDirectly(b.title) }
func sameBadges(a, b sitelink) bool {
	return a.badges == b.badges || a.badges.same(b.badges)
}

func sameNames(a, b names) bool {
	if a.json == b.json {
		return true
	}
	if len(a.list) != len(b.list) {
		return false
	}
	for i := range a.list {
		if !a.list[i].same(b.list[i]) {
			return false
		}
	}
	return true
}

// sameProperty looks at the JSON first: an edit leaves most properties as they
// are, to the byte.
func sameProperty(a, b property) bool {
	if a.json == b.json {
		return true
	}
	if len(a.statements) != len(b.statements) {
		return false
	}
	var x, y []byte
	for i := range a.statements {
		x, y = a.statements[i].key(x[:0]), b.statements[i].key(y[:0])
		if !bytes.Equal(x, y) {
			return false
		}
	}
	return true
}

func compareProperties(before, after *Item) *Changes {
	c := compare(Properties, before.properties, after.properties, property.name, sameProperty)
	c.before = before.statements(c.Removed, c.Changed)
	c.after = after.statements(c.Added, c.Changed)
	c.pairsErr = c.pair()
	return c
}

// statements returns the statements about some properties.
func (it *Item) statements(properties ...[]string) map[string][]Statement {
	table := map[string][]Statement{}
	for _, ids := range properties {
		for _, id := range ids {
			table[id] = nil
		}
	}
	for _, p := range it.properties {
		if _, ok := table[p.id]; ok {
			table[p.id] = p.statements
		}
	}
	return table
}
