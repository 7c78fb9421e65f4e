//go:build parity

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// officialClassification is the official schema of events with classifications.
func officialClassification(t *testing.T) map[string]any {
	t.Helper()
	root := os.Getenv("SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	text := readText(t, filepath.Join(root, "contracts", "schemas", filepath.FromSlash(classificationSchema)+".yaml"))
	var doc map[string]any
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(doc) // numbers as the JSON Schema's library reads them
	if err != nil {
		t.Fatal(err)
	}
	doc = nil
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// classified has every field of the official schema and is valid there; and what the
// official schema refuses ours refuses.
func TestParityOfClassificationSchema(t *testing.T) {
	official, ours := officialClassification(t), classificationOurs(t)
	var value map[string]any
	if err := json.Unmarshal([]byte(classified), &value); err != nil {
		t.Fatal(err)
	}
	fields := present(t, "", official, value)
	t.Logf("%d fields compared", fields)
	if fields < 50 {
		t.Errorf("only %d fields were compared", fields)
	}
	// $schema and $id name drafts and fragments by addresses that no library has.
	forget(official)
	judgeOfficial := compileSchema(t, official)
	if err := judge(t, judgeOfficial, classified); err != nil {
		t.Fatal(err)
	}
	refused := 0
	for _, text := range mutations(t, value) {
		if judge(t, judgeOfficial, text) == nil {
			continue
		}
		refused++
		if judge(t, ours, text) == nil {
			t.Errorf("valid here and not there: %s", text)
		}
	}
	t.Logf("%d changed events are refused by both", refused)
	if refused < 100 {
		t.Errorf("only %d changed events are refused", refused)
	}
}

// present says whether the value has all properties of the schema and no others.
func present(t *testing.T, path string, schema, value map[string]any) (fields int) {
	t.Helper()
	properties, _ := schema["properties"].(map[string]any)
	if properties == nil {
		return 0 // its keys are data
	}
	for name := range value {
		if properties[name] == nil {
			t.Errorf("%s.%s is not in the official schema", path, name)
		}
	}
	for name, p := range properties {
		inner, ok := value[name]
		// Of users one is enough.
		if !ok && !strings.HasSuffix(path, ".editor") {
			t.Errorf("%s.%s is missing here", path, name)
		}
		fields++
		if object, ok := inner.(map[string]any); ok {
			fields += present(t, path+"."+name, p.(map[string]any), object)
		}
	}
	return fields
}

// forget drops what names schemas.
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

// mutations are the value with each field of it dropped, and replaced by each of some
// values of other types and beyond bounds.
func mutations(t *testing.T, root map[string]any) (list []string) {
	t.Helper()
	write := func() {
		data, err := json.Marshal(root)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, string(data))
	}
	var walk func(object map[string]any)
	walk = func(object map[string]any) {
		object["strange"] = 1
		write()
		delete(object, "strange")
		names := make([]string, 0, len(object))
		for name := range object {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			old := object[name]
			for _, other := range []any{nil, "", "text", -1, 0, 1e16, 0.5, true, []any{}, []any{1}, map[string]any{}, strings.Repeat("x", 9000)} {
				object[name] = other
				write()
			}
			delete(object, name)
			write()
			object[name] = old
			if inner, ok := old.(map[string]any); ok {
				walk(inner)
			}
		}
	}
	walk(root)
	return list
}
