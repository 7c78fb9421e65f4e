package pattern

import "fmt"

// SyntaxError says why an expression is no pattern: Python refuses it too, or
// it needs something this package does not have and must not guess at.
type SyntaxError struct {
	Pattern string
	Offset  int // in bytes
	Reason  string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("compile pattern %q: %s at byte %d", e.Pattern, e.Reason, e.Offset)
}

type nodeOp uint8

const (
	opConcat nodeOp = iota // of none: the empty pattern
	opClass                // one character
	opAlternate
	opRepeat
	opGroup
	opLook
	opAssert
	opBackref
)

// node is one node of a parsed pattern.
type node struct {
	op     nodeOp
	subs   []*node
	class  charClass // opClass, unless dot
	dot    bool
	dotAll bool
	marked bool // one of a lexicon's broad alternatives
	group  int  // opGroup: 0 does not capture; opBackref: which
	fold   bool
	assert assertion

	min, max int // opRepeat; max < 0 has no bound
	lazy     bool

	behind, negate bool // opLook
	width          int  // of a look-behind, in characters
}

// assertion is a condition on the place between two characters.
type assertion uint8

const (
	atStart     assertion = iota // \A, and ^ of one line
	atLineStart                  // ^ of many lines
	atEnd                        // \Z
	atFinal                      // $ of one line: at the end or before a last \n
	atLineEnd                    // $ of many lines
	atBoundary                   // \b
	atInside                     // \B
)

// set is what a character must be in to match n, an opClass.
func (n *node) set() runeSet {
	if n.dot {
		return anySet(n.dotAll)
	}
	return n.class.set()
}

// nullable says whether n can match without consuming anything. A
// back-reference can: its group may have matched nothing.
func (n *node) nullable() bool {
	switch n.op {
	case opClass:
		return false
	case opConcat:
		for _, s := range n.subs {
			if !s.nullable() {
				return false
			}
		}
		return true
	case opAlternate:
		for _, s := range n.subs {
			if s.nullable() {
				return true
			}
		}
		return false
	case opRepeat:
		return n.min == 0 || n.subs[0].nullable()
	case opGroup:
		return n.subs[0].nullable()
	default:
		return true
	}
}

// unbounded is a width that has no limit we care for.
const unbounded = 1 << 30

// widths gives the fewest and the most characters that n consumes.
func (n *node) widths(groups []*node) (lo, hi int) {
	switch n.op {
	case opClass:
		return 1, 1
	case opConcat:
		for _, s := range n.subs {
			l, h := s.widths(groups)
			lo, hi = min(lo+l, unbounded), min(hi+h, unbounded)
		}
		return lo, hi
	case opAlternate:
		lo = unbounded
		for _, s := range n.subs {
			l, h := s.widths(groups)
			lo, hi = min(lo, l), max(hi, h)
		}
		return lo, hi
	case opRepeat:
		l, h := n.subs[0].widths(groups)
		if n.max < 0 && h > 0 {
			return min(l*n.min, unbounded), unbounded
		}
		return min(l*n.min, unbounded), min(h*max(n.max, 0), unbounded)
	case opGroup:
		return n.subs[0].widths(groups)
	case opBackref:
		return groups[n.group].widths(groups)
	default:
		return 0, 0
	}
}
