package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/sr"
	"github.com/twmb/franz-go/pkg/sr/srfake"

	"revscore/internal/event"
	"revscore/internal/sink"
)

// registry gives the rig a schema registry, and sends streams through it as Avro.
func (r *rig) registry(streams ...string) *srfake.Registry {
	f := srfake.New()
	r.t.Cleanup(f.Close)
	c := &r.cfg.Sinks
	c.Avro.Registry.URLs, c.Avro.Registry.Register, c.Avro.Registry.RetryFor = []string{f.URL()}, true, 0
	c.Streams = map[string][]string{}
	for _, s := range streams {
		c.Streams[s] = []string{sink.KafkaAvro}
	}
	return f
}

// avroFile is the audit's configuration with the rig's registry.
func (r *rig) avroFile(registry string, streams ...string) string {
	list := make([]string, len(streams))
	for i, s := range streams {
		list[i] = s + ": [kafka_avro]"
	}
	return r.auditFile("routes:", fmt.Sprintf("sinks: {avro: {registry: {urls: [%q], retry_for: 0s}}, streams: {%s}}\nroutes:", registry, strings.Join(list, ", ")))
}

// An audit counts answers that are Avro like others. Bytes that do not decode, ids that
// nobody knows and schemas of another type are counted as unreadable and hide nothing
// else; a registry that is away ends the audit, for all answers would look missing.
func TestAuditOfAvro(t *testing.T) {
	const n = 25
	r := newRig(t)
	registry := r.registry(revidTopic, revertedTopic)
	_, values := r.edits(7, n)
	r.halfAnHourAgo(createTopic, values...)
	s := r.start()
	s.await(2 * n)
	s.stop()
	answers := r.records(revidTopic)
	foreign, _, err := registry.RegisterSchema("elsewhere", sr.Schema{Schema: `{"type":"object"}`, Type: sr.TypeJSON})
	if err != nil {
		t.Fatal(err)
	}
	r.feed(revidTopic,
		answers[0].Value, // a repeat
		answers[1].Value[:len(answers[1].Value)-3],
		[]byte("\x00\x00\x00\xff\xff no such id"),
		append([]byte{0, 0, 0, 0, byte(foreign)}, "{}"...),
		[]byte(`{"$schema":"/mediawiki/revision/score/3.0.0"}`), []byte("\x00"))
	asked := 0
	registry.Intercept(func(http.ResponseWriter, *http.Request) bool { asked++; return false })
	file := r.avroFile(registry.URL(), revidTopic, revertedTopic)
	out, err := auditHour(t, file)
	if want := fmt.Sprintf("%d %d 0 0 0 1 0", 2*n, 2*n); err != nil || table(out)["all"] != want {
		t.Errorf("%v, %q, want %q in\n%s", err, table(out)["all"], want, out)
	}
	if !strings.Contains(out, "5 records of the output topics are no score events that can be read") {
		t.Errorf("what does not decode is not told in\n%s", out)
	}
	if asked > 4 {
		t.Errorf("the registry was asked %d times about 4 ids", asked)
	}
	registry.Close()
	out, err = auditHour(t, file)
	if err == nil || !strings.Contains(err.Error(), "sinks.avro.registry.urls") || strings.Contains(out, "MISSING") {
		t.Errorf("without its registry the audit ends with %v:\n%s", err, out)
	}
}

// What is wrong with a registry is found before anything is consumed, named with its
// subject and setting; when it is mended the service begins where it would have.
func TestRegistryRefusesAtStart(t *testing.T) {
	const n = 5
	subject := revidTopic + "-value"
	for name, c := range map[string]struct {
		spoil func(*rig, *srfake.Registry)
		want  []string
		mend  func(*rig, *srfake.Registry)
	}{
		"unreachable": {
			func(r *rig, _ *srfake.Registry) {
				r.cfg.Sinks.Avro.Registry.URLs = []string{"http://" + closedAddress(r.t)}
			},
			[]string{"the registry is unreachable", "sinks.avro.registry.urls"},
			func(r *rig, f *srfake.Registry) { r.cfg.Sinks.Avro.Registry.URLs = []string{f.URL()} },
		},
		"not registered": {
			func(r *rig, _ *srfake.Registry) { r.cfg.Sinks.Avro.Registry.Register = false },
			[]string{"not registered", subject, "sinks.avro.registry.register"},
			func(r *rig, _ *srfake.Registry) { r.cfg.Sinks.Avro.Registry.Register = true },
		},
		"incompatible": {
			func(r *rig, f *srfake.Registry) {
				f.Intercept(func(w http.ResponseWriter, req *http.Request) bool {
					if !strings.Contains(req.URL.Path, "/compatibility/") {
						return false
					}
					w.Header().Set("Content-Type", "application/vnd.schemaregistry.v1+json")
					fmt.Fprint(w, `{"is_compatible":false,"messages":["READER_FIELD_MISSING_DEFAULT_VALUE at /fields/1"]}`)
					return true
				})
			},
			[]string{"incompatible", subject, "READER_FIELD_MISSING_DEFAULT_VALUE"},
			func(_ *rig, f *srfake.Registry) { f.ClearInterceptors() },
		},
		"a subject of JSON schemas":     {other(subject, sr.TypeJSON, `{"type":"object"}`), []string{subject, "of type JSON, not Avro"}, reset},
		"a subject of protocol buffers": {other(subject, sr.TypeProtobuf, `syntax = "proto3"; message M { int32 a = 1; }`), []string{subject, "of type PROTOBUF, not Avro"}, reset},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			f := r.registry(revidTopic)
			c.spoil(r, f)
			_, values := r.edits(3, n)
			r.feed(createTopic, values...)
			s, started := r.launch()
			err := s.result()
			if err == nil {
				t.Fatal("it started")
			}
			for _, want := range append(c.want, "kafka_avro") {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v does not say %q", err, want)
				}
			}
			if len(started) > 0 || r.end(revertedTopic) > 0 {
				t.Error("events were worked on")
			}
			c.mend(r, f)
			s = r.start()
			s.await(2 * n)
			s.stop()
			if got := len(r.records(revidTopic)); got != n || len(r.scores(revertedTopic)) != n {
				t.Errorf("%d and %d events, want %d", got, len(r.scores(revertedTopic)), n)
			}
		})
	}
}

func other(subject string, kind sr.SchemaType, text string) func(*rig, *srfake.Registry) {
	return func(r *rig, f *srfake.Registry) {
		if _, _, err := f.RegisterSchema(subject, sr.Schema{Schema: text, Type: kind}); err != nil {
			r.t.Fatal(err)
		}
	}
}

func reset(_ *rig, f *srfake.Registry) { f.Reset() }

// A registry that goes away when the service runs is not missed: what is written was
// looked up at the start.
func TestRegistryGoneInMidRun(t *testing.T) {
	const n = 20
	r := newRig(t)
	f := r.registry(revidTopic, errorTopic)
	_, values := r.edits(3, n)
	s := r.start()
	f.Close()
	r.feed(createTopic, append(values, []byte("{"))...)
	s.await(2*n + 1)
	s.stop()
	if got, letters := len(r.records(revidTopic)), r.records(errorTopic); got != n || len(letters) != 1 || letters[0].Value[0] != 0 {
		t.Errorf("%d events and %d dead letters as Avro, want %d and 1", got, len(letters), n)
	}
	if _, err := event.DecodeDeadLetter(r.records(errorTopic)[0].Value); err == nil {
		t.Error("the dead letter is JSON")
	}
}
