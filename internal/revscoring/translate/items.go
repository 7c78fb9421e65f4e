package translate

import (
	"slices"
	"strings"
)

// Modules of the reference for Wikidata items and their edits.
const (
	moduleItemData     = "revscoring.features.wikibase.datasources."
	moduleItemFeatures = "revscoring.features.wikibase.features."
	moduleItemQuality  = "articlequality.feature_lists.wikidatawiki."
	moduleItemEdits    = "editquality.feature_lists.wikidatawiki."
)

// What stands in those modules and in no pickle, as far as it is a few words.
const (
	instanceOf            = "P31"
	importedFromWikimedia = "P143"
)

var importantLanguages = []string{"ar", "de", "en", "es", "fr", "pt", "ru", "zh"}

var (
	entity  = []string{".entity"}
	snaks   = []string{"snaks"}
	entries = []string{"entries of labels", "entries of descriptions", "entries of aliases",
		"entries of properties", "entries of sitelinks", "entries of badges"}
	changes = replaced(entries, "entries", "changes")
)

func replaced(list []string, old, new string) []string {
	made := slices.Clone(list)
	for i, s := range made {
		made[i] = strings.Replace(s, old, new, 1)
	}
	return made
}

// itemMakers are of Wikidata items.
var itemMakers = map[string]maker{
	moduleItemData + "revision_oriented._process_entity_doc": step(".entity_doc", text),
	moduleItemData + "revision_oriented._process_entity": {[][]string{{".entity_doc"}}, func(_ *translation, _ *node, args []*term) (*term, error) {
		return call(".entity", ".entity", args[0].args...), nil
	}},
	moduleItemData + "revision_oriented._process_labels":       part("labels"),
	moduleItemData + "revision_oriented._process_descriptions": part("descriptions"),
	moduleItemData + "revision_oriented._process_aliases":      part("aliases"),
	moduleItemData + "revision_oriented._process_properties":   part("properties"),
	moduleItemData + "revision_oriented._process_sitelinks":    part("sitelinks"),
	moduleItemData + "revision_oriented._process_badges":       part("badges"),
	moduleItemData + "revision_oriented._process_claims":       distinct(""),
	moduleItemData + "revision_oriented._process_sources":      distinct("first_references"),
	moduleItemData + "revision_oriented._process_ref_claims":   distinct("references"),
	moduleItemData + "revision_oriented._process_qualifiers":   distinct("qualifiers"),

	"revscoring.features.wikibase.util.diff_dicts":                     {[][]string{entries, entries}, changed},
	moduleItemData + "diff.dict_diff_field.process":                    {[][]string{changes}, changedField},
	moduleItemData + "diff._identity":                                  {[][]string{nil}, itself},
	moduleItemData + "diff._process_statements_added":                  edited("statements_added"),
	moduleItemData + "diff._process_statements_removed":                edited("statements_removed"),
	moduleItemData + "diff._process_statements_changed":                edited("statements_changed"),
	moduleItemData + "diff._process_sources_added":                     editedSnaks("references_added"),
	moduleItemData + "diff._process_sources_removed":                   editedSnaks("references_removed"),
	moduleItemData + "diff._process_qualifiers_added":                  editedSnaks("qualifiers_added"),
	moduleItemData + "diff._process_qualifiers_removed":                editedSnaks("qualifiers_removed"),
	moduleItemFeatures + "diff._process_identifiers_changed":           {[][]string{{"statements"}}, identifiersChanged},
	moduleItemFeatures + "diff._process_proportion_of_qid_added":       proportionAdded(written(`Q\d{1,8}`)),
	moduleItemFeatures + "diff._process_proportion_of_language_added":  proportionAdded(languageNames),
	moduleItemFeatures + "diff._process_proportion_of_links_added":     proportionAdded(written(`https?\://|wwww\.`)),
	moduleItemFeatures + "revision_oriented.HasPropertyValue._process": {[][]string{entity}, hasPropertyValue},
	moduleBools + "item_in_set.process":                                {[][]string{slices.Concat([]string{"strings"}, entries)}, itemInSet},

	moduleItemQuality + "_process_references":                         {[][]string{entity}, references},
	moduleItemQuality + "_process_external_identifiers":               {[][]string{entity}, ofNonexternal("not_of_properties")},
	moduleItemQuality + "_process_non_external_id_statements":         {[][]string{entity}, ofNonexternal("of_properties")},
	moduleItemQuality + "_process_wikimedia_references":               withStrings("of_properties", "snaks", snaks, importedFromWikimedia),
	moduleItemQuality + "_process_unique_references":                  plain("distinct_values", "snaks", snaks),
	moduleItemQuality + "_process_referenced_claims_ratio":            referencedRatio("referenced_beyond"),
	moduleItemQuality + "_process_wikimedia_referenced_ratio":         referencedRatio("referenced_by", importedFromWikimedia),
	moduleItemQuality + "_process_externally_referenced_claims_ratio": referencedRatio("referenced_beyond", importedFromWikimedia),
	moduleItemQuality + "_process_commons_media":                      {[][]string{entity}, commonsMedia},
	moduleItemQuality + "_process_is_astronomical_object":             {[][]string{entity}, astronomicalObject},
	moduleItemQuality + "_process_complete_translations":              plain("common", "strings", entries[:1], entries[1:2]),
	moduleItemQuality + "_process_important_complete_translations":    important,
	moduleItemQuality + "_process_important_label_translations":       important,
	moduleItemQuality + "_process_important_description_translations": important,

	moduleItemEdits + "_process_longest_repeated_char":           plain("longest_repeated_char", "int", text),
	moduleItemEdits + "_process_uppercase_ratio":                 ratio("[A-Z]"),
	moduleItemEdits + "_process_numbers_ratio":                   ratio(`\d`),
	moduleItemEdits + "_process_whitespace_ratio":                ratio(`\s`),
	moduleItemEdits + "_process_longest_repeated_uppercase_char": {[][]string{text}, longestUppercase},
	moduleItemEdits + "_process_english_bad_words":               english("english.badwords"),
	moduleItemEdits + "_process_english_informals":               english("english.informals"),
}

