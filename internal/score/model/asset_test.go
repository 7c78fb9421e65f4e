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
	editCard(t, bundle, "len(revision.text)", "len(find(revision.text, @test.rude))")
	editCard(t, bundle, "estimator:", fmt.Sprintf("lexicons:\n  - {name: test.rude, file: lexicons/rude.yaml, sha256: \"%x\"}\nestimator:", sha256.Sum256([]byte(text))))
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
	card := string(bundle[cardFile].Data)
	line := card[strings.Index(card, "  - {name: test.rude"):]
	line = line[:strings.Index(line, "\n")+1]
	edit(t, bundle, cardFile, line, line+line)
	if _, err := Load(bundle, ".", NewLibrary(nil)); err == nil || !strings.Contains(err.Error(), "asset test.rude is listed twice") {
		t.Errorf("a lexicon twice: %v", err)
	}
}
