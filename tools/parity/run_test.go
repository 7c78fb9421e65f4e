package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// recording is a folder of one row, with all that its files say of it.
type recording struct {
	features, tokens, parsed tree
}

// record returns what the reference would record of the page "A b".
func record() recording {
	event := tree{"rev_id": 7, "page_title": "T", "rev_timestamp": "2020-01-01T00:00:00Z", "performer": tree{}}
	return recording{
		features: tree{
			"event": event, "text": "A b", "parent": nil,
			"features": tree{"feature.x": 3}, "lists": tree{"a.b.c": []any{3, true, 0}},
		},
		tokens: tree{
			"rev_id": 7, "tokens": []any{[]any{"A", "word"}, []any{" ", "whitespace"}, []any{"b", "word"}}, "parent_tokens": []any{},
			"segments": []any{[]any{1, 0, 3, []any{[]any{1, 0, 3}}}}, "parent_segments": []any{},
			"operations": []any{[]any{"insert", 0, 0, 0, 3}},
		},
		parsed: tree{
			"rev_id": 7, "counts": tree{"Text": 1}, "content": "A b",
			"headings": []any{}, "wikilinks": []any{}, "external_links": []any{}, "templates": []any{},
			"tags": []any{}, "comments": []any{}, "entities": []any{}, "arguments": []any{},
		},
	}
}

func (r recording) write(t *testing.T, folder string) {
	t.Helper()
	for _, prefix := range []string{"", "edge_"} {
		for suffix, row := range map[string]tree{"features": r.features, "tokens": r.tokens, "parsed": r.parsed} {
			zip(t, filepath.Join(folder, prefix+suffix+".jsonl.gz"), row)
		}
	}
	zip(t, filepath.Join(folder, "wikidata_features.jsonl.gz"), tree{"event": r.features["event"], "text": "{}"})
}

// runOn compares a recording with a small catalogue.
func runOn(t *testing.T, folder string) (report string, failed int, err error) {
	t.Helper()
	length := aggregated("feature.x", "len", "int", text)
	isLong := operated("feature.y", "gt", "bool", length, one)
	needy := chars("feature.z", node("idioms", "revscoring.datasources.meta.extractors.trie.process", nil, text))
	feature := func(of tree) tree { return tree{"name": of["name"], "expr": of} }
	catalogue := filepath.Join(folder, "catalog.json.gz")
	zip(t, catalogue, tree{
		"base":  tree{"feature.x": feature(length)},
		"lists": tree{"a.b.c": []tree{feature(length), feature(isLong), feature(needy)}},
	})
	var out strings.Builder
	failed, err = run(context.Background(), &out, catalogue, folder, "")
	return out.String(), failed, err
}

func TestRun(t *testing.T) {
	folder := t.TempDir()
	record().write(t, folder)
	report, failed, err := runOn(t, folder)
	if err != nil || failed != 0 {
		t.Fatalf("%d failed, %v:\n%s", failed, err, report)
	}
	for _, want := range []string{
		"ok   structure operations: 2 compared, 2 equal, largest difference 0\n",
		"ok   base feature.x: 2 compared, 2 equal, largest difference 0\n",
		"ok   a.b.c feature.y: 2 compared, 2 equal, largest difference 0\n",
		"\nnot compared (needs a phrase list): 1 features\n18 passed, 0 failed\n",
	} {
		if !strings.Contains(report, want) {
			t.Errorf("no line %q in\n%s", want, report)
		}
	}
}

// Each fault in a recording is one failed check that says where.
func TestRunFindsDifferences(t *testing.T) {
	for _, test := range []struct {
		name  string
		spoil func(recording)
		want  string
	}{
		{"base feature", func(r recording) { r.features["features"] = tree{"feature.x": 4} },
			"FAIL base feature.x: 2 compared, 0 equal, largest difference 0.25\n" +
				"     features.jsonl.gz, revision 7 of \"T\": expected 4, got 3\n" +
				"     edge_features.jsonl.gz, revision 7 of \"T\": expected 4, got 3\n"},
		{"list's feature", func(r recording) { r.features["lists"] = tree{"a.b.c": []any{3, false, 0}} },
			"FAIL a.b.c feature.y: 2 compared, 0 equal, largest difference 0\n     features.jsonl.gz, revision 7 of \"T\": expected false, got true\n"},
		{"error", func(r recording) { r.features["features"] = tree{"feature.x": tree{"error": "E"}} },
			"expected {\"error\":\"E\"}, got 3\n"},
		{"nothing compared", func(r recording) { r.features["features"] = tree{} },
			"FAIL base feature.x: 0 compared, 0 equal"},
		{"tokens", func(r recording) {
			r.tokens["tokens"] = []any{[]any{"A", "word"}, []any{" ", "break"}, []any{"b", "word"}}
		},
			"expected item 1: [\" \",\"break\"], got item 1: [\" \",\"whitespace\"]\n"},
		{"operations", func(r recording) { r.tokens["operations"] = []any{} },
			"expected an end after item 0, got item 0: [\"insert\",0,0,0,3]\n"},
		{"field", func(r recording) { delete(r.parsed, "headings") },
			"FAIL structure headings: 0 compared, 0 equal"},
	} {
		folder := t.TempDir()
		r := record()
		test.spoil(r)
		r.write(t, folder)
		report, failed, err := runOn(t, folder)
		if err != nil || failed != 1 || !strings.Contains(report, test.want) || !strings.HasSuffix(report, "17 passed, 1 failed\n") {
			t.Errorf("%s: %d failed, %v, no %q in\n%s", test.name, failed, err, test.want, report)
		}
	}
}

