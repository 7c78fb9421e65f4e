package event

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"revscore/schemas"
)

// FuzzRefusal holds that the letter about a refused event is what consumers were
// promised, gives back stream, sink, id and bytes, and comes with the same meta.id
// again, whatever the event and the sink's words are.
func FuzzRefusal(f *testing.F) {
	f.Add([]byte(`{"$schema":"/s/1.0.0","meta":{"id":"a-1"},"database":"enwiki","page_id":7}`), "invalid", 1000)
	f.Add([]byte(`{"meta":{"id":"of stream x to sink y: "}}`), "event a of stream b to sink c: (raw_event holds the first 1 of 2 bytes)", 3)
	f.Add([]byte("\xff"), "", 100)
	f.Add([]byte(`{"meta":{"id":5},"database":5}`), "record t/0@1: x", 0)
	letters := schema(f, schemas.DeadLetter)
	f.Fuzz(func(t *testing.T, raw []byte, cause string, maxRaw int) {
		maxRaw &= 0xfff
		value, err := EncodeRefusal("errors", "revscore", "kafka_avro", "mediawiki.revision-score", raw, errors.New(cause), maxRaw, noon)
		if err != nil {
			t.Fatal(err)
		}
		if err := judge(t, letters, value); err != nil {
			t.Fatalf("%v: %s", err, value)
		}
		d, err := DecodeDeadLetter(value)
		if err != nil || d.Refused == nil {
			t.Fatalf("%+v, %v in %s", d, err, value)
		}
		if d.Source != (Source{}) || d.Refused.Sink != "kafka_avro" || d.Refused.Stream != "mediawiki.revision-score" || d.Reason != ReasonRefused {
			t.Errorf("got %+v, %+v", d, d.Refused)
		}
		if !strings.HasPrefix(d.Message, d.Refused.String()+": ") {
			t.Errorf("%q is not about %s", d.Message, d.Refused)
		}
		ambiguous := strings.Contains(cause, "raw_event holds")
		if whole := len(raw) <= maxRaw; !ambiguous && (whole != bytes.Equal(d.Raw, raw) || !bytes.HasPrefix(raw, d.Raw) || d.Size != len(raw)) {
			t.Errorf("%q became %q of %d bytes", raw, d.Raw, d.Size)
		}
		again, err := EncodeRefusal("errors", "revscore", "kafka_avro", "mediawiki.revision-score", raw, errors.New("other words"), maxRaw, noon.Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		if second, err := DecodeDeadLetter(again); err != nil || second.ID != d.ID {
			t.Errorf("the second time it is %+v, %v, not %s", second, err, d.ID)
		}
	})
}

// Letters about one event are told apart by stream and sink, and from that of a record.
func TestRefusalsHaveTheirOwnIDs(t *testing.T) {
	value := []byte(`{"$schema":"/s/1.0.0","meta":{"id":"a-1"}}`)
	seen := map[string]string{}
	for _, c := range []struct{ letters, sink, stream, value string }{
		{"errors", "files", "s", string(value)},
		{"errors", "eventgate", "s", string(value)},
		{"errors", "files", "s2", string(value)},
		{"errors2", "files", "s", string(value)},
		{"errors", "files", "s", `{"$schema":"/s/1.0.0","meta":{"id":"a-2"}}`},
	} {
		letter, err := EncodeRefusal(c.letters, "e", c.sink, c.stream, []byte(c.value), errors.New("no"), 100, noon)
		if err != nil {
			t.Fatal(err)
		}
		d, err := DecodeDeadLetter(letter)
		if err != nil {
			t.Fatal(err)
		}
		if other, ok := seen[d.ID]; ok {
			t.Errorf("%s has the id of %s", letter, other)
		}
		seen[d.ID] = string(letter)
		if !strings.Contains(string(letter), `"errored_stream_name":"`+c.stream+`"`) || !strings.Contains(string(letter), `"errored_schema_uri":"/s/1.0.0"`) {
			t.Errorf("stream or schema is missing in %s", letter)
		}
	}
}

func TestKeyOf(t *testing.T) {
	for value, want := range map[string]string{
		`{"database":"enwiki","page_id":7}`:           `{"wiki_id":"enwiki","page_id":7}`,
		`{"wiki_id":"dewiki","page":{"page_id":8}}`:   `{"wiki_id":"dewiki","page_id":8}`,
		`{"$schema":"/error/2.1.0","raw_event":"{}"}`: "",
		`{"database":7}`: "",
		"\xff":           "",
	} {
		if got := string(KeyOf([]byte(value))); got != want {
			t.Errorf("%s: key %s, want %s", value, got, want)
		}
	}
}
