package event

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// ErrorSchema is the schema of dead letters.
const ErrorSchema = "/error/2.1.0"

// Base64Prefix marks a raw_event whose bytes are not UTF-8, or begin so themselves, and
// therefore stand in base64 (standard alphabet, padded) behind it.
const Base64Prefix = "base64:"

// Source is where a record came from.
type Source struct {
	Topic     string
	Partition int32
	Offset    int64
}

func (s Source) String() string { return fmt.Sprintf("%s/%d@%d", s.Topic, s.Partition, s.Offset) }

type errorEvent struct {
	Schema        string    `json:"$schema"`
	Meta          scoreMeta `json:"meta"`
	DT            string    `json:"dt"`
	EmitterID     string    `json:"emitter_id"`
	ErrorType     string    `json:"error_type"`
	ErroredSchema string    `json:"errored_schema_uri,omitempty"`
	ErroredStream string    `json:"errored_stream_name,omitempty"`
	Message       string    `json:"message"`
	RawEvent      string    `json:"raw_event"`
}

// EncodeDeadLetter writes the error event for a record that could not be read.
// raw_event holds the record's bytes exactly (see [Base64Prefix]), of a record
// over maxRaw bytes only the beginning: the message then says so, and names
// topic, partition and offset in any case, where the whole record still is.
// A record delivered again gives the same meta.id, and another one that has its place
// another id.
func EncodeDeadLetter(stream, emitter string, src Source, value []byte, cause error, maxRaw int, now time.Time) ([]byte, error) {
	return Letter{Stream: stream, Emitter: emitter, Source: src, Value: value, Cause: cause, MaxRaw: maxRaw, About: Digest(value)}.Encode(now)
}

// Digest tells a record from another that had its place before: a topic that is deleted
// and made anew begins at offset 0 again.
func Digest(value []byte) string {
	sum := sha256.Sum256(value)
	return hex.EncodeToString(sum[:8])
}

// Letter is what a dead letter tells. A record that can be read may have several, about
// answers that it did not get.
type Letter struct {
	Stream  string
	Emitter string
	Source  Source
	Value   []byte
	Cause   error
	MaxRaw  int
	About   string // which of several about the record; empty: the only one
}

// LetterID is the meta.id of the dead letter about a record, or about an answer that it
// did not get.
func LetterID(stream string, src Source, about string) uuid.UUID {
	name := fmt.Appendf(nil, "%s\x00%s\x00%d\x00%d", stream, src.Topic, src.Partition, src.Offset)
	if about != "" {
		name = append(append(name, 0), about...)
	}
	return uuid.NewSHA1(idSpace, name)
}

// Encode writes it as [EncodeDeadLetter] says.
func (l Letter) Encode(now time.Time) ([]byte, error) {
	at := now.UTC().Format(time.RFC3339Nano)
	e := errorEvent{
		Schema: ErrorSchema, Meta: scoreMeta{Stream: l.Stream, ID: LetterID(l.Stream, l.Source, l.About).String(), DT: at}, DT: at,
		EmitterID: l.Emitter, ErrorType: "Error", Message: fmt.Sprintf("record %s: %s", l.Source, shorten(l.Cause.Error(), 300)),
	}
	var pe *ParseError
	if errors.As(l.Cause, &pe) {
		e.ErrorType, e.ErroredSchema, e.ErroredStream = pe.Reason, shorten(pe.Schema, 100), shorten(pe.Stream, 100)
	}
	e.hold(l.Value, l.MaxRaw)
	return marshal(e)
}

// hold puts a record's bytes into the letter, or their beginning, and then says so.
func (e *errorEvent) hold(value []byte, maxRaw int) {
	raw := value
	if len(raw) > maxRaw {
		raw = raw[:maxRaw]
		for n := 0; n < utf8.UTFMax-1 && utf8.Valid(value) && !utf8.Valid(raw); n++ {
			raw = raw[:len(raw)-1] // not in the middle of a character
		}
		e.Message += fmt.Sprintf(" (raw_event holds the first %d of %d bytes)", len(raw), len(value))
	}
	if e.RawEvent = string(raw); !utf8.Valid(raw) || strings.HasPrefix(e.RawEvent, Base64Prefix) {
		e.RawEvent = Base64Prefix + base64.StdEncoding.EncodeToString(raw)
	}
}

// shorten keeps what a record says of itself, which has any length, from making
// a dead letter that no broker takes.
func shorten(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}
