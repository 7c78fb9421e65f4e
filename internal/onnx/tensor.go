package onnx

import (
	"encoding/binary"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// Element types of tensors, as onnx.proto numbers them.
const (
	typeFloat  = 1
	typeInt32  = 6
	typeInt64  = 7
	typeString = 8
	typeDouble = 11
)

var typeNames = map[int64]string{
	typeFloat: "float", 2: "uint8", 3: "int8", 4: "uint16", 5: "int16", typeInt32: "int32", typeInt64: "int64",
	typeString: "string", 9: "bool", 10: "float16", typeDouble: "double", 12: "uint32", 13: "uint64", 16: "bfloat16",
}

func typeName(elem int64) string {
	if name, ok := typeNames[elem]; ok {
		return name
	}
	return fmt.Sprintf("type %d", elem)
}

func float64FromBits32(bits uint64) float64 { return float64(math.Float32frombits(uint32(bits))) }

// tensor is a constant. Its numbers stand in raw, or in the array of its type.
type tensor struct {
	name     string
	elem     int64
	dims     []int64
	raw      []byte
	numbers  array  // float_data, int32_data, int64_data or double_data
	message  []byte // the whole tensor: strings are read when they are needed
	external bool
}

func readTensor(data []byte) (*tensor, error) {
	t := &tensor{message: data}
	var dims array
	err := eachField(data, func(f field) error {
		switch f.number {
		case 1:
			return dims.add(f, protowire.VarintType)
		case 2:
			t.elem = int64(f.bits)
		case 4:
			return t.numbers.add(f, protowire.Fixed32Type)
		case 5, 7:
			return t.numbers.add(f, protowire.VarintType)
		case 8:
			return f.text(&t.name)
		case 9:
			t.raw = f.bytes
		case 10:
			return t.numbers.add(f, protowire.Fixed64Type)
		case 13:
			t.external = true
		case 14:
			t.external = t.external || f.bits != 0
		}
		return nil
	})
	if err != nil {
		return t, err
	}
	if dims.count > 8 {
		return t, fmt.Errorf("tensor %q has %d dimensions", t.name, dims.count)
	}
	t.dims, err = dims.ints()
	return t, err
}

// size is the product of the dimensions, which must be what follows from n elements.
func (t *tensor) check(n int) error {
	if t.external {
		return fmt.Errorf("tensor %q keeps its data in another file, which is not supported", t.name)
	}
	size := int64(1)
	for _, d := range t.dims {
		if d < 0 || d > maxArray || size*d > maxArray {
			return fmt.Errorf("tensor %q has dimensions %v", t.name, t.dims)
		}
		size *= d
	}
	if size != int64(n) {
		return fmt.Errorf("tensor %q has dimensions %v and %d elements", t.name, t.dims, n)
	}
	return nil
}

// floats returns the numbers of a tensor of floats or doubles.
func (t *tensor) floats() ([]float64, error) {
	width := map[int64]int{typeFloat: 4, typeDouble: 8}[t.elem]
	if width == 0 {
		return nil, fmt.Errorf("tensor %q holds %s, wanted float or double", t.name, typeName(t.elem))
	}
	if t.raw == nil {
		if t.numbers.count > 0 && (t.numbers.kind == protowire.Fixed32Type) != (width == 4) {
			return nil, fmt.Errorf("tensor %q: data of another type", t.name)
		}
		if err := t.check(t.numbers.count); err != nil {
			return nil, err
		}
		return t.numbers.floats()
	}
	if len(t.raw)%width != 0 {
		return nil, fmt.Errorf("tensor %q has %d bytes", t.name, len(t.raw))
	}
	if err := t.check(len(t.raw) / width); err != nil {
		return nil, err
	}
	values := make([]float64, len(t.raw)/width)
	for i := range values {
		if width == 4 {
			values[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(t.raw[4*i:])))
		} else {
			values[i] = math.Float64frombits(binary.LittleEndian.Uint64(t.raw[8*i:]))
		}
	}
	return values, nil
}

// ints returns the numbers of a tensor of int32s or int64s.
func (t *tensor) ints() ([]int64, error) {
	width := map[int64]int{typeInt32: 4, typeInt64: 8}[t.elem]
	if width == 0 {
		return nil, fmt.Errorf("tensor %q holds %s, wanted int32 or int64", t.name, typeName(t.elem))
	}
	if t.raw == nil {
		if err := t.check(t.numbers.count); err != nil {
			return nil, err
		}
		return t.numbers.ints()
	}
	if len(t.raw)%width != 0 {
		return nil, fmt.Errorf("tensor %q has %d bytes", t.name, len(t.raw))
	}
	if err := t.check(len(t.raw) / width); err != nil {
		return nil, err
	}
	values := make([]int64, len(t.raw)/width)
	for i := range values {
		if width == 4 {
			values[i] = int64(int32(binary.LittleEndian.Uint32(t.raw[4*i:])))
		} else {
			values[i] = int64(binary.LittleEndian.Uint64(t.raw[8*i:]))
		}
	}
	return values, nil
}

// labels returns the elements of a tensor of ints or strings.
func (t *tensor) labels() ([]any, error) {
	if t.elem != typeString {
		values, err := t.ints()
		if err != nil {
			return nil, err
		}
		return intLabels(values)
	}
	labels, err := stringLabels(t.message, 6)
	if err != nil {
		return nil, err
	}
	return labels, t.check(len(labels))
}

func intLabels(values []int64) ([]any, error) {
	if len(values) > maxLabels {
		return nil, fmt.Errorf("%d labels, at most %d are supported", len(values), maxLabels)
	}
	labels := make([]any, len(values))
	for i, v := range values {
		labels[i] = v
	}
	return labels, nil
}

// stringLabels returns the strings that a message has in its field of that number.
func stringLabels(message []byte, number protowire.Number) ([]any, error) {
	var labels []any
	err := eachString(message, number, func(s []byte) error {
		if len(labels) == maxLabels {
			return fmt.Errorf("more than %d labels", maxLabels)
		}
		labels = append(labels, string(s))
		return nil
	})
	return labels, err
}

// eachString calls f for the strings of a repeated field.
func eachString(message []byte, number protowire.Number, f func([]byte) error) error {
	return eachField(message, func(one field) error {
		if one.number != number {
			return nil
		}
		if one.kind != protowire.BytesType {
			return errWire
		}
		return f(one.bytes)
	})
}
