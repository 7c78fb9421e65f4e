package model

import (
	"errors"
	"fmt"
	"math"
	"strconv"
)

// readLabels makes labels as YAML has them bools, strings or int64s.
func readLabels(list []any) ([]any, error) {
	labels := make([]any, len(list))
	for i, entry := range list {
		switch l := entry.(type) {
		case bool, int64:
			labels[i] = l
		case string:
			if l == "" {
				return nil, fmt.Errorf("entry %d is empty", i+1)
			}
			labels[i] = l
		case uint64: // how the library reads what is not negative
			if l > math.MaxInt64 {
				return nil, fmt.Errorf("entry %d is %d, too large", i+1, l)
			}
			labels[i] = int64(l)
		default:
			return nil, fmt.Errorf("entry %d is %v, must be a bool, a string or a whole number", i+1, entry)
		}
	}
	return labels, nil
}

// checkLabels refuses labels that no estimator has.
func checkLabels(labels []any, multilabel bool) error {
	if len(labels) < 2 && !multilabel || len(labels) == 0 {
		return fmt.Errorf("%d of them, too few", len(labels))
	}
	taken := make(map[any]bool, len(labels))
	for i, l := range labels {
		_, text := l.(string)
		switch {
		case fmt.Sprintf("%T", l) != fmt.Sprintf("%T", labels[0]):
			return errors.New("some are of another type than the first")
		case multilabel && !text:
			return fmt.Errorf("entry %d is %v, those of a multilabel model must be strings", i+1, l)
		case taken[l]:
			return fmt.Errorf("entry %d is %v again", i+1, l)
		}
		taken[l] = true
	}
	return nil
}

// labelKey is a label as JSON keys its probability: "true", "3", "spam".
func labelKey(label any) string {
	switch l := label.(type) {
	case bool:
		return strconv.FormatBool(l)
	case int64:
		return strconv.FormatInt(l, 10)
	case string:
		return l
	default:
		panic(fmt.Sprintf("model: a label of type %T", label))
	}
}
