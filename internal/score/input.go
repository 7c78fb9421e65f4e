package score

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"revscore/internal/event"
	"revscore/internal/score/analysis"
	"revscore/internal/score/feature"
)

// scoringInput is an event with its texts, and what the event does not tell of
// earlier edits. Other fields are other tools' business.
type scoringInput struct {
	Event  json.RawMessage `json:"event"`
	Text   *string         `json:"text"` // null: hidden
	Parent *struct {
		Text      *string   `json:"text"`
		Timestamp time.Time `json:"timestamp"`
		UserID    *int64    `json:"user_id"` // 0: anonymous; none: unknown
	} `json:"parent"`
	Page *struct {
		Created time.Time `json:"creation_timestamp"`
	} `json:"page"`
	User *struct {
		LastEdit time.Time `json:"last_revision_timestamp"`
	} `json:"user"`
}

// ReadInput reads a revision that comes with its texts, as one JSON object: what
// "streamer score" takes, and in what values of the original are recorded. The
// error is one of package event, or of a field that is none.
func ReadInput(line []byte) (*event.Revision, feature.Input, error) {
	var raw scoringInput
	if err := json.Unmarshal(line, &raw); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) { // whose own text names types of Go
			err = fmt.Errorf("%s is a JSON %s", wrong.Field, wrong.Value)
		}
		return nil, feature.Input{}, fmt.Errorf("scoring input: %w", err)
	}
	rev, err := event.Parse(raw.Event)
	if err != nil {
		return nil, feature.Input{}, fmt.Errorf("event: %w", err)
	}
	if rev.Canary() {
		return nil, feature.Input{}, fmt.Errorf("event: a canary: %w", event.ErrNothingToScore)
	}
	return rev, raw.input(rev), nil
}

func (raw *scoringInput) input(rev *event.Revision) feature.Input {
	in := Facts(rev)
	if raw.Text != nil {
		in.Revision = analysis.NewText(*raw.Text)
	}
	if p := raw.Parent; p != nil {
		in.ParentTimestamp, in.ParentUserID = p.Timestamp, p.UserID
		if p.Text != nil {
			in.Parent = analysis.NewText(*p.Text)
		} else {
			in.Revision = nil // half of an edit is no edit: the service fails it too
		}
	}
	// Every page was created some time; a parent of no known time or user is the
	// original's None, as is a user's first edit.
	if raw.User != nil && raw.Page != nil && !raw.Page.Created.IsZero() {
		in.History = true
		in.Page.Created, in.User.LastEdit = raw.Page.Created, raw.User.LastEdit
	}
	return in
}
