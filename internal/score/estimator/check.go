package estimator

import (
	"errors"
	"fmt"
	"math"
)

// check looks at everything but the parts.
func (s *Spec) check() error {
	switch {
	case len(s.Classes) < 1 || len(s.Classes) > MaxClasses:
		return fmt.Errorf("%d classes, must be 1 to %d", len(s.Classes), MaxClasses)
	case len(s.Classes) == 1 && !s.Multilabel:
		return errors.New("1 class, must be 2 or more: it would say the same of every revision")
	case s.Features < 1 || s.Features > MaxFeatures:
		return fmt.Errorf("%d features, must be 1 to %d", s.Features, MaxFeatures)
	case s.Multilabel && len(s.Parts) != len(s.Classes):
		return fmt.Errorf("%d parts for %d labels", len(s.Parts), len(s.Classes))
	case !s.Multilabel && len(s.Parts) != 1:
		return fmt.Errorf("%d parts, must be 1", len(s.Parts))
	}
	for i, part := range s.Parts {
		if isNil(part) {
			return fmt.Errorf("part %d: missing", i)
		}
	}
	return errors.Join(s.checkClasses(), s.Scaler.check(s.Features), s.checkImportance())
}

// checkClasses wants them to be of one type and different.
func (s *Spec) checkClasses() error {
	kind := ""
	seen := map[any]bool{}
	for i, c := range s.Classes {
		k := ""
		switch c.(type) {
		case bool:
			k = "bool"
		case int64:
			k = "int64"
		case string:
			k = "string"
		default:
			return fmt.Errorf("class %d is a %T, must be a bool, an int64 or a string", i, c)
		}
		switch {
		case kind != "" && k != kind:
			return fmt.Errorf("class %d is a %s, others are a %s", i, k, kind)
		case seen[c]:
			return fmt.Errorf("two classes are %#v", c)
		}
		kind, seen[c] = k, true
	}
	return nil
}

func (s Scaler) check(features int) error {
	var errs []error
	if s.Center != nil {
		errs = append(errs, column("scaler: center", s.Center, features))
	}
	if s.Scale != nil {
		errs = append(errs, column("scaler: scale", s.Scale, features))
	}
	for i, v := range s.Scale {
		if v == 0 {
			errs = append(errs, fmt.Errorf("scaler: scale of feature %d is 0", i))
		}
	}
	return errors.Join(errs...)
}

func (s *Spec) checkImportance() error {
	if s.Importance == nil {
		if s.ImportanceOf != "" {
			return fmt.Errorf("importance: shares of %.40q are missing", s.ImportanceOf)
		}
		return nil
	}
	if err := column("importance", s.Importance, s.Features); err != nil {
		return err
	}
	// Rounding leaves some a hair below 0, also in the original: splits whose impurity does not fall.
	const rounding = 1e-6
	sum := 0.0
	for i, v := range s.Importance {
		if v < -rounding {
			return fmt.Errorf("importance of feature %d is %v", i, v)
		}
		sum += v
	}
	// All are 0 where no tree has a split.
	if sum != 0 && math.Abs(sum-1) > rounding {
		return fmt.Errorf("importance adds up to %v, must be 1", sum)
	}
	if s.ImportanceOf == "" {
		return errors.New("importance: does not say what it is a share of")
	}
	return nil
}

// isNil finds parts that are nil pointers, too.
func isNil(p Part) bool {
	switch p := p.(type) {
	case *Ensemble:
		return p == nil
	case *Linear:
		return p == nil
	case *GaussianNB:
		return p == nil
	case *BernoulliNB:
		return p == nil
	case *SVC:
		return p == nil
	case *Chain:
		return p == nil || isNil(p.Scores)
	}
	return true
}

// matrix checks shape and numbers.
func matrix(name string, rows [][]float64, height, width int) error {
	if len(rows) != height {
		return fmt.Errorf("%s has %d rows, must have %d", name, len(rows), height)
	}
	for i, row := range rows {
		if err := column(fmt.Sprintf("%s[%d]", name, i), row, width); err != nil {
			return err
		}
	}
	return nil
}

func column(name string, values []float64, length int) error {
	if len(values) != length {
		return fmt.Errorf("%s has %d numbers, must have %d", name, len(values), length)
	}
	return finiteAll(name, values)
}

func finiteAll(name string, values []float64) error {
	for i, v := range values {
		if !finite(v) {
			return fmt.Errorf("%s[%d] is %v", name, i, v)
		}
	}
	return nil
}
