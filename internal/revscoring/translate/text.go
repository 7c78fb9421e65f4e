package translate

import (
	"fmt"
	"slices"

	"revscore/internal/pickle"
)

var (
	times     = []string{"time"}
	ints      = []string{"int"}
	wikicode  = []string{".wikicode"}
	segments  = []string{".segments"}
	tokens    = []string{"tokens"}
	nodeKinds = []string{"nodes of heading", "nodes of wikilink", "nodes of external_link", "nodes of template", "nodes of tag"}
)

// textMakers are of tokens, markup and differences of texts.
var textMakers = map[string]maker{
	moduleTokenized + "_process_tokens":                    plain("tokens", "tokens", text),
	moduleParsed + "_process_wikicode":                     step(".wikicode", text),
	moduleParsed + "_process_node_class_map":               step(".nodes", wikicode),
	moduleParsed + "get_key.process":                       {[][]string{{".nodes"}}, nodesOfClass},
	moduleParsed + "execute_method.process":                {[][]string{wikicode}, content},
	classSegmenter + "segment":                             step(".segments", tokens),
	moduleEdit + "_process_operations":                     step(".operations", segments, segments, tokens, tokens),
	moduleEdit + "_process_segments_added":                 difference("segments_added", "strings"),
	moduleEdit + "_process_segments_removed":               difference("segments_removed", "strings"),
	moduleEdit + "_process_tokens_added":                   difference("tokens_added", "tokens"),
	moduleEdit + "_process_tokens_removed":                 difference("tokens_removed", "tokens"),
	moduleChars + "_process_longest_repeated_char":         plain("longest_repeated_char", "int", text),
	moduleChars + "_process_longest_repeated_char_added":   plain("longest_repeated_char", "int", []string{"strings"}),
	"revscoring.features.bytes.datasources._process_bytes": plain("bytes", "bytes", text),
	moduleMeta + "extractors.regex.process":                {[][]string{slices.Concat(text, strs)}, find},
	moduleMeta + "filters.filter.process":                  {[][]string{nil}, filtered},
	moduleMeta + "filters.regex_matching.process":          {[][]string{strs}, matching},
	moduleMeta + "mappers.map.process":                     {[][]string{nil}, mapped},
	moduleMeta + "mappers.lower_case.process":              plain("lower", "strings", strs),
	moduleEnwiki + "get_images":                            occurrences("image[1-9]{1,2}|File:|Image:|photo[1-9][a-z]"),
	moduleEnwiki + "get_infobox_images":                    occurrences(pictureFiles),
	modulePtwiki + "get_images":                            occurrences("imagem?[1-9]{1,2}|(File|Ficheiro|Imagem?|Archivo):|photo[1-9][a-z]"),
	modulePtwiki + "get_infobox_images":                    occurrences(pictureFiles),
	moduleUkwiki + "get_images":                            occurrences("Зображення[1-9]{1,2}|Изображение:|Зображення:|Файл:|File:|Image:|photo[1-9][a-z]"),
}

const pictureFiles = `\.(jpg|jpeg|png|gif|svg|tiff|pdf|ogg|djvu)`

// occurrences is a function that counts len(re.findall(pattern, "".join(strings), re.I)).
func occurrences(pattern string) maker {
	return maker{[][]string{strs}, func(_ *translation, _ *node, args []*term) (*term, error) {
		return call("occurrences", "int", args[0], stringTerm("(?i)"+pattern)), nil
	}}
}

// nodeClasses are mwparserfromhell's, the kinds of their nodes and our functions.
var nodeClasses = map[string][2]string{
	"mwparserfromhell.nodes.heading.Heading":            {"nodes of heading", "headings"},
	"mwparserfromhell.nodes.wikilink.Wikilink":          {"nodes of wikilink", "wikilinks"},
	"mwparserfromhell.nodes.external_link.ExternalLink": {"nodes of external_link", "external_links"},
	"mwparserfromhell.nodes.template.Template":          {"nodes of template", "templates"},
	"mwparserfromhell.nodes.tag.Tag":                    {"nodes of tag", "tags"},
}

func nodesOfClass(_ *translation, n *node, args []*term) (*term, error) {
	key, err := n.fields.Global("key")
	if err != nil {
		return nil, err
	}
	class, ok := nodeClasses[key.Canonical()]
	if !ok || !isEmpty(n.fields.Get("default")) {
		return nil, unknown("nodes of the class " + key.String())
	}
	page := args[0].args[0]
	return call(class[1], class[0], page.args...), nil
}

// isEmpty tells whether a value is None or holds nothing.
func isEmpty(v any) bool {
	if d, ok := v.(*pickle.Dict); ok {
		return len(d.Entries) == 0
	}
	items, err := readItems(v)
	return v == nil || err == nil && len(items) == 0
}

func content(_ *translation, n *node, args []*term) (*term, error) {
	method, err := n.fields.String("method_name")
	if err != nil {
		return nil, err
	}
	if method != "strip_code" || !isEmpty(n.fields.Get("args")) || !isEmpty(n.fields.Get("kwargs")) {
		return nil, unknown("the method " + method + " of a page, or its arguments")
	}
	return call("content", "text", args[0].args...), nil
}

