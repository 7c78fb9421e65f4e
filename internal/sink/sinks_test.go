package sink

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"revscore/internal/event"
	"revscore/internal/eventgate"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// combinations are all lists of sinks that a stream may have.
func combinations() (all [][]string) {
	for _, form := range [][]string{nil, {Kafka}, {KafkaAvro}} {
		for _, more := range [][]string{nil, {Files}, {EventGate}, {Files, EventGate}} {
			if list := slices.Concat(form, more); len(list) > 0 {
				all = append(all, list)
			}
		}
	}
	return all
}

// Each combination gets two events of its stream and one of a topic that has none.
// Whichever sink answers last, done comes with it and not before.
func TestEveryCombination(t *testing.T) {
	for _, sinks := range combinations() {
		for last := range 3 {
			t.Run(fmt.Sprint(strings.Join(sinks, "+"), " last ", last), func(t *testing.T) {
				r := newRig(t, sinks)
				fakes := []*fake{&r.kafka, &r.files.fake, &r.gate.fake}
				for _, f := range fakes {
					f.held = true
				}
				a, b, retry := letter(t, "s0", 1), letter(t, "s0", 2), event.Message{Topic: "retry", Value: []byte("x")}
				var o outcome
				o.t = t
				r.PublishAll(t.Context(), []event.Message{a, retry, b}, o.done)

				has := func(sink string) bool { return slices.Contains(sinks, sink) }
				toKafka := []event.Message{retry}
				switch {
				case has(Kafka):
					toKafka = []event.Message{a, retry, b}
				case has(KafkaAvro):
					a, b := a, b
					a.Value, b.Value = append([]byte("avro "), a.Value...), append([]byte("avro "), b.Value...)
					toKafka = []event.Message{a, retry, b}
				}
				wants := [][]event.Message{toKafka, nil, nil}
				for i, sink := range []string{Kafka, Files, EventGate} {
					if i > 0 && has(sink) {
						wants[i] = []event.Message{a, b}
					}
					if err := sameValues(fakes[i].got, wants[i]...); err != nil {
						t.Errorf("%s: %v", sink, err)
					}
				}
				if r.kafka.calls != 1 {
					t.Errorf("Kafka was handed the messages in %d calls, want 1", r.kafka.calls)
				}

				order := append(slices.Delete([]int{0, 1, 2}, last, last+1), last)
				open := 0 // fakes with something to answer
				for _, want := range wants {
					if len(want) > 0 {
						open++
					}
				}
				for _, i := range order {
					if told, _ := o.is(); told != (open == 0) {
						t.Errorf("with %d sinks to answer, done was called: %v", open, told)
					}
					if len(wants[i]) > 0 {
						open--
					}
					fakes[i].release()
				}
				if told, err := o.is(); !told || err != nil {
					t.Errorf("in the end done was called: %v, with %v", told, err)
				}
			})
		}
	}
}

// What goes to Kafka as it is must not cost more than before there were sinks.
func TestKafkaAloneIsHandedThrough(t *testing.T) {
	r := newRig(t, []string{Kafka})
	messages := []event.Message{letter(t, "s0", 1), letter(t, "retry", 2)}
	done := func(error) {}
	r.kafka.got = make([]event.Message, 0, 1000)
	if n := testing.AllocsPerRun(50, func() { r.onlyKafka(messages) }); n != 0 {
		t.Errorf("a look at the ways allocates %v times", n)
	}
	r.PublishAll(t.Context(), messages, done)
	if err := sameValues(r.kafka.got, messages...); err != nil {
		t.Error(err)
	}
}

// An EventGate that does not answer delays what waits for it, and nothing else.
func TestSlowSinkHoldsUpItsEventsAlone(t *testing.T) {
	r := newRig(t, []string{Kafka, EventGate}, []string{Kafka, Files})
	r.gate.held = true
	slow, quick := outcome{t: t}, outcome{t: t}
	r.Publish(t.Context(), letter(t, "s0", 1), slow.done)
	r.Publish(t.Context(), letter(t, "s1", 2), quick.done)
	if told, err := quick.is(); !told || err != nil {
		t.Errorf("the event of another stream: told %v, %v", told, err)
	}
	if told, _ := slow.is(); told {
		t.Error("told before the gate had answered")
	}
	r.gate.release()
	if told, err := slow.is(); !told || err != nil {
		t.Errorf("after the gate's answer: told %v, %v", told, err)
	}
}

// A gate whose queue is full holds up the caller, when the other sinks have the
// event already.
func TestFullSinkHoldsUpTheCaller(t *testing.T) {
	r := newRig(t, []string{Kafka, Files, EventGate})
	reached, room := make(chan struct{}), make(chan struct{})
	r.gate.answer = func(event.Message) error {
		close(reached)
		<-room
		return nil
	}
	returned, o := make(chan struct{}), outcome{t: t}
	go func() {
		defer close(returned)
		r.Publish(t.Context(), letter(t, "s0", 1), o.done)
	}()
	<-reached
	select {
	case <-returned:
		t.Error("the call returned although the gate had not taken the event")
	default:
	}
	if len(r.kafka.got) != 1 || len(r.files.got) != 1 {
		t.Errorf("Kafka has %d, files have %d events, want 1 each", len(r.kafka.got), len(r.files.got))
	}
	close(room)
	<-returned
	if told, err := o.is(); !told || err != nil {
		t.Errorf("told %v, %v", told, err)
	}
}

