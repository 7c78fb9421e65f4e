package translate

import "slices"

// tableMakers are of tables, numbers and keys.
var tableMakers = map[string]maker{
	moduleMeta + "frequencies.table.process":      plain("table", "table of int", strs),
	moduleMeta + "frequencies.delta.process":      plain("delta", "table of int", tables[:1], tables[:1]),
	moduleMeta + "frequencies.prop_delta.process": plain("prop_delta", "table of float", tables[:1], tables[:1]),
	moduleMeta + "dicts.keys.process":             plain("keys", "strings", tables),
	moduleMeta + "dicts.values.process":           typed("values", "table", "numbers", tables),
	moduleMeta + "filters.positive.process":       typed("positive", "", "", numbers),
	moduleMeta + "filters.negative.process":       typed("negative", "", "", numbers),

	moduleAggregators + "AggregatorsScalar.process": {[][]string{nil}, aggregate},
	// Classes of their own until revscoring 2.1.
	moduleAggregators + "len.process": {[][]string{nil}, aggregated("len")},
	moduleAggregators + "sum.process": {[][]string{nil}, aggregated("sum")},
	moduleAggregators + "max.process": {[][]string{nil}, aggregated("max")},
	moduleAggregators + "min.process": {[][]string{nil}, aggregated("min")},
}

// counted are the types of what len() takes.
var counted = slices.Concat(text, []string{"bytes", "statements", "snaks"}, strs, tables, numbers, nodeKinds, entries)

func aggregate(t *translation, n *node, args []*term) (*term, error) {
	f, err := n.function("func")
	if err != nil {
		return nil, err
	}
	switch f.name {
	case "builtins.len", "builtins.sum", "builtins.max", "builtins.min":
		return aggregated(f.name[len("builtins."):])(t, n, args)
	}
	return nil, unknown(f.name)
}

// aggregated is len, or a function of numbers that yields one of their type.
func aggregated(function string) func(*translation, *node, []*term) (*term, error) {
	return func(_ *translation, n *node, args []*term) (*term, error) {
		if function == "len" {
			return call("len", "int", args[0]), check(n.process.name, args[0], counted)
		}
		if err := check(n.process.name, args[0], numbers); err != nil {
			return nil, err
		}
		return call(function, args[0].typ[len("numbers of "):], args[0]), nil
	}
}
