package onnx

import (
	"errors"
	"fmt"
)

// outputs are the values the graph is asked for.
type outputs struct {
	probabilities string
	label         string // "" if there is none
	labels        []any  // as ZipMap names them; nil without one
}

// findOutputs tells the probabilities from the label by their types. Converters write
// one list of maps, one matrix, or one column for each class.
func (g *graph) findOutputs() (outputs, error) {
	var out outputs
	var columns []string
	for _, v := range g.outputs {
		m := g.makers[v.name]
		switch {
		case m.node.is(domainML, "ZipMap"):
			if out.probabilities != "" {
				return out, errors.New("two outputs of probabilities are not supported")
			}
			if err := m.node.takes(1); err != nil {
				return out, m.node.fault(err)
			}
			labels, err := m.node.classLabels("classlabels_int64s", "classlabels_strings")
			if err != nil {
				return out, m.node.fault(err)
			}
			out.probabilities, out.labels = m.node.inputs[0], labels
		case v.elem == typeInt64 || v.elem == typeString || v.elem == typeInt32:
			if out.label != "" {
				return out, fmt.Errorf("outputs %.80q and %.80q are both labels, which is not supported", out.label, v.name)
			}
			out.label = v.name
		case v.elem == typeFloat || v.elem == typeDouble:
			columns = append(columns, v.name)
		default:
			return out, fmt.Errorf("output %.80q is of %s, which is neither label nor probabilities", v.name, typeName(v.elem))
		}
	}
	switch {
	case out.probabilities != "" && len(columns) > 0 || out.probabilities == "" && len(columns) == 0:
		return out, fmt.Errorf("the graph has no one output of probabilities")
	case len(columns) == 1:
		out.probabilities = columns[0]
	case len(columns) > 1:
		source, err := g.columnsOf(columns)
		if err != nil {
			return out, err
		}
		out.probabilities = source
	}
	return out, nil
}

// columnsOf returns the value of which the given ones are the columns, in order.
func (g *graph) columnsOf(columns []string) (source string, err error) {
	for i, name := range columns {
		m := g.makers[name]
		if m.node.is("", "Reshape") && len(m.node.inputs) == 2 {
			m = g.makers[m.node.inputs[0]]
		}
		if !m.node.is("", "Slice") || len(m.node.inputs) == 0 {
			return "", fmt.Errorf("output %.80q is one of several of numbers and no column of probabilities, which is not supported", name)
		}
		h, err := g.pickHop(hop{node: m.node, from: m.node.inputs[0]})
		if err != nil {
			return "", m.node.fault(err)
		}
		if h.pick != int64(i) || i > 0 && h.from != source {
			return "", fmt.Errorf("output %.80q is not column %d of the probabilities", name, i)
		}
		source = h.from
	}
	return source, nil
}

// decided is where a label comes from: the classifier itself, or the largest of a value.
type decided struct {
	node   *node  // the classifier
	value  string // the value whose largest number counts
	labels []any  // that the number of the largest is looked up in
}

// decision walks back from the label.
func (g *graph) decision(label string) (decided, error) {
	var d decided
	for range len(g.makers) + 1 {
		m, ok := g.makers[label]
		if !ok {
			return d, fmt.Errorf("nothing in the graph makes value %.80q", label)
		}
		n := m.node
		switch {
		case n.is(domainML, "TreeEnsembleClassifier") || n.is(domainML, "LinearClassifier"):
			if m.output != 0 || d.labels != nil {
				return d, n.fault(errors.New("probabilities are taken for a label"))
			}
			d.node = n
			return d, nil
		case n.is("", "ArgMax"):
			if len(n.inputs) != 1 {
				return d, n.fault(n.takes(1))
			}
			axis, err := n.number("axis", 0)
			last, lastErr := n.number("select_last_index", 0)
			if err = errors.Join(err, lastErr); err != nil || axis != 1 && axis != -1 || last != 0 {
				return d, n.fault(errors.Join(err, errors.New("only the first of the largest in each row is supported")))
			}
			d.value = n.inputs[0]
			return d, n.only("axis", "keepdims", "select_last_index")
		case n.is(domainML, "ArrayFeatureExtractor") && d.labels == nil && len(n.inputs) == 2:
			t, err := g.constant(n.inputs[0])
			if err != nil || t == nil {
				return d, n.fault(errors.Join(err, errors.New("labels that are no constant are not supported")))
			}
			if d.labels, err = t.labels(); err != nil {
				return d, n.fault(err)
			}
			label = n.inputs[1]
		case (n.is("", "Identity") || n.is("", "Cast") || n.is("", "Reshape")) && len(n.inputs) > 0:
			label = n.inputs[0]
		default:
			return d, n.fault(errors.New("not supported on the way to the label"))
		}
	}
	return d, errors.New("the graph has a cycle")
}
