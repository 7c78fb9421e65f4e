package onnx

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// supported is what errors tell of.
var supported = strings.Join([]string{
	"TreeEnsembleClassifier", "TreeEnsembleRegressor", "LinearClassifier", "MatMul", "Gemm", "Scaler", "Normalizer",
	"LpNormalization", "Add", "Sub", "Mul", "Div", "Clip", "Sigmoid", "Softmax", "Cast", "Identity", "Reshape", "Concat",
	"FeatureVectorizer", "ArrayFeatureExtractor", "Gather", "Slice", "ReduceSum", "ReduceL1", "ArgMax", "ZipMap",
}, ", ")

// hop is one operator on the way from the inputs to the probabilities, or a few that
// together do one thing.
type hop struct {
	node *node
	kind hopKind
	from string // the value that goes in
	to   string // the value that comes out
	pick int64
}

type hopKind int

const (
	plain      hopKind = iota // the node's operator alone
	complement                // Concat(1-x, x)
	normalize                 // x / sum(|x|)
	pick                      // one column
)

func (h hop) fault(err error) error { return h.node.fault(err) }

// way is what leads from inputs to a value.
type way struct {
	hops   []hop // in the order they are done
	inputs []string
	// first is the node that joins several inputs; nil if there is one.
	first *node
}

// wayTo walks back from a value to the inputs. Each step needs one more node, so that
// a cycle comes to its end.
func (g *graph) wayTo(value string) (*way, error) {
	w := &way{}
	for range len(g.makers) + 1 {
		if _, ok := g.inputs[value]; ok {
			w.inputs = []string{value}
			slices.Reverse(w.hops)
			return w, nil
		}
		m, ok := g.makers[value]
		if !ok {
			return nil, fmt.Errorf("nothing in the graph makes value %.80q", value)
		}
		if m.node.is(domainML, "FeatureVectorizer") || m.node.is("", "Concat") && g.joinsInputs(m.node) {
			w.first, w.inputs = m.node, m.node.inputs
			slices.Reverse(w.hops)
			return w, nil
		}
		h, err := g.hop(m, value)
		if err != nil {
			return nil, m.node.fault(err)
		}
		w.hops = append(w.hops, h)
		value = h.from
	}
	return nil, errors.New("the graph has a cycle")
}

// hop says what made a value, and of which other.
func (g *graph) hop(m maker, value string) (hop, error) {
	n := m.node
	h := hop{node: n, to: value}
	if len(n.inputs) == 0 {
		return h, errors.New("no inputs, which is not supported")
	}
	h.from = n.inputs[0]
	key := n.op
	if n.domain != "" {
		key = n.domain + "." + n.op
	}
	switch key {
	case domainML + ".TreeEnsembleClassifier", domainML + ".LinearClassifier":
		if m.output != 1 {
			return h, errors.New("its label is taken for probabilities")
		}
		return h, n.takes(1)
	case domainML + ".TreeEnsembleRegressor", domainML + ".Scaler", domainML + ".Normalizer",
		"Identity", "Cast", "Sigmoid", "Softmax", "LpNormalization":
		return h, n.takes(1)
	case "Clip", "MatMul", "Gemm":
		return h, nil
	case "Reshape":
		return h, n.takes(2)
	case "Add", "Sub", "Mul", "Div":
		return g.arithmeticHop(h)
	case "Concat":
		return g.complementHop(h)
	case domainML + ".ArrayFeatureExtractor", "Gather", "Slice":
		return g.pickHop(h)
	}
	return h, fmt.Errorf("not supported; supported are %s", supported)
}

// arithmeticHop finds which operand is not constant, or x / sum(|x|).
func (g *graph) arithmeticHop(h hop) (hop, error) {
	n := h.node
	if err := n.takes(2); err != nil {
		return h, err
	}
	if n.op == "Div" {
		if source, ok := g.sumOf(n.inputs[1]); ok && source == n.inputs[0] {
			h.kind = normalize
			return h, nil
		}
	}
	second, err := g.constant(n.inputs[1])
	if err != nil || second != nil {
		return h, err
	}
	first, err := g.constant(n.inputs[0])
	if err != nil {
		return h, err
	}
	if first == nil || n.op == "Div" {
		return h, errors.New("neither operand is a constant, or the first of a division is, which is not supported")
	}
	h.from = n.inputs[1]
	return h, nil
}

// sumOf returns x if value is sum(|x|) of each row, as a column.
func (g *graph) sumOf(value string) (string, bool) {
	n := g.makers[value].node
	if !n.is("", "ReduceSum") && !n.is("", "ReduceL1") || len(n.inputs) == 0 {
		return "", false
	}
	axes, err := n.ints("axes")
	if len(n.inputs) == 2 {
		axes, err = g.intConstant(n.inputs[1])
	}
	if err != nil || len(axes) != 1 || axes[0] != 1 && axes[0] != -1 || n.only("axes", "keepdims", "noop_with_empty_axes") != nil {
		return "", false
	}
	if keep, err := n.number("keepdims", 1); err != nil || keep != 1 {
		return "", false
	}
	if n.op == "ReduceL1" {
		return n.inputs[0], true
	}
	sizes := g.makers[n.inputs[0]].node
	if !sizes.is("", "Abs") || len(sizes.inputs) != 1 {
		return "", false
	}
	return sizes.inputs[0], true
}

