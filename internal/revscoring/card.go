package revscoring

import (
	"errors"
	"fmt"
	"math"
	"time"

	"revscore/internal/pickle"
	"revscore/internal/revscoring/numpy"
)

// readCard reads what needs no reader of its own.
func readCard(m *Model, attrs pickle.Fields) (err error) {
	if !attrs.None("version") {
		if m.Version, err = attrs.String("version"); err != nil {
			return err
		}
	}
	if !attrs.None("multilabel") { // there is none in revscoring 2.0
		if m.Multilabel, err = attrs.Bool("multilabel"); err != nil {
			return err
		}
	}
	if m.Labels, err = labels(attrs); err != nil {
		return err
	}
	if m.LabelWeights, err = shares(attrs, "label_weights"); err != nil {
		return err
	}
	if !attrs.None("trained") {
		seconds, err := attrs.Float("trained")
		if err != nil {
			return err
		}
		m.Trained, err = unix(seconds)
		return err
	}
	return nil
}

// unix is time.time() of Python.
func unix(seconds float64) (time.Time, error) {
	const year3000 = 32503680000
	if math.IsNaN(seconds) || seconds < 0 || seconds > year3000 {
		return time.Time{}, fmt.Errorf("trained: %v is no time", seconds)
	}
	whole, part := math.Modf(seconds)
	return time.Unix(int64(whole), int64(part*1e9)).UTC(), nil
}

func labels(attrs pickle.Fields) ([]any, error) {
	items, err := attrs.Items("labels")
	if err != nil {
		return nil, err
	}
	if len(items) == 0 {
		return nil, errors.New("labels: there are none")
	}
	out := make([]any, len(items))
	for i, item := range items {
		if out[i], err = label(item); err != nil {
			return nil, fmt.Errorf("labels[%d]: %w", i, err)
		}
	}
	return out, nil
}

// label reads one; the original knows no others than these (label2json_type).
func label(v any) (any, error) {
	l, err := numpy.Scalar(v)
	if err != nil {
		return nil, err
	}
	if _, ok := l.(float64); ok {
		return nil, errors.New("is a float, must be a bool, an int or a str")
	}
	return l, nil
}

// shares reads a dict of numbers by label.
func shares(attrs pickle.Fields, name string) ([]Share, error) {
	entries, err := mapping(attrs, name)
	if err != nil {
		return nil, err
	}
	var out []Share
	for _, e := range entries {
		s := Share{}
		if s.Label, err = label(e.Key); err == nil {
			s.Number, err = number(e.Value)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", attrs.Path(name), err)
		}
		out = append(out, s)
	}
	return out, nil
}

// mapping reads a dict, or an OrderedDict, which the original's commands make of their
// options (revscoring/utilities/util.py, read_labels_and_population_rates).
func mapping(attrs pickle.Fields, name string) ([]pickle.Entry, error) {
	if o, ok := attrs.Get(name).(*pickle.Object); ok && o.Class.Is("collections.OrderedDict") {
		return o.Entries, nil
	}
	if attrs.None(name) {
		return nil, nil
	}
	d, err := attrs.Dict(name)
	if err != nil {
		return nil, err
	}
	return d.Entries, nil
}

func number(v any) (float64, error) {
	n, err := numpy.Scalar(v)
	if err != nil {
		return 0, err
	}
	switch n := n.(type) {
	case float64:
		return n, nil
	case int64:
		return float64(n), nil
	}
	return 0, fmt.Errorf("is %s, must be a number", pickle.Kind(v))
}