// A feature that has no expression, or one that means nothing, is a failed check
// and keeps no other from being compared.
func TestRunWithoutExpressions(t *testing.T) {
	folder := t.TempDir()
	r := record()
	r.features["lists"] = tree{}
	r.write(t, folder)
	catalogue := filepath.Join(folder, "catalog.json.gz")
	zip(t, catalogue, tree{"base": tree{
		"feature.a": tree{"expr": node("feature.a", "revscoring.new", tree{"returns": "int"})},
		"feature.b": tree{"expr": aggregated("feature.b", "len", "int", one)},
		"feature.x": tree{"expr": aggregated("feature.x", "len", "int", text)},
	}})
	var out strings.Builder
	failed, err := run(context.Background(), &out, catalogue, folder, "")
	if err != nil || failed != 2 {
		t.Errorf("%d failed, %v", failed, err)
	}
	for _, want := range []string{
		"FAIL base feature.a: feature.a: process revscoring.new is unknown\n",
		"FAIL base feature.b: ",
		"len(1)",
		"ok   base feature.x: 2 compared, 2 equal",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, &out)
		}
	}
}

// What cannot be compared at all ends the run.
func TestRunErrors(t *testing.T) {
	for _, test := range []struct {
		name  string
		spoil func(t *testing.T, folder string, r recording)
		want  string
	}{
		{"missing file", func(t *testing.T, folder string, _ recording) {
			if err := os.Remove(filepath.Join(folder, "edge_parsed.jsonl.gz")); err != nil {
				t.Fatal(err)
			}
		}, "edge_parsed.jsonl.gz: no such file"},
		{"no gzip", func(t *testing.T, folder string, _ recording) {
			if err := os.WriteFile(filepath.Join(folder, "tokens.jsonl.gz"), []byte("{}"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "tokens.jsonl.gz: "},
		{"cut short", func(t *testing.T, folder string, _ recording) {
			path := filepath.Join(folder, "tokens.jsonl.gz")
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, data[:len(data)-9], 0o600); err != nil {
				t.Fatal(err)
			}
		}, "unexpected EOF"},
		{"rows", func(t *testing.T, folder string, r recording) {
			zip(t, filepath.Join(folder, "parsed.jsonl.gz"), r.parsed, r.parsed)
		}, "have different numbers of rows: [1 1 2] or more"},
		{"order", func(t *testing.T, folder string, r recording) {
			r.tokens["rev_id"] = 8
			zip(t, filepath.Join(folder, "tokens.jsonl.gz"), r.tokens)
		}, "tokens.jsonl.gz, row 1: the row is about revision 8, that of the features about 7"},
		{"row", func(t *testing.T, folder string, _ recording) {
			zip(t, filepath.Join(folder, "features.jsonl.gz"), "no object")
		}, "features.jsonl.gz, row 1: json: cannot unmarshal"},
		{"list", func(t *testing.T, folder string, r recording) {
			r.features["lists"] = tree{"a.b.d": []any{}}
			zip(t, filepath.Join(folder, "features.jsonl.gz"), r.features)
		}, "features.jsonl.gz, row 1: list a.b.d is not among those to compare"},
		{"values", func(t *testing.T, folder string, r recording) {
			r.features["lists"] = tree{"a.b.c": []any{3}}
			zip(t, filepath.Join(folder, "features.jsonl.gz"), r.features)
		}, "features.jsonl.gz, row 1: list a.b.c has 1 values recorded, and 3 features"},
	} {
		folder := t.TempDir()
		record().write(t, folder)
		test.spoil(t, folder, record())
		if report, _, err := runOn(t, folder); err == nil || !strings.Contains(err.Error(), test.want) || report != "" {
			t.Errorf("%s: error %v, want %s; report %q", test.name, err, test.want, report)
		}
	}
}
