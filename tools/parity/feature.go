package main

import (
	"fmt"
	"strings"

	"revscore/internal/score/feature/expr"
)

// Constructors of features (revscoring/features, .../features/meta).

// aggregate is a function over the items of a list, which of no items gives 0 of
// the feature's type (features/meta/aggregators.py).
func aggregate(d *dependent, items *expr.Node) (*expr.Node, error) {
	switch d.Func.Callable {
	case "builtins.len", "builtins.sum", "builtins.max", "builtins.min":
		return expr.NewCall(strings.TrimPrefix(d.Func.Callable, "builtins."), items), nil
	}
	return nil, fmt.Errorf("%s: aggregator %s is unknown", d.Name, d.Func.Callable)
}

// constant is a number; its type shows in how the catalogue writes it.
func constant(d *dependent, _ []*expr.Node) (*expr.Node, error) {
	n, err := expr.Parse(d.Value.String())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.Name, err)
	}
	return n, nil
}

// not is the negation of a feature.
func not(_ *dependent, operand *expr.Node) (*expr.Node, error) {
	return expr.NewNot(operand), nil
}

// matches is whether the pattern matches at the start (features/meta/bools.py).
func matches(d *dependent, args []*expr.Node) (*expr.Node, error) {
	pattern, err := d.pattern()
	return expr.NewCall("match", append(args, pattern)...), err
}

// occurrences is how often the pattern is found in the strings joined.
func occurrences(pattern string) constructor {
	return func(_ *dependent, args []*expr.Node) (*expr.Node, error) {
		return expr.NewCall("occurrences", append(args, expr.NewString("(?i)"+pattern))...), nil
	}
}

// contains takes the set first, as its name reads; the catalogue has the set as a
// property.
func contains(d *dependent, args []*expr.Node) (*expr.Node, error) {
	set, err := d.set()
	return expr.NewCall("contains", append([]*expr.Node{set}, args...)...), err
}

func intersects(d *dependent, args []*expr.Node) (*expr.Node, error) {
	set, err := d.set()
	return expr.NewCall("intersects", append(args, set)...), err
}

// set returns the items of a set: names of groups, or numbers of namespaces.
func (d *dependent) set() (*expr.Node, error) {
	var constants []*expr.Node
	for _, item := range d.Items {
		switch item := item.(type) {
		case string:
			constants = append(constants, expr.NewString(item))
		case float64:
			if item != float64(int64(item)) {
				return nil, fmt.Errorf("%s: %v in a set is no integer", d.Name, item)
			}
			constants = append(constants, expr.NewInt(int64(item)))
		default:
			return nil, fmt.Errorf("%s: %v in a set is of no known type", d.Name, item)
		}
	}
	return expr.NewList(constants...), nil
}

// natural returns the type of an expression of a number in Python: int, float,
// bool, or "" for what is no number.
func natural(n *expr.Node) string {
	switch n.Kind {
	case expr.Int:
		return "int"
	case expr.Float:
		return "float"
	case expr.Bool, expr.Unary:
		return "bool"
	case expr.Call:
		return naturalCall(n)
	case expr.Binary:
		switch n.Text {
		case "/":
			return "float"
		case "+", "-", "*":
			if natural(n.Args[0]) == "float" || natural(n.Args[1]) == "float" {
				return "float"
			}
			return "int"
		}
		return "bool"
	}
	return ""
}

// naturalCall is natural of a call. A function that is not here yields no number,
// and typed then converts the value, which the compiler refuses.
func naturalCall(n *expr.Node) string {
	switch n.Text {
	case "int", "float", "bool":
		return n.Text
	case "len", "longest_repeated_char", "occurrences", "new_longest",
		"day_of_week", "hour_of_day", "seconds_since", "seconds_since_registration":
		return "int"
	case "match", "contains", "intersects", "is_anon":
		return "bool"
	case "log":
		return "float"
	case "sum", "max", "min":
		if len(n.Args) != 1 {
			return "float" // the modifiers, which convert
		}
		return element(n.Args[0])
	}
	return ""
}

// element returns the type of a list's numbers.
func element(n *expr.Node) string {
	switch n.Text {
	case "lengths", "table", "delta":
		return "int"
	case "prop_delta":
		return "float"
	case "values", "positive", "negative":
		return element(n.Args[0])
	}
	return ""
}
