package deadletter

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"

	"revscore/internal/event"
)

// Record is a record of a topic with all that a replay keeps.
type Record struct {
	event.Source
	Key     []byte
	Value   []byte // nil: a tombstone
	Headers []Header
	Time    time.Time // the broker's
	Fault   error     // why Value is not the JSON that it should be; see [Decoded]
}

// Header of a record.
type Header struct {
	Key   string
	Value []byte
}

// Letter is one record of the topic of dead letters.
type Letter struct {
	*event.DeadLetter // nil when Broken is set

	At     Record // the dead letter itself
	Wiki   string // of the raw event, "" when that does not tell
	Broken error  // why this is no dead letter
}

// Read reads a record of the topic of dead letters.
func Read(rec Record) Letter {
	err := rec.Fault
	var d *event.DeadLetter
	if err == nil {
		d, err = event.DecodeDeadLetter(rec.Value)
	}
	if err != nil {
		return Letter{At: rec, Broken: err}
	}
	return Letter{DeadLetter: d, At: rec, Wiki: wikiOf(d.Raw)}
}

// Written is when the letter was written: by its own word, or else the broker's.
func (l Letter) Written() time.Time {
	if l.DeadLetter == nil {
		return l.At.Time
	}
	return l.DeadLetter.Written
}

// About names the record that the letter is about, or the event and the sink that
// refused it; of a broken letter it is the letter's own place.
func (l Letter) About() string {
	switch {
	case l.DeadLetter == nil:
		return l.At.String()
	case l.Refused != nil:
		return l.Refused.String()
	}
	return l.Source.String()
}

// Why is what was wrong, without saying with what.
func (l Letter) Why() string {
	if l.DeadLetter == nil {
		return l.Broken.Error()
	}
	return strings.TrimPrefix(strings.TrimPrefix(l.Message, "record "), l.About()+": ")
}

// Is reports whether name means this letter: its meta.id, that of the event that it is
// about, or, as topic/partition/offset or topic/partition@offset, the record that it is
// about or its own place.
func (l Letter) Is(name string) bool {
	switch {
	case names(l.At.Source, name):
		return true
	case l.DeadLetter == nil || name == "":
		return false
	case l.Refused != nil && name == l.Refused.ID:
		return true
	}
	return name == l.ID || l.Refused == nil && names(l.Source, name)
}

// wikiOf finds the wiki in an event that may be cut or broken anywhere: it reads the
// members of the outermost object until one of them tells, or nothing can be read.
func wikiOf(raw []byte) string {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if start, err := dec.Token(); err != nil || start != json.Delim('{') {
		return ""
	}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return ""
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return ""
		}
		// revision-create and page_change call it differently.
		if name == "database" || name == "wiki_id" {
			var wiki string
			if json.Unmarshal(value, &wiki) == nil {
				return wiki
			}
		}
	}
	return ""
}
