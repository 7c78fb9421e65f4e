package event

import (
	"fmt"
	"time"

	"github.com/google/uuid"
)

// CanaryID is the meta.id of the canary that a stream passes on for a source's
// canary: one for each, however often the source's is delivered.
func CanaryID(stream, sourceID string) uuid.UUID {
	return uuid.NewSHA1(idSpace, []byte(stream+"\x00canary\x00"+sourceID))
}

// canaryEvent is a score event that names no revision: its schema requires no more.
type canaryEvent struct {
	Schema   string    `json:"$schema"`
	Meta     scoreMeta `json:"meta"`
	DT       string    `json:"dt"`
	Database string    `json:"database,omitempty"`
}

// canaryPrediction is one of a schema that requires a page and a revision: the ones of
// its own example. Who reads it by mistake finds no classification.
type canaryPrediction struct {
	Schema    string         `json:"$schema"`
	Meta      scoreMeta      `json:"meta"`
	DT        string         `json:"dt"`
	Changelog string         `json:"changelog_kind"`
	Kind      Kind           `json:"page_change_kind"`
	WikiID    string         `json:"wiki_id"`
	Page      canaryPage     `json:"page"`
	Performer struct{}       `json:"performer"`
	Revision  canaryRevision `json:"revision"`
}

type canaryPage struct {
	ID    int64  `json:"page_id"`
	Title string `json:"page_title"`
}

type canaryRevision struct {
	ID int64  `json:"rev_id"`
	DT string `json:"rev_dt"`
}

// EncodeCanary writes the canary that a stream of the schema passes on for the source's
// r: the domain by which consumers drop it, the time, and nothing else that is true.
// Its dt is the source's time of receipt, so that it falls into the hour it stands for.
func EncodeCanary(r *Revision, stream, schema string, now time.Time) ([]byte, error) {
	meta := scoreMeta{
		Stream: stream, ID: CanaryID(stream, r.CanarySource()).String(), DT: now.UTC().Format(time.RFC3339Nano),
		RequestID: r.RequestID, URI: r.URI, Domain: r.Domain,
	}
	dt := r.MetaDT
	if _, err := parseTime(dt); err != nil {
		dt = meta.DT
	}
	switch schema {
	case ScoreSchema:
		return marshal(canaryEvent{Schema: schema, Meta: meta, DT: dt, Database: r.Wiki})
	case PredictionSchema:
		e := canaryPrediction{
			Schema: schema, Meta: meta, DT: dt, Changelog: "update", Kind: KindEdit, WikiID: r.Wiki,
			Page: canaryPage{1, "example"}, Revision: canaryRevision{2, dt},
		}
		if e.WikiID == "" {
			e.WikiID = "example"
		}
		return marshal(e)
	default:
		return nil, fmt.Errorf("encode canary: there is none of schema %q", schema)
	}
}

// CanarySource names the source's canary: by its id, or where a producer sends
// none by its time.
func (r *Revision) CanarySource() string {
	if r.MetaID != "" {
		return r.MetaID
	}
	return r.Stream + "@" + r.MetaDT
}
