package info

import (
	"errors"
	"fmt"
	"math/big"
	"unicode/utf8"

	"revscore/internal/pickle"
	"revscore/internal/revscoring/numpy"
	"revscore/internal/score/statistics"
)

const (
	// maxValues and maxRows bound what is read. Real trees have some 300 values and a
	// few thousand rows of thresholds.
	maxValues = 1 << 18
	maxRows   = 1 << 21
	// maxText is how many bytes all texts may have, each counted as often as it occurs:
	// a file may name a long one without end.
	maxText = 16 << 20
	// maxDigits of a number are those that the reader of info.json takes.
	maxDigits = 4300
	// maxDepth is a third of what a file may nest, because a dict may take three
	// levels in it.
	maxDepth = 30
)

// Read reads a model's attribute info.
func Read(v any) (*statistics.Info, error) {
	r := &reader{fields: map[*pickle.Object]pickle.Fields{}, scaled: map[*pickle.Object]scaled{}}
	tree, err := r.value(v, 0)
	if err != nil {
		return nil, fmt.Errorf("info: %w", err)
	}
	root, ok := tree.(*statistics.Info)
	if !ok {
		return nil, fmt.Errorf("info: is %s, must be a ModelInfo", pickle.Kind(v))
	}
	return root, nil
}

type reader struct {
	values, rows, text int // that were read
	// Objects that were read: a file may name one from every row of a table.
	fields map[*pickle.Object]pickle.Fields
	scaled map[*pickle.Object]scaled
}

// attributes reads those of an object once.
func (r *reader) attributes(o *pickle.Object) (pickle.Fields, error) {
	f, known := r.fields[o]
	if known {
		return f, nil
	}
	f, err := pickle.Attributes(o)
	if err == nil {
		r.fields[o] = f
	}
	return f, err
}

func (r *reader) value(v any, depth int) (any, error) {
	if r.values++; r.values > maxValues {
		return nil, fmt.Errorf("has more than %d values", maxValues)
	}
	if depth > maxDepth {
		return nil, fmt.Errorf("has more than %d values within each other", maxDepth)
	}
	switch v := v.(type) {
	case nil, bool, int64, float64:
		return v, nil
	case *big.Int:
		return r.integer(v)
	case string:
		return r.string(v)
	case *pickle.List:
		items, err := r.items(v.Items, depth)
		return statistics.List(items), err
	case *pickle.Tuple:
		items, err := r.items(v.Items, depth)
		return statistics.Tuple(items), err
	case *pickle.Dict:
		return r.dict(v.Entries, false, depth)
	case *pickle.Object:
		return r.object(v, depth)
	case *pickle.Global:
		return r.opaque(v)
	}
	return nil, fmt.Errorf("is %s", pickle.Kind(v))
}

func (r *reader) string(s string) (any, error) {
	if r.text += len(s); r.text > maxText {
		return nil, fmt.Errorf("has more than %d bytes of text", maxText)
	}
	if !utf8.ValidString(s) {
		return nil, fmt.Errorf("text %.40q is not UTF-8", s)
	}
	return s, nil
}

func (r *reader) integer(n *big.Int) (any, error) {
	digits := len(n.String())
	if digits > maxDigits {
		return nil, fmt.Errorf("has a number of %d digits, at most %d", digits, maxDigits)
	}
	if r.text += digits; r.text > maxText {
		return nil, fmt.Errorf("has more than %d bytes of text", maxText)
	}
	return n, nil
}

func (r *reader) opaque(class *pickle.Global) (any, error) {
	name, err := r.string(class.String())
	if err != nil {
		return nil, err
	}
	return statistics.Opaque{Class: name.(string)}, nil
}

func (r *reader) items(items []any, depth int) ([]any, error) {
	out := make([]any, len(items))
	for i, item := range items {
		v, err := r.value(item, depth+1)
		if err != nil {
			return nil, fmt.Errorf("[%d]: %w", i, err)
		}
		out[i] = v
	}
	return out, nil
}

