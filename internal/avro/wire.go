package avro

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	hamba "github.com/hamba/avro/v2"
	"github.com/twmb/franz-go/pkg/sr"

	"revscore/internal/event"
)

// maxCached bounds the foreign ids that are remembered: bytes may name any.
const maxCached = 1000

// unknownFor is how long an id that the registry does not know is not asked for again:
// a topic may have a million messages with it, and it may be registered later.
const unknownFor = 10 * time.Second

// ErrUnreadable is returned for bytes that are no event of ours, whoever is asked: no
// wire format, an id that the registry does not know or that stands for something
// else, a record that does not decode. Any other error of reading is the registry's,
// and may pass.
var ErrUnreadable = errors.New("no event of ours")

// Serializer writes and reads messages in Confluent's wire format: a zero byte, the
// id of the writer's schema in four bytes, the Avro binary. It is safe for
// concurrent use.
type Serializer struct {
	codec    *Codec
	registry *Registry
	header   sr.ConfluentHeader

	mu      sync.RWMutex
	ids     map[use]int     // of what is written
	writers map[int]*writer // by the ids that were read
}

// use is a schema on a topic.
type use struct {
	topic  string
	schema *Schema
}

// writer is how bytes with an id are read: by the schema they were written with,
// resolved to ours. err is remembered too: what an id stands for never changes, but
// for one that is not there yet.
type writer struct {
	schema   *Schema
	resolved hamba.Schema
	err      error
	until    time.Time // of an id that is not there; zero: for good
}

// NewSerializer makes a serializer; see Start.
func NewSerializer(codec *Codec, registry *Registry) *Serializer {
	return &Serializer{codec: codec, registry: registry, ids: map[use]int{}, writers: map[int]*writer{}}
}

// Start finds the ids of the schemas, by their URIs, that are going to be written
// to topics. It is the only place where schemas are registered, if that is allowed:
// a service that runs must not change what its consumers read.
func (s *Serializer) Start(ctx context.Context, topics map[string][]string) error {
	var errs []error
	for topic, uris := range topics {
		for _, uri := range uris {
			schema, err := SchemaOf(uri)
			if err == nil {
				_, err = s.id(ctx, use{topic, schema}, s.registry.Ensure)
			}
			if err != nil {
				errs = append(errs, fmt.Errorf("topic %s: %w", topic, err))
			}
		}
	}
	return errors.Join(errs...)
}

func (s *Serializer) id(ctx context.Context, u use, find func(context.Context, string, *Schema) (int, error)) (int, error) {
	s.mu.RLock()
	id, ok := s.ids[u]
	s.mu.RUnlock()
	if ok {
		return id, nil
	}
	id, err := find(ctx, u.topic, u.schema)
	if err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ids[u] = id
	return id, nil
}

// Message returns m with its JSON value as Avro. A pair of topic and schema that
// Start was not told of is looked up once, never registered.
func (s *Serializer) Message(ctx context.Context, m event.Message) (event.Message, error) {
	schema, data, err := s.codec.Encode(m.Value)
	if err != nil {
		return m, fmt.Errorf("message to topic %s: %w", m.Topic, err)
	}
	id, err := s.id(ctx, use{m.Topic, schema}, s.registry.ID)
	if err != nil {
		return m, fmt.Errorf("message to topic %s: %w", m.Topic, err)
	}
	value, err := s.header.AppendEncode(make([]byte, 0, 5+len(data)), id, nil)
	if err != nil {
		return m, fmt.Errorf("message to topic %s: %w", m.Topic, err)
	}
	m.Value = append(value, data...)
	return m, nil
}

// Event returns the JSON event of a message's value, whichever schema wrote it, as
// long as ours can read it; see [ErrUnreadable].
func (s *Serializer) Event(ctx context.Context, value []byte) ([]byte, error) {
	id, data, err := s.header.DecodeID(value)
	if err != nil {
		return nil, fmt.Errorf("decode message: %w: %w", ErrUnreadable, err)
	}
	w, err := s.writer(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("decode message: schema id %d: %w", id, err)
	}
	if w.err != nil {
		return nil, fmt.Errorf("decode message: schema id %d: %w: %w", id, ErrUnreadable, w.err)
	}
	event, err := s.codec.decode(w.schema, w.resolved, data)
	if err != nil {
		return nil, fmt.Errorf("decode message: %w: %w", ErrUnreadable, err)
	}
	return event, nil
}

func (s *Serializer) writer(ctx context.Context, id int) (*writer, error) {
	s.mu.RLock()
	w := s.writers[id]
	s.mu.RUnlock()
	if w != nil && (w.until.IsZero() || time.Now().Before(w.until)) {
		return w, nil
	}
	text, err := s.registry.ByID(ctx, id)
	switch {
	case err == nil:
		w = resolve(text)
	case errors.Is(err, ErrUnknownID):
		w = &writer{err: err, until: time.Now().Add(unknownFor)}
	case errors.Is(err, ErrForeign):
		w = &writer{err: err}
	default:
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.writers[id] != nil || len(s.writers) < maxCached {
		s.writers[id] = w
	}
	return w, nil
}

// resolve finds the kind of event that a schema writes, and how ours reads it.
func resolve(text string) *writer {
	theirs, err := hamba.ParseWithCache(text, "", &hamba.SchemaCache{})
	if err != nil {
		return &writer{err: err}
	}
	record, ok := theirs.(hamba.NamedSchema)
	if !ok {
		return &writer{err: fmt.Errorf("it is a schema of type %s, not a record", theirs.Type())}
	}
	ours, err := named(record.FullName())
	if err != nil {
		return &writer{err: err}
	}
	resolved, err := hamba.NewSchemaCompatibility().Resolve(ours.avro, theirs)
	return &writer{schema: ours, resolved: resolved, err: err}
}
