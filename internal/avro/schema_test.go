package avro

import (
	"strings"
	"testing"

	hamba "github.com/hamba/avro/v2"
)

// records calls f with every record of a schema.
func records(s hamba.Schema, f func(*hamba.RecordSchema)) {
	switch s := s.(type) {
	case *hamba.RecordSchema:
		f(s)
		for _, field := range s.Fields() {
			records(field.Type(), f)
		}
	case *hamba.UnionSchema:
		for _, t := range s.Types() {
			records(t, f)
		}
	case *hamba.MapSchema:
		records(s.Values(), f)
	case *hamba.ArraySchema:
		records(s.Items(), f)
	}
}

// Everything is documented, and what may be absent is null by default: so a field
// can be added or go, and old and new read each other.
func TestSchemasAreDocumentedAndCanEvolve(t *testing.T) {
	for _, s := range Schemas() {
		if !strings.HasPrefix(s.Name, "revscore.event.") {
			t.Errorf("%s has no namespace of ours", s.Name)
		}
		records(s.avro, func(r *hamba.RecordSchema) {
			if r.Doc() == "" {
				t.Errorf("%s has no doc", r.FullName())
			}
			for _, f := range r.Fields() {
				if f.Doc() == "" {
					t.Errorf("%s.%s has no doc", r.Name(), f.Name())
				}
				u, union := f.Type().(*hamba.UnionSchema)
				if union != f.HasDefault() || union && (!u.Nullable() || u.Types()[0].Type() != hamba.Null || f.Default() != nil) {
					t.Errorf("%s.%s is neither required nor a union with null and null as default", r.Name(), f.Name())
				}
			}
		})
		added := strings.Replace(s.Text, `"fields": [`, `"fields": [ { "name": "added", "type": ["null", "string"], "default": null },`, 1)
		next := hamba.MustParse(added)
		compatible := hamba.NewSchemaCompatibility()
		if err := compatible.Compatible(next, s.avro); err != nil {
			t.Errorf("a later %s does not read this one: %v", s.Name, err)
		}
		if err := compatible.Compatible(s.avro, next); err != nil {
			t.Errorf("this %s does not read a later one: %v", s.Name, err)
		}
	}
}
