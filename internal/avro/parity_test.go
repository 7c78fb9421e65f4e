//go:build parity

package avro

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	hamba "github.com/hamba/avro/v2"
)

func shared(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	return filepath.Join(dir, "contracts", "schemas")
}

// official reads the JSON Schema that an event names.
func official(t *testing.T, uri string) map[string]any {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(shared(t), filepath.FromSlash(uri)+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := yaml.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// The Avro schemas have the fields of the official JSON Schemas, all of them and no
// others, with the same types, and require the same.
func TestParityWithJSONSchemas(t *testing.T) {
	fields := 0
	for _, s := range Schemas() {
		fields += compare(t, s.Name, s.avro, official(t, s.URI))
	}
	t.Logf("%d fields compared", fields)
	if fields < 100 {
		t.Errorf("only %d fields were compared", fields)
	}
}

func compare(t *testing.T, path string, s hamba.Schema, doc map[string]any) (fields int) {
	t.Helper()
	if ref, ok := s.(*hamba.RefSchema); ok {
		s = ref.Schema()
	}
	properties, _ := doc["properties"].(map[string]any)
	values, isMap := doc["additionalProperties"].(map[string]any)
	want := map[hamba.Type]string{hamba.String: "string", hamba.Long: "integer", hamba.Double: "number", hamba.Boolean: "boolean",
		hamba.Array: "array", hamba.Map: "object", hamba.Record: "object"}[s.Type()]
	if want != doc["type"] || isMap != (s.Type() == hamba.Map) || isMap && properties != nil {
		t.Errorf("%s is %s in Avro and %v in JSON", path, s.Type(), doc["type"])
		return 0
	}
	switch s := s.(type) {
	case *hamba.MapSchema:
		return compare(t, path+"{}", s.Values(), values)
	case *hamba.ArraySchema:
		return compare(t, path+"[]", s.Items(), doc["items"].(map[string]any))
	case *hamba.RecordSchema:
		return compareFields(t, path, s, doc, properties)
	}
	return 0
}

func compareFields(t *testing.T, path string, s *hamba.RecordSchema, doc, properties map[string]any) (fields int) {
	t.Helper()
	required, _ := doc["required"].([]any)
	for name, property := range properties {
		f := field(s, name)
		if f == nil {
			t.Errorf("%s.%s is in JSON only", path, name)
			continue
		}
		typ := f.Type()
		if u, ok := typ.(*hamba.UnionSchema); ok {
			_, i := u.Indices()
			typ = u.Types()[i]
		}
		if f.HasDefault() == slices.Contains(required, any(name)) {
			t.Errorf("%s.%s: required is %v in JSON, optional is %v in Avro", path, name, slices.Contains(required, any(name)), f.HasDefault())
		}
		fields += 1 + compare(t, path+"."+name, typ, property.(map[string]any))
	}
	if len(s.Fields()) != len(properties) {
		t.Errorf("%s has %d fields in Avro and %d in JSON", path, len(s.Fields()), len(properties))
	}
	return fields
}

// The examples of the official schemas come back as they are.
func TestParityOfExamples(t *testing.T) {
	c := NewCodec()
	for _, s := range Schemas() {
		examples, _ := official(t, s.URI)["examples"].([]any)
		if len(examples) == 0 {
			t.Errorf("%s has no examples", s.URI)
		}
		for _, example := range examples {
			in, err := json.Marshal(example)
			if err != nil {
				t.Fatal(err)
			}
			comesBack(t, c, in)
		}
	}
}

// The generated record types, too, have each field once, under its JSON name, of the
// type that the JSON Schema gives it, and can be absent where it may be.
func TestParityOfRecordTypes(t *testing.T) {
	fields := 0
	for _, s := range Schemas() {
		fields += compareType(t, s.Name, reflect.TypeOf(s.alloc()).Elem(), official(t, s.URI))
	}
	t.Logf("%d fields compared", fields)
	if fields < 100 {
		t.Errorf("only %d fields were compared", fields)
	}
}

func compareType(t *testing.T, path string, typ reflect.Type, doc map[string]any) (fields int) {
	t.Helper()
	want := map[reflect.Kind]string{reflect.String: "string", reflect.Int64: "integer", reflect.Float64: "number",
		reflect.Bool: "boolean", reflect.Slice: "array", reflect.Map: "object", reflect.Struct: "object"}[typ.Kind()]
	if want != doc["type"] {
		t.Errorf("%s is %s in Go and %v in JSON", path, typ, doc["type"])
		return 0
	}
	switch typ.Kind() {
	case reflect.Slice:
		return compareType(t, path+"[]", typ.Elem(), doc["items"].(map[string]any))
	case reflect.Map:
		return compareType(t, path+"{}", typ.Elem(), doc["additionalProperties"].(map[string]any))
	case reflect.Struct:
	default:
		return 0
	}
	properties, required := doc["properties"].(map[string]any), doc["required"]
	for i := range typ.NumField() {
		f := typ.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		property, ok := properties[name].(map[string]any)
		if !ok {
			t.Errorf("%s.%s is in Go only", path, name)
			continue
		}
		list, _ := required.([]any)
		inner, optional := f.Type, f.Type.Kind() == reflect.Pointer
		if optional {
			inner = inner.Elem()
		}
		if must := slices.Contains(list, any(name)); optional == must || (options == "omitzero") != optional {
			t.Errorf("%s.%s is %s with %q in Go; required in JSON: %v", path, name, f.Type, options, must)
		}
		fields += 1 + compareType(t, path+"."+name, inner, property)
	}
	if typ.NumField() != len(properties) {
		t.Errorf("%s has %d fields in Go and %d in JSON", path, typ.NumField(), len(properties))
	}
	return fields
}
