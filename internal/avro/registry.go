package avro

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/sr"
)

// What a registry may say that somebody acts on: a schema that is not registered
// is registered or not, by the settings; bytes with an id that nobody knows are a
// broken message, while a registry that is away is waited for.
var (
	// ErrNotRegistered is returned when the subject has no such schema.
	ErrNotRegistered = errors.New("the schema is not registered")
	// ErrUnknownID is returned when the registry has no schema with an id.
	ErrUnknownID = errors.New("no such schema id")
	// ErrForeign is returned when an id stands for what we cannot read: a schema that
	// is not Avro, or one in several parts.
	ErrForeign = errors.New("no Avro schema by itself")
	// ErrIncompatible is returned when the registry holds a schema to be
	// incompatible with those that the subject has.
	ErrIncompatible = errors.New("incompatible with the schemas of the subject")
)

// Registry is a client of a schema registry with Confluent's API. Every request
// has a deadline, and is repeated with growing pauses while the registry is away.
// It is safe for concurrent use and keeps nothing: caches belong to its users.
type Registry struct {
	cfg     RegistryConfig
	client  *sr.Client
	metrics *registryMetrics
}

// NewRegistry makes a client; nothing is sent yet.
func NewRegistry(cfg RegistryConfig, reg prometheus.Registerer) (*Registry, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	var err error
	if transport.TLSClientConfig, err = cfg.TLS.load(); err != nil {
		return nil, fmt.Errorf("schema registry: %w", err)
	}
	opts := []sr.ClientOpt{
		sr.URLs(cfg.URLs...), sr.UserAgent("revscore"),
		sr.HTTPClient(&http.Client{Timeout: cfg.Timeout, Transport: bounded{transport}}),
	}
	switch {
	case cfg.Token != "":
		opts = append(opts, sr.BearerToken(string(cfg.Token)))
	case cfg.Username != "":
		opts = append(opts, sr.BasicAuth(cfg.Username, string(cfg.Password)))
	}
	client, err := sr.NewClient(opts...)
	if err != nil {
		return nil, fmt.Errorf("schema registry: %w", err)
	}
	return &Registry{cfg: cfg, client: client, metrics: newRegistryMetrics(reg)}, nil
}

func (c TLSConfig) load() (*tls.Config, error) {
	out := &tls.Config{ServerName: c.ServerName, MinVersion: tls.VersionTLS12}
	if c.CAFile != "" {
		pem, err := os.ReadFile(c.CAFile)
		if err != nil {
			return nil, err
		}
		out.RootCAs = x509.NewCertPool()
		if !out.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("sinks.avro.registry.tls.ca_file %s holds no certificate in PEM", c.CAFile)
		}
	}
	if c.CertFile != "" {
		pair, err := tls.LoadX509KeyPair(c.CertFile, c.KeyFile)
		if err != nil {
			return nil, err
		}
		out.Certificates = []tls.Certificate{pair}
	}
	return out, nil
}

// Subject is the name under which a schema is registered for a topic.
func (r *Registry) Subject(topic string, s *Schema) string {
	return subjectNames[r.cfg.Subjects](topic, s.Name)
}

// ID asks for the id of a schema under its subject: ErrNotRegistered if it is not
// there, and a plain error if the subject holds schemas of another type.
func (r *Registry) ID(ctx context.Context, topic string, s *Schema) (int, error) {
	subject := r.Subject(topic, s)
	found, err := ask(ctx, r, func(ctx context.Context) (sr.SubjectSchema, error) {
		return r.client.LookupSchema(ctx, subject, sr.Schema{Schema: s.Text})
	})
	switch {
	case err == nil && found.Type != sr.TypeAvro:
		err = otherType(found.Type)
	case status(err) == http.StatusNotFound:
		err = r.missing(ctx, subject)
	}
	if err != nil {
		return 0, fmt.Errorf("look up %s in subject %s: %w", s.Name, subject, err)
	}
	return found.ID, nil
}

func otherType(t sr.SchemaType) error {
	return fmt.Errorf("the subject holds a schema of type %s, not Avro", t)
}

// missing says why a subject has not our schema: another type explains it better.
func (r *Registry) missing(ctx context.Context, subject string) error {
	latest, err := ask(ctx, r, func(ctx context.Context) (sr.SubjectSchema, error) {
		return r.client.SchemaByVersion(ctx, subject, -1)
	})
	switch {
	case err == nil && latest.Type != sr.TypeAvro:
		return otherType(latest.Type)
	case err == nil || status(err) == http.StatusNotFound:
		return ErrNotRegistered
	default:
		return err
	}
}

