package parse

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
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

	// middle is, counted from Start, where the content of a tag starts or where the
	// first part of another node ends; 0 if there is no second part.
	middle uint32

	width uint32 // of it and those inside, in nodes
}

// split sets where the first part ends, which 0 is not.
func (n *Node) split(seam int) {
	if seam != 0 {
		n.middle = uint32(seam) - n.Start
	}
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
	nodes list
	trail trail
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
func parseWithin(text string, steps int) (*Page, error) { return reviseWithin(nil, text, steps) }

// reviseWithin does the same with the help of a page, unless that is nil.
func reviseWithin(before *Page, text string, steps int) (page *Page, err error) {
	if uint64(len(text)) > math.MaxUint32 {
		return nil, ErrTooComplex
	}
	// The reference reads no further than to a NUL.
	text, _, _ = strings.Cut(text, "\x00")
	t := tokenizers.Get().(*tokenizer)
	defer func() {
		fault := recover()
		t.stop()
		switch fault {
		case nil:
		case ErrTooComplex, ErrRejected:
			page, err = nil, fault.(error)
		default:
			panic(fault)
		}
	}()
	t.start(text, steps)
	t.push(0)
	if before != nil {
		t.revise(before)
	}
	return t.run(), nil
}

// run reads the text from the head on.
func (t *tokenizer) run() *Page {
	if !t.parseOn() || !t.old.done && len(t.stacks) > 0 {
		panic(ErrRejected)
	}
	if t.old.done {
		t.takeRest()
	} else {
		t.head = len(t.text)
		t.leave()
	}
	return &Page{text: t.text, nodes: t.nodes.release(), trail: slices.Clip(slices.Clone(t.trail))}
}

// Bytes returns how much memory the page takes, its text aside.
func (p *Page) Bytes() int {
	return pageBytes + cap(p.nodes.chunks)*chunkBytes + p.nodes.n*nodeBytes + cap(p.trail)*checkpointBytes
}

// All returns the nodes of a kind, each before those inside it. Texts in a
// comment, an entity and the name of a tag in wiki markup are no nodes.
func (p *Page) All(kind Kind) iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for _, chunk := range p.nodes.chunks {
			for i := range chunk {
				if chunk[i].Kind == kind && !yield(chunk[i]) {
					return
				}
			}
		}
	}
}

// Count returns the number of nodes of a kind.
func (p *Page) Count(kind Kind) int {
	count := 0
	for _, chunk := range p.nodes.chunks {
		for i := range chunk {
			if chunk[i].Kind == kind {
				count++
			}
		}
	}
	return count
}

// Source returns the text of a node.
func (p *Page) Source(n Node) string { return p.text[n.Start:n.End] }

// tail returns how many bytes of markup close a node.
func (p *Page) tail(n *Node) uint32 {
	switch n.Kind {
	case Template, Wikilink:
		return 2
	case Argument:
		return 3
	case ExternalLink, Heading:
		return uint32(n.size)
	case Tag:
		switch n.tag {
		case markupNone:
			source := p.Source(*n)
			return uint32(len(source) - strings.LastIndex(source, "</"))
		case markupItalics, markupBold, markupTable:
			return uint32(n.size)
		}
	}
	return 0
}

// inside returns where the content of a node or its second part is.
func (p *Page) inside(n *Node) (start, end uint32) {
	start, end = n.Start+n.middle, n.End-p.tail(n)
	switch n.Kind {
	case Heading:
		start += uint32(n.size)
	case Wikilink, Argument:
		start++ // the '|'
	case ExternalLink:
		if p.text[start] == ' ' {
			start++
		}
	}
	return start, end
}

// Name returns the name of a template, an argument or a tag, the title of a
// wikilink or a heading, the URL of an external link, and what a comment says.
func (p *Page) Name(n Node) string {
	text, start := p.Source(n), uint32(0)
	switch n.Kind {
	case Text, Entity:
		return text
	case Comment:
		return text[4 : len(text)-3]
	case Heading:
		return text[n.size : len(text)-int(n.size)]
	case Template, Wikilink:
		start = 2
	case Argument:
		start = 3
	case ExternalLink:
		start = uint32(n.size)
	case Tag:
		if n.tag != markupNone {
			return markupTags[n.tag]
		}
		text = strings.TrimPrefix(text[1:], "/")
		return text[:tagNameSize(text)]
	}
	if n.middle != 0 {
		return text[start:n.middle]
	}
	return text[start : uint32(len(text))-p.tail(&n)]
}

// Label returns the text of a wikilink, the title of an external link or the
// default of an argument, and whether it has one.
func (p *Page) Label(n Node) (string, bool) {
	switch n.Kind {
	case Wikilink, ExternalLink, Argument:
		if n.middle != 0 {
			start, end := p.inside(&n)
			return p.text[start:end], true
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
	return p.Source(n)[:n.size]
}
