package translate

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"revscore/internal/score/feature/expr"
)

// term is a part of an expression, with its type. A term whose name begins with a
// dot is none of the language, but a step on the way to one: what the reference
// computes in several steps the language may have in one function.
type term struct {
	typ  string
	name string // of a call: the function
	args []*term
	node *expr.Node // nil of a step, and of what is too long
	size int        // bytes, at most as many as it prints; saturates
}

var (
	text    = []string{"text"}
	strs    = []string{"strings", "tokens"}
	tables  = []string{"table of int", "table of float"}
	numbers = []string{"numbers of int", "numbers of float"}
	scalars = []string{"int", "float", "bool"}
)

func isScalar(typ string) bool { return slices.Contains(scalars, typ) }

// tooLong is beyond all sizes that are allowed. Expressions are trees: what the
// pickle shares is written as often as it is asked, which may be exponential.
const tooLong = math.MaxInt32

func newTerm(typ, name string, args []*term, build func([]*expr.Node) *expr.Node) *term {
	t := &term{typ: typ, name: name, args: args, size: len(name) + 1}
	nodes := make([]*expr.Node, len(args))
	step := strings.HasPrefix(name, ".")
	for i, arg := range args {
		nodes[i] = arg.node
		step = step || arg.node == nil
		t.size = min(t.size+arg.size, tooLong)
	}
	if !step && t.size <= expr.MaxSource {
		t.node = build(nodes)
	}
	return t
}

// call makes a call of a function.
func call(function, typ string, args ...*term) *term {
	return newTerm(typ, function, args, func(nodes []*expr.Node) *expr.Node { return expr.NewCall(function, nodes...) })
}

func operator(sign, typ string, left, right *term) *term {
	return newTerm(typ, sign, []*term{left, right}, func(nodes []*expr.Node) *expr.Node {
		return expr.NewBinary(sign, nodes[0], nodes[1])
	})
}

func not(of *term) *term {
	return newTerm("bool", "not", []*term{of}, func(nodes []*expr.Node) *expr.Node { return expr.NewNot(nodes[0]) })
}

func leaf(typ string, node *expr.Node, size int) *term {
	return &term{typ: typ, node: node, size: min(size, tooLong)}
}

func inputTerm(name, typ string) *term { return leaf(typ, expr.NewName(name), len(name)) }
func assetTerm(name string) *term      { return leaf("asset", expr.NewAsset(name), len(name)+1) }
func intTerm(n int64) *term            { return leaf("int", expr.NewInt(n), 1) }

// stringTerm makes a constant. U+2028 and the like are as any other character.
func stringTerm(s string) *term { return leaf("str", expr.NewString(s), len(s)+2) }

// stringsTerm makes a set of strings.
func stringsTerm(list []string) *term {
	nodes, size := make([]*expr.Node, len(list)), 2
	for i, s := range list {
		nodes[i] = expr.NewString(s)
		size += len(s) + 4
	}
	return leaf("list", expr.NewList(nodes...), size)
}

// print returns the term in its canonical form.
func (t *term) print() (string, error) {
	if t.size > expr.MaxSource {
		return "", fmt.Errorf("is an expression of more than %d bytes", expr.MaxSource)
	}
	if t.node == nil {
		return "", errors.New("is no value")
	}
	printed := t.node.String()
	// Depth, length with escapes, and characters.
	if _, err := expr.Parse(printed); err != nil {
		return "", err
	}
	return printed, nil
}

// same tells whether two terms of the language are the same.
func same(a, b *term) bool {
	return a == b || a.node != nil && b.node != nil && a.node.String() == b.node.String()
}

func sameAll(a, b []*term) bool { return slices.EqualFunc(a, b, same) }
