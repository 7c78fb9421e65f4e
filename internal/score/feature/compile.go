package feature

import (
	"fmt"
	"strings"

	"revscore/internal/score/feature/expr"
)

// compiler makes the nodes of one plan.
type compiler struct {
	plan      *Plan
	functions map[string]function
	inputs    map[string]func(*compiler) *node
	index     map[string]*node // by key

	// of the definition at hand
	assets Assets
}

// slots counts the values of each kind that a solver keeps.
type slots struct{ scalars, strings, numbers, deltas, documents, pages, facts, memos int }

func newCompiler() *compiler {
	return &compiler{
		plan: &Plan{}, functions: functions(), inputs: inputs(), index: map[string]*node{},
	}
}

// misfit is why an expression means nothing, and where.
type misfit struct {
	at     *expr.Node
	reason string
}

// definition compiles one feature.
func (c *compiler) definition(d Definition, assets Assets) (*node, error) {
	e, err := expr.Parse(d.Expr)
	if err != nil {
		return nil, fmt.Errorf("feature %s: %w", d.Name, err)
	}
	c.assets = assets
	n, fault := c.compile(e)
	if fault == nil && !scalars.has(n.kind) {
		fault = &misfit{e, fmt.Sprintf("a feature is a number or a bool, this is %s", n.kind)}
	}
	if fault != nil {
		return nil, &CompileError{Feature: d.Name, Expr: d.Expr, Offset: fault.at.Pos, Reason: fault.reason}
	}
	return n, nil
}

// compile makes the node of an expression, or finds the one it equals.
func (c *compiler) compile(e *expr.Node) (*node, *misfit) {
	var args []*node
	if e.Kind == expr.Call || e.Kind == expr.Unary || e.Kind == expr.Binary {
		args = make([]*node, len(e.Args))
		for i, arg := range e.Args {
			n, fault := c.compile(arg)
			if fault != nil {
				return nil, fault
			}
			args[i] = n
		}
	}
	key, n, fault := c.key(e, args)
	if n != nil || fault != nil {
		return n, fault
	}
	if n, fault = c.make(e, args); fault != nil {
		return nil, fault
	}
	n.ident = ident(len(c.index))
	c.index[key] = n
	return n, nil
}

// key returns what equal expressions have in common, and the node that was made
// of an equal one, if any.
func (c *compiler) key(e *expr.Node, args []*node) (string, *node, *misfit) {
	var key string
	switch e.Kind {
	case expr.Asset:
		_, identity := c.assets.node(e.Text)
		if identity == "" {
			return "", nil, &misfit{e, fmt.Sprintf("no asset @%s comes with the model", e.Text)}
		}
		key = "@" + identity // two models may use one name
	case expr.Call, expr.Unary, expr.Binary:
		var b strings.Builder
		fmt.Fprintf(&b, "%s(", e.Text)
		for _, arg := range args {
			fmt.Fprintf(&b, "%d,", arg.ident)
		}
		key = b.String()
	default:
		key = e.String()
	}
	return key, c.index[key], nil
}

func (c *compiler) make(e *expr.Node, args []*node) (*node, *misfit) {
	switch e.Kind {
	case expr.Int:
		return constant(IntValue(e.Int)), nil
	case expr.Float:
		return constant(FloatValue(e.Float)), nil
	case expr.Bool:
		return constant(BoolValue(e.Int != 0)), nil
	case expr.String:
		return &node{kind: kindQuoted, constants: []*expr.Node{e}}, nil
	case expr.List:
		return &node{kind: kindList, constants: e.Args}, nil
	case expr.Asset:
		n, _ := c.assets.node(e.Text)
		return n, nil
	case expr.Name:
		if input := c.inputs[e.Text]; input != nil {
			return input(c), nil
		}
		return nil, &misfit{e, fmt.Sprintf("unknown input %q", e.Text)}
	}
	f, ok := c.functions[e.Text]
	if !ok {
		return nil, &misfit{e, fmt.Sprintf("unknown function %q", e.Text)}
	}
	return c.call(e, f, args)
}

// call checks the arguments of a function and makes its node.
func (c *compiler) call(e *expr.Node, f function, args []*node) (*node, *misfit) {
	if len(args) < len(f.params) || len(args) > len(f.params) && !f.more {
		return nil, &misfit{e, fmt.Sprintf("%s takes %d arguments, not %d", e.Text, len(f.params), len(args))}
	}
	var read roots
	for i, arg := range args {
		if param := f.params[min(i, len(f.params)-1)]; !param.has(arg.kind) {
			return nil, &misfit{e.Args[i], fmt.Sprintf("%s does not take %s here", e.Text, arg.kind)}
		}
		read |= arg.roots
	}
	n, err := f.build(c, args)
	if err != nil {
		return nil, &misfit{e, fmt.Sprintf("%s: %v", e.Text, err)}
	}
	n.roots |= read
	return n, nil
}

// function says what a function takes and how its node is made.
type function struct {
	params []kinds
	more   bool // the last parameter may come again
	build  func(c *compiler, args []*node) (*node, error)
}

// functions are all that expressions may call, operators included. Those of one
// subject are listed in its file.
func functions() map[string]function {
	all := map[string]function{}
	for _, list := range []map[string]function{
		tokenFunctions(), editFunctions(), markupFunctions(), stringFunctions(),
		tableFunctions(), numberFunctions(), arithmeticFunctions(), factFunctions(),
		languageFunctions(), itemFunctions(),
	} {
		for name, f := range list {
			all[name] = f
		}
	}
	return all
}
