package translate

import (
	"errors"
	"fmt"

	"revscore/internal/pickle"
)

const (
	MaxFeatures = 1 << 16  // of one list
	MaxName     = 64 << 10 // bytes of the name of a feature or datasource

	maxErrors = 20 // that are told one by one
)

// Feature is a feature in the language of expressions.
type Feature struct {
	Name       string // as the reference prints it, with sets in sorted order
	Expression string // in its canonical form
	Returns    string // int, float or bool
}

// Result is a list of features, in the list's order, and what they ask.
type Result struct {
	Features []Feature
	Assets   Assets
}

// Options are what the translation of some models needs.
type Options struct {
	// Known are assets that no pickle holds, by name: the conversion
	// hanziconv.simplified, the words wikidata.nonexternal_identifiers,
	// wikidata.commons_media and wikidata.astronomical_objects, the lexicons
	// wikidata.languages, english.badwords and english.informals.
	Known Assets
}

// Features translates the features of one model. Features of the list may be the
// same object. The error names all features that have no expression, and why.
func Features(list []any, options Options) (*Result, error) {
	if len(list) > MaxFeatures {
		return nil, fmt.Errorf("the list has %d features, at most %d", len(list), MaxFeatures)
	}
	t := newTranslation(newLibrary(), options.Known)
	features, err := t.features(list)
	if err != nil {
		return nil, err
	}
	return &Result{Features: features, Assets: t.library.assets}, nil
}

// translation is of one list, which is one solve of the reference.
type translation struct {
	reader  *reader
	library *library
	known   Assets
	solved  map[string]*solution // as the reference's cache: by name
	made    map[[3]any]filing    // assets by the values that they are read from
	sets    map[any]*solution    // constants by the sets that they are read from
}

// solution is what a node was found to mean, or why it means nothing. It is
// without both as long as its dependencies are looked at.
type solution struct {
	term *term
	err  error
}

type filing struct {
	asset *asset
	err   error
}

func newTranslation(l *library, known Assets) *translation {
	return &translation{reader: newReader(), library: l, known: known, solved: map[string]*solution{}, made: map[[3]any]filing{}, sets: map[any]*solution{}}
}

