package fetch

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"revscore/internal/score/analysis"
)

// answer is what one call says of the revisions asked for.
type answer struct {
	outcomes  map[int64]outcome // of those mentioned; never of others
	truncated bool              // some were left out because the result was full
}

// outcome of one revision: exactly one of the two is set.
type outcome struct {
	text    *Text
	failure *failure
}

// The parts of an answer in formatversion 2 that matter here. Nothing is read
// that a person wrote but the text itself.
type envelope struct {
	Error    *apiError       `json:"error"`
	Errors   []apiError      `json:"errors"` // where the wiki's errorformat is not bc
	Continue json.RawMessage `json:"continue"`
	Query    struct {
		BadRevIDs badRevIDs `json:"badrevids"`
		Pages     []struct {
			PageID    int64      `json:"pageid"`
			Revisions []revision `json:"revisions"` // empty or absent where the result was full
		} `json:"pages"`
	} `json:"query"`
}

type apiError struct {
	Code string `json:"code"`
}

type revision struct {
	RevID      int64 `json:"revid"`
	ParentID   int64 `json:"parentid"`
	TextHidden flag  `json:"texthidden"`
	Slots      struct {
		Main struct {
			ContentModel string  `json:"contentmodel"`
			Content      *string `json:"content"`
			TextHidden   flag    `json:"texthidden"`
			TextMissing  flag    `json:"textmissing"`
		} `json:"main"`
	} `json:"slots"`
}

// flag is set by its presence: true in formatversion 2, "" in version 1. Once
// set it stays, so that no repeated key can unhide a text.
type flag bool

func (f *flag) UnmarshalJSON(b []byte) error {
	*f = *f || string(b) != "false" && string(b) != "null"
	return nil
}

// badRevIDs is an object with the ids as keys, but an array where PHP takes
// those keys for a list, as for the id 0.
type badRevIDs []int64

func (ids *badRevIDs) UnmarshalJSON(b []byte) error {
	type entry struct {
		RevID int64 `json:"revid"`
	}
	if b[0] == '[' {
		var list []entry
		if err := json.Unmarshal(b, &list); err != nil {
			return err
		}
		for _, e := range list {
			*ids = append(*ids, e.RevID)
		}
		return nil
	}
	var object map[string]entry
	if err := json.Unmarshal(b, &object); err != nil {
		return err
	}
	for _, e := range object {
		*ids = append(*ids, e.RevID)
	}
	return nil
}

// decode reads the body of an answer to a call for some ids. It returns the code
// of the API's error, if the answer is one. Texts are copies: none of them keeps
// the body in memory.
func decode(body []byte, asked []int64, maxText int64, now time.Time) (ans answer, code string, err error) {
	var e envelope
	if err := json.Unmarshal(body, &e); err != nil {
		return answer{}, "", errInvalidJSON // the cause quotes the body
	}
	if e.Error == nil && len(e.Errors) > 0 {
		e.Error = &e.Errors[0]
	}
	if e.Error != nil {
		return answer{}, cleanCode(e.Error.Code), nil
	}
	ans = answer{outcomes: make(map[int64]outcome, len(asked)), truncated: len(e.Continue) > 0}
	for _, id := range e.Query.BadRevIDs {
		if slices.Contains(asked, id) {
			ans.outcomes[id] = outcome{failure: failedNotFound}
		}
	}
	for i := range e.Query.Pages {
		for j := range e.Query.Pages[i].Revisions {
			r := &e.Query.Pages[i].Revisions[j]
			if slices.Contains(asked, r.RevID) {
				ans.add(r, e.Query.Pages[i].PageID, maxText, now)
			}
		}
	}
	return ans, "", nil
}

// add notes what the answer says of a revision. Of two entries for one id, one
// with a text never replaces one without.
func (a *answer) add(r *revision, page, maxText int64, now time.Time) {
	main := &r.Slots.Main
	var o outcome
	switch {
	// The flag "suppressed" is no reason of its own: MediaWiki also sets it when
	// only the user or the comment is, and the text stands for all to read.
	case bool(main.TextHidden || r.TextHidden):
		// To an account with the right to see it, the API shows flag and text.
		o.failure = failedHidden
	case bool(main.TextMissing):
		o.failure = failedMissing
	case main.Content == nil:
		return // neither text nor reason: as if it were left out
	case int64(len(*main.Content)) > maxText:
		o.failure = &failure{kind: TextTooLarge, err: fmt.Errorf("the text has %d bytes, fetch.max_text_bytes is %d", len(*main.Content), maxText)}
	default:
		o.text = &Text{RevID: r.RevID, PageID: page, ParentID: r.ParentID, ContentModel: main.ContentModel, Text: analysis.NewText(*main.Content), fetched: now}
	}
	if before := a.outcomes[r.RevID]; before.failure == nil {
		a.outcomes[r.RevID] = o
	}
}

// cleanCode makes an error code from the network fit for messages.
func cleanCode(code string) string {
	const most = 80
	clean := make([]byte, 0, min(len(code), most))
	for i := range min(len(code), most) {
		if b := code[i]; letterOrDigit(b) || b == '_' || b == '-' || b == '\\' {
			clean = append(clean, b)
		}
	}
	if len(clean) == 0 {
		return "unnamed"
	}
	return string(clean)
}
