package onnx

import (
	"errors"
	"fmt"
	"slices"

	"revscore/internal/score/estimator"
)

// builder makes a chain of the hops, one after the other.
type builder struct {
	graph    *graph
	chain    estimator.Chain
	features int
	width    int  // of the row as it is now
	double   bool // its numbers are float64s
	labels   []any
	scorer   *node          // the classifier that decides itself; nil if none does
	steps    map[string]int // how many steps of chain.After make a value
}

// step appends to what is done before the scores, or after them.
func (b *builder) step(op estimator.Op, values ...float64) {
	s := estimator.Step{Op: op, Values: values, Double: b.double}
	if b.chain.Scores == nil {
		b.chain.Before = append(b.chain.Before, s)
	} else {
		b.chain.After = append(b.chain.After, s)
	}
	switch op {
	case estimator.Pick:
		b.width = 1
	case estimator.Complement, estimator.Mirror:
		b.width = 2
	case estimator.Nearest, estimator.Above, estimator.Below:
		b.double = false
	}
}

// vector is a step with values for each number, or one for all.
func (b *builder) vector(op estimator.Op, values []float64) error {
	if len(values) != 1 && len(values) != b.width {
		return fmt.Errorf("%d numbers for %d columns", len(values), b.width)
	}
	b.step(op, values...)
	return nil
}

func (b *builder) hop(h hop) error {
	err := b.dispatch(h)
	if b.chain.Scores != nil {
		if b.steps == nil {
			b.steps = map[string]int{}
		}
		b.steps[h.to] = len(b.chain.After)
	}
	return err
}

func (b *builder) dispatch(h hop) error {
	n := h.node
	switch h.kind {
	case complement:
		if b.width != 1 {
			return fmt.Errorf("1-x and x of %d columns", b.width)
		}
		b.step(estimator.Complement)
		return nil
	case normalize:
		b.step(estimator.Normalize)
		return n.only()
	case pick:
		if h.pick >= int64(b.width) {
			return fmt.Errorf("column %d of %d", h.pick, b.width)
		}
		b.step(estimator.Pick, float64(h.pick))
		return nil
	}
	switch n.op {
	case "Identity":
		return n.only()
	case "Cast":
		return b.cast(n)
	case "Reshape":
		return b.reshape(n)
	case "Add", "Sub", "Mul", "Div":
		return b.arithmetic(h)
	case "Clip":
		return b.clip(n)
	case "Scaler":
		return b.scaler(n)
	case "Sigmoid":
		b.step(estimator.Sigmoid)
		return n.only()
	case "Softmax":
		if axis, err := n.number("axis", -1); err != nil || axis != 1 && axis != -1 {
			return errors.New("only the softmax of a row is supported")
		}
		b.step(estimator.SoftmaxAll)
		return n.only("axis")
	case "Normalizer", "LpNormalization":
		return b.normalizer(n)
	}
	return b.scores(h)
}

// cast knows the two types that numbers have. A float is a double as it is.
func (b *builder) cast(n *node) error {
	to, err := n.number("to", 0)
	switch {
	case err != nil:
		return err
	case to == typeFloat && b.double:
		b.step(estimator.Nearest)
	case to == typeDouble:
		b.double = true
	case to != typeFloat:
		return fmt.Errorf("to %s, only float and double are supported", typeName(to))
	}
	return n.only("to", "saturate")
}

// reshape may say again what one row looks like.
func (b *builder) reshape(n *node) error {
	shape, err := b.graph.intConstant(n.inputs[1])
	if err != nil {
		return err
	}
	if len(shape) != 2 || shape[0] > 1 || shape[1] != int64(b.width) && (shape[1] != -1 || shape[0] == -1) {
		return fmt.Errorf("to %v, only rows of %d columns are supported", shape, b.width)
	}
	return n.only("allowzero")
}

func (b *builder) arithmetic(h hop) error {
	n := h.node
	other := n.inputs[0]
	if other == h.from {
		other = n.inputs[1]
	}
	values, t, err := b.graph.floatConstant(other)
	if err != nil {
		return err
	}
	if t == nil || (t.elem == typeDouble) != b.double {
		return errors.New("operands of different types")
	}
	// A constant of one row, or of one number for all columns: nothing that makes the row wider.
	if len(t.dims) > 2 || len(t.dims) == 2 && t.dims[0] != 1 {
		return fmt.Errorf("a constant of dimensions %v is not supported", t.dims)
	}
	op := map[string]estimator.Op{"Add": estimator.Add, "Sub": estimator.Sub, "Mul": estimator.Mul, "Div": estimator.Div}[n.op]
	if n.op == "Sub" && other == n.inputs[0] { // v-x is -x+v, rounded once either way
		b.step(estimator.Mul, -1)
		op = estimator.Add
	}
	if len(values) == 1 && (op == estimator.Mul || op == estimator.Div) && values[0] == 1 {
		return n.only() // onnxmltools multiplies by one to rename
	}
	if err := n.only(); err != nil {
		return err
	}
	return b.vector(op, values)
}

