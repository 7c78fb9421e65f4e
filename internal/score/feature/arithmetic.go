package feature

import (
	"cmp"
	"math"
)

// Operators and functions of single numbers (revscoring/features/feature.py).
// Ints stay ints, as in Python, but for a division.
func arithmeticFunctions() map[string]function {
	one, two := []kinds{scalars}, []kinds{scalars, scalars}
	return map[string]function{
		"+":     {params: two, build: buildArithmetic(func(a, b int64) (int64, bool) { return a + b, (a+b > a) == (b > 0) }, func(a, b float64) float64 { return a + b })},
		"-":     {params: two, build: buildArithmetic(func(a, b int64) (int64, bool) { return a - b, (a-b < a) == (b > 0) }, func(a, b float64) float64 { return a - b })},
		"*":     {params: two, build: buildArithmetic(multiply, func(a, b float64) float64 { return a * b })},
		"/":     {params: two, build: buildDivision},
		"<":     {params: two, build: buildComparison(func(a, b float64) bool { return a < b })},
		"<=":    {params: two, build: buildComparison(func(a, b float64) bool { return a <= b })},
		">":     {params: two, build: buildComparison(func(a, b float64) bool { return a > b })},
		">=":    {params: two, build: buildComparison(func(a, b float64) bool { return a >= b })},
		"==":    {params: two, build: buildComparison(func(a, b float64) bool { return a == b })},
		"!=":    {params: two, build: buildComparison(func(a, b float64) bool { return a != b })},
		"and":   {params: two, build: buildLogic(func(a, b float64) bool { return a != 0 && b != 0 })},
		"or":    {params: two, build: buildLogic(func(a, b float64) bool { return a != 0 || b != 0 })},
		"not":   {params: one, build: buildUnary(kindBool, func(v Value) (Value, error) { return BoolValue(v.Float() == 0), nil })},
		"log":   {params: one, build: buildUnary(kindFloat, logarithm)},
		"float": {params: one, build: buildUnary(kindFloat, func(v Value) (Value, error) { return FloatValue(v.Float()), nil })},
		"int":   {params: one, build: buildUnary(kindInt, truncate)},
		"bool":  {params: one, build: buildUnary(kindBool, func(v Value) (Value, error) { return BoolValue(v.Float() != 0), nil })},
	}
}

func multiply(a, b int64) (int64, bool) {
	if a == 0 || b == 0 {
		return 0, true
	}
	p := a * b
	return p, p/b == a && !(a == -1 && b == math.MinInt64) && !(b == -1 && a == math.MinInt64)
}

// buildArithmetic makes the node of an operator. Python's ints have no bounds;
// those here that leave 64 bits are errors.
func buildArithmetic(ints func(a, b int64) (int64, bool), floats func(a, b float64) float64) func(*compiler, []*node) (*node, error) {
	return func(c *compiler, args []*node) (*node, error) {
		if args[0].kind == kindFloat || args[1].kind == kindFloat {
			return c.binary(kindFloat, args, func(a, b Value) (Value, error) {
				return finite(floats(a.Float(), b.Float()))
			}), nil
		}
		return c.binary(kindInt, args, func(a, b Value) (Value, error) {
			n, ok := ints(a.num, b.num)
			if !ok {
				return Value{}, errNotFinite
			}
			return IntValue(n), nil
		}), nil
	}
}

func buildDivision(c *compiler, args []*node) (*node, error) {
	return c.binary(kindFloat, args, func(a, b Value) (Value, error) {
		if b.Float() == 0 {
			return Value{}, errDivision
		}
		return finite(a.Float() / b.Float())
	}), nil
}

func buildComparison(compare func(a, b float64) bool) func(*compiler, []*node) (*node, error) {
	return func(c *compiler, args []*node) (*node, error) {
		return c.binary(kindBool, args, func(a, b Value) (Value, error) {
			if a.kind != valueFloat && b.kind != valueFloat { // exact, as in Python
				return BoolValue(compare(float64(cmp.Compare(a.num, b.num)), 0)), nil
			}
			return BoolValue(compare(a.Float(), b.Float())), nil
		}), nil
	}
}

func buildLogic(compare func(a, b float64) bool) func(*compiler, []*node) (*node, error) {
	return func(c *compiler, args []*node) (*node, error) {
		return c.binary(kindBool, args, func(a, b Value) (Value, error) {
			return BoolValue(compare(a.Float(), b.Float())), nil
		}), nil
	}
}

// binary computes both sides, as the reference does, so that an error of either
// is one of the whole.
func (c *compiler) binary(k kind, args []*node, operate func(a, b Value) (Value, error)) *node {
	left, right := args[0], args[1]
	return c.scalar(k, 0, func(s *solver) (Value, error) {
		a, err := left.scalar(s)
		if err != nil {
			return Value{}, err
		}
		b, err := right.scalar(s)
		if err != nil {
			return Value{}, err
		}
		return operate(a, b)
	})
}

func buildUnary(k kind, operate func(Value) (Value, error)) func(*compiler, []*node) (*node, error) {
	return func(c *compiler, args []*node) (*node, error) {
		of := args[0]
		return c.scalar(k, 0, func(s *solver) (Value, error) {
			v, err := of.scalar(s)
			if err != nil {
				return Value{}, err
			}
			return operate(v)
		}), nil
	}
}

// logarithm is the natural one.
func logarithm(v Value) (Value, error) {
	if v.Float() <= 0 {
		return Value{}, errDomain
	}
	return FloatValue(math.Log(v.Float())), nil
}

// truncate is Python's int().
func truncate(v Value) (Value, error) {
	if v.kind != valueFloat {
		return IntValue(v.num), nil
	}
	if t := math.Trunc(v.real); math.Abs(t) < 1<<63 {
		return IntValue(int64(t)), nil
	}
	return Value{}, errNotFinite
}

func finite(f float64) (Value, error) {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return Value{}, errNotFinite
	}
	return FloatValue(f), nil
}
