package main

import (
	"fmt"
	"strings"

	"revscore/internal/score/feature/expr"
)

// Constructors of what asks Wikidata items (revscoring/features/wikibase, and the
// feature lists for wikidatawiki of articlequality and editquality).

// More steps on the way: an item, read of a text, and its JSON before.
const (
	itemJSON = step + "item JSON"
	item     = step + "item"
)

// The reference keeps these in its modules; the catalogue does not tell them.
const (
	nonexternal  = "wikidata.nonexternal_identifiers"
	commonsMedia = "wikidata.commons_media"
	astronomical = "wikidata.astronomical_objects"
	languages    = "wikidata.languages"
)

// instanceOf and importedFrom are properties of Wikidata.
var (
	instanceOf   = stringList([]string{"P31"})
	importedFrom = stringList([]string{"P143"})
	important    = stringList([]string{"en", "de", "ar", "zh", "es", "pt", "ru", "fr"}) // languages
)

// Where the processes are.
const (
	data     = "features.wikibase.datasources."
	features = "features.wikibase.features."
	quality  = "articlequality.feature_lists.wikidatawiki._process_"
	edits    = "editquality.feature_lists.wikidatawiki._process_"
)

// itemConstructors are the constructors by process, as those of construct.go.
var itemConstructors = map[string]constructor{
	data + "revision_oriented._process_entity_doc":   call(itemJSON),
	data + "revision_oriented._process_entity":       inside(itemJSON, item),
	data + "revision_oriented._process_labels":       inside(item, "labels"),
	data + "revision_oriented._process_descriptions": inside(item, "descriptions"),
	data + "revision_oriented._process_aliases":      inside(item, "aliases"),
	data + "revision_oriented._process_properties":   inside(item, "properties"),
	data + "revision_oriented._process_sitelinks":    inside(item, "sitelinks"),
	data + "revision_oriented._process_badges":       inside(item, "badges"),
	data + "revision_oriented._process_claims":       ofItem(func(of *expr.Node) *expr.Node { return expr.NewCall("distinct", statements(of)) }),
	data + "revision_oriented._process_sources":      ofItem(distinct("first_references")),
	data + "revision_oriented._process_ref_claims":   ofItem(distinct("references")),
	data + "revision_oriented._process_qualifiers":   ofItem(distinct("qualifiers")),

	"features.wikibase.util.diff_dicts":            call("changes"),
	data + "diff.dict_diff_field.process":          unary(changedNames),
	data + "diff._identity":                        unary(func(_ *dependent, same *expr.Node) (*expr.Node, error) { return same, nil }),
	data + "diff._process_statements_added":        editedStatements("statements_added"),
	data + "diff._process_statements_removed":      editedStatements("statements_removed"),
	data + "diff._process_statements_changed":      editedStatements("statements_changed"),
	data + "diff._process_sources_added":           inside("statements_changed", "references_added"),
	data + "diff._process_sources_removed":         inside("statements_changed", "references_removed"),
	data + "diff._process_qualifiers_added":        inside("statements_changed", "qualifiers_added"),
	data + "diff._process_qualifiers_removed":      inside("statements_changed", "qualifiers_removed"),
	features + "diff._process_identifiers_changed": unary(identifiersChanged),
	features + "diff._process_proportion_of_qid_added": proportionAdded(func(json *expr.Node) *expr.Node {
		return expr.NewCall("occurrences", json, expr.NewString(`Q\d{1,8}`))
	}),
	features + "diff._process_proportion_of_links_added": proportionAdded(func(json *expr.Node) *expr.Node {
		return expr.NewCall("occurrences", json, expr.NewString(`https?\://|wwww\.`))
	}),
	features + "diff._process_proportion_of_language_added": proportionAdded(func(json *expr.Node) *expr.Node {
		return count(expr.NewCall("find", json, expr.NewAsset(languages)))
	}),
	features + "revision_oriented.HasPropertyValue._process": ofItemNamed(hasPropertyValue),
	"features.meta.bools.item_in_set.process":                unary(itemInSet),

	quality + "references": ofItem(func(of *expr.Node) *expr.Node {
		return expr.NewCall("references", nonexternalOnly("of_properties", of))
	}),
	quality + "external_identifiers":               ofItem(func(of *expr.Node) *expr.Node { return nonexternalOnly("not_of_properties", of) }),
	quality + "non_external_id_statements":         ofItem(func(of *expr.Node) *expr.Node { return nonexternalOnly("of_properties", of) }),
	quality + "wikimedia_references":               with("of_properties", importedFrom),
	quality + "unique_references":                  call("distinct_values"),
	quality + "complete_translations":              call("common"),
	quality + "important_complete_translations":    with("among", important),
	quality + "important_label_translations":       with("among", important),
	quality + "important_description_translations": with("among", important),
	quality + "referenced_claims_ratio":            ofItem(referencedRatio("referenced_beyond", expr.NewList())),
	quality + "wikimedia_referenced_ratio":         ofItem(referencedRatio("referenced_by", importedFrom)),
	quality + "externally_referenced_claims_ratio": ofItem(referencedRatio("referenced_beyond", importedFrom)),
	quality + "commons_media":                      ofItem(func(of *expr.Node) *expr.Node { return someAmong(expr.NewCall("properties", of), commonsMedia) }),
	quality + "is_astronomical_object":             ofItem(func(of *expr.Node) *expr.Node { return someAmong(instances(of), astronomical) }),

	edits + "longest_repeated_char": call("longest_repeated_char"),
	edits + "uppercase_ratio":       unary(share("[A-Z]")),
	edits + "numbers_ratio":         unary(share(`\d`)),
	edits + "whitespace_ratio":      unary(share(`\s`)),
	edits + "english_bad_words":     unary(found("english.badwords")),
	edits + "english_informals":     unary(found("english.informals")),
	edits + "longest_repeated_uppercase_char": unary(func(_ *dependent, comment *expr.Node) (*expr.Node, error) {
		return expr.NewCall("max", expr.NewCall("lengths", expr.NewCall("matches", comment, expr.NewString("[A-Z]+")))), nil
	}),
}

