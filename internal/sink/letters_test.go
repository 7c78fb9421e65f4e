package sink

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"revscore/internal/avro"
	"revscore/internal/event"
	"revscore/internal/eventgate"
	"revscore/internal/produce"
)

// lettersIn are the letters among what Kafka got, decoded.
func (r *rig) lettersIn(t testing.TB) (out []*event.DeadLetter) {
	t.Helper()
	for _, m := range r.kafka.got {
		if m.Topic != "errors" {
			continue
		}
		d, err := event.DecodeDeadLetter(bytes.TrimPrefix(m.Value, []byte("avro ")))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, d)
	}
	return out
}

// Whoever refuses an event for good, its letter holds the event and says who and why,
// and is there before the record counts as done. What is known to be refused before
// anything is sent has its letter in the same hand-over: a transaction takes only one.
func TestLetterForEveryRefusal(t *testing.T) {
	rejected := &eventgate.RejectedError{Topic: "s0", ID: "1", Reason: eventgate.UnknownSchema, Detail: "Failed loading schema"}
	for _, c := range []struct {
		sink    string
		sinks   []string
		prepare func(r *rig, bad event.Message)
		message func(t testing.TB) event.Message
		calls   int // of Kafka
	}{
		{sink: EventGate, sinks: []string{Kafka, EventGate}, calls: 2,
			prepare: func(r *rig, _ event.Message) { r.gate.answer = func(event.Message) error { return rejected } }},
		{sink: Files, sinks: []string{Kafka, Files}, calls: 2,
			prepare: func(r *rig, _ event.Message) {
				r.files.answer = func(event.Message) error { return errors.New("no meta.dt") }
			}},
		{sink: KafkaAvro, sinks: []string{KafkaAvro}, calls: 1,
			message: func(testing.TB) event.Message { return foreign("s0") }},
		{sink: Kafka, sinks: []string{Kafka}, calls: 1,
			prepare: func(r *rig, bad event.Message) { r.kafka.most = len(bad.Value) - 1 },
			message: func(t testing.TB) event.Message {
				return event.Message{Topic: "s0", Value: bytes.Repeat([]byte("x"), 5000)}
			}},
		{sink: Kafka, sinks: []string{Kafka}, calls: 2, prepare: brokerRefuses},
		{sink: KafkaAvro, sinks: []string{KafkaAvro}, calls: 2, prepare: brokerRefuses},
	} {
		t.Run(fmt.Sprint(c.sink, " in ", c.calls), func(t *testing.T) {
			r := newRig(t, c.sinks, []string{Kafka})
			bad, good := letter(t, "s0", 1), letter(t, "s1", 2)
			if c.message != nil {
				bad = c.message(t)
			}
			bad.Key = []byte("page")
			if c.prepare != nil {
				c.prepare(r, bad)
			}
			r.kafka.held = true
			o := outcome{t: t}
			r.PublishAll(t.Context(), []event.Message{bad, good}, o.done)
			for call := range c.calls {
				r.kafka.until(call + 1)
				if told, _ := o.is(); told {
					t.Errorf("done was called after %d of %d answers", call, c.calls)
				}
				r.kafka.release()
			}
			var refused *RefusedError
			if err := o.wait(r.Sinks); !errors.As(err, &refused) || len(refused.Refusals) != 1 {
				t.Fatalf("error %v, want one refusal", err)
			}
			letters := r.lettersIn(t)
			if len(letters) != 1 || r.kafka.calls != c.calls {
				t.Fatalf("%d letters in %d calls, want 1 in %d", len(letters), r.kafka.calls, c.calls)
			}
			l, last := letters[0], r.kafka.got[len(r.kafka.got)-1]
			if l.Refused == nil || l.Refused.Sink != c.sink || l.Refused.Stream != "s0" || l.Reason != event.ReasonRefused || !bytes.HasPrefix(bad.Value, l.Raw) || l.Size != len(bad.Value) {
				t.Errorf("letter %+v about %+v", l, l.Refused)
			}
			if string(last.Key) != "page" {
				t.Errorf("the letter has key %q, want the event's", last.Key)
			}
			if !slices.ContainsFunc(r.kafka.got, func(m event.Message) bool { return sameValues([]event.Message{m}, good) == nil }) {
				t.Error("the good event has not been sent")
			}
			if got := r.refusedBy("s0", c.sink); got != 1 {
				t.Errorf("%v refusals counted", got)
			}
		})
	}
}

func brokerRefuses(r *rig, _ event.Message) {
	r.kafka.answer = func(m event.Message) error {
		if m.Topic == "s0" {
			return &produce.RefusedError{Message: m, Final: true, Err: errors.New("invalid record")}
		}
		return nil
	}
}