// complementHop knows Concat(1-x, x) of one column.
func (g *graph) complementHop(h hop) (hop, error) {
	n := h.node
	const want = "only of all inputs in their order, or of 1-x and x, which are supported"
	axis, err := n.number("axis", 1)
	if err != nil || axis != 1 && axis != -1 || len(n.inputs) != 2 || n.only("axis") != nil {
		return h, errors.New(want)
	}
	rest := g.makers[n.inputs[0]].node
	if !rest.is("", "Sub") || len(rest.inputs) != 2 || rest.inputs[1] != n.inputs[1] {
		return h, errors.New(want)
	}
	one, _, err := g.floatConstant(rest.inputs[0])
	if err != nil || len(one) != 1 || one[0] != 1 {
		return h, errors.New(want)
	}
	h.kind, h.from = complement, n.inputs[1]
	return h, nil
}

// pickHop knows the operators that take one column.
func (g *graph) pickHop(h hop) (hop, error) {
	n := h.node
	h.kind = pick
	if n.op == "Slice" {
		return g.sliceHop(h)
	}
	if err := n.takes(2); err != nil {
		return h, err
	}
	axis, err := n.number("axis", 0)
	if err == nil && n.op == "Gather" && axis != 1 && axis != -1 {
		err = errors.New("only columns are supported")
	}
	if err != nil {
		return h, err
	}
	columns, err := g.intConstant(n.inputs[1])
	if err != nil {
		return h, err
	}
	if len(columns) != 1 || columns[0] < 0 {
		return h, errors.New("only one column is supported")
	}
	h.pick = columns[0]
	return h, n.only("axis")
}

// sliceHop knows a slice [k:k+1] of columns, with its bounds as inputs (opset 10 and later).
func (g *graph) sliceHop(h hop) (hop, error) {
	n := h.node
	bounds := map[string]int64{}
	for i, name := range []string{"", "starts", "ends", "axes", "steps"} {
		var values []int64
		var err error
		switch {
		case i == 0:
			continue
		case i < len(n.inputs):
			values, err = g.intConstant(n.inputs[i])
		case i < 4:
			values, err = n.ints(name)
		default:
			values = []int64{1}
		}
		if err != nil {
			return h, err
		}
		if len(values) != 1 {
			return h, errors.New("only one column is supported")
		}
		bounds[name] = values[0]
	}
	if bounds["axes"] != 1 || bounds["steps"] != 1 || bounds["starts"] < 0 || bounds["ends"] != bounds["starts"]+1 {
		return h, errors.New("only one column is supported")
	}
	h.pick = bounds["starts"]
	return h, n.only("starts", "ends", "axes")
}

// joinsInputs reports whether a Concat has nothing but inputs of the graph.
func (g *graph) joinsInputs(n *node) bool {
	for _, name := range n.inputs {
		if _, ok := g.inputBehind(name); !ok {
			return false
		}
	}
	return len(n.inputs) > 0
}

// inputBehind returns the input that a value is, perhaps renamed or cast to its own type.
func (g *graph) inputBehind(name string) (valueInfo, bool) {
	var casts []int64
	for range 8 { // converters write one
		if v, ok := g.inputs[name]; ok {
			return v, !slices.ContainsFunc(casts, func(to int64) bool { return to != v.elem })
		}
		n := g.makers[name].node
		if !n.is("", "Cast") && !n.is("", "Identity") || len(n.inputs) != 1 {
			break
		}
		if n.op == "Cast" {
			to, _ := n.number("to", 0)
			casts = append(casts, to)
		}
		name = n.inputs[0]
	}
	return valueInfo{}, false
}

// row returns the inputs that make up a row, and its width.
func (g *graph) row(w *way) ([]Input, int, error) {
	if len(w.inputs) != len(g.order) || len(g.order) == 0 {
		return nil, 0, fmt.Errorf("of %d inputs the probabilities depend on %d; all or one are supported", len(g.order), len(w.inputs))
	}
	if w.first != nil {
		if err := g.checkJoin(w.first); err != nil {
			return nil, 0, w.first.fault(err)
		}
	}
	var inputs []Input
	width := 0
	for i, v := range g.order {
		if behind, ok := g.inputBehind(w.inputs[i]); !ok || behind.name != v.name {
			return nil, 0, fmt.Errorf("inputs are joined in another order than the graph lists them, which is not supported")
		}
		switch {
		case v.elem != typeFloat && v.elem != typeDouble:
			return nil, 0, fmt.Errorf("input %.80q takes %s: only float and double are supported; convert the model with FloatTensorType", v.name, typeName(v.elem))
		case v.elem != g.order[0].elem:
			return nil, 0, errors.New("inputs of float and of double are not supported")
		case v.rank != 2 || v.width < 0:
			return nil, 0, fmt.Errorf("input %.80q has no fixed number of columns", v.name)
		}
		inputs = append(inputs, Input{Name: v.name, Width: v.width, Double: v.elem == typeDouble})
		if width += v.width; width > maxWidth {
			return nil, 0, fmt.Errorf("a row has more than %d numbers", maxWidth)
		}
	}
	return inputs, width, nil
}

// checkJoin sees to it that joining inputs is all that the node does.
func (g *graph) checkJoin(n *node) error {
	if n.op == "Concat" {
		if axis, err := n.number("axis", 1); err != nil || axis != 1 && axis != -1 {
			return errors.New("only columns are joined")
		}
		return n.only("axis")
	}
	widths, err := n.ints("inputdimensions")
	if err != nil || len(widths) != len(n.inputs) {
		return errors.New("attribute inputdimensions does not fit the inputs")
	}
	for i, name := range n.inputs {
		v, ok := g.inputs[name]
		if !ok {
			return errors.New("only inputs of the graph are joined")
		}
		if v.elem != typeFloat {
			return errors.New("only inputs of float are supported")
		}
		if widths[i] != int64(v.width) {
			return fmt.Errorf("input %.80q has %d columns, attribute inputdimensions says %d", name, v.width, widths[i])
		}
	}
	return n.only("inputdimensions")
}
