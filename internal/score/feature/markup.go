package feature

import (
	"fmt"
	"strings"
	"unicode"

	"revscore/internal/score/feature/expr"
	"revscore/internal/score/parse"
)

// Functions of a text's markup (revscoring/features/wikitext/datasources/parsed.py).
func markupFunctions() map[string]function {
	text, list := []kinds{kindsOf(kindText)}, []kinds{kindsOf(kindNodes)}
	return map[string]function{
		"headings":       {params: text, build: buildNodes(parse.Heading)},
		"wikilinks":      {params: text, build: buildNodes(parse.Wikilink)},
		"external_links": {params: text, build: buildNodes(parse.ExternalLink)},
		"templates":      {params: text, build: buildNodes(parse.Template)},
		"tags":           {params: text, build: buildNodes(parse.Tag)},
		"of_level":       {params: []kinds{kindsOf(kindNodes), kindsOf(kindInt)}, build: buildOfLevel},
		"names":          {params: list, build: buildNames},
		"sources":        {params: list, build: buildSources},
		"content":        {params: text, build: buildContent},
	}
}

func buildNodes(kind parse.Kind) func(*compiler, []*node) (*node, error) {
	return func(c *compiler, args []*node) (*node, error) {
		page := pageOf(c, args[0])
		n := &node{kind: kindNodes, roots: markupRoots(args[0]), nodes: func(s *solver) (nodes, error) {
			p, err := page(s)
			return nodes{page: p, kind: kind}, err
		}}
		return n, nil
	}
}

// pageOf returns what parses a text.
func pageOf(c *compiler, t *node) func(*solver) (*parse.Page, error) {
	slot := c.plan.slots.pages
	c.plan.slots.pages++
	return func(s *solver) (*parse.Page, error) { return s.page(t.of, slot, t.text) }
}

func markupRoots(t *node) roots {
	if t.of == parentRoot {
		return rootParentMarkup
	}
	return 0
}

func buildOfLevel(c *compiler, args []*node) (*node, error) {
	of, level := args[0], args[1]
	return &node{kind: kindNodes, nodes: func(s *solver) (nodes, error) {
		n, err := of.nodes(s)
		if err != nil {
			return nodes{}, err
		}
		v, err := level.scalar(s)
		if v.num == 0 || n.level != 0 && int64(n.level) != v.num {
			v.num = -1 // which no heading has; 0 stands for all levels
		}
		n.level = int(v.num)
		return n, err
	}}, nil
}

// each calls yield with the nodes.
func (n nodes) each(yield func(parse.Node)) {
	for node := range n.page.All(n.kind) {
		if n.level == 0 || node.Level() == n.level {
			yield(node)
		}
	}
}

func (n nodes) count() int {
	if n.level == 0 {
		return n.page.Count(n.kind)
	}
	count := 0
	n.each(func(parse.Node) { count++ })
	return count
}

func buildNames(c *compiler, args []*node) (*node, error) {
	return nodeStrings(c, args[0], func(p *parse.Page, n parse.Node) string {
		if n.Kind == parse.Heading {
			return strings.TrimFunc(p.Name(n), isSpace)
		}
		return p.Name(n)
	})
}

func buildSources(c *compiler, args []*node) (*node, error) {
	return nodeStrings(c, args[0], (*parse.Page).Source)
}

func nodeStrings(c *compiler, of *node, text func(*parse.Page, parse.Node) string) (*node, error) {
	return c.list(0, func(s *solver) ([]string, error) {
		n, err := of.nodes(s)
		if err != nil {
			return nil, err
		}
		first := len(s.texts)
		n.each(func(node parse.Node) { s.texts = append(s.texts, text(n.page, node)) })
		return s.textsFrom(first), nil
	}), nil
}

// isSpace says what Python's str.strip() takes away: what Go calls white space,
// and the four separators of ASCII.
func isSpace(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f }

func buildContent(c *compiler, args []*node) (*node, error) {
	page := pageOf(c, args[0])
	slot := c.plan.slots.strings
	c.plan.slots.strings++
	contents := func(s *solver) ([]string, error) {
		p, err := page(s)
		if err != nil {
			return nil, err
		}
		// Not cut from s.texts: paragraphs and matching ask for a text in the middle
		// of a list of their own.
		return []string{p.Content()}, nil
	}
	n := &node{kind: kindText, roots: markupRoots(args[0]), text: func(s *solver) (text, error) {
		list, err := s.strings[slot].get(s, contents)
		if err != nil {
			return text{}, err
		}
		return text{string: list[0]}, nil
	}}
	n.runes = func(s *solver) (int, error) {
		p, err := page(s)
		if err != nil {
			return 0, err
		}
		return p.ContentRunes(), nil
	}
	return n, nil
}

// quoted returns the constant string that an argument is.
func quoted(n *node) string { return n.constants[0].Text }

// wholeNumbers returns the constants of a list, which must be ints.
func wholeNumbers(n *node) (map[int64]bool, error) {
	set := map[int64]bool{}
	for _, c := range n.constants {
		if c.Kind != expr.Int {
			return nil, fmt.Errorf("%s is no int", c)
		}
		set[c.Int] = true
	}
	return set, nil
}
