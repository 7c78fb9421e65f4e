package onnx

import (
	"fmt"
	"slices"
)

// graph finds what makes a value.
type graph struct {
	inputs    map[string]valueInfo
	order     []valueInfo // inputs that are no constants
	outputs   []valueInfo
	constants map[string]*tensor
	makers    map[string]maker
}

// maker is a node and which of its outputs a value is.
type maker struct {
	node   *node
	output int
}

func newGraph(p *graphProto) (*graph, error) {
	g := &graph{inputs: map[string]valueInfo{}, outputs: p.outputs, constants: map[string]*tensor{}, makers: map[string]maker{}}
	for _, t := range p.initializers {
		if _, twice := g.constants[t.name]; twice {
			return nil, fmt.Errorf("two initializers are called %q", t.name)
		}
		g.constants[t.name] = t
	}
	for _, v := range p.inputs {
		if g.constants[v.name] != nil {
			continue // a default value; files before IR version 4 list all of them
		}
		if _, twice := g.inputs[v.name]; twice {
			return nil, fmt.Errorf("two inputs are called %q", v.name)
		}
		g.inputs[v.name] = v
		g.order = append(g.order, v)
	}
	for _, n := range p.nodes {
		for i, name := range n.outputs {
			if name == "" {
				continue // an output that is not wanted
			}
			_, input := g.inputs[name]
			if _, made := g.makers[name]; made || input || g.constants[name] != nil {
				return nil, n.fault(fmt.Errorf("value %q is made twice", name))
			}
			g.makers[name] = maker{n, i}
		}
	}
	return g, nil
}

// fault names the node an error is about.
func (n *node) fault(err error) error {
	op := n.op
	if n.domain != "" {
		op = n.domain + "." + n.op
	}
	return fmt.Errorf("operator %.80s, node %.80q: %w", op, n.name, err)
}

// is reports whether the node is that operator of that domain.
func (n *node) is(domain, op string) bool { return n != nil && n.domain == domain && n.op == op }

const domainML = "ai.onnx.ml"

// constant returns a value that does not depend on the input: nil, if it does.
func (g *graph) constant(name string) (*tensor, error) {
	if t := g.constants[name]; t != nil {
		return t, nil
	}
	if m := g.makers[name]; m.node.is("", "Constant") {
		a := m.node.attributes["value"]
		if len(m.node.attributes) != 1 || a == nil || a.tensor == nil {
			return nil, m.node.fault(fmt.Errorf("only the attribute value is supported"))
		}
		return a.tensor, nil
	}
	return nil, nil
}

// floatConstant is constant for numbers that must be floats or doubles.
func (g *graph) floatConstant(name string) ([]float64, *tensor, error) {
	t, err := g.constant(name)
	if t == nil || err != nil {
		return nil, nil, err
	}
	values, err := t.floats()
	return values, t, err
}

// intConstant returns a constant of ints, or an error.
func (g *graph) intConstant(name string) ([]int64, error) {
	t, err := g.constant(name)
	if err != nil {
		return nil, err
	}
	if t == nil {
		return nil, fmt.Errorf("%q is no constant, which is not supported", name)
	}
	return t.ints()
}

// only refuses attributes of other names: they would change what the node does.
func (n *node) only(names ...string) error {
	for name := range n.attributes {
		if !slices.Contains(names, name) {
			return fmt.Errorf("attribute %.80q is not supported", name)
		}
	}
	return nil
}

// takes refuses a node with another number of inputs.
func (n *node) takes(inputs int) error {
	if len(n.inputs) != inputs {
		return fmt.Errorf("%d inputs, wanted %d", len(n.inputs), inputs)
	}
	return nil
}

// number returns an attribute of one int, or what it is by default.
func (n *node) number(name string, otherwise int64) (int64, error) {
	a := n.attributes[name]
	switch {
	case a == nil:
		return otherwise, nil
	case !a.isInt:
		return 0, fmt.Errorf("attribute %s is no int", name)
	}
	return a.int, nil
}

func (n *node) word(name, otherwise string) string {
	if a := n.attributes[name]; a != nil {
		return string(a.bytes)
	}
	return otherwise
}

// floats returns an attribute of floats, or a tensor called NAME_as_tensor; nil if it has none.
func (n *node) floats(name string) ([]float64, error) {
	if a := n.attributes[name]; a != nil && a.floats.count > 0 {
		if n.attributes[name+"_as_tensor"] != nil {
			return nil, fmt.Errorf("attribute %s is given twice", name)
		}
		return a.floats.floats()
	}
	if a := n.attributes[name+"_as_tensor"]; a != nil && a.tensor != nil {
		values, err := a.tensor.floats()
		if err != nil {
			return nil, fmt.Errorf("attribute %s_as_tensor: %w", name, err)
		}
		return values, nil
	}
	return nil, nil
}

func (n *node) ints(name string) ([]int64, error) {
	if a := n.attributes[name]; a != nil {
		return a.ints.ints()
	}
	return nil, nil
}

// classLabels returns the labels of one of two attributes, nil if there are none.
func (n *node) classLabels(ints, strings string) ([]any, error) {
	numbers, err := n.ints(ints)
	if err != nil {
		return nil, err
	}
	var words []any
	if a := n.attributes[strings]; a != nil {
		if words, err = stringLabels(a.message, 9); err != nil {
			return nil, err
		}
	}
	switch {
	case len(numbers) > 0 && len(words) > 0:
		return nil, fmt.Errorf("labels are given twice")
	case len(words) > 0:
		return words, nil
	case len(numbers) > 0:
		return intLabels(numbers)
	}
	return nil, nil
}
