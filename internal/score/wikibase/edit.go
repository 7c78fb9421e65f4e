package wikibase

import (
	"errors"
	"fmt"
)

// What differs in the statements of two items
// (revscoring/features/wikibase/datasources/diff.py). All of it is asked of the
// Changes of Properties; there is nothing of other parts.

// errUnhashable is the TypeError of an array or object in a set.
var errUnhashable = errors.New("an array or object identifies nothing")

// hashKey returns the key of a value that Python puts into a set.
func hashKey(v value) (string, error) {
	if v.kind == kindList || v.kind == kindDict {
		return "", fmt.Errorf("%.40q: %w", v.text, errUnhashable)
	}
	return string(v.key(nil)), nil
}

// ids returns the statements by their ids; of those with one id, the last.
func ids(statements []Statement) (map[string]*Statement, error) {
	set := make(map[string]*Statement, len(statements))
	for i := range statements {
		key, err := hashKey(statements[i].id)
		if err != nil {
			return nil, err
		}
		set[key] = &statements[i]
	}
	return set, nil
}

// StatementsAdded returns those about new properties, and those about changed ones
// whose id no statement about the property had before.
func (c *Changes) StatementsAdded() ([]*Statement, error) {
	added := all(c.Added, c.after)
	for _, property := range c.Changed {
		old, err := ids(c.before[property])
		if err != nil {
			return nil, err
		}
		list := c.after[property]
		for i := range list {
			key, err := hashKey(list[i].id)
			if err != nil {
				return nil, err
			}
			if old[key] == nil {
				added = append(added, &list[i])
			}
		}
	}
	return added, nil
}

// StatementsRemoved returns those about properties that are gone. Of properties
// that have statements left, none counts as removed: the reference looks for the
// old statements among the old ones (_process_statements_removed).
func (c *Changes) StatementsRemoved() ([]*Statement, error) {
	for _, property := range c.Changed {
		if _, err := ids(c.before[property]); err != nil {
			return nil, err
		}
	}
	return all(c.Removed, c.before), nil
}

func all(properties []string, statements map[string][]Statement) []*Statement {
	var list []*Statement
	for _, property := range properties {
		for i := range statements[property] {
			list = append(list, &statements[property][i])
		}
	}
	return list
}

// StatementsChanged returns the statements about changed properties that were
// there before, by their id, and were not the same; and beside each, what was
// there. The lists have one length. The caller must not change them.
func (c *Changes) StatementsChanged() (before, after []*Statement, err error) {
	return c.was, c.is, c.pairsErr
}

// pair finds what StatementsChanged returns.
func (c *Changes) pair() error {
	for _, property := range c.Changed {
		old, err := ids(c.before[property])
		if err != nil {
			return err
		}
		same := make(map[string]bool, len(c.before[property]))
		var key []byte
		for i := range c.before[property] {
			key = c.before[property][i].key(key[:0])
			same[string(key)] = true
		}
		list := c.after[property]
		for i := range list {
			id, err := hashKey(list[i].id)
			if err != nil {
				return err
			}
			key = list[i].key(key[:0])
			if was := old[id]; was != nil && !same[string(key)] {
				c.was, c.is = append(c.was, was), append(c.is, &list[i])
			}
		}
	}
	return nil
}

// ReferencesAdded returns the snaks in the references of changed statements whose
// hash none had before.
func (c *Changes) ReferencesAdded() ([]Snak, error) {
	return c.snaks(func(before, after *Statement) ([]Snak, error) { return unlike(References(after), References(before)) })
}

// ReferencesRemoved returns those whose hash none has any more.
func (c *Changes) ReferencesRemoved() ([]Snak, error) {
	return c.snaks(func(before, after *Statement) ([]Snak, error) { return unlike(References(before), References(after)) })
}

// QualifiersAdded returns nothing: the reference looks for the old qualifiers
// among the old ones (_process_qualifiers_added). It may be an error though.
func (c *Changes) QualifiersAdded() ([]Snak, error) {
	return c.snaks(func(before, _ *Statement) ([]Snak, error) { return unlike(Qualifiers(before), Qualifiers(before)) })
}

// QualifiersRemoved returns the qualifiers of changed statements whose hash none
// has any more.
func (c *Changes) QualifiersRemoved() ([]Snak, error) {
	return c.snaks(func(before, after *Statement) ([]Snak, error) { return unlike(Qualifiers(before), Qualifiers(after)) })
}

func (c *Changes) snaks(of func(before, after *Statement) ([]Snak, error)) ([]Snak, error) {
	if c.pairsErr != nil {
		return nil, c.pairsErr
	}
	var found []Snak
	for i := range c.was {
		list, err := of(c.was[i], c.is[i])
		if err != nil {
			return nil, err
		}
		found = append(found, list...)
	}
	return found, nil
}

// unlike returns those snaks whose hash is that of none of the others.
func unlike(snaks, others []Snak) ([]Snak, error) {
	known := make(map[string]bool, len(others))
	for _, s := range others {
		key, err := hashKey(s.snak.hash)
		if err != nil {
			return nil, err
		}
		known[key] = true
	}
	var found []Snak
	for _, s := range snaks {
		key, err := hashKey(s.snak.hash)
		if err != nil {
			return nil, err
		}
		if !known[key] {
			found = append(found, s)
		}
	}
	return found, nil
}
