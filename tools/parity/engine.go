package main

import (
	"fmt"

	"revscore/internal/score/analysis"
	"revscore/internal/score/feature"
)

// engine computes the features. This file alone knows its interface.
type engine struct {
	plan    *feature.Plan
	columns [][]int // list, feature → column; -1 if it is not computed
}

// newEngine compiles the lists into one plan. A feature that does not compile is
// marked in its list and left out, so that one mistake does not hide how all the
// others fare: that is why each is compiled by itself before.
//
// What asks an asset that is not at hand is not compared.
func newEngine(lists []list, assets feature.Assets) (*engine, error) {
	e := &engine{}
	var all []feature.List
	for _, l := range lists {
		compiled := feature.List{Assets: assets}
		columns := make([]int, len(l.features))
		for i := range l.features {
			f := &l.features[i]
			columns[i] = -1
			if f.expr == nil {
				continue
			}
			if name := lacking(f.expr, assets); name != "" {
				f.expr, f.missing = nil, "the asset @"+name
				continue
			}
			d := feature.Definition{Name: f.name, Expr: f.expr.String()}
			if _, f.err = feature.Compile(feature.List{Definitions: []feature.Definition{d}, Assets: assets}); f.err != nil {
				continue
			}
			columns[i] = len(compiled.Definitions)
			compiled.Definitions = append(compiled.Definitions, d)
		}
		all = append(all, compiled)
		e.columns = append(e.columns, columns)
	}
	plan, err := feature.Compile(all...)
	if err != nil {
		return nil, fmt.Errorf("compile all lists: %w", err)
	}
	e.plan = plan
	for i, columns := range e.columns {
		for j, n := range columns {
			if n >= 0 {
				columns[j] = plan.Columns(i)[n]
			}
		}
	}
	return e, nil
}

// evaluate returns the outcomes of a revision's features.
func (e *engine) evaluate(r *row) func(list, i int) outcome {
	result := e.plan.Evaluate(input(r))
	return func(list, i int) outcome {
		o := result[e.columns[list][i]]
		if o.Err != nil {
			return outcome{err: o.Err}
		}
		return outcome{value: o.Value.String()}
	}
}

// input is what the reference was given. An absent comment stands for an empty one,
// and an absent user or parent's user for an anonymous one (golden/README.md); the
// rows tell the whole history, so what is absent there did not happen.
func input(r *row) feature.Input {
	who := r.Event.Performer
	in := feature.Input{
		Revision:  analysis.NewText(r.Text),
		Comment:   &r.Event.Comment,
		Timestamp: r.Event.Timestamp,
		User: feature.User{
			ID: who.ID, Groups: who.Groups, Registration: who.Registration, LastEdit: r.User.LastEdit,
		},
		Page:    feature.Page{Namespace: r.Event.Namespace, Created: r.Page.Created},
		History: true,
	}
	if r.Parent != nil {
		in.Parent = analysis.NewText(r.Parent.Text)
		in.ParentTimestamp = r.Parent.Timestamp
		in.ParentUserID = &r.Parent.UserID
	}
	return in
}
