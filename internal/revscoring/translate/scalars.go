package translate

import (
	"fmt"
	"math"

	"revscore/internal/pickle"
	"revscore/internal/score/feature/expr"
)

// featureMakers are of features of features, and of the event.
var featureMakers = map[string]maker{
	moduleFeature + "add.operate":  arithmetic("+"),
	moduleFeature + "sub.operate":  arithmetic("-"),
	moduleFeature + "mul.operate":  arithmetic("*"),
	moduleFeature + "div.operate":  operation("/", "float"),
	moduleFeature + "lt.operate":   operation("<", "bool"),
	moduleFeature + "le.operate":   operation("<=", "bool"),
	moduleFeature + "gt.operate":   operation(">", "bool"),
	moduleFeature + "ge.operate":   operation(">=", "bool"),
	moduleFeature + "eq.operate":   operation("==", "bool"),
	moduleFeature + "ne.operate":   operation("!=", "bool"),
	moduleFeature + "and_.operate": operation("and", "bool"),
	moduleFeature + "or_.operate":  operation("or", "bool"),

	moduleFeature + "not_._process": {[][]string{scalars}, func(_ *translation, _ *node, args []*term) (*term, error) {
		return not(args[0]), nil
	}},
	moduleFeature + "log._process":      plain("log", "float", scalars),
	moduleFeature + "max._process":      {nil, extreme("max")},
	moduleFeature + "min._process":      {nil, extreme("min")},
	moduleFeature + "Constant._process": {[][]string{}, constant},

	moduleBools + "regex_match.process":       {[][]string{text}, match},
	moduleBools + "set_contains_item.process": {[][]string{ints}, contains},
	moduleBools + "sets_intersect.process":    {[][]string{{"strings"}}, intersects},

	"revscoring.features.revision_oriented._process_is_anon":  plain("is_anon", "bool", ints),
	moduleTemporal + "_process_day_of_week":                   plain("day_of_week", "int", times),
	moduleTemporal + "_process_hour_of_day":                   plain("hour_of_day", "int", times),
	moduleTemporal + "_process_seconds_since":                 plain("seconds_since", "int", times, times),
	moduleTemporal + "_process_seconds_since_registration":    plain("seconds_since_registration", "int", ints, times, times),
	"editquality.feature_lists.wikitext._process_new_longest": plain("new_longest", "int", ints, ints),
}

func operation(sign, typ string) maker {
	return maker{[][]string{scalars, scalars}, func(_ *translation, _ *node, args []*term) (*term, error) {
		return operator(sign, typ, args[0], args[1]), nil
	}}
}

// arithmetic is of ints, unless a float is among them.
func arithmetic(sign string) maker {
	return maker{[][]string{scalars, scalars}, func(_ *translation, _ *node, args []*term) (*term, error) {
		typ := "int"
		if args[0].typ == "float" || args[1].typ == "float" {
			typ = "float"
		}
		return operator(sign, typ, args[0], args[1]), nil
	}}
}

// extreme is of two numbers or more.
func extreme(function string) func(*translation, *node, []*term) (*term, error) {
	return func(_ *translation, n *node, args []*term) (*term, error) {
		if len(args) < 2 {
			return nil, unknown(fmt.Sprintf("%s of %d arguments", n.process.name, len(args)))
		}
		for _, arg := range args {
			if err := check(n.process.name, arg, scalars); err != nil {
				return nil, err
			}
		}
		return call(function, "float", args...), nil
	}
}

func constant(_ *translation, n *node, _ []*term) (*term, error) {
	value, err := n.fields.Value("value")
	if err != nil {
		return nil, err
	}
	switch v := value.(type) {
	case bool:
		return leaf("bool", expr.NewBool(v), 5), nil
	case int64:
		return intTerm(v), nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, unknown(fmt.Sprintf("the constant %v", v))
		}
		return leaf("float", expr.NewFloat(v), 1), nil
	}
	return nil, unknown("a constant that is " + pickle.Kind(value))
}

func match(_ *translation, n *node, args []*term) (*term, error) {
	pattern, err := n.regex("regex")
	if err != nil {
		return nil, err
	}
	return call("match", "bool", args[0], pattern), nil
}

func contains(t *translation, n *node, args []*term) (*term, error) {
	items, err := t.set(n.fields.Get("items"), intsConstant)
	if err != nil {
		return nil, fmt.Errorf("items: %w", err)
	}
	return call("contains", "bool", items, args[0]), nil
}

func intersects(t *translation, n *node, args []*term) (*term, error) {
	items, err := t.set(n.fields.Get("items"), stringsConstant)
	if err != nil {
		return nil, fmt.Errorf("items: %w", err)
	}
	return call("intersects", "bool", args[0], items), nil
}
