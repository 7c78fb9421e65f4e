package parse

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"strings"
)

var (
	// ErrTooComplex says that a text needs more steps than the budget has.
	ErrTooComplex = errors.New("the wikitext is too complex to parse")

	// ErrRejected says that the reference fails on the text too: it raises
	// ParserError.
	ErrRejected = errors.New("the wikitext confuses the parser")
)

// Kind is what a node is.
type Kind uint8

const (
	Text Kind = iota
	Comment
	Entity
	Template
	Argument
	Wikilink
	ExternalLink
	Heading
	Tag
)

// Node is a piece of a page's text: plain text or markup with all that is inside.
type Node struct {
	Kind Kind
	tag  markup
	self bool  // has no content
	size uint8 // of the markup at its start, of a heading, a link or a tag in wiki markup

	// Start and End are where the node is in the page's text, in bytes.
	Start, End uint32

	seam    uint32 // the end of its first part, if another follows or it is a tag
	body    uint32 // the start of its content or second part
	bodyEnd uint32
	next    uint32 // the node behind those inside this one
}

// Level returns a heading's level, 1 to 6.
func (n Node) Level() int { return int(n.size) }

// SelfClosing reports whether a tag has no content and no closing tag.
func (n Node) SelfClosing() bool { return n.self }

// Brackets reports whether an external link stands in brackets.
func (n Node) Brackets() bool { return n.size == 1 }

// Page is a parsed text. It is never changed once made; any number of goroutines
// may read it.
type Page struct {
	text  string
	nodes []Node
}

// Parse parses a text. The error is ErrTooComplex or ErrRejected.
func Parse(text string) (*Page, error) {
	page, err := parseWithin(text, maxSteps)
	if err != nil {
		return nil, fmt.Errorf("parse %d bytes: %w", len(text), err)
	}
	return page, nil
}

// parseWithin parses a text in a number of steps.
func parseWithin(text string, steps int) (page *Page, err error) {
	if uint64(len(text)) > math.MaxUint32 {
		return nil, ErrTooComplex
	}
	defer func() {
		switch fault := recover(); fault {
		case nil:
		case ErrTooComplex, ErrRejected:
			page, err = nil, fault.(error)
		default:
			panic(fault)
		}
	}()
	// The reference reads no further than to a NUL.
	text, _, _ = strings.Cut(text, "\x00")
	t := newTokenizer(text, steps)
	tokens, ok := t.parse(0)
	if !ok || len(t.stacks) > 0 {
		return nil, ErrRejected
	}
	nodes, err := build(tokens)
	if err != nil {
		return nil, err
	}
	return &Page{text: text, nodes: nodes}, nil
}

// All returns the nodes of a kind, each before those inside it. Texts in a
// comment, an entity and the name of a tag in wiki markup are no nodes.
func (p *Page) All(kind Kind) iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for _, n := range p.nodes {
			if n.Kind == kind && !yield(n) {
				return
			}
		}
	}
}

// Count returns the number of nodes of a kind.
func (p *Page) Count(kind Kind) int {
	count := 0
	for i := range p.nodes {
		if p.nodes[i].Kind == kind {
			count++
		}
	}
	return count
}

// Source returns the text of a node.
func (p *Page) Source(n Node) string { return p.text[n.Start:n.End] }

// Name returns the name of a template, an argument or a tag, the title of a
// wikilink or a heading, the URL of an external link, and what a comment says.
func (p *Page) Name(n Node) string {
	start, end := n.Start, n.seam
	switch n.Kind {
	case Text, Entity:
		return p.Source(n)
	case Comment:
		return p.text[n.Start+4 : n.End-3]
	case Heading:
		return p.text[n.body:n.bodyEnd]
	case Template, Wikilink:
		start += 2
	case Argument:
		start += 3
	case ExternalLink:
		start += uint32(n.size)
	case Tag:
		if n.tag != markupNone {
			return markupTags[n.tag]
		}
		start++
		if p.text[start] == '/' {
			start++
		}
	}
	if end == 0 {
		end = n.bodyEnd
	}
	return p.text[start:end]
}

// Label returns the text of a wikilink, the title of an external link or the
// default of an argument, and whether it has one.
func (p *Page) Label(n Node) (string, bool) {
	switch n.Kind {
	case Wikilink, ExternalLink, Argument:
		if n.seam != 0 {
			return p.text[n.body:n.bodyEnd], true
		}
	}
	return "", false
}

// Markup returns the wiki markup that a tag starts with; "" if it is in HTML.
func (p *Page) Markup(n Node) string {
	switch {
	case n.Kind != Tag || n.tag == markupNone:
		return ""
	case n.size == 0:
		return p.Source(n)
	}
	return p.text[n.Start : n.Start+uint32(n.size)]
}
