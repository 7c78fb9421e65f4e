package explain

import (
	"errors"
	"fmt"
	"math"
	"sync"

	"revscore/internal/score/estimator"
)

// errUndefined tells of sums beyond all numbers, as of a class whose prior is 0.
var errUndefined = errors.New("the margin is not a number")

// Explainer explains the answers of one estimator. It never changes.
type Explainer struct {
	estimator *estimator.Estimator
	names     []string
	classes   int
	parts     []part
}

// part explains one part of the estimator.
type part struct {
	columns []int    // the feature of each number of a row
	outputs []output // of each class
	sums    sums
	idle    *sync.Pool // of *scratch
}

// sums are what a part's scores are.
type sums interface {
	// explain adds to phi, which is 0, what each number of the row contributes to a
	// sum, and returns the sum's expectation and the sum, reckoned by itself.
	explain(s *scratch, output int, phi []float64) (base, sum float64)
}

// scratch is the space of one explanation.
type scratch struct {
	row, phi []float64
	walk     *walk // of trees
}

// New makes an explainer of an estimator whose features have these names. Errors are
// [ErrKind], [ErrNoCover] and [ErrMixed].
func New(e *estimator.Estimator, names []string) (*Explainer, error) {
	if len(names) != e.Features() {
		return nil, fmt.Errorf("explain: %d names of %d features", len(names), e.Features())
	}
	x := &Explainer{estimator: e, names: names, classes: len(e.Classes())}
	for i := range e.Parts() {
		p, err := newPart(e, i)
		if err != nil {
			return nil, fmt.Errorf("explain %s: %w", e.Kind(), err)
		}
		x.parts = append(x.parts, p)
	}
	return x, nil
}

func newPart(e *estimator.Estimator, i int) (p part, err error) {
	a := e.Anatomy(i)
	if p.columns = a.Columns; p.columns == nil {
		return p, ErrMixed
	}
	var t *trees
	switch {
	case a.Trees != nil:
		t, err = newTrees(a.Trees)
		p.sums = t
	case a.Linear != nil:
		p.sums = linear{a.Linear}
	case a.Gaussian != nil:
		p.sums = newGaussian(a.Gaussian)
	case a.Bernoulli != nil:
		p.sums = newBernoulli(a.Bernoulli)
	default:
		err = ErrKind
	}
	if err != nil {
		return p, err
	}
	classes := len(e.Classes())
	if e.Multilabel() {
		classes = 2
	}
	p.idle = &sync.Pool{New: func() any {
		s := &scratch{row: make([]float64, 0, e.Features()+1), phi: make([]float64, len(p.columns))}
		if t != nil {
			s.walk = t.newWalk()
		}
		return s
	}}
	p.outputs, err = outputs(a, classes)
	return p, err
}

// Explanation is what moved the margin of one class. Base and Contributions add up to
// Margin.
type Explanation struct {
	Base          float64
	Margin        float64
	Contributions []float64 // of each feature
	names         []string
	values        []float64
}

// Explain explains the answer to values for a class, by its index among those of the
// estimator, or for a label of a multilabel one. It keeps values. A value that has no
// place in the estimator is a [*estimator.ValueError].
func (x *Explainer) Explain(values []float64, class int) (Explanation, error) {
	if class < 0 || class >= x.classes {
		return Explanation{}, fmt.Errorf("explain: class %d of %d", class, x.classes)
	}
	i := 0
	if x.estimator.Multilabel() {
		i, class = class, 1
	}
	p := &x.parts[i]
	s := p.idle.Get().(*scratch)
	defer p.idle.Put(s)
	var err error
	if s.row, err = x.estimator.Row(i, values, s.row); err != nil {
		return Explanation{}, fmt.Errorf("explain: %w", err)
	}
	clear(s.phi)
	o := p.outputs[class]
	base, sum := p.sums.explain(s, o.of, s.phi)
	e := Explanation{
		Base: o.scale*base + o.shift, Margin: o.scale*sum + o.shift,
		Contributions: make([]float64, len(values)), names: x.names, values: values,
	}
	for j, v := range s.phi {
		e.Contributions[p.columns[j]] = o.scale * v
	}
	if math.IsNaN(e.Margin) || math.IsInf(e.Margin, 0) {
		return Explanation{}, fmt.Errorf("explain: %w", errUndefined)
	}
	return e, nil
}
