package avro

import (
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/sr"
	"github.com/twmb/franz-go/pkg/sr/srfake"

	"revscore/internal/event"
)

func scoreSchema(t testing.TB) *Schema {
	t.Helper()
	s, err := SchemaOf(event.ScoreSchema)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func registry(t testing.TB, url string, change func(*RegistryConfig)) *Registry {
	t.Helper()
	cfg := DefaultConfig()
	cfg.Registry.URLs = []string{url}
	cfg.Registry.RetryFor = 0
	if change != nil {
		change(&cfg.Registry)
	}
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	r, err := NewRegistry(cfg.Registry, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func fake(t testing.TB, opts ...srfake.Option) *srfake.Registry {
	t.Helper()
	f := srfake.New(opts...)
	t.Cleanup(f.Close)
	return f
}

// answer is a registry that says one thing; path "" is any.
func answer(t testing.TB, answers map[string]string) string {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, ok := answers[r.Method+" "+r.URL.Path]
		if !ok {
			text = answers[""]
		}
		var code int
		var body string
		if _, err := fmt.Sscanf(text, "%d", &code); err != nil {
			t.Errorf("unexpected request %s %s", r.Method, r.URL.Path)
		}
		_, body, _ = strings.Cut(text, " ")
		w.Header().Set("Content-Type", "application/vnd.schemaregistry.v1+json")
		w.WriteHeader(code)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

func allow(c *RegistryConfig) { c.Register = true }

func TestRegisterOnlyWhenAllowed(t *testing.T) {
	f := fake(t)
	s := scoreSchema(t)
	strict := registry(t, f.URL(), nil)
	if _, err := strict.Ensure(t.Context(), "t", s); !errors.Is(err, ErrNotRegistered) || !strings.Contains(err.Error(), "avro.registry.register") || !strings.Contains(err.Error(), "subject t-value") {
		t.Errorf("not allowed: %v", err)
	}
	id, err := registry(t, f.URL(), allow).Ensure(t.Context(), "t", s)
	if err != nil || id == 0 {
		t.Fatalf("%d, %v", id, err)
	}
	for range 2 {
		if again, err := strict.Ensure(t.Context(), "t", s); err != nil || again != id {
			t.Errorf("then %d, %v; want %d", again, err, id)
		}
	}
	if text, err := strict.ByID(t.Context(), id); err != nil || !strings.Contains(text, "RevisionScore") {
		t.Errorf("%s, %v", text, err)
	}
	if _, err := strict.ByID(t.Context(), id+1000); !errors.Is(err, ErrUnknownID) {
		t.Errorf("unknown id: %v", err)
	}
}

func TestSubjects(t *testing.T) {
	for strategy, want := range map[string]string{"topic": "t-value", "record": "revscore.event.RevisionScore", "topic_record": "t-revscore.event.RevisionScore"} {
		f := fake(t)
		r := registry(t, f.URL(), func(c *RegistryConfig) { c.Subjects, c.Register = strategy, true })
		if _, err := r.Ensure(t.Context(), "t", scoreSchema(t)); err != nil {
			t.Fatal(err)
		}
		if !f.SubjectExists(want) {
			t.Errorf("%s: no subject %s", strategy, want)
		}
	}
}

// The answers are Confluent's, word for word.
func TestRegistryRefuses(t *testing.T) {
	const (
		lookup  = "POST /subjects/t-value"
		latest  = "GET /subjects/t-value/versions/latest"
		check   = "POST /compatibility/subjects/t-value/versions/latest"
		create  = "POST /subjects/t-value/versions"
		missing = `404 {"error_code":40403,"message":"Schema not found"}`
	)
	avro := `200 {"subject":"t-value","version":1,"id":1,"schema":"\"string\""}`
	for name, test := range map[string]struct {
		answers map[string]string
		want    []string
		is      error
	}{
		"another type": {map[string]string{lookup: missing, latest: `200 {"subject":"t-value","version":1,"id":1,"schemaType":"JSON","schema":"{}"}`},
			[]string{"subject t-value", "type JSON, not Avro"}, nil},
		"incompatible": {map[string]string{lookup: missing, latest: avro, check: `200 {"is_compatible":false,"messages":["READER_FIELD_MISSING_DEFAULT_VALUE at /fields/1"]}`},
			[]string{"subject t-value", "READER_FIELD_MISSING_DEFAULT_VALUE"}, ErrIncompatible},
		"incompatible when registered": {map[string]string{lookup: missing, latest: avro, check: `200 {"is_compatible":true}`,
			create: `409 {"error_code":409,"message":"Schema being registered is incompatible with an earlier schema for subject \"t-value\""}`},
			[]string{"incompatible with an earlier schema"}, ErrIncompatible},
		"unauthorised": {map[string]string{"": `401 {"error_code":401,"message":"Unauthorized"}`}, []string{"401", "avro.registry.username"}, nil},
		"forbidden":    {map[string]string{lookup: missing, latest: avro, check: missing, create: `403 {"error_code":40301,"message":"denied"}`}, []string{"403", "denied"}, nil},
		"broken":       {map[string]string{"": `500 {"error_code":50001,"message":"Error in the backend data store"}`}, []string{"500", "backend"}, nil},
		"not JSON":     {map[string]string{"": `200 <html>`}, []string{"t-value"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := registry(t, answer(t, test.answers), allow).Ensure(t.Context(), "t", scoreSchema(t))
			if err == nil || test.is != nil && !errors.Is(err, test.is) {
				t.Fatalf("%v, want %v", err, test.is)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v does not say %s", err, want)
				}
			}
		})
	}
}

// A registry that is away for a moment is asked again; one that stays away is an
// error that says where to look, within its time.
func TestRegistryAway(t *testing.T) {
	f := fake(t)
	calls := 0
	f.Intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if calls++; calls > 3 {
			return false
		}
		w.WriteHeader([]int{503, 429, 500}[calls-1])
		return true
	})
	patient := func(c *RegistryConfig) { c.Register, c.RetryFor = true, time.Minute }
	if _, err := registry(t, f.URL(), patient).Ensure(t.Context(), "t", scoreSchema(t)); err != nil || calls < 4 {
		t.Errorf("after %d calls: %v", calls, err)
	}
	f.Close()
	_, err := registry(t, f.URL(), func(c *RegistryConfig) { c.RetryFor = 150 * time.Millisecond }).Ensure(t.Context(), "t", scoreSchema(t))
	if err == nil || !strings.Contains(err.Error(), "unreachable for 150ms") || !strings.Contains(err.Error(), "avro.registry.urls") {
		t.Errorf("gone: %v", err)
	}
	hang := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // else the server does not see the client go
		<-r.Context().Done()
	}))
	defer hang.Close()
	start := time.Now()
	_, err = registry(t, hang.URL, func(c *RegistryConfig) { c.Timeout = 50 * time.Millisecond }).Ensure(t.Context(), "t", scoreSchema(t))
	if err == nil || !strings.Contains(err.Error(), "unreachable") || time.Since(start) > 5*time.Second {
		t.Errorf("silent: %v after %v", err, time.Since(start))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := registry(t, hang.URL, patient).Ensure(ctx, "t", scoreSchema(t)); !errors.Is(err, context.Canceled) {
		t.Errorf("ended context: %v", err)
	}
}

