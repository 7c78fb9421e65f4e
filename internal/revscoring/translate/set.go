package translate

import (
	"fmt"
	"math/big"
	"slices"

	"revscore/internal/pickle"
	"revscore/internal/score/feature/expr"
)

// readStrings reads a set, list or tuple of strings, sorted and each once.
func readStrings(v any) ([]string, error) {
	items, err := readItems(v)
	if err != nil {
		return nil, err
	}
	list := make([]string, len(items))
	for i, item := range items {
		s, ok := item.(string)
		if !ok {
			return nil, fmt.Errorf("has %s as an item, must be a str", pickle.Kind(item))
		}
		list[i] = s
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

func stringsConstant(v any) (*term, error) {
	list, err := readStrings(v)
	if err != nil {
		return nil, err
	}
	return stringsTerm(list), nil
}

// intsConstant reads a set, list or tuple of ints.
func intsConstant(v any) (*term, error) {
	items, err := readItems(v)
	if err != nil {
		return nil, err
	}
	nodes := make([]*expr.Node, len(items))
	for i, item := range items {
		n, ok := item.(int64)
		if !ok {
			if big, ok := item.(*big.Int); ok {
				return nil, fmt.Errorf("has an int of %d bits", big.BitLen())
			}
			return nil, fmt.Errorf("has %s as an item, must be an int", pickle.Kind(item))
		}
		nodes[i] = expr.NewInt(n)
	}
	return leaf("list", expr.NewList(nodes...), 2+3*len(items)), nil
}

func readItems(v any) ([]any, error) {
	switch v := v.(type) {
	case *pickle.Set:
		return v.Items, nil
	case *pickle.List:
		return v.Items, nil
	case *pickle.Tuple:
		return v.Items, nil
	}
	return nil, fmt.Errorf("is %s, must be a set", pickle.Kind(v))
}
