package estimator

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
)

// maxHeader bounds the header of a file. Two hundred labels need 200 kB.
const maxHeader = 4 << 20

// The number types of tensors, as safetensors calls them.
const (
	typeF64 = "F64"
	typeI32 = "I32"
	typeU32 = "U32"
)

// tensor is a table of numbers in a file.
type tensor struct {
	layout
	name string
	data []byte
	read bool
}

// layout is what the header says of a tensor.
type layout struct {
	DType   string `json:"dtype"`
	Shape   []int  `json:"shape"`
	Offsets []int  `json:"data_offsets"` // where it starts and ends
}

// readLayout is strict: of a third offset, of a second key "Shape" or of a null
// encoding/json would make a plausible layout.
func readLayout(raw []byte) (l layout, err error) {
	if err := readHead(raw, &l); err != nil {
		return l, err
	}
	if bytes.Contains(raw, []byte("null")) { // in a list
		return l, errors.New("a number is null")
	}
	if len(l.Offsets) != 2 {
		return l, fmt.Errorf("%d data_offsets, must be 2", len(l.Offsets))
	}
	return l, nil
}

func size(dtype string) int {
	switch dtype {
	case typeF64:
		return 8
	case typeI32, typeU32:
		return 4
	}
	return 0
}

// container is a safetensors file: named tensors, one behind the other, and strings.
type container struct {
	meta    map[string]string
	tensors map[string]*tensor
}

// readContainer takes a file apart. Tensors lie in data; none overlaps another, and
// nothing lies between them.
func readContainer(data []byte) (*container, error) {
	if len(data) < 8 {
		return nil, errors.New("not a safetensors file: shorter than its first number")
	}
	length := binary.LittleEndian.Uint64(data)
	data = data[8:]
	if length > maxHeader || length > uint64(len(data)) {
		return nil, fmt.Errorf("header of %d bytes, must be at most %d and within the file", length, maxHeader)
	}
	c := &container{tensors: map[string]*tensor{}}
	list, err := c.readHeader(data[:length])
	if err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	data = data[length:]
	slices.SortFunc(list, func(a, b *tensor) int { return slices.Compare(a.Offsets, b.Offsets) })
	end := 0
	for _, t := range list {
		n, err := t.bytes(len(data))
		if err != nil {
			return nil, fmt.Errorf("%.80q: %w", t.name, err)
		}
		if t.Offsets[0] != end || t.Offsets[1] != end+n {
			return nil, fmt.Errorf("%.80q: lies at %d to %d, must lie at %d to %d", t.name, t.Offsets[0], t.Offsets[1], end, end+n)
		}
		if end += n; end > len(data) {
			return nil, fmt.Errorf("%.80q: ends at %d of %d bytes", t.name, end, len(data))
		}
		t.data = data[t.Offsets[0]:t.Offsets[1]]
	}
	if end != len(data) {
		return nil, fmt.Errorf("%d bytes behind the last tensor", len(data)-end)
	}
	return c, nil
}

// bytes returns how many the numbers take, which is at most limit.
func (t *tensor) bytes(limit int) (int, error) {
	n := size(t.DType)
	if n == 0 {
		return 0, fmt.Errorf("dtype is %.20q, must be F64, I32 or U32", t.DType)
	}
	if len(t.Shape) == 0 || len(t.Shape) > 2 {
		return 0, fmt.Errorf("%d dimensions, must be 1 or 2", len(t.Shape))
	}
	for _, d := range t.Shape {
		if d < 0 || d > 0 && n > limit/d {
			return 0, fmt.Errorf("shape %v does not fit in %d bytes", t.Shape, limit)
		}
		n *= d
	}
	return n, nil
}

// readHeader reads the object of all names. encoding/json would take the last of two
// equal names; here the second is an error.
func (c *container) readHeader(header []byte) ([]*tensor, error) {
	dec := json.NewDecoder(bytes.NewReader(header))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New("not an object")
	}
	var list []*tensor
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, err
		}
		name := key.(string) // More has seen to it
		if name == "__metadata__" {
			if c.meta != nil {
				return nil, errors.New("__metadata__ twice")
			}
			if c.meta, err = readMeta(dec); err != nil {
				return nil, fmt.Errorf("__metadata__: %w", err)
			}
			continue
		}
		if c.tensors[name] != nil {
			return nil, fmt.Errorf("%.80q twice", name)
		}
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return nil, fmt.Errorf("%.80q: %w", name, err)
		}
		t := &tensor{name: name}
		if t.layout, err = readLayout(raw); err != nil {
			return nil, fmt.Errorf("%.80q: %w", name, err)
		}
		c.tensors[name] = t
		list = append(list, t)
	}
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err == nil || dec.InputOffset() < int64(len(bytes.TrimRight(header, " "))) {
		return nil, errors.New("data after the end of the object")
	}
	return list, nil
}

