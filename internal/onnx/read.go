package onnx

import (
	"fmt"

	"revscore/internal/score/estimator"
)

// Model is what an ONNX file says.
type Model struct {
	Spec *estimator.Spec
	// Inputs make up the row of features, in this order.
	Inputs   []Input
	Producer string            // "skl2onnx 1.20.0"
	Opsets   map[string]int64  // versions of the operators by domain, "" the standard's
	Metadata map[string]string // what the producer wrote for people
}

// Input is an input of the graph.
type Input struct {
	Name   string
	Width  int  // numbers it takes of a row
	Double bool // float64 numbers, otherwise float32
}

// Read reads a model, of which estimator.New makes an estimator. It keeps nothing of data. Labels are int64s or strings: the
// format has no bools, and converters write 0 and 1 for them.
func Read(data []byte) (*Model, error) {
	if len(data) > maxFile {
		return nil, fmt.Errorf("read ONNX model: %d bytes, at most %d are supported", len(data), maxFile)
	}
	model, err := read(data)
	if err != nil {
		return nil, fmt.Errorf("read ONNX model: %w", err)
	}
	return model, nil
}

func read(data []byte) (*Model, error) {
	proto, err := readModel(data)
	if err != nil {
		return nil, err
	}
	if err := checkOpsets(proto.opsets); err != nil {
		return nil, err
	}
	g, err := newGraph(&proto.graph)
	if err != nil {
		return nil, err
	}
	spec, inputs, err := g.spec()
	if err != nil {
		return nil, err
	}
	return &Model{Spec: spec, Inputs: inputs, Producer: proto.producer, Opsets: proto.opsets, Metadata: proto.metadata}, nil
}

// checkOpsets refuses versions whose operators may mean something else.
func checkOpsets(opsets map[string]int64) error {
	for _, domain := range []struct {
		name        string
		least, most int64
	}{{"", 1, 26}, {"ai.onnx.ml", 1, 5}} {
		version, ok := opsets[domain.name]
		if ok && (version < domain.least || version > domain.most) {
			return fmt.Errorf("operators of domain %q in version %d, supported are %d to %d",
				domain.name, version, domain.least, domain.most)
		}
	}
	return nil
}

// spec reads the graph from its outputs back to its inputs.
func (g *graph) spec() (*estimator.Spec, []Input, error) {
	out, err := g.findOutputs()
	if err != nil {
		return nil, nil, err
	}
	way, err := g.wayTo(out.probabilities)
	if err != nil {
		return nil, nil, err
	}
	inputs, width, err := g.row(way)
	if err != nil {
		return nil, nil, err
	}
	b := &builder{graph: g, width: width, features: width, double: inputs[0].Double}
	if !b.double {
		b.step(estimator.Nearest)
	}
	for _, h := range way.hops {
		if err := b.hop(h); err != nil {
			return nil, nil, h.fault(err)
		}
	}
	if err := b.finish(out); err != nil {
		return nil, nil, err
	}
	spec := &estimator.Spec{Classes: b.labels, Features: width, Parts: []estimator.Part{&b.chain}}
	_, err = estimator.New(spec) // knows the bounds of all numbers
	return spec, inputs, err
}
