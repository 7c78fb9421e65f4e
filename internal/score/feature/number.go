package feature

// Functions of lists of numbers, and what becomes of any list
// (revscoring/features/meta/aggregators.py).
func numberFunctions() map[string]function {
	list := []kinds{numbers}
	return map[string]function{
		"lengths":  {params: []kinds{strs}, build: buildLengths},
		"positive": {params: list, build: buildOnly(func(f float64) bool { return f > 0 })},
		"negative": {params: list, build: buildOnly(func(f float64) bool { return f < 0 })},
		"len": {
			params: []kinds{strs | numbers | kindsOf(kindText, kindNodes, kindTable, kindDelta, kindProp, kindBytes, kindStatements, kindSnaks)},
			build:  buildLen,
		},
		"sum": {params: list, build: buildSum},
		"max": {params: []kinds{numbers | scalars}, more: true, build: buildExtreme(false)},
		"min": {params: []kinds{numbers | scalars}, more: true, build: buildExtreme(true)},
	}
}

func buildLengths(c *compiler, args []*node) (*node, error) {
	of := args[0]
	n := c.numberList(kindInts, func(s *solver) ([]float64, error) {
		list, err := of.strings(s)
		if err != nil {
			return nil, err
		}
		first := len(s.floats)
		for _, item := range list {
			s.floats = append(s.floats, float64(runes(item)))
		}
		return s.floatsFrom(first), nil
	})
	if of.kind == kindTokens || of.chars != nil {
		n.items = of // sums of these are counted without a list, and maxima of tokens
	}
	return n, nil
}

func buildOnly(keep func(float64) bool) func(*compiler, []*node) (*node, error) {
	return func(c *compiler, args []*node) (*node, error) {
		of := args[0]
		if d := of.changes; d != nil {
			both := func(f float64) bool { return d.keep(f) && keep(f) }
			return &node{kind: of.kind, changes: &changes{d.deltas, d.number, both}}, nil
		}
		return c.numberList(of.kind, func(s *solver) ([]float64, error) {
			list, err := of.numbers(s)
			if err != nil {
				return nil, err
			}
			first := len(s.floats)
			for _, f := range list {
				if keep(f) {
					s.floats = append(s.floats, f)
				}
			}
			return s.floatsFrom(first), nil
		}), nil
	}
}

// reduce puts numbers together from left to right, and counts them.
func (n *node) reduce(s *solver, step func(a, b float64) float64) (result float64, count int, err error) {
	next := func(f float64) {
		if count++; count == 1 {
			result = f
		} else {
			result = step(result, f)
		}
	}
	if n.changes == nil {
		list, err := n.numbers(s)
		for _, f := range list {
			next(f)
		}
		return result, count, err
	}
	list, err := n.changes.deltas(s)
	for _, d := range list {
		if f := n.changes.number(d); n.changes.keep(f) {
			next(f)
		}
	}
	return result, count, err
}

func add(a, b float64) float64 { return a + b }

// buildLen makes the node of a length. What is absent has the length 0.
func buildLen(c *compiler, args []*node) (*node, error) {
	of := args[0]
	var length func(*solver) (int, error)
	var read roots
	switch of.kind {
	case kindText:
		length, read = lenText(of)
	case kindBytes:
		length = of.bytes
	case kindTokens:
		length = tokenNumber(of, tokens.count)
	case kindNodes:
		length = func(s *solver) (int, error) {
			n, err := of.nodes(s)
			if err != nil {
				return 0, err
			}
			return n.count(), nil
		}
	case kindInts, kindFloats:
		length = func(s *solver) (int, error) {
			_, n, err := of.reduce(s, add)
			return n, err
		}
	case kindDelta, kindProp:
		length = lenOf(of.deltas)
	case kindStatements, kindSnaks:
		length = func(s *solver) (int, error) {
			f, err := of.facts(s)
			return f.count(), err
		}
	case kindTable:
		length = func(s *solver) (int, error) {
			keys, _, err := s.count(of.items)
			return len(keys), err
		}
	default:
		length = lenOf(of.strings)
		if of.each != nil {
			length = func(s *solver) (n int, err error) {
				err = of.each(s, func(string) error { n++; return nil })
				return n, err
			}
		}
	}
	return c.scalar(kindInt, read, func(s *solver) (Value, error) {
		n, err := length(s)
		return IntValue(int64(n)), err
	}), nil
}

