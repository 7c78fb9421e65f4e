package estimator

import (
	"math"
	"math/rand/v2"
)

// marksKept bounds how many marks of a feature are remembered.
const marksKept = 64

// Samples returns n vectors that exercise the estimator: values at and between its
// thresholds, means or support vectors, whole numbers where those say that a feature is
// one. The same seed gives the same vectors. All can be predicted; there are fewer than
// n only if that is so of hardly any.
func (e *Estimator) Samples(n int, seed uint64) [][]float64 {
	rng := rand.New(rand.NewPCG(seed, 0))
	columns := make([]sampler, e.features)
	for i := range columns {
		columns[i] = sampler{center: 0, scale: 1}
		if e.scaler.Center != nil {
			columns[i].center = e.scaler.Center[i]
		}
		if e.scaler.Scale != nil {
			columns[i].scale = e.scaler.Scale[i]
		}
	}
	for _, part := range e.parts {
		part.marks(func(feature int, x float64) { columns[feature].add(x, rng) })
	}
	for i := range columns {
		columns[i].learn()
	}
	p, chosen := make([]float64, len(e.classes)), make([]bool, len(e.classes))
	var list [][]float64
	for tries := 0; len(list) < n && tries < 4*n; tries++ {
		values := make([]float64, e.features)
		for i := range values {
			values[i] = columns[i].value(rng)
		}
		if e.Predict(values, p, chosen) == nil {
			list = append(list, values)
		}
	}
	return list
}

// sampler makes values of one feature.
type sampler struct {
	center, scale float64
	marks         []float64 // where something changes, or lies, before scaling
	seen          int
	whole, flag   bool // whole numbers; of which only 0 and 1
}

// add remembers a mark, or each of many with the same chance.
func (s *sampler) add(x float64, rng *rand.Rand) {
	x = float64(x*s.scale) + s.center
	if !finite(x) {
		return
	}
	s.seen++
	if len(s.marks) < marksKept {
		s.marks = append(s.marks, x)
	} else if i := rng.IntN(s.seen); i < marksKept {
		s.marks[i] = x
	}
}

// learn sees that thresholds between whole numbers are those of whole numbers.
func (s *sampler) learn() {
	s.whole = len(s.marks) > 0
	s.flag = s.whole
	for _, m := range s.marks {
		s.whole = s.whole && math.Abs(m-math.Floor(m)-0.5) < 1e-4 && math.Abs(m) < 1e9
		s.flag = s.flag && math.Abs(m-0.5) < 1e-4
	}
}

func (s *sampler) value(rng *rand.Rand) float64 {
	if len(s.marks) == 0 {
		return brief(s.center + float64(s.scale*rng.NormFloat64()))
	}
	a, b := s.marks[rng.IntN(len(s.marks))], s.marks[rng.IntN(len(s.marks))]
	switch {
	case s.flag:
		return float64(rng.IntN(2))
	case s.whole:
		return math.Floor(a) + float64(rng.IntN(2))
	}
	switch rng.IntN(8) {
	case 0:
		return a
	case 1:
		return math.Nextafter(a, math.Inf(1))
	case 2:
		return brief(a + float64(s.scale/4*rng.NormFloat64()))
	}
	return brief(a + float64((b-a)*rng.Float64()))
}

// brief keeps six digits behind the point, for the people who read the vectors.
func brief(x float64) float64 {
	if math.Abs(x) > 1e6 || math.Abs(x) < 1e-2 {
		return x
	}
	return math.Round(x*1e6) / 1e6
}

func (e *ensemble) marks(yield func(feature int, x float64)) {
	for feature, threshold := range e.forest.Thresholds {
		yield(feature, float64(threshold))
	}
}

func (l linear) marks(func(feature int, x float64)) {}

func (g *gaussian) marks(yield func(feature int, x float64)) {
	for c, means := range g.theta {
		for i, mean := range means {
			deviation := math.Sqrt(g.variance[c][i])
			yield(i, mean)
			yield(i, mean-deviation)
			yield(i, mean+deviation)
		}
	}
}

func (b *bernoulli) marks(yield func(feature int, x float64)) {
	at := 0.5
	if b.binarize != nil {
		at = *b.binarize
	}
	for i := range b.weight[0] {
		yield(i, at)
		if b.binarize != nil {
			yield(i, at-1)
			yield(i, at+1)
		}
	}
}

func (v svc) marks(yield func(feature int, x float64)) {
	for _, vector := range v.Support {
		for i, x := range vector {
			yield(i, x)
		}
	}
}

// marks takes the thresholds back through the steps before the trees.
func (c *chain) marks(yield func(feature int, x float64)) {
	for _, s := range c.Before {
		if s.Op == Pick || s.Op == Complement || s.Op == Mirror || s.Op == Normalize {
			return
		}
	}
	if c.ensemble == nil {
		return
	}
	c.ensemble.marks(func(feature int, x float64) {
		for i := len(c.Before) - 1; i >= 0; i-- {
			x = c.Before[i].back(feature, x)
		}
		yield(feature, x)
	})
}

// back is the number that the step makes x of, for steps by which that is worth knowing.
func (s *Step) back(feature int, x float64) float64 {
	if len(s.Values) == 0 {
		return x
	}
	v := s.Values[0]
	if feature < len(s.Values) && s.Op != Clip {
		v = s.Values[feature]
	}
	switch s.Op {
	case Add:
		return x - v
	case Sub:
		return x + v
	case Mul:
		return x / v
	case Div:
		return x * v
	}
	return x
}
