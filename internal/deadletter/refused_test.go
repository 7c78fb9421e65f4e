package deadletter

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"revscore/internal/event"
)

// refusal adds the letter about an event that a sink refused.
func (m *memory) refusal(t *testing.T, sink, stream, value string, maxRaw int) {
	t.Helper()
	letter, err := event.EncodeRefusal(letters, "e", sink, stream, []byte(value), errors.New("no such schema"), maxRaw, noon)
	if err != nil {
		t.Fatal(err)
	}
	m.add(letters, nil, letter)
}

// shelf is sinks: what each got.
type shelf struct {
	got  []string
	down error
}

func (s *shelf) Takes(to event.Refusal) error {
	if to.Sink == "files" {
		return fmt.Errorf("%w: not here", ErrRefused)
	}
	return nil
}

func (s *shelf) Republish(_ context.Context, to event.Refusal, value []byte) error {
	switch {
	case s.down != nil:
		return s.down
	case strings.Contains(string(value), "refused again"):
		return fmt.Errorf("%w: still no schema", ErrRefused)
	}
	text := to.Sink + " " + to.Stream + " " + string(value)
	for _, other := range s.got {
		if other == text {
			return ErrBefore
		}
	}
	s.got = append(s.got, text)
	return nil
}

const (
	eventA = `{"$schema":"/s/1.0.0","meta":{"id":"a"},"database":"enwiki","page_id":1}`
	eventB = `{"$schema":"/s/1.0.0","meta":{"id":"b"},"database":"dewiki","page_id":2,"x":"refused again"}`
)

