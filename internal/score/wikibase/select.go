package wikibase

import (
	"encoding/binary"
	"errors"
	"slices"
)

// Snak is a snak of a statement, and where it stands.
type Snak struct {
	statement *Statement
	group     string // the property it is filed under
	index     int    // in that group
	snak      *snak
}

// References returns the snaks in the references of statements.
func References(statements ...*Statement) []Snak {
	return snaks(statements, func(s *Statement) []group { return s.references })
}

// Qualifiers returns the qualifiers of statements.
func Qualifiers(statements ...*Statement) []Snak {
	return snaks(statements, func(s *Statement) []group { return s.qualifiers })
}

func snaks(statements []*Statement, groups func(*Statement) []group) []Snak {
	var list []Snak
	for _, s := range statements {
		for _, g := range groups(s) {
			for i := range g.snaks {
				list = append(list, Snak{s, g.property, i, &g.snaks[i]})
			}
		}
	}
	return list
}

// errEmptyReference is the IndexError of ref[0].
var errEmptyReference = errors.New("a reference names a property and has no snak of it")

// FirstReferences returns the first snak by each property in the references of
// statements.
func FirstReferences(statements []*Statement) ([]Snak, error) {
	var list []Snak
	for _, s := range statements {
		for _, g := range s.references {
			if len(g.snaks) == 0 {
				return nil, errEmptyReference
			}
			list = append(list, Snak{s, g.property, 0, &g.snaks[0]})
		}
	}
	return list, nil
}

// Referenced reports whether a property for which want is true has a place in the
// statement's references.
func (s *Statement) Referenced(want func(property string) bool) bool {
	return slices.ContainsFunc(s.references, func(g group) bool { return want(g.property) })
}

// ValueType returns the type of the statement's value, as JSON has it; "" for
// none, and for those that the reference does not know.
func (s *Statement) ValueType() string {
	if s.main.data.class == nil {
		return ""
	}
	return s.main.data.class.name
}

// Value returns str() of the statement's value: an entity's id, a string in
// quotes, "None" for none and for those that the reference does not know.
func (s *Statement) Value() string { return string(s.main.data.str(nil)) }

// Property returns what the snak itself says its property is; "" if that is no
// string, which no property is called.
func (s Snak) Property() string {
	if s.snak.property.kind != kindString {
		return ""
	}
	return s.snak.property.text
}

// Distinct returns the first of all statements that have one property and one
// value (datasources/revision_oriented.py, _process_claims).
func Distinct(statements []*Statement) []*Statement {
	return distinct(statements, (*Statement).place)
}

func (s *Statement) place(dst []byte) []byte {
	return s.main.data.part(appendStringKey(dst, s.Property))
}

// part appends str() of the value behind its length, so that more may follow.
func (d datavalue) part(dst []byte) []byte {
	first := len(dst)
	dst = d.str(append(dst, 0, 0, 0, 0))
	binary.LittleEndian.PutUint32(dst[first:], uint32(len(dst)-first))
	return dst
}

// DistinctSnaks returns the first of all snaks that stand in one place, of
// statements with one property and value, and have one value (_process_sources,
// _process_ref_claims, _process_qualifiers).
func DistinctSnaks(list []Snak) []Snak {
	return distinct(list, func(s Snak, dst []byte) []byte {
		dst = appendStringKey(s.statement.place(dst), s.group)
		return s.snak.data.str(binary.LittleEndian.AppendUint32(dst, uint32(s.index)))
	})
}

// DistinctValues returns the first of all snaks that say themselves to have one
// property and have one value (articlequality/feature_lists/wikidatawiki.py,
// _process_unique_references).
func DistinctValues(list []Snak) ([]Snak, error) {
	for _, s := range list {
		if _, err := hashKey(s.snak.property); err != nil {
			return nil, err
		}
	}
	return distinct(list, func(s Snak, dst []byte) []byte { return s.snak.data.str(s.snak.property.key(dst)) }), nil
}

func distinct[T any](list []T, key func(T, []byte) []byte) []T {
	seen := make(map[string]bool, len(list))
	var found []T
	var buffer []byte
	for _, item := range list {
		buffer = key(item, buffer[:0])
		if !seen[string(buffer)] {
			seen[string(buffer)] = true
			found = append(found, item)
		}
	}
	return found
}