// ofItem is the constructor of what takes one item; construct gets its text.
func ofItem(construct func(text *expr.Node) *expr.Node) constructor {
	return ofItemNamed(func(_ *dependent, text *expr.Node) (*expr.Node, error) { return construct(text), nil })
}

func ofItemNamed(construct func(d *dependent, text *expr.Node) (*expr.Node, error)) constructor {
	return unary(func(d *dependent, of *expr.Node) (*expr.Node, error) {
		if !isCall(of, item) {
			return nil, fmt.Errorf("%s is not made of an item", d.Name)
		}
		return construct(d, of.Args[0])
	})
}

// with is the constructor of a function with a constant behind its argument.
func with(function string, set *expr.Node) constructor {
	return unary(func(_ *dependent, arg *expr.Node) (*expr.Node, error) { return expr.NewCall(function, arg, set), nil })
}

func statements(text *expr.Node) *expr.Node { return expr.NewCall("statements", text) }

func count(of *expr.Node) *expr.Node { return expr.NewCall("len", of) }

func distinct(snaks string) func(text *expr.Node) *expr.Node {
	return func(text *expr.Node) *expr.Node {
		return expr.NewCall("distinct", expr.NewCall(snaks, statements(text)))
	}
}

// changedNames is one side of changes; the catalogue says which only in the name.
func changedNames(d *dependent, changes *expr.Node) (*expr.Node, error) {
	for _, side := range []string{"added", "removed", "changed"} {
		if strings.HasSuffix(d.Name, "_"+side) && isCall(changes, "changes") {
			return expr.NewCall(side, changes), nil
		}
	}
	return nil, fmt.Errorf("%s: the side of the changes is unknown", d.Name)
}

// editedStatements takes the changes of properties, and again the items that they
// are of.
func editedStatements(function string) constructor {
	return func(d *dependent, args []*expr.Node) (*expr.Node, error) {
		if len(args) != 3 || !isCall(args[0], "changes") || !isCall(args[1], item) || !isCall(args[2], item) {
			return nil, fmt.Errorf("%s does not compare two items", d.Name)
		}
		for i, side := range args[0].Args {
			if !isCall(side, "properties") || side.Args[0].String() != args[i+1].Args[0].String() {
				return nil, fmt.Errorf("%s compares properties of other items", d.Name)
			}
		}
		return expr.NewCall(function, args[0]), nil
	}
}

