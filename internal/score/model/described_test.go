package model

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"revscore/internal/score/analysis"
	"revscore/internal/score/feature"
	"revscore/internal/score/hanzi"
	"revscore/internal/score/pattern"
	"revscore/internal/score/spell"
	"revscore/models"
)

// place writes files to a folder and returns the path of the first.
func place(t testing.TB, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		path := filepath.Join(dir, files[i])
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(files[i+1]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, files[0])
}

const oneFeature = "features: [{name: f, expression: len(revision.text)}]\n"

func TestReadCard(t *testing.T) {
	d, labels, err := ReadCard(place(t, "card.yaml", `
name: reverted
wiki: enwiki
version: '1.0'
type: GradientBoosting
labels: [false, true]
features:
  - {name: feature.chars, expression: len(revision.text)}
  - {name: feature.rude, expression: 'len(find(revision.text, @rude))'}
lexicons: [{name: rude, file: lists/rude.yaml}]
words: [{name: stop, file: lists/stop.txt}]
phrases: [{name: idioms, file: idioms.txt}]
conversions: [{name: simple, file: simple.txt}]
dictionaries: [{name: en, replace_astral: true, dictionaries: [{tag: en_US}]}]
trained_on: something
population_rates: {'true': 0.03}
statistics: {roc_auc: 0.9}
licence: none
`, "lists/rude.yaml", "patterns: ['darn']\nflags: i\n", "lists/stop.txt", "the\na\n", "idioms.txt", "kick the bucket\n", "simple.txt", "亂乱\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := &Draft{
		Name: "reverted", Wiki: "enwiki", Version: "1.0", Type: "GradientBoosting",
		Features: []feature.Definition{
			{Name: "feature.chars", Expr: "len(revision.text)"}, {Name: "feature.rude", Expr: "len(find(revision.text, @rude))"},
		},
		Assets: Assets{
			Lexicons:     map[string]pattern.Source{"rude": {Patterns: []string{"darn"}, Flags: "i"}},
			Words:        map[string][]string{"stop": {"the", "a"}},
			Phrases:      map[string][]string{"idioms": {"kick the bucket"}},
			Conversions:  map[string][]hanzi.Pair{"simple": {{From: '亂', To: '乱'}}},
			Dictionaries: map[string]Checker{"en": {Dictionaries: []Recorded{{Tag: "en_US"}}, ReplaceAstral: true}},
		},
		TrainedOn: "something", PopulationRates: map[string]float64{"true": 0.03},
		Statistics: map[string]float64{"roc_auc": 0.9}, Licence: "none",
	}
	if !reflect.DeepEqual(d, want) || !reflect.DeepEqual(labels, []any{false, true}) {
		t.Errorf("labels %v of\n%+v\nwant\n%+v", labels, d, want)
	}
	// It needs neither a name nor labels.
	if _, labels, err := ReadCard(place(t, "c.yaml", oneFeature)); err != nil || len(labels) != 0 {
		t.Errorf("labels %v, %v", labels, err)
	}
}

func TestReadCardRefuses(t *testing.T) {
	f := func(text string, want ...string) {
		t.Helper()
		path := place(t, "card.yaml", text, "list.txt", "a\n", "empty.txt", "", "bad.yaml", "patterns: ['(']\n", "folder/x.txt", "a\n")
		d, _, err := ReadCard(path)
		for _, word := range append(want, path) {
			if err == nil || !strings.Contains(err.Error(), word) {
				t.Errorf("%.200q: %v, %v\nwant an error with %q", text, d, err, word)
			}
		}
	}
	f("", "empty")
	f("name: a\n", "features is empty")
	f("features: [", "]")
	f(oneFeature+"---\n"+oneFeature, "a second document")
	f(oneFeature+"colour: red\n", `unknown field "colour"`)
	f(oneFeature+"estimator: {file: a, sha256: b}\n", `unknown field "estimator"`)
	f("format: 3\n"+oneFeature, `name is ""`, "estimator.file is") // a bundle's, by its rules
	f("format: 4\n"+oneFeature, "format 4 is newer than 3")
	f("format: x\n"+oneFeature, "[1:9] cannot unmarshal")
	f("features: "+strings.Repeat("[", 60_000), "nested too deep")
	f("name: &a x\n"+oneFeature, "has no place in a bundle")
	f("features: [{name: f}, {expression: 1}]\n", "entry 1 needs a name and an expression", "entry 2 needs")
	f("features: [{name: f, expression: '1'}, {name: f, expression: '2'}]\n", "features: entry 2 has the name of entry 1")
	f(oneFeature+"version: 1.0\n", "version is a number to YAML", "in quotes")
	f(oneFeature+"labels: [1, 1.5]\n", "labels: entry 2 is 1.5")
	f("version: 1.0\nlabels: [1, 1.5]\nfeatures: [{name: f}]\n", "version is a number", "labels: entry 2 is 1.5", "entry 1 needs a name") // all at once
	f(oneFeature+"population_rates: {'true': 2}\n", "population_rates: true is 2")
	f(oneFeature+"statistics: {roc_auc: .nan}\n", "statistics: roc_auc is NaN")
	f(oneFeature+"words: [{name: '@a', file: list.txt}]\n", `words: entry 1: name is "@a"`)
	f(oneFeature+"words: [{name: a, file: list.txt}]\nphrases: [{name: a, file: list.txt}]\n", "phrases: entry 1: asset a is listed twice")
	f(oneFeature+"words: [{name: a, file: list.txt}]\ndictionaries: [{name: a, dictionaries: [{tag: x}]}]\n", "asset a is listed twice")
	f(oneFeature+"dictionaries: [{name: a}]\n", "dictionaries: entry 1: dictionaries is empty")
	f(oneFeature+"dictionaries: [{name: a, dictionaries: [{tag: ../../x}]}]\n", `tag "../../x"`)
	f(oneFeature+"words: [{name: a, file: none.txt}]\n", "asset a", "none.txt", "no such file")
	f(oneFeature+"words: [{name: a, file: folder}]\n", "asset a", "not a regular file")
	f(oneFeature+"words: [{name: a, file: list.txt/x}]\n", "asset a", "not a folder")
	f(oneFeature+"words: [{name: a, file: list.txt, sha256: '"+anySum+"'}]\n", "asset a", "list.txt: sha256 is 87428fc5", "the card says 0000")
	f(oneFeature+"words: [{name: a, file: list.txt, sha256: abc}]\n", `words: entry 1: sha256 is "abc", must be 64 hexadecimal digits`)
	f(oneFeature+"words: [{name: a, file: empty.txt}]\n", "asset a: empty.txt: line 1 is empty")
	f(oneFeature+"lexicons: [{name: a, file: bad.yaml}]\n", "asset a: bad.yaml: patterns: entry 1")
	f(oneFeature+"conversions: [{name: a, file: list.txt}]\n", "asset a: list.txt: line 1 has 1 characters")
	for _, file := range []string{"../list.txt", "/etc/passwd", "folder/../list.txt", "./list.txt", "''", ".", "folder/"} {
		f(oneFeature+"words: [{name: a, file: "+file+"}]\n", "words: entry 1: file is", "must be in the folder of the card, or below")
	}
	if _, _, err := ReadCard(filepath.Join(t.TempDir(), "none.yaml")); err == nil || !strings.Contains(err.Error(), "none.yaml") {
		t.Errorf("no card: %v", err)
	}
	if _, _, err := ReadCard(t.TempDir()); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("a folder: %v", err)
	}
}

