package event

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// FuzzDecodeDeadLetter holds that a letter gives back the record's bytes, or says
// that it has only their beginning, whatever the record and the cause say.
func FuzzDecodeDeadLetter(f *testing.F) {
	f.Add([]byte(`{"a":1}`), "no JSON", 100)
	f.Add([]byte("\xff\x00"), "record t/0@0: x (raw_event holds the first 2 of 9 bytes)", 100)
	f.Add([]byte("base64:AAAA"), "", 100)
	f.Add([]byte("é\u2028</script>"), "\xff", 1)
	f.Add([]byte{}, "empty", 0)
	f.Fuzz(func(t *testing.T, raw []byte, cause string, maxRaw int) {
		maxRaw &= 0xff
		src := Source{Topic: "eqiad.mediawiki.revision-create", Partition: 7, Offset: 1 << 40}
		value, err := EncodeDeadLetter("errors", "revscore", src, raw, errors.New(cause), maxRaw, noon)
		if err != nil {
			t.Fatal(err)
		}
		d, err := DecodeDeadLetter(value)
		if err != nil {
			t.Fatalf("%v in %s", err, value)
		}
		if d.Source != src || !d.Written.Equal(noon) || d.Reason != "Error" || d.Stream != "errors" {
			t.Errorf("got %+v", d)
		}
		whole := len(raw) <= maxRaw
		switch {
		case strings.Contains(cause, "raw_event holds"): // the source decides
		case whole && (!bytes.Equal(d.Raw, raw) || d.Cut()):
			t.Errorf("%q became %q, cut %v", raw, d.Raw, d.Cut())
		case !whole && (!bytes.HasPrefix(raw, d.Raw) || d.Size != len(raw) || !d.Cut()):
			t.Errorf("%q became %q of %d bytes", raw, d.Raw, d.Size)
		}
	})
}

func TestDecodeDeadLetterKeepsTextThatLooksLikeBase64(t *testing.T) {
	for _, raw := range []string{"base64:", "base64:AAAA", "base64:not base64", "base64:/w==/w=="} {
		value, err := EncodeDeadLetter("errors", "revscore", Source{"t", 0, 0}, []byte(raw), errors.New("x"), 100, noon)
		if err != nil {
			t.Fatal(err)
		}
		if d, err := DecodeDeadLetter(value); err != nil || string(d.Raw) != raw {
			t.Errorf("%q became %+v, %v", raw, d, err)
		}
	}
}

func TestDecodeDeadLetterRefuses(t *testing.T) {
	good := `{"$schema":"/error/2.1.0","meta":{"stream":"errors","id":"i","dt":"2026-01-02T03:04:05Z"},"dt":"2026-01-02T03:04:05Z",` +
		`"emitter_id":"e","error_type":"InvalidJSON","message":"record t/0@1: x","raw_event":"{"}`
	if _, err := DecodeDeadLetter([]byte(good)); err != nil {
		t.Fatal(err)
	}
	refuse := func(name, value, want string) {
		t.Helper()
		if _, err := DecodeDeadLetter([]byte(value)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", name, err, want)
		}
	}
	change := func(from, to, want string) {
		t.Helper()
		if !strings.Contains(good, from) {
			t.Fatalf("no %q to change", from)
		}
		refuse(from+" to "+to, strings.Replace(good, from, to, 1), want)
	}
	refuse("a tombstone", "", "empty")
	refuse("a cut one", good[:len(good)-5], "no error event")
	refuse("Avro", "\x00\x00\x00\x00\x01abc", "no error event")
	change("/error/2.1.0", "/error/3.0.0", "must be /error/2.1.0")
	change(`"id":"i"`, `"id":""`, "missing")
	change(`,"raw_event":"{"`, "", "missing")
	change(`"raw_event":"{"`, `"raw_event":null`, "missing")
	change(`"raw_event":"{"`, `"raw_event":"base64:!!"`, "raw_event begins with base64:")
	change(`"raw_event":"{"`, `"raw_event":"base64:/w"`, "raw_event begins with base64:")
	change(`"raw_event":"{"`, `"raw_event":"base64:/x=="`, "raw_event begins with base64:")
	change(`"raw_event":"{"`, `"raw_event":"`+"\xff"+`"`, "no error event")
	change(`"raw_event":"{"`, `"raw_event":"\ud800"`, "no error event")
	change(`"dt":"2026-01-02T03:04:05Z"}`, `"dt":"now"}`, "must be a time")
	change("record t/0@1", "something", "names no record")
	change("t/0@1", "../t u/0@1", "names no record")
	change("t/0@1", "t/4294967296@1", "out of range")
	change("t/0@1", "t/0@9999999999999999999", "out of range")
}
