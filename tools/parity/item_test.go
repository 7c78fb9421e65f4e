package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func itemOf(of tree) tree {
	name := of["name"].(string)
	doc := node("doc of "+name, "revscoring.features.wikibase.datasources.revision_oriented._process_entity_doc", nil, of)
	return node("item of "+name, "revscoring.features.wikibase.datasources.revision_oriented._process_entity", nil, doc)
}

func partOf(part string, of tree) tree {
	name := part + " of " + of["name"].(string)
	return node(name, "revscoring.features.wikibase.datasources.revision_oriented._process_"+part, nil, itemOf(of))
}

func itemDifference(part string) tree {
	return node(part+"_diff", "revscoring.features.wikibase.util.diff_dicts", nil, partOf(part, parentText), partOf(part, text))
}

func side(name string) tree {
	return node(name, "revscoring.features.wikibase.datasources.diff.dict_diff_field.process", nil, itemDifference("labels"))
}

func edited(process, part string, items ...tree) tree {
	return node(process, "revscoring.features.wikibase.datasources.diff."+process, nil, append([]tree{itemDifference(part)}, items...)...)
}

func changedStatements() tree {
	return edited("_process_statements_changed", "properties", itemOf(parentText), itemOf(text))
}

func ofQuality(process string, dependencies ...tree) tree {
	return node(process, "articlequality.feature_lists.wikidatawiki."+process, nil, dependencies...)
}

func TestItemExpressions(t *testing.T) {
	const changes = "changes(properties(revision.parent.text), properties(revision.text))"
	const external = "of_properties(statements(revision.text), @wikidata.nonexternal_identifiers)"
	proportion := func(what string) tree {
		return node("f", "revscoring.features.wikibase.features.diff._process_proportion_of_"+what, tree{"returns": "float"}, itemOf(parentText), itemOf(text))
	}
	has := func(name string) tree {
		return node(name, "revscoring.features.wikibase.features.revision_oriented.HasPropertyValue._process", tree{"returns": "bool"}, itemOf(text))
	}
	quality := func(process, returns string, dependencies ...tree) tree {
		made := ofQuality(process, dependencies...)
		made["returns"] = returns
		return made
	}
	edits := func(process, returns string) tree {
		return node("f", "editquality.feature_lists.wikidatawiki."+process, tree{"returns": returns}, text)
	}
	for _, test := range []struct {
		tree tree
		want string
	}{
		{chars("f", partOf("labels", text)), "float(len(labels(revision.text)))"},
		{chars("f", partOf("claims", text)), "float(len(distinct(statements(revision.text))))"},
		{chars("f", partOf("sources", text)), "float(len(distinct(first_references(statements(revision.text)))))"},
		{chars("f", side("labels_removed")), "float(len(removed(changes(labels(revision.parent.text), labels(revision.text)))))"},
		{chars("f", changedStatements()), "float(len(statements_changed(" + changes + ")))"},
		{chars("f", node("g", "revscoring.features.wikibase.datasources.diff._process_sources_added", nil, changedStatements())), "float(len(references_added(" + changes + ")))"},
		{node("f", "revscoring.features.wikibase.features.diff._process_identifiers_changed", tree{"returns": "int"}, changedStatements()),
			"len(of_value_types(statements_replaced(" + changes + `), ["string"]))`},
		{proportion("qid_added"), `(occurrences(json(revision.text), "Q\\d{1,8}") - occurrences(json(revision.parent.text), "Q\\d{1,8}")) / (occurrences(json(revision.text), "Q\\d{1,8}") + 1)`},
		{proportion("language_added"), "(len(find(json(revision.text), @wikidata.languages)) - len(find(json(revision.parent.text), @wikidata.languages))) / (len(find(json(revision.text), @wikidata.languages)) + 1)"},
		{has("feature.wikidatawiki.is_human"), `intersects(main_values(of_properties(statements(revision.text), ["P31"])), ["Q5"])`},
		{node("f", "revscoring.features.meta.bools.item_in_set.process", tree{"returns": "bool", "item": "en"}, side("labels_changed")),
			`intersects(changed(changes(labels(revision.parent.text), labels(revision.text))), ["en"])`},
		{quality("_process_referenced_claims_ratio", "float", itemOf(text)), "len(referenced_beyond(" + external + ", [])) / max(len(" + external + "), 1)"},
		{chars("f", ofQuality("_process_wikimedia_references", ofQuality("_process_references", itemOf(text)))), "float(len(of_properties(references(" + external + `), ["P143"])))`},
		{quality("_process_commons_media", "bool", itemOf(text)), "bool(len(among(properties(revision.text), @wikidata.commons_media)))"},
		{chars("f", ofQuality("_process_important_label_translations", partOf("labels", text))), `float(len(among(labels(revision.text), ["ar", "de", "en", "es", "fr", "pt", "ru", "zh"])))`},
		{edits("_process_numbers_ratio", "float"), `occurrences(revision.text, "\\d") / (len(revision.text) + 1)`},
		{edits("_process_english_bad_words", "int"), "len(find(revision.text, @english.badwords))"},
		{edits("_process_longest_repeated_uppercase_char", "int"), `max(lengths(matches(revision.text, "[A-Z]+")))`},
	} {
		got := listOf(t, "a.b.c", test.tree).features[0]
		if got.err != nil || got.missing != "" || got.expr.String() != test.want {
			t.Errorf("%v (error %v, missing %q), want %s", got.expr, got.err, got.missing, test.want)
		}
	}
}

