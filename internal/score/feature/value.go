package feature

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Value is what a feature yields: an int, a float or a bool, as the reference
// types it. The type makes no difference to a score, but it shows in output. The
// zero Value is the int 0.
type Value struct {
	kind valueKind
	num  int64   // of an int; 0 or 1 of a bool
	real float64 // of a float
}

type valueKind uint8

const (
	valueInt valueKind = iota
	valueFloat
	valueBool
)

// IntValue returns the int v.
func IntValue(v int64) Value { return Value{kind: valueInt, num: v} }

// FloatValue returns the float v.
func FloatValue(v float64) Value { return Value{kind: valueFloat, real: v} }

// BoolValue returns the bool v.
func BoolValue(v bool) Value {
	if v {
		return Value{kind: valueBool, num: 1}
	}
	return Value{kind: valueBool}
}

// Float returns the value as a model sees it: false is 0 and true is 1.
func (v Value) Float() float64 {
	if v.kind == valueFloat {
		return v.real
	}
	return float64(v.num)
}

// String returns the value as Python's json module writes it: 12, 12.0, true.
func (v Value) String() string {
	switch v.kind {
	case valueBool:
		return strconv.FormatBool(v.num != 0)
	case valueFloat:
		return formatFloat(v.real)
	}
	return strconv.FormatInt(v.num, 10)
}

// MarshalJSON writes the value as Python's json module does. JSON has no
// infinities and no NaN: those are errors here, where Python writes them.
func (v Value) MarshalJSON() ([]byte, error) {
	if v.kind == valueFloat && (math.IsNaN(v.real) || math.IsInf(v.real, 0)) {
		return nil, fmt.Errorf("write feature value: %v has no JSON form", v.real)
	}
	return []byte(v.String()), nil
}

// formatFloat is Python's repr(float): the shortest digits that read back as the
// same number, with an exponent from 1e16 on and below 1e-4, and never without
// a point or an exponent.
func formatFloat(f float64) string {
	switch size := math.Abs(f); {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	case size != 0 && (size < 1e-4 || size >= 1e16):
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}