func TestRegistryCredentials(t *testing.T) {
	var got string
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Get("Authorization")
		_, _ = w.Write([]byte(`{"id":7,"schema":"\"string\""}`))
	}))
	srv.Config.ErrorLog = log.New(io.Discard, "", 0) // it tells of the refused handshake
	srv.StartTLS()
	defer srv.Close()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*RegistryConfig){
		"Basic dTpw":   func(c *RegistryConfig) { c.Username, c.Password = "u", "p" },
		"Bearer token": func(c *RegistryConfig) { c.Token = "token" },
		"":             func(*RegistryConfig) {},
	} {
		r := registry(t, srv.URL, func(c *RegistryConfig) { c.TLS.CAFile = ca; change(c) })
		if id, err := r.ID(t.Context(), "t", scoreSchema(t)); err != nil || id != 7 || got != want {
			t.Errorf("%d, %v, header %q, want %q", id, err, got, want)
		}
	}
	_, err := registry(t, srv.URL, nil).ID(t.Context(), "t", scoreSchema(t))
	if err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("an unknown authority: %v", err)
	}
	if _, err := NewRegistry(RegistryConfig{URLs: []string{srv.URL}, TLS: TLSConfig{CAFile: os.DevNull}}, prometheus.NewRegistry()); err == nil {
		t.Error("an empty file of authorities is taken")
	}
}

