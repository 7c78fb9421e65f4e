package event

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"
)

// ScoreSchema is the schema of every score event and canary that goes out.
const ScoreSchema = "/mediawiki/revision/score/3.0.0"

// Score is one model's answer for one revision: the score document of ORES.
type Score struct {
	// Prediction is a bool for two-class models, a string for several classes
	// and a []string for multilabel ones, as ORES answers it.
	Prediction any `json:"prediction"`
	// Probability of each label, keyed as JSON keys it: "true", "false", "spam".
	Probability map[string]float64 `json:"probability"`
}

// Labels returns the prediction as score events want it: a list of strings.
func (s Score) Labels() []string {
	switch p := s.Prediction.(type) {
	case bool:
		return []string{strconv.FormatBool(p)}
	case string:
		return []string{p}
	case []string:
		return slices.Clone(p)
	default:
		panic(fmt.Sprintf("event: a prediction of type %T; models make bool, string or []string", p))
	}
}

// UnmarshalJSON reads a score document, as a cache holds it. Anything else than
// a bool, a string or strings as prediction is an error.
func (s *Score) UnmarshalJSON(data []byte) error {
	var doc struct {
		Prediction  json.RawMessage    `json:"prediction"`
		Probability map[string]float64 `json:"probability"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return fmt.Errorf("score document: %w", err)
	}
	var b bool
	var one string
	var many []string
	switch {
	case json.Unmarshal(doc.Prediction, &b) == nil:
		s.Prediction = b
	case json.Unmarshal(doc.Prediction, &one) == nil:
		s.Prediction = one
	case json.Unmarshal(doc.Prediction, &many) == nil:
		s.Prediction = many
	default:
		return fmt.Errorf("score document: prediction %.40q is neither a bool, a string nor strings", doc.Prediction)
	}
	if len(doc.Probability) == 0 {
		return fmt.Errorf("score document: no probability")
	}
	s.Probability = doc.Probability
	return nil
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
	name := make([]byte, 0, 128)
	for _, part := range []string{stream, wiki, strconv.FormatInt(revID, 10), model, version} {
		name = append(name, part...)
		name = append(name, 0)
	}
	return uuid.NewSHA1(idSpace, name)
}

// CanaryID is the meta.id of the canary that a stream passes on for a source's
// canary: one for each, however often the source's is delivered.
func CanaryID(stream, sourceID string) uuid.UUID {
	return uuid.NewSHA1(idSpace, []byte(stream+"\x00canary\x00"+sourceID))
}

// Order of fields as in the official examples.
type scoreEvent struct {
	Schema        string                  `json:"$schema"`
	Meta          scoreMeta               `json:"meta"`
	DT            string                  `json:"dt"`
	Database      string                  `json:"database,omitempty"`
	PageID        int64                   `json:"page_id,omitempty"`
	PageTitle     string                  `json:"page_title,omitempty"`
	PageNamespace int64                   `json:"page_namespace"`
	PageRedirect  bool                    `json:"page_is_redirect"`
	Performer     *Performer              `json:"performer,omitempty"`
	RevID         int64                   `json:"rev_id"`
	RevParentID   int64                   `json:"rev_parent_id,omitempty"`
	RevTimestamp  string                  `json:"rev_timestamp"`
	Scores        map[string]scoreEntry   `json:"scores,omitempty"`
	Errors        map[string]failureEntry `json:"errors,omitempty"`
}

// canaryEvent is a score event that names no revision: the schema requires no more.
type canaryEvent struct {
	Schema   string    `json:"$schema"`
	Meta     scoreMeta `json:"meta"`
	DT       string    `json:"dt"`
	Database string    `json:"database,omitempty"`
}

type scoreMeta struct {
	Stream    string `json:"stream"`
	ID        string `json:"id"`
	DT        string `json:"dt"`
	RequestID string `json:"request_id,omitempty"`
	URI       string `json:"uri,omitempty"`
	Domain    string `json:"domain,omitempty"`
}

type scoreEntry struct {
	ModelName    string             `json:"model_name"`
	ModelVersion string             `json:"model_version"`
	Prediction   []string           `json:"prediction"`
	Probability  map[string]float64 `json:"probability"`
}

type failureEntry struct {
	ModelName    string `json:"model_name"`
	ModelVersion string `json:"model_version"`
	Type         string `json:"type"`
	Message      string `json:"message"`
}

func newScoreEvent(r *Revision, stream, id string, now time.Time) scoreEvent {
	return scoreEvent{
		Schema: ScoreSchema,
		Meta: scoreMeta{
			Stream: stream, ID: id, DT: now.UTC().Format(time.RFC3339Nano),
			RequestID: r.RequestID, URI: r.URI, Domain: r.Domain,
		},
		DT: r.Timestamp, Database: r.Wiki,
		PageID: r.PageID, PageTitle: r.PageTitle, PageNamespace: r.PageNamespace, PageRedirect: r.PageRedirect,
		Performer: r.Performer, RevID: r.RevID, RevParentID: r.ParentID, RevTimestamp: r.Timestamp,
	}
}

// EncodeScore writes the score event of one outcome. now becomes meta.dt, the
// time of receipt; dt is the revision's own time.
func EncodeScore(r *Revision, stream string, o Outcome, now time.Time) ([]byte, error) {
	e := newScoreEvent(r, stream, ScoreID(stream, r.Wiki, r.RevID, o.Model, o.Version).String(), now)
	switch {
	case o.Failure != nil:
		e.Errors = map[string]failureEntry{o.Model: {o.Model, o.Version, o.Failure.Type, o.Failure.Message}}
	case o.Score != nil:
		e.Scores = map[string]scoreEntry{o.Model: {o.Model, o.Version, o.Score.Labels(), o.Score.Probability}}
	default:
		panic("event: an outcome with neither score nor failure")
	}
	return marshal(e)
}

// EncodeCanary writes the canary that stream passes on for the source's r: the
// domain by which consumers drop it, the time, and nothing else. Its dt is the
// source's time of receipt, so that it falls into the hour it stands for.
func EncodeCanary(r *Revision, stream string, now time.Time) ([]byte, error) {
	e := canaryEvent{
		Schema: ScoreSchema,
		Meta: scoreMeta{
			Stream: stream, ID: CanaryID(stream, r.CanarySource()).String(), DT: now.UTC().Format(time.RFC3339Nano),
			RequestID: r.RequestID, URI: r.URI, Domain: r.Domain,
		},
		DT: r.MetaDT, Database: r.Wiki,
	}
	if _, err := time.Parse(time.RFC3339, e.DT); err != nil {
		e.DT = e.Meta.DT
	}
	return marshal(e)
}

// CanarySource names the source's canary: by its id, or where a producer sends
// none by its time.
func (r *Revision) CanarySource() string {
	if r.MetaID != "" {
		return r.MetaID
	}
	return r.Stream + "@" + r.MetaDT
}

// EncodeKey writes the message key of every event about a page, the one that
// MediaWiki's page_change uses, so that derived topics keep a page's order and
// can be joined or compacted with their source.
func EncodeKey(wiki string, pageID int64) []byte {
	key := append(make([]byte, 0, 48), `{"wiki_id":`...)
	quoted, err := json.Marshal(wiki)
	if err != nil {
		panic("event: a string that JSON cannot hold: " + err.Error())
	}
	key = append(key, quoted...)
	key = append(key, `,"page_id":`...)
	key = strconv.AppendInt(key, pageID, 10)
	return append(key, '}')
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// marshal encodes without HTML escaping: titles and URIs are full of '&', and
// consumers compare them with their source as text.
func marshal(v any) ([]byte, error) {
	buf := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buf)
	buf.Reset()
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encode event: %w", err)
	}
	return bytes.Clone(bytes.TrimRight(buf.Bytes(), "\n")), nil
}
