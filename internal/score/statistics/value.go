package statistics

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"
)

// The values of the tree are, in Go:
//
//	None            nil
//	bool            bool
//	int             int64, or *big.Int where it has more bits
//	float           float64
//	str             string
//	list, tuple     List, Tuple
//	dict            *Map
//	anything else   Opaque, which is known by its class alone
//
// and the parts that answer questions themselves: *Info, *Environment,
// *Classification, *Counts, *Rates, *MicroMacro and *Thresholds.

// List is a list.
type List []any

// Tuple is a tuple: JSON does not tell it from a list, Python's repr does.
type Tuple []any

// Opaque is an object that is no part of the tree and that nothing was read of,
// such as a numpy.random.RandomState among the parameters.
type Opaque struct{ Class string }

// Entry is an item of a dict.
type Entry struct{ Key, Value any }

// Map is a dict in its order. It is a list, not a Go map, because it has a few
// entries, its order is printed and its keys compare as Python's.
type Map struct {
	Entries []Entry
	Ordered bool // an OrderedDict, which repr tells from a dict
}

// Get returns the value of a key.
func (m *Map) Get(key any) (any, bool) {
	for i := range m.Entries {
		if sameKey(m.Entries[i].Key, key) {
			return m.Entries[i].Value, true
		}
	}
	return nil, false
}

// Set adds an entry, or replaces the value where it stands.
func (m *Map) Set(key, value any) {
	for i := range m.Entries {
		if sameKey(m.Entries[i].Key, key) {
			m.Entries[i].Value = value
			return
		}
	}
	m.Entries = append(m.Entries, Entry{key, value})
}

// Keys returns the keys in order.
func (m *Map) Keys() []any {
	keys := make([]any, len(m.Entries))
	for i, e := range m.Entries {
		keys[i] = e.Key
	}
	return keys
}

func (m *Map) item(key any) (any, error) {
	if v, ok := m.Get(key); ok {
		return v, nil
	}
	return nil, raise(KeyError, "%s", without(key, m))
}

// NewMap makes a dict of entries, of which the last counts where a key repeats.
func NewMap(entries []Entry, ordered bool) *Map {
	m := &Map{Entries: make([]Entry, 0, len(entries)), Ordered: ordered}
	at := make(map[any]int, len(entries))
	for _, e := range entries {
		key := plainKey(e.Key)
		if i, ok := at[key]; ok {
			m.Entries[i].Value = e.Value
			continue
		}
		at[key] = len(m.Entries)
		m.Entries = append(m.Entries, e)
	}
	return m
}

// sameKey tells whether Python takes two keys for one: 1, 1.0 and True are.
func sameKey(a, b any) bool { return plainKey(a) == plainKey(b) }

// bigKey and tupleKey are keys that Go does not compare as Python does.
type (
	bigKey   string
	tupleKey string
)

// plainKey gives equal keys one form, which == compares.
func plainKey(key any) any {
	switch k := key.(type) {
	case bool:
		if k {
			return int64(1)
		}
		return int64(0)
	case float64:
		if k == math.Trunc(k) && math.Abs(k) < 1<<63 {
			return int64(k)
		}
	case *big.Int:
		return bigKey(k.String())
	case Tuple:
		var b strings.Builder
		for _, item := range k {
			fmt.Fprintf(&b, "%q,", fmt.Sprintf("%T %[1]v", plainKey(item)))
		}
		return tupleKey(b.String())
	}
	return key
}

// IsKey tells whether a value can be a key of a dict.
func IsKey(v any) bool {
	switch v := v.(type) {
	case nil, bool, int64, float64, string, *big.Int:
		return true
	case Tuple:
		return !slices.ContainsFunc(v, func(item any) bool { return !IsKey(item) })
	}
	return false
}

// number returns a value that Python calculates with.
func number(v any) (float64, bool) {
	switch n := v.(type) {
	case float64:
		return n, true
	case int64:
		return float64(n), true
	case *big.Int:
		f, _ := new(big.Float).SetInt(n).Float64()
		return f, true
	case bool:
		if n {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}

// typeName is the name of a value's class.
func typeName(v any) string {
	switch v := v.(type) {
	case nil:
		return "NoneType"
	case bool:
		return "bool"
	case int64, *big.Int:
		return "int"
	case float64:
		return "float"
	case string:
		return "str"
	case List:
		return "list"
	case Tuple:
		return "tuple"
	case *Map:
		if v.Ordered {
			return "OrderedDict"
		}
		return "dict"
	case Opaque:
		return v.Class
	case node:
		return v.class()
	case *Thresholds:
		return "ScaledThresholdStatistics"
	}
	panic(fmt.Sprintf("statistics: %T is no value of a tree", v))
}
