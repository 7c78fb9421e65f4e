package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// translated is what runLists reads: a file of lists, dictionaries that all know
// "house" and "A" (and the blank), and words with their answers.
type translated struct {
	recording
	lists tree
	words []tree
}

const testAff, testDic = "SET UTF-8\n", "2\nhouse\nA\n"

func recordTranslated() translated {
	l := translated{recording: record()}
	asset := func(expr string) tree { return tree{"name": "feature." + expr, "expr": expr} }
	l.lists = tree{
		"lists": tree{
			"base":  []tree{{"name": "feature.x", "expr": "len(revision.text)"}},
			"a.b.c": []tree{asset("len(revision.text)"), asset("len(spelled(tokens(revision.text), @en)) == 2"), asset("len(stopwords(tokens(revision.text), @english.stopwords))")},
		},
		"assets": tree{
			"dictionaries": tree{"en": tree{"tags": []string{"en_US", "en_GB"}, "replace_astral": true}},
			"words":        tree{"english.stopwords": []string{"the"}},
		},
	}
	word := func(word string, known bool, stem, russian string, common bool) tree {
		row := tree{"w": word, "stop_en": common, "upper": common}
		for _, c := range dictionaryColumns {
			row[c.name] = known
		}
		for _, c := range stemColumns {
			row[c.name] = stem
		}
		row["stem_ru"] = russian
		return row
	}
	l.words = []tree{word("house", true, "hous", "house", false), word("THE", false, "the", "THE", true)}
	return l
}

func (l translated) run(t *testing.T) (report string, failed int, err error) {
	t.Helper()
	folder := t.TempDir()
	l.write(t, folder)
	zip(t, filepath.Join(folder, "words.jsonl.gz"), l.words[0], l.words[1])
	data, err := json.Marshal(l.lists)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"lists.json": string(data)}
	for _, tag := range []string{"en_US", "en_GB", "en_AU", "de_DE", "fr", "es_ES", "ru_RU"} {
		files[tag+".aff"], files[tag+".dic"] = testAff, testDic
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out strings.Builder
	failed, err = runLists(context.Background(), &out, filepath.Join(folder, "lists.json"), folder, []string{folder})
	return strings.ReplaceAll(out.String(), folder, "FOLDER"), failed, err
}

func TestRunLists(t *testing.T) {
	report, failed, err := recordTranslated().run(t)
	if err != nil || failed != 0 {
		t.Fatalf("%d failed, %v:\n%s", failed, err, report)
	}
	for _, want := range []string{
		"ok   base: 1 features, 2 values compared, 2 equal, largest difference 0\n",
		"ok   a.b.c: 3 features, 6 values compared, 6 equal, largest difference 0\n",
		fmt.Sprintf("\ndictionary es: FOLDER/es_ES.aff sha256 %x, FOLDER/es_ES.dic sha256 %x, of no Debian package\n",
			sha256.Sum256([]byte(testAff)), sha256.Sum256([]byte(testDic))),
		"\nok   words en: 2 compared, 2 equal (100.0000 %, at least 99.99 %)\n",
		"\nok   words stem_de: 2 compared, 2 equal (100.0000 %, at least 100 %)\n",
		"\nok   words upper: 2 compared, 2 equal (100.0000 %, at least 100 %)\n17 passed, 0 failed\n",
	} {
		if !strings.Contains(report, want) {
			t.Errorf("no line %q in\n%s", want, report)
		}
	}
}

// Each fault is one failed check that says where.
func TestRunListsFindsDifferences(t *testing.T) {
	features := func(l translated) []tree { return l.lists["lists"].(tree)["a.b.c"].([]tree) }
	for _, test := range []struct {
		name  string
		spoil func(translated)
		want  string
	}{
		{"value", func(l translated) { l.features["lists"] = tree{"a.b.c": []any{4, true, 0}} },
			"FAIL a.b.c: 3 features, 6 values compared, 4 equal, largest difference 0.25\n" +
				"     feature.len(revision.text): 2 compared, 0 equal, largest difference 0.25\n" +
				"     features.jsonl.gz, revision 7 of \"T\": expected 4, got 3\n"},
		{"needs", func(l translated) { delete(features(l)[1], "expr"); features(l)[1]["needs"] = "a friend" },
			" needs a friend\n"},
		{"syntax", func(l translated) { features(l)[1]["expr"] = "len(" }, "FAIL a.b.c: 3 features, 4 values compared, 4 equal"},
		{"asset", func(l translated) { features(l)[2]["expr"] = "len(phrases(revision.text, @idioms))" }, " needs the asset @idioms\n"},
		{"nothing compared", func(l translated) { l.features["features"] = tree{} }, "FAIL base: 1 features, 0 values compared"},
		{"verdict", func(l translated) { l.words[0]["fr"] = false },
			"FAIL words fr: 2 compared, 1 equal (50.0000 %, at least 99.99 %)\n     \"house\": expected false, got true\n"},
		{"stem", func(l translated) { l.words[1]["stem_en"] = "th" }, "     \"THE\": expected th, got the\n"},
		{"no column", func(l translated) { delete(l.words[0], "upper"); delete(l.words[1], "upper") }, "FAIL words upper: 0 compared"},
	} {
		l := recordTranslated()
		test.spoil(l)
		report, failed, err := l.run(t)
		if err != nil || failed != 1 || !strings.Contains(report, test.want) || !strings.HasSuffix(report, "\n16 passed, 1 failed\n") {
			t.Errorf("%s: %d failed, %v, no %q in\n%s", test.name, failed, err, test.want, report)
		}
	}
}

func TestRunListsErrors(t *testing.T) {
	assets := func(l translated) tree { return l.lists["assets"].(tree) }
	for _, test := range []struct {
		name  string
		spoil func(translated)
		want  string
	}{
		{"no lists", func(l translated) { delete(l.lists, "lists") }, "lists.json: no lists"},
		{"dictionary", func(l translated) { assets(l)["dictionaries"] = tree{"x": tree{"tags": []string{"zu"}}} }, "dictionary x: dictionary zu in "},
		{"stop words", func(l translated) { delete(assets(l), "words") }, "no words english.stopwords"},
		{"word", func(l translated) { l.words[1]["w"] = 1 }, "words.jsonl.gz, row 2: no word"},
		{"list", func(l translated) { l.features["lists"] = tree{"a.b.d": []any{}} }, "list a.b.d is not among those to compare"},
	} {
		l := recordTranslated()
		test.spoil(l)
		if report, _, err := l.run(t); err == nil || !strings.Contains(err.Error(), test.want) || report != "" {
			t.Errorf("%s: error %v, want %s; report %q", test.name, err, test.want, report)
		}
	}
}
