package main

import (
	"fmt"
	"slices"
	"strings"

	"revscore/internal/score/feature/expr"
)

// Constructors of datasources (revscoring/datasources, .../wikitext/datasources).

const datasource = "datasource."

// inputs are the names of the parts of the input that the language has.
var inputs = []string{
	"revision.text", "revision.parent.text", "revision.comment",
	"revision.user.id", "revision.parent.user.id", "revision.page.namespace.id", "revision.user.info.groups",
}

// timestamps are those that the reference parses of another datasource.
var timestamps = []string{
	"revision.timestamp", "revision.parent.timestamp", "revision.page.creation.timestamp",
	"revision.user.info.registration", "revision.user.last_revision.timestamp",
}

// root is a part of the input: what the extractor puts into the cache. A timestamp's root is
// its text, which is left to the timestamp to take.
func root(d *dependent, _ []*expr.Node) (*expr.Node, error) {
	name := strings.TrimPrefix(d.Name, datasource)
	if slices.Contains(inputs, name) || slices.Contains(timestamps, strings.TrimSuffix(name, "_str")) {
		return expr.NewName(name), nil
	}
	return nil, fmt.Errorf("input %s is unknown", name)
}

// timestamp parses the root of the same name. What else or_none may apply the
// catalogue does not say, so the name must be that of a known timestamp.
func timestamp(d *dependent, root *expr.Node) (*expr.Node, error) {
	name := strings.TrimPrefix(d.Name, datasource)
	if !slices.Contains(timestamps, name) || root.Text != name+"_str" {
		return nil, fmt.Errorf("%s is no timestamp of the revision", d.Name)
	}
	return expr.NewName(name), nil
}

// inside puts a function in the place of a step that is its one argument: the
// function takes what the step took.
func inside(taken, function string) constructor {
	return unary(func(d *dependent, arg *expr.Node) (*expr.Node, error) {
		if !isCall(arg, taken) {
			return nil, fmt.Errorf("%s is not made of %s", d.Name, strings.TrimPrefix(taken, step))
		}
		return expr.NewCall(function, arg.Args...), nil
	})
}

func isCall(n *expr.Node, function string) bool {
	return n.Kind == expr.Call && n.Text == function
}

// compared is the difference of two texts, given as segments and as tokens of
// each.
func compared(d *dependent, args []*expr.Node) (*expr.Node, error) {
	if len(args) != 4 || !isCall(args[0], segments) || !isCall(args[1], segments) || !isCall(args[2], "tokens") || !isCall(args[3], "tokens") {
		return nil, fmt.Errorf("%s does not compare two texts", d.Name)
	}
	return expr.NewCall(operations, args[2].Args[0], args[3].Args[0]), nil
}

// nodes are those of one class; the class decides which function it is.
func nodes(d *dependent, page *expr.Node) (*expr.Node, error) {
	functions := map[string]string{
		"mwparserfromhell.nodes.external_link.ExternalLink": "external_links",
		"mwparserfromhell.nodes.heading.Heading":            "headings",
		"mwparserfromhell.nodes.tag.Tag":                    "tags",
		"mwparserfromhell.nodes.template.Template":          "templates",
		"mwparserfromhell.nodes.wikilink.Wikilink":          "wikilinks",
	}
	function := functions[d.Key]
	if function == "" {
		return nil, fmt.Errorf("%s: nodes of %s are unknown", d.Name, d.Key)
	}
	return inside(nodeMap, function)(d, []*expr.Node{page})
}

// method is a method of a parsed page. The catalogue does not say which; only
// strip_code has a datasource of this name
// (revscoring/features/wikitext/datasources/parsed.py).
func method(d *dependent, page *expr.Node) (*expr.Node, error) {
	if !strings.HasSuffix(d.Name, ".content") {
		return nil, fmt.Errorf("%s: the method is unknown", d.Name)
	}
	return inside(wikicode, "content")(d, []*expr.Node{page})
}

// filter keeps the items for which a function is true (datasources/meta/filters.py).
func filter(d *dependent, items *expr.Node) (*expr.Node, error) {
	if d.Inverse {
		return nil, fmt.Errorf("%s: an inverse filter is unknown", d.Name)
	}
	switch short(d.Include.Callable) {
	case "features.wikitext.datasources.tokenized.TokenIsInTypes.filter":
		return expr.NewCall("of_types", items, stringList(d.Include.Self.Types)), nil
	case "features.wikitext.datasources.tokenized.is_uppercase_word":
		return expr.NewCall("uppercase", items), nil
	case "features.wikitext.datasources.parsed.HeadingOfLevel.filter":
		return expr.NewCall("of_level", items, expr.NewInt(d.Include.Self.Level)), nil
	case "articlequality.feature_lists.ptwiki.filter_paragraphs_without_ref_tags":
		return inside(segments, withoutRef)(d, []*expr.Node{items})
	}
	return nil, fmt.Errorf("%s: filter %s is unknown", d.Name, d.Include.Callable)
}

// mapping applies a function to all items (datasources/meta/mappers.py).
func mapping(d *dependent, items *expr.Node) (*expr.Node, error) {
	const parsed = "features.wikitext.datasources.parsed."
	switch short(d.Apply.Callable) {
	case "builtins.len":
		return expr.NewCall("lengths", items), nil
	case "builtins.str":
		return written(items), nil
	case parsed + "_extract_template_name", parsed + "_extract_tag_name", parsed + "_extract_wikilink_title",
		parsed + "_extract_external_link_url", parsed + "_extract_heading_title":
		return expr.NewCall("names", items), nil
	}
	return nil, fmt.Errorf("%s: mapping %s is unknown", d.Name, d.Apply.Callable)
}

// written is str() of each item: of segments, or of nodes.
func written(items *expr.Node) *expr.Node {
	switch {
	case isCall(items, segments):
		return expr.NewCall("paragraphs", items.Args...)
	case isCall(items, withoutRef):
		return expr.NewCall("paragraphs_without_refs", items.Args...)
	}
	return expr.NewCall("sources", items)
}

func stringList(items []string) *expr.Node {
	var constants []*expr.Node
	for _, item := range items {
		constants = append(constants, expr.NewString(item))
	}
	return expr.NewList(constants...)
}

// matching keeps the strings that a pattern matches at the start.
func matching(d *dependent, args []*expr.Node) (*expr.Node, error) {
	pattern, err := d.pattern()
	if err == nil && d.Inverse {
		err = fmt.Errorf("%s: an inverse filter is unknown", d.Name)
	}
	return expr.NewCall("matching", append(args, pattern)...), err
}

// pattern returns the pattern with its flags in front.
func (d *dependent) pattern() (*expr.Node, error) {
	const ignoreCase, unicode = 2, 32 // re.IGNORECASE, re.UNICODE
	switch d.Regex.Flags {
	case unicode:
		return expr.NewString(d.Regex.Pattern), nil
	case unicode | ignoreCase:
		return expr.NewString("(?i)" + d.Regex.Pattern), nil
	}
	return nil, fmt.Errorf("%s: flags %d of the pattern are unknown", d.Name, d.Regex.Flags)
}
