package event

import (
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// PredictionSchema is the schema of events that classify a page anew after a change.
const PredictionSchema = "/mediawiki/page/prediction_classification_change/1.1.0"

// predictionEvent is all of the schema but for the classification. The event is
// decoded from a page_change and encoded again through it, so what it does not list is
// not copied: fields that upstream added to page_change have three times broken
// predictions elsewhere, made by copying the event and deleting from it.
//
// Numbers are integers of 64 bits and the schema ends at 53, so each is the source's to
// the digit.
type predictionEvent struct {
	Schema     string            `json:"$schema"`
	Meta       scoreMeta         `json:"meta"`
	DT         instant           `json:"dt"`
	Changelog  string            `json:"changelog_kind"`
	Kind       Kind              `json:"page_change_kind"`
	WikiID     string            `json:"wiki_id"`
	Page       pageEntity        `json:"page"`
	Performer  userEntity        `json:"performer"` // required: a hidden user is an empty one
	Revision   revisionEntity    `json:"revision"`
	Comment    *string           `json:"comment,omitzero"`
	Redirect   *plainPage        `json:"created_redirect_page,omitzero"`
	PriorState *predictionBefore `json:"prior_state,omitzero"`
}

type predictionBefore struct {
	Page     *plainPage      `json:"page,omitzero"`
	Revision *revisionEntity `json:"revision,omitzero"`
}

type pageEntity struct {
	plainPage
	RedirectLink *pageLink `json:"redirect_page_link,omitzero"`
}

// plainPage is a page of which the schema lists no redirect.
type plainPage struct {
	ID         *natural `json:"page_id,omitzero"`
	Title      *name    `json:"page_title,omitzero"`
	Namespace  *natural `json:"namespace_id,omitzero"`
	IsRedirect *bool    `json:"is_redirect,omitzero"`
	Revisions  *natural `json:"revision_count,omitzero"`
}

type pageLink struct {
	ID         *natural `json:"page_id,omitzero"`
	Title      *name    `json:"page_title,omitzero"`
	Namespace  *natural `json:"namespace_id,omitzero"`
	Interwiki  *string  `json:"interwiki_prefix,omitzero"`
	IsRedirect *bool    `json:"is_redirect,omitzero"`
}

type userEntity struct {
	Text           *name    `json:"user_text,omitzero"`
	ID             *natural `json:"user_id,omitzero"`
	EditCount      *natural `json:"edit_count,omitzero"`
	Groups         []name   `json:"groups,omitzero"`
	IsBot          *bool    `json:"is_bot,omitzero"`
	IsSystem       *bool    `json:"is_system,omitzero"`
	IsTemp         *bool    `json:"is_temp,omitzero"`
	RegistrationDT *instant `json:"registration_dt,omitzero"`
}

type revisionEntity struct {
	ID             *positive   `json:"rev_id,omitzero"`
	ParentID       *natural    `json:"rev_parent_id,omitzero"`
	DT             *instant    `json:"rev_dt,omitzero"`
	SHA1           *string     `json:"rev_sha1,omitzero"`
	Size           *natural    `json:"rev_size,omitzero"`
	Comment        *string     `json:"comment,omitzero"`
	Editor         *userEntity `json:"editor,omitzero"`
	IsMinor        *bool       `json:"is_minor_edit,omitzero"`
	CommentVisible *bool       `json:"is_comment_visible,omitzero"`
	ContentVisible *bool       `json:"is_content_visible,omitzero"`
	EditorVisible  *bool       `json:"is_editor_visible,omitzero"`
}

// What the schema asks of values beyond their type.
type (
	natural  int64  // 0 to 2^53-1
	positive int64  // 1 to 2^53-1
	name     string // not empty
	instant  string // RFC 3339
)

const maxInteger = 1<<53 - 1 // up to which every JSON reader is exact

func (n *natural) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	return checked(d, (*int64)(n), func(v int64) bool { return v >= 0 && v <= maxInteger }, "not from 0 to 2^53-1")
}

func (n *positive) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	return checked(d, (*int64)(n), func(v int64) bool { return v >= 1 && v <= maxInteger }, "not from 1 to 2^53-1")
}

func (s *name) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	return checked(d, (*string)(s), func(v string) bool { return v != "" }, "empty")
}

func (s *instant) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	return checked(d, (*string)(s), func(v string) bool { _, err := parseTime(v); return err == nil }, "not an ISO 8601 time")
}