func (r *reader) dict(entries []pickle.Entry, ordered bool, depth int) (*statistics.Map, error) {
	out := make([]statistics.Entry, 0, len(entries))
	for _, e := range entries {
		key, err := r.value(e.Key, depth+1)
		if err != nil {
			return nil, err
		}
		if !statistics.IsKey(key) {
			return nil, fmt.Errorf("key is %s", pickle.Kind(e.Key))
		}
		v, err := r.value(e.Value, depth+1)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", statistics.Repr(key), err)
		}
		out = append(out, statistics.Entry{Key: key, Value: v})
	}
	return statistics.NewMap(out, ordered), nil
}

const (
	scoring = "revscoring.scoring."
	fitness = scoring + "statistics.classification."
)

// object reads what has a class. Classes of revscoring are those of the tree or
// refused; of others numbers and OrderedDicts are read.
func (r *reader) object(o *pickle.Object, depth int) (any, error) {
	switch o.Class.Canonical() {
	case "collections.OrderedDict":
		return r.dict(o.Entries, true, depth)
	case scoring + "model_info.ModelInfo":
		m, err := r.data(o, depth)
		return &statistics.Info{Map: m}, err
	case scoring + "environment.Environment":
		m, err := r.data(o, depth)
		return &statistics.Environment{Map: m}, err
	case fitness + "classification.Classification":
		return r.classification(o, depth)
	case fitness + "counts.Counts":
		m, err := r.data(o, depth)
		return &statistics.Counts{Map: m}, err
	case fitness + "counts.MultilabelCounts":
		m, err := r.data(o, depth)
		return &statistics.Counts{Map: m, Multilabel: true}, err
	case fitness + "rates.Rates":
		m, err := r.data(o, depth)
		return &statistics.Rates{Map: m}, err
	case fitness + "micro_macro_stats.MicroMacroStats":
		return r.microMacro(o, depth)
	case fitness + "scaled_threshold_statistics.ScaledThresholdStatistics":
		return r.thresholds(o)
	}
	if v, err := numpy.Scalar(o); err == nil {
		return r.value(v, depth)
	}
	if within(o.Class.Module, "revscoring") {
		return nil, fmt.Errorf("class %s is not known", o.Class)
	}
	return r.opaque(o.Class)
}

func within(module, root string) bool {
	return module == root || len(module) > len(root) && module[:len(root)+1] == root+"."
}

// data reads the entries of a ModelInfo.
func (r *reader) data(o *pickle.Object, depth int) (statistics.Map, error) {
	attrs, err := r.attributes(o)
	if err != nil {
		return statistics.Map{}, err
	}
	if !attrs.None("_default_fields") {
		return statistics.Map{}, fmt.Errorf("%s has default fields", o.Class)
	}
	return r.entries(attrs, depth)
}

func (r *reader) entries(attrs pickle.Fields, depth int) (statistics.Map, error) {
	data, err := attrs.Value("_data")
	if err != nil {
		return statistics.Map{}, err
	}
	v, err := r.value(data, depth+1)
	if err != nil {
		return statistics.Map{}, err
	}
	m, ok := v.(*statistics.Map)
	if !ok {
		return statistics.Map{}, fmt.Errorf("_data: is %s, must be a dict", pickle.Kind(data))
	}
	m.Ordered = true
	return *m, nil
}

func (r *reader) microMacro(o *pickle.Object, depth int) (*statistics.MicroMacro, error) {
	m, err := r.data(o, depth)
	if err != nil {
		return nil, err
	}
	attrs, err := r.attributes(o)
	if err != nil {
		return nil, err
	}
	field, err := attrs.String("field")
	return &statistics.MicroMacro{Field: field, Map: m}, err
}

// number reads a float, or an int or numpy's number as one.
func number(attrs pickle.Fields, name string) (float64, error) {
	v, err := attrs.Value(name)
	if err != nil {
		return 0, err
	}
	x, err := float(v)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", attrs.Path(name), err)
	}
	return x, nil
}

func float(v any) (float64, error) {
	scalar, err := numpy.Scalar(v)
	if err != nil {
		return 0, err
	}
	switch n := scalar.(type) {
	case float64:
		return n, nil
	case int64:
		if int64(float64(n)) == n {
			return float64(n), nil
		}
	}
	return 0, errors.New("is no number that a float holds")
}

func optional(attrs pickle.Fields, name string) (*float64, error) {
	if attrs.None(name) {
		return nil, nil
	}
	x, err := number(attrs, name)
	return &x, err
}
