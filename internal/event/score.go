package event

import (
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
)

// ScoreSchema is the schema of every score event and canary that goes out.
const ScoreSchema = "/mediawiki/revision/score/3.0.0"

// Score is one model's answer for one revision: the score document of ORES.
type Score struct {
	// Prediction is the predicted label as ORES answers it: a bool, a string or an
	// int64, after what the model's labels are. Of multilabel models it is a []string
	// or, of bools or int64s, an []any; that of no label is a []string always.
	Prediction any `json:"prediction"`
	// Probability of each label, keyed as JSON keys it: "true", "false", "spam".
	Probability map[string]float64 `json:"probability"`
}

// AppendJSON appends the score document, as caches keep it and ORES answers it.
// A number that JSON cannot hold is an error.
func (s Score) AppendJSON(b []byte) ([]byte, error) {
	b = append(b, `{"prediction":`...)
	switch p := s.Prediction.(type) {
	case []any:
		b = append(b, '[')
		for i, label := range p {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendLabel(b, label)
		}
		b = append(b, ']')
	case []string:
		b = appendStrings(b, p)
	default:
		b = appendLabel(b, p)
	}
	b, err := appendProbabilities(append(b, `,"probability":`...), s.Probability)
	return append(b, '}'), err
}

// appendLabel appends one label as JSON has it.
func appendLabel(b []byte, label any) []byte {
	if text, ok := label.(string); ok {
		return appendString(b, text)
	}
	return append(b, labelText(label)...) // true, 3
}

// MarshalJSON writes the same through encoding/json.
func (s Score) MarshalJSON() ([]byte, error) { return s.AppendJSON(nil) }

// Labels returns the prediction as score events want it: a list of strings.
func (s Score) Labels() []string {
	switch p := s.Prediction.(type) {
	case []string:
		return slices.Clone(p)
	case []any:
		list := make([]string, len(p))
		for i, label := range p {
			list[i] = labelText(label)
		}
		return list
	default:
		return []string{labelText(p)}
	}
}

// appendLabels appends the same as JSON.
func (s Score) appendLabels(b []byte) []byte {
	switch s.Prediction.(type) {
	case []string, []any:
		return appendStrings(b, s.Labels())
	}
	return append(appendString(append(b, '['), labelText(s.Prediction)), ']')
}

// labelText is a label as JSON keys it.
func labelText(label any) string {
	switch l := label.(type) {
	case bool:
		return strconv.FormatBool(l)
	case string:
		return l
	case int64:
		return strconv.FormatInt(l, 10)
	default:
		panic(fmt.Sprintf("event: a prediction of type %T; models make bool, string, int64 or lists of them", l))
	}
}