func TestRefusalsAndFailures(t *testing.T) {
	rejected := &eventgate.RejectedError{Topic: "s0", ID: "1", Reason: eventgate.Invalid, Detail: "no"}
	gone := errors.New("gone")
	always := func(err error) func(event.Message) error { return func(event.Message) error { return err } }
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tc := range []struct {
		name    string
		ctx     context.Context
		prepare func(*rig)
		message func(testing.TB) event.Message
		refused []string // sinks; nil: it is no RefusedError
		failure error
	}{
		{name: "gate refuses", prepare: func(r *rig) { r.gate.answer = always(fmt.Errorf("post: %w", rejected)) }, refused: []string{EventGate}},
		{name: "gate gives up", prepare: func(r *rig) { r.gate.answer = always(eventgate.ErrDeadline) }, failure: eventgate.ErrDeadline},
		{name: "files refuse", prepare: func(r *rig) { r.files.answer = always(gone) }, refused: []string{Files}},
		{name: "files give up with the context", ctx: ended, prepare: func(r *rig) { r.files.answer = always(context.Canceled) }, failure: context.Canceled},
		{name: "files are closed", prepare: func(r *rig) { r.Close(); r.files.answer = always(gone) }, failure: gone},
		{name: "brokers refuse", prepare: func(r *rig) { r.kafka.answer = always(gone) }, failure: gone},
		{name: "Avro has no form", message: func(testing.TB) event.Message { return foreign("s0") }, refused: []string{KafkaAvro}},
		{name: "registry is away", prepare: func(r *rig) { r.serializer.away = gone }, failure: gone},
		{name: "all refuse", prepare: func(r *rig) { r.gate.answer, r.files.answer = always(rejected), always(gone) },
			message: func(testing.TB) event.Message { return foreign("s0") }, refused: []string{KafkaAvro, Files, EventGate}},
		{name: "refused by one, failed by another", prepare: func(r *rig) { r.gate.answer, r.kafka.answer = always(rejected), always(gone) }, failure: gone},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := newRig(t, []string{KafkaAvro, Files, EventGate})
			if tc.prepare != nil {
				tc.prepare(r)
			}
			ctx, m := t.Context(), letter(t, "s0", 1)
			if tc.ctx != nil {
				ctx = tc.ctx
			}
			if tc.message != nil {
				m = tc.message(t)
			}
			o := outcome{t: t}
			r.Publish(ctx, m, o.done)
			err := o.wait(r.Sinks)
			var refused *RefusedError
			if errors.As(err, &refused) != (tc.refused != nil) {
				t.Fatalf("error %v, want a refusal: %v", err, tc.refused != nil)
			}
			if tc.failure != nil && !errors.Is(err, tc.failure) {
				t.Errorf("error %v, want %v", err, tc.failure)
			}
			var by []string
			if refused != nil {
				for _, one := range refused.Refusals {
					by = append(by, one.Sink)
					if one.Stream != "s0" || one.Err == nil || sameValues([]event.Message{one.Message}, m) != nil {
						t.Errorf("refusal %+v, want stream s0, an error and the message as it was published", one)
					}
					if !errors.Is(err, one.Err) || !strings.Contains(err.Error(), "stream s0: refused by "+one.Sink) {
						t.Errorf("error %v does not tell of %v", err, one)
					}
				}
			}
			if !slices.Equal(by, tc.refused) {
				t.Errorf("refused by %v, want %v", by, tc.refused)
			}
			for _, sink := range names {
				want := 0.0
				if slices.Contains(tc.refused, sink) {
					want = 1
				}
				if got := r.refusedBy("s0", sink); got != want {
					t.Errorf("refusals of %s counted: %v, want %v", sink, got, want)
				}
			}
		})
	}
}

// The other messages of a record go out although one has no Avro form; none goes out
// while the registry is away, for then all come again.
func TestRefusedMessageLeavesTheOthers(t *testing.T) {
	r := newRig(t, []string{KafkaAvro, Files}, []string{Kafka})
	o := outcome{t: t}
	good := letter(t, "s1", 2)
	r.PublishAll(t.Context(), []event.Message{foreign("s0"), good}, o.done)
	if len(r.kafka.got) != 2 || r.kafka.got[1].Topic != "errors" {
		t.Fatalf("%d messages, want the good one and a letter", len(r.kafka.got))
	}
	if err := sameValues(r.kafka.got[:1], good); err != nil {
		t.Error(err)
	}
	var refused *RefusedError
	if _, err := o.is(); !errors.As(err, &refused) || len(refused.Refusals) != 1 {
		t.Errorf("error %v, want one refusal", err)
	}

	r = newRig(t, []string{KafkaAvro, Files}, []string{Kafka})
	r.serializer.away = errors.New("away")
	o = outcome{t: t}
	r.PublishAll(t.Context(), []event.Message{good, letter(t, "s0", 1)}, o.done)
	if n := len(r.kafka.got) + len(r.files.got); n > 0 {
		t.Errorf("%d messages went out", n)
	}
	if _, err := o.is(); !errors.Is(err, r.serializer.away) || !strings.Contains(err.Error(), "stream s0, sink kafka_avro") {
		t.Errorf("error %v", err)
	}
}

