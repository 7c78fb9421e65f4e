package feature

import (
	"errors"
	"fmt"
	"sync"

	"revscore/internal/score/pattern"
)

// Definition is a feature of a list: the name the reference gives it and the
// expression that says what it is (see package expr and compile.go).
type Definition struct {
	Name string
	Expr string
}

// List is the features that a model is fed with, in its order.
type List struct {
	Definitions []Definition
	Assets      Assets
}

// Plan is the distinct features of some lists. It is immutable and safe for
// concurrent use.
type Plan struct {
	results []*node  // what Evaluate yields
	names   []string // of the results
	columns [][]int  // by list
	roots   []roots  // by list
	all     roots
	slots   slots
	found   []*pattern.Lexicon // whose finds in the parent are asked for
	solvers sync.Pool          // of *solver
}

// Compile makes the plan of some lists. It reports all features that cannot be
// computed, each a *CompileError, with the number of their list if there are more.
func Compile(lists ...List) (*Plan, error) {
	c := newCompiler()
	p := c.plan
	p.columns, p.roots = make([][]int, len(lists)), make([]roots, len(lists))
	columns := map[ident]int{}
	var errs []error
	for i, list := range lists {
		p.columns[i] = make([]int, 0, len(list.Definitions))
		for _, d := range list.Definitions {
			n, err := c.definition(d, list.Assets)
			if err != nil {
				if len(lists) > 1 {
					err = fmt.Errorf("list %d: %w", i, err)
				}
				errs = append(errs, err)
				continue
			}
			column, ok := columns[n.ident]
			if !ok {
				column = len(p.results)
				columns[n.ident] = column
				p.results, p.names = append(p.results, n), append(p.names, d.Name)
			}
			p.columns[i] = append(p.columns[i], column)
			p.roots[i] |= n.roots
		}
		p.all |= p.roots[i]
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	p.solvers.New = func() any { return newSolver(p) }
	return p, nil
}

// Columns returns where in a result the values of list i stand, in the list's
// order. The caller must not change the slice.
func (p *Plan) Columns(i int) []int { return p.columns[i] }

// Names returns the names of a result's features. A feature that several lists
// ask for has the name from the first. The caller must not change the slice.
func (p *Plan) Names() []string { return p.names }

// NeedsText reports whether any of the given lists reads the revision's text;
// with no list given, whether any list of the plan does.
func (p *Plan) NeedsText(lists ...int) bool { return p.needs(rootText, lists) }

// NeedsParent does the same for the text before.
func (p *Plan) NeedsParent(lists ...int) bool { return p.needs(rootParent, lists) }

// NeedsUser does the same for the user.
func (p *Plan) NeedsUser(lists ...int) bool { return p.needs(rootUser, lists) }

func (p *Plan) needs(root roots, lists []int) bool {
	if len(lists) == 0 {
		return p.all&root != 0
	}
	for _, i := range lists {
		if p.roots[i]&root != 0 {
			return true
		}
	}
	return false
}

// Result holds what became of each feature of a plan.
type Result []Outcome

// Outcome is a feature's value or, if Err is not nil, an *Error.
type Outcome struct {
	Value Value
	Err   error
}

// Evaluate computes the features of a revision. What it makes of the texts is
// kept with them.
func (p *Plan) Evaluate(in Input) Result {
	s := p.solvers.Get().(*solver)
	defer s.release()
	s.in = in
	return s.evaluate()
}

func (s *solver) evaluate() Result {
	result := make(Result, len(s.plan.results))
	for i, n := range s.plan.results {
		value, err := n.scalar(s)
		if err != nil {
			result[i].Err = newError(s.plan.names[i], err)
			continue
		}
		result[i].Value = value
	}
	return result
}
