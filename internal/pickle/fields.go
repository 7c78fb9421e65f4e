package pickle

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
)

// Fields are the attributes of an object by name. Their getters' errors say where and
// what: "estimator.init_.class_prior_: is a str, must be a list".
type Fields struct {
	path string
	of   map[string]any
}

// mostAttributes of an object: a file may let objects without number share one dict of
// them, and each is read. Models have up to 60.
const mostAttributes = 1000

// Attributes are those that a state gives: a dict, or a tuple of a dict (or None) and
// another for what is in __slots__. An object without a state has none. Of a plain
// dict they are its items; all keys must be strings.
func Attributes(v any) (Fields, error) { return attributes("", v) }

func attributes(path string, v any) (Fields, error) {
	f := Fields{path: path, of: make(map[string]any)}
	if d, ok := v.(*Dict); ok {
		return f, f.add(d)
	}
	o, ok := v.(*Object)
	if !ok {
		return f, f.errorf("is %s, must be an object", Kind(v))
	}
	switch state := o.State.(type) {
	case nil:
		return f, nil
	case *Dict:
		return f, f.addOf(o, state)
	case *Tuple:
		if len(state.Items) == 2 {
			return f, f.addSlots(o, state.Items)
		}
	}
	return f, f.errorf("%s has a state that is %s, must be a dict", o.Class, Kind(o.State))
}

// addSlots adds dicts of which any may be None.
func (f Fields) addSlots(o *Object, states []any) error {
	for _, s := range states {
		if s == nil {
			continue
		}
		d, ok := s.(*Dict)
		if !ok {
			return f.errorf("has a state with %s, must be a dict", Kind(s))
		}
		if err := f.addOf(o, d); err != nil {
			return err
		}
	}
	return nil
}

func (f Fields) addOf(o *Object, d *Dict) error {
	if n := len(d.Entries); n > mostAttributes {
		return f.errorf("%s has %d attributes, at most %d", o.Class, n, mostAttributes)
	}
	return f.add(d)
}

func (f Fields) add(d *Dict) error {
	for _, e := range d.Entries {
		name, ok := e.Key.(string)
		if !ok {
			return f.errorf("has an attribute whose name is %s", Kind(e.Key))
		}
		f.of[name] = e.Value
	}
	return nil
}

// Named returns the same fields under another path, which errors begin with.
func (f Fields) Named(path string) Fields { return Fields{path: path, of: f.of} }

// Path is that of a field, for errors.
func (f Fields) Path(name string) string {
	if f.path == "" {
		return name
	}
	return f.path + "." + name
}

// Names are all that there are, sorted.
func (f Fields) Names() []string { return slices.Sorted(maps.Keys(f.of)) }

// Has tells whether there is such an attribute, be it None.
func (f Fields) Has(name string) bool {
	_, ok := f.of[name]
	return ok
}

// None tells whether an attribute is None or not there.
func (f Fields) None(name string) bool { return f.of[name] == nil }

// Get returns an attribute that may be missing, which is as if it were None.
func (f Fields) Get(name string) any { return f.of[name] }

// Value returns an attribute that must be there.
func (f Fields) Value(name string) (any, error) {
	v, ok := f.of[name]
	if !ok {
		return nil, fmt.Errorf("%s: is missing", f.Path(name))
	}
	return v, nil
}

// First returns the first of names that is there, for what was renamed.
func (f Fields) First(names ...string) (name string, v any, err error) {
	for _, name := range names {
		if v, ok := f.of[name]; ok {
			return name, v, nil
		}
	}
	return "", nil, fmt.Errorf("%s: is missing", f.Path(names[0]))
}

// String returns a str.
func (f Fields) String(name string) (string, error) { return typed[string](f, name, "a str") }

// Bool returns a bool.
func (f Fields) Bool(name string) (bool, error) { return typed[bool](f, name, "a bool") }

// Object returns an object.
func (f Fields) Object(name string) (*Object, error) { return typed[*Object](f, name, "an object") }

// Dict returns a dict.
func (f Fields) Dict(name string) (*Dict, error) { return typed[*Dict](f, name, "a dict") }

// Global returns a name.
func (f Fields) Global(name string) (*Global, error) { return typed[*Global](f, name, "a name") }

// Int returns an int; a bool is none.
func (f Fields) Int(name string) (int64, error) {
	if n, ok := f.of[name].(*big.Int); ok {
		return 0, fmt.Errorf("%s: is an int of %d bits, at most 63", f.Path(name), n.BitLen())
	}
	return typed[int64](f, name, "an int")
}

// Float returns a float, or an int as one.
func (f Fields) Float(name string) (float64, error) {
	if n, ok := f.of[name].(int64); ok {
		return float64(n), nil
	}
	return typed[float64](f, name, "a float")
}

// Items returns the items of a list or tuple.
func (f Fields) Items(name string) ([]any, error) {
	v, err := f.Value(name)
	if err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case *List:
		return v.Items, nil
	case *Tuple:
		return v.Items, nil
	}
	return nil, fmt.Errorf("%s: is %s, must be a list", f.Path(name), Kind(v))
}

// Attributes returns those of an attribute.
func (f Fields) Attributes(name string) (Fields, error) {
	v, err := f.Value(name)
	if err != nil {
		return Fields{}, err
	}
	return attributes(f.Path(name), v)
}

func typed[T any](f Fields, name, must string) (T, error) {
	v, err := f.Value(name)
	if err != nil {
		var none T
		return none, err
	}
	t, ok := v.(T)
	if !ok {
		return t, fmt.Errorf("%s: is %s, must be %s", f.Path(name), Kind(v), must)
	}
	return t, nil
}

func (f Fields) errorf(format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	if f.path == "" {
		return err
	}
	return fmt.Errorf("%s: %w", f.path, err)
}