// UnmarshalJSON reads a score document, as a cache holds it. Anything else than
// a bool, a string, a whole number or a list of one of these as prediction is an error.
func (s *Score) UnmarshalJSON(data []byte) error {
	var doc struct {
		Prediction  json.RawMessage     `json:"prediction"`
		Probability map[string]*float64 `json:"probability"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return fmt.Errorf("score document: %w", err)
	}
	var err error
	if s.Prediction, err = readPrediction(doc.Prediction); err != nil {
		return fmt.Errorf("score document: %w", err)
	}
	if len(doc.Probability) == 0 {
		return fmt.Errorf("score document: no probability")
	}
	s.Probability = make(map[string]float64, len(doc.Probability))
	for label, p := range doc.Probability {
		if p == nil { // null, which encoding/json would take for 0
			return fmt.Errorf("score document: no probability of %.40q", label)
		}
		s.Probability[label] = *p
	}
	return nil
}

// readPrediction tells the types apart by the first byte: encoding/json would take
// null for each of them and leave it at zero.
func readPrediction(data json.RawMessage) (prediction any, err error) {
	if len(data) == 0 {
		return nil, errors.New("no prediction")
	}
	switch first := data[0]; {
	case first == 't' || first == 'f':
		prediction, err = read[bool](data)
	case first == '"':
		prediction, err = read[string](data)
	case first == '-' || first >= '0' && first <= '9':
		prediction, err = read[int64](data)
	case first == '[':
		prediction, err = readList(data)
	default:
		err = errPrediction
	}
	if err != nil {
		return nil, fmt.Errorf("prediction is %.40q: %w", data, err)
	}
	return prediction, nil
}

var errPrediction = errors.New("neither a bool, a string, a whole number nor a list of one of them")

func read[T any](data []byte) (v T, err error) {
	if json.Unmarshal(data, &v) != nil {
		err = errPrediction
	}
	return v, err
}

// readList reads labels of one type: see [Score].
func readList(data []byte) (any, error) {
	list, err := read[[]json.RawMessage](data)
	if err != nil {
		return nil, err
	}
	labels, texts := make([]any, len(list)), []string{}
	for i, raw := range list {
		if raw[0] == '[' {
			return nil, errPrediction
		}
		if labels[i], err = readPrediction(raw); err != nil {
			return nil, errPrediction
		}
		if text, ok := labels[i].(string); ok {
			texts = append(texts, text)
		}
		if reflect.TypeOf(labels[i]) != reflect.TypeOf(labels[0]) {
			return nil, errPrediction
		}
	}
	if len(texts) == len(labels) {
		return texts, nil
	}
	return labels, nil
}

// Failure is why a model could not score a revision. Type is a stable name, in
// most cases that of the reference's exception; see docs/guarantees.md.
type Failure struct {
	Type    string
	Message string
}

// Outcome is what one model said of one revision: a score or a failure.
type Outcome struct {
	Model   string
	Version string
	Score   *Score
	Failure *Failure
}

// idSpace is the UUIDv5 namespace of all ids made here: the UUIDv5 of this
// name in the DNS space. It must never change: consumers merge on the ids.
var idSpace = uuid.NewSHA1(uuid.NameSpaceDNS, []byte("revscore.mediawiki.revision-score"))

// ScoreID is the meta.id of the event that says what version of model thinks of
// a revision on a stream. Saying it again gives the same id.
func ScoreID(stream, wiki string, revID int64, model, version string) uuid.UUID {
	var room [256]byte
	return idOf(appendParts(appendAbout(room[:0], stream, wiki, revID), model, version))
}

// CombinedID is the meta.id of the event that says so of all the models at once. Their
// order counts.
func CombinedID(stream, wiki string, revID int64, outcomes []Outcome) uuid.UUID {
	name := appendParts(appendAbout(make([]byte, 0, 128+64*len(outcomes)), stream, wiki, revID), "combined")
	for _, o := range outcomes {
		name = appendParts(name, o.Model, o.Version)
	}
	return idOf(name)
}

// appendAbout begins the name of an id, with the space in front that idOf wants.
func appendAbout(name []byte, stream, wiki string, revID int64) []byte {
	name = appendParts(append(name, idSpace[:]...), stream, wiki)
	return append(strconv.AppendInt(name, revID, 10), 0)
}

func appendParts(name []byte, parts ...string) []byte {
	for _, part := range parts {
		name = append(append(name, part...), 0)
	}
	return name
}

// idOf is uuid.NewSHA1 without its four allocations. name begins with the space.
func idOf(name []byte) (id uuid.UUID) {
	sum := sha1.Sum(name)
	copy(id[:], sum[:])
	id[6] = id[6]&0x0f | 5<<4 // version
	id[8] = id[8]&0x3f | 0x80 // variant of RFC 9562
	return id
}

// appendID appends an id as text.
func appendID(b []byte, id uuid.UUID) []byte {
	b = append(hex.AppendEncode(b, id[:4]), '-')
	b = append(hex.AppendEncode(b, id[4:6]), '-')
	b = append(hex.AppendEncode(b, id[6:8]), '-')
	b = append(hex.AppendEncode(b, id[8:10]), '-')
	return hex.AppendEncode(b, id[10:])
}

type scoreMeta struct {
	Stream    string `json:"stream"`
	ID        string `json:"id"`
	DT        string `json:"dt"`
	RequestID string `json:"request_id,omitempty"`
	URI       string `json:"uri,omitempty"`
	Domain    string `json:"domain,omitempty"`
}

// EncodeScore writes the score event of one outcome, its fields in the order of
// the official examples. now becomes meta.dt, the time of receipt; dt is the
// revision's own time. Every score passes here, so it is written by appending:
// reflection took a sixth of the service's CPU time.
func EncodeScore(r *Revision, stream string, o Outcome, now time.Time) ([]byte, error) {
	o.check()
	b := r.appendHead(make([]byte, 0, 1024), stream, ScoreID(stream, r.Wiki, r.RevID, o.Model, o.Version), now)
	if o.Failure != nil {
		b = append(b, `,"errors":{`...)
	} else {
		b = append(b, `,"scores":{`...)
	}
	b, err := o.appendTo(b)
	if err != nil {
		return nil, fmt.Errorf("encode event: %w", err)
	}
	return append(b, "}}"...), nil
}

// EncodeCombined writes one score event of all outcomes, each model's under its name
// and in the order given: scores in one object, failures in the other, and neither
// object empty.
func EncodeCombined(r *Revision, stream string, outcomes []Outcome, now time.Time) ([]byte, error) {
	b := r.appendHead(make([]byte, 0, 512+256*len(outcomes)), stream, CombinedID(stream, r.Wiki, r.RevID, outcomes), now)
	names := make(map[string]bool, len(outcomes))
	for _, o := range outcomes {
		o.check()
		if names[o.Model] {
			return nil, fmt.Errorf("encode event: model %s has two outcomes, and a combined event has one of each model", o.Model)
		}
		names[o.Model] = true
	}
	if len(outcomes) == 0 {
		return nil, errors.New("encode event: a combined event without outcomes says nothing")
	}
	for _, kind := range []struct {
		key  string
		want func(Outcome) bool
	}{
		{`,"scores":`, func(o Outcome) bool { return o.Score != nil }},
		{`,"errors":`, func(o Outcome) bool { return o.Failure != nil }},
	} {
		n := 0
		for _, o := range outcomes {
			if !kind.want(o) {
				continue
			}
			if n++; n == 1 {
				b = append(append(b, kind.key...), '{')
			} else {
				b = append(b, ',')
			}
			var err error
			if b, err = o.appendTo(b); err != nil {
				return nil, fmt.Errorf("encode event: %w", err)
			}
		}
		if n > 0 {
			b = append(b, '}')
		}
	}
	return append(b, '}'), nil
}

// check panics where a caller says neither or both.
func (o Outcome) check() {
	if (o.Score == nil) == (o.Failure == nil) {
		panic("event: an outcome must be either a score or a failure")
	}
}

// appendHead writes a score event up to what the models say.
func (r *Revision) appendHead(b []byte, stream string, id uuid.UUID, now time.Time) []byte {
	b = append(b, `{"$schema":"`+ScoreSchema+`","meta":{"stream":`...)
	b = appendString(b, stream)
	b = append(b, `,"id":"`...)
	b = appendID(b, id)
	b = append(b, `","dt":"`...)
	b = now.UTC().AppendFormat(b, time.RFC3339Nano)
	b = append(b, '"')
	b = appendField(b, `,"request_id":`, r.RequestID)
	b = appendField(b, `,"uri":`, r.URI)
	b = appendField(b, `,"domain":`, r.Domain)
	b = append(b, `},"dt":`...)
	b = appendString(b, r.Timestamp)
	return r.appendFields(b)
}

// appendFields writes what the event says of the page and the revision.
func (r *Revision) appendFields(b []byte) []byte {
	b = appendField(b, `,"database":`, r.Wiki)
	b = strconv.AppendInt(append(b, `,"page_id":`...), r.PageID, 10)
	b = appendField(b, `,"page_title":`, r.PageTitle)
	b = strconv.AppendInt(append(b, `,"page_namespace":`...), r.PageNamespace, 10)
	b = strconv.AppendBool(append(b, `,"page_is_redirect":`...), r.PageRedirect)
	if r.Performer != nil {
		b = r.Performer.appendTo(append(b, `,"performer":{`...))
		b = append(b, '}')
	}
	b = strconv.AppendInt(append(b, `,"rev_id":`...), r.RevID, 10)
	if r.ParentID != 0 {
		b = strconv.AppendInt(append(b, `,"rev_parent_id":`...), r.ParentID, 10)
	}
	return appendField(b, `,"rev_timestamp":`, r.Timestamp)
}

func (p *Performer) appendTo(b []byte) []byte {
	b = appendString(append(b, `"user_text":`...), p.Text)
	if p.ID != nil {
		b = strconv.AppendInt(append(b, `,"user_id":`...), *p.ID, 10)
	}
	if p.EditCount != nil {
		b = strconv.AppendInt(append(b, `,"user_edit_count":`...), *p.EditCount, 10)
	}
	if len(p.Groups) > 0 {
		b = appendStrings(append(b, `,"user_groups":`...), p.Groups)
	}
	if p.IsBot != nil {
		b = strconv.AppendBool(append(b, `,"user_is_bot":`...), *p.IsBot)
	}
	return appendField(b, `,"user_registration_dt":`, p.RegistrationDT)
}

// appendTo writes what the model says, keyed by its name.
func (o Outcome) appendTo(b []byte) ([]byte, error) {
	b = appendString(b, o.Model)
	b = appendString(append(b, `:{"model_name":`...), o.Model)
	b = appendString(append(b, `,"model_version":`...), o.Version)
	if o.Failure != nil {
		b = appendString(append(b, `,"type":`...), o.Failure.Type)
		b = appendString(append(b, `,"message":`...), o.Failure.Message)
		return append(b, '}'), nil
	}
	b = o.Score.appendLabels(append(b, `,"prediction":`...))
	b, err := appendProbabilities(append(b, `,"probability":`...), o.Score.Probability)
	return append(b, '}'), err
}

// EncodeKey writes the message key of every event about a page, the one that
// MediaWiki's page_change uses, so that derived topics keep a page's order and
// can be joined or compacted with their source.
func EncodeKey(wiki string, pageID int64) []byte {
	key := append(make([]byte, 0, 48), `{"wiki_id":`...)
	key = appendString(key, wiki)
	key = append(key, `,"page_id":`...)
	key = strconv.AppendInt(key, pageID, 10)
	return append(key, '}')
}
