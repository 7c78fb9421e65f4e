package main

import (
	"strings"
	"testing"
)

func TestModelsShow(t *testing.T) {
	out, err := execute(t, "", "models", "show", "embedded:enwiki.reverted", "embedded:revid")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"reverted  ", "version 1.0.0", "wikitext", "feature.revision.user.is_anon", "is_anon(revision.user.id)", "revid  ", "any",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	if out, err := execute(t, "", "models", "show", "embedded:nosuch", "embedded:revid", "embedded:revid"); err == nil || strings.Count(out, "revid  ") != 2 {
		t.Errorf("one fault hides the others: %v\n%s", err, out)
	}
	if _, err := execute(t, "", "models", "show", "embedded:nosuch"); err == nil || !strings.Contains(err.Error(), "no such model") {
		t.Errorf("an unknown bundle: %v", err)
	}
}
