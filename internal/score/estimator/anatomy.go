package estimator

import "revscore/internal/score/tree"

// Anatomy is a part laid open, for those who say why it answers what it answers. At
// most one of Trees, Linear, Gaussian and Bernoulli is not nil; none is where the
// scores are no sum over features or trees (support vectors). Nothing of it must be
// changed.
type Anatomy struct {
	// Columns are the features that the row of [Estimator.Row] has the values of; nil
	// if steps of a chain make numbers of several features.
	Columns   []int
	Trees     *Trees
	Linear    *Linear
	Gaussian  *GaussianNB
	Bernoulli *BernoulliNB
	Chain     *Chain // whose After makes probabilities of the scores; nil if Link does
	Link      Link
}

// Trees are the sums of an [Ensemble].
type Trees struct {
	Forest  *tree.Forest
	Value   []float64 // leaves x Width, multiplied by the rate
	Width   int
	Outputs int
	Target  []int32   // the output of each tree; nil if there is one, or Width is Outputs
	Base    []float64 // nil in a chain
	Mean    float64   // what sums are divided by, or 0
}

// Parts is how many parts there are: of a multilabel estimator one for each label.
func (e *Estimator) Parts() int { return len(e.parts) }

// Anatomy lays a part open.
func (e *Estimator) Anatomy(part int) Anatomy {
	a := Anatomy{Columns: make([]int, e.features)}
	for i := range a.Columns {
		a.Columns[i] = i
	}
	switch p := e.parts[part].(type) {
	case *ensemble:
		a.Trees, a.Link = p.open(), p.link
	case linear:
		a.Linear, a.Link = p.Linear, p.Link
	case *gaussian:
		a.Gaussian = p.GaussianNB
	case *bernoulli:
		a.Bernoulli = p.BernoulliNB
	case *chain:
		a.Chain = p.Chain
		a.Columns = columnsAfter(p.Before, a.Columns)
		if p.ensemble != nil {
			a.Trees = p.ensemble.open()
		} else {
			a.Linear = p.Scores.(*Linear)
		}
	}
	return a
}

func (e *ensemble) open() *Trees {
	return &Trees{
		Forest: e.forest, Value: e.value, Width: e.width, Outputs: e.outputs,
		Target: e.target, Base: e.base, Mean: e.mean,
	}
}

// columnsAfter follows columns through steps; nil if one mixes them, or doubles one.
func columnsAfter(steps []Step, columns []int) []int {
	for _, s := range steps {
		switch s.Op {
		case Pick:
			columns = columns[int(s.Values[0]):][:1]
		case Complement, Mirror, SoftmaxAll, SoftmaxZero, Normalize:
			return nil
		}
	}
	return columns
}

// Row appends to row[:0] what the scores of a part are sums over: the values, scaled,
// and in a chain after the steps before the scores.
func (e *Estimator) Row(part int, values, row []float64) ([]float64, error) {
	if len(values) != e.features {
		return nil, errWidth(len(values), e.features)
	}
	s := e.idle.Get().(*scratch)
	defer e.idle.Put(s)
	if err := e.scale(s, values); err != nil {
		return nil, err
	}
	row = append(row[:0], s.x...)
	if c, is := e.parts[part].(*chain); is {
		for i := range c.Before {
			row = c.Before[i].run(row)
		}
	}
	for _, v := range row {
		if !finite(v) {
			return nil, errUndefined
		}
	}
	return row, nil
}
