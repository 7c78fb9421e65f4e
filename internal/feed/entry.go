package feed

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"revscore/internal/event"
	"revscore/internal/score"
)

// Entry is one answer of one model as it is shown: a score, or an error. It is
// what the feed sends as JSON.
type Entry struct {
	At    string `json:"at"` // of the acknowledgement, RFC 3339, UTC
	Wiki  string `json:"wiki"`
	Title string `json:"title"`
	URL   string `json:"url,omitempty"` // of the difference; http or https, or absent
	Rev   int64  `json:"rev"`
	Model string `json:"model"`
	// Prediction is the label, or several joined by commas.
	Prediction string `json:"prediction,omitempty"`
	// Probability is that of "true" for models that answer true or false, else
	// that of the prediction.
	Probability *float64 `json:"probability,omitempty"`
	// Concern is how much a patroller should care, from 0 to 1; absent for models
	// whose labels are neither good nor bad. See concern.
	Concern *float64 `json:"concern,omitempty"`
	// Latency is from the receipt of the event to the acknowledgement.
	Latency float64 `json:"latency_ms"`
	Error   string  `json:"error,omitempty"` // the failure's type
}

// entryOf returns what there is to show of a report; false: nothing.
func entryOf(r score.Report) (Entry, bool) {
	if r.Revision == nil || r.Kind != score.KindScore && r.Kind != score.KindFailure {
		return Entry{}, false
	}
	e := Entry{
		At:   r.Record.Received.Add(r.Latency).UTC().Format("2006-01-02T15:04:05.000Z"),
		Wiki: plain(r.Revision.Wiki), Title: title(r.Revision.PageTitle), URL: diffURL(r.Revision),
		Rev: r.Revision.RevID, Model: plain(r.Model),
		Latency: milliseconds(r.Latency),
	}
	if s := r.Outcome.Score; s != nil {
		e.Prediction = plain(strings.Join(s.Labels(), ", "))
		e.Probability = probability(s)
		e.Concern = concern(r.Model, s)
		return e, true
	}
	e.Error = plain(failureType(r.Outcome))
	return e, true
}

// twoClass tells whether a model answers true or false.
func twoClass(s *event.Score) bool {
	_, yes := s.Probability["true"]
	_, no := s.Probability["false"]
	return yes && no && len(s.Probability) == 2
}

func probability(s *event.Score) *float64 {
	if twoClass(s) {
		return share(s.Probability["true"])
	}
	labels := s.Labels()
	if len(labels) == 0 { // a multilabel model that is sure of none: how near it came
		labels = slices.Collect(maps.Keys(s.Probability))
	}
	most := -1.0
	for _, label := range labels {
		if p, ok := s.Probability[label]; ok {
			most = max(most, p)
		}
	}
	return share(most)
}

// goodfaith is the one model of ORES whose "true" is the good news.
const goodfaith = "goodfaith"

// concern is the probability of the bad label of a model that has a good and a
// bad one: damaging, reverted and their like ask for the bad, goodfaith for the
// good. Qualities and topics are not a concern.
func concern(model string, s *event.Score) *float64 {
	switch {
	case !twoClass(s):
		return nil
	case model == goodfaith:
		return share(s.Probability["false"])
	default:
		return share(s.Probability["true"])
	}
}

// share refuses what is no probability: nothing is shown rather than a wrong bar.
func share(p float64) *float64 {
	if p >= 0 && p <= 1 { // false for NaN
		return &p
	}
	return nil
}

// diffURL is the address of the revision's difference to the one before: the
// page's own address with ?diff=, which MediaWiki understands under any path.
// Without a usable meta.uri it is guessed from the domain as Wikimedia's wikis
// have it. Everything else is no link: javascript: and data: addresses, those
// with a user's name before the host, those that no browser would take.
func diffURL(r *event.Revision) string {
	u, err := url.Parse(r.URI)
	if err != nil || len(r.URI) > 2*maxText || !linkable(u) {
		u = &url.URL{Scheme: "https", Host: r.Domain, Path: "/w/index.php"}
		if !linkable(u) {
			return ""
		}
	}
	return (&url.URL{
		Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath,
		RawQuery: "diff=" + strconv.FormatInt(r.RevID, 10),
	}).String()
}

func linkable(u *url.URL) bool {
	return (u.Scheme == "http" || u.Scheme == "https") && u.Opaque == "" && u.User == nil && hostname(u.Host)
}

// hostname accepts names and addresses with an optional port, in ASCII: an
// international name stands in events as xn--.
func hostname(host string) bool {
	return host != "" && len(host) <= 255 && !strings.ContainsFunc(host, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(".-:[]", r))
	})
}
