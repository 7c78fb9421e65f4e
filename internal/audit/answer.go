package audit

import (
	"encoding/hex"
	"encoding/json"
	"iter"
	"strings"

	"revscore/internal/event"
)

// canary is the domain of events that stand for none.
const canary = "canary"

// answer is what an audit asks of a score event, of one model or of all, or of a
// prediction. Models' documents are not looked into.
type answer struct {
	Meta struct {
		ID     string `json:"id"`
		Stream string `json:"stream"`
		Domain string `json:"domain"`
	} `json:"meta"`
	Database string              `json:"database"`
	RevID    int64               `json:"rev_id"`
	Scores   map[string]struct{} `json:"scores"`
	Errors   map[string]struct{} `json:"errors"`

	WikiID   string `json:"wiki_id"`
	Revision struct {
		RevID int64 `json:"rev_id"`
	} `json:"revision"`
	Predicted struct {
		Model string `json:"model_name"`
	} `json:"predicted_classification"`
}

// asScore tells of a prediction as the score event of it would.
func (a *answer) asScore() {
	if a.Predicted.Model != "" {
		a.Database, a.RevID, a.Scores = a.WikiID, a.Revision.RevID, map[string]struct{}{a.Predicted.Model: {}}
	}
}

// Answers takes the values of output events, as JSON. What is no answer is counted; what
// answers no input of the range is passed over.
func (l *Ledger) Answers(events iter.Seq2[[]byte, error]) error {
	for value, err := range events {
		if err != nil {
			return err
		}
		l.answer(value)
	}
	return nil
}

func (l *Ledger) answer(value []byte) {
	if value == nil {
		return // a tombstone says nothing
	}
	var a answer
	if err := json.Unmarshal(value, &a); err != nil {
		l.foul++
		return
	}
	if a.Meta.Domain == canary {
		return
	}
	a.asScore()
	metaID, ok := parseID(a.Meta.ID)
	if !ok || a.Database == "" || a.RevID <= 0 || len(a.Scores)+len(a.Errors) == 0 {
		l.foul++
		return
	}
	for model := range a.Scores {
		l.note(keyOf(a.Meta.Stream, a.Database, a.RevID, model), metaID, scored)
	}
	for model := range a.Errors {
		l.note(keyOf(a.Meta.Stream, a.Database, a.RevID, model), metaID, failed)
	}
}

// Letters takes dead letters, as JSON. The schema of predictions has no errors, so the
// letter about one that failed is its answer; about says of which targets a letter is.
// One that keeps only the beginning of its event tells nothing.
func (l *Ledger) Letters(events iter.Seq2[[]byte, error], about func(*event.Revision, *event.DeadLetter) []Target) error {
	for value, err := range events {
		if err != nil {
			return err
		}
		d, err := event.DecodeDeadLetter(value)
		if err != nil || d.Refused != nil {
			continue
		}
		rev, err := event.Parse(d.Raw)
		metaID, ok := parseID(d.ID)
		if err != nil || !ok {
			continue
		}
		for _, t := range about(rev, d) {
			l.note(keyOf(t.Stream, rev.Wiki, rev.RevID, t.Model), metaID, failed)
		}
	}
	return nil
}

// Waiting takes the records of retry topics that nobody has finished yet: what they want
// is on its way. It is asked before Answers, since what waits may be answered meanwhile.
func (l *Ledger) Waiting(records iter.Seq2[event.Record, error]) error {
	for rec, err := range records {
		if err != nil {
			return err
		}
		retry, err := rec.Retry()
		if err != nil || retry == nil {
			continue // it becomes a dead letter
		}
		rev, err := event.Parse(rec.Value)
		if err != nil {
			continue
		}
		targets, err := l.route(rev)
		if err != nil {
			continue
		}
		for _, t := range targets {
			// The event of all models is named without one.
			if retry.Wants(t.Stream, t.Model) || retry.Wants(t.Stream, "") {
				l.wait(keyOf(t.Stream, rev.Wiki, rev.RevID, t.Model))
			}
		}
	}
	return nil
}

func (l *Ledger) wait(key id) {
	if e, ok := l.entries[key]; ok {
		e.answered |= waiting
		l.entries[key] = e
	}
}

// note enters one answer, if it is wanted.
func (l *Ledger) note(key, metaID id, kind uint8) {
	e, ok := l.entries[key]
	if !ok {
		return
	}
	more := l.extra[e.group]
	switch {
	case e.answered&named == 0:
		e.first = metaID
	case e.first == metaID || l.others[key][metaID]:
		more.repeated++
	default:
		more.distinct++
		if l.others[key] == nil {
			l.others[key] = map[id]bool{}
		}
		l.others[key][metaID] = true
	}
	e.answered |= kind | named
	l.entries[key], l.extra[e.group] = e, more
}

// parseID reads a UUID as text.
func parseID(text string) (out id, ok bool) {
	if len(text) != 36 {
		return out, false
	}
	digits := strings.ReplaceAll(text, "-", "")
	if len(digits) != 2*len(out) {
		return out, false
	}
	_, err := hex.Decode(out[:], []byte(digits))
	return out, err == nil
}
