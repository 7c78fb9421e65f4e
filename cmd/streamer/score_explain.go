package main

import "revscore/internal/score/model"

// explainable is why explanations that are asked for cannot be had of any model. Where
// some can explain themselves the cells of the others say why they do not.
func explainable(o scoreOptions, list []*model.Model) error {
	if o.explain == 0 {
		return nil
	}
	var last error
	for _, m := range list {
		if last = m.Explainable(); last == nil {
			return nil
		}
	}
	return last
}

// explain adds what moved the cell's score, or why nobody can say. The score stands.
func (c *cell) explain(m *model.Model, values []float64, n int) {
	e, err := m.Explain(values, *c.Score, n)
	if err != nil {
		c.Unexplained = err.Error()
		return
	}
	c.Explanation = e
}