// The letter has the form of its stream: dlq would not find JSON among Avro.
func TestLetterGoesTheWayOfItsStream(t *testing.T) {
	r := newRig(t, []string{KafkaAvro}, []string{KafkaAvro, Files})
	r.letters.Topic, r.letters.Stream = "s1", "s1"
	o := outcome{t: t}
	r.PublishAll(t.Context(), []event.Message{foreign("s0")}, o.done)
	var refused *RefusedError
	if err := o.wait(r.Sinks); !errors.As(err, &refused) || len(refused.Refusals) != 1 {
		t.Errorf("error %v", err)
	}
	if len(r.kafka.got) != 1 || !bytes.HasPrefix(r.kafka.got[0].Value, []byte("avro {")) || len(r.files.got) != 1 {
		t.Errorf("Kafka has %d messages, files %d", len(r.kafka.got), len(r.files.got))
	}
	if _, _, err := avro.NewCodec().Encode(r.files.got[0].Value); err != nil {
		t.Errorf("the letter has no Avro form: %v", err)
	}
}

// A gate that refuses whatever comes refuses letters, too. There are no letters about
// letters; all refusals are told.
func TestNoLettersAboutLetters(t *testing.T) {
	r := newRig(t, []string{EventGate}, []string{Kafka, EventGate})
	r.letters.Topic, r.letters.Stream = "s1", "s1"
	r.gate.answer = func(m event.Message) error {
		return &eventgate.RejectedError{Topic: m.Topic, Reason: eventgate.Invalid}
	}
	o := outcome{t: t}
	r.Publish(t.Context(), letter(t, "s0", 1), o.done)
	var refused *RefusedError
	if err := o.wait(r.Sinks); !errors.As(err, &refused) || len(refused.Refusals) != 2 || refused.Refusals[1].Stream != "s1" {
		t.Errorf("error %v, want the refusals of the event and of its letter", err)
	}
	o = outcome{t: t}
	r.Publish(t.Context(), letter(t, "s1", 1), o.done) // as the pipeline writes them
	if err := o.wait(r.Sinks); !errors.As(err, &refused) || len(refused.Refusals) != 1 {
		t.Errorf("a letter that is refused: %v", err)
	}
	if len(r.gate.got) != 3 || len(r.kafka.got) != 2 {
		t.Errorf("the gate got %d messages, Kafka %d, want 3 and 2", len(r.gate.got), len(r.kafka.got))
	}
}

// A letter that does not arrive is no letter: the record comes again, and then its
// letter has the same meta.id.
func TestLetterThatFails(t *testing.T) {
	gone := errors.New("gone")
	r := newRig(t, []string{EventGate})
	r.gate.answer = func(event.Message) error { return &eventgate.RejectedError{Reason: eventgate.Invalid} }
	r.kafka.answer = func(event.Message) error { return gone }
	var refused *RefusedError
	o := outcome{t: t}
	r.Publish(t.Context(), letter(t, "s0", 1), o.done)
	if err := o.wait(r.Sinks); !errors.Is(err, gone) || errors.As(err, &refused) || r.refusedBy("s0", EventGate) != 0 {
		t.Errorf("error %v, %v counted", err, r.refusedBy("s0", EventGate))
	}
	r.kafka.answer = nil
	o = outcome{t: t}
	r.Publish(t.Context(), letter(t, "s0", 1), o.done)
	if err := o.wait(r.Sinks); !errors.As(err, &refused) {
		t.Errorf("error %v", err)
	}
	letters := r.lettersIn(t)
	if len(letters) != 2 || letters[0].ID != letters[1].ID {
		t.Errorf("letters %+v", letters)
	}
}

// A stop that does not wait for a letter says so, and the letter's record is told.
func TestFlushWaitsForLetters(t *testing.T) {
	r := newRig(t, []string{EventGate})
	r.gate.answer = func(event.Message) error { return &eventgate.RejectedError{Reason: eventgate.Invalid} }
	r.kafka.held = true
	o := outcome{t: t}
	r.Publish(t.Context(), letter(t, "s0", 1), o.done)
	r.kafka.until(1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Flush(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("flush: %v", err)
	}
	r.kafka.release()
	if err := r.Flush(t.Context()); err != nil {
		t.Error(err)
	}
	if told, _ := o.is(); !told {
		t.Error("done was not called")
	}
}

// What has no stream is the service's own, as a record on its way to a retry topic. Too
// large for its topic it would else be lost.
func TestLetterAboutATopicOfOurOwn(t *testing.T) {
	r := newRig(t, []string{Kafka})
	r.kafka.most = 2000
	o := outcome{t: t}
	r.Publish(t.Context(), event.Message{Topic: "retry", Key: []byte("k"), Value: bytes.Repeat([]byte("x"), 2500)}, o.done)
	var refused *RefusedError
	if err := o.wait(r.Sinks); !errors.As(err, &refused) {
		t.Errorf("error %v", err)
	}
	if l := r.lettersIn(t); len(l) != 1 || l[0].Refused.Stream != "retry" || l[0].Size != 2500 {
		t.Errorf("letters %+v", l)
	}
}