// What the catalogue does not tell of items is no guess either.
func TestNoItemExpression(t *testing.T) {
	for want, tree := range map[string]tree{
		"_process_references is not made of an item":                     chars("f", ofQuality("_process_references", text)),
		"labels_moved: the side of the changes is unknown":               chars("f", side("labels_moved")),
		"_process_statements_added does not compare two items":           chars("f", edited("_process_statements_added", "properties", itemOf(text))),
		"_process_statements_added compares properties of other items":   chars("f", edited("_process_statements_added", "properties", itemOf(text), itemOf(text))),
		"_process_statements_removed compares properties of other items": chars("f", edited("_process_statements_removed", "labels", itemOf(parentText), itemOf(text))),
		"feature.is_horse: property and value are unknown":               node("feature.is_horse", "revscoring.features.wikibase.features.revision_oriented.HasPropertyValue._process", tree{"returns": "bool"}, itemOf(text)),
		"f: the item is no string":                                       node("f", "revscoring.features.meta.bools.item_in_set.process", tree{"returns": "bool"}, side("labels_changed")),
		"f: nothing takes the result of item":                            chars("f", itemOf(text)),
		"_process_qualifiers_added is not made of statements_changed":    chars("f", edited("_process_qualifiers_added", "properties")),
		"f is not made of changed statements":                            node("f", "revscoring.features.wikibase.features.diff._process_identifiers_changed", tree{"returns": "int"}, text),
		"f does not compare two items":                                   node("f", "revscoring.features.wikibase.features.diff._process_proportion_of_qid_added", tree{"returns": "float"}, text, text),
		"_process_labels(x) is not made of item":                         chars("f", node("_process_labels(x)", "revscoring.features.wikibase.datasources.revision_oriented._process_labels", nil, text)),
	} {
		got := listOf(t, "a.b.c", tree).features[0]
		if got.err == nil || got.err.Error() != want || got.expr != nil {
			t.Errorf("error %v, want %s", got.err, want)
		}
	}
}

func TestAssets(t *testing.T) {
	path := filepath.Join(t.TempDir(), "assets.json")
	write := func(content string) {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(`{"lexicons":{"english.badwords":{"patterns":["arr+"],"before":"\\b","after":"\\b","flags":"i"}},"words":{"w":["P1","P2"]}}`)
	assets, err := readAssets(path)
	if err != nil {
		t.Fatal(err)
	}
	item := node("f", "editquality.feature_lists.wikidatawiki._process_english_bad_words", tree{"returns": "int"}, text)
	lists := []list{listOf(t, "a.b.c", item, chars("g", ofQuality("_process_external_identifiers", itemOf(text))))}
	e, err := newEngine(lists, assets)
	if err != nil {
		t.Fatal(err)
	}
	if got := e.evaluate(&row{Text: "ARR! arr"})(0, 0); got.value != "2" {
		t.Errorf("with a lexicon: %v", got)
	}
	if got := lists[0].features[1]; got.expr != nil || got.missing != "the asset @wikidata.nonexternal_identifiers" {
		t.Errorf("without words: %v, missing %q", got.expr, got.missing)
	}
	for content, want := range map[string]string{
		"[]":                                    "cannot unmarshal",
		`{"words":{"w":["a","a"]}}`:             `w: words, line 2: "a" is there twice`,
		`{"lexicons":{"l":{"patterns":["("]}}}`: "lexicon l:",
	} {
		write(content)
		if _, err := readAssets(path); err == nil || !strings.HasPrefix(err.Error(), "read "+path) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", content, err, want)
		}
	}
	if _, err := readAssets(path + "x"); !os.IsNotExist(err) {
		t.Errorf("no file: %v", err)
	}
}