func (t *translation) features(list []any) ([]Feature, error) {
	features := make([]Feature, 0, len(list))
	var faults []error
	for i, v := range list {
		f, err := t.feature(v)
		if err != nil {
			faults = append(faults, fmt.Errorf("feature %d of %d: %w", i+1, len(list), err))
		}
		features = append(features, f)
	}
	if more := len(faults) - maxErrors; more > 0 {
		faults = append(faults[:maxErrors], fmt.Errorf("and %d more features", more))
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return features, nil
}

func (t *translation) feature(v any) (Feature, error) {
	n, err := t.reader.node(v)
	if err != nil {
		return Feature{}, err
	}
	if !n.feature && n.vector == "" {
		return Feature{}, fmt.Errorf("%s is no feature", quoted(n.name))
	}
	made, err := t.solve(n)
	if err != nil {
		return Feature{}, fault(n, err)
	}
	expression, err := made.print()
	if err != nil {
		return Feature{}, &nodeError{n.name, err}
	}
	return Feature{Name: printedName(n.name), Expression: expression, Returns: n.returns}, nil
}

// nodeError is a fault of a datasource or feature, which may be deep inside of
// the one that is translated.
type nodeError struct {
	name string
	err  error
}

func (e *nodeError) Error() string { return quoted(e.name) + ": " + e.err.Error() }
func (e *nodeError) Unwrap() error { return e.err }

// fault says whose a fault is: the feature's own, or that of what it asks.
func fault(n *node, err error) error {
	if own, ok := errors.AsType[*nodeError](err); ok && own.name == n.name {
		return err
	}
	return fmt.Errorf("%s needs %w", quoted(n.name), err)
}

// solve returns what the reference computes for a node.
func (t *translation) solve(n *node) (*term, error) {
	if known, ok := t.solved[n.name]; ok {
		if known.term == nil && known.err == nil {
			return nil, &nodeError{n.name, errors.New("depends on itself or another of its name, which the reference refuses as a loop")}
		}
		return known.term, known.err
	}
	s := &solution{}
	t.solved[n.name] = s
	if s.term, s.err = t.arguments(n); s.err != nil {
		if _, deeper := errors.AsType[*nodeError](s.err); !deeper {
			s.err = &nodeError{n.name, s.err}
		}
	}
	return s.term, s.err
}

// arguments solves the dependencies of a node, then the node. All of them,
// whatever one lacks: each may be the first of its name.
func (t *translation) arguments(n *node) (*term, error) {
	if n.isInput() {
		return input(n)
	}
	var first error
	args := make([]*term, 0, len(n.dependencies))
	for i, v := range n.dependencies {
		arg, err := t.dependency(v)
		if err != nil && first == nil {
			first = fmt.Errorf("dependencies[%d]: %w", i, err)
			if inner, ok := errors.AsType[*nodeError](err); ok {
				first = inner // the deepest reason tells most
			}
		}
		args = append(args, arg)
	}
	if first != nil {
		return nil, first
	}
	return t.expression(n, args)
}

func (t *translation) dependency(v any) (*term, error) {
	n, err := t.reader.node(v)
	if err != nil {
		return nil, err
	}
	return t.solve(n)
}

// expression makes the node's part of an expression.
func (t *translation) expression(n *node, args []*term) (*term, error) {
	if n.vector != "" {
		return nil, unknown("a vector of features (" + n.vector + ")")
	}
	m, ok := makers[n.process.name]
	if !ok {
		return nil, unknown(n.process.name)
	}
	if m.takes != nil && len(m.takes) != len(args) {
		return nil, unknown(fmt.Sprintf("%s of %d arguments", n.process.name, len(args)))
	}
	for i, types := range m.takes {
		if err := check(n.process.name, args[i], types); err != nil {
			return nil, err
		}
	}
	made, err := m.make(t, n, args)
	if err != nil {
		return nil, err
	}
	return returned(n, made)
}

// returned gives a feature's value the feature's type, where that changes it.
func returned(n *node, made *term) (*term, error) {
	if !n.feature || made.typ == n.returns {
		return made, nil
	}
	if !isScalar(n.returns) || !isScalar(made.typ) {
		return nil, unknown("a feature of type " + n.returns + " that is " + made.typ)
	}
	if made.typ == "bool" && n.returns == "int" {
		return made, nil // isinstance(True, int): Feature.validate leaves it
	}
	return call(n.returns, n.returns, made), nil
}

// asset files what is read from some values of the pickle, once, and returns a
// reference to it. The values are the key: nodes share them.
func (t *translation) asset(n *node, kind string, values [2]any, read func() (*asset, error)) (*term, error) {
	key := [3]any{kind, identity(values[0]), identity(values[1])}
	f, ok := t.made[key]
	if !ok {
		f.asset, f.err = read()
		t.made[key] = f
	}
	if f.err != nil {
		return nil, f.err
	}
	name, err := t.library.file(f.asset, n.name)
	if err != nil {
		return nil, err
	}
	return assetTerm(name), nil
}

// set reads a set as a constant, once.
func (t *translation) set(v any, read func(any) (*term, error)) (*term, error) {
	known, ok := t.sets[identity(v)]
	if !ok {
		known = &solution{}
		known.term, known.err = read(v)
		t.sets[identity(v)] = known
	}
	return known.term, known.err
}

// identity is a value as a key: what is shared in the pickle is one pointer. Of
// bytes, which are none, no asset is read.
func identity(v any) any {
	if _, ok := v.(pickle.Bytes); ok {
		return pickle.Kind(v)
	}
	return v
}

// given returns a reference to an asset that the options give.
func (t *translation) given(a *asset, name string) (*term, error) {
	name, err := t.library.fileAs(a, name)
	if err != nil {
		return nil, err
	}
	return assetTerm(name), nil
}

// fields are the attributes of what a function is bound to.
func (t *translation) fields(f function) (pickle.Fields, error) {
	fields, err := t.reader.fields(f.owner)
	if err != nil {
		return fields, fmt.Errorf("%s: %w", f.name, err)
	}
	return fields.Named(f.name), nil
}

// check refuses an argument of another type than the function is known for.
func check(function string, arg *term, types []string) error {
	if types == nil {
		return nil
	}
	for _, typ := range types {
		if arg.typ == typ {
			return nil
		}
	}
	return unknown(function + " of " + arg.typ)
}
