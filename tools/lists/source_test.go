package lists

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"revscore/internal/score/analysis"
	"revscore/internal/score/feature"
)

// shelf has a dictionary xx_YY that knows "matey".
func shelf(t *testing.T) *Shelf {
	t.Helper()
	folder := t.TempDir()
	for name, text := range map[string]string{"xx_YY.aff": "SET UTF-8\n", "xx_YY.dic": "1\nmatey\n"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return NewShelf([]string{folder})
}

func TestRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lists.json")
	text := `{"lists":{"l":[
		{"name":"feature.a","expr":"len(find(revision.text, @a))"},
		{"name":"feature.b","expr":"len(spelled(of_types(tokens(revision.text), [\"word\"]), @b))"},
		{"name":"feature.c","expr":"len(stopwords(tokens(revision.text), @c))"},
		{"name":"feature.d","expr":"len(phrases(revision.text, @d))"},
		{"name":"feature.e","expr":"len(find(simplified(revision.text, @e), @a))"}]},
	"assets":{
		"lexicons":{"a":{"patterns":["乱"],"before":"","after":"","flags":"i"}},
		"dictionaries":{"b":{"tags":["xx"],"replace_astral":true}},
		"words":{"c":["the"]},"phrases":{"d":["the rum","rum"]},"conversions":{"e":[["亂","乱"]]}}}`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	dictionaries := shelf(t)
	list := feature.List{}
	if list.Assets, err = file.Assets.Build(dictionaries); err != nil {
		t.Fatal(err)
	}
	for _, f := range file.Lists["l"] {
		list.Definitions = append(list.Definitions, feature.Definition{Name: f.Name, Expr: f.Expr})
	}
	plan, err := feature.Compile(list)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, outcome := range plan.Evaluate(feature.Input{Revision: analysis.NewText("The rum, matey! 亂 乱 rum.")}) {
		got = append(got, outcome.Value.String())
	}
	if want := "1 1 1 2 2"; strings.Join(got, " ") != want {
		t.Errorf("features are %v, want %s", got, want)
	}
	origins := dictionaries.Origins()
	if len(origins) != 1 || origins[0].Tag != "xx" || filepath.Base(origins[0].Dic) != "xx_YY.dic" {
		t.Errorf("dictionaries are %v", origins)
	}
}

func TestReadRefuses(t *testing.T) {
	for _, text := range []string{"", "[]", "{}", `{"lists":{}}`} {
		path := filepath.Join(t.TempDir(), "lists.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestBuildRefuses(t *testing.T) {
	for text, want := range map[string]string{
		`{"lexicons":{"a":{"patterns":["("]}}}`:            "lexicon a: ",
		`{"dictionaries":{"a":{"tags":["xx","zz"]}}}`:      "dictionary a: dictionary zz in ",
		`{"words":{"a":["b","b"]}}`:                        "words a: words, line 2: ",
		`{"phrases":{"a":[]}}`:                             "phrases a: no phrases",
		`{"conversions":{"a":[["b","c"],["d","ef"]]}}`:     "conversion a: line 2: not two characters",
		`{"conversions":{"a":[["b","c"],["\u0000","e"]]}}`: "conversion a: line 2 has the character 0x0",
	} {
		var source Source
		if err := json.Unmarshal([]byte(text), &source); err != nil {
			t.Fatal(err)
		}
		if _, err := source.Build(shelf(t)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", text, err, want)
		}
	}
}
