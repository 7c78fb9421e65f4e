package estimator

import (
	"fmt"
	"math"
)

// ValueError says that a value has no place in a model: it is not finite, or, for
// trees, not any more once scaled and rounded to float32. The reference raises a
// ValueError in the same cases (sklearn check_array, force_all_finite).
type ValueError struct {
	Index int     // of the feature
	Value float64 // as it was given
}

func (e *ValueError) Error() string {
	if math.IsNaN(e.Value) || math.IsInf(e.Value, 0) {
		return fmt.Sprintf("value %d is %v", e.Index, e.Value)
	}
	return fmt.Sprintf("value %d is %v, too large once scaled", e.Index, e.Value)
}
