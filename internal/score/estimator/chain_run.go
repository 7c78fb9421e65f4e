package estimator

import (
	"errors"
	"fmt"
)

// chain is a [Chain] made ready.
type chain struct {
	*Chain
	ensemble *ensemble // nil if the scores are linear
	outputs  int
	widest   int // row on the way
}

func (c *Chain) build(features, classes int) (predictor, error) {
	width, widest, err := checkSteps(c.Before, features)
	if err != nil {
		return nil, fmt.Errorf("before: %w", err)
	}
	r := &chain{Chain: c, widest: widest}
	switch scores := c.Scores.(type) {
	case *Ensemble:
		var spans []span
		if r.ensemble, spans, err = scores.ready(width, MaxClasses); err != nil {
			return nil, err
		}
		for _, s := range spans {
			if !finite(2*s.size) || scores.Single && !finite32(2*s.size) {
				return nil, errors.New("the sum of the trees can leave the range of its numbers")
			}
		}
		r.outputs = scores.Outputs
	case *Linear:
		r.outputs = len(scores.Coef)
		if r.outputs < 1 || r.outputs > MaxClasses {
			return nil, fmt.Errorf("coef has %d rows, must have 1 to %d", r.outputs, MaxClasses)
		}
		if err := scores.ready(width, r.outputs); err != nil {
			return nil, err
		}
	default:
		return nil, fmt.Errorf("scores are of a %T, must be of an Ensemble or a Linear", c.Scores)
	}
	width, widest, err = checkSteps(c.After, r.outputs)
	if err != nil {
		return nil, fmt.Errorf("after: %w", err)
	}
	if width != classes {
		return nil, fmt.Errorf("after: %d numbers for %d classes", width, classes)
	}
	r.widest = max(r.widest, widest)
	return r, c.checkDecision(r.outputs, classes)
}

func (c *Chain) checkDecision(outputs, classes int) error {
	if c.Raw < 0 || c.Raw > len(c.After) {
		return fmt.Errorf("raw is %d of %d steps", c.Raw, len(c.After))
	}
	if !finite(c.Cut) {
		return fmt.Errorf("cut is %v", c.Cut)
	}
	width, _, err := checkSteps(c.After[:c.Raw], outputs)
	if err != nil {
		return err
	}
	switch {
	case c.Decision == Argmax:
	case c.Decision == RawMax && width == classes:
	case c.Decision == RawAbove && classes == 2:
	default:
		return fmt.Errorf("decision is %.40q over %d scores for %d classes", string(c.Decision), width, classes)
	}
	return nil
}

func (c *chain) need(n *need) {
	n.row = max(n.row, c.widest)
	n.outputs = max(n.outputs, c.outputs)
	if c.ensemble != nil {
		c.ensemble.need(n)
	}
}

func (c *chain) predict(s *scratch, p []float64) int {
	row := append(s.row[:0], s.x...)
	for i := range c.Before {
		row = c.Before[i].run(row)
	}
	// A step may have left the range of its numbers; trees would take it all the same.
	sound := true
	for _, v := range row {
		sound = sound && finite(v)
	}
	c.score(s, row)
	row = append(s.row[:0], s.raw[:c.outputs]...)
	best := -1
	for i := range c.After {
		if i == c.Raw {
			best = c.decide(row)
		}
		row = c.After[i].run(row)
	}
	copy(p, row)
	if !sound {
		p[0] = -1
	}
	for i, v := range p {
		// What a runtime makes of float32s may be a few roundings beyond 0 and 1.
		const slack = 1e-6
		if v >= -slack && v <= 1+slack {
			p[i] = clamp(v)
		}
	}
	switch {
	case c.Decision == Argmax:
		return argmax(p)
	case best < 0:
		return c.decide(row)
	}
	return best
}

// score writes the raw scores.
func (c *chain) score(s *scratch, row []float64) {
	raw := s.raw[:c.outputs]
	if c.ensemble == nil {
		if l := c.Scores.(*Linear); l.Single {
			l.sum32(row, raw)
		} else {
			l.sum(row, raw)
		}
		return
	}
	for i, v := range row {
		s.x32[i] = float32(v)
	}
	leaf := s.leaf[:c.ensemble.forest.Trees()]
	c.ensemble.forest.Walk(&s.x32, leaf)
	if c.Scores.(*Ensemble).Single {
		c.ensemble.sum32(leaf, raw)
	} else {
		c.ensemble.sum(leaf, raw)
	}
}

// decide is the decision over raw scores.
func (c *chain) decide(row []float64) int {
	switch {
	case c.Decision == RawMax:
		return argmax(row)
	case row[0] > c.Cut:
		return 1
	}
	return 0
}

func finite32(v float64) bool { return finite(float64(float32(v))) }
