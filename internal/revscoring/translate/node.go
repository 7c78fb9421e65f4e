package translate

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"revscore/internal/pickle"
)

// node is a feature or datasource of the reference.
type node struct {
	name         string // str(object): begins with "feature.", "feature_vector." or "datasource."
	feature      bool   // one value
	vector       string // the class of a feature of several values
	process      function
	returns      string // a feature's type
	fields       pickle.Fields
	dependencies []any // objects that are read when they are asked
}

// vectors are the classes whose features are several numbers, as many as data
// outside of the feature say.
var vectors = []string{
	"revscoring.features.feature_vector.FeatureVector",
	"revscoring.features.meta.aggregators.AggregatorsVector",
	"revscoring.features.meta.vectorizers.vectorize",
}

// reader reads every object once, as features share most of what they ask.
type reader struct {
	nodes  map[*pickle.Object]nodeOrError
	values map[any]fieldsOrError
}

type nodeOrError struct {
	node *node
	err  error
}

type fieldsOrError struct {
	fields pickle.Fields
	err    error
}

func newReader() *reader {
	return &reader{nodes: map[*pickle.Object]nodeOrError{}, values: map[any]fieldsOrError{}}
}

// node reads a feature or datasource.
func (r *reader) node(v any) (*node, error) {
	o, ok := v.(*pickle.Object)
	if !ok {
		return nil, fmt.Errorf("is %s, must be a feature or datasource", pickle.Kind(v))
	}
	known, ok := r.nodes[o]
	if !ok {
		known.node, known.err = r.read(o)
		r.nodes[o] = known
	}
	return known.node, known.err
}

func (r *reader) read(o *pickle.Object) (*node, error) {
	n, err := r.named(o)
	if err != nil {
		return nil, err
	}
	if err := n.readProcess(); err != nil {
		return nil, &nodeError{n.name, err}
	}
	return n, nil
}

// named reads what every fault of a node is told with.
func (r *reader) named(o *pickle.Object) (*node, error) {
	fields, err := r.fields(o)
	if err != nil {
		return nil, err
	}
	name, err := fields.String("name")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", pickle.Kind(o), err)
	}
	if len(name) > MaxName {
		return nil, fmt.Errorf("%s: its name has %d bytes, at most %d", quoted(name), len(name), MaxName)
	}
	n := &node{name: "datasource." + name, fields: fields}
	switch {
	case o.Class.Is(vectors...):
		n.name, n.vector = "feature_vector."+name, o.Class.String()
	case fields.Has("returns"):
		n.name, n.feature = "feature."+name, true
	}
	return n, nil
}

func (n *node) readProcess() error {
	var err error
	if n.process, err = n.function("process"); err != nil {
		return err
	}
	if !n.fields.None("dependencies") {
		if n.dependencies, err = n.fields.Items("dependencies"); err != nil {
			return err
		}
	}
	if !n.feature {
		return nil
	}
	returns, err := n.fields.Global("returns")
	if err != nil {
		return err
	}
	n.returns = strings.TrimPrefix(returns.Canonical(), "builtins.")
	return nil
}

// function reads an attribute that is called.
func (n *node) function(attribute string) (function, error) {
	v, err := n.fields.Value(attribute)
	if err != nil {
		return function{}, err
	}
	f, err := readFunction(v)
	if err != nil {
		return f, fmt.Errorf("%s: %w", attribute, err)
	}
	return f, nil
}

// flag reads an attribute that is False where it is not there.
func (n *node) flag(attribute string) (bool, error) {
	if n.fields.None(attribute) {
		return false, nil
	}
	return n.fields.Bool(attribute)
}

// isInput tells whether a node is a value that the reference is given.
func (n *node) isInput() bool {
	return !n.feature && n.vector == "" && slices.Contains(inputProcesses, n.process.name)
}

// fields reads the attributes of an object, or the items of a dict, once.
func (r *reader) fields(v any) (pickle.Fields, error) {
	switch v.(type) {
	case *pickle.Object, *pickle.Dict:
	default:
		return pickle.Fields{}, fmt.Errorf("is %s, must be an object", pickle.Kind(v))
	}
	known, ok := r.values[v]
	if !ok {
		known.fields, known.err = pickle.Attributes(v)
		r.values[v] = known
	}
	return known.fields, known.err
}

// function is what is called: a function, a class, or a method of an object.
type function struct {
	name  string // module and qualified name; of a method, its object's class
	owner any    // the object that a method is bound to, or that is called itself
}

// readFunction reads how pickles write what is called: functions and classes by
// name, bound methods as getattr(object, "name"), methods of classes in old
// protocols as getattr(class, "name"), all else as an object.
func readFunction(v any) (function, error) {
	switch v := v.(type) {
	case *pickle.Global:
		return function{name: v.Canonical()}, nil
	case *pickle.Object:
		switch {
		case v.Class.Is("builtins.getattr") && v.Reduced:
			return method(v.Args)
		case v.Class.Is("functools.partial") && len(v.Args) > 0:
			if of, ok := v.Args[0].(*pickle.Global); ok {
				return function{name: of.Canonical(), owner: v}, nil
			}
		}
		return function{name: v.Class.Canonical(), owner: v}, nil
	}
	return function{}, fmt.Errorf("is %s, must be a function", pickle.Kind(v))
}

func method(args []any) (function, error) {
	if len(args) != 2 {
		return function{}, fmt.Errorf("is getattr with %d arguments", len(args))
	}
	name, ok := args[1].(string)
	if !ok {
		return function{}, errors.New("is getattr without a name")
	}
	switch of := args[0].(type) {
	case *pickle.Global:
		return function{name: of.Canonical() + "." + name}, nil
	case *pickle.Object:
		return function{name: of.Class.Canonical() + "." + name, owner: of}, nil
	}
	return function{}, fmt.Errorf("is a method of %s", pickle.Kind(args[0]))
}

// sets finds the sets of strings that are part of a name.
var sets = regexp.MustCompile(`\{('[^'{}]*'(?:, '[^'{}]*')*)\}`)

// printedName is the name with sets in sorted order: the reference prints them in
// hash order.
func printedName(name string) string {
	return sets.ReplaceAllStringFunc(name, func(found string) string {
		items := strings.Split(found[1:len(found)-1], ", ")
		slices.Sort(items)
		return "{" + strings.Join(items, ", ") + "}"
	})
}

// quoted is a name for people. Some names hold a list of words.
func quoted(name string) string {
	if len(name) > 200 {
		return fmt.Sprintf("%.200q...", name)
	}
	return fmt.Sprintf("%q", name)
}