// Ensure returns the id of a schema, and registers it first if it is missing, the
// settings allow it and the registry calls it compatible with what is there.
func (r *Registry) Ensure(ctx context.Context, topic string, s *Schema) (int, error) {
	id, err := r.ID(ctx, topic, s)
	if !errors.Is(err, ErrNotRegistered) {
		return id, err
	}
	if !r.cfg.Register {
		return 0, fmt.Errorf("%w; register it, or allow it by sinks.avro.registry.register", err)
	}
	subject := r.Subject(topic, s)
	if err := r.compatible(ctx, subject, s); err != nil {
		return 0, fmt.Errorf("register %s in subject %s: %w", s.Name, subject, err)
	}
	id, err = ask(ctx, r, func(ctx context.Context) (int, error) {
		return r.client.RegisterSchema(ctx, subject, sr.Schema{Schema: s.Text}, -1, -1)
	})
	if status(err) == http.StatusConflict {
		err = fmt.Errorf("%w: %w", ErrIncompatible, err)
	}
	if err != nil {
		return 0, fmt.Errorf("register %s in subject %s: %w", s.Name, subject, err)
	}
	r.metrics.registered.Inc()
	return id, nil
}

// compatible asks before it registers: the answer tells what is incompatible, which
// the refusal of a registration tells by some registries only.
func (r *Registry) compatible(ctx context.Context, subject string, s *Schema) error {
	answer, err := ask(ctx, r, func(ctx context.Context) (sr.CheckCompatibilityResult, error) {
		return r.client.CheckCompatibility(sr.WithParams(ctx, sr.Verbose), subject, -1, sr.Schema{Schema: s.Text})
	})
	switch {
	case status(err) == http.StatusNotFound:
		return nil // the subject is new
	case err != nil:
		return err
	case !answer.Is:
		return fmt.Errorf("%w: %s", ErrIncompatible, strings.Join(append(answer.Messages, "see its latest version"), "; "))
	}
	return nil
}

// ByID fetches the text of the schema with an id: ErrUnknownID if there is none.
func (r *Registry) ByID(ctx context.Context, id int) (string, error) {
	found, err := ask(ctx, r, func(ctx context.Context) (sr.Schema, error) { return r.client.SchemaByID(ctx, id) })
	switch {
	case status(err) == http.StatusNotFound:
		err = ErrUnknownID
	case err == nil && found.Type != sr.TypeAvro:
		err = fmt.Errorf("%w: its type is %s", ErrForeign, found.Type)
	case err == nil && len(found.References) > 0:
		err = fmt.Errorf("%w: it refers to others", ErrForeign)
	}
	if err != nil {
		return "", fmt.Errorf("fetch schema %d: %w", id, err)
	}
	return found.Schema, nil
}

// status is the HTTP status of a registry's refusal, 0 of any other error.
func status(err error) int {
	var refusal *sr.ResponseError
	if errors.As(err, &refusal) {
		return refusal.StatusCode
	}
	return 0
}

// ask sends one request, again while the registry is away. A refusal that would be
// the same again is returned at once.
func ask[T any](ctx context.Context, r *Registry, request func(context.Context) (T, error)) (T, error) {
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval, pause.MaxInterval = 100*time.Millisecond, 5*time.Second
	opts := []backoff.RetryOption{backoff.WithBackOff(pause), backoff.WithMaxElapsedTime(r.cfg.RetryFor)}
	if r.cfg.RetryFor == 0 { // to the library this is no limit
		opts = append(opts, backoff.WithMaxTries(1))
	}
	answer, err := backoff.Retry(ctx, func() (T, error) {
		answer, err := request(ctx) // the client has a deadline for each
		r.metrics.requests.WithLabelValues(outcome(err)).Inc()
		if code := status(err); code != 0 && code != http.StatusTooManyRequests && code < 500 {
			err = backoff.Permanent(err)
		}
		return answer, err
	}, opts...)
	return answer, explain(err, r.cfg)
}

func outcome(err error) string {
	switch code := status(err); {
	case err == nil:
		return "ok"
	case code != 0:
		return fmt.Sprint(code)
	default:
		return "unreachable"
	}
}

// explain says what to look at when an error is not about the schema.
func explain(err error, cfg RegistryConfig) error {
	switch code := status(err); {
	case err == nil, code == http.StatusNotFound, code == http.StatusConflict:
		return err
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		return fmt.Errorf("the registry answers %d: %w; check sinks.avro.registry.username, password and token", code, err)
	case code != 0:
		return fmt.Errorf("the registry answers %d: %w", code, err)
	default:
		return fmt.Errorf("the registry is unreachable for %v: %w; check sinks.avro.registry.urls and tls", cfg.RetryFor, err)
	}
}
