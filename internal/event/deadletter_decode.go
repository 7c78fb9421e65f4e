package event

import (
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// DeadLetter is an error event of [EncodeDeadLetter] or [EncodeRefusal], read again.
type DeadLetter struct {
	ID      string // meta.id
	Stream  string // meta.stream: that of dead letters
	Written time.Time
	Reason  string   // error_type
	Message string   // names Source or Refused, then says what was wrong
	Source  Source   // where the record came from; zero when Refused is set
	Refused *Refusal // the event of ours that this is about; nil when it is a record
	Raw     []byte   // the record's bytes, or their beginning; never nil
	Size    int      // of the whole record
}

// Cut reports whether Raw is only the beginning of the record.
func (d *DeadLetter) Cut() bool { return d.Size > len(d.Raw) }

// The two things that [EncodeDeadLetter] says in the message alone. What stands
// between them is partly the record's own words; a topic's name has none of the
// separators, and the cut is said at the very end.
var (
	letterSource = regexp.MustCompile(`^record ([A-Za-z0-9._-]{1,249})/([0-9]{1,10})@([0-9]{1,19}): `)
	letterCut    = regexp.MustCompile(` \(raw_event holds the first ([0-9]{1,18}) of ([0-9]{1,18}) bytes\)$`)
)

// DecodeDeadLetter reads what [EncodeDeadLetter] or [EncodeRefusal] wrote, and refuses
// what they cannot have written: JSON whose text is not exact UTF-8 would give other
// bytes than the record had, and so would base64 of which something is missing.
func DecodeDeadLetter(value []byte) (*DeadLetter, error) {
	if len(value) == 0 {
		return nil, errors.New("the record is empty")
	}
	var e struct {
		errorEvent
		RawEvent *string `json:"raw_event"` // over the embedded one: absent is not empty
	}
	if err := json.Unmarshal(value, &e); err != nil {
		return nil, fmt.Errorf("no error event: %w", err)
	}
	if e.Schema != ErrorSchema {
		return nil, fmt.Errorf("$schema is %.100q, must be %s", e.Schema, ErrorSchema)
	}
	if e.Meta.ID == "" || e.ErrorType == "" || e.RawEvent == nil {
		return nil, errors.New("meta.id, error_type or raw_event is missing")
	}
	written, err := time.Parse(time.RFC3339Nano, e.Meta.DT)
	if err != nil {
		return nil, fmt.Errorf("meta.dt is %.100q, must be a time", e.Meta.DT)
	}
	var src Source
	refused := parseRefusal(e.Message)
	if refused == nil {
		if src, err = parseSource(e.Message); err != nil {
			return nil, err
		}
	}
	raw, err := decodeRaw(*e.RawEvent)
	if err != nil {
		return nil, err
	}
	d := &DeadLetter{
		ID: e.Meta.ID, Stream: e.Meta.Stream, Written: written, Reason: e.ErrorType,
		Message: e.Message, Source: src, Refused: refused, Raw: raw,
	}
	d.Size = len(d.Raw)
	if m := letterCut.FindStringSubmatch(e.Message); m != nil && m[1] == strconv.Itoa(len(d.Raw)) {
		d.Size, _ = strconv.Atoi(m[2]) // at most 18 digits
	}
	return d, nil
}

func parseSource(message string) (Source, error) {
	m := letterSource.FindStringSubmatch(message)
	if m == nil {
		return Source{}, fmt.Errorf("message %.100q names no record, as topic/partition@offset, and no event of a sink", message)
	}
	partition, errPartition := strconv.ParseInt(m[2], 10, 32)
	offset, errOffset := strconv.ParseInt(m[3], 10, 64)
	if err := errors.Join(errPartition, errOffset); err != nil {
		return Source{}, fmt.Errorf("message names record %s/%s@%s: %w", m[1], m[2], m[3], err)
	}
	return Source{Topic: m[1], Partition: int32(partition), Offset: offset}, nil
}

func decodeRaw(text string) ([]byte, error) {
	coded, ok := strings.CutPrefix(text, Base64Prefix)
	if !ok {
		return []byte(text), nil
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(coded)
	if err != nil {
		return nil, fmt.Errorf("raw_event begins with %s, and what follows is none: %w", Base64Prefix, err)
	}
	return raw, nil
}