func lenOf[T any](get func(*solver) ([]T, error)) func(*solver) (int, error) {
	return func(s *solver) (int, error) {
		list, err := get(s)
		return len(list), err
	}
}

// lenText counts code points, where the text is kept with its tokens.
func lenText(of *node) (func(*solver) (int, error), roots) {
	if of.runes != nil {
		return of.runes, 0
	}
	if of.of != noRoot {
		return func(s *solver) (int, error) {
			d, err := s.document(of.of, 0, nil)
			if err != nil {
				return 0, err
			}
			return d.Runes(), nil
		}, rootTokensOf(of)
	}
	return func(s *solver) (int, error) {
		t, err := of.text(s)
		return runes(t.string), err
	}, 0
}

// tokenNumber returns what computes a number of selected tokens.
func tokenNumber(of *node, number func(tokens, *selection) (int, error)) func(*solver) (int, error) {
	return func(s *solver) (int, error) {
		t, err := of.tokens(s)
		if err != nil {
			return 0, err
		}
		return number(t, of.selection)
	}
}

// scalarKind is the kind of a sum, a maximum or a minimum of numbers.
func scalarKind(of *node) (kind, func(float64) Value) {
	if of.kind == kindInts {
		return kindInt, func(f float64) Value { return IntValue(int64(f)) }
	}
	return kindFloat, FloatValue
}

// buildSum makes the node of a sum, from left to right as in Python before 3.12,
// which changed the rounding.
func buildSum(c *compiler, args []*node) (*node, error) {
	of := args[0]
	switch {
	case of.items != nil && of.items.kind == kindTokens:
		return c.tokenScalar(of.items, tokens.chars), nil
	case of.items != nil:
		return c.scalar(kindInt, 0, func(s *solver) (Value, error) {
			sum, err := of.items.chars(s)
			return IntValue(int64(sum)), err
		}), nil
	}
	k, value := scalarKind(of)
	return c.scalar(k, 0, func(s *solver) (Value, error) {
		sum, _, err := of.reduce(s, add)
		return value(sum), err
	}), nil
}

func (c *compiler) tokenScalar(of *node, number func(tokens, *selection) (int, error)) *node {
	compute := tokenNumber(of, number)
	return c.scalar(kindInt, 0, func(s *solver) (Value, error) {
		n, err := compute(s)
		return IntValue(int64(n)), err
	})
}

// buildExtreme makes the node of the extreme of a list, 0 if it is empty, or of
// several numbers, which is a float.
func buildExtreme(least bool) func(*compiler, []*node) (*node, error) {
	better := func(a, b float64) float64 { return max(a, b) }
	if least {
		better = func(a, b float64) float64 { return min(a, b) }
	}
	return func(c *compiler, args []*node) (*node, error) {
		if of := args[0]; len(args) == 1 && numbers.has(of.kind) {
			if of.items != nil && of.items.kind == kindTokens && !least {
				return c.tokenScalar(of.items, tokens.longest), nil
			}
			k, value := scalarKind(of)
			return c.scalar(k, 0, func(s *solver) (Value, error) {
				found, _, err := of.reduce(s, better)
				return value(found), err
			}), nil
		}
		return c.extremeOf(args, better)
	}
}

func (c *compiler) extremeOf(args []*node, better func(a, b float64) float64) (*node, error) {
	for _, arg := range args {
		if !scalars.has(arg.kind) {
			return nil, errTwoLists
		}
	}
	if len(args) == 1 {
		return nil, errOneNumber // float(max(x)) is a TypeError in Python
	}
	return c.scalar(kindFloat, 0, func(s *solver) (Value, error) {
		var found float64
		for i, arg := range args {
			v, err := arg.scalar(s)
			if err != nil {
				return Value{}, err
			}
			if i == 0 {
				found = v.Float()
			}
			found = better(found, v.Float())
		}
		return FloatValue(found), nil
	}), nil
}
