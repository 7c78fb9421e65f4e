package estimator

import "errors"

// linear is a [Linear] made ready.
type linear struct{ *Linear }

func (s *Linear) build(features, classes int) (predictor, error) {
	switch {
	case s.Single:
		return nil, errors.New("sums in float32 outside a chain")
	case s.Link == Identity:
		return nil, errors.New("link identity: a linear score is no probability")
	}
	rows := classes
	if len(s.Coef) == 1 {
		rows = 1
	}
	err := errors.Join(s.ready(features, rows), s.Link.check(len(s.Coef), classes), s.Decision.check(len(s.Coef)))
	if err != nil {
		return nil, err
	}
	return linear{s}, nil
}

// ready checks what counts on its own and in a chain.
func (s *Linear) ready(features, rows int) error {
	return errors.Join(matrix("coef", s.Coef, rows, features), column("intercept", s.Intercept, rows))
}

func (l linear) need(*need) {}

func (l linear) predict(s *scratch, p []float64) int {
	raw := s.raw[:len(l.Coef)]
	l.sum(s.x, raw)
	l.Link.apply(raw, p)
	return l.Decision.choose(raw, p)
}

// sum is LinearClassifierMixin.decision_function (_base.py).
func (s *Linear) sum(x, raw []float64) {
	for i, row := range s.Coef {
		raw[i] = dot(row, x) + s.Intercept[i]
	}
}

// sum32 is the same in float32.
func (s *Linear) sum32(x, raw []float64) {
	for i, row := range s.Coef {
		raw[i] = float64(gemv32(row, x, together(i, len(s.Coef))) + float32(s.Intercept[i]))
	}
}
