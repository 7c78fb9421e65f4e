package gatesim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// schemas loads JSON Schemas from a folder by their URI, each once.
type schemas struct {
	folder fs.FS

	mu       sync.Mutex
	compiled map[string]*jsonschema.Schema
}

func newSchemas(folder fs.FS) *schemas {
	return &schemas{folder: folder, compiled: map[string]*jsonschema.Schema{}}
}

// judge validates one event and returns its status and the context to report.
func (s *schemas) judge(event json.RawMessage) (status string, context any) {
	var head struct {
		Schema *string `json:"$schema"`
	}
	if err := json.Unmarshal(event, &head); err != nil || head.Schema == nil {
		return statusError, errorContext{"Event schema URI cannot be extracted. Event must have a field named one of '$schema'"}
	}
	schema, err := s.load(*head.Schema)
	if err != nil {
		return statusError, errorContext{"Failed loading schema at " + *head.Schema}
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(event))
	if err != nil {
		return statusError, errorContext{err.Error()}
	}
	var found *jsonschema.ValidationError
	if errors.As(schema.Validate(doc), &found) {
		return statusInvalid, firstError(found)
	}
	return statusSuccess, nil
}

// load compiles the schema of a URI. One that cannot be loaded is looked for
// again the next time, as EventGate does.
func (s *schemas) load(uri string) (*jsonschema.Schema, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if schema := s.compiled[uri]; schema != nil {
		return schema, nil
	}
	// fs.FS refuses names that lead out of the folder.
	source, err := fs.ReadFile(s.folder, strings.TrimPrefix(uri, "/")+".yaml")
	if err != nil {
		return nil, fmt.Errorf("schema %s: %w", uri, err)
	}
	asJSON, err := yaml.YAMLToJSON(source)
	if err != nil {
		return nil, fmt.Errorf("schema %s: %w", uri, err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		return nil, fmt.Errorf("schema %s: %w", uri, err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft7)
	c.AssertFormat()
	for name, pattern := range formats {
		c.RegisterFormat(ajvFormat(name, pattern))
	}
	at := "gate://" + path.Clean("/"+uri)
	if err := c.AddResource(at, doc); err != nil {
		return nil, fmt.Errorf("schema %s: %w", uri, err)
	}
	schema, err := c.Compile(at)
	if err != nil {
		return nil, fmt.Errorf("schema %s: %w", uri, err)
	}
	s.compiled[uri] = schema
	return schema, nil
}

// formats are AJV's fast ones, which EventGate uses (ajv lib/compile/formats.js):
// they take some timestamps that RFC 3339 does not, and no URI with a space.
var formats = map[string]*regexp.Regexp{
	"date-time":     regexp.MustCompile(`(?i)^\d\d\d\d-[0-1]\d-[0-3]\dt(?:[0-2]\d:[0-6]\d:[0-6]\d|23:59:60)(?:\.\d+)?(?:z|[+-]\d\d(?::?\d\d)?)$`),
	"uri-reference": regexp.MustCompile(`(?i)^(?:(?:[a-z][a-z0-9+\-.]*:)?//?)?(?:[^\\\s#][^\s#]*)?(?:#[^\\\s]*)?$`),
}

func ajvFormat(name string, pattern *regexp.Regexp) *jsonschema.Format {
	return &jsonschema.Format{Name: name, Validate: func(v any) error {
		if s, ok := v.(string); ok && !pattern.MatchString(s) {
			return errors.New("it does not match")
		}
		return nil
	}}
}
