package main

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"revscore/internal/score/feature/expr"
)

// dependent is a feature or a datasource of the reference, with all it depends on
// (revscoring/dependencies/dependent.py), as the catalogue writes it.
type dependent struct {
	Class        string       `json:"class"`
	Name         string       `json:"name"`    // str(dependent)
	Process      string       `json:"process"` // the function that computes it
	Returns      string       `json:"returns"` // of a feature: int, float or bool
	Dependencies []*dependent `json:"dependencies"`

	Func    callable    `json:"func"`    // of an aggregator
	Apply   callable    `json:"apply"`   // of a mapping
	Include callable    `json:"include"` // of a filter
	Inverse bool        `json:"inverse"`
	Key     string      `json:"key"`   // of get_key
	Items   []any       `json:"items"` // of a set
	Item    string      `json:"item"`  // that is looked for in a set
	Value   json.Number `json:"value"` // of a constant
	Regex   struct {
		Pattern string `json:"pattern"`
		Flags   int    `json:"flags"`
	} `json:"regex"`
}

// callable is a Python function, or a method with what it closes over.
type callable struct {
	Callable string `json:"callable"`
	Self     struct {
		Types []string `json:"types"`
		Level int64    `json:"level"`
	} `json:"self"`
}

// UnmarshalJSON reads the object or, as some are written, the name alone.
func (c *callable) UnmarshalJSON(data []byte) error {
	type plain callable // without this method
	if data[0] == '"' {
		return json.Unmarshal(data, &c.Callable)
	}
	return json.Unmarshal(data, (*plain)(c))
}

// list is a list of features of the catalogue.
type list struct {
	name     string
	features []definition
}

// definition is a feature of a list.
type definition struct {
	name    string
	expr    *expr.Node // nil if it is not compared
	missing string     // what it needs that we do not have
	err     error      // why the catalogue's tree has no expression
}

// base is the name of the list of the features that no model's list defines.
const base = "base"

// readCatalogue returns the lists of the catalogue, the base features first.
func readCatalogue(path string) ([]list, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	var tree struct {
		Base  map[string]struct{ Expr *dependent } `json:"base"`
		Lists map[string][]struct {
			Name string
			Expr *dependent
		} `json:"lists"`
	}
	if err := json.NewDecoder(unzipped).Decode(&tree); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	// Base features have no order that matters: none shares its name, nor do
	// the datasources beneath.
	roots := []*dependent{}
	for _, name := range slices.Sorted(maps.Keys(tree.Base)) {
		roots = append(roots, tree.Base[name].Expr)
	}
	lists := []list{newList(base, roots)}
	for _, name := range slices.Sorted(maps.Keys(tree.Lists)) {
		roots = nil
		for _, f := range tree.Lists[name] {
			roots = append(roots, f.Expr)
		}
		lists = append(lists, newList(name, roots))
	}
	return lists, nil
}

// newList turns the features of a list into expressions.
func newList(name string, roots []*dependent) list {
	l := list{name: name}
	b := builder{made: map[string]built{}}
	for _, root := range roots {
		made := b.build(root)
		def := definition{name: root.Name, expr: made.expr, missing: strings.Join(made.missing, " and "), err: made.err}
		l.features = append(l.features, def)
	}
	return l
}

// builder makes the expressions of one list. The reference caches values by name
// while it computes a list (revscoring/dependencies/functions.py, _solve, and
// __hash__ and __eq__ of features): whatever has a name that was computed before
// has its value, even if it is another tree. So the first of a name counts, in
// the order of the list and dependencies first. Other lists have other caches.
type builder struct {
	made map[string]built
}

// built is what became of a dependent: an expression, or why there is none.
type built struct {
	expr    *expr.Node
	missing []string // sorted
	err     error
}

func (b builder) build(d *dependent) built {
	if made, ok := b.made[d.Name]; ok {
		return made
	}
	var made built
	var args []*expr.Node
	for _, dependency := range d.Dependencies {
		arg := b.build(dependency)
		args = append(args, arg.expr)
		made.missing = append(made.missing, arg.missing...)
		made.err = errors.Join(made.err, arg.err)
	}
	if what := d.missing(); what != "" {
		made.missing = append(made.missing, what)
	}
	slices.Sort(made.missing)
	made.missing = slices.Compact(made.missing)
	if made.missing == nil && made.err == nil {
		made.expr, made.err = d.construct(args)
	}
	b.made[d.Name] = made
	return made
}
