package numpy

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"revscore/internal/pickle"
)

// Floats returns a copy of the items as float64s, from numbers or bools.
func (a *Array) Floats() ([]float64, error) {
	out := make([]float64, 0, len(a.data)/max(a.step, 1))
	for i := range a.Len() {
		switch a.Type.Kind {
		case 'f':
			out = append(out, a.float(i))
		case 'b', 'i', 'u':
			n, err := a.int(i)
			if err != nil {
				return nil, err
			}
			if int64(float64(n)) != n {
				return nil, fmt.Errorf("integer %d has no float64", n)
			}
			out = append(out, float64(n))
		default:
			return nil, fmt.Errorf("array is of type %v, must be of numbers", a.Type)
		}
	}
	return out, nil
}

// Ints returns a copy of the items as int64s, from integers or bools.
func (a *Array) Ints() ([]int64, error) {
	switch a.Type.Kind {
	case 'b', 'i', 'u':
	default:
		return nil, fmt.Errorf("array is of type %v, must be of integers", a.Type)
	}
	out := make([]int64, a.Len())
	for i := range out {
		n, err := a.int(i)
		if err != nil {
			return nil, err
		}
		out[i] = n
	}
	return out, nil
}

// Objects returns the items of an array of objects. They must not be changed.
func (a *Array) Objects() ([]any, error) {
	if a.Type.Kind != 'O' {
		return nil, fmt.Errorf("array is of type %v, must be of objects", a.Type)
	}
	return a.objects, nil
}

// Values returns the items as bools, int64s, float64s or strings, whichever the type is.
// Of an array of objects each must be one, be it numpy's or Python's.
func (a *Array) Values() ([]any, error) {
	out := make([]any, a.Len())
	for i := range out {
		v, err := a.value(i)
		if err != nil {
			return nil, fmt.Errorf("item %d: %w", i, err)
		}
		out[i] = v
	}
	return out, nil
}

func (a *Array) value(i int) (any, error) {
	switch a.Type.Kind {
	case 'b':
		return a.at(i)[0] != 0, nil
	case 'i', 'u':
		return a.int(i)
	case 'f':
		return a.float(i), nil
	case 'U':
		return a.text(i)
	case 'O':
		return Scalar(a.objects[i])
	}
	return nil, fmt.Errorf("array is of type %v, must be of numbers, bools or texts", a.Type)
}

func (a *Array) int(i int) (int64, error) {
	b, order := a.at(i), a.Type.order
	signed := a.Type.Kind == 'i'
	switch len(b) {
	case 1:
		if signed {
			return int64(int8(b[0])), nil
		}
		return int64(b[0]), nil
	case 2:
		if signed {
			return int64(int16(order.Uint16(b))), nil
		}
		return int64(order.Uint16(b)), nil
	case 4:
		if signed {
			return int64(int32(order.Uint32(b))), nil
		}
		return int64(order.Uint32(b)), nil
	}
	n := order.Uint64(b)
	if !signed && n > math.MaxInt64 {
		return 0, fmt.Errorf("integer %d is more than an int64 holds", n)
	}
	return int64(n), nil
}

func (a *Array) float(i int) float64 {
	b := a.at(i)
	if len(b) == 4 {
		return float64(math.Float32frombits(a.Type.order.Uint32(b)))
	}
	return math.Float64frombits(a.Type.order.Uint64(b))
}

// text reads a text of fixed width, filled up with zeros.
func (a *Array) text(i int) (string, error) {
	b := a.at(i)
	for len(b) >= 4 && a.Type.order.Uint32(b[len(b)-4:]) == 0 {
		b = b[:len(b)-4]
	}
	var s strings.Builder
	for ; len(b) >= 4; b = b[4:] {
		r := a.Type.order.Uint32(b)
		if r > utf8.MaxRune || !utf8.ValidRune(rune(r)) {
			return "", fmt.Errorf("text has the character %#x, which Unicode has not", r)
		}
		s.WriteRune(rune(r))
	}
	return s.String(), nil
}

// Scalar returns a bool, int64, float64 or string, be it Python's or numpy's
// (numpy.core.multiarray.scalar(type, bytes)).
func Scalar(v any) (any, error) {
	switch v := v.(type) {
	case bool, int64, float64, string:
		return v, nil
	case *pickle.Object:
		if v.Class.Is("numpy.core.multiarray.scalar") && len(v.Args) == 2 {
			return scalar(v.Args[0], v.Args[1])
		}
	}
	return nil, fmt.Errorf("is %s, must be a number, bool or text", pickle.Kind(v))
}

func scalar(dtype, data any) (any, error) {
	t, err := typeOf(dtype, "as a scalar")
	if err != nil {
		return nil, err
	}
	b, ok := data.(pickle.Bytes)
	if !ok || len(b) != t.Size || t.Kind == 'O' {
		return nil, fmt.Errorf("scalar of type %v has %s that does not fit", t, pickle.Kind(data))
	}
	a := Array{Type: t, step: t.Size, data: b}
	return a.value(0)
}
