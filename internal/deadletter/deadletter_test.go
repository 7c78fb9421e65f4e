package deadletter

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"revscore/internal/event"
)

const (
	letters = "errors"
	source  = "eqiad.create"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// memory is a broker with topics of one partition; an offset is an index.
type memory struct {
	topics map[string][]Record
	gone   map[event.Source]bool
	refuse string // of values that hold it
	down   error

	scanned int
}

func (m *memory) add(topic string, key, value []byte) event.Source {
	src := event.Source{Topic: topic, Offset: int64(len(m.topics[topic]))}
	m.topics[topic] = append(m.topics[topic], Record{Source: src, Key: key, Value: value, Time: noon})
	return src
}

// fail adds a record and the letter about it.
func (m *memory) fail(t *testing.T, topic, value string, maxRaw int, at time.Time, reason string) event.Source {
	t.Helper()
	src := m.add(topic, []byte("key of "+value), []byte(value))
	letter, err := event.EncodeDeadLetter(letters, "e", src, []byte(value), &event.ParseError{Reason: reason, Detail: "bad"}, maxRaw, at)
	if err != nil {
		t.Fatal(err)
	}
	m.add(letters, nil, letter)
	m.topics[letters][len(m.topics[letters])-1].Time = at
	return src
}

func (m *memory) Scan(_ context.Context, topic string, from Start, yield func(Record) error) error {
	for i, rec := range m.topics[topic] {
		if int64(i) < from.Offsets[0] || rec.Time.Before(from.Since) {
			continue
		}
		m.scanned++
		if err := yield(rec); err != nil {
			return err
		}
	}
	return m.down
}

func (m *memory) Record(_ context.Context, src event.Source) (Record, error) {
	if src.Partition > 0 {
		return Record{}, fmt.Errorf("%w: topic %s has no partition %d now", ErrNoPlace, src.Topic, src.Partition)
	}
	if m.gone[src] || src.Offset >= int64(len(m.topics[src.Topic])) {
		return Record{}, fmt.Errorf("look: %w", ErrGone)
	}
	return m.topics[src.Topic][src.Offset], m.down
}

func (m *memory) Send(_ context.Context, rec Record) (event.Source, error) {
	if m.refuse != "" && strings.Contains(string(rec.Value), m.refuse) {
		return event.Source{}, fmt.Errorf("%w: too large", ErrRefused)
	}
	return m.add(rec.Topic, rec.Key, rec.Value), nil
}

func newMemory() *memory {
	return &memory{topics: map[string][]Record{}, gone: map[event.Source]bool{}}
}

func TestFilter(t *testing.T) {
	m := newMemory()
	m.fail(t, source, `{"database":"enwiki"`, 100, noon, "InvalidJSON")
	m.fail(t, source, `{"wiki_id":"dewiki","x":1}`, 100, noon.Add(time.Hour), "UnknownSchema")
	m.add(letters, nil, []byte("{")) // broken, written at noon
	m.fail(t, source, `{"x":{"database":"enwiki"}}`, 100, noon.Add(2*time.Hour), "InvalidJSON")
	for _, c := range []struct {
		name   string
		filter Filter
		want   []int64
		more   bool
	}{
		{"all", Filter{}, []int64{0, 1, 2, 3}, false},
		{"reason, and what is broken", Filter{Reason: "invalidjson"}, []int64{0, 2, 3}, false},
		{"wiki of a cut event; not that of an inner object", Filter{Wiki: "enwiki"}, []int64{0, 2}, false},
		{"wiki of a page change", Filter{Wiki: "dewiki"}, []int64{1, 2}, false},
		{"since is in", Filter{Since: noon.Add(time.Hour)}, []int64{1, 3}, false},
		{"until is out", Filter{Until: noon.Add(time.Hour)}, []int64{0, 2}, false},
		{"from an offset", Filter{From: map[int32]int64{0: 2, 1: 9}}, []int64{2, 3}, false},
		{"limit does not count what is broken", Filter{Limit: 2}, []int64{0, 1, 2}, true},
		{"limit that is just enough", Filter{Limit: 3}, []int64{0, 1, 2, 3}, false},
	} {
		var got []int64
		more, err := Each(t.Context(), m, letters, c.filter, func(l Letter) error {
			got = append(got, l.At.Offset)
			return nil
		})
		if err != nil || more != c.more || !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, more %v, %v; want %v, %v", c.name, got, more, err, c.want, c.more)
		}
	}
	if err := (Filter{Limit: -1, Since: noon, Until: noon, From: map[int32]int64{0: -1}}).Validate(); err == nil || strings.Count(err.Error(), "must") != 3 {
		t.Errorf("three faults are %v", err)
	}
}

