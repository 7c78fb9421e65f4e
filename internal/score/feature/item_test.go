package feature_test

import (
	"errors"
	"flag"
	"strings"
	"testing"

	"revscore/internal/score/analysis"
	"revscore/internal/score/feature"
)

var oddItems = flag.String("odd-items", "", "`file` of tools/reference/record.py --odd-items")

// All values that the original computes for Wikidata of our own items and edits,
// and of texts that are no items.
func TestRecordedItems(t *testing.T) {
	list := recordedList(t, "items.json")
	testRecorded(t, list, "testdata/recorded_items.jsonl.gz", 200)
	if *oddItems != "" {
		testRecorded(t, list, *oddItems, 1000)
	}
}

const (
	oldItem = `{"labels":{"en":{"value":"Duck"},"de":{"value":"Ente"}},"claims":{"P31":[{"id":1,"mainsnak":{"property":"P31","snaktype":"value",` +
		`"datavalue":{"type":"wikibase-entityid","value":{"entity-type":"item","numeric-id":5}}}}]}}`
	newItem = `{"labels":{"en":{"value":"The Duck"},"fr":{"value":"Canard"}},"descriptions":{"en":{"value":"a bird"}},"claims":[]}`
)

// itemList is features named by their expressions, with two sets of words.
func itemList(exprs ...string) feature.List {
	l := feature.List{Assets: feature.Assets{Words: map[string]map[string]bool{
		"latin": {"en": true, "fr": true}, "none": {},
	}}}
	for _, e := range exprs {
		l.Definitions = append(l.Definitions, feature.Definition{Name: e, Expr: e})
	}
	return l
}

func TestItems(t *testing.T) {
	comment := "ABC dEF xyzZZZZ"
	edit := feature.Input{Revision: analysis.NewText(newItem), Parent: analysis.NewText(oldItem), Comment: &comment}
	creation := edit
	creation.Parent = nil
	for expr, want := range map[string][2]string{
		"len(labels(revision.text))":                                                 {"2", "2"},
		"len(labels(revision.parent.text))":                                          {"2", "0"},
		"len(changed(changes(labels(revision.parent.text), labels(revision.text))))": {"1", "0"},
		"len(added(changes(labels(revision.parent.text), labels(revision.text))))":   {"1", "2"},
		"len(common(descriptions(revision.text), labels(revision.text)))":            {"1", "1"},
		"len(among(labels(revision.text), @latin))":                                  {"2", "2"},
		"len(among(labels(revision.parent.text), @latin))":                           {"1", "0"},
		"len(among(labels(revision.text), @none))":                                   {"0", "0"},
		"len(of_properties(statements(revision.parent.text), @latin))":               {"0", "0"},
		"len(not_of_properties(statements(revision.parent.text), @latin))":           {"1", "0"},
		"max(lengths(labels(revision.text)))":                                        {"2", "2"},
		`intersects(main_values(statements(revision.parent.text)), ["Q5"])`:          {"true", "false"},
		`occurrences(json(revision.text), "Duck")`:                                   {"1", "1"},
		`occurrences(revision.comment, "Z")`:                                         {"4", "4"},
		`len(matches(revision.comment, "[A-Z]+"))`:                                   {"3", "3"},
		`max(lengths(matches(revision.comment, "(?i)[a-z]+")))`:                      {"7", "7"},
		`len(matches(revision.comment, "(?:xy)?z*"))`:                                {"14", "14"},
		`len(matches(labels(revision.text), "[a-f]"))`:                               {"2", "2"},
	} {
		p, err := feature.Compile(itemList(expr))
		if err != nil {
			t.Error(err)
			continue
		}
		for i, in := range []feature.Input{edit, creation} {
			if got := p.Evaluate(in)[0]; got.Err != nil || got.Value.String() != want[i] {
				t.Errorf("%s: %s, %v, want %s", expr, got.Value, got.Err, want[i])
			}
		}
	}
}

