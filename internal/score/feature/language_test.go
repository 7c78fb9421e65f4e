package feature

import (
	"strings"
	"testing"

	"revscore/internal/score/analysis"
	"revscore/internal/score/hanzi"
	"revscore/internal/score/phrase"
)

// wordList is a dictionary of a few words, which counts what it is asked.
type wordList struct {
	words map[string]bool
	asked map[string]int
}

func (w *wordList) Check(word string) bool {
	w.asked[word]++
	return w.words[word]
}

func languageAssets(t *testing.T) (Assets, *wordList) {
	t.Helper()
	idioms, err := phrase.New([]string{"kick the bucket", "the bucket"}, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	simple, err := hanzi.New([]hanzi.Pair{{From: '東', To: '东'}, {From: '馬', To: '马'}})
	if err != nil {
		t.Fatal(err)
	}
	list := &wordList{map[string]bool{"the": true, "dog": true, "runs": true, "Ada": true}, map[string]int{}}
	a := rude(t)
	a.Dictionaries = map[string]Speller{"test.dictionary": list}
	a.Words = map[string]map[string]bool{"test.stopwords": {"the": true, "i": true}}
	a.Phrases = map[string]*phrase.Set{"test.idioms": idioms}
	a.Conversions = map[string]*hanzi.Table{"test.simple": simple}
	return a, list
}

func TestLanguages(t *testing.T) {
	words := func(text string) string { return `of_types(tokens(` + text + `), ["word"])` }
	dictDelta := func(function string) string {
		items := func(text string) string {
			return "table(lower(" + function + "(" + words(text) + ", @test.dictionary)))"
		}
		return "values(delta(" + items(before) + ", " + items(after) + "))"
	}
	for expr, want := range map[string]string{
		"len(spelled(" + words(after) + ", @test.dictionary))":                               "4", // the the dog Ada
		"len(misspelled(" + words(after) + ", @test.dictionary))":                            "5", // The The kicks İ BUCKET
		"max(lengths(misspelled(" + words(after) + ", @test.dictionary)))":                   "6",
		"sum(lengths(spelled(" + words(after) + ", @test.dictionary)))":                      "12",
		"len(spelled(misspelled(" + words(after) + ", @test.dictionary), @test.dictionary))": "0",
		"sum(" + dictDelta("spelled") + ")":                                                  "1",
		"sum(positive(" + dictDelta("misspelled") + "))":                                     "5",
		"sum(negative(" + dictDelta("misspelled") + "))":                                     "-1",
		"len(stopwords(" + words(after) + ", @test.stopwords))":                              "4",
		"len(non_stopwords(" + words(after) + ", @test.stopwords))":                          "5",
		"sum(lengths(stems(" + words(before) + `, "english")))`:                              "14", // the dog run quick
		"len(phrases(revision.text, @test.idioms))":                                          "2",
		`len(matching(phrases(revision.text, @test.idioms), "the bucket$"))`:                 "1",
		"len(phrases(" + before + ", @test.idioms))":                                         "0",
		`len(simplified(revision.comment, @test.simple))`:                                    "4",
		`match(simplified(revision.comment, @test.simple), "东马.中")`:                          "true",
	} {
		assets, _ := languageAssets(t)
		in := input("The The the dog kicks İ the BUCKET Ada", "the dog runs quickly")
		if strings.Contains(expr, "phrases") {
			in = input("KICK the Bucket; the bucket.", "kick thebucket")
		}
		comment := "東馬x中"
		in.Comment = &comment
		if o := compile(t, list(assets, expr)).Evaluate(in)[0]; o.Err != nil || o.Value.String() != want {
			t.Errorf("%s is %s (%v), want %s", expr, o.Value, o.Err, want)
		}
	}
}

// A difference asks the dictionary about words that changed, and no others.
func TestSpellingIsAskedSeldom(t *testing.T) {
	assets, dictionary := languageAssets(t)
	table := func(text string) string {
		return `table(lower(spelled(of_types(tokens(` + text + `), ["word"]), @test.dictionary)))`
	}
	p := compile(t, list(assets, "sum(values(delta("+table(before)+", "+table(after)+")))"))
	common := strings.Repeat("many unchanged words stand here\n", 100)
	p.Evaluate(Input{Revision: analysis.NewText(common + "new dog"), Parent: analysis.NewText(common + "old dog")})
	if len(dictionary.asked) != 2 || dictionary.asked["new"] != 1 || dictionary.asked["old"] != 1 {
		t.Errorf("the dictionary was asked %v", dictionary.asked)
	}
}

func TestLanguageFaults(t *testing.T) {
	assets, _ := languageAssets(t)
	for expr, reason := range map[string]string{
		`len(stems(tokens(revision.text), "klingon"))`:         "klingon",
		"len(spelled(tokens(revision.text), @test.stopwords))": "spelled does not take words here",
		"len(find(revision.text, @test.dictionary))":           "find does not take a dictionary here",
	} {
		if _, err := Compile(list(assets, expr)); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%s: %v, want %s", expr, err, reason)
		}
	}
}