// readMeta reads the strings, of which none may come twice.
func readMeta(dec *json.Decoder) (map[string]string, error) {
	var raw json.RawMessage
	if err := dec.Decode(&raw); err != nil {
		return nil, err
	}
	meta := map[string]string{}
	if err := json.Unmarshal(raw, &meta); err != nil {
		return nil, err
	}
	if meta == nil {
		return nil, errors.New("is null")
	}
	_, err := keysOf(raw)
	return meta, err
}

// take returns a tensor of the given type and shape, where -1 is any length. A tensor
// that is not there is nil without an error if it is optional.
func (c *container) take(name, dtype string, optional bool, shape ...int) (*tensor, error) {
	t := c.tensors[name]
	if t == nil {
		if optional {
			return nil, nil
		}
		return nil, fmt.Errorf("%s is missing", name)
	}
	t.read = true
	if t.DType != dtype {
		return nil, fmt.Errorf("%s is of %s, must be of %s", name, t.DType, dtype)
	}
	fits := len(t.Shape) == len(shape)
	for i := 0; fits && i < len(shape); i++ {
		fits = shape[i] < 0 || t.Shape[i] == shape[i]
	}
	if !fits {
		return nil, fmt.Errorf("%s has the shape %v, must have %v", name, t.Shape, shape)
	}
	return t, nil
}

// unread is an error if a tensor has not been taken.
func (c *container) unread() error {
	for name, t := range c.tensors {
		if !t.read {
			return fmt.Errorf("nothing is known of a tensor %.80q", name)
		}
	}
	return nil
}

func (t *tensor) float64s() []float64 {
	out := make([]float64, len(t.data)/8)
	for i := range out {
		out[i] = math.Float64frombits(binary.LittleEndian.Uint64(t.data[8*i:]))
	}
	return out
}

func (t *tensor) uint32s() []uint32 {
	out := make([]uint32, len(t.data)/4)
	for i := range out {
		out[i] = binary.LittleEndian.Uint32(t.data[4*i:])
	}
	return out
}

func (t *tensor) int32s() []int32 {
	out := make([]int32, len(t.data)/4)
	for i := range out {
		out[i] = int32(binary.LittleEndian.Uint32(t.data[4*i:]))
	}
	return out
}

// writer makes a safetensors file.
type writer struct {
	list []*tensor
}

// add appends a tensor to be filled by the caller.
func (w *writer) add(name, dtype string, shape ...int) *tensor {
	n := size(dtype)
	for _, d := range shape {
		n *= d
	}
	t := &tensor{layout: layout{DType: dtype, Shape: shape}, name: name, data: make([]byte, 0, n)}
	w.list = append(w.list, t)
	return t
}

func (t *tensor) put64(values ...float64) {
	for _, v := range values {
		t.data = binary.LittleEndian.AppendUint64(t.data, math.Float64bits(v))
	}
}

func (t *tensor) put32(values ...uint32) {
	for _, v := range values {
		t.data = binary.LittleEndian.AppendUint32(t.data, v)
	}
}

// bytes puts the file together: numbers of eight bytes first, so that all are aligned.
func (w *writer) bytes(meta map[string]string) ([]byte, error) {
	slices.SortStableFunc(w.list, func(a, b *tensor) int { return cmp.Compare(size(b.DType), size(a.DType)) })
	var header bytes.Buffer
	enc := json.NewEncoder(&header)
	enc.SetEscapeHTML(false)
	put := func(before, name string, value any) error {
		header.WriteString(before + `"` + name + `":`)
		err := enc.Encode(value)
		header.Truncate(header.Len() - 1) // the newline
		return err
	}
	if err := put("{", "__metadata__", meta); err != nil {
		return nil, err
	}
	end := 0
	for _, t := range w.list {
		t.Offsets = []int{end, end + len(t.data)}
		end += len(t.data)
		if err := put(",", t.name, t.layout); err != nil {
			return nil, err
		}
	}
	header.WriteByte('}')
	for header.Len()%8 != 0 {
		header.WriteByte(' ')
	}
	if header.Len() > maxHeader {
		return nil, fmt.Errorf("header of %d bytes, at most %d", header.Len(), maxHeader)
	}
	out := binary.LittleEndian.AppendUint64(make([]byte, 0, 8+header.Len()+end), uint64(header.Len()))
	out = append(out, header.Bytes()...)
	for _, t := range w.list {
		out = append(out, t.data...)
	}
	return out, nil
}
