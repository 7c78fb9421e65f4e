package onnx

import (
	"errors"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// Bounds of a file. The largest model we know, 700 trees of depth 7, has 7 MB.
const (
	maxFile       = 128 << 20
	maxNodes      = 1 << 16 // of the graph
	maxValues     = 1 << 20 // names that its nodes have for inputs and outputs
	maxAttributes = 1 << 6  // of a node
	maxArray      = 1 << 23 // numbers of an attribute or tensor
	maxWidth      = 1 << 16 // numbers of a row
	maxLabels     = 1 << 12
)

var errWire = errors.New("not a protocol buffer, or cut off")

// field is one field of a message: bytes of length-delimited ones, bits of numbers.
type field struct {
	number protowire.Number
	kind   protowire.Type
	bits   uint64
	bytes  []byte
}

// eachField calls f for the fields of a message in their order. Bytes alias data.
func eachField(data []byte, f func(field) error) error {
	for len(data) > 0 {
		number, kind, n := protowire.ConsumeTag(data)
		if n < 0 {
			return errWire
		}
		data = data[n:]
		one := field{number: number, kind: kind}
		switch kind {
		case protowire.VarintType:
			one.bits, n = protowire.ConsumeVarint(data)
		case protowire.Fixed32Type:
			var bits uint32
			bits, n = protowire.ConsumeFixed32(data)
			one.bits = uint64(bits)
		case protowire.Fixed64Type:
			one.bits, n = protowire.ConsumeFixed64(data)
		case protowire.BytesType:
			one.bytes, n = protowire.ConsumeBytes(data)
		default: // groups are older than the format
			return errWire
		}
		if n < 0 {
			return errWire
		}
		data = data[n:]
		if err := f(one); err != nil {
			return err
		}
	}
	return nil
}

// text is a field that must be a string or a message.
func (f field) text(into *string) error {
	if f.kind != protowire.BytesType {
		return errWire
	}
	*into = string(f.bytes)
	return nil
}

// array is a repeated number field, packed into one field or one field for each.
type array struct {
	data  []byte // all elements, as they stand on the wire without tags
	count int
	kind  protowire.Type
}

// add takes one more field of the array.
func (a *array) add(f field, kind protowire.Type) error {
	if a.count > 0 && a.kind != kind {
		return errWire
	}
	a.kind = kind
	switch f.kind {
	case kind:
		switch kind {
		case protowire.Fixed32Type:
			a.data = protowire.AppendFixed32(a.data, uint32(f.bits))
		case protowire.Fixed64Type:
			a.data = protowire.AppendFixed64(a.data, f.bits)
		default:
			a.data = protowire.AppendVarint(a.data, f.bits)
		}
		a.count++
	case protowire.BytesType:
		n, err := count(f.bytes, kind)
		if err != nil {
			return err
		}
		if a.count == 0 {
			a.data = f.bytes[:len(f.bytes):len(f.bytes)] // the usual case; appending copies it
		} else {
			a.data = append(a.data, f.bytes...)
		}
		a.count += n
	default:
		return errWire
	}
	if a.count > maxArray {
		return fmt.Errorf("an array has more than %d numbers", maxArray)
	}
	return nil
}

// count returns how many numbers packed bytes hold.
func count(data []byte, kind protowire.Type) (int, error) {
	size := map[protowire.Type]int{protowire.Fixed32Type: 4, protowire.Fixed64Type: 8}[kind]
	if size > 0 {
		if len(data)%size != 0 {
			return 0, errWire
		}
		return len(data) / size, nil
	}
	n := 0
	for _, b := range data {
		if b < 0x80 {
			n++
		}
	}
	return n, nil
}

// floats returns the array's numbers; it must be of 32 or 64 bits.
func (a array) floats() ([]float64, error) {
	values := make([]float64, 0, a.count)
	for data := a.data; len(data) > 0; {
		switch a.kind {
		case protowire.Fixed32Type:
			bits, n := protowire.ConsumeFixed32(data)
			values, data = append(values, float64(math.Float32frombits(bits))), data[n:]
		case protowire.Fixed64Type:
			bits, n := protowire.ConsumeFixed64(data)
			values, data = append(values, math.Float64frombits(bits)), data[n:]
		default:
			return nil, errWire
		}
	}
	return values, nil
}

// ints returns the array's numbers; they must be varints.
func (a array) ints() ([]int64, error) {
	if a.count > 0 && a.kind != protowire.VarintType {
		return nil, errWire
	}
	values := make([]int64, 0, a.count)
	for data := a.data; len(data) > 0; {
		bits, n := protowire.ConsumeVarint(data)
		if n < 0 {
			return nil, errWire
		}
		values, data = append(values, int64(bits)), data[n:]
	}
	return values, nil
}