var important = withStrings("among", "strings", slices.Concat([]string{"strings"}, entries), importantLanguages...)

// withStrings is a function of a value and a set of strings.
func withStrings(function, typ string, takes []string, set ...string) maker {
	return maker{[][]string{takes}, func(_ *translation, _ *node, args []*term) (*term, error) {
		return call(function, typ, args[0], stringsTerm(set)), nil
	}}
}

func part(name string) maker {
	return maker{[][]string{entity}, func(_ *translation, _ *node, args []*term) (*term, error) {
		return call(name, "entries of "+name, args[0].args...), nil
	}}
}

func count(of *term) *term { return call("len", "int", of) }

func statements(entity *term) *term { return call("statements", "statements", entity.args...) }

// distinct is of an item's statements, or of their snaks.
func distinct(of string) maker {
	return maker{[][]string{entity}, func(_ *translation, _ *node, args []*term) (*term, error) {
		facts := statements(args[0])
		if of != "" {
			facts = call(of, "snaks", facts)
		}
		return call("distinct", facts.typ, facts), nil
	}}
}

func changed(_ *translation, n *node, args []*term) (*term, error) {
	typ := args[0].typ
	if err := check(n.process.name, args[1], []string{typ}); err != nil {
		return nil, err
	}
	return call("changes", strings.Replace(typ, "entries", "changes", 1), args...), nil
}

func changedField(_ *translation, n *node, args []*term) (*term, error) {
	name, err := n.fields.String("field_name")
	if err != nil {
		return nil, err
	}
	if name != "added" && name != "removed" && name != "changed" {
		return nil, unknown("the field " + name + " of changes")
	}
	return call(name, "strings", args[0]), nil
}

func itself(_ *translation, _ *node, args []*term) (*term, error) { return args[0], nil }

// edited is of statements: the reference has the changes of the properties, and
// the items again.
func edited(name string) maker {
	return maker{[][]string{{"changes of properties"}, entity, entity}, func(_ *translation, n *node, args []*term) (*term, error) {
		sides := args[0].args
		if len(sides) != 2 || !sameAll(sides[0].args, args[1].args) || !sameAll(sides[1].args, args[2].args) {
			return nil, unknown(n.process.name + " of other items")
		}
		return call(name, "statements", args[0]), nil
	}}
}

func editedSnaks(name string) maker {
	return maker{[][]string{{"statements"}}, func(_ *translation, n *node, args []*term) (*term, error) {
		if args[0].name != "statements_changed" {
			return nil, unknown(n.process.name + " of other statements")
		}
		return call(name, "snaks", args[0].args...), nil
	}}
}

func identifiersChanged(_ *translation, n *node, args []*term) (*term, error) {
	if args[0].name != "statements_changed" {
		return nil, unknown(n.process.name + " of other statements")
	}
	replaced := call("statements_replaced", "statements", args[0].args...)
	return count(call("of_value_types", "statements", replaced, stringsTerm([]string{"string"}))), nil
}

// proportionAdded is how much of what is found in the items as JSON is new.
func proportionAdded(found func(*translation, *term) (*term, error)) maker {
	return maker{[][]string{entity, entity}, func(t *translation, _ *node, args []*term) (*term, error) {
		before, err := found(t, call("json", "text", args[0].args...))
		if err != nil {
			return nil, err
		}
		after, err := found(t, call("json", "text", args[1].args...))
		if err != nil {
			return nil, err
		}
		return operator("/", "float", operator("-", "int", after, before), operator("+", "int", after, intTerm(1))), nil
	}}
}

