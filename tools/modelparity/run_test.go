package main

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const recorded = "../../internal/revscoring/testdata/"

func zip(t *testing.T, path, text string) {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	put(t, path, b.String())
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func text(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// place makes a folder of a model and its scores, and one of golden rows.
func place(t *testing.T, scores, rows string) (folder, golden string) {
	t.Helper()
	folder, golden = t.TempDir(), t.TempDir()
	put(t, filepath.Join(folder, "bools.model"), text(t, recorded+"bools.model"))
	if scores != "" {
		zip(t, filepath.Join(folder, "bools.scores.jsonl.gz"), scores)
	}
	zip(t, filepath.Join(golden, "features.jsonl.gz"), rows)
	zip(t, filepath.Join(golden, "wikidata_features.jsonl.gz"), "")
	return folder, golden
}

// A fault of any kind is counted: a check that cannot fail shows nothing.
func TestRun(t *testing.T) {
	scores := text(t, recorded+"bools.scores.jsonl")
	second := strings.Split(scores, "\n")[1]
	// The recorded vector is of no text: from this one other values come.
	row := `{"event":{"$schema":"/mediawiki/revision/create/2.0.0","meta":{"stream":"s","domain":"d"},"database":"testwiki","page_id":1,` +
		`"page_title":"A","page_namespace":0,"rev_id":5,"rev_timestamp":"2020-01-01T00:00:00Z","performer":{"user_text":"192.0.2.1"}},"text":"a","parent":null}` + "\n"
	for _, c := range []struct {
		name, scores, rows, info string
		failed                   int
		want                     []string
	}{
		{"all well", scores, "", "", 0, []string{"ok   bools.model import: gradient boosting, 4 trees, 5 features, version 0.5.1", "ok   bools.model vectors: 12 scored", "3 passed, 0 failed"}},
		{"another probability", strings.Replace(scores, `"true": 0.9`, `"true": 0.8`, 1), "", "", 1, []string{"FAIL bools.model vectors: line 1: probability of true is 0.9"}},
		{"another prediction", strings.Replace(scores, `"prediction": true`, `"prediction": false`, 1), "", "", 1, []string{"FAIL bools.model vectors: line 1: prediction is true"}},
		{"no scores", "", "", "", 1, []string{"FAIL bools.model recorded scores: open "}},
		{"a value that is none", strings.Replace(scores, "[5.", "[null, 5.", 1), "", "", 1, []string{"line 1: value 1 is null"}},
		{"another document", scores, "", "{\n  \"type\": \"X\"\n}\n", 1, []string{"FAIL bools.model information: line 2 is"}},
		{"a text of other features", strings.Replace(second, "{", `{"wiki":"testwiki","rev_id":5,"page_title":"A",`, 1), row, "", 1, []string{"FAIL bools.model texts: revision 5 of testwiki: "}},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder, golden := place(t, c.scores, c.rows)
			if c.info != "" {
				put(t, filepath.Join(folder, "bools.info.json"), c.info)
			}
			var out bytes.Buffer
			failed, err := run(&out, folder, golden, nil)
			if err != nil || failed != c.failed {
				t.Errorf("%d failed, %v, want %d", failed, err, c.failed)
			}
			for _, word := range c.want {
				if !strings.Contains(out.String(), word) {
					t.Errorf("%q is not in\n%s", word, out.String())
				}
			}
		})
	}
	var out bytes.Buffer
	_, golden := place(t, scores, "")
	if _, err := run(&out, t.TempDir(), golden, nil); err == nil || !strings.Contains(err.Error(), "no model files") {
		t.Errorf("nothing to compare: %v", err)
	}
	folder, _ := place(t, scores, "")
	if _, err := run(&out, folder, t.TempDir(), nil); err == nil {
		t.Error("golden rows that are missing are passed over")
	}
}

func TestStem(t *testing.T) {
	for path, want := range map[string]string{
		"a/b.model": "a/b", "a/b.model.bz2": "a/b", "a/b.model.bzip2": "a/b", "a/b.scores.jsonl.gz": "a/b.scores.jsonl.gz",
	} {
		if got := stem(path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}