// What is no item fails what asks it, with the reference's type.
func TestItemErrors(t *testing.T) {
	p, err := feature.Compile(itemList("len(labels(revision.text))", "len(labels(revision.parent.text))", "len(revision.text)",
		"len(badges(revision.parent.text))", "len(changed(changes(labels(revision.parent.text), labels(revision.text))))"))
	if err != nil {
		t.Fatal(err)
	}
	const badges = `{"sitelinks":{"x":{"title":"X","badges":7}}}`
	for _, test := range []struct {
		text, parent string
		want         [5]string
	}{
		{"{{wikitext}}", badges, [5]string{feature.TypeContent, "", "", feature.TypeCaught, feature.TypeContent}},
		{"{}", "", [5]string{"", feature.TypeContent, "", feature.TypeContent, feature.TypeContent}},
		{"[]", "{}", [5]string{feature.TypeCaught, "", "", "", feature.TypeCaught}},
		{"(none)", "{}", [5]string{feature.TypeTextDeleted, "", feature.TypeTextDeleted, "", feature.TypeTextDeleted}},
	} {
		in := feature.Input{Revision: analysis.NewText(test.text), Parent: analysis.NewText(test.parent)}
		if test.text == "(none)" {
			in.Revision = nil
		}
		for i, got := range p.Evaluate(in) {
			var e *feature.Error
			if errors.As(got.Err, &e); got.Err == nil && test.want[i] != "" || got.Err != nil && e.Type != test.want[i] {
				t.Errorf("%q after %q: %s: %v, want %q", test.text, test.parent, p.Names()[i], got.Err, test.want[i])
			}
		}
	}
}

func TestItemsDoNotCompile(t *testing.T) {
	for expr, want := range map[string]string{
		"len(labels(revision.comment))":                                                "labels: only revision.text and revision.parent.text are items",
		"len(json(content(revision.text)))":                                            "json: only revision.text and revision.parent.text are items",
		"len(statements(revision.comment))":                                            "statements: only revision.text and revision.parent.text are items",
		"len(added(changes(labels(revision.text), sitelinks(revision.text))))":         "changes: two parts of items that are not of one kind",
		"len(statements_added(changes(labels(revision.text), labels(revision.text))))": "statements_added: only the changes of properties are changes of statements",
		"len(of_properties(statements(revision.text), [1]))":                           "of_properties: 1 is no string",
		"len(among(labels(revision.text), [true]))":                                    "among: true is no string",
		"len(among(labels(revision.text), @unknown))":                                  "no asset @unknown comes with the model",
		"len(find(revision.text, @latin))":                                             "find does not take words here",
		"statements(revision.text)":                                                    "a feature is a number or a bool, this is statements",
		`len(matches(revision.comment, "("))`:                                          "matches: ",
	} {
		if _, err := feature.Compile(itemList(expr)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", expr, err, want)
		}
	}
}

func TestNeedsItem(t *testing.T) {
	p, err := feature.Compile(itemList("len(revision.text)"), itemList("len(revision.text)", "len(added(changes(labels(revision.parent.text), labels(revision.text))))"))
	if err != nil {
		t.Fatal(err)
	}
	if p.NeedsItem(0) || !p.NeedsItem(1) || !p.NeedsItem() || !p.NeedsItem(0, 1) {
		t.Error("only the second list asks items")
	}
}

func TestParseWords(t *testing.T) {
	words, err := feature.ParseWords("P1\nÄ b\n")
	if err != nil || len(words) != 2 || !words["P1"] || !words["Ä b"] {
		t.Errorf("%v, %v", words, err)
	}
	for text, want := range map[string]string{
		"":          "words, line 1: no word",
		"a\n\nb":    "words, line 2: no word",
		"a\r\nb":    "words, line 1: white space around the word",
		"a\n b":     "words, line 2: white space around the word",
		"a\n\xff":   "words, line 2: not UTF-8",
		"a\nb\na\n": `words, line 3: "a" is there twice`,
		"a\nb\n\n":  "words, line 3: no word",
	} {
		if words, err := feature.ParseWords(text); err == nil || err.Error() != want {
			t.Errorf("%q: %v, %v, want %s", text, words, err, want)
		}
	}
}
