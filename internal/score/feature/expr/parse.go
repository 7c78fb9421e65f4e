package expr

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	MaxSource = 64 << 10 // bytes of an expression
	MaxDepth  = 100      // levels of brackets, and of the tree
)

// SyntaxError is an expression that cannot be read.
type SyntaxError struct {
	Source string
	Offset int // in bytes from the start of Source
	Reason string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("expression %.200q, offset %d: %s", e.Source, e.Offset, e.Reason)
}

// Parse reads one expression, all of src. The error is a [*SyntaxError].
func Parse(src string) (*Node, error) {
	p := &parser{src: src}
	root, err := p.parse()
	if err != nil {
		return nil, err
	}
	return root, nil
}

// parser reads by recursive descent. pos is the next byte; white space before it
// is skipped by whoever looks for a token.
type parser struct {
	src   string
	pos   int
	depth int // of brackets that are open
}

// parse reads the whole source and keeps the limits.
func (p *parser) parse() (*Node, error) {
	if len(p.src) > MaxSource {
		return nil, p.fail(MaxSource, "it is longer than %d bytes", MaxSource)
	}
	if !utf8.ValidString(p.src) {
		return nil, p.fail(firstInvalid(p.src), "it is not valid UTF-8")
	}
	root, err := p.binary(levelOr)
	if err != nil {
		return nil, err
	}
	if p.space(); p.pos < len(p.src) {
		return nil, p.unexpected("an operator or the end")
	}
	// Chains of operators grow the tree without any bracket.
	if deep := deeper(root, MaxDepth); deep != nil {
		return nil, p.fail(deep.Pos, "it is nested more than %d deep", MaxDepth)
	}
	// Or what was printed could not be read again: "f(a,a)" prints longer.
	if len(root.String()) > MaxSource {
		return nil, p.fail(0, "its printed form is longer than %d bytes", MaxSource)
	}
	return root, nil
}

// firstInvalid returns where the first byte that is no UTF-8 stands. U+FFFD itself
// is a valid character.
func firstInvalid(s string) int {
	for i := range s {
		if r, width := utf8.DecodeRuneInString(s[i:]); r == utf8.RuneError && width == 1 {
			return i
		}
	}
	return len(s)
}

// deeper returns a node that is more than the allowed levels down, or nil.
func deeper(n *Node, allowed int) *Node {
	if allowed == 0 {
		return n
	}
	for _, arg := range n.Args {
		if deep := deeper(arg, allowed-1); deep != nil {
			return deep
		}
	}
	return nil
}

// binary reads operands of a level and the operators of that level between them.
func (p *parser) binary(level int) (*Node, error) {
	left, err := p.operand(level)
	for err == nil {
		operator := p.operator(level)
		if operator == "" {
			return left, nil
		}
		at := p.pos - len(operator)
		var right *Node
		if right, err = p.operand(level); err != nil {
			break
		}
		left = NewBinary(operator, left, right)
		left.Pos = at
		if level == levelCompare {
			return left, nil // a second comparison is left for the caller to refuse
		}
	}
	return nil, err
}

// operand reads what stands on the sides of a level's operators.
func (p *parser) operand(level int) (*Node, error) {
	switch level {
	case levelAnd:
		return p.not()
	case levelProduct:
		return p.primary()
	}
	return p.binary(level + 1)
}

// not reads any number of "not" in a loop, so that they need no stack.
func (p *parser) not() (*Node, error) {
	var places []int
	for p.space(); p.peekIdent() == "not"; p.space() {
		places = append(places, p.pos)
		p.pos += len("not")
	}
	n, err := p.binary(levelCompare)
	if err != nil {
		return nil, err
	}
	for i := len(places) - 1; i >= 0; i-- {
		n = NewNot(n)
		n.Pos = places[i]
	}
	return n, nil
}

// operator takes an operator of the level, or nothing and returns "".
func (p *parser) operator(level int) string {
	p.space()
	found := p.peekIdent()
	if !isLetter(p.peek()) {
		rest := p.src[p.pos:]
		for length := 1; length <= min(2, len(rest)); length++ {
			if levels[rest[:length]] != 0 {
				found = rest[:length] // "<=" is found after "<"
			}
		}
	}
	if found == "" || levels[found] != level {
		return ""
	}
	p.pos += len(found)
	return found
}

// primary reads what needs no brackets anywhere.
func (p *parser) primary() (*Node, error) {
	p.space()
	start := p.pos
	n, err := p.primaryAt()
	if err != nil {
		return nil, err
	}
	// A bracketed expression keeps its own place.
	if p.src[start] != '(' {
		n.Pos = start
	}
	return n, nil
}