func identifiersChanged(d *dependent, of *expr.Node) (*expr.Node, error) {
	if !isCall(of, "statements_changed") {
		return nil, fmt.Errorf("%s is not made of changed statements", d.Name)
	}
	replaced := expr.NewCall("statements_replaced", of.Args...)
	return count(expr.NewCall("of_value_types", replaced, stringList([]string{"string"}))), nil
}

// proportionAdded is how much of what is found in the JSON of items is new.
func proportionAdded(found func(json *expr.Node) *expr.Node) constructor {
	return func(d *dependent, args []*expr.Node) (*expr.Node, error) {
		if len(args) != 2 || !isCall(args[0], item) || !isCall(args[1], item) {
			return nil, fmt.Errorf("%s does not compare two items", d.Name)
		}
		before, after := found(expr.NewCall("json", args[0].Args...)), found(expr.NewCall("json", args[1].Args...))
		return expr.NewBinary("/", expr.NewBinary("-", after, before), expr.NewBinary("+", after, expr.NewInt(1))), nil
	}
}

// propertyValues are the arguments of has_property_value by the features' names,
// where alone they show.
var propertyValues = map[string][2]string{
	"feature.wikidatawiki.is_human":                     {"P31", "Q5"},
	"feature.wikidatawiki.revision.is_human":            {"P31", "Q5"},
	"feature.wikidatawiki.revision.is_scholarlyarticle": {"P31", "Q13442814"},
}

func hasPropertyValue(d *dependent, text *expr.Node) (*expr.Node, error) {
	pair, ok := propertyValues[d.Name]
	if !ok {
		return nil, fmt.Errorf("%s: property and value are unknown", d.Name)
	}
	of := expr.NewCall("of_properties", statements(text), stringList(pair[:1]))
	return expr.NewCall("intersects", expr.NewCall("main_values", of), stringList(pair[1:])), nil
}

func itemInSet(d *dependent, set *expr.Node) (*expr.Node, error) {
	if d.Item == "" {
		return nil, fmt.Errorf("%s: the item is no string", d.Name)
	}
	return expr.NewCall("intersects", set, stringList([]string{d.Item})), nil
}

// nonexternalOnly is those statements whose property is no external identifier, or
// all others.
func nonexternalOnly(function string, text *expr.Node) *expr.Node {
	return expr.NewCall(function, statements(text), expr.NewAsset(nonexternal))
}

func referencedRatio(function string, properties *expr.Node) func(text *expr.Node) *expr.Node {
	return func(text *expr.Node) *expr.Node {
		all := nonexternalOnly("of_properties", text)
		return expr.NewBinary("/", count(expr.NewCall(function, all, properties)), expr.NewCall("max", count(all), expr.NewInt(1)))
	}
}

func someAmong(list *expr.Node, words string) *expr.Node {
	return expr.NewCall("bool", count(expr.NewCall("among", list, expr.NewAsset(words))))
}

func instances(text *expr.Node) *expr.Node {
	return expr.NewCall("main_values", expr.NewCall("of_properties", statements(text), instanceOf))
}

// share is which part of a comment a pattern finds, character by character.
func share(pattern string) func(*dependent, *expr.Node) (*expr.Node, error) {
	return func(_ *dependent, comment *expr.Node) (*expr.Node, error) {
		occurrences := expr.NewCall("occurrences", comment, expr.NewString(pattern))
		return expr.NewBinary("/", occurrences, expr.NewBinary("+", count(comment), expr.NewInt(1))), nil
	}
}

func found(lexicon string) func(*dependent, *expr.Node) (*expr.Node, error) {
	return func(_ *dependent, comment *expr.Node) (*expr.Node, error) {
		return count(expr.NewCall("find", comment, expr.NewAsset(lexicon))), nil
	}
}
