package event

import (
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// Identity is which revision an event is about.
type Identity struct {
	Wiki   string
	RevID  int64
	Parent int64 // the revision before, where the event repeats what is known of it; else 0
	// Answer tells a score or a prediction from an event that asks for one.
	Answer bool
}

// Identify reads of an event which revision it is about and no more, so that it can say
// so of one that [Parse] refuses, too. It is false where the event names none.
func Identify(raw []byte) (id Identity, ok bool) {
	if id.Wiki = text(raw, "database"); id.Wiki == "" {
		id.Wiki = text(raw, "wiki_id")
	}
	if id.RevID = number(raw, "rev_id"); id.RevID == 0 {
		id.RevID = number(raw, "revision", "rev_id")
	}
	if id.Parent = number(raw, "prior_state", "revision", "rev_id"); id.Parent == id.RevID {
		id.Parent = 0
	}
	id.Answer = slices.Contains([]string{ScoreSchema, PredictionSchema}, text(raw, "$schema"))
	return id, id.Wiki != "" && id.RevID != 0
}

// text is a member that is a text, or "".
func text(raw []byte, path ...string) string {
	value, ok := member(raw, path...)
	if !ok || value[0] != '"' {
		return ""
	}
	out, _ := jsontext.AppendUnquote(nil, value) // as Parse reads what is not UTF-8
	return string(out)
}

// number is a member that is a positive whole number, or 0.
func number(raw []byte, path ...string) int64 {
	value, _ := member(raw, path...)
	n, err := strconv.ParseInt(string(value), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}
