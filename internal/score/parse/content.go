package parse

import (
	"strings"
	"unicode/utf8"
)

// Content returns what readers see of the page, about, as Wikicode.strip_code()
// does: no templates, comments and markup, entities as the characters they stand
// for. An entity for half a surrogate pair yields U+FFFD.
func (p *Page) Content() string {
	c := content{page: p}
	c.out.Grow(len(p.text))
	c.strip(0, p.nodes.n, 0, uint32(len(p.text)))
	return c.out.String()
}

// ContentRunes returns the length of Content in characters, without making it
// unless two nodes may share one: of bytes that are no UTF-8.
func (p *Page) ContentRunes() int {
	c := content{page: p, counting: true}
	c.strip(0, p.nodes.n, 0, uint32(len(p.text)))
	if c.torn {
		return utf8.RuneCountInString(p.Content())
	}
	return c.runes
}

// content collects what readers see. Line ends are trimmed and collapsed at each
// level, as the reference strips what is inside of a node by itself: so they are
// held back until something else follows.
type content struct {
	page *Page
	out  strings.Builder

	counting bool
	runes    int
	torn     bool // text starts amid a character

	// At the level that is being stripped: whether anything was seen, how many
	// line ends came since, and how many are due before what comes first.
	seen bool
	run  int
	due  int
}

// strip adds what is to be seen of the nodes from first to last that start from
// start to end. It recurses no deeper than the nodes lie in each other, which is
// little more than maxDepth.
func (c *content) strip(first, last int, start, end uint32) {
	for i := first; i < last; {
		n := c.page.nodes.at(i)
		if n.Start >= end {
			break
		}
		if n.Start >= start {
			c.node(i, n)
		}
		i += int(n.width)
	}
}

// inside is strip of what is in a node, a level of its own.
func (c *content) inside(first, last int, start, end uint32) {
	seen, run, due := c.seen, c.run, c.due
	c.due, c.seen, c.run = c.pending(), false, 0
	c.strip(first, last, start, end)
	if c.seen {
		c.run, c.due = 0, 0
	} else {
		c.seen, c.run, c.due = seen, run, due
	}
}

// pending returns how many line ends stand before what comes next.
func (c *content) pending() int {
	if c.seen {
		return min(c.run, 2)
	}
	return c.due
}

// node adds what is to be seen of a node, as its __strip__ does: the text of a
// wikilink or its title, the title of a link in brackets or the URL of one without,
// the default of an argument, what is inside of tags except where it is a program's.
func (c *content) node(i int, n *Node) {
	switch n.Kind {
	case Text:
		c.text(c.page.text[n.Start:n.End])
		return
	case Entity:
		r, _, _ := entityAt(c.page.text[n.Start:n.End])
		c.text(string(r))
		return
	case Comment, Template:
		return
	case Argument:
		if n.middle == 0 {
			return
		}
	case ExternalLink:
		if n.Brackets() && n.middle == 0 {
			return
		}
	case Tag:
		if n.self || traits(c.page.Name(*n))&invisible != 0 {
			return
		}
	}
	start, end := n.Start, n.End
	if n.middle != 0 || n.Kind == Heading {
		start, end = c.page.inside(n)
	}
	c.inside(i+1, i+int(n.width), start, end)
}

// text adds text of a level. Of three or more line ends in a row two are seen.
func (c *content) text(s string) {
	rest := strings.TrimLeft(s, "\n")
	c.run += len(s) - len(rest)
	if rest == "" {
		return
	}
	c.write("\n\n"[:c.pending()])
	s = strings.TrimRight(rest, "\n")
	c.seen, c.run = true, len(rest)-len(s)
	for i := strings.Index(s, "\n\n\n"); i >= 0; i = strings.Index(s, "\n\n\n") {
		c.write(s[:i+2])
		s = strings.TrimLeft(s[i:], "\n")
	}
	c.write(s)
}

func (c *content) write(s string) {
	if c.counting {
		c.torn = c.torn || s != "" && !utf8.RuneStart(s[0])
		c.runes += runes(s)
	} else {
		c.out.WriteString(s)
	}
}

// runes counts the characters of a text. Most are ASCII, which go eight at a time.
func runes(s string) int {
	for i := 0; i+8 <= len(s); i += 8 {
		w := s[i : i+8]
		word := uint64(w[0]) | uint64(w[1])<<8 | uint64(w[2])<<16 | uint64(w[3])<<24 |
			uint64(w[4])<<32 | uint64(w[5])<<40 | uint64(w[6])<<48 | uint64(w[7])<<56
		if word&0x8080808080808080 != 0 {
			return i + utf8.RuneCountInString(s[i:])
		}
	}
	n := len(s) &^ 7
	return n + utf8.RuneCountInString(s[n:])
}
