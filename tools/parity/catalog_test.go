package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// zip writes a file of one line each for the values.
func zip(t *testing.T, path string, values ...any) {
	t.Helper()
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	for _, value := range values {
		line, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(append(line, '\n')); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, zipped.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// tree is a dependent as the catalogue writes it.
type tree = map[string]any

func node(name, process string, more tree, dependencies ...tree) tree {
	n := tree{"name": name, "process": process, "dependencies": dependencies}
	for key, value := range more {
		n[key] = value
	}
	return n
}

var (
	text       = node("datasource.revision.text", "revscoring.dependencies.dependent.not_implemented", nil)
	parentText = node("datasource.revision.parent.text", "revscoring.dependencies.dependent.not_implemented", nil)
	one        = node("feature.1", "revscoring.features.feature.Constant._process", tree{"value": 1, "returns": "int"})
)

func tokens(of tree) tree {
	return node("tokenized("+of["name"].(string)+")", "revscoring.features.wikitext.datasources.tokenized._process_tokens", nil, of)
}

func aggregated(name, function, returns string, items tree) tree {
	return node(name, "revscoring.features.meta.aggregators.AggregatorsScalar.process",
		tree{"func": tree{"callable": "builtins." + function}, "returns": returns}, items)
}

func chars(name string, of tree) tree { return aggregated(name, "len", "float", of) }

func operated(name, class, returns string, a, b tree) tree {
	return node(name, "revscoring.features.feature."+class+".operate", tree{"returns": returns}, a, b)
}

func mapped(function any, items tree) tree {
	return node("map("+items["name"].(string)+")", "revscoring.datasources.meta.mappers.map.process", tree{"apply": function}, items)
}

func filtered(name, include string, self tree, items tree) tree {
	return node(name, "revscoring.datasources.meta.filters.filter.process", tree{"include": tree{"callable": include, "self": self}}, items)
}

func nodesOf(class string) tree {
	wikicode := node("wikicode", "revscoring.features.wikitext.datasources.parsed._process_wikicode", nil, text)
	nodeMap := node("node_class_map", "revscoring.features.wikitext.datasources.parsed._process_node_class_map", nil, wikicode)
	return node("nodes."+class, "revscoring.features.wikitext.datasources.parsed.get_key.process", tree{"key": "mwparserfromhell.nodes." + class}, nodeMap)
}

func segmentsOf(of tree) tree {
	return node("segments("+of["name"].(string)+")",
		"deltas.segmenters.paragraphs_sentences_and_whitespace.ParagraphsSentencesAndWhitespace.segment", nil, tokens(of))
}

func added(process string) tree {
	operations := node("operations", "revscoring.features.wikitext.datasources.edit._process_operations", nil,
		segmentsOf(parentText), segmentsOf(text), tokens(parentText), tokens(text))
	return node("added."+process, "revscoring.features.wikitext.datasources.edit."+process, nil, operations)
}

func frequencies(of tree) tree {
	return node("table("+of["name"].(string)+")", "revscoring.datasources.meta.frequencies.table.process", nil, tokens(of))
}

func delta() tree {
	return node("delta", "revscoring.datasources.meta.frequencies.delta.process", nil, frequencies(parentText), frequencies(text))
}

func ratio() tree {
	return node("prop_delta", "revscoring.datasources.meta.frequencies.prop_delta.process", nil, frequencies(parentText), delta())
}

func values(table tree) tree {
	return node("values("+table["name"].(string)+")", "revscoring.datasources.meta.dicts.values.process", nil, table)
}

func matched(process string, flags int, items tree) tree {
	return node("match."+process, "revscoring."+process, tree{"regex": tree{"pattern": "a|b", "flags": flags}, "returns": ""}, items)
}

const (
	name  = "revscoring.features.wikitext.datasources.parsed._extract_tag_name"
	types = "revscoring.features.wikitext.datasources.tokenized.TokenIsInTypes.filter"
	noRef = "articlequality.feature_lists.ptwiki.filter_paragraphs_without_ref_tags"
)

func TestExpressions(t *testing.T) {
	userID := node("datasource.revision.user.id", "revscoring.dependencies.dependent.not_implemented", nil)
	groups := node("datasource.revision.user.info.groups", "revscoring.dependencies.dependent.not_implemented", nil)
	when := node("datasource.revision.timestamp", "revscoring.dependencies.util.or_none", nil,
		node("datasource.revision.timestamp_str", "revscoring.dependencies.dependent.not_implemented", nil))
	for _, test := range []struct {
		tree tree
		want string
	}{
		{chars("f", text), "float(len(revision.text))"},
		{aggregated("f", "len", "int", text), "len(revision.text)"},
		{aggregated("f", "max", "int", mapped(tree{"callable": "builtins.len"}, tokens(text))), "max(lengths(tokens(revision.text)))"},
		{aggregated("f", "len", "int", filtered("g", types, tree{"types": []string{"word", "cjk", "word"}}, tokens(text))), `len(of_types(tokens(revision.text), ["cjk", "word"]))`},
		{aggregated("f", "len", "int", mapped("builtins.str", nodesOf("tag.Tag"))), "len(sources(tags(revision.text)))"},
		{aggregated("f", "len", "int", matched("datasources.meta.filters.regex_matching.process", 34, mapped(tree{"callable": name}, nodesOf("tag.Tag")))), `len(matching(names(tags(revision.text)), "(?i)a|b"))`},
		{aggregated("f", "len", "int", filtered("g", "revscoring.features.wikitext.datasources.parsed.HeadingOfLevel.filter", tree{"level": 2}, nodesOf("heading.Heading"))), "len(of_level(headings(revision.text), 2))"},
		{aggregated("f", "len", "int", mapped("builtins.str", segmentsOf(text))), "len(paragraphs(revision.text))"},
		{aggregated("f", "len", "int", mapped("builtins.str", filtered("g", noRef, nil, segmentsOf(text)))), "len(paragraphs_without_refs(revision.text))"},
		{aggregated("f", "len", "int", added("_process_segments_added")), "len(segments_added(revision.parent.text, revision.text))"},
		{aggregated("f", "len", "int", added("_process_tokens_removed")), "len(tokens_removed(revision.parent.text, revision.text))"},
		{aggregated("f", "sum", "float", values(delta())), "float(sum(values(delta(table(tokens(revision.parent.text)), table(tokens(revision.text))))))"},
		{aggregated("f", "sum", "float", values(ratio())), "sum(values(prop_delta(table(tokens(revision.parent.text)), delta(table(tokens(revision.parent.text)), table(tokens(revision.text))))))"},
		{operated("f", "div", "float", aggregated("g", "len", "int", text), one), "len(revision.text) / 1"},
		{operated("f", "mul", "int", operated("g", "add", "int", one, one), one), "(1 + 1) * 1"},
		{operated("f", "sub", "float", one, one), "float(1 - 1)"},
		{operated("f", "ge", "bool", one, one), "1 >= 1"},
		{operated("f", "and_", "int", one, one), "int(1 and 1)"},
		{node("f", "revscoring.features.feature.max._process", tree{"returns": "float"}, one, one), "max(1, 1)"},
		{node("f", "revscoring.features.feature.not_._process", tree{"returns": "bool"}, one), "not 1"},
		{node("f", "revscoring.features.revision_oriented._process_is_anon", tree{"returns": "bool"}, userID), "is_anon(revision.user.id)"},
		{node("f", "revscoring.features.temporal.revision_oriented._process_day_of_week", tree{"returns": "int"}, when), "day_of_week(revision.timestamp)"},
		{node("f", "revscoring.features.meta.bools.sets_intersect.process", tree{"returns": "bool", "items": []string{"b", "a"}}, groups), `intersects(revision.user.info.groups, ["a", "b"])`},
		{node("f", "revscoring.features.meta.bools.set_contains_item.process", tree{"returns": "bool", "items": []int{118, 0}}, userID), "contains([0, 118], revision.user.id)"},
		{node("f", "revscoring.features.meta.bools.regex_match.process", tree{"returns": "bool", "regex": tree{"pattern": "x", "flags": 32}}, text), `match(revision.text, "x")`},
		{node("f", "articlequality.feature_lists.enwiki.get_infobox_images", tree{"returns": "int"}, mapped("builtins.str", nodesOf("template.Template"))), `occurrences(sources(templates(revision.text)), "(?i)\\.(jpg|jpeg|png|gif|svg|tiff|pdf|ogg|djvu)")`},
	} {
		got := listOf(t, "a.b.c", test.tree).features[0]
		if got.err != nil || got.missing != "" {
			t.Errorf("want %s: error %v, missing %q", test.want, got.err, got.missing)
			continue
		}
		if got.expr.String() != test.want {
			t.Errorf("%s, want %s", got.expr, test.want)
		}
	}
}

// listOf reads a catalogue of one list.
func listOf(t *testing.T, name string, trees ...tree) list {
	t.Helper()
	path := filepath.Join(t.TempDir(), "catalog.json.gz")
	features := []tree{}
	for _, f := range trees {
		features = append(features, tree{"name": f["name"], "expr": f})
	}
	zip(t, path, tree{"base": tree{}, "lists": tree{name: features}})
	lists, err := readCatalogue(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(lists) != 2 || lists[0].name != base || lists[1].name != name {
		t.Fatalf("lists are %+v", lists)
	}
	return lists[1]
}

// draftquality for enwiki has two features of one name; both have the value of the
// first, also where others depend on the second.
func TestNamesDecideInsideOneList(t *testing.T) {
	first, second := chars("feature.x", text), chars("feature.x", parentText)
	l := listOf(t, "a.b.c", first, second, operated("feature.y", "add", "float", second, one))
	want := []string{"float(len(revision.text))", "float(len(revision.text))", "float(len(revision.text)) + 1"}
	for i, f := range l.features {
		if f.expr.String() != want[i] {
			t.Errorf("feature %d is %s, want %s", i, f.expr, want[i])
		}
	}
	if other := listOf(t, "a.b.c", second); other.features[0].expr.String() != "float(len(revision.parent.text))" {
		t.Errorf("another list's feature is %s", other.features[0].expr)
	}
}

func TestMissing(t *testing.T) {
	lexicon := node("matches", "revscoring.datasources.meta.extractors.regex.process", nil,
		node("simple", "revscoring.languages.chinese.simplify_or_none", nil, text))
	stop := filtered("stop", "revscoring.languages.features.stopwords.stopwords.WordIsInStopwordSet", nil, tokens(text))
	stems := mapped(tree{"callable": "nltk.stem.snowball.DutchStemmer.stem", "self": tree{"stopwords": []string{}}}, tokens(text))
	for want, items := range map[string]tree{
		"Chinese conversion and a lexicon": lexicon,
		"stop words":                       stop,
		"a stemmer":                        stems,
	} {
		got := listOf(t, "a.b.c", chars("f", items)).features[0]
		if got.expr != nil || got.err != nil || got.missing != want {
			t.Errorf("%v, %v: missing %q, want %q", got.expr, got.err, got.missing, want)
		}
	}
}

// What the reference computes and we have no word for is an error, not a guess.
func TestNoExpression(t *testing.T) {
	for want, tree := range map[string]tree{
		"f: process revscoring.new.process is unknown":               node("f", "revscoring.new.process", tree{"returns": "int"}, text),
		"input revision.page.id is unknown":                          chars("f", node("datasource.revision.page.id", "revscoring.dependencies.dependent.not_implemented", nil)),
		"f: nothing takes the result of segments":                    chars("f", segmentsOf(text)),
		"f: aggregator builtins.mean is unknown":                     aggregated("f", "mean", "float", text),
		"f returns str, which is no number":                          aggregated("f", "len", "str", text),
		"f is made of 1 dependencies":                                node("f", "revscoring.features.feature.add.operate", tree{"returns": "int"}, one),
		"g: an inverse filter is unknown":                            chars("f", node("g", "revscoring.datasources.meta.filters.filter.process", tree{"inverse": true}, tokens(text))),
		"g: filter revscoring.x is unknown":                          chars("f", filtered("g", "revscoring.x", nil, tokens(text))),
		"map(datasource.revision.text): mapping abs is unknown":      chars("f", mapped("abs", text)),
		"nodes.x.X: nodes of mwparserfromhell.nodes.x.X are unknown": chars("f", nodesOf("x.X")),
		"f: flags 34816 of the pattern are unknown":                  node("f", "revscoring.features.meta.bools.regex_match.process", tree{"returns": "bool", "regex": tree{"pattern": "x", "flags": 34816}}, text),
		"f: 0.5 in a set is no integer":                              node("f", "revscoring.features.meta.bools.set_contains_item.process", tree{"returns": "bool", "items": []any{0.5}}, text),
		"f: <nil> in a set is of no known type":                      node("f", "revscoring.features.meta.bools.set_contains_item.process", tree{"returns": "bool", "items": []any{nil}}, text),
		"datasource.x is no timestamp of the revision":               chars("f", node("datasource.x", "revscoring.dependencies.util.or_none", nil, text)),
		"g is not made of tokens":                                    chars("f", node("g", "deltas.segmenters.paragraphs_sentences_and_whitespace.ParagraphsSentencesAndWhitespace.segment", nil, text)),
		"g does not compare two texts":                               chars("f", node("g", "revscoring.features.wikitext.datasources.edit._process_operations", nil, text)),
		"f is made of 0 dependencies":                                node("f", "revscoring.features.meta.aggregators.AggregatorsScalar.process", tree{"returns": "int"}),
		"g: the method is unknown":                                   chars("f", node("g", "revscoring.features.wikitext.datasources.parsed.execute_method.process", nil, text)),
	} {
		got := listOf(t, "a.b.c", tree).features[0]
		if got.err == nil || got.err.Error() != want || got.expr != nil {
			t.Errorf("error %v, want %s", got.err, want)
		}
	}
}

func TestReadCatalogueErrors(t *testing.T) {
	folder := t.TempDir()
	if _, err := readCatalogue(filepath.Join(folder, "none")); !os.IsNotExist(err) {
		t.Errorf("error is %v", err)
	}
	plain := filepath.Join(folder, "plain")
	if err := os.WriteFile(plain, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(folder, "broken")
	zip(t, broken, "no object")
	for _, path := range []string{plain, broken} {
		if _, err := readCatalogue(path); err == nil || !strings.HasPrefix(err.Error(), "read "+path) {
			t.Errorf("error is %v", err)
		}
	}
}
