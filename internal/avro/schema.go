package avro

import (
	"fmt"
	"slices"
	"sync"

	hamba "github.com/hamba/avro/v2"

	"revscore/schemas"
)

// Schema is one kind of event and its Avro schema.
type Schema struct {
	URI  string // of the JSON Schema: $schema in the JSON event, _schema in the record
	Name string // full name of the Avro record
	Text string // the Avro schema, documentation included

	avro hamba.Schema
	// alloc makes an empty record of the generated type.
	alloc func() record
}

// record is what every generated type has.
type record interface {
	about() *Meta
}

func (e *RevisionScore) about() *Meta                  { return &e.Meta }
func (e *ErrorEvent) about() *Meta                     { return &e.Meta }
func (e *PredictionClassificationChange) about() *Meta { return &e.Meta }

// parsed are the schemas, parsed once. Parsing cannot fail for what is embedded,
// and whoever changes a schema runs the tests.
var parsed = sync.OnceValue(func() []*Schema {
	return []*Schema{
		parse("/mediawiki/revision/score/3.0.0", schemas.RevisionScoreAvro, func() record { return new(RevisionScore) }),
		parse("/error/2.1.0", schemas.ErrorAvro, func() record { return new(ErrorEvent) }),
		parse("/mediawiki/page/prediction_classification_change/1.1.0", schemas.PredictionClassificationChangeAvro,
			func() record { return new(PredictionClassificationChange) }),
	}
})

func parse(uri, text string, alloc func() record) *Schema {
	// A cache of its own: the schemas define Meta each for itself, and the library's
	// global one would lend the first to all.
	s, err := hamba.ParseWithCache(text, "", &hamba.SchemaCache{})
	if err != nil {
		panic(fmt.Sprintf("avro: the embedded schema of %s: %v", uri, err))
	}
	return &Schema{URI: uri, Name: s.(hamba.NamedSchema).FullName(), Text: text, avro: s, alloc: alloc}
}

// Schemas lists every kind of event that is written.
func Schemas() []*Schema { return slices.Clone(parsed()) }

// SchemaOf returns the kind of event that a $schema names.
func SchemaOf(uri string) (*Schema, error) {
	for _, s := range parsed() {
		if s.URI == uri {
			return s, nil
		}
	}
	return nil, fmt.Errorf("no Avro schema for events of %.100q", uri)
}

// named returns the kind of event whose record has a full name.
func named(name string) (*Schema, error) {
	for _, s := range parsed() {
		if s.Name == name {
			return s, nil
		}
	}
	return nil, fmt.Errorf("record %.100q is of no event that is known here", name)
}
