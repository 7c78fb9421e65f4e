package visibility

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"revscore/internal/dedupe"
)

// Event is what one event says of a revision or a page.
type Event struct {
	Wiki   string // database name
	Domain string
	Page   int64 // 0: not said
	Rev    int64 // 0: none is named; only of a deleted page
	// Time is when the event was made, zero when it does not say.
	Time time.Time
	// Hidden is what is hidden of Rev from now on; nil: the event does not say.
	Hidden *dedupe.Hidden
	// Deleted says that the page is gone, with all its revisions.
	Deleted bool
}

var everything = dedupe.Hidden{Text: true, User: true, Comment: true}

// suppressed tells whether all of a deleted page is hidden. Deleting a page does not
// hide its users by itself.
func (e Event) suppressed() bool { return e.Deleted && e.Hidden != nil && *e.Hidden == everything }

// Events that are none of ours.
var (
	errCanary     = errors.New("the event is a heartbeat")
	errIrrelevant = errors.New("the event neither hides nor shows anything")
)

// BrokenError says why an event cannot be read, and nothing of what is in it.
type BrokenError struct {
	Reason string // one of a few words
	Field  string // where; empty: the whole
}

func (e *BrokenError) Error() string {
	if e.Field == "" {
		return e.Reason
	}
	return fmt.Sprintf("%s: %s", e.Reason, e.Field)
}

// Reasons of broken events.
const (
	reasonJSON    = "InvalidJSON"
	reasonType    = "WrongType"
	reasonSchema  = "UnknownSchema"
	reasonMissing = "MissingField"
	reasonNumber  = "NoPositiveNumber"
)

func missing(field string) error { return &BrokenError{reasonMissing, field} }

// wire is the union of the schemas. Nothing is read that a person wrote.
type wire struct {
	Schema string `json:"$schema"`
	Meta   struct {
		Stream string `json:"stream"`
		Domain string `json:"domain"`
		DT     string `json:"dt"`
	} `json:"meta"`

	// revision/visibility-change, page/delete, page/undelete
	Database   string `json:"database"`
	PageID     int64  `json:"page_id"`
	RevID      int64  `json:"rev_id"`
	Visibility *struct {
		Text    *bool `json:"text"`
		User    *bool `json:"user"`
		Comment *bool `json:"comment"`
	} `json:"visibility"`

	// page/change
	Kind   string `json:"page_change_kind"`
	WikiID string `json:"wiki_id"`
	Page   struct {
		PageID int64 `json:"page_id"`
	} `json:"page"`
	Revision struct {
		RevID   int64 `json:"rev_id"`
		Text    *bool `json:"is_content_visible"`
		User    *bool `json:"is_editor_visible"`
		Comment *bool `json:"is_comment_visible"`
	} `json:"revision"`
}

// canaryDomain is that of heartbeats, which are built from a schema's examples.
const canaryDomain = "canary"

// Parse reads a record's value. Its error is a *BrokenError, or says that the event is
// none of ours.
func Parse(value []byte) (Event, error) {
	if len(bytes.TrimSpace(value)) == 0 {
		return Event{}, errIrrelevant // a tombstone
	}
	var w wire
	// Half a character in a comment is no reason to miss what is hidden.
	if err := json.Unmarshal(value, &w, jsontext.AllowInvalidUTF8(true)); err != nil {
		var wrong *json.SemanticError
		if errors.As(err, &wrong) {
			return Event{}, &BrokenError{Reason: reasonType} // its text quotes the event
		}
		return Event{}, &BrokenError{Reason: reasonJSON}
	}
	if w.Meta.Domain == canaryDomain {
		return Event{}, errCanary
	}
	e := Event{Domain: w.Meta.Domain}
	e.Time, _ = time.Parse(time.RFC3339, w.Meta.DT) // zero: the record's own time counts
	var err error
	switch {
	case strings.HasPrefix(w.Schema, "/mediawiki/revision/visibility-change/1."):
		err = w.visibilityChange(&e)
	case strings.HasPrefix(w.Schema, "/mediawiki/page/delete/1."):
		w.pageDelete(&e)
	case strings.HasPrefix(w.Schema, "/mediawiki/page/undelete/1."):
		w.legacy(&e)
	case strings.HasPrefix(w.Schema, "/mediawiki/page/change/1."):
		err = w.pageChange(&e)
	case w.Schema == "":
		err = missing("$schema")
	default:
		err = &BrokenError{Reason: reasonSchema}
	}
	if err == nil {
		err = e.check()
	}
	if err != nil {
		return Event{}, err
	}
	return e, nil
}

// check is what all events must say. What a deleted page had for a revision need not be
// known to forget the page.
func (e *Event) check() error {
	switch {
	case e.Wiki == "":
		return missing("the wiki")
	case e.Rev < 0 || e.Page < 0:
		return &BrokenError{reasonNumber, "rev_id or page_id"}
	case e.Rev == 0 && !e.Deleted:
		return missing("rev_id")
	case e.Rev == 0 && e.Page == 0:
		return missing("page_id")
	}
	return nil
}

// legacy reads what the schemas before page/change have in common.
func (w *wire) legacy(e *Event) { e.Wiki, e.Page, e.Rev = w.Database, w.PageID, w.RevID }

func (w *wire) visibilityChange(e *Event) error {
	v := w.Visibility
	if v == nil {
		return missing("visibility")
	}
	if e.Hidden = hidden(v.Text, v.User, v.Comment); e.Hidden == nil {
		return missing("visibility.text, user or comment")
	}
	w.legacy(e)
	return nil
}

// pageDelete also reads suppressions, which have the same schema and another stream.
func (w *wire) pageDelete(e *Event) {
	w.legacy(e)
	e.Deleted = true
	if strings.HasSuffix(w.Meta.Stream, "page-suppress") {
		h := everything
		e.Hidden = &h
	}
}

func (w *wire) pageChange(e *Event) error {
	r := &w.Revision
	e.Wiki, e.Page, e.Rev = w.WikiID, w.Page.PageID, r.RevID
	e.Hidden = hidden(r.Text, r.User, r.Comment)
	switch w.Kind {
	case "visibility_change":
		if e.Hidden == nil {
			return missing("revision.is_content_visible, is_editor_visible or is_comment_visible")
		}
	case "delete":
		e.Deleted = true
	case "undelete":
	case "":
		return missing("page_change_kind")
	default:
		return errIrrelevant
	}
	return nil
}

// hidden turns what is visible around. Half an answer is none.
func hidden(text, user, comment *bool) *dedupe.Hidden {
	if text == nil || user == nil || comment == nil {
		return nil
	}
	return &dedupe.Hidden{Text: !*text, User: !*user, Comment: !*comment}
}
