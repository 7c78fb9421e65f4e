package score

import (
	"encoding/json"
	"fmt"
	"time"

	"revscore/internal/event"
)

// differenceDocument is the message of a shadow's difference:
// docs/formats/shadow.md. It has nothing of the page, its text or its author that
// the source event does not show; of them only the title.
type differenceDocument struct {
	Stream     string         `json:"stream"`
	Wiki       string         `json:"wiki"`
	PageID     int64          `json:"page_id"`
	PageTitle  string         `json:"page_title,omitempty"`
	RevID      int64          `json:"rev_id"`
	Timestamp  string         `json:"rev_timestamp,omitempty"`
	Result     ShadowResult   `json:"result"`
	Difference *float64       `json:"difference,omitempty"`
	Live       AnswerDocument `json:"live"`
	Shadow     AnswerDocument `json:"shadow"`
}

// AnswerDocument is an answer as messages and the log show it.
type AnswerDocument struct {
	Model   string           `json:"model"`
	Version string           `json:"version"`
	Score   *event.Score     `json:"score,omitempty"`
	Error   *FailureDocument `json:"error,omitempty"`
}

// FailureDocument is why there is no score.
type FailureDocument struct {
	Type    string `json:"type"`
	Message string `json:"message"`
}

func encodeDifference(rev *event.Revision, a *answer, d Difference) ([]byte, error) {
	doc := differenceDocument{
		Stream: a.Stream, Wiki: rev.Wiki, PageID: rev.PageID, PageTitle: rev.PageTitle, RevID: rev.RevID,
		Result: d.Result, Live: DocumentOf(a.Outcome), Shadow: DocumentOf(d.Outcome),
	}
	if !rev.Time.IsZero() {
		doc.Timestamp = rev.Time.UTC().Format(time.RFC3339)
	}
	if a.Score != nil && d.Outcome.Score != nil {
		doc.Difference = &d.Largest
	}
	data, err := json.Marshal(doc)
	if err != nil {
		return nil, fmt.Errorf("difference of revision %d of %s: %w", rev.RevID, rev.Wiki, err)
	}
	return data, nil
}

// DocumentOf is an outcome in the form of [AnswerDocument].
func DocumentOf(o event.Outcome) AnswerDocument {
	doc := AnswerDocument{Model: o.Model, Version: o.Version, Score: o.Score}
	if o.Failure != nil {
		doc.Error = &FailureDocument{o.Failure.Type, o.Failure.Message}
	}
	return doc
}
