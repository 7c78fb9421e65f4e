package onnx

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// The messages of onnx.proto, as far as they are needed. Field numbers are those of
// https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.

type modelProto struct {
	producer string
	opsets   map[string]int64
	metadata map[string]string
	graph    graphProto
}

type graphProto struct {
	nodes        []*node
	initializers []*tensor
	inputs       []valueInfo
	outputs      []valueInfo
	values       int // names that nodes have for inputs and outputs, all together
}

// node is an operator with what goes in and comes out, by name.
type node struct {
	op, name, domain string
	inputs, outputs  []string
	attributes       map[string]*attribute
}

// attribute holds whichever of its fields the file has.
type attribute struct {
	float   float64
	int     int64
	bytes   []byte
	tensor  *tensor
	floats  array
	ints    array
	message []byte // the whole attribute: strings are read when they are needed
	isFloat bool
	isInt   bool
	other   bool // a graph, a sparse tensor, a reference
}

// valueInfo is an input or output of the graph. Width is the last dimension's size
// and -1 if the file leaves it open; elem is 0 for what is no tensor.
type valueInfo struct {
	name  string
	elem  int64
	rank  int
	width int
}

func readModel(data []byte) (*modelProto, error) {
	m := &modelProto{opsets: map[string]int64{}, metadata: map[string]string{}}
	var version string
	graphs := 0
	err := eachField(data, func(f field) error {
		switch f.number {
		case 2:
			return f.text(&m.producer)
		case 3:
			return f.text(&version)
		case 7:
			graphs++
			return m.graph.read(f.bytes)
		case 8:
			return m.readOpset(f.bytes)
		case 14:
			key, value, err := readPair(f.bytes)
			if err == nil && len(m.metadata) < maxLabels {
				m.metadata[key] = value
			}
			return err
		case 25:
			return fmt.Errorf("the model defines functions of its own, which are not supported")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if graphs != 1 {
		return nil, fmt.Errorf("not an ONNX model: it has %d graphs", graphs)
	}
	if version != "" {
		m.producer += " " + version
	}
	return m, nil
}

func (m *modelProto) readOpset(data []byte) error {
	var domain string
	var version int64
	err := eachField(data, func(f field) error {
		switch f.number {
		case 1:
			return f.text(&domain)
		case 2:
			version = int64(f.bits)
		}
		return nil
	})
	if len(m.opsets) < maxLabels {
		m.opsets[domain] = max(version, m.opsets[domain]) // skl2onnx writes "" twice at times
	}
	return err
}

func readPair(data []byte) (key, value string, err error) {
	err = eachField(data, func(f field) error {
		switch f.number {
		case 1:
			return f.text(&key)
		case 2:
			return f.text(&value)
		}
		return nil
	})
	return key, value, err
}

func (g *graphProto) read(data []byte) error {
	return eachField(data, func(f field) error {
		switch f.number {
		case 1:
			n, err := readNode(f.bytes)
			g.nodes = append(g.nodes, n)
			if g.values += len(n.inputs) + len(n.outputs); len(g.nodes) > maxNodes || g.values > maxValues {
				return fmt.Errorf("the graph has more than %d nodes, or %d inputs and outputs of them", maxNodes, maxValues)
			}
			return err
		case 5:
			t, err := readTensor(f.bytes)
			g.initializers = append(g.initializers, t)
			if len(g.initializers) > maxNodes {
				return fmt.Errorf("the graph has more than %d initializers", maxNodes)
			}
			return err
		case 11, 12:
			v, err := readValueInfo(f.bytes)
			if f.number == 11 {
				g.inputs = append(g.inputs, v)
			} else {
				g.outputs = append(g.outputs, v)
			}
			if len(g.inputs)+len(g.outputs) > maxWidth {
				return fmt.Errorf("the graph has more than %d inputs and outputs", maxWidth)
			}
			return err
		case 15:
			return fmt.Errorf("sparse initializers are not supported")
		}
		return nil
	})
}

func readNode(data []byte) (*node, error) {
	n := &node{attributes: map[string]*attribute{}}
	err := eachField(data, func(f field) error {
		switch f.number {
		case 1, 2:
			var name string
			err := f.text(&name)
			if f.number == 1 {
				n.inputs = append(n.inputs, name)
			} else {
				n.outputs = append(n.outputs, name)
			}
			if len(n.inputs)+len(n.outputs) > maxWidth {
				return fmt.Errorf("a node has more than %d inputs and outputs", maxWidth)
			}
			return err
		case 3:
			return f.text(&n.name)
		case 4:
			return f.text(&n.op)
		case 5:
			name, a, err := readAttribute(f.bytes)
			if n.attributes[name] != nil { // ONNX Runtime takes either
				return fmt.Errorf("a node has two attributes %.80q", name)
			}
			if n.attributes[name] = a; len(n.attributes) > maxAttributes {
				return fmt.Errorf("a node has more than %d attributes", maxAttributes)
			}
			return err
		case 7:
			return f.text(&n.domain)
		}
		return nil
	})
	if n.domain == "ai.onnx" {
		n.domain = ""
	}
	return n, err
}

func readAttribute(data []byte) (name string, a *attribute, err error) {
	a = &attribute{message: data}
	err = eachField(data, func(f field) error {
		switch f.number {
		case 1:
			return f.text(&name)
		case 2:
			a.float, a.isFloat = float64FromBits32(f.bits), f.kind == protowire.Fixed32Type
		case 3:
			a.int, a.isInt = int64(f.bits), f.kind == protowire.VarintType
		case 4:
			a.bytes = f.bytes
		case 5:
			var err error
			a.tensor, err = readTensor(f.bytes)
			return err
		case 7:
			return a.floats.add(f, protowire.Fixed32Type)
		case 8:
			return a.ints.add(f, protowire.VarintType)
		case 6, 10, 11, 14, 15, 21, 22, 23:
			a.other = true
		}
		return nil
	})
	return name, a, err
}

func readValueInfo(data []byte) (v valueInfo, err error) {
	v.width = -1
	err = eachField(data, func(f field) error {
		switch f.number {
		case 1:
			return f.text(&v.name)
		case 2:
			return eachField(f.bytes, func(f field) error {
				if f.number == 1 { // a tensor; sequences and maps have no element type
					return v.readTensorType(f.bytes)
				}
				return nil
			})
		}
		return nil
	})
	return v, err
}

func (v *valueInfo) readTensorType(data []byte) error {
	return eachField(data, func(f field) error {
		switch f.number {
		case 1:
			v.elem = int64(f.bits)
		case 2:
			return eachField(f.bytes, func(f field) error {
				if f.number != 1 {
					return nil
				}
				v.rank++
				v.width = -1
				return eachField(f.bytes, func(f field) error {
					if f.number == 1 && f.bits > 0 && f.bits <= maxWidth {
						v.width = int(f.bits)
					}
					return nil
				})
			})
		}
		return nil
	})
}
