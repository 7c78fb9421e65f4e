package statistics

import (
	"slices"
	"sort"
)

// Options say how a model is tested.
type Options struct {
	Labels          []any // in the order in which they are shown
	Multilabel      bool
	Probabilities   bool // the observations have them: tables of thresholds are made
	ThresholdDigits int  // that thresholds are rounded to; negative leaves them alone
	PopulationRates *Map // of all labels, or nil
}

// Observation is what a model said of something and what was true.
type Observation struct {
	Prediction  any       // a label or, of many, a []any
	Label       any       // likewise
	Probability []float64 // in the order of Options.Labels
}

// Fit computes the statistics of observations as Classification.fit does: with
// sums in the same order, so that the numbers are the original's to the last
// digit. (Python 3.12 made sum() of floats exact; models in use were made before
// that, and micro and macro averages under it may differ in the last digit.)
func Fit(o Options, observations []Observation) (*Classification, error) {
	f := fitter{o, observations, make([][]bool, len(o.Labels)), make([][]bool, len(o.Labels))}
	if err := f.mark(); err != nil {
		return nil, err
	}
	c := &Classification{
		Map: Map{Ordered: true}, Labels: o.Labels, Multilabel: o.Multilabel,
		PredictionKey: "prediction", PopulationRates: o.PopulationRates, Shown: DefaultShown(),
	}
	if c.PopulationRates == nil {
		c.PopulationRates = &Map{}
	}
	counts := f.counts()
	c.Set("counts", counts)
	rates, err := f.rates()
	if err != nil {
		return nil, err
	}
	c.Set("rates", rates)
	if c.LabelMatrices, err = f.matrices(); err != nil {
		return nil, err
	}
	for _, field := range fitOrder {
		stat, err := newMicroMacro(field, matrixSubjects(c.LabelMatrices, field))
		if err != nil {
			return nil, err
		}
		c.Set(field, stat)
	}
	if o.Probabilities {
		err = f.thresholds(c)
	}
	return c, err
}

// DefaultShown are the entries of a Classification that are shown if none is
// asked for: all but the thresholds.
func DefaultShown() []string {
	return []string{
		"!f1", "!precision", "!recall", "accuracy", "counts", "f1", "filter_rate", "fpr",
		"match_rate", "pr_auc", "precision", "rates", "recall", "roc_auc",
	}
}

// fitOrder is the order of the statistics in a Classification, which is not that
// of a Matrix.
var fitOrder = [...]string{
	"match_rate", "filter_rate", "recall", "!recall", "precision", "!precision",
	"f1", "!f1", "accuracy", "fpr",
}

// fitter holds the observations by label.
type fitter struct {
	Options
	observations []Observation
	predicted    [][]bool // by label and observation
	actual       [][]bool
}

// mark finds out who is of which label, and that the labels of the observations
// are those of the model (scoring/labels.py, check_label_consistency).
func (f *fitter) mark() error {
	for l := range f.Labels {
		f.predicted[l] = make([]bool, len(f.observations))
		f.actual[l] = make([]bool, len(f.observations))
	}
	for i, o := range f.observations {
		if err := f.markOne(f.predicted, i, o.Prediction); err != nil {
			return err
		}
		if err := f.markOne(f.actual, i, o.Label); err != nil {
			return err
		}
		if f.Probabilities && len(o.Probability) != len(f.Labels) {
			return raise(KeyError, "observation %d has %d probabilities of %d labels", i+1, len(o.Probability), len(f.Labels))
		}
	}
	for l, label := range f.Labels {
		if !slices.Contains(f.actual[l], true) {
			return raise(ConsistencyError, "label %s is of no observation", Repr(label))
		}
	}
	return nil
}

func (f *fitter) markOne(marks [][]bool, i int, labels any) error {
	set := []any{labels}
	if f.Multilabel {
		var ok bool
		if set, ok = labels.([]any); !ok {
			return raise(TypeError, "observation %d has one label where many are expected", i+1)
		}
	}
	for _, label := range set {
		l := slices.IndexFunc(f.Labels, func(known any) bool { return sameKey(known, label) })
		if l < 0 {
			return raise(ConsistencyError, "label %s of observation %d is none of the model's", str(label), i+1)
		}
		marks[l][i] = true
	}
	return nil
}

func (f *fitter) counts() *Counts {
	labels := &Map{Ordered: true}
	predictions := &Map{Ordered: true}
	for l, label := range f.Labels {
		labels.Set(label, countTrue(f.actual[l]))
		row := &Map{Ordered: true}
		if f.Multilabel {
			for _, actual := range []bool{true, false} {
				row.Set(actual, &Map{[]Entry{
					{true, f.count(l, actual, f.predicted[l], true)},
					{false, f.count(l, actual, f.predicted[l], false)},
				}, true})
			}
		} else {
			for p, predicted := range f.Labels {
				row.Set(predicted, f.count(l, true, f.predicted[p], true))
			}
		}
		predictions.Set(label, row)
	}
	return &Counts{Map{[]Entry{{"n", int64(len(f.observations))}, {"labels", labels}, {"predictions", predictions}}, true}, f.Multilabel}
}

