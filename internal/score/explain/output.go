package explain

import (
	"slices"

	"revscore/internal/score/estimator"
)

// output is where a class has its margin: scale*sum + shift of one of the sums.
type output struct {
	of           int
	scale, shift float64
}

// outputs are those of each class.
func outputs(a estimator.Anatomy, classes int) ([]output, error) {
	list := make([]output, width(a, classes))
	for i := range list {
		list[i] = output{of: i, scale: 1}
	}
	if t := a.Trees; t != nil && a.Chain == nil {
		for i, o := range list {
			list[i].shift = t.Base[i]
			if t.Mean > 0 {
				list[i] = output{o.of, 1 / t.Mean, t.Base[i] / t.Mean}
			}
		}
	}
	identity := a.Link == estimator.Identity
	if a.Chain != nil {
		var rest []estimator.Step
		if list, rest = affine(a.Chain.After, list); list == nil {
			return nil, ErrMixed
		}
		for _, s := range rest {
			identity = identity || len(list) == 1 && s.Op == estimator.Clip
			if s.Op == estimator.Pick {
				return nil, ErrMixed
			}
		}
	}
	if len(list) == 1 && classes == 2 {
		second := list[0]
		first := output{second.of, -second.scale, -second.shift}
		if identity {
			first.shift++
		}
		list = []output{first, second}
	}
	if len(list) != classes {
		return nil, ErrMixed
	}
	return list, nil
}

// width is how many sums there are.
func width(a estimator.Anatomy, classes int) int {
	switch {
	case a.Trees != nil:
		return a.Trees.Outputs
	case a.Linear != nil:
		return len(a.Linear.Coef)
	}
	return classes
}

// affine follows sums through a chain's steps up to the first that is not affine: what
// comes before are margins, what comes behind makes probabilities of them. Roundings
// between number types are left out.
func affine(steps []estimator.Step, list []output) (margins []output, rest []estimator.Step) {
	list = slices.Clone(list)
	for n, s := range steps {
		switch s.Op {
		case estimator.Add, estimator.Sub, estimator.Mul, estimator.Div:
			for i := range list {
				v := s.Values[0]
				if len(s.Values) > 1 {
					v = s.Values[i]
				}
				list[i] = list[i].after(s.Op, v)
			}
		case estimator.Nearest, estimator.Above, estimator.Below:
		case estimator.Pick:
			list = list[int(s.Values[0]):][:1]
		case estimator.Mirror, estimator.Complement:
			o := list[0]
			first := output{o.of, -o.scale, -o.shift}
			if s.Op == estimator.Complement {
				first.shift++
			}
			list = []output{first, o}
		default:
			return list, steps[n:]
		}
	}
	return list, nil
}

func (o output) after(op estimator.Op, v float64) output {
	switch op {
	case estimator.Add:
		o.shift += v
	case estimator.Sub:
		o.shift -= v
	case estimator.Mul:
		o.scale, o.shift = o.scale*v, o.shift*v
	case estimator.Div:
		o.scale, o.shift = o.scale/v, o.shift/v
	}
	return o
}
