package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"revscore/internal/bundle"
	"revscore/internal/event"
	"revscore/internal/score"
	"revscore/internal/score/feature"
	"revscore/internal/score/model"
)

// row is a line of --from-features.
type row struct {
	RevID    int64             `json:"rev_id"`
	Wiki     string            `json:"wiki"`
	Features []json.RawMessage `json:"features"`
}

// fromFeatures reads a line of features; false if the line is something else.
func fromFeatures(text []byte) (row, bool) {
	var r row
	err := json.Unmarshal(text, &r)
	return r, err == nil && r.Features != nil
}

// values are those of a model's features, as many as it has.
func (r row) values(m *model.Model) ([]float64, error) {
	if n := len(m.Features()); len(r.Features) != n {
		return nil, fmt.Errorf("%d values, %s has %d features", len(r.Features), m, n)
	}
	return bundle.Values(r.Features)
}

// rowLines asks an estimator about vectors of features.
func rowLines(ctx context.Context, in io.Reader, out io.Writer, m *model.Model, o scoreOptions) error {
	return counted(func(bad *atomic.Int64) error {
		return documents(ctx, in, out, func(l line) scored {
			r, values, err := readRow(l.text, m)
			if err != nil {
				bad.Add(1)
				return scored{Line: l.number, RevID: r.RevID, Wiki: r.Wiki, Error: &cellError{event.ReasonInvalidJSON, err.Error()}}
			}
			c := cell{Version: m.Version()}
			s, err := m.Score(r.RevID, values)
			if err == nil {
				_, err = s.AppendJSON(nil) // a number that JSON cannot hold is no probability
			}
			if err != nil {
				c.Error = &cellError{"CaughtDependencyError", err.Error()} // as the service says
			} else {
				c.Score = &s
				if o.explain > 0 {
					c.explain(m, values, o.explain)
				}
			}
			return scored{RevID: r.RevID, Wiki: r.Wiki, Scores: map[string]cell{m.Name(): c}}
		})
	})
}

func readRow(text []byte, m *model.Model) (r row, values []float64, err error) {
	if err := json.Unmarshal(text, &r); err != nil {
		return r, nil, bundle.Plain(err)
	}
	if r.Features == nil {
		return r, nil, errors.New(`no features: a line is {"features": [...]}, the values in the order of the model's`)
	}
	values, err = r.values(m)
	return r, values, err
}

// extracted is a line of --features-only. Error is why there are no features; Errors
// has those that have no value, and there are no others then, for a model could not
// be trained on the rest.
type extracted struct {
	Line     int                      `json:"line,omitempty"` // of a line that cannot be read
	Error    *cellError               `json:"error,omitempty"`
	RevID    int64                    `json:"rev_id,omitempty"`
	Wiki     string                   `json:"wiki,omitempty"`
	Features map[string]feature.Value `json:"features,omitempty"`
	Errors   map[string]cellError     `json:"errors,omitempty"`
}

// featureLines writes the values of a plan's features, which have names.
func featureLines(ctx context.Context, in io.Reader, out io.Writer, plan *feature.Plan, names []string) error {
	return counted(func(bad *atomic.Int64) error {
		return documents(ctx, in, out, func(l line) extracted {
			rev, input, err := score.ReadInput(l.text)
			if err != nil {
				bad.Add(1)
				return extracted{Line: l.number, Error: unreadable(err)}
			}
			e := extracted{RevID: rev.RevID, Wiki: rev.Wiki}
			if content := contentOf(plan); content != "" && rev.ContentModel != "" && rev.ContentModel != content {
				e.Error = &cellError{"UnexpectedContentType", fmt.Sprintf("revision %d has content model %q, the features are defined on %s", rev.RevID, rev.ContentModel, content)}
				return e
			}
			e.Features, e.Errors = named(names, plan.Evaluate(input), plan.Columns(0))
			return e
		})
	})
}

// named are the values of features, or if one has none the errors.
func named(names []string, values feature.Result, columns []int) (map[string]feature.Value, map[string]cellError) {
	features, errs := map[string]feature.Value{}, map[string]cellError{}
	for i, column := range columns {
		name := names[i]
		if err := values[column].Err; err != nil {
			errs[name] = cellError{featureErrorType(err), err.Error()}
		} else {
			features[name] = values[column].Value
		}
	}
	if len(errs) > 0 {
		return nil, errs
	}
	return features, nil
}

// contentOf is the content model that texts must have, as [model.Model.Content].
func contentOf(plan *feature.Plan) string {
	switch {
	case plan.NeedsItem():
		return model.ContentItem
	case plan.NeedsText() || plan.NeedsParent():
		return model.ContentWikitext
	}
	return ""
}

func featureErrorType(err error) string {
	var fe *feature.Error
	if errors.As(err, &fe) {
		return fe.Type
	}
	return "CaughtDependencyError"
}