// What a time or an offset leaves out is not read, but for the clocks' difference; a
// letter that is named by its place is read alone.
func TestReadsNoMoreThanItMust(t *testing.T) {
	m := newMemory()
	for i := range 100 {
		m.fail(t, source, "x", 100, noon.Add(time.Duration(i)*time.Minute), "X")
	}
	for _, c := range []struct {
		filter        Filter
		want, scanned int
	}{
		{Filter{}, 100, 100},
		{Filter{Since: noon.Add(90 * time.Minute)}, 10, 15},
		{Filter{From: map[int32]int64{0: 95}}, 5, 5},
		{Filter{Since: noon.Add(90 * time.Minute), From: map[int32]int64{0: 95}}, 5, 5},
		{Filter{Limit: 3}, 3, 4},
	} {
		m.scanned = 0
		n := 0
		if _, err := Each(t.Context(), m, letters, c.filter, func(Letter) error { n++; return nil }); err != nil || n != c.want || m.scanned != c.scanned {
			t.Errorf("%+v: %d letters of %d read, %v; want %d of %d", c.filter, n, m.scanned, err, c.want, c.scanned)
		}
	}
	m.scanned = 0
	if l, err := Find(t.Context(), m, letters, letters+"/0/77"); err != nil || l.Source.Offset != 77 || m.scanned != 0 {
		t.Errorf("found %+v, %v after %d records", l, err, m.scanned)
	}
	for _, name := range []string{letters + "/0@100", letters + "/7@0", letters + "/99999999999@0"} {
		if _, err := Find(t.Context(), m, letters, name); err == nil || !strings.Contains(err.Error(), "has no dead letter") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFind(t *testing.T) {
	m := newMemory()
	m.fail(t, source, "a", 100, noon, "InvalidJSON")
	src := m.fail(t, source, "b", 100, noon, "InvalidJSON")
	m.add(letters, nil, nil)
	id := Read(m.topics[letters][1]).ID
	for _, name := range []string{src.String(), source + "/0/1", id, letters + "/0/1"} {
		if l, err := Find(t.Context(), m, letters, name); err != nil || l.Source != src {
			t.Errorf("%s: %+v, %v", name, l, err)
		}
	}
	if l, err := Find(t.Context(), m, letters, letters+"/0@2"); err != nil || l.Broken == nil {
		t.Errorf("the broken one is %+v, %v", l, err)
	}
	if _, err := Find(t.Context(), m, letters, ""); err == nil {
		t.Error("found what has no name")
	}
}

// replay runs one and returns actions by the letter's offset.
func replay(t *testing.T, m *memory, dry bool) (map[int64]Outcome, error) {
	t.Helper()
	r := Replay{Topics: m, Sender: m, Reads: func(topic string) bool { return topic == source }, DryRun: dry}
	got := map[int64]Outcome{}
	err := r.Run(t.Context(), letters, Filter{}, func(o Outcome) error {
		got[o.Letter.At.Offset] = o
		return nil
	})
	return got, err
}

func TestReplay(t *testing.T) {
	m := newMemory()
	m.fail(t, source, "plain", 100, noon, "InvalidJSON")            // 0
	m.fail(t, source, "longer than that", 5, noon, "InvalidJSON")   // 1
	gone := m.fail(t, source, "no longer there", 100, noon, "X")    // 2
	cut := m.fail(t, source, "cut and gone", 5, noon, "X")          // 3
	m.add(letters, nil, []byte("{}"))                               // 4
	m.fail(t, "secret.topic", "of another service", 100, noon, "X") // 5
	other := m.fail(t, source, "exchanged", 5, noon, "X")           // 6
	m.fail(t, source, "plain", 100, noon, "X")                      // 7
	m.fail(t, source, "refused", 100, noon, "X")                    // 8
	m.fail(t, source, "\xff\x00 bytes", 100, noon, "InvalidJSON")   // 9
	m.fail(t, source, "of a place that was", 100, noon, "X")        // 10
	m.topics[letters][10].Value = bytes.Replace(m.topics[letters][10].Value, []byte(source+"/0@"), []byte(source+"/3@"), 1)
	m.gone[gone], m.gone[cut], m.refuse = true, true, "refused"
	m.topics[source][other.Offset].Value = []byte("exchangeX")
	m.topics[source][other.Offset].Value[0] = 'E'
	want := []struct {
		action Action
		detail string
	}{
		{Sent, ""}, {Sent, "whole (16 bytes)"}, {Sent, "without key"}, {Kept, "only the first 5 of 12 bytes"}, {Broken, ""},
		{Kept, "does not read topic secret.topic"}, {Kept, "another record"}, {Equal, ""}, {Kept, "too large"}, {Sent, ""},
		{Kept, "has no partition 3 now"},
	}
	before := len(m.topics[source])
	for _, dry := range []bool{true, false} {
		got, err := replay(t, m, dry)
		if err != nil || len(got) != len(want) {
			t.Fatalf("%d outcomes, %v", len(got), err)
		}
		for i, w := range want {
			if dry && (w.action == Sent || i == 8) {
				w.action, w.detail = Would, ""
			}
			if o := got[int64(i)]; o.Action != w.action || !strings.Contains(o.Detail, w.detail) {
				t.Errorf("dry %v, letter %d: %s, %q; want %s, %q", dry, i, o.Action, o.Detail, w.action, w.detail)
			}
		}
		if dry && len(m.topics[source]) != before {
			t.Fatal("a dry run has sent")
		}
	}
	var sent []string
	for _, rec := range m.topics[source][before:] {
		sent = append(sent, fmt.Sprintf("%s=%s", rec.Key, rec.Value))
	}
	if want := []string{"key of plain=plain", "key of longer than that=longer than that", "=no longer there", "key of \xff\x00 bytes=\xff\x00 bytes"}; !slices.Equal(sent, want) {
		t.Errorf("sent %q, want %q", sent, want)
	}
}

func TestReplayStopsWhenTheBrokerIsGone(t *testing.T) {
	m := newMemory()
	m.fail(t, source, "a", 100, noon, "X")
	m.down = errors.New("no broker")
	got, err := replay(t, m, false)
	if !errors.Is(err, m.down) || !strings.Contains(err.Error(), letters+"/0@0") || len(got) != 0 {
		t.Errorf("got %v after %d outcomes", err, len(got))
	}
}

// A letter whose event was redacted when it was written still has its record's key; what
// has been hidden from the letter is not taken from the source.
func TestReplayOfARedactedLetter(t *testing.T) {
	m := newMemory()
	const whole, less = `{"database":"enwiki","rev_id":5,"comment":"secret"}`, `{"database":"enwiki","rev_id":5}`
	m.fail(t, source, whole, 100, noon, "RetriesExhausted")
	m.fail(t, source, `{"database":"enwiki","rev_id":6}`, 100, noon, "RetriesExhausted")

	for i := range m.topics[letters] {
		m.topics[letters][i].Value = bytes.Replace(m.topics[letters][i].Value, []byte(`,\"comment\":\"secret\"`), nil, 1)
	}
	m.topics[source][1].Value = []byte(whole) // of another revision
	if _, err := replay(t, m, false); err != nil {
		t.Fatal(err)
	}
	sent := m.topics[source][2:]
	if len(sent) != 2 || string(sent[0].Value) != less || string(sent[0].Key) != "key of "+whole || sent[1].Key != nil {
		for _, rec := range sent {
			t.Errorf("sent %q: %q", rec.Key, rec.Value)
		}
	}
}

// hider hides what it finds.
type hider struct{ down error }

func (h hider) Redact(_ context.Context, value []byte) ([]byte, string, error) {
	switch {
	case h.down != nil:
		return nil, "", h.down
	case bytes.Contains(value, []byte("secret text")):
		return nil, "", fmt.Errorf("%w: of revision 1", ErrHidden)
	case bytes.Contains(value, []byte("secret")):
		return bytes.ReplaceAll(value, []byte("secret"), nil), "its comment", nil
	}
	return value, "", nil
}

// What is hidden is not sent again, neither to a topic nor to a sink; where that cannot
// be known nothing is.
func TestReplayHides(t *testing.T) {
	m, s := newMemory(), &shelf{}
	m.fail(t, source, "plain", 100, noon, "X")                                         // 0
	m.fail(t, source, "a secret one", 100, noon, "X")                                  // 1
	m.fail(t, source, "a secret one, cut", 5, noon, "X")                               // 2
	m.refusal(t, "eventgate", "scores", `{"meta":{"id":"a"},"c":"secret"}`, 100)       // 3
	m.refusal(t, "eventgate", "scores", `{"meta":{"id":"b"},"c":"secret text"}`, 1000) // 4
	before := len(m.topics[source])
	r := Replay{Topics: m, Sender: m, Sinks: s, Privacy: hider{}, Reads: func(string) bool { return true }}
	var got []string
	tell := func(o Outcome) error {
		got = append(got, fmt.Sprintf("%s: %s", o.Action, o.Detail))
		return nil
	}
	if err := r.Run(t.Context(), letters, Filter{}, tell); err != nil {
		t.Fatal(err)
	}
	want := []string{"sent: ", "sent: without its comment", "sent: read from its source, whole (17 bytes); without its comment", "sent: without its comment", "not replayed: its text is hidden now: of revision 1"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	var sent []string
	for _, rec := range m.topics[source][before:] {
		sent = append(sent, string(rec.Key)+"="+string(rec.Value))
	}
	if want := []string{"key of plain=plain", "key of a secret one=a  one", "key of a secret one, cut=a  one, cut"}; !slices.Equal(sent, want) {
		t.Errorf("sent %q, want %q", sent, want)
	}
	if len(s.got) != 1 || s.got[0] != `eventgate scores {"meta":{"id":"a"},"c":""}` {
		t.Errorf("sinks got %q", s.got)
	}
	for _, dry := range []bool{true, false} {
		r = Replay{Topics: m, Sender: m, Sinks: s, Privacy: hider{errors.New("no store")}, Reads: r.Reads, DryRun: dry}
		n, told := len(m.topics[source]), 0
		if err := r.Run(t.Context(), letters, Filter{}, func(Outcome) error { told++; return nil }); err == nil || !strings.Contains(err.Error(), letters+"/0@0: no store") || told+len(m.topics[source]) != n {
			t.Errorf("without a store: %v, %d outcomes", err, told)
		}
	}
}