func TestWireFormat(t *testing.T) {
	f := fake(t)
	reg := registry(t, f.URL(), allow)
	s := NewSerializer(NewCodec(), reg)
	if err := s.Start(t.Context(), map[string][]string{"t": {event.ScoreSchema}, "errors": {event.ErrorSchema}}); err != nil {
		t.Fatal(err)
	}
	calls := 0
	f.Intercept(func(http.ResponseWriter, *http.Request) bool { calls++; return false })
	in := scoreEvent(t, "s", "1", noon)
	for range 3 {
		m, err := s.Message(t.Context(), event.Message{Topic: "t", Key: []byte("k"), Value: in})
		if err != nil {
			t.Fatal(err)
		}
		if string(m.Key) != "k" || m.Topic != "t" || m.Value[0] != 0 {
			t.Fatalf("%q", m.Value)
		}
		out, err := s.Event(t.Context(), m.Value)
		if err != nil || !same(t, in, out) {
			t.Fatalf("%s, %v", out, err)
		}
	}
	if calls != 1 {
		t.Errorf("%d requests for three messages there and back, want the schema once", calls)
	}
	// Another topic is looked up, and not registered, though that is allowed on start.
	if _, err := s.Message(t.Context(), event.Message{Topic: "other", Value: in}); !errors.Is(err, ErrNotRegistered) {
		t.Errorf("a topic that start was not told of: %v", err)
	}
	if err := s.Start(t.Context(), map[string][]string{"t": {"/unknown/1.0.0"}}); err == nil || !strings.Contains(err.Error(), "/unknown/1.0.0") {
		t.Errorf("an unknown schema: %v", err)
	}
	for bad, want := range map[string]string{
		"":                     "decode message",
		"{\"$schema\":1}":      "decode message",
		"\x00\x00\x00\xff\xff": "no such schema id",
		"\x00\x00\x00\x00\x01": "decode ",
	} {
		if out, err := s.Event(t.Context(), []byte(bad)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %s, %v", bad, out, err)
		}
	}
}

// Messages of another version of the schema are read: a field that is new to us is
// passed over, one that they lack is absent. Other records are refused by name.
func TestWritersOfOtherVersions(t *testing.T) {
	f := fake(t)
	s := NewSerializer(NewCodec(), registry(t, f.URL(), nil))
	ours := scoreSchema(t).Text
	longer := strings.Replace(ours, `"fields": [`, `"fields": [ { "name": "added", "type": ["null", "string"], "default": null },`, 1)
	_, data, err := NewCodec().Encode(scoreEvent(t, "s", "1", noon))
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]int{}
	for _, text := range []string{longer, `"string"`, strings.Replace(ours, `"RevisionScore"`, `"Other"`, 1)} {
		ids[text], _, err = f.RegisterSchema(fmt.Sprint("subject", len(ids)), sr.Schema{Schema: text})
		if err != nil {
			t.Fatal(err)
		}
	}
	message := func(text string, data []byte) []byte {
		return append([]byte{0, 0, 0, 0, byte(ids[text])}, data...)
	}
	out, err := s.Event(t.Context(), message(longer, append([]byte("\x02\x06new"), data...)))
	if err != nil || !same(t, out, scoreEvent(t, "s", "1", noon)) {
		t.Errorf("%s, %v", out, err)
	}
	if _, err := s.Event(t.Context(), message(`"string"`, data)); err == nil || !strings.Contains(err.Error(), "type string, not a record") {
		t.Errorf("a string: %v", err)
	}
	if _, err := s.Event(t.Context(), message(strings.Replace(ours, `"RevisionScore"`, `"Other"`, 1), data)); err == nil || !strings.Contains(err.Error(), `revscore.event.Other`) {
		t.Errorf("another record: %v", err)
	}
}
