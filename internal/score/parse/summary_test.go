package parse

import "unicode/utf8"

var kindNames = []string{
	Text: "Text", Comment: "Comment", Entity: "HTMLEntity", Template: "Template", Argument: "Argument",
	Wikilink: "Wikilink", ExternalLink: "ExternalLink", Heading: "Heading", Tag: "Tag",
}

// summary is what the reference data records of a page.
func summary(p *Page) map[string]any {
	all := map[Kind][]any{}
	for kind := range Kind(len(kindNames)) {
		all[kind] = summarize(p, kind)
	}
	counts := map[string]int{}
	for kind, nodes := range all {
		if len(nodes) > 0 {
			counts[kindNames[kind]] = p.Count(kind)
		}
	}
	return map[string]any{
		"counts": counts, "content": p.Content(), "headings": all[Heading], "wikilinks": all[Wikilink],
		"external_links": all[ExternalLink], "templates": all[Template], "tags": all[Tag],
		"comments": all[Comment], "entities": all[Entity], "arguments": all[Argument],
	}
}

func summarize(p *Page, kind Kind) []any {
	all := []any{}
	for n := range p.All(kind) {
		all = append(all, describe(p, n))
	}
	return all
}

func describe(p *Page, n Node) any {
	var label, markup any
	if text, ok := p.Label(n); ok {
		label = text
	}
	if text := p.Markup(n); text != "" {
		markup = text
	}
	switch n.Kind {
	case Heading:
		return []any{n.Level(), p.Name(n)}
	case Wikilink:
		return []any{p.Name(n), label}
	case ExternalLink:
		return []any{p.Name(n), label, n.Brackets()}
	case Tag:
		return []any{p.Name(n), n.SelfClosing(), markup, utf8.RuneCountInString(p.Source(n))}
	case Comment:
		return utf8.RuneCountInString(p.Name(n))
	}
	return p.Name(n)
}
