package statistics

// fields are the ten statistics of a Matrix, in the original's order.
var fields = [...]string{
	"match_rate", "filter_rate",
	"precision", "!precision",
	"recall", "!recall",
	"accuracy", "fpr",
	"f1", "!f1",
}

// Matrix is ScaledPredictionStatistics: how often a prediction was right and
// wrong, as counts that were scaled to how common a label is outside the sample.
type Matrix struct {
	TP, FP, TN, FN float64
}

// Scaled makes a matrix of counts in a sample. Population, if not nil, is the
// rate at which the label occurs in the population
// (statistics/classification/scaled_classification_matrix.py, rescale).
func Scaled(tp, fp, tn, fn float64, population *float64) (Matrix, error) {
	if population == nil {
		return Matrix{tp, fp, tn, fn}, nil
	}
	n := tp + fn + tn + fp
	if n == 0 || *population == 0 || *population == 1 {
		return Matrix{}, raise(DivisionError, "%g observations cannot be scaled to a population rate of %g", n, *population)
	}
	observed := (tp + fn) / n
	sample := observed / *population
	rest := (1 - observed) / (1 - *population)
	if sample == 0 || rest == 0 {
		return Matrix{}, raise(DivisionError, "a rate of %g in the sample cannot be scaled to a population rate of %g", observed, *population)
	}
	return Matrix{TP: tp / sample, FP: fp / rest, TN: tn / rest, FN: fn / sample}, nil
}

// The sums, in the order in which the original adds.

func (m *Matrix) n() float64         { return m.TP + m.TN + m.FP + m.FN }
func (m *Matrix) positives() float64 { return m.TP + m.FP }
func (m *Matrix) negatives() float64 { return m.TN + m.FN }
func (m *Matrix) trues() float64     { return m.TP + m.FN }
func (m *Matrix) falses() float64    { return m.FP + m.TN }
func (m *Matrix) correct() float64   { return m.TP + m.TN }

// ratio is a statistic that is None where its denominator is zero.
type ratio struct {
	value float64
	ok    bool
}

func divide(a, b float64) ratio {
	if b == 0 {
		return ratio{}
	}
	return ratio{a / b, true}
}

// orNone returns the statistic as a value of the tree.
func (r ratio) orNone() any {
	if !r.ok {
		return nil
	}
	return r.value
}

// field returns a statistic by name; found is false if there is none of it.
func (m *Matrix) field(name string) (r ratio, found bool) {
	switch name {
	case "match_rate":
		return divide(m.positives(), m.n()), true
	case "filter_rate":
		match := divide(m.positives(), m.n())
		return ratio{1 - match.value, match.ok}, true
	case "precision":
		return m.precision(), true
	case "!precision":
		return m.inversePrecision(), true
	case "recall":
		return m.recall(), true
	case "!recall":
		return m.inverseRecall(), true
	case "accuracy":
		return divide(m.correct(), m.n()), true
	case "fpr":
		return divide(m.FP, m.falses()), true
	case "f1":
		return harmonic(m.precision(), m.recall()), true
	case "!f1":
		return harmonic(m.inversePrecision(), m.inverseRecall()), true
	}
	return ratio{}, false
}

func (m *Matrix) precision() ratio        { return divide(m.TP, m.positives()) }
func (m *Matrix) inversePrecision() ratio { return divide(m.TN, m.negatives()) }
func (m *Matrix) recall() ratio           { return divide(m.TP, m.trues()) }
func (m *Matrix) inverseRecall() ratio    { return divide(m.TN, m.falses()) }

// harmonic is the harmonic mean of precision and recall.
func harmonic(precision, recall ratio) ratio {
	p, r := precision.value, recall.value
	if !precision.ok || !recall.ok || !(p+r > 0) {
		return ratio{}
	}
	return ratio{2 * (float64(p*r) / (p + r)), true}
}

// item is the original's self[field].
func (m *Matrix) item(name string) (any, error) {
	r, found := m.field(name)
	if !found {
		return nil, noStatistic(name)
	}
	return r.orNone(), nil
}

// rounded returns the fields that were asked for, or all, with three digits.
func (m *Matrix) rounded(asked *pathTree) ([]Entry, error) {
	var entries []Entry
	for _, key := range asked.or(fieldNames()) {
		v, err := m.item(key.(string))
		if err != nil {
			return nil, err
		}
		if v, err = round(v, digits); err != nil {
			return nil, err
		}
		entries = append(entries, Entry{key, v})
	}
	return entries, nil
}

func fieldNames() []any {
	names := make([]any, len(fields))
	for i, f := range fields {
		names[i] = f
	}
	return names
}

// formatString is a table of one row.
func (m *Matrix) formatString() (string, error) {
	entries, err := m.rounded(noPaths)
	if err != nil {
		return "", err
	}
	row := make([]any, len(entries))
	for i, e := range entries {
		row[i] = e.Value
	}
	return tabulate([][]any{row}, fieldNames()), nil
}

// Sum is a sum of counts that the original keeps beside them.
type Sum struct {
	Name  string
	Value float64
}

// Sums are all of them.
func (m *Matrix) Sums() [6]Sum {
	return [6]Sum{
		{"n", m.n()}, {"positives", m.positives()}, {"negatives", m.negatives()},
		{"trues", m.trues()}, {"falses", m.falses()}, {"correct", m.correct()},
	}
}
