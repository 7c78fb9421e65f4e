package wikibase

import (
	"slices"
	"strconv"
	"strings"
)

// Statement is what an item says of one of its properties (mwbase/statement.py).
type Statement struct {
	// Property is where the item files the statement. That the statement is
	// about this property is not checked.
	Property string

	id, hash, rank         value
	main                   snak
	references, qualifiers []group
}

// snak is a property and a value (mwbase/claim.py).
type snak struct {
	property, snaktype, datatype, hash value
	data                               datavalue
}

// group is snaks that are filed under one property.
type group struct {
	property string
	snaks    []snak
}

func (r *reader) snak(n node) (snak, error) {
	var two [2]value
	if err := take(n, two[:], "property", "snaktype"); err != nil {
		return snak{}, err
	}
	s := snak{property: two[0], snaktype: two[1], datatype: n.orNull("datatype"), hash: n.orNull("hash")}
	data, ok := n.get("datavalue")
	if !ok || data.kind() == kindNull {
		return s, nil
	}
	var err error
	s.data, err = r.datavalue(data)
	return s, err
}

func (r *reader) snaks(list node) ([]snak, error) {
	snaks := make([]snak, 0, list.items())
	err := list.each(func(n node) error {
		s, err := r.snak(n)
		snaks = append(snaks, s)
		return err
	})
	return snaks, err
}

// statement is normalize of mwbase/statement.py.
func (r *reader) statement(property string, n node) (Statement, error) {
	n, err := n.decoded()
	if err != nil {
		return Statement{}, err
	}
	s := Statement{Property: property, id: n.orNull("id"), hash: n.orNull("hash"), rank: n.orNull("rank")}
	main, err := n.index("mainsnak")
	if err != nil {
		return Statement{}, err
	}
	if s.main, err = r.snak(main); err != nil {
		return Statement{}, err
	}
	if list, ok := n.get("references"); ok {
		if s.references, err = r.references(list); err != nil {
			return Statement{}, err
		}
	}
	s.qualifiers, err = r.qualifiers(n)
	return s, err
}

// references throws the references of a statement together, by property. Of two
// that have a property both, only what the later says by it is kept, as mwbase
// does.
func (r *reader) references(list node) ([]group, error) {
	var groups []group
	var known places
	err := list.each(func(reference node) error {
		snaks, err := reference.index("snaks")
		if err != nil {
			return err
		}
		if err := snaks.dict(); err != nil {
			return err
		}
		for _, f := range snaks.fields() {
			g := group{property: f.name}
			if g.snaks, err = r.snaks(f.value); err != nil {
				return err
			}
			if i, ok := known.find(g.property); ok {
				groups[i] = g
			} else {
				groups = append(groups, g)
			}
		}
		return nil
	})
	return groups, err
}

// qualifiers are those that the order names: others are none.
func (r *reader) qualifiers(statement node) ([]group, error) {
	order, ok := statement.get("qualifiers-order")
	if !ok {
		return nil, nil
	}
	var groups []group
	var all map[string]node
	err := order.each(func(n node) error {
		if all == nil {
			container, err := statement.index("qualifiers")
			if err != nil {
				return err
			}
			if err := container.dict(); err != nil {
				return err
			}
			all = map[string]node{}
			for _, f := range container.fields() {
				all[f.name] = f.value
			}
		}
		if n.kind() != kindString {
			return n.typeError("the name of a property")
		}
		g := group{property: n.text()}
		list, ok := all[g.property]
		if !ok {
			return n.typeError("the name of a property that qualifies")
		}
		if list.document == nil {
			return nil // the order names it again
		}
		all[g.property] = node{}
		var err error
		g.snaks, err = r.snaks(list)
		groups = append(groups, g)
		return err
	})
	return groups, err
}

// json appends json.dumps() of the snak.
func (s *snak) json(dst []byte) []byte {
	dst = s.property.json(append(dst, `{"property": `...))
	dst = s.snaktype.json(appendName(dst, "snaktype"))
	dst = s.data.json(appendName(dst, "datavalue"))
	dst = s.datatype.json(appendName(dst, "datatype"))
	return append(s.hash.json(appendName(dst, "hash")), '}')
}

func (s *Statement) json(dst []byte) []byte {
	dst = s.id.json(append(dst, `{"id": `...))
	dst = s.hash.json(appendName(dst, "hash"))
	dst = s.main.json(appendName(dst, "claim"))
	dst = s.rank.json(appendName(dst, "rank"))
	dst = groupsJSON(appendName(dst, "references"), s.references)
	return append(groupsJSON(appendName(dst, "qualifiers"), s.qualifiers), '}')
}

func groupsJSON(dst []byte, groups []group) []byte {
	dst = append(dst, '{')
	for i := range groups {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(appendJSONString(dst, groups[i].property), ": ["...)
		for j := range groups[i].snaks {
			if j > 0 {
				dst = append(dst, ", "...)
			}
			dst = groups[i].snaks[j].json(dst)
		}
		dst = append(dst, ']')
	}
	return append(dst, '}')
}

// key appends what equal statements have in common, and no others.
func (s *Statement) key(dst []byte) []byte {
	dst = s.rank.key(s.hash.key(s.id.key(dst)))
	dst = s.main.key(dst)
	dst = groupsKey(dst, s.references)
	return groupsKey(dst, s.qualifiers)
}

func (s *snak) key(dst []byte) []byte {
	dst = s.snaktype.key(s.property.key(dst))
	dst = s.hash.key(s.datatype.key(dst))
	return s.data.key(dst)
}

// groupsKey sorts: the order of a dict's fields makes no difference to ==.
func groupsKey(dst []byte, groups []group) []byte {
	byProperty := func(a, b group) int { return strings.Compare(a.property, b.property) }
	if !slices.IsSortedFunc(groups, byProperty) {
		groups = slices.Clone(groups)
		slices.SortFunc(groups, byProperty)
	}
	dst = strconv.AppendInt(append(dst, '{'), int64(len(groups)), 10)
	for _, g := range groups {
		dst = strconv.AppendInt(append(appendStringKey(dst, g.property), '['), int64(len(g.snaks)), 10)
		for i := range g.snaks {
			dst = g.snaks[i].key(dst)
		}
	}
	return dst
}
