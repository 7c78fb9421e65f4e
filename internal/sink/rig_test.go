package sink

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"revscore/internal/avro"
	"revscore/internal/event"
	"revscore/internal/produce"
)

// fake is every sink: it notes what it is given, and answers at once, or when it is
// released if it is held.
type fake struct {
	sync.Mutex
	got     []event.Message
	calls   int
	held    bool
	waiting []func()
	answer  func(event.Message) error // nil: no error
	flushed bool
	closed  bool
	most    int   // bytes of a value; 0: any
	err     error // what Err says
}

func (f *fake) take(messages []event.Message, done func(error)) {
	f.Lock()
	f.calls++
	f.got = append(f.got, messages...)
	var errs []error
	for _, m := range messages {
		if f.answer != nil {
			errs = append(errs, f.answer(m))
		}
	}
	tell := func() { done(errors.Join(errs...)) }
	if len(errs) == 1 {
		tell = func() { done(errs[0]) }
	}
	if f.held {
		f.waiting = append(f.waiting, tell)
		tell = func() {}
	}
	f.Unlock()
	tell()
}

// until waits for so many calls.
func (f *fake) until(calls int) {
	f.Lock()
	defer f.Unlock()
	for f.calls < calls {
		f.Unlock()
		runtime.Gosched()
		f.Lock()
	}
}

func (f *fake) release() {
	f.Lock()
	waiting := f.waiting
	f.waiting = nil
	f.Unlock()
	for _, tell := range waiting {
		tell()
	}
}

func (f *fake) Check(m event.Message) error {
	if f.most > 0 && len(m.Value) > f.most {
		return &produce.RefusedError{Message: m, Size: len(m.Value), Limit: f.most, Final: true, Err: errors.New("too large")}
	}
	return nil
}

func (f *fake) Err() error { return f.err }

func (f *fake) PublishAll(_ context.Context, messages []event.Message, done func(error)) {
	f.take(messages, done)
}

func (f *fake) Publish(_ context.Context, m event.Message, done func(error)) {
	f.take([]event.Message{m}, done)
}

func (f *fake) Flush(context.Context) error { f.flushed = true; return nil }

type fakeGate struct{ fake }

func (f *fakeGate) Close() { f.closed = true }

type fakeFiles struct{ fake }

func (f *fakeFiles) Close() error { f.closed = true; return nil }

// fakeSerializer marks what it encodes. Like the true one it refuses what the codec
// refuses, and fails while the registry is away.
type fakeSerializer struct {
	codec   *avro.Codec
	away    error
	started map[string][]string
}

func (f *fakeSerializer) Start(_ context.Context, topics map[string][]string) error {
	f.started = topics
	return f.away
}

func (f *fakeSerializer) Message(_ context.Context, m event.Message) (event.Message, error) {
	if _, _, err := f.codec.Encode(m.Value); err != nil {
		return m, err
	}
	if f.away != nil {
		return m, f.away
	}
	m.Value = append([]byte("avro "), m.Value...)
	return m, nil
}

// rig is sinks over fakes.
type rig struct {
	*Sinks
	kafka      fake
	files      fakeFiles
	gate       fakeGate
	serializer fakeSerializer
}

// newRig has a stream for each list of sinks; stream and topic are called s0, s1, ….
func newRig(t testing.TB, lists ...[]string) *rig {
	t.Helper()
	streams := map[string][]string{}
	var parts []Stream
	for i, sinks := range lists {
		name := fmt.Sprintf("s%d", i)
		streams[name] = sinks
		parts = append(parts, Stream{name, name})
	}
	cfg := equipped(t, streams, Kafka)
	ways, err := newWays(cfg, parts)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{}
	codec := avro.NewCodec()
	r.serializer.codec = codec
	r.Sinks = &Sinks{
		ways: ways, metrics: newMetrics(prometheus.NewRegistry()), codec: codec,
		letters: Letters{Stream: "errors", Topic: "errors", Emitter: "test", MaxRaw: 2000},
		kafka:   &r.kafka, serializer: &r.serializer, files: &r.files, gate: &r.gate,
	}
	return r
}

// refusedBy reads the counter.
func (r *rig) refusedBy(stream, sink string) float64 {
	return testutil.ToFloat64(r.metrics.refused.WithLabelValues(stream, sink))
}

// outcome collects what done is told, and finds a second call.
type outcome struct {
	t testing.TB
	sync.Mutex
	told bool
	err  error
}

func (o *outcome) done(err error) {
	o.Lock()
	defer o.Unlock()
	if o.told {
		o.t.Error("done was called twice")
	}
	o.told, o.err = true, err
}

// wait waits for letters, too.
func (o *outcome) wait(s *Sinks) error {
	o.t.Helper()
	if err := s.writing.wait(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
	told, err := o.is()
	if !told {
		o.t.Fatal("done was not called")
	}
	return err
}

func (o *outcome) is() (bool, error) {
	o.Lock()
	defer o.Unlock()
	return o.told, o.err
}

// letter is a valid event on a topic; n tells it from others.
func letter(t testing.TB, topic string, n int) event.Message {
	t.Helper()
	src := event.Source{Topic: "in", Offset: int64(n)}
	value, err := event.EncodeDeadLetter(topic, "test", src, []byte("{"), errors.New("broken"), 100, noon)
	if err != nil {
		t.Fatal(err)
	}
	return event.Message{Topic: topic, Key: fmt.Append(nil, n), Value: value}
}

// foreign is JSON that has no Avro form.
func foreign(topic string) event.Message {
	return event.Message{Topic: topic, Value: []byte(`{"$schema":"/other/1.0.0"}`)}
}

func sameValues(got []event.Message, want ...event.Message) error {
	if len(got) != len(want) {
		return fmt.Errorf("%d messages, want %d", len(got), len(want))
	}
	for i := range got {
		if got[i].Topic != want[i].Topic || !bytes.Equal(got[i].Key, want[i].Key) || !bytes.Equal(got[i].Value, want[i].Value) {
			return fmt.Errorf("message %d is %s %s %.80s, want %s %s %.80s", i,
				got[i].Topic, got[i].Key, got[i].Value, want[i].Topic, want[i].Key, want[i].Value)
		}
	}
	return nil
}