// checked reads a value and holds it to its rule. null, which leaves zero behind, is
// held to the rule too.
func checked[T any](d *jsontext.Decoder, to *T, ok func(T) bool, fault string) error {
	if err := json.UnmarshalDecode(d, to); err != nil {
		return err
	}
	if !ok(*to) {
		return &faultyValue{d.StackPointer(), fault}
	}
	return nil
}

// faultyValue is a value of the right type that the schema refuses.
type faultyValue struct {
	at    jsontext.Pointer
	fault string
}

func (e *faultyValue) Error() string { return dotted(e.at) + " is " + e.fault }

// maxPredicted bounds what a prediction repeats of its source, for the reason that
// maxCopied has. Three users and three comments are in it.
const maxPredicted = 64 << 10

// EncodePrediction writes the event by which a model's score for the revision of a
// page_change classifies the page: the change again, of it only what the schema lists,
// and the score. Like a score event it has the id that [ScoreID] gives.
//
// Parse read of the page_change what scoring needs; what else is copied here may still
// be wrong. The event is then a [*ParseError], as if Parse had found it.
func EncodePrediction(r *Revision, stream string, o Outcome, now time.Time) ([]byte, error) {
	if o.Score == nil {
		panic("event: a prediction is a score; the schema has nowhere to put a failure")
	}
	e, err := readPredictionSource(r)
	if err != nil {
		return nil, err
	}
	e.Schema = PredictionSchema
	e.Meta = scoreMeta{
		Stream: stream, ID: ScoreID(stream, r.Wiki, r.RevID, o.Model, o.Version).String(),
		DT: now.UTC().Format(time.RFC3339Nano), RequestID: r.RequestID, URI: r.URI, Domain: r.Domain,
	}
	b, err := json.Marshal(e, lenient, jsontext.EscapeForJS(true))
	if err != nil {
		return nil, fmt.Errorf("encode event: %w", err)
	}
	if len(b) > maxPredicted {
		return nil, r.refuse(ReasonTooLarge, fmt.Sprintf("what a prediction repeats of the event has %d bytes, at most %d are taken", len(b), maxPredicted))
	}
	b = appendString(append(b[:len(b)-1], `,"predicted_classification":{"model_name":`...), o.Model)
	b = appendString(append(b, `,"model_version":`...), o.Version)
	b = appendStrings(append(b, `,"predictions":`...), o.Score.Labels())
	b, err = appendProbabilities(append(b, `,"probabilities":`...), o.Score.Probability)
	if err != nil {
		return nil, fmt.Errorf("encode event: %w", err)
	}
	return append(b, "}}"...), nil
}

func readPredictionSource(r *Revision) (*predictionEvent, error) {
	if !hasVersion(r.Schema, "/mediawiki/page/change/", "1.") {
		return nil, r.refuse(ReasonUnknownSchema, fmt.Sprintf("schema %q is not page/change 1, of which alone predictions can be made", r.Schema))
	}
	e := new(predictionEvent)
	if err := json.Unmarshal(r.Raw, e, lenient); err != nil {
		var faulty *faultyValue
		if errors.As(err, &faulty) {
			return nil, r.refuse(ReasonWrongType, faulty.Error())
		}
		var pe *ParseError
		if err = decodeError(r.Raw, err); errors.As(err, &pe) {
			pe.Schema, pe.Stream = r.Schema, r.Stream
		}
		return nil, err
	}
	switch e.Changelog {
	case "insert", "update", "delete":
	case "":
		return nil, r.refuse(ReasonMissingField, missing("changelog_kind").Detail)
	default:
		return nil, r.refuse(ReasonWrongType, fmt.Sprintf("changelog_kind is %.40q, neither insert, update nor delete", e.Changelog))
	}
	for field, there := range map[string]bool{
		"dt":                               e.DT != "",
		"created_redirect_page.page_id":    e.Redirect == nil || e.Redirect.ID != nil,
		"created_redirect_page.page_title": e.Redirect == nil || e.Redirect.Title != nil,
	} {
		if !there {
			return nil, r.refuse(ReasonMissingField, missing(field).Detail)
		}
	}
	return e, nil
}

func (r *Revision) refuse(reason, detail string) *ParseError {
	return &ParseError{Reason: reason, Schema: r.Schema, Stream: r.Stream, Detail: detail}
}
