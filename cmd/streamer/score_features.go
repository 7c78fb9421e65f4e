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

// rowLines asks an estimator about vectors of features.
func rowLines(ctx context.Context, in io.Reader, out io.Writer, m *model.Model) error {
	return counted(func(bad *atomic.Int64) error {
		return documents(ctx, in, out, func(l line) scored {
			var r row
			err := json.Unmarshal(l.text, &r)
			if err == nil && r.Features == nil {
				err = errors.New(`no features: a line is {"features": [...]}, the values in the order of the model's`)
			}
			if err != nil {
				bad.Add(1)
				return scored{Line: l.number, Error: &cellError{event.ReasonInvalidJSON, err.Error()}}
			}
			c := cell{Version: m.Version()}
			s, err := rowScore(m, r)
			if err != nil {
				c.Error = &cellError{"FeatureValueError", err.Error()}
			} else {
				c.Score = s
			}
			return scored{RevID: r.RevID, Wiki: r.Wiki, Scores: map[string]cell{m.Name(): c}}
		})
	})
}

func rowScore(m *model.Model, r row) (*event.Score, error) {
	values, err := bundle.Values(r.Features)
	if err != nil {
		return nil, err
	}
	if len(values) != len(m.Features()) {
		return nil, fmt.Errorf("%d values for the %d features of %s", len(values), len(m.Features()), m)
	}
	s, err := m.Score(r.RevID, values)
	return &s, err
}

// scoreRow is the score of a row, nil if it has none.
func scoreRow(m *model.Model, r row) *event.Score {
	s, err := rowScore(m, r)
	if err != nil {
		return nil
	}
	return s
}

// extracted is a line of --features-only. Errors has the features that have no
// value; there are no Features then, for a model could not be trained on the rest.
type extracted struct {
	Line     int                      `json:"line,omitempty"` // of a line that cannot be read
	Error    *cellError               `json:"error,omitempty"`
	RevID    int64                    `json:"rev_id,omitempty"`
	Wiki     string                   `json:"wiki,omitempty"`
	Features map[string]feature.Value `json:"features,omitempty"`
	Errors   map[string]cellError     `json:"errors,omitempty"`
}

// featureLines writes the values of a list's features.
func featureLines(ctx context.Context, in io.Reader, out io.Writer, list feature.List) error {
	plan, err := feature.Compile(list)
	if err != nil {
		return err
	}
	return counted(func(bad *atomic.Int64) error {
		return documents(ctx, in, out, func(l line) extracted {
			rev, input, err := score.ReadInput(l.text)
			if err != nil {
				bad.Add(1)
				return extracted{Line: l.number, Error: unreadable(err)}
			}
			e := extracted{RevID: rev.RevID, Wiki: rev.Wiki, Features: map[string]feature.Value{}, Errors: map[string]cellError{}}
			values := plan.Evaluate(input)
			for i, column := range plan.Columns(0) {
				name := list.Definitions[i].Name
				if err := values[column].Err; err != nil {
					e.Errors[name] = cellError{featureErrorType(err), err.Error()}
				} else {
					e.Features[name] = values[column].Value
				}
			}
			if len(e.Errors) > 0 {
				e.Features = nil
			}
			return e
		})
	})
}

func featureErrorType(err error) string {
	var fe *feature.Error
	if errors.As(err, &fe) {
		return fe.Type
	}
	return "CaughtDependencyError"
}