// Many pages at once, each in its order, in every sink.
func TestOrderOfEachKey(t *testing.T) {
	const pages, events = 8, 50
	r := newRig(t, []string{KafkaAvro, Files, EventGate})
	var workers, answers sync.WaitGroup
	for page := range pages {
		workers.Go(func() {
			for n := range events {
				m := letter(t, "s0", n)
				m.Key = []byte{byte('a' + page), byte(n)}
				answers.Add(1)
				r.Publish(t.Context(), m, func(err error) {
					if err != nil {
						t.Error(err)
					}
					answers.Done()
				})
			}
		})
	}
	workers.Wait()
	answers.Wait()
	for i, f := range []*fake{&r.kafka, &r.files.fake, &r.gate.fake} {
		next := map[byte]byte{}
		for _, m := range f.got {
			if m.Key[1] != next[m.Key[0]] {
				t.Fatalf("sink %d, page %c: event %d, want %d", i, m.Key[0], m.Key[1], next[m.Key[0]])
			}
			next[m.Key[0]]++
		}
		if len(f.got) != pages*events {
			t.Errorf("sink %d has %d events, want %d", i, len(f.got), pages*events)
		}
	}
}

func TestStart(t *testing.T) {
	topics := map[string][]string{
		"s0": {event.ScoreSchema, event.ErrorSchema}, "s1": {"/other/1.0.0"}, "s2": {"/other/1.0.0"}, "other": {"/other/1.0.0"},
	}
	r := newRig(t, []string{KafkaAvro}, []string{Kafka, EventGate}, []string{Files}, []string{KafkaAvro, Files})
	want := []string{
		`stream s2, sink files: no Avro schema for events of "/other/1.0.0"`,
		"stream s3: no schema is known of its events, so kafka_avro has none to look up",
	}
	if got := faults(r.Start(t.Context(), topics)); !slices.Equal(got, want) {
		t.Errorf("faults %q, want %q", got, want)
	}
	if len(r.serializer.started) != 1 || !slices.Equal(r.serializer.started["s0"], topics["s0"]) {
		t.Errorf("the serializer is started with %v, want those of s0", r.serializer.started)
	}
	r.serializer.away = errors.New("away")
	if err := r.Start(t.Context(), map[string][]string{"s0": {event.ScoreSchema}, "s3": {event.ScoreSchema}}); !errors.Is(err, r.serializer.away) {
		t.Errorf("error %v, want %v", err, r.serializer.away)
	}
}

func TestNewRefuses(t *testing.T) {
	for _, tc := range []struct {
		name    string
		config  map[string][]string
		streams []Stream
		want    string
	}{
		{"a stream that is not published", map[string][]string{"scores": {Kafka}}, []Stream{{"a", "eqiad.a"}, {"b", "eqiad.b"}}, "sinks.streams has scores, must be one of a, b"},
		{"one topic with two ways", map[string][]string{"b": {EventGate}}, []Stream{{"a", "t"}, {"b", "t"}}, "streams a and b share topic t, must go to the same sinks"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := newWays(equipped(t, tc.config, Kafka, Files), tc.streams)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want %q", err, tc.want)
			}
		})
	}
	if ways, err := newWays(equipped(t, nil, Kafka), []Stream{{"a", "t"}, {"b", "t"}}); err != nil || len(ways) != 1 {
		t.Errorf("two streams of one topic and one way: %v, %v", ways, err)
	}
}

func TestFlushCloseAndHealth(t *testing.T) {
	r := newRig(t, []string{Kafka})
	if err := r.Flush(t.Context()); err != nil || !r.kafka.flushed || !r.files.flushed || !r.gate.flushed {
		t.Errorf("flush: %v, kafka %v, files %v, gate %v", err, r.kafka.flushed, r.files.flushed, r.gate.flushed)
	}
	full := errors.New("disk full")
	r.files.err, r.gate.err = full, errors.New("the gate is away")
	if err := r.Err(); !errors.Is(err, full) || !errors.Is(err, r.gate.err) {
		t.Errorf("health %v, want %v and %v", err, full, r.gate.err)
	}
	if err := r.Close(); err != nil || !r.files.closed || !r.gate.closed || r.kafka.closed {
		t.Errorf("close: %v, files %v, gate %v, kafka %v (which is not ours)", err, r.files.closed, r.gate.closed, r.kafka.closed)
	}
}