// The features of a bundle are those of another model by its card as it is: nobody
// could train again on the features of an imported model, whose card alone has them.
func TestReadCardOfABundle(t *testing.T) {
	draft := fullDraft(t)
	dir := filepath.Join(t.TempDir(), "testwiki.full")
	if err := Write(dir, draft); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, cardFile)
	d, labels, err := ReadCard(path)
	if err != nil {
		t.Fatal(err)
	}
	// No version, type, statistics, rates, origin or licence: they are the other's.
	want := &Draft{Name: draft.Name, Wiki: draft.Wiki, Features: draft.Features, Assets: draft.Assets}
	want.Assets.Words = map[string][]string{"b.words": slices.Sorted(slices.Values(draft.Assets.Words["b.words"]))}
	want.Assets.Dictionaries = map[string]Checker{"e.dictionary": {
		Dictionaries: []Recorded{{Tag: "xx_YY"}, {Tag: "en_US"}}, ReplaceAstral: true, // as they are installed now
	}}
	if !reflect.DeepEqual(d, want) || !reflect.DeepEqual(labels, draft.Estimator.Classes) {
		t.Errorf("labels %q of\n%+v\nwant\n%+v", labels, d, want)
	}
	// What is damaged is as little a card to train by as a bundle to score with.
	for _, c := range []struct{ file, word string }{
		{"words/b.words.txt", "sha256 is"}, {cardFile, "the lines before checksum have sha256"},
	} {
		name := filepath.Join(dir, c.file)
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, append([]byte("# a\n"), data...), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := ReadCard(path); err == nil || !strings.Contains(err.Error(), c.word) {
			t.Errorf("a damaged %s: %v, want %s", c.file, err, c.word)
		}
	}
	revid := bundleOf(t, models.FS, "revid")
	_, _, err = ReadCard(place(t, cardFile, string(revid[cardFile].Data)))
	if err == nil || !strings.Contains(err.Error(), "features is empty") {
		t.Errorf("a model without features: %v", err)
	}
}