// difference is of the texts whose operations are given.
func difference(function, typ string) maker {
	return maker{[][]string{{".operations"}}, func(_ *translation, n *node, args []*term) (*term, error) {
		of := args[0].args
		oldSegments, newSegments, old, new := of[0], of[1], of[2], of[3]
		if !sameAll(oldSegments.args, []*term{old}) || !sameAll(newSegments.args, []*term{new}) {
			return nil, unknown(n.process.name + " of segments of other texts")
		}
		if old.name != "tokens" || new.name != "tokens" {
			return nil, unknown(n.process.name + " of a part of a text's tokens")
		}
		return call(function, typ, old.args[0], new.args[0]), nil
	}}
}

// find is of a lexicon, which is in the object that the function is bound to.
func find(t *translation, n *node, args []*term) (*term, error) {
	fields, err := t.fields(n.process)
	if err != nil {
		return nil, err
	}
	key := [2]any{fields.Get("group_re"), fields.Get("exclude_re")}
	made, err := t.asset(n, kindLexicon, key, func() (*asset, error) {
		group, err := readRegex(key[0])
		if err != nil {
			return nil, fmt.Errorf("group_re: %w", err)
		}
		if key[1] == nil {
			return lexicon(group, nil)
		}
		exclude, err := readRegex(key[1])
		if err != nil {
			return nil, fmt.Errorf("exclude_re: %w", err)
		}
		return lexicon(group, &exclude)
	})
	if err != nil {
		return nil, err
	}
	return call("find", "strings", args[0], made), nil
}

// filtered are the items that a function includes, or those that it does not.
func filtered(t *translation, n *node, args []*term) (*term, error) {
	include, err := n.function("include")
	if err != nil {
		return nil, err
	}
	inverse, err := n.flag("inverse")
	if err != nil {
		return nil, err
	}
	if made, err := filteredWords(t, n, args[0], include, inverse); made != nil || err != nil {
		return made, err
	}
	if inverse {
		return nil, unknown("the inverse of " + include.name)
	}
	name := n.process.name + " by " + include.name
	switch include.name {
	case moduleTokenized + "TokenIsInTypes.filter":
		return ofTypes(t, include, args[0])
	case moduleTokenized + "is_uppercase_word":
		return call("uppercase", "tokens", args[0]), check(name, args[0], tokens)
	case moduleParsed + "HeadingOfLevel.filter":
		return ofLevel(t, include, args[0])
	case modulePtwiki + "filter_paragraphs_without_ref_tags":
		if err := check(name, args[0], segments); err != nil {
			return nil, err
		}
		return call(".segments_without_refs", ".segments_without_refs", args[0].args...), nil
	}
	return nil, unknown(include.name)
}

func ofTypes(t *translation, include function, items *term) (*term, error) {
	if err := check(include.name, items, tokens); err != nil {
		return nil, err
	}
	fields, err := t.fields(include)
	if err != nil {
		return nil, err
	}
	types, err := t.set(fields.Get("types"), stringsConstant)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", fields.Path("types"), err)
	}
	return call("of_types", "tokens", items, types), nil
}

func ofLevel(t *translation, include function, items *term) (*term, error) {
	if err := check(include.name, items, nodeKinds[:1]); err != nil {
		return nil, err
	}
	fields, err := t.fields(include)
	if err != nil {
		return nil, err
	}
	level, err := fields.Int("level")
	if err != nil {
		return nil, err
	}
	return call("of_level", items.typ, items, intTerm(level)), nil
}

// nodeParts are the functions that read a part of nodes, and of which kind.
var nodeParts = map[string]string{
	moduleParsed + "_extract_heading_title":     "nodes of heading",
	moduleParsed + "_extract_wikilink_title":    "nodes of wikilink",
	moduleParsed + "_extract_external_link_url": "nodes of external_link",
	moduleParsed + "_extract_template_name":     "nodes of template",
	moduleParsed + "_extract_tag_name":          "nodes of tag",
}

// mapped is what a function makes of every item.
func mapped(t *translation, n *node, args []*term) (*term, error) {
	apply, err := n.function("apply")
	if err != nil {
		return nil, err
	}
	items, name := args[0], n.process.name+" by "+apply.name
	if kind, ok := nodeParts[apply.name]; ok {
		return call("names", "strings", items), check(name, items, []string{kind})
	}
	switch {
	case stemmers[apply.name] != "":
		return stems(t, apply, items)
	case apply.name == "builtins.len":
		return call("lengths", "numbers of int", items), check(name, items, strs)
	case apply.name != "builtins.str":
		return nil, unknown(apply.name)
	case slices.Contains(strs, items.typ):
		return items, nil // tokens are strings
	case slices.Contains(nodeKinds, items.typ):
		return call("sources", "strings", items), nil
	case items.typ == ".segments":
		return paragraphs("paragraphs", name, items)
	case items.typ == ".segments_without_refs":
		return paragraphs("paragraphs_without_refs", name, items)
	}
	return nil, unknown(name + " of " + items.typ)
}

// paragraphs are the segments of all tokens of a text.
func paragraphs(function, name string, items *term) (*term, error) {
	of := items.args[0]
	if of.name != "tokens" {
		return nil, unknown(name + " of a part of a text's tokens")
	}
	return call(function, "strings", of.args[0]), nil
}

func matching(_ *translation, n *node, args []*term) (*term, error) {
	inverse, err := n.flag("inverse")
	if err != nil {
		return nil, err
	}
	if inverse {
		return nil, unknown("the inverse of " + n.process.name)
	}
	pattern, err := n.regex("regex")
	if err != nil {
		return nil, err
	}
	return call("matching", "strings", args[0], pattern), nil
}
