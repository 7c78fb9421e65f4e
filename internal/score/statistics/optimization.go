package statistics

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// optimizationPattern is ThresholdOptimization.STRING_PATTERN. Go's \w is ASCII;
// Python's is letters, numbers and the underscore of all scripts.
var optimizationPattern = regexp.MustCompile(
	`^(maximum|minimum) ` +
		`((?:!|[\pL\p{Nl}\p{No}_])[\pL\pN_]*) @ ` +
		`((?:!|[\pL\p{Nl}\p{No}_])[\pL\pN_]*) ` +
		`(>=|<=) ` +
		`([-+]?(?:[0-9]*\.[0-9]+|[0-9]+))`)

// Optimization is a threshold query: the threshold at which one statistic is the
// best of those at which another keeps to a bound.
type Optimization struct {
	Maximize  bool
	Target    string // the statistic to optimize
	Condition string // the statistic that is bounded
	AtLeast   bool   // the bound is a lower one
	Bound     float64
}

// ParseOptimization reads a query such as "maximum recall @ precision >= 0.9". As
// in the original case and outer white space do not count, and neither does
// anything behind the number: "0.9e-1" is 0.9.
func ParseOptimization(query string) (Optimization, error) {
	// Go's ToLower makes an i of İ, Python's an i and a dot, which is no word.
	lower := strings.ToLower(strings.ReplaceAll(trimSpace(query), "İ", "i\u0307"))
	m := optimizationPattern.FindStringSubmatch(lower)
	if m == nil {
		return Optimization{}, raise(ValueError, `%s is no threshold query; one is (maximum|minimum) STATISTIC @ STATISTIC (>=|<=) NUMBER, in double quotes, and statistics are %s`, named(query), names(fieldNames()))
	}
	bound, _ := strconv.ParseFloat(m[5], 64) // out of range is an infinity, as in Python
	return Optimization{m[1] == "maximum", m[2], m[3], m[4] == ">=", bound}, nil
}

// String writes the query in the form in which it is read. A bound that Python
// writes with an exponent (below 1e-4, from 1e16 on) does not read back as itself.
func (o Optimization) String() string {
	extreme, relation := "minimum", "<="
	if o.Maximize {
		extreme = "maximum"
	}
	if o.AtLeast {
		relation = ">="
	}
	return fmt.Sprintf("%s %s @ %s %s %s", extreme, o.Target, o.Condition, relation, formatFloat(o.Bound))
}

// keeps tells whether a value of the condition is within the bound.
func (o Optimization) keeps(value float64) bool {
	if o.AtLeast {
		return value >= o.Bound
	}
	return value <= o.Bound
}

// better compares as Python compares the tuples (target, threshold, statistics)
// for max or min: by the target, then by the threshold. Statistics have no order,
// so that two rows with both the same are a TypeError.
func (o Optimization) better(target, threshold, thanTarget, thanThreshold float64) (bool, error) {
	a, b := target, thanTarget
	if a == b {
		if a, b = threshold, thanThreshold; a == b {
			return false, raise(TypeError, "two rows have the same %s and threshold, of which the original cannot take one", o.Target)
		}
	}
	if o.Maximize {
		return a > b, nil
	}
	return a < b, nil
}

// Optimal is get_optimal: the row that answers the query, or -1 if no row keeps
// to the bound.
func (t *Thresholds) Optimal(o Optimization) (row int, err error) {
	row = -1
	var best float64
	for i := range t.Rows {
		m := &t.Rows[i].Matrix
		condition, known := m.field(o.Condition)
		if !known {
			return -1, noStatistic(o.Condition)
		}
		if !condition.ok {
			continue
		}
		target, known := m.field(o.Target)
		if !known {
			return -1, noStatistic(o.Target)
		}
		if !target.ok || !o.keeps(condition.value) {
			continue
		}
		if row >= 0 {
			better, err := o.better(target.value, t.Rows[i].Threshold, best, t.Rows[row].Threshold)
			if err != nil {
				return -1, err
			}
			if !better {
				continue
			}
		}
		row, best = i, target.value
	}
	return row, nil
}
