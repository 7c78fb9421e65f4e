package model

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

const rude = "before: '\\b'\nafter: '\\b'\nflags: i\npatterns:\n  - darn(ed)?\n  - heck\nexclude: [hecking]\n"

// withLexicon is the stump with a lexicon that one feature asks.
func withLexicon(t *testing.T, text string) fstest.MapFS {
	t.Helper()
	bundle := stump(t)
	bundle["lexicons/rude.yaml"] = &fstest.MapFile{Data: []byte(text)}
	card := strings.Replace(string(bundle["model.yaml"].Data), "len(revision.text)", "len(find(revision.text, @test.rude))", 1)
	card = strings.Replace(card, "estimator:", fmt.Sprintf("lexicons:\n  - {name: test.rude, file: lexicons/rude.yaml, sha256: %x}\nestimator:", sha256.Sum256([]byte(text))), 1)
	bundle["model.yaml"] = &fstest.MapFile{Data: []byte(card)}
	return bundle
}

func TestLexicons(t *testing.T) {
	known := NewLibrary(nil)
	var found []*Model
	for range 2 {
		m, err := Load(withLexicon(t, rude), ".", known)
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, m)
	}
	first, second := found[0].List().Assets.Lexicons["test.rude"], found[1].List().Assets.Lexicons["test.rude"]
	if first == nil || first != second {
		t.Error("two models with the same file do not share the lexicon")
	}
	spans, err := first.Find(nil, "Heck! Darned hecking HECKS.")
	if err != nil || len(spans) != 2 {
		t.Errorf("found %v, %v", spans, err)
	}
}

func TestLoadRefusesLexicons(t *testing.T) {
	for text, want := range map[string]string{
		"":                       "lexicons/rude.yaml",
		"patterns: []":           "lexicons/rude.yaml: no patterns",
		"patterns: ['a(']":       "lexicons/rude.yaml: ",
		"patterns: [a]\nsoil: 1": `unknown field "soil"`,
	} {
		if _, err := Load(withLexicon(t, text), ".", NewLibrary(nil)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	bundle := withLexicon(t, rude)
	bundle["lexicons/rude.yaml"] = &fstest.MapFile{Data: []byte(rude + " ")}
	if _, err := Load(bundle, ".", NewLibrary(nil)); err == nil || !strings.Contains(err.Error(), "sha256 is") {
		t.Errorf("a changed lexicon: %v", err)
	}
	delete(bundle, "lexicons/rude.yaml")
	if _, err := Load(bundle, ".", NewLibrary(nil)); err == nil || !strings.Contains(err.Error(), "lexicons/rude.yaml") {
		t.Errorf("no lexicon: %v", err)
	}
	bundle = withLexicon(t, rude)
	card := string(bundle["model.yaml"].Data)
	line := card[strings.Index(card, "  - {name: test.rude"):]
	line = line[:strings.Index(line, "\n")+1]
	bundle["model.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(card, line, line+line, 1))}
	if _, err := Load(bundle, ".", NewLibrary(nil)); err == nil || !strings.Contains(err.Error(), "asset test.rude is listed twice") {
		t.Errorf("a lexicon twice: %v", err)
	}
}

// An item that an editor of another system spoilt would be found nowhere, without
// a word.
func TestLinesAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"":           "line 1 is empty",
		"a\n\nb":     "line 2 is empty",
		"a\r\nb\r\n": "line 1 has white space, or a carriage return",
		"\ufeffa":    "byte order mark",
		"a\nb\xff":   "not UTF-8",
		"a \nb":      "line 1 has white space",
	} {
		for name, parse := range map[string]func(string) error{
			"words":      func(s string) error { _, err := parseWords(s); return err },
			"phrases":    func(s string) error { _, err := parsePhrases(s); return err },
			"conversion": func(s string) error { _, err := parseConversion(s); return err },
		} {
			if err := parse(text); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s of %q: %v, want %s", name, text, err, want)
			}
		}
	}
	if _, err := parseConversion("東东\n馬"); err == nil || !strings.Contains(err.Error(), "line 2 has 1 characters") {
		t.Errorf("half a pair: %v", err)
	}
	if set, err := parsePhrases("kick the bucket\n"); err != nil || len(set.Find(nil, "Kick the Bucket")) != 1 {
		t.Errorf("a phrase: %v", err)
	}
}
