package parse

import (
	"math/bits"
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

// ContentRunes returns the length of Content in characters, without making it if
// the text is UTF-8.
func (p *Page) ContentRunes() int {
	if !utf8.ValidString(p.text) {
		// What two nodes end and begin with might be one character together.
		return utf8.RuneCountInString(p.Content())
	}
	c := content{page: p, counting: true}
	c.strip(0, p.nodes.n, 0, uint32(len(p.text)))
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
	start, end := n.Start+n.body, n.Start+n.bodyEnd
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
		if n.self || traits(c.page.Name(*n))&invisible != 0 {
			return
		}
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
		c.runes += runes(s)
	} else {
		c.out.WriteString(s)
	}
}

// runes counts the characters of valid UTF-8: the bytes that go on with none, eight
// at a time.
func runes(s string) int {
	n := len(s)
	for len(s) >= 8 {
		word := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		n -= bits.OnesCount64(word >> 7 & ^(word >> 6) & 0x0101010101010101)
		s = s[8:]
	}
	for i := range len(s) {
		if s[i]&0xC0 == 0x80 {
			n--
		}
	}
	return n
}
