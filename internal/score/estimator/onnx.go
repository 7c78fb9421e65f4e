package estimator

import (
	"fmt"
	"math"
	"slices"
)

// run does a step to a row and returns it, longer or shorter where the step makes it
// so: rows have room for what checkSteps found.
func (s *Step) run(row []float64) []float64 {
	switch s.Op {
	case Add, Sub, Mul, Div:
		s.arithmetic(row)
	case Clip:
		for i, v := range row {
			row[i] = min(max(v, s.Values[0]), s.Values[1])
		}
	case Pick:
		row[0] = row[int(s.Values[0])]
		return row[:1]
	case Nearest:
		for i, v := range row {
			row[i] = float64(float32(v))
		}
	case Above:
		for i, v := range row {
			row[i] = float64(above32(v))
		}
	case Below:
		for i, v := range row {
			row[i] = float64(below32(v))
		}
	case Complement, Mirror:
		first := 1.0
		if s.Op == Mirror {
			first = 0
		}
		row = append(row, row[0])
		row[0] = first - row[1]
		if !s.Double {
			row[0] = float64(float32(row[0]))
		}
	case Normalize:
		s.normalize(row)
	default:
		s.link(row)
	}
	return row
}

// arithmetic has no operation whose operands are float32s that would round otherwise
// in float64 and then float32: sums, products and quotients of float32s do not, since a
// float64 has more than twice the digits (Figueroa, "When is double rounding innocuous?").
func (s *Step) arithmetic(row []float64) {
	v := s.Values[0]
	for i, x := range row {
		if len(s.Values) > 1 {
			v = s.Values[i]
		}
		switch s.Op {
		case Add:
			x += v
		case Sub:
			x -= v
		case Mul:
			x *= v
		case Div:
			x /= v
		}
		if !s.Double {
			x = float64(float32(x))
		}
		row[i] = x
	}
}

func (s *Step) normalize(row []float64) {
	sum := 0.0
	for _, v := range row {
		sum += math.Abs(v)
		if !s.Double {
			sum = float64(float32(sum))
		}
	}
	if sum == 0 {
		return
	}
	for i, v := range row {
		row[i] = v / sum
		if !s.Double {
			row[i] = float64(float32(row[i]))
		}
	}
}

// link does the steps that need an exponential. In float64 an ulp is of no account.
func (s *Step) link(row []float64) {
	switch {
	case s.Op == SoftmaxZero:
		softmaxZero32(row)
	case s.Op == SoftmaxAll && !s.Double:
		softmax32(row)
	case s.Op == SoftmaxAll:
		largest, sum := slices.Max(row), 0.0
		for i, v := range row {
			row[i] = math.Exp(v - largest)
			sum += row[i]
		}
		for i := range row {
			row[i] /= sum
		}
	case s.Double:
		for i, v := range row {
			row[i] = 1 / (1 + math.Exp(-math.Abs(v)))
			if v < 0 { // as Eigen has it, whose smallest result is 1e-16
				row[i] = 1 - row[i]
			}
		}
	default:
		f := expit32
		if s.Op == Sigmoid {
			f = sigmoid32
		}
		for i, v := range row {
			row[i] = float64(f(float32(v)))
		}
	}
}

// checkSteps returns the width of a row of the given width after all steps, and the
// largest on the way.
func checkSteps(steps []Step, width int) (after, largest int, err error) {
	largest = width
	for i, s := range steps {
		values := 0
		switch s.Op {
		case Add, Sub, Mul, Div:
			values = 1
			if len(s.Values) == width {
				values = width
			}
		case Clip:
			values = 2
		case Pick:
			values = 1
		case Nearest, Above, Below, Expit, Sigmoid, SoftmaxAll, Normalize:
		case SoftmaxZero:
			if s.Double {
				return 0, 0, fmt.Errorf("step %d: softmax_zero is of float32 only", i)
			}
		case Complement, Mirror:
			if width != 1 {
				return 0, 0, fmt.Errorf("step %d: %s of %d numbers, takes one", i, s.Op, width)
			}
		default:
			return 0, 0, fmt.Errorf("step %d: no operation is called %q", i, s.Op)
		}
		if len(s.Values) != values {
			return 0, 0, fmt.Errorf("step %d: %s has %d values for %d numbers", i, s.Op, len(s.Values), width)
		}
		if err := s.checkValues(width); err != nil {
			return 0, 0, fmt.Errorf("step %d: %w", i, err)
		}
		switch s.Op {
		case Complement, Mirror:
			width = 2
		case Pick:
			width = 1
		}
		largest = max(largest, width)
	}
	return width, largest, nil
}

func (s *Step) checkValues(width int) error {
	for _, v := range s.Values {
		switch {
		case math.IsNaN(v) || math.IsInf(v, 0):
			return fmt.Errorf("%s has the value %v", s.Op, v)
		case s.Op == Pick && (v < 0 || v >= float64(width) || v != math.Trunc(v)):
			return fmt.Errorf("pick of number %v of %d", v, width)
		case !s.Double && float64(float32(v)) != v:
			return fmt.Errorf("%s in float32 has the value %v, which is none", s.Op, v)
		case s.Op == Div && v == 0:
			return fmt.Errorf("division by zero")
		}
	}
	return nil
}