// A card from elsewhere must not make any file of this machine its own.
func TestReadCardFollowsNoLinks(t *testing.T) {
	outside := place(t, "secret.txt", "secret\n")
	for _, link := range []string{"link.txt", "folder"} {
		card := place(t, "card.yaml", oneFeature+"words: [{name: a, file: "+strings.Replace(link, "folder", "folder/secret.txt", 1)+"}]\n")
		to := outside
		if link == "folder" {
			to = filepath.Dir(outside)
		}
		if err := os.Symlink(to, filepath.Join(filepath.Dir(card), link)); err != nil {
			t.Skip("no symbolic links here:", err)
		}
		if d, _, err := ReadCard(card); err == nil || !strings.Contains(err.Error(), "asset a") {
			t.Errorf("%s: %+v, %v", link, d, err)
		}
	}
}

// dictionary puts one into a folder.
func installDictionary(t testing.TB) (folder string) {
	t.Helper()
	return filepath.Dir(place(t, "xx_YY.dic", "2\nbread\nbutter\n", "xx_YY.aff", "SET UTF-8\n"))
}

func TestInstalled(t *testing.T) {
	folder := installDictionary(t)
	loaded, err := spell.Load(filepath.Join(folder, "xx_YY.aff"), filepath.Join(folder, "xx_YY.dic"))
	if err != nil {
		t.Fatal(err)
	}
	if got := Installed([]string{t.TempDir(), folder}, "xx_YY"); got != (Recorded{"xx_YY", loaded.Sum()}) {
		t.Errorf("installed %+v, loaded it has %s", got, loaded.Sum())
	}
	if got := Installed([]string{folder}, "zz"); got != (Recorded{Tag: "zz"}) {
		t.Errorf("what is not there has %+v", got)
	}
	if err := os.Remove(filepath.Join(folder, "xx_YY.aff")); err != nil {
		t.Fatal(err)
	}
	if got := Installed([]string{folder}, "xx_YY"); got.SHA256 != "" {
		t.Errorf("half a dictionary has %+v", got)
	}
}

// The features of a card are computed as those of the bundle made of it.
func TestList(t *testing.T) {
	folder := installDictionary(t)
	d := &Draft{
		Features: []feature.Definition{
			{Name: "rude", Expr: "len(find(revision.text, @rude))"},
			{Name: "stop", Expr: "len(stopwords(tokens(revision.text), @stop))"},
			{Name: "idioms", Expr: "len(phrases(revision.text, @idioms))"},
			{Name: "simple", Expr: "len(find(simplified(revision.text, @simple), @rude))"},
			{Name: "spelled", Expr: "len(spelled(of_types(tokens(revision.text), [\"word\"]), @xx))"},
		},
		Assets: Assets{
			Lexicons:     map[string]pattern.Source{"rude": {Patterns: []string{"darn", "乱"}}},
			Words:        map[string][]string{"stop": {"the", "the"}},
			Phrases:      map[string][]string{"idioms": {"the bread"}},
			Conversions:  map[string][]hanzi.Pair{"simple": {{From: '亂', To: '乱'}}},
			Dictionaries: map[string]Checker{"xx": {Dictionaries: []Recorded{{Tag: "xx_YY"}}}},
		},
	}
	list, err := d.List([]string{folder})
	if err != nil {
		t.Fatal(err)
	}
	plan, err := feature.Compile(list)
	if err != nil {
		t.Fatal(err)
	}
	text := "darn the bread 亂"
	values := plan.Evaluate(feature.Input{Revision: analysis.NewText(text)})
	for i, want := range []float64{1, 1, 1, 2, 1} {
		if v := values[plan.Columns(0)[i]]; v.Err != nil || v.Value.Float() != want {
			t.Errorf("%s is %v, %v, want %v", list.Definitions[i].Name, v.Value, v.Err, want)
		}
	}
	for want, change := range map[string]func(a *Assets){
		"lexicon a": func(a *Assets) { a.Lexicons = map[string]pattern.Source{"a": {Patterns: []string{"("}}} },
		"dictionary zz": func(a *Assets) {
			a.Dictionaries = map[string]Checker{"a": {Dictionaries: []Recorded{{Tag: "zz"}}}}
		},
	} {
		bad := *d
		change(&bad.Assets)
		if _, err := bad.List([]string{folder}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %s", err, want)
		}
	}
}
