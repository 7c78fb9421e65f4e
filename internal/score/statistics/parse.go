package statistics

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Parse reads what Encode wrote. Everything is checked: an unknown field, a
// missing one or one of another type is an error, as is a newer format.
func Parse(data []byte) (*Info, error) {
	if !utf8.Valid(data) {
		return nil, errors.New("information: is not UTF-8")
	}
	root, err := readJSON(string(data))
	if err != nil {
		return nil, fmt.Errorf("information: %w", err)
	}
	o, ok := root.(*object)
	if !ok {
		return nil, errors.New("information: is no object")
	}
	p := &parser{}
	version := parsed[int64](p, o.take("format"), "format")
	if p.err == nil && version != Format {
		return nil, fmt.Errorf("information: is of format %d, this program reads format %d", version, Format)
	}
	info := &Info{p.dict(o.take("info"), "info")}
	p.done(o, "information")
	if p.err != nil {
		return nil, fmt.Errorf("information: %w", p.err)
	}
	return info, nil
}

// parser makes values of JSON. It keeps the first error and goes on with zero
// values, which nobody sees.
type parser struct {
	err  error
	rows int // of tables so far
}

func (p *parser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf(format, args...)
	}
}

// parsed returns a value that has to be of one type.
func parsed[T any](p *parser, v any, where string) T {
	t, ok := v.(T)
	if !ok {
		if _, gone := v.(missing); gone {
			p.fail("%s: is missing", where)
		} else {
			p.fail("%s: is %s", where, describe(v))
		}
	}
	return t
}

func describe(v any) string {
	switch v.(type) {
	case *object:
		return "an object"
	case List:
		return "a list"
	}
	return "a " + typeName(v)
}

// done complains of fields that nobody took.
func (p *parser) done(o *object, where string) {
	if o != nil && len(o.fields) > 0 {
		p.fail("%s: has the unknown field %q", where, o.fields[0].Key)
	}
}

// value reads any value of the tree.
func (p *parser) value(v any, where string) any {
	switch v := v.(type) {
	case missing:
		p.fail("%s: is missing", where)
		return nil
	case List:
		return p.list(v, where)
	case *object:
		if len(v.fields) == 1 {
			if tag := v.fields[0].Key.(string); strings.HasPrefix(tag, "$") {
				return p.tagged(tag, v.fields[0].Value, where)
			}
		}
		m := p.dict(v, where)
		m.Ordered = false
		return &m
	}
	return v
}

func (p *parser) list(items List, where string) List {
	out := make(List, len(items))
	for i, item := range items {
		out[i] = p.value(item, where)
	}
	return out
}

// tagged reads what JSON has no form for.
func (p *parser) tagged(tag string, v any, where string) any {
	switch tag {
	case tagDict:
		return p.pairs(v, where, false)
	case tagOrdered:
		return p.pairs(v, where, true)
	case tagTuple:
		return Tuple(p.list(parsed[List](p, v, where), where))
	case tagFloat:
		return p.float(parsed[string](p, v, where), where)
	case tagObject:
		return Opaque{parsed[string](p, v, where)}
	case tagInfo:
		return &Info{p.dict(v, where)}
	case tagEnvironment:
		return &Environment{p.dict(v, where)}
	case tagCounts, tagMultilabel:
		return &Counts{p.dict(v, where), tag == tagMultilabel}
	case tagRates:
		return &Rates{p.dict(v, where)}
	case tagMicroMacro:
		return p.microMacro(v, where)
	case tagStatistics:
		return p.classification(v, where)
	case tagThresholds:
		return p.thresholds(v, where)
	}
	p.fail("%s: has the unknown field %q", where, tag)
	return nil
}

func (p *parser) float(s, where string) float64 {
	switch s {
	case "nan", "inf", "-inf":
		x, _ := strconv.ParseFloat(s, 64)
		return x
	}
	p.fail("%s: %q is no float, must be nan, inf or -inf", where, s)
	return 0
}

// dict reads a payload: an object, or a $dict where keys are no plain strings.
func (p *parser) dict(v any, where string) Map {
	o := parsed[*object](p, v, where)
	m := Map{Ordered: true}
	if o == nil {
		return m
	}
	if len(o.fields) == 1 && o.fields[0].Key == tagDict {
		return *p.pairs(o.fields[0].Value, where, true)
	}
	for _, f := range o.fields {
		name := f.Key.(string)
		if strings.HasPrefix(name, "$") {
			p.fail("%s: has the unknown field %q", where, name)
		}
		m.Entries = append(m.Entries, Entry{name, p.value(f.Value, where+"."+name)})
	}
	return m
}

func (p *parser) pairs(v any, where string, ordered bool) *Map {
	list := parsed[List](p, v, where)
	entries := make([]Entry, 0, len(list))
	for _, item := range list {
		pair := parsed[List](p, item, where)
		if len(pair) != 2 {
			p.fail("%s: has an entry of %d values, must be a key and a value", where, len(pair))
			break
		}
		key := p.value(pair[0], where)
		if !IsKey(key) {
			p.fail("%s: has a key that is %s", where, describe(key))
			break
		}
		entries = append(entries, Entry{key, p.value(pair[1], where+"."+str(key))})
	}
	m := NewMap(entries, ordered)
	if len(m.Entries) < len(entries) {
		p.fail("%s: has a key that repeats", where)
	}
	return m
}

func (p *parser) microMacro(v any, where string) *MicroMacro {
	o := parsed[*object](p, v, where)
	if o == nil {
		return nil
	}
	m := &MicroMacro{parsed[string](p, o.take("field"), where+".field"), p.dict(o.take("data"), where)}
	p.done(o, where)
	return m
}
