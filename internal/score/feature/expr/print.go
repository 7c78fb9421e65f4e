package expr

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// Levels of binding; what binds tighter is greater.
const (
	levelOr = iota + 1
	levelAnd
	levelNot
	levelCompare
	levelSum
	levelProduct
	levelPrimary
)

// levels are those of the binary operators.
var levels = map[string]int{
	"or":  levelOr,
	"and": levelAnd,
	"<":   levelCompare, "<=": levelCompare, ">": levelCompare, ">=": levelCompare, "==": levelCompare, "!=": levelCompare,
	"+": levelSum, "-": levelSum,
	"*": levelProduct, "/": levelProduct,
}

// level returns how tightly the node holds together.
func (n *Node) level() int {
	switch n.Kind {
	case Unary:
		return levelNot
	case Binary:
		return levels[n.Text]
	}
	return levelPrimary
}

// String returns the canonical form: one space round binary operators, ", "
// between arguments, brackets only where the tree needs them.
func (n *Node) String() string { return string(n.append(nil)) }

// append appends the printed form.
func (n *Node) append(b []byte) []byte {
	switch n.Kind {
	case Int:
		return strconv.AppendInt(b, n.Int, 10)
	case Float:
		return appendFloat(b, n.Float)
	case Bool:
		return strconv.AppendBool(b, n.Int != 0)
	case String:
		return appendString(b, n.Text)
	case List:
		return append(appendAll(append(b, '['), n.Args), ']')
	case Asset:
		return append(append(b, '@'), n.Text...)
	case Call:
		b = append(append(b, n.Text...), '(')
		return append(appendAll(b, n.Args), ')')
	case Unary:
		return n.Args[0].appendIn(append(b, "not "...), levelNot)
	case Binary:
		// Operators group to the left, so equal ones need brackets on the right.
		left, right := n.level(), n.level()+1
		if left == levelCompare {
			left++ // comparisons do not chain
		}
		b = n.Args[0].appendIn(b, left)
		b = append(append(append(b, ' '), n.Text...), ' ')
		return n.Args[1].appendIn(b, right)
	}
	return append(b, n.Text...)
}

// appendIn appends the node where the grammar asks for something that binds at
// least as tightly as the level.
func (n *Node) appendIn(b []byte, level int) []byte {
	if n.level() >= level {
		return n.append(b)
	}
	return append(n.append(append(b, '(')), ')')
}

// appendAll appends arguments or items.
func appendAll(b []byte, nodes []*Node) []byte {
	for i, n := range nodes {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = n.append(b)
	}
	return b
}

// appendFloat writes the shortest decimal that reads back as f, and never one
// that would read back as an integer.
func appendFloat(b []byte, f float64) []byte {
	start := len(b)
	b = strconv.AppendFloat(b, f, 'g', -1, 64)
	if !bytes.ContainsAny(b[start:], ".e") {
		b = append(b, ".0"...)
	}
	return b
}

// appendString writes a JSON string. Bytes that are no UTF-8 become U+FFFD.
func appendString(b []byte, s string) []byte {
	var quoted bytes.Buffer
	enc := json.NewEncoder(&quoted)
	enc.SetEscapeHTML(false) // patterns are full of < and >
	if err := enc.Encode(s); err != nil {
		panic("expr: a string has no JSON form: " + err.Error()) // there is none such
	}
	return append(b, bytes.TrimSuffix(quoted.Bytes(), []byte("\n"))...)
}