// What a sink refused goes to that sink again, as it was, and to nobody else.
func TestReplayOfRefusedEvents(t *testing.T) {
	m, s := newMemory(), &shelf{}
	m.refusal(t, "eventgate", "scores", eventA, 1000)      // 0
	m.refusal(t, "eventgate", "scores", eventB, 1000)      // 1
	m.refusal(t, "kafka_avro", "scores", eventA, 1000)     // 2
	m.refusal(t, "kafka", "scores", eventA+eventA+" ", 10) // 3
	m.refusal(t, "eventgate", "scores", eventA, 1000)      // 4
	m.refusal(t, "files", "scores", eventA, 1000)          // 5
	want := []struct {
		action Action
		detail string
	}{
		{Sent, ""}, {Kept, "it is refused: still no schema"}, {Sent, ""},
		{Kept, "only the first 10 of 145 bytes of the event: purge its sent-mark"}, {Equal, ""},
		{Kept, "it is refused: not here"},
	}
	for _, mode := range []string{"dry", "first", "second", "without sinks"} {
		r := Replay{Topics: m, Sender: m, Sinks: s, Reads: func(string) bool { return true }, DryRun: mode == "dry"}
		if mode == "without sinks" {
			r.Sinks = nil
		}
		err := r.Run(t.Context(), letters, Filter{}, func(o Outcome) error {
			w := want[o.Letter.At.Offset]
			switch {
			case mode == "dry" && w.action != Equal && o.Letter.At.Offset != 3 && o.Letter.At.Offset != 5:
				w.action, w.detail = Would, ""
			case mode == "second" && w.action == Sent:
				w.action = Equal
			case mode == "without sinks" && o.Letter.At.Offset != 3:
				w.action, w.detail = Kept, "no sinks"
			}
			if o.Action != w.action || !strings.Contains(o.Detail, w.detail) || o.To != (event.Source{}) {
				t.Errorf("%s, letter %d: %s, %q; want %s, %q", mode, o.Letter.At.Offset, o.Action, o.Detail, w.action, w.detail)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(m.topics) != 1 || len(s.got) != 2 || s.got[0] != "eventgate scores "+eventA || s.got[1] != "kafka_avro scores "+eventA {
		t.Errorf("topics %v, sinks %q", m.topics, s.got)
	}
	s.down = errors.New("no gate")
	r := Replay{Topics: m, Sender: m, Sinks: s}
	if err := r.Run(t.Context(), letters, Filter{}, func(Outcome) error { return nil }); !errors.Is(err, s.down) {
		t.Errorf("a gate that is away: %v", err)
	}
}

func TestLettersOfRefusedEvents(t *testing.T) {
	m := newMemory()
	src := m.fail(t, source, "{", 100, noon, "InvalidJSON")
	m.refusal(t, "eventgate", "scores", eventA, 1000)
	m.add(letters, nil, []byte("{}"))
	var about, why []string
	more, err := Each(t.Context(), m, letters, Filter{}, func(l Letter) error {
		about, why = append(about, l.About()), append(why, l.Why())
		return nil
	})
	if err != nil || more {
		t.Fatal(more, err)
	}
	for i, want := range []string{src.String(), "event a of stream scores to sink eventgate", letters + "/0@2"} {
		if about[i] != want {
			t.Errorf("letter %d is about %q, want %q", i, about[i], want)
		}
	}
	if why[0] != "InvalidJSON: bad" && why[0] != "bad" || why[1] != "no such schema" || !strings.Contains(why[2], "$schema") {
		t.Errorf("reasons %q", why)
	}
	if l, err := Find(t.Context(), m, letters, "a"); err != nil || l.Refused == nil || l.Wiki != "enwiki" {
		t.Errorf("by the event's id: %+v, %v", l, err)
	}
	if _, err := Find(t.Context(), m, letters, "/0@0"); err == nil {
		t.Error("a letter of no record is found by the zero place")
	}
	n := 0
	if _, err := Each(t.Context(), m, letters, Filter{Reason: "sinkrefused", Wiki: "enwiki"}, func(Letter) error { n++; return nil }); err != nil || n != 2 {
		t.Errorf("%d letters by reason and wiki, with the broken one, %v", n, err)
	}
}

// prefixed decodes "avro:…", calls other bytes unreadable, and may be away.
type prefixed struct{ down error }

var errBytes = errors.New("no event of ours")

func (p prefixed) Event(_ context.Context, value []byte) ([]byte, error) {
	if p.down != nil {
		return nil, p.down
	}
	if rest, ok := strings.CutPrefix(string(value), "avro:"); ok {
		return []byte(rest), nil
	}
	return nil, fmt.Errorf("decode message: %w", errBytes)
}

func TestDecodedLetters(t *testing.T) {
	m := newMemory()
	m.fail(t, source, "a", 100, noon, "X")
	m.topics[letters][0].Value = append([]byte("avro:"), m.topics[letters][0].Value...)
	m.add(letters, nil, []byte("\x00\x01"))
	m.add(letters, nil, nil)
	unreadable := func(err error) bool { return errors.Is(err, errBytes) }
	var got []Letter
	_, err := Each(t.Context(), Decoded(m, letters, prefixed{}, unreadable), letters, Filter{}, func(l Letter) error {
		got = append(got, l)
		return nil
	})
	if err != nil || len(got) != 3 || got[0].Broken != nil || string(got[0].Raw) != "a" || !errors.Is(got[1].Broken, errBytes) || string(got[1].At.Value) != "\x00\x01" || got[2].Broken == nil {
		t.Errorf("%v, %+v", err, got)
	}
	down := errors.New("no registry")
	_, err = Each(t.Context(), Decoded(m, letters, prefixed{down}, unreadable), letters, Filter{}, func(Letter) error { return nil })
	if !errors.Is(err, down) || !strings.Contains(err.Error(), letters+"/0@0") {
		t.Errorf("a registry that is away: %v", err)
	}
	if rec, err := Decoded(m, letters, prefixed{}, unreadable).Record(t.Context(), event.Source{Topic: letters}); err != nil || rec.Value[0] != '{' {
		t.Errorf("a letter by its place: %s, %v", rec.Value, err)
	}
	if rec, err := Decoded(m, letters, prefixed{}, unreadable).Record(t.Context(), event.Source{Topic: letters, Offset: 1}); err != nil || rec.Fault == nil {
		t.Errorf("a broken one by its place: %+v, %v", rec, err)
	}
	if rec, err := Decoded(m, letters, prefixed{}, unreadable).Record(t.Context(), event.Source{Topic: source}); err != nil || string(rec.Value) != "a" {
		t.Errorf("records of other topics are as they are: %s, %v", rec.Value, err)
	}
}
