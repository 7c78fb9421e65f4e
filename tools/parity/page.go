package main

import (
	"unicode/utf8"

	"revscore/internal/score/parse"
)

// nodeClasses are the reference's names of the kinds of nodes, and the fields of
// parsed.jsonl.gz that list them.
var nodeClasses = []struct {
	kind         parse.Kind
	class, field string
}{
	{parse.Text, "Text", ""},
	{parse.Comment, "Comment", "comments"},
	{parse.Entity, "HTMLEntity", "entities"},
	{parse.Template, "Template", "templates"},
	{parse.Argument, "Argument", "arguments"},
	{parse.Wikilink, "Wikilink", "wikilinks"},
	{parse.ExternalLink, "ExternalLink", "external_links"},
	{parse.Heading, "Heading", "headings"},
	{parse.Tag, "Tag", "tags"},
}

// pageFields writes a page as it is recorded, or the error for each field.
func pageFields(p *parse.Page, err error) map[string]any {
	if err != nil {
		fields := map[string]any{"counts": err, "content": err}
		for _, c := range nodeClasses {
			fields[c.field] = err
		}
		return fields
	}
	counts := map[string]int{}
	fields := map[string]any{"counts": counts, "content": p.Content()}
	for _, c := range nodeClasses {
		if n := p.Count(c.kind); n > 0 {
			counts[c.class] = n
		}
		if c.field == "" {
			continue
		}
		nodes := []any{}
		for n := range p.All(c.kind) {
			nodes = append(nodes, nodeFields(p, n))
		}
		fields[c.field] = nodes
	}
	return fields
}

// nodeFields writes what is recorded of a node of its kind.
func nodeFields(p *parse.Page, n parse.Node) any {
	var label, markup any // null if there is none
	if text, ok := p.Label(n); ok {
		label = text
	}
	if text := p.Markup(n); text != "" {
		markup = text
	}
	switch n.Kind {
	case parse.Heading:
		return []any{n.Level(), p.Name(n)}
	case parse.Wikilink:
		return []any{p.Name(n), label}
	case parse.ExternalLink:
		return []any{p.Name(n), label, n.Brackets()}
	case parse.Tag:
		return []any{p.Name(n), n.SelfClosing(), markup, utf8.RuneCountInString(p.Source(n))}
	case parse.Comment:
		return utf8.RuneCountInString(p.Name(n))
	}
	return p.Name(n)
}
