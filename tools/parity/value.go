package main

import (
	"math"
	"strconv"
	"strings"
)

// tolerance is the largest relative difference of equal floats.
const tolerance = 1e-9

// verdict is the outcome of one comparison.
type verdict struct {
	equal    bool
	distance float64 // relative, of numbers; 0 of what is none
}

// compareValues compares a value as it was recorded with one of ours, both as
// Python's json module writes them.
func compareValues(want, got string) verdict {
	if want == got {
		return verdict{equal: true}
	}
	a, errA := strconv.ParseFloat(want, 64)
	b, errB := strconv.ParseFloat(got, 64)
	if errA != nil || errB != nil {
		return verdict{} // true, false, null, an error
	}
	v := verdict{distance: distance(a, b)}
	v.equal = isFloat(want) && isFloat(got) && v.distance <= tolerance
	return v
}

// isFloat tells 1.0 from 1.
func isFloat(number string) bool { return strings.ContainsAny(number, ".eENI") } // N and I of NaN and Infinity

// distance is the difference of two numbers relative to the larger.
func distance(a, b float64) float64 {
	switch size := max(math.Abs(a), math.Abs(b)); {
	case a == b || math.IsNaN(a) && math.IsNaN(b):
		return 0
	case math.IsNaN(size) || math.IsInf(size, 0):
		return math.Inf(1)
	default:
		return math.Abs(a/size - b/size) // a-b could overflow
	}
}