func written(pattern string) func(*translation, *term) (*term, error) {
	return func(_ *translation, text *term) (*term, error) {
		return call("occurrences", "int", text, stringTerm(pattern)), nil
	}
}

func languageNames(t *translation, text *term) (*term, error) {
	found, err := t.knownLexicon(text, "wikidata.languages", "names of languages in many languages")
	if err != nil {
		return nil, err
	}
	return count(found), nil
}

// knownLexicon finds a lexicon that the options give.
func (t *translation) knownLexicon(text *term, name, what string) (*term, error) {
	source, ok := t.known.Lexicons[name]
	if !ok {
		return nil, missing("lexicon", name, what)
	}
	made, err := t.given(lexiconAsset(source), name)
	if err != nil {
		return nil, err
	}
	return call("find", "strings", text, made), nil
}

func itemInSet(_ *translation, n *node, args []*term) (*term, error) {
	item, err := n.fields.String("item")
	if err != nil {
		return nil, err
	}
	return call("intersects", "bool", args[0], stringsTerm([]string{item})), nil
}

func hasPropertyValue(_ *translation, n *node, args []*term) (*term, error) {
	property, err := n.fields.String("property")
	if err != nil {
		return nil, err
	}
	value, err := n.fields.String("value")
	if err != nil {
		return nil, err
	}
	return hasValue(args[0], property, []string{value}), nil
}

func hasValue(entity *term, property string, values []string) *term {
	of := call("of_properties", "statements", statements(entity), stringsTerm([]string{property}))
	return call("intersects", "bool", call("main_values", "strings", of), stringsTerm(values))
}

// knownWords are a list that the options give.
func (t *translation) knownWords(name, what string) ([]string, error) {
	list, ok := t.known.Words[name]
	if !ok {
		return nil, missing("words", name, what)
	}
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list), nil
}

func ofNonexternal(function string) func(*translation, *node, []*term) (*term, error) {
	return func(t *translation, _ *node, args []*term) (*term, error) {
		name := "wikidata.nonexternal_identifiers"
		words, err := t.knownWords(name, "the properties of Wikidata that are no external identifiers")
		if err != nil {
			return nil, err
		}
		asked, err := t.given(wordsAsset(words), name)
		if err != nil {
			return nil, err
		}
		return call(function, "statements", statements(args[0]), asked), nil
	}
}

func references(t *translation, n *node, args []*term) (*term, error) {
	of, err := ofNonexternal("of_properties")(t, n, args)
	if err != nil {
		return nil, err
	}
	return call("references", "snaks", of), nil
}

// referencedRatio is how many of the statements have certain references.
func referencedRatio(function string, properties ...string) maker {
	return maker{[][]string{entity}, func(t *translation, n *node, args []*term) (*term, error) {
		of, err := ofNonexternal("of_properties")(t, n, args)
		if err != nil {
			return nil, err
		}
		referenced := call(function, "statements", of, stringsTerm(properties))
		return operator("/", "float", count(referenced), call("max", "float", count(of), intTerm(1))), nil
	}}
}

func commonsMedia(t *translation, _ *node, args []*term) (*term, error) {
	media, err := t.knownWords("wikidata.commons_media", "the properties of Wikidata whose values are pictures")
	if err != nil {
		return nil, err
	}
	return call("intersects", "bool", call("properties", "entries of properties", args[0].args...), stringsTerm(media)), nil
}

func astronomicalObject(t *translation, _ *node, args []*term) (*term, error) {
	objects, err := t.knownWords("wikidata.astronomical_objects", "the kinds of astronomical objects of Wikidata")
	if err != nil {
		return nil, err
	}
	return hasValue(args[0], instanceOf, objects), nil
}

// ratio is how many of a comment's characters a pattern matches.
func ratio(pattern string) maker {
	return maker{[][]string{text}, func(_ *translation, _ *node, args []*term) (*term, error) {
		found := call("occurrences", "int", args[0], stringTerm(pattern))
		return operator("/", "float", found, operator("+", "int", count(args[0]), intTerm(1))), nil
	}}
}

func longestUppercase(_ *translation, _ *node, args []*term) (*term, error) {
	found := call("matches", "strings", args[0], stringTerm("[A-Z]+"))
	return call("max", "int", call("lengths", "numbers of int", found)), nil
}

// english counts the hits of a lexicon of the reference's module for English.
func english(name string) maker {
	return maker{[][]string{text}, func(t *translation, _ *node, args []*term) (*term, error) {
		found, err := t.knownLexicon(args[0], name, "a list of English words that a module of revscoring has")
		if err != nil {
			return nil, err
		}
		return count(found), nil
	}}
}
