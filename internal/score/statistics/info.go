package statistics

import (
	"errors"
	"fmt"
)

// node is a part of the tree that the original gives methods of its own.
type node interface {
	class() string
	item(key any) (any, error)         // self[key]
	lookup(path []string) (any, error) // of what is below
	formatJSON(asked *pathTree) (any, error)
	formatString(asked *pathTree) (string, error)
}

// Info is ModelInfo: the root of the tree, and the labels' thresholds within it.
type Info struct{ Map }

// NewInfo makes a tree. It keeps the entries.
func NewInfo(entries ...Entry) *Info { return &Info{Map{Entries: entries, Ordered: true}} }

// Lookup returns what is at a path.
func (i *Info) Lookup(path string) (any, error) {
	names, err := parsePattern(path)
	if err != nil {
		return nil, err
	}
	return i.lookup(names)
}

// FormatJSON returns what is at the paths, or what is shown of a model if there
// are none, on one line.
func (i *Info) FormatJSON(paths ...string) ([]byte, error) {
	return i.FormatJSONIndent("", paths...)
}

// FormatJSONIndent is FormatJSON on many lines, as json.dumps(…, indent=indent).
func (i *Info) FormatJSONIndent(indent string, paths ...string) ([]byte, error) {
	asked, err := newPathTree(paths)
	if err != nil {
		return nil, err
	}
	doc, err := i.formatJSON(asked)
	if err != nil {
		return nil, err
	}
	w := jsonWriter{indent: indent}
	if err := w.value(doc); err != nil {
		return nil, err
	}
	return w.out, nil
}

// FormatString returns the same for people.
func (i *Info) FormatString(paths ...string) (string, error) {
	asked, err := newPathTree(paths)
	if err != nil {
		return "", err
	}
	return i.formatString(asked)
}

// Statistics returns the model's statistics, or nil if it has none.
func (i *Info) Statistics() *Classification {
	v, _ := i.Get("statistics")
	c, _ := v.(*Classification)
	return c
}

func (i *Info) class() string { return "ModelInfo" }

func (i *Info) lookup(path []string) (any, error) { return lookup(i, path) }

func (i *Info) formatJSON(asked *pathTree) (any, error) {
	doc := &Map{Ordered: true}
	for _, key := range asked.or(i.Keys()) {
		v, err := tryKey(key, i)
		if err != nil {
			return nil, err
		}
		switch part := v.(type) {
		case node:
			v, err = part.formatJSON(asked.get(key))
		case *Thresholds:
			v, err = part.formatJSON(asked.get(key))
		}
		if err != nil {
			return nil, err
		}
		doc.Entries = append(doc.Entries, Entry{key, v})
	}
	return doc, nil
}

func (i *Info) formatString(asked *pathTree) (string, error) {
	formatted := "Model Information:\n"
	for _, key := range asked.or(i.Keys()) {
		v, err := tryKey(key, i)
		if err != nil {
			return "", err
		}
		var text string
		switch part := v.(type) {
		case node:
			text, err = part.formatString(asked.get(key))
		case *Thresholds:
			text, err = part.formatString(asked.get(key))
		default:
			text = " - " + str(key) + ": " + str(v)
		}
		if err != nil {
			return "", err
		}
		formatted += tabItIn(text, 1)
	}
	return formatted, nil
}

// lookup is ModelInfo.lookup as it is documented: see the package comment.
func lookup(n node, path []string) (any, error) {
	var at any = n
	for i, name := range path {
		v, err := tryKey(name, at)
		if err != nil {
			return nil, err
		}
		if below, ok := v.(node); ok {
			return below.lookup(path[i+1:])
		}
		at = v
	}
	return at, nil
}

// tryKey is try_key of scoring/model_info.py: a name is tried as it is, then
// "true" and "false" as bools and all else as an int.
func tryKey(key, from any) (any, error) {
	v, err := item(key, from)
	name, ok := key.(string)
	var first *Error
	if !ok || !errors.As(err, &first) || first.Exception != KeyError {
		return v, err
	}
	switch n, isInt := parseInt(name); {
	case name == "true" || name == "false":
		v, err = item(name == "true", from)
	case isInt && n.IsInt64():
		v, err = item(n.Int64(), from)
	case isInt:
		v, err = item(n, from)
	}
	if raised(err, KeyError) {
		return nil, &Error{LookupError, first.Reason}
	}
	return v, err
}

// item is Python's from[key].
func item(key, from any) (any, error) {
	switch from := from.(type) {
	case node:
		return from.item(key)
	case *Thresholds:
		return from.item(key)
	case *Map:
		return from.item(key)
	case List, Tuple, string:
		return nil, raise(TypeError, "no %s in a %s, which has no names", named(key), typeName(from))
	}
	reason := fmt.Sprintf("no %s in a %s, which has no parts", named(key), typeName(from))
	if name, ok := key.(string); ok && isDigits(name) { // the second half of 0.9
		reason += "; " + quoting
	}
	return nil, raise(TypeError, "%s", reason)
}