// count counts the observations that are, or are not, of label l and that others
// say the same or the opposite of.
func (f *fitter) count(l int, actual bool, others []bool, other bool) int64 {
	var n int64
	for i, a := range f.actual[l] {
		if a == actual && others[i] == other {
			n++
		}
	}
	return n
}

func countTrue(marks []bool) int64 {
	var n int64
	for _, m := range marks {
		if m {
			n++
		}
	}
	return n
}

func (f *fitter) rates() (*Rates, error) {
	sample := &Map{Ordered: true}
	for l, label := range f.Labels {
		sample.Set(label, float64(countTrue(f.actual[l]))/float64(len(f.observations)))
	}
	r := &Rates{Map{[]Entry{{"sample", sample}}, true}}
	if f.PopulationRates == nil || len(f.PopulationRates.Entries) == 0 {
		return r, nil
	}
	population := &Map{Ordered: true}
	for _, label := range f.Labels {
		rate, err := f.PopulationRates.item(label)
		if err != nil {
			return nil, err
		}
		population.Set(label, rate)
	}
	r.Set("population", population)
	return r, nil
}

// population returns the rate that a label's counts are scaled to, or nil.
func (f *fitter) population(label any) *float64 {
	if f.PopulationRates == nil {
		return nil
	}
	v, _ := f.PopulationRates.Get(label)
	if rate, ok := number(v); ok {
		return &rate
	}
	return nil
}

func (f *fitter) matrices() ([]LabelMatrix, error) {
	var out []LabelMatrix
	for l, label := range f.Labels {
		rate := f.population(label)
		m, err := Scaled(
			float64(f.count(l, true, f.predicted[l], true)), float64(f.count(l, false, f.predicted[l], true)),
			float64(f.count(l, false, f.predicted[l], false)), float64(f.count(l, true, f.predicted[l], false)), rate)
		if err != nil {
			return nil, err
		}
		out = append(out, LabelMatrix{label, m, rate})
	}
	return out, nil
}

func matrixSubjects(matrices []LabelMatrix, field string) []subject {
	var subjects []subject
	for i := range matrices {
		v, err := matrices[i].Matrix.item(field)
		subjects = append(subjects, subject{matrices[i].Label, matrices[i].trues(), v, err})
	}
	return subjects
}

// thresholds adds the tables of thresholds and the areas under their curves.
func (f *fitter) thresholds(c *Classification) error {
	c.DecisionKey = "probability"
	if f.ThresholdDigits >= 0 {
		c.ThresholdDigits = int64(f.ThresholdDigits)
	}
	tables := &Info{Map{Ordered: true}}
	for l, label := range f.Labels {
		t, err := f.table(l)
		if err != nil {
			return err
		}
		tables.Set(label, t)
	}
	c.Thresholds = &tables.Map
	for _, field := range []string{"roc_auc", "pr_auc"} {
		var subjects []subject
		for _, e := range tables.Entries {
			t := e.Value.(*Thresholds)
			v, err := t.item(field)
			subjects = append(subjects, subject{e.Key, t.Trues, v, err})
		}
		stat, err := newMicroMacro(field, subjects)
		if err != nil {
			return err
		}
		c.Set(field, stat)
	}
	c.Set("thresholds", tables)
	return nil
}

// table goes through the observations from the least probable one on: at every
// threshold those from there on are matched.
func (f *fitter) table(l int) (*Thresholds, error) {
	n := len(f.observations)
	order := make([]int, n)
	decisions := make([]float64, n)
	for i, o := range f.observations {
		order[i], decisions[i] = i, o.Probability[l]
		if f.ThresholdDigits >= 0 {
			var err error
			if decisions[i], err = roundFloat(decisions[i], f.ThresholdDigits); err != nil {
				return nil, err
			}
		}
	}
	sort.SliceStable(order, func(a, b int) bool { return decisions[order[a]] < decisions[order[b]] })
	trues := float64(countTrue(f.actual[l]))
	t := &Thresholds{Trues: trues, PopulationRate: f.population(f.Labels[l])}
	if t.PopulationRate != nil {
		t.Trues = trues * (*t.PopulationRate / (trues / float64(n)))
	}
	tp, fp, tn, fn := trues, float64(n)-trues, 0.0, 0.0
	for at := 0; at < n; {
		threshold := decisions[order[at]]
		m, err := Scaled(tp, fp, tn, fn, t.PopulationRate)
		if err != nil {
			return nil, err
		}
		t.Rows = append(t.Rows, Row{threshold, m})
		for first := true; at < n && (first || decisions[order[at]] == threshold); at++ {
			first = false
			if f.actual[l][order[at]] {
				tp, fn = tp-1, fn+1
			} else {
				fp, tn = fp-1, tn+1
			}
		}
	}
	return t, nil
}
