//go:build parity

package event

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

func shared(path ...string) string {
	root := os.Getenv("SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	return filepath.Join(append([]string{root, "contracts"}, path...)...)
}

// official is an official schema as a document and compiled.
func official(t *testing.T, uri string) (map[string]any, *jsonschema.Schema) {
	t.Helper()
	text, err := os.ReadFile(shared("schemas", filepath.FromSlash(uri)+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := yaml.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	forget(doc)
	data, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return doc, schema(t, data)
}

// forget drops what names schemas: drafts and fragments by addresses that no library has.
func forget(v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			if _, text := inner.(string); text && slices.Contains([]string{"$schema", "$id"}, name) {
				delete(v, name)
				continue
			}
			forget(inner)
		}
	case []any:
		for _, inner := range v {
			forget(inner)
		}
	}
}

// listed is what a copy of only schema-listed fields has of a value: done here by the
// official schema itself.
func listed(properties map[string]any, value map[string]any) map[string]any {
	out := map[string]any{}
	for name, v := range value {
		p, ok := properties[name].(map[string]any)
		if !ok {
			continue
		}
		if object, ok := v.(map[string]any); ok {
			if inner, ok := p["properties"].(map[string]any); ok {
				v = listed(inner, object)
			}
		}
		out[name] = v
	}
	return out
}

// Every page_change that a real MediaWiki sent becomes a prediction that the official
// schema takes, with all that the schema lists and numbers to the digit; hidden or not.
func TestParityOfPredictions(t *testing.T) {
	doc, judgePrediction := official(t, PredictionSchema)
	_, judgeChange := official(t, "/mediawiki/page/change/1.2.0")
	_, judgeScore := official(t, ScoreSchema)
	properties := doc["properties"].(map[string]any)
	n := 0
	for _, line := range realEvents(t, "mediawiki.page_change.v1") {
		r, err := Parse(line)
		if err != nil {
			continue // visibility changes and deletions
		}
		n++
		data, err := EncodePrediction(r, "s", predicted(), noon)
		if err != nil {
			t.Errorf("%v for %s", err, line)
			continue
		}
		if err := judge(t, judgePrediction, data); err != nil {
			t.Errorf("%v: %s", err, data)
		}
		got, want := withNumbers(t, data), listed(properties, withNumbers(t, line))
		for _, name := range []string{"$schema", "meta", "predicted_classification"} {
			delete(got, name)
			delete(want, name)
		}
		if a, b := jsonOf(t, got), jsonOf(t, want); a != b {
			t.Errorf("got  %s\nwant %s", a, b)
		}
		hidden := r.Hide(true, true).HideParent(true, true)
		if err := judge(t, judgeChange, hidden.Raw); err != nil {
			t.Errorf("%v: %s", err, hidden.Raw)
		}
		if data, err = EncodePrediction(hidden, "s", predicted(), noon); err != nil {
			t.Error(err)
		} else if err := judge(t, judgePrediction, data); err != nil {
			t.Errorf("%v: %s", err, data)
		}
	}
	t.Logf("%d real events", n)
	if n < 50 {
		t.Errorf("only %d events were compared", n)
	}
	data, err := EncodePrediction(parse(t, []byte(full)), "s", predicted(), noon)
	if err != nil {
		t.Fatal(err)
	}
	if err := judge(t, judgePrediction, data); err != nil {
		t.Error(err)
	}
	canary := parse(t, edit(t, full, map[string]any{"meta/domain": "canary"}))
	for uri, s := range map[string]*jsonschema.Schema{PredictionSchema: judgePrediction, ScoreSchema: judgeScore} {
		data, err := EncodeCanary(canary, "s", uri, noon)
		if err != nil {
			t.Fatal(err)
		}
		if err := judge(t, s, data); err != nil {
			t.Errorf("%v: %s", err, data)
		}
	}
}

// Combined events are valid by the official schema, and so are real revision-create
// events of which something was hidden.
func TestParityOfCombinedAndRedacted(t *testing.T) {
	_, judgeScore := official(t, ScoreSchema)
	judges := map[string]*jsonschema.Schema{}
	n := 0
	for _, line := range realEvents(t, "mediawiki.revision-create") {
		r, err := Parse(line)
		if err != nil {
			t.Fatal(err)
		}
		n++
		data, err := EncodeCombined(r, "s", []Outcome{predicted(), {Model: "m", Version: "1", Failure: &Failure{"TextDeleted", "hidden"}}}, noon)
		if err != nil {
			t.Fatal(err)
		}
		if err := judge(t, judgeScore, data); err != nil {
			t.Errorf("%v: %s", err, data)
		}
		if judges[r.Schema] == nil {
			_, judges[r.Schema] = official(t, r.Schema)
		}
		for flags := range 8 {
			raw, err := Redact(line, flags&1 != 0, flags&2 != 0, flags&4 != 0)
			if err != nil {
				t.Fatal(err)
			}
			if err := judge(t, judges[r.Schema], raw); err != nil {
				t.Errorf("%v: %s", err, raw)
			}
		}
	}
	t.Logf("%d real events", n)
	if n < 50 {
		t.Errorf("only %d events were judged", n)
	}
}

func realEvents(t *testing.T, stream string) (list [][]byte) {
	t.Helper()
	files, err := filepath.Glob(shared("events", "w*", "*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no events: %v", err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(bytes.NewReader(data))
		lines.Buffer(nil, 16<<20)
		for lines.Scan() {
			var e struct{ Meta struct{ Stream string } }
			if json.Unmarshal(lines.Bytes(), &e) == nil && e.Meta.Stream == stream {
				list = append(list, bytes.Clone(lines.Bytes()))
			}
		}
		if err := lines.Err(); err != nil {
			t.Fatal(err)
		}
	}
	return list
}

// withNumbers decodes with numbers as they are written.
func withNumbers(t *testing.T, data []byte) (doc map[string]any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

func jsonOf(t *testing.T, doc any) string {
	t.Helper()
	data, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
