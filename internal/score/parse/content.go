package parse

import "unicode/utf8"

// Content returns what readers see of the page, about, as Wikicode.strip_code()
// does: no templates, comments and markup, entities as the characters they stand
// for. An entity for half a surrogate pair yields U+FFFD.
func (p *Page) Content() string {
	c := content{page: p, out: make([]byte, 0, len(p.text))}
	c.strip(0, uint32(len(p.nodes)), 0, uint32(len(p.text)))
	return string(c.out)
}

// content collects what readers see.
type content struct {
	page *Page
	out  []byte
}

// strip adds what is to be seen of the nodes from first to last that start from
// start to end. Line ends are trimmed and collapsed at each level, as the
// reference strips what is inside of a node by itself. It recurses no deeper than the nodes lie in each other, which is
// little more than maxDepth.
func (c *content) strip(first, last, start, end uint32) {
	mark := len(c.out)
	for i := first; i < last; i = c.page.nodes[i].next {
		n := &c.page.nodes[i]
		if n.Start < start {
			continue
		}
		if n.Start >= end {
			break
		}
		c.node(i, n)
	}
	c.out = c.out[:mark+collapse(c.out[mark:])]
}

// node adds what is to be seen of a node, as its __strip__ does: the text of a
// wikilink or its title, the title of a link in brackets or the URL of one without,
// the default of an argument, what is inside of tags except where it is a program's.
func (c *content) node(i uint32, n *Node) {
	start, end := n.body, n.bodyEnd
	switch n.Kind {
	case Text:
		c.out = append(c.out, c.page.text[n.Start:n.End]...)
		return
	case Entity:
		r, _ := entityAt(c.page.text[n.Start:n.End])
		c.out = utf8.AppendRune(c.out, r)
		return
	case Comment, Template:
		return
	case Argument:
		if n.seam == 0 {
			return
		}
	case Wikilink:
		if n.seam == 0 {
			start = n.Start
		}
	case ExternalLink:
		if n.Brackets() && n.seam == 0 {
			return
		}
	case Tag:
		if n.self || !isVisible(c.page.Name(*n)) {
			return
		}
	}
	c.strip(i+1, n.next, start, end)
}

// collapse trims line ends on both sides of text, makes three or more in a row
// two, and returns the new length.
func collapse(text []byte) int {
	kept, run := 0, 0
	for _, b := range text {
		if b == '\n' {
			run++
			continue
		}
		if kept > 0 {
			for range min(run, 2) {
				text[kept] = '\n'
				kept++
			}
		}
		run = 0
		text[kept] = b
		kept++
	}
	return kept
}
