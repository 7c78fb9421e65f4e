package pattern

import "errors"

// ErrTooComplex says that a pattern with look-behind or back-references took
// more steps on a text than it may. There is no answer then, not an
// approximate one.
var ErrTooComplex = errors.New("pattern takes too many steps on this text")

// Pattern is a compiled regular expression. It does not change; any number of
// goroutines may use it at the same time.
type Pattern struct {
	expr   string
	engine *engine
}

// Compile reads a pattern in the syntax of Python's re for str patterns. Flags
// stand in the pattern: "(?i)infobox". The error is a *SyntaxError.
func Compile(expr string) (*Pattern, error) {
	t, err := parse(expr)
	if err != nil {
		return nil, err
	}
	e, err := newEngine(t, expr, wrapping{})
	if err != nil {
		return nil, err
	}
	return &Pattern{expr, e}, nil
}

// String gives the expression that p was compiled from.
func (p *Pattern) String() string { return p.expr }

// Match says whether p matches at the beginning of s: re.match(p, s) is not
// None.
func (p *Pattern) Match(s string) (bool, error) {
	e := p.engine
	switch {
	case e.forward != nil:
		_, ok, _ := e.forward.match(s, 0, false, true)
		return ok, nil
	case e.backward != nil:
		return e.backward.match(s), nil
	}
	one := e.search(s, 0)
	_, ok, err := one.attempt(0)
	return ok, err
}

// Count gives how many matches p has in s: len(re.findall(p, s)).
func (p *Pattern) Count(s string) (int, error) {
	all := p.engine.search(s, 0)
	for n := 0; ; n++ {
		_, ok, err := all.next()
		if !ok || err != nil {
			return n, err
		}
	}
}

// Find gives the leftmost match at or after byte from, which must be where a
// character starts. What stands before from is seen by \b, ^ and look-behind,
// as in pattern.search(s, pos).
func (p *Pattern) Find(s string, from int) (start, end int, ok bool, err error) {
	if from < 0 || from > len(s) {
		return 0, 0, false, nil
	}
	one := p.engine.search(s, from)
	h, ok, err := one.next()
	return h.start, h.end, ok, err
}
