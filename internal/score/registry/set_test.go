package registry

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"revscore/models"
)

func TestSetFind(t *testing.T) {
	ownRevID := onDisk(t, "revid", `wiki: "*"`, `wiki: testwiki`)
	s, err := LoadSet(models.FS, append(bundles("embedded:revid", ownRevID),
		Place{Bundle: "embedded:enwiki.reverted", Wikis: []string{"enwiki", "simplewiki"}}), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ wiki, name, want string }{
		{"enwiki", "reverted", "enwiki.reverted"},
		{"simplewiki", "reverted", "enwiki.reverted"},
		{"dewiki", "reverted", ""},
		{"dewiki", "revid", "*.revid"},
		{"testwiki", "revid", "testwiki.revid"},
		{"enwiki", "damaging", ""},
		{"*", "revid", "*.revid"},
	} {
		got := ""
		if m, ok := s.Find(c.wiki, c.name); ok {
			got = m.String()
		}
		if got != c.want {
			t.Errorf("%s %s: %q, want %q", c.wiki, c.name, got, c.want)
		}
	}
	var order []string
	for _, m := range s.All() {
		order = append(order, m.String())
	}
	if got := strings.Join(order, " "); got != "*.revid testwiki.revid enwiki.reverted" {
		t.Errorf("models %s", got)
	}
}

func bundles(paths ...string) []Place {
	places := make([]Place, len(paths))
	for i, path := range paths {
		places[i].Bundle = path
	}
	return places
}

func TestLoadSetReportsAllFaults(t *testing.T) {
	wrongAnswer := onDisk(t, "revid", `"0.0.0"`, `"0.0.1"`)
	examples := filepath.Join(wrongAnswer, "examples.jsonl")
	if err := os.Remove(examples); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(examples, []byte(`{"rev_id":7,"score":{"prediction":false,"probability":{"false":0.93,"true":0.07}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	absent := filepath.Join(t.TempDir(), "absent")
	s, err := LoadSet(models.FS, bundles(
		"embedded:revid", "embedded:frwiki.oracle", "embedded:.", "embedded:revid", absent, wrongAnswer, "",
	), nil)
	if s != nil || err == nil {
		t.Fatalf("%v, %v", s, err)
	}
	for i, want := range []string{
		"model embedded:frwiki.oracle: no such model in this program, which has enwiki.reverted, revid",
		"model embedded:.: no such model in this program",
		"model embedded:revid: revid of * is already loaded from embedded:revid",
		"model " + absent + ": stat " + absent + ": no such file or directory; those in this program are embedded:enwiki.reverted, embedded:revid",
		"model " + wrongAnswer + ": verify *.revid: example 1 of 1: prediction is true, recorded is false",
		"model : ",
	} {
		lines := strings.Split(err.Error(), "\n")
		if len(lines) != 6 || !strings.HasPrefix(lines[i], want) {
			t.Errorf("fault %d of %d: %q, want %q", i, len(lines), lines[i], want)
		}
	}
}

func TestLoadSetRefusesAnUnknownFeature(t *testing.T) {
	dir := onDisk(t, "enwiki.reverted", "tokens_added(", "tokens_dadded(")
	_, err := LoadSet(models.FS, bundles(dir), nil)
	if err == nil || !strings.Contains(err.Error(), `unknown function "tokens_dadded"`) {
		t.Errorf("got %v", err)
	}
}

// onDisk writes an embedded bundle with one change in its card to a folder.
func onDisk(t *testing.T, bundle, old, repl string) string {
	t.Helper()
	dir := t.TempDir()
	sub, err := fs.Sub(models.FS, bundle)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(dir, sub); err != nil {
		t.Fatal(err)
	}
	card := filepath.Join(dir, "model.yaml")
	data, err := os.ReadFile(card)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(card); err != nil { // embedded files are copied read-only
		t.Fatal(err)
	}
	if err := os.WriteFile(card, []byte(strings.Replace(string(data), old, repl, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}