func (p *parser) primaryAt() (*Node, error) {
	switch c := p.peek(); {
	case c == '(':
		return p.bracketed()
	case c == '[':
		return p.list()
	case c == '@':
		p.pos++
		name, err := p.name()
		return NewAsset(name), err
	case c == '"' || c == '-' || isDigit(c):
		return p.constant()
	case isLetter(c):
		return p.nameOrCall()
	}
	return nil, p.unexpected("an expression")
}

// bracketed reads an expression in brackets, which leave no node.
func (p *parser) bracketed() (*Node, error) {
	if err := p.open(); err != nil {
		return nil, err
	}
	n, err := p.binary(levelOr)
	if err != nil {
		return nil, err
	}
	return n, p.close(')')
}

// open takes an opening bracket.
func (p *parser) open() error {
	if p.depth++; p.depth > MaxDepth {
		return p.fail(p.pos, "it is nested more than %d deep", MaxDepth)
	}
	p.pos++
	return nil
}

// close takes a closing bracket.
func (p *parser) close(bracket byte) error {
	if p.space(); p.peek() != bracket {
		return p.unexpected(strconv.Quote(string(bracket)))
	}
	p.pos++
	p.depth--
	return nil
}

// nameOrCall reads what begins with a letter.
func (p *parser) nameOrCall() (*Node, error) {
	start := p.pos
	name, err := p.name()
	if err != nil {
		return nil, err
	}
	switch name {
	case "true", "false":
		return NewBool(name == "true"), nil
	case "and", "or", "not":
		p.pos = start
		return nil, p.unexpected("an expression")
	}
	if p.space(); p.peek() != '(' || strings.Contains(name, ".") {
		return NewName(name), nil
	}
	if err := p.open(); err != nil {
		return nil, err
	}
	args, err := p.items(')', func() (*Node, error) { return p.binary(levelOr) })
	return NewCall(name, args...), err
}

// list reads constants; the list is their set.
func (p *parser) list() (*Node, error) {
	if err := p.open(); err != nil {
		return nil, err
	}
	items, err := p.items(']', func() (*Node, error) {
		p.space()
		start := p.pos
		n, err := p.constant()
		if err == nil {
			n.Pos = start
		}
		return n, err
	})
	return NewList(items...), err
}

// items reads what stands between commas, up to the closing bracket.
func (p *parser) items(closing byte, item func() (*Node, error)) ([]*Node, error) {
	if p.space(); p.peek() == closing {
		return nil, p.close(closing)
	}
	var items []*Node
	for {
		n, err := item()
		if err != nil {
			return nil, err
		}
		items = append(items, n)
		if p.space(); p.peek() != ',' {
			return items, p.close(closing)
		}
		p.pos++
	}
}

// constant reads a number or a string.
func (p *parser) constant() (*Node, error) {
	switch c := p.peek(); {
	case c == '"':
		return p.quoted()
	case c == '-' || isDigit(c):
		return p.number()
	}
	if word := p.peekIdent(); word == "true" || word == "false" {
		p.pos += len(word)
		return NewBool(word == "true"), nil
	}
	return nil, p.unexpected("a number or a string")
}

func (p *parser) fail(offset int, format string, args ...any) error {
	return &SyntaxError{Source: p.src, Offset: offset, Reason: fmt.Sprintf(format, args...)}
}

// unexpected says what stands at pos instead of what should.
func (p *parser) unexpected(want string) error {
	if p.pos == len(p.src) {
		return p.fail(p.pos, "want %s, have the end", want)
	}
	have, _ := utf8.DecodeRuneInString(p.src[p.pos:])
	return p.fail(p.pos, "want %s, have %q", want, have)
}

// quoted reads a JSON string.
func (p *parser) quoted() (*Node, error) {
	end := p.pos + 1
	for end < len(p.src) && p.src[end] != '"' {
		if p.src[end] == '\\' {
			end++
		}
		end++
	}
	if end >= len(p.src) {
		return nil, p.fail(p.pos, "the string is not closed")
	}
	source := p.src[p.pos : end+1]
	var value string
	if err := json.Unmarshal([]byte(source), &value); err != nil {
		return nil, p.fail(p.pos, "the string is not JSON: %v", err)
	}
	// encoding/json reads half a surrogate pair as U+FFFD, which would be another
	// pattern than the one meant.
	const replacement = string(utf8.RuneError)
	if strings.Count(value, replacement) != strings.Count(source, replacement) {
		return nil, p.fail(p.pos, "an escape in the string is no character")
	}
	p.pos = end + 1
	return NewString(value), nil
}
