package numpy

import (
	"errors"
	"fmt"

	"revscore/internal/pickle"
)

// Array is an ndarray. Its getters give the items in C order: the last index changes
// first, however the bytes lie.
type Array struct {
	Type  Type
	Shape []int

	data    []byte
	objects []any // instead of data
	start   int   // of the first item in data
	step    int   // bytes from one item to the next
	fortran bool  // the first index changes first in data
}

// Len is the number of items.
func (a *Array) Len() int {
	n := 1
	for _, d := range a.Shape {
		n *= d
	}
	return n
}

// Data is what lies in the pickle, which readers may tell arrays by; nil for objects.
func (a *Array) Data() []byte { return a.data }

// ReadArray reads an ndarray.
func ReadArray(v any) (*Array, error) {
	o, ok := v.(*pickle.Object)
	if !ok {
		return nil, fmt.Errorf("is %s, must be a numpy array", pickle.Kind(v))
	}
	switch {
	case o.Class.Is("numpy.core.multiarray._reconstruct"):
		return reconstruct(o)
	case o.Class.Is("numpy.core.numeric._frombuffer"):
		return fromBuffer(o)
	}
	return nil, fmt.Errorf("is %s, must be a numpy array", pickle.Kind(v))
}

// reconstruct reads _reconstruct(ndarray, (0,), b"b") with the state (version, shape,
// type, Fortran order, bytes or list of objects); see array_reduce and array_setstate in
// numpy/core/src/multiarray/methods.c.
func reconstruct(o *pickle.Object) (*Array, error) {
	if len(o.Args) == 0 {
		return nil, errors.New("array has no class")
	}
	class, ok := o.Args[0].(*pickle.Global)
	if !ok || !class.Is("numpy.ndarray") {
		return nil, fmt.Errorf("array is of %s, must be numpy.ndarray", pickle.Kind(o.Args[0]))
	}
	state, ok := o.State.(*pickle.Tuple)
	if !ok || len(state.Items) < 4 {
		return nil, errors.New("array has no state of five items")
	}
	s := state.Items
	if len(s) == 4 { // the version is optional to numpy
		s = append([]any{nil}, s...)
	}
	fortran, err := flag(s[3])
	if err != nil {
		return nil, err
	}
	return newArray(s[1], s[2], s[4], fortran)
}

// fromBuffer reads _frombuffer(buffer, type, shape, order); see numpy/core/numeric.py.
func fromBuffer(o *pickle.Object) (*Array, error) {
	if len(o.Args) < 4 {
		return nil, errors.New("array of a buffer has fewer than four arguments")
	}
	if len(o.Args) > 4 && o.Args[4] != nil {
		return nil, errors.New("array of a buffer has its axes in another order")
	}
	switch o.Args[3] {
	case "C", "F":
		return newArray(o.Args[2], o.Args[1], o.Args[0], o.Args[3] == "F")
	}
	return nil, fmt.Errorf("array of a buffer has order %s, must be C or F", pickle.Brief(o.Args[3]))
}

func flag(v any) (bool, error) {
	switch v := v.(type) {
	case bool:
		return v, nil
	case int64:
		return v != 0, nil
	}
	return false, fmt.Errorf("array's order is %s, must be a bool", pickle.Kind(v))
}

func newArray(shape, dtype, data any, fortran bool) (*Array, error) {
	t, err := readType(dtype)
	if err != nil {
		return nil, err
	}
	a := &Array{Type: t, step: t.Size}
	list, isList := data.(*pickle.List)
	bytes, isBytes := data.(pickle.Bytes)
	if isList != (t.Kind == 'O') || !isList && !isBytes {
		return nil, fmt.Errorf("array of type %v has data that are %s", t, pickle.Kind(data))
	}
	if isList {
		a.objects = list.Items // in C order, whatever the state says
	} else {
		a.data, a.fortran = bytes, fortran
	}
	have := len(a.objects)
	if t.Kind != 'O' {
		if t.Size == 0 {
			return nil, fmt.Errorf("array of type %v has items without bytes", t)
		}
		if have = len(a.data) / t.Size; len(a.data)%t.Size != 0 {
			return nil, fmt.Errorf("array of type %v has %d bytes", t, len(a.data))
		}
	}
	a.Shape, err = readShape(shape, have)
	return a, err
}

// maxEmpty bounds the dimensions of an array without items.
const maxEmpty = 1 << 16

// readShape reads the lengths of the dimensions, which must hold have items.
func readShape(v any, have int) ([]int, error) {
	dims, ok := v.(*pickle.Tuple)
	if !ok || len(dims.Items) > 32 {
		return nil, fmt.Errorf("array's shape is %s, must be a tuple of at most 32 dimensions", pickle.Kind(v))
	}
	shape := make([]int, len(dims.Items))
	n, limit := 1, max(have, maxEmpty)
	for i, d := range dims.Items {
		size, ok := d.(int64)
		if !ok || size < 0 || size > int64(limit) {
			return nil, fmt.Errorf("array of %d items has a dimension of %s", have, pickle.Brief(d))
		}
		shape[i] = int(size)
		if n *= shape[i]; n > limit { // before it can overflow
			return nil, fmt.Errorf("array of shape %v has %d items", shape[:i+1], have)
		}
	}
	if n != have {
		return nil, fmt.Errorf("array of shape %v has %d items", shape, have)
	}
	return shape, nil
}

// Field returns the column of a record array as an array of its own, without copying.
func (a *Array) Field(name string) (*Array, error) {
	for _, f := range a.Type.Fields {
		if f.Name == name {
			column := *a
			column.Type, column.start = f.Type, a.start+f.Offset
			return &column, nil
		}
	}
	return nil, fmt.Errorf("array of type %v has no field %.80q", a.Type, name)
}

// at finds the bytes of the i-th item in C order.
func (a *Array) at(i int) []byte {
	if a.fortran {
		i = a.fortranIndex(i)
	}
	from := a.start + i*a.step
	return a.data[from : from+a.Type.Size]
}

func (a *Array) fortranIndex(i int) int {
	stride, at := a.Len(), 0
	for d := len(a.Shape) - 1; d >= 0; d-- {
		stride /= a.Shape[d]
		at += i % a.Shape[d] * stride
		i /= a.Shape[d]
	}
	return at
}
