package onnx

import (
	"encoding/binary"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// Tests build files of these: each function returns a message, or a field of one.

func bytesField(number protowire.Number, data []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, number, protowire.BytesType), data)
}

func textField(number protowire.Number, s string) []byte { return bytesField(number, []byte(s)) }

func intField(number protowire.Number, v int64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(nil, number, protowire.VarintType), uint64(v))
}

func join(parts ...[]byte) (all []byte) {
	for _, part := range parts {
		all = append(all, part...)
	}
	return all
}

func buildAttribute(name string, value any) []byte {
	fields := textField(1, name)
	switch v := value.(type) {
	case int:
		fields = append(fields, intField(3, int64(v))...)
	case string:
		fields = append(fields, textField(4, v)...)
	case []byte: // a tensor
		fields = append(fields, bytesField(5, v)...)
	case []float32:
		var packed []byte
		for _, f := range v {
			packed = protowire.AppendFixed32(packed, math.Float32bits(f))
		}
		fields = append(fields, bytesField(7, packed)...)
	case []int:
		for _, n := range v { // unpacked, as proto2 writes them
			fields = append(fields, intField(8, int64(n))...)
		}
	case []string:
		for _, s := range v {
			fields = append(fields, textField(9, s)...)
		}
	default:
		panic("no such attribute")
	}
	return bytesField(5, fields)
}

// buildNode has a domain before the operator where it has a dot: "ai.onnx.ml.Scaler".
func buildNode(op string, inputs, outputs []string, attributes map[string]any) []byte {
	var fields []byte
	for _, name := range inputs {
		fields = append(fields, textField(1, name)...)
	}
	for _, name := range outputs {
		fields = append(fields, textField(2, name)...)
	}
	const ml = domainML + "."
	if len(op) > len(ml) && op[:len(ml)] == ml {
		op = op[len(ml):]
		fields = append(fields, textField(7, domainML)...)
	}
	fields = append(fields, textField(3, "the_"+op)...)
	fields = append(fields, textField(4, op)...)
	for name, value := range attributes {
		fields = append(fields, buildAttribute(name, value)...)
	}
	return bytesField(1, fields)
}

func buildValue(name string, elem int64, dims ...int64) []byte {
	var shape []byte
	for _, d := range dims {
		shape = append(shape, bytesField(1, intField(1, d))...)
	}
	tensor := join(intField(1, elem), bytesField(2, shape))
	return join(textField(1, name), bytesField(2, bytesField(1, tensor)))
}

func buildTensor(name string, values []float32, dims ...int64) []byte {
	var raw []byte
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	fields := join(intField(2, typeFloat), textField(8, name), bytesField(9, raw))
	for _, d := range dims {
		fields = append(fields, intField(1, d)...)
	}
	return fields
}

func buildIntTensor(name string, values ...int64) []byte {
	var raw []byte
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint64(raw, uint64(v))
	}
	return join(intField(2, typeInt64), textField(8, name), bytesField(9, raw), intField(1, int64(len(values))))
}

func buildModel(graph ...[]byte) []byte {
	return join(
		intField(1, 8), textField(2, "test"),
		bytesField(7, join(graph...)),
		bytesField(8, intField(2, 18)),
		bytesField(8, join(textField(1, domainML), intField(2, 3))),
	)
}

func initializer(tensor []byte) []byte { return bytesField(5, tensor) }
func input(value []byte) []byte        { return bytesField(11, value) }
func output(value []byte) []byte       { return bytesField(12, value) }

// stumpAttributes is one split of column 0 at 0.5: the leaf where it is true has weight
// -1, the other 2.
func stumpAttributes(mode string) map[string]any {
	return map[string]any{
		"nodes_treeids": []int{0, 0, 0}, "nodes_nodeids": []int{0, 1, 2}, "nodes_featureids": []int{0, 0, 0},
		"nodes_truenodeids": []int{1, 0, 0}, "nodes_falsenodeids": []int{2, 0, 0},
		"nodes_modes": []string{mode, "LEAF", "LEAF"}, "nodes_values": []float32{0.5, 0, 0},
		"class_treeids": []int{0, 0}, "class_nodeids": []int{1, 2}, "class_ids": []int{0, 0},
		"class_weights": []float32{-1, 2}, "classlabels_int64s": []int{0, 1}, "post_transform": "LOGISTIC",
	}
}

// stump is a model of one split, its attributes changed, with more parts of the graph.
func stump(change map[string]any, more ...[]byte) []byte {
	attributes := stumpAttributes("BRANCH_LEQ")
	for name, value := range change {
		if attributes[name] = value; value == nil {
			delete(attributes, name)
		}
	}
	return buildModel(join(
		buildNode(domainML+".TreeEnsembleClassifier", []string{"X"}, []string{"label", "p"}, attributes),
		input(buildValue("X", typeFloat, 0, 1)),
		output(buildValue("label", typeInt64, 0)), output(buildValue("p", typeFloat, 0, 2)),
	), join(more...))
}

// after is the stump with nodes between "scores" and the output "p".
func after(more ...[]byte) []byte { return around("X", "scores", more...) }

func around(in, out string, more ...[]byte) []byte {
	return buildModel(
		buildNode(domainML+".TreeEnsembleClassifier", []string{in}, []string{"label", out}, stumpAttributes("BRANCH_LEQ")),
		input(buildValue("X", typeFloat, 0, 1)),
		output(buildValue("label", typeInt64, 0)), output(buildValue("p", typeFloat, 0, 2)),
		join(more...),
	)
}
