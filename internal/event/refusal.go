package event

import (
	"encoding/json"
	"fmt"
	"regexp"
	"time"

	"github.com/google/uuid"
)

// ReasonRefused is the error_type of a dead letter about an event of ours that a sink
// will never take.
const ReasonRefused = "SinkRefused"

// Refusal is an event of ours that a sink will never take.
type Refusal struct {
	Sink   string // that refused it; the stream's other sinks have it
	Stream string // that the event belongs to
	ID     string // the event's meta.id, "" when it has none
}

func (r Refusal) String() string {
	id := r.ID
	if id == "" {
		id = "without meta.id"
	}
	return fmt.Sprintf("event %s of stream %s to sink %s", id, r.Stream, r.Sink)
}

// EncodeRefusal writes the dead letter for an event that a sink of its stream refused
// for what it is. raw_event holds the event, or its beginning, as that of
// [EncodeDeadLetter] holds a record. An event that comes again, and is refused again,
// gives the same meta.id.
func EncodeRefusal(letters, emitter, sink, stream string, value []byte, cause error, maxRaw int, now time.Time) ([]byte, error) {
	known := lookAt(value)
	r := Refusal{Sink: sink, Stream: stream, ID: known.Meta.ID}
	if !plainID.MatchString(r.ID) {
		r.ID = ""
	}
	id := uuid.NewSHA1(idSpace, fmt.Appendf(nil, "%s\x00refused\x00%s\x00%s\x00%s", letters, r.Stream, r.ID, r.Sink))
	at := now.UTC().Format(time.RFC3339Nano)
	e := errorEvent{
		Schema: ErrorSchema, Meta: scoreMeta{Stream: letters, ID: id.String(), DT: at}, DT: at,
		EmitterID: emitter, ErrorType: ReasonRefused,
		ErroredSchema: shorten(known.Schema, 100), ErroredStream: shorten(stream, 100),
		Message: fmt.Sprintf("%s: %s", r, shorten(cause.Error(), 300)),
	}
	e.hold(value, maxRaw)
	return marshal(e)
}

// plainID is a meta.id that a message can repeat.
var plainID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,100}$`)

// letterRefusal is how a message about a refused event begins. Names of streams have
// no spaces (EventGate, and topics).
var letterRefusal = regexp.MustCompile(`^event (?:([A-Za-z0-9._-]{1,100})|without meta\.id) of stream ([^ ]{1,500}) to sink ([a-z_]{1,50}): `)

// parseRefusal reads what EncodeRefusal wrote; nil for the letter of a record.
func parseRefusal(message string) *Refusal {
	m := letterRefusal.FindStringSubmatch(message)
	if m == nil {
		return nil
	}
	return &Refusal{ID: m[1], Stream: m[2], Sink: m[3]}
}

// KeyOf is the Kafka key of an event of ours, nil when it has none: that of the page
// that a score or classification is about.
func KeyOf(value []byte) []byte {
	k := lookAt(value)
	switch {
	case k.Database != "":
		return EncodeKey(k.Database, k.PageID)
	case k.WikiID != "":
		return EncodeKey(k.WikiID, k.Page.PageID)
	}
	return nil
}

// known is what our events say of themselves, whatever their kind.
type known struct {
	Schema string `json:"$schema"`
	Meta   struct {
		ID string `json:"id"`
	} `json:"meta"`
	Database string `json:"database"`
	PageID   int64  `json:"page_id"`
	WikiID   string `json:"wiki_id"`
	Page     struct {
		PageID int64 `json:"page_id"`
	} `json:"page"`
}

// lookAt reads as much of an event as can be read.
func lookAt(value []byte) (k known) {
	_ = json.Unmarshal(value, &k) // what is none of ours stays empty
	return k
}
