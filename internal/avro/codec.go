package avro

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	hamba "github.com/hamba/avro/v2"
)

// Bounds on what is decoded: bytes from outside may claim any length. A string may
// be a dead letter's raw event; a list holds groups or labels.
const (
	maxString = 64 << 20
	maxItems  = 1 << 16
)

// Codec turns JSON events into Avro binary and back. It is safe for concurrent use.
type Codec struct {
	api hamba.API
}

// NewCodec makes a codec for all kinds of events.
func NewCodec() *Codec {
	return &Codec{api: hamba.Config{
		MaxByteSliceSize:  maxString,
		MaxSliceAllocSize: maxItems,
		// Not every reader knows blocks with their size in front.
		DisableBlockSizeHeader: true,
	}.Freeze()}
}

// Encode turns an event as it is published into Avro binary of its schema.
func (c *Codec) Encode(event []byte) (*Schema, []byte, error) {
	s, r, err := read(event)
	if err != nil {
		return nil, nil, err
	}
	data, err := c.marshal(s, r)
	return s, data, err
}

func (c *Codec) marshal(s *Schema, r record) ([]byte, error) {
	data, err := c.api.Marshal(s.avro, r)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", s.Name, err)
	}
	return data, nil
}

// Decode turns Avro binary of s into the JSON event, its fields in the order of
// the schema and map keys sorted.
func (c *Codec) Decode(s *Schema, data []byte) ([]byte, error) {
	return c.decode(s, s.avro, data)
}

// decode reads with the writer's schema, resolved to s by the caller. The library's
// Unmarshal takes data that ends too early for complete, and does not look at what
// stands behind a record, so both are checked here.
func (c *Codec) decode(s *Schema, writer hamba.Schema, data []byte) (event []byte, err error) {
	// A hostile count of items overflows in the library and panics there.
	defer func() {
		if p := recover(); p != nil {
			event, err = nil, fmt.Errorf("decode %s: %v", s.Name, p)
		}
	}()
	r := s.alloc()
	reader := hamba.NewReader(nil, 0, hamba.WithReaderConfig(c.api)).Reset(data)
	reader.ReadVal(writer, r)
	if reader.Error != nil {
		return nil, fmt.Errorf("decode %s: %w", s.Name, reader.Error)
	}
	if reader.Peek(); reader.Error == nil {
		return nil, fmt.Errorf("decode %s: bytes behind the record", s.Name)
	}
	return write(s, r)
}

// read decodes a JSON event strictly.
func read(event []byte) (*Schema, record, error) {
	uri, err := schemaURI(event)
	if err != nil {
		return nil, nil, fmt.Errorf("read event: %w", err)
	}
	s, err := SchemaOf(uri)
	if err != nil {
		return nil, nil, err
	}
	if err := complete(event, s.avro); err != nil {
		return nil, nil, fmt.Errorf("read event of %s: %w", s.URI, err)
	}
	r := s.alloc()
	if err := json.Unmarshal(event, r, json.RejectUnknownMembers(true)); err != nil {
		return nil, nil, fmt.Errorf("read event of %s: %w", s.URI, err)
	}
	return s, r, nil
}

// schemaURI finds $schema. It stands first in what we publish, so that this does not
// read the whole.
func schemaURI(event []byte) (string, error) {
	d := jsontext.NewDecoder(bytes.NewReader(event))
	if start, err := d.ReadToken(); err != nil || start.Kind() != '{' {
		return "", cmp.Or(err, errors.New("it is no JSON object"))
	}
	for d.PeekKind() == '"' {
		name, err := d.ReadToken()
		if err != nil {
			return "", err
		}
		if name.String() == "$schema" {
			uri, err := d.ReadToken()
			if err == nil && uri.Kind() != '"' {
				err = errors.New("$schema is no text")
			}
			if err != nil {
				return "", err
			}
			return uri.String(), nil
		}
		if err := d.SkipValue(); err != nil {
			return "", err
		}
	}
	_, err := d.ReadToken()
	return "", cmp.Or(err, errors.New("it has no $schema"))
}

// write encodes a record as a JSON event.
func write(s *Schema, r record) ([]byte, error) {
	event, err := json.Marshal(r, json.Deterministic(true), jsontext.EscapeForJS(true))
	if err != nil {
		return nil, fmt.Errorf("write event of %s: %w", s.URI, err)
	}
	return event, nil
}

// complete checks what decoding into a struct cannot tell: that every required
// field is there and that no field is null. The walk follows the schema, so its
// depth is bounded by it.
func complete(event []byte, s hamba.Schema) error {
	return walk(jsontext.NewDecoder(bytes.NewReader(event)), s)
}

var errNull = errors.New("is null")

func walk(d *jsontext.Decoder, s hamba.Schema) error {
	if d.PeekKind() == 'n' {
		return errNull
	}
	switch s := s.(type) {
	case *hamba.UnionSchema:
		_, typ := s.Indices()
		return walk(d, s.Types()[typ])
	case *hamba.RefSchema:
		return walk(d, s.Schema())
	case *hamba.RecordSchema:
		return walkRecord(d, s)
	case *hamba.MapSchema:
		return walkMembers(d, func(string) (hamba.Schema, error) { return s.Values(), nil })
	case *hamba.ArraySchema:
		return walkItems(d, s.Items())
	default:
		return d.SkipValue()
	}
}

func walkRecord(d *jsontext.Decoder, s *hamba.RecordSchema) error {
	required := 0
	err := walkMembers(d, func(name string) (hamba.Schema, error) {
		f := field(s, name)
		if f == nil {
			return nil, errors.New("is not in the schema")
		}
		if !f.HasDefault() {
			required++ // a name that comes twice is an error of the decoder
		}
		return f.Type(), nil
	})
	if err != nil {
		return err
	}
	for _, f := range s.Fields() {
		if !f.HasDefault() {
			required--
		}
	}
	if required != 0 {
		return fmt.Errorf("%d required fields of %s are missing", -required, s.Name())
	}
	return nil
}

// field finds a field by its name in JSON.
func field(s *hamba.RecordSchema, name string) *hamba.Field {
	switch name {
	case "$schema":
		name = "_schema"
	case "_schema":
		return nil
	}
	for _, f := range s.Fields() {
		if f.Name() == name {
			return f
		}
	}
	return nil
}

// walkMembers walks an object; schema says what a name stands for. A value that is
// no object is left to the decoder, which has the better message.
func walkMembers(d *jsontext.Decoder, schema func(name string) (hamba.Schema, error)) error {
	if d.PeekKind() != '{' {
		return d.SkipValue()
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for d.PeekKind() == '"' {
		token, err := d.ReadToken()
		if err != nil {
			return err
		}
		name := token.String()
		s, err := schema(name)
		if err == nil {
			err = walk(d, s)
		}
		if err != nil {
			return fmt.Errorf("%.100q %w", name, err)
		}
	}
	_, err := d.ReadToken()
	return err
}

func walkItems(d *jsontext.Decoder, items hamba.Schema) error {
	if d.PeekKind() != '[' {
		return d.SkipValue()
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for k := d.PeekKind(); k != ']' && k != 0; k = d.PeekKind() {
		if err := walk(d, items); err != nil {
			return err
		}
	}
	_, err := d.ReadToken()
	return err
}
