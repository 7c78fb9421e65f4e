package expr

import (
	"cmp"
	"slices"
)

// Kind says what a node is and which of its fields count.
type Kind uint8

const (
	Int    Kind = iota + 1 // Int
	Float                  // Float
	Bool                   // Int, 0 or 1
	String                 // Text
	List                   // Args: Int, Float, Bool and String nodes in order, none twice
	Name                   // Text: revision.text
	Asset                  // Text, without the "@"
	Call                   // Text: the function; Args
	Unary                  // Text: "not"; Args: one
	Binary                 // Text: the operator; Args: two
)

// Node is an expression. Nodes are not changed once made, so they may be shared.
type Node struct {
	Kind  Kind
	Text  string
	Int   int64
	Float float64
	Args  []*Node
	Pos   int // in bytes from the start of the source; 0 if the node was not parsed
}

// The constructors take what the grammar allows (a name that is one, an operator
// that exists, valid UTF-8, a finite number); they do not check it.

func NewInt(n int64) *Node     { return &Node{Kind: Int, Int: n} }
func NewFloat(f float64) *Node { return &Node{Kind: Float, Float: f} }
func NewString(s string) *Node { return &Node{Kind: String, Text: s} }

// NewName makes a reference to an input.
func NewName(name string) *Node { return &Node{Kind: Name, Text: name} }

// NewAsset makes a reference to an asset, whose name is given without the "@".
func NewAsset(name string) *Node { return &Node{Kind: Asset, Text: name} }

func NewCall(function string, args ...*Node) *Node {
	return &Node{Kind: Call, Text: function, Args: args}
}

func NewNot(operand *Node) *Node { return &Node{Kind: Unary, Text: "not", Args: []*Node{operand}} }

func NewBinary(operator string, left, right *Node) *Node {
	return &Node{Kind: Binary, Text: operator, Args: []*Node{left, right}}
}

// NewBool makes true or false.
func NewBool(b bool) *Node {
	n := &Node{Kind: Bool}
	if b {
		n.Int = 1
	}
	return n
}

// NewList makes the list of the constants: their set, in the order of kinds
// (integers before strings) and then of values. It keeps the slice.
func NewList(constants ...*Node) *Node {
	slices.SortStableFunc(constants, compareConstants)
	same := func(a, b *Node) bool { return compareConstants(a, b) == 0 }
	return &Node{Kind: List, Args: slices.CompactFunc(constants, same)}
}

// compareConstants orders by kind, then by value. Fields that a kind does not use
// are zero.
func compareConstants(a, b *Node) int {
	return cmp.Or(
		cmp.Compare(a.Kind, b.Kind),
		cmp.Compare(a.Int, b.Int),
		cmp.Compare(a.Float, b.Float),
		cmp.Compare(a.Text, b.Text),
	)
}