func (b *builder) clip(n *node) error {
	if len(n.inputs) != 3 {
		return errors.New("only with both bounds as inputs, which are supported")
	}
	var bounds []float64
	for _, name := range n.inputs[1:] {
		values, t, err := b.graph.floatConstant(name)
		if err != nil {
			return err
		}
		if t == nil || len(values) != 1 || (t.elem == typeDouble) != b.double {
			return errors.New("bounds must be constant numbers of the row's type")
		}
		bounds = append(bounds, values[0])
	}
	b.step(estimator.Clip, bounds...)
	return n.only()
}

// scaler is Scaler of ai.onnx.ml: (x-offset)*scale, in double for a double x, but the
// result a float (onnxruntime/core/providers/cpu/ml/scaler.cc).
func (b *builder) scaler(n *node) error {
	offset, err := n.floats("offset")
	if err != nil {
		return err
	}
	scale, err := n.floats("scale")
	if err != nil {
		return err
	}
	if len(offset) != len(scale) {
		return fmt.Errorf("%d offsets and %d scales", len(offset), len(scale))
	}
	if err := errors.Join(b.vector(estimator.Sub, offset), b.vector(estimator.Mul, scale)); err != nil {
		return err
	}
	if b.double {
		b.step(estimator.Nearest)
	}
	return n.only("offset", "scale")
}

func (b *builder) normalizer(n *node) error {
	if n.op == "Normalizer" {
		if norm := n.word("norm", "MAX"); norm != "L1" {
			return fmt.Errorf("norm %.20s, only L1 is supported", norm)
		}
		if b.double {
			b.step(estimator.Nearest) // its output is float (normalizer.cc)
		}
		b.step(estimator.Normalize)
		return n.only("norm")
	}
	p, err := n.number("p", 2)
	axis, axisErr := n.number("axis", -1)
	if err = errors.Join(err, axisErr); err != nil || p != 1 || axis != 1 && axis != -1 {
		return errors.Join(err, errors.New("only p 1 in each row is supported"))
	}
	b.step(estimator.Normalize)
	return n.only("p", "axis")
}

// scores is the one operator that makes scores of features.
func (b *builder) scores(h hop) error {
	if b.chain.Scores != nil {
		return errors.New("a second estimator behind another is not supported")
	}
	switch h.node.op {
	case "TreeEnsembleClassifier", "TreeEnsembleRegressor":
		return b.trees(h.node)
	case "LinearClassifier":
		return b.linearClassifier(h.node)
	default:
		return b.product(h.node)
	}
}

// finish adds labels and decision.
func (b *builder) finish(out outputs) error {
	if b.chain.Scores == nil {
		return errors.New("no estimator between the inputs and the probabilities")
	}
	if out.labels != nil {
		if b.labels != nil && !slices.Equal(b.labels, out.labels) {
			return fmt.Errorf("the classifier's labels are %v, those of its ZipMap %v", b.labels, out.labels)
		}
		b.labels = out.labels
	}
	if err := b.decide(out); err != nil {
		return err
	}
	switch {
	case b.labels == nil:
		return errors.New("the graph names no labels")
	case len(b.labels) != b.width || b.width < 2:
		return fmt.Errorf("%d labels for %d probabilities", len(b.labels), b.width)
	}
	return b.checkProbabilities()
}

func (b *builder) decide(out outputs) error {
	if out.label == "" {
		if b.scorer == nil {
			b.chain.Decision = estimator.Argmax
		}
		return nil
	}
	d, err := b.graph.decision(out.label)
	if err != nil {
		return err
	}
	if d.node != nil {
		if d.node != b.scorer {
			return d.node.fault(errors.New("the label is another classifier's than the probabilities"))
		}
		return nil
	}
	if d.labels != nil {
		if b.labels != nil && !slices.Equal(b.labels, d.labels) {
			return fmt.Errorf("labels are %v and %v", b.labels, d.labels)
		}
		b.labels = d.labels
	}
	at, ok := b.steps[d.value]
	if !ok {
		return fmt.Errorf("the label is decided by value %.80q, which is not on the way to the probabilities", d.value)
	}
	b.chain.Decision, b.chain.Raw, b.chain.Cut = estimator.RawMax, at, 0
	if at == len(b.chain.After) {
		b.chain.Decision, b.chain.Raw = estimator.Argmax, 0
	}
	return nil
}

// checkProbabilities refuses scores that are none: the last step that makes numbers of
// 0 to 1 must be there, except where the leaves of trees are such numbers themselves.
func (b *builder) checkProbabilities() error {
	after := b.chain.After
	for i := len(after) - 1; i >= 0; i-- {
		switch after[i].Op {
		case estimator.Expit, estimator.Sigmoid, estimator.SoftmaxAll, estimator.SoftmaxZero, estimator.Normalize:
			return nil
		}
	}
	if e, ok := b.chain.Scores.(*estimator.Ensemble); ok && leavesAreShares(e) {
		return nil
	}
	return errors.New("the outputs are scores, not probabilities: convert the model without the option raw_scores")
}
