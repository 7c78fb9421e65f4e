package feature

import (
	"errors"
	"fmt"
)

// Plan is the distinct features of some lists.
type Plan struct {
	nodes   []*node
	columns [][]int
	roots   []roots // by list
}

// Compile reads lists of feature names. It reports all names that are unknown
// or cannot be read, with the number of their list.
func Compile(lists ...[]string) (*Plan, error) {
	p := &Plan{columns: make([][]int, len(lists)), roots: make([]roots, len(lists))}
	index := map[string]int{}
	var errs []error
	for i, list := range lists {
		p.columns[i] = make([]int, 0, len(list))
		for _, name := range list {
			n, err := find(name)
			if err != nil {
				errs = append(errs, fmt.Errorf("compile list %d: %w", i, err))
				continue
			}
			column, ok := index[n.key]
			if !ok {
				column = len(p.nodes)
				index[n.key] = column
				p.nodes = append(p.nodes, n)
			}
			p.columns[i] = append(p.columns[i], column)
			p.roots[i] |= n.roots()
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return p, nil
}

// Columns returns where in a result the values of list i stand, in the list's
// order. The caller must not change the slice.
func (p *Plan) Columns(i int) []int { return p.columns[i] }

// Names returns the names of a result's features. A feature that lists spell
// differently has the name from the first.
func (p *Plan) Names() []string {
	names := make([]string, len(p.nodes))
	for i, n := range p.nodes {
		names[i] = n.name
	}
	return names
}

// NeedsText reports whether any of the given lists reads the revision's text;
// with no list given, whether any list of the plan does.
func (p *Plan) NeedsText(lists ...int) bool { return p.needs(rootText, lists) }

// NeedsParent does the same for the text before.
func (p *Plan) NeedsParent(lists ...int) bool { return p.needs(rootParent, lists) }

// NeedsUser does the same for the user.
func (p *Plan) NeedsUser(lists ...int) bool { return p.needs(rootUser, lists) }

func (p *Plan) needs(root roots, lists []int) bool {
	if len(lists) == 0 {
		for _, r := range p.roots {
			if r&root != 0 {
				return true
			}
		}
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

// Evaluate computes the features of a revision.
func (p *Plan) Evaluate(in Input) Result { return p.evaluate(&solver{in: in}) }

func (p *Plan) evaluate(s *solver) Result {
	result := make(Result, len(p.nodes))
	for i, n := range p.nodes {
		value, err := n.compute(s)
		if err != nil {
			result[i].Err = newError(n.name, err)
			continue
		}
		result[i].Value = value
	}
	return result
}
