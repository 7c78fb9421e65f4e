package eventgate

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// answer is what became of a request.
type answer struct {
	code string // for metrics: the status, or what came instead
	// verdicts of the events in the order of the request; nil if the answer does
	// not tell them apart, then fault is set.
	verdicts []verdict
	fault    error
	wait     time.Duration // what the gate asked for; 0: nothing
	suspect  bool          // one of the events may be the reason
	tooLarge bool          // the request's size is the reason
}

// failed reports whether every event is to come again.
func (a answer) failed() bool {
	return !slices.ContainsFunc(a.verdicts, func(v verdict) bool { return v.accepted() || v.reason != "" })
}

// verdict of one event. The zero value means that the gate has it.
type verdict struct {
	reason Reason // set: refused for good
	detail string // set: not accepted; the gate's words
}

func (v verdict) accepted() bool { return v == verdict{} }

// Statuses and how the gate comes to them: EventGate routes/events.js.
//
//	201  all events are produced
//	202  received; only with ?hasty=true
//	207  some failed; the body lists which, the others are produced
//	400  all are invalid; the body lists them
//	500  all failed, not all of them invalid; the body lists them
//
// Everything else comes from what is before the gate or around its route, and
// concerns the whole request; a 200, say, from a proxy that wants a login.
func judge(entries []*entry, hasty bool, status int, header http.Header, body []byte, now time.Time) answer {
	a := answer{code: strconv.Itoa(status), wait: retryAfter(header, now)}
	switch status {
	case http.StatusCreated, http.StatusNoContent: // 204 was the answer of EventGate 1.0
		a.verdicts = make([]verdict, len(entries))
		return a
	case http.StatusAccepted:
		if hasty {
			a.verdicts = make([]verdict, len(entries))
			return a
		}
		a.fault = errors.New("the gate answered 202 to a request that was not hasty, which promises nothing")
		return a
	case http.StatusMultiStatus, http.StatusBadRequest, http.StatusInternalServerError:
		var r report
		if json.Unmarshal(body, &r) == nil {
			if a.verdicts = r.verdicts(entries, status == http.StatusMultiStatus); a.verdicts != nil {
				return a
			}
			// body-parser's error, which service-template-node's error handler
			// turns into a 500 (EventGate lib/util.js, setErrorHandler).
			a.tooLarge = r.Title == "PayloadTooLargeError"
		}
		a.fault = fmt.Errorf("the gate answered %d%s", status, r.words())
		a.suspect = status != http.StatusMultiStatus
	default:
		a.fault = fmt.Errorf("the gate answered %d", status)
	}
	a.tooLarge = a.tooLarge || status == http.StatusRequestEntityTooLarge
	return a
}

// report is the body of an answer: of EventGate's route, or of its error handler
// (then with title and detail).
type report struct {
	Invalid []reported `json:"invalid"`
	Error   []reported `json:"error"`
	Title   string     `json:"title"`
	Detail  string     `json:"detail"`
}

type reported struct {
	Event struct {
		Meta struct {
			ID string `json:"id"`
		} `json:"meta"`
	} `json:"event"`
	Context struct {
		Message    string `json:"message"`
		ErrorsText string `json:"errorsText"`
	} `json:"context"`
}

func (r report) words() string {
	if r.Title == "" && r.Detail == "" {
		return ""
	}
	return ": " + shorten(r.Title+": "+r.Detail)
}

// verdicts finds the reported events among those of the request by their
// meta.id. An event that is not reported is accepted only if the status says so
// of the rest (207) and nothing was reported that is none of ours: then one of
// the others may be meant. It returns nil if the body reports nothing.
func (r report) verdicts(entries []*entry, restAccepted bool) []verdict {
	byID := make(map[string]verdict, len(r.Invalid)+len(r.Error))
	for _, x := range r.Error {
		v := verdict{detail: cmp.Or(x.Context.Message, "the gate gave no reason")}
		v.reason, _ = reasonOf(x.Context.Message)
		byID[x.Event.Meta.ID] = v
	}
	for _, x := range r.Invalid {
		byID[x.Event.Meta.ID] = verdict{reason: Invalid, detail: cmp.Or(x.Context.ErrorsText, x.Context.Message, "the gate gave no reason")}
	}
	if len(byID) == 0 {
		return nil
	}
	found := make(map[string]bool, len(byID))
	list := make([]verdict, len(entries))
	for i, e := range entries {
		if v, ok := byID[e.id]; ok {
			list[i], found[e.id] = v, true
		}
	}
	if len(found) == 0 {
		return nil
	}
	if !restAccepted || len(found) < len(byID) {
		for i := range list {
			if list[i].accepted() {
				list[i].detail = "the gate's answer does not tell what became of it"
			}
		}
	}
	return list
}

// unanswered classifies what went wrong before there was a whole answer. In all
// these cases the gate may have produced the events.
func unanswered(err error) answer {
	var timeout net.Error
	switch {
	case errors.Is(err, context.Canceled):
		return answer{code: "canceled", fault: errors.New("the request was cancelled")}
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return answer{code: "timeout", fault: errors.New("the gate did not answer in time")}
	}
	return answer{code: "connection", fault: fmt.Errorf("call the gate: %w", err)}
}

// retryAfter reads the header of that name, in seconds or as a date.
func retryAfter(header http.Header, now time.Time) time.Duration {
	v := strings.TrimSpace(header.Get("Retry-After"))
	if seconds, err := strconv.ParseInt(v, 10, 32); err == nil {
		return max(0, time.Duration(seconds)*time.Second)
	}
	if date, err := http.ParseTime(v); err == nil {
		return max(0, date.Sub(now))
	}
	return 0
}
