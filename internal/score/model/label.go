package model

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// readLabels makes labels as YAML has them bools, strings or int64s.
func readLabels(list []any) ([]any, error) {
	labels := make([]any, len(list))
	for i, entry := range list {
		switch l := entry.(type) {
		case bool, string, int64:
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
		return fmt.Errorf("%d of them, too few: a model of one label would say the same of every revision", len(labels))
	}
	taken := make(map[any]bool, len(labels))
	for i, l := range labels {
		switch {
		case fmt.Sprintf("%T", l) != fmt.Sprintf("%T", labels[0]):
			return errors.New("some are of another type than the first")
		case taken[l]:
			return fmt.Errorf("entry %d is %#v again", i+1, l)
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

// Prediction is the label chosen, or the list of those of a multilabel model, in the form
// of [event.Score].
func Prediction(labels []any, chosen []bool, multilabel bool) any {
	if !multilabel {
		return labels[slices.Index(chosen, true)]
	}
	var list []any
	texts := []string{} // none is an empty list, not null
	for i, label := range labels {
		if !chosen[i] {
			continue
		}
		list = append(list, label)
		if text, ok := label.(string); ok {
			texts = append(texts, text)
		}
	}
	if len(texts) == len(list) {
		return texts
	}
	return list
}
