package feed

import (
	"encoding/json"
	"math"
	"time"

	"revscore/internal/score"
)

// lately is the number of seconds over which rate and latency are taken: those
// of the whole run would hardly move any more after a day.
const lately = 10

// Summary is what /feed/summary answers.
type Summary struct {
	Events  EventCounts                 `json:"events"`
	Scores  map[string]int64            `json:"scores"`  // by model
	Errors  map[string]map[string]int64 `json:"errors"`  // by model and type
	Repeats int64                       `json:"repeats"` // answers sent before, not sent again
	Retries int64                       `json:"retries"` // answers put off to a retry topic

	RejectedBy map[string]int64           `json:"rejected_by"`
	SkippedBy  map[score.ReportKind]int64 `json:"skipped_by"`

	// Of the last ten seconds.
	Rate    float64  `json:"events_per_second"`
	Latency *Latency `json:"latency_ms"` // null: no answers

	NotShown int64 `json:"not_shown"` // scores that were counted but are not in the feed
}

// EventCounts add up: in is the sum of the others.
type EventCounts struct {
	In         int64 `json:"in"`
	Answered   int64 `json:"answered"`
	Duplicates int64 `json:"duplicates"`
	Rejected   int64 `json:"rejected"`
	Canaries   int64 `json:"canaries"`
	Skipped    int64 `json:"skipped"`
}

// Latency is from the receipt of an event to the acknowledgement.
type Latency struct {
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
}

// stats remembers the last seconds. One goroutine owns it.
type stats struct{ samples []sample }

type sample struct {
	at       time.Time
	finished int64
	latency  histogram
}

// summary adds a sample and writes what holds now as JSON.
func (s *stats) summary(now time.Time, c Counts, latency histogram, missed int64) []byte {
	out := Summary{
		Events: EventCounts{c.In, c.Answered, c.Duplicates, c.Rejected, c.Canaries, c.Skipped},
		Scores: c.Scores, Errors: c.Errors, Repeats: c.Repeats, Retries: c.Retries,
		RejectedBy: c.RejectedBy, SkippedBy: c.SkippedBy, NotShown: missed,
	}
	if len(s.samples) > 0 {
		old := &s.samples[0]
		if span := now.Sub(old.at).Seconds(); span > 0 {
			out.Rate = math.Round(10*float64(c.Finished()-old.finished)/span) / 10
		}
		recent := latency.since(&old.latency)
		if p50, ok := recent.quantile(0.50); ok {
			p99, _ := recent.quantile(0.99)
			out.Latency = &Latency{milliseconds(p50), milliseconds(p99)}
		}
	}
	if s.samples = append(s.samples, sample{now, c.Finished(), latency}); len(s.samples) > lately {
		s.samples = s.samples[1:]
	}
	data, err := json.Marshal(out)
	if err != nil {
		panic("feed: a summary that JSON cannot hold: " + err.Error())
	}
	return data
}

func milliseconds(d time.Duration) float64 {
	return float64(d.Round(10*time.Microsecond)) / float64(time.Millisecond)
}
