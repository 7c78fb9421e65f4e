package event

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Retry is what a record of a retry topic tells of itself, in a header beside the
// value, which is that of the source's record to the byte.
type Retry struct {
	Attempt int       // 1 for the first time that the event comes from a retry topic
	Due     time.Time // not to be tried before
	// Delay is how long before Due the record was written. Whoever waits for Due waits
	// no longer than this, whatever became of the clock.
	Delay   time.Duration
	Origin  Source   // of the source's record, over all attempts
	Streams []string // that have no answer yet; others were answered
	Models  []string // of each of the streams, in step; nil: all that it has
	Reason  string   // why the last attempt failed, a code and no text
}

const retryHeader = "revscore-retry"

// maxRetryDelay is beyond any that can be configured. A record that says more would keep
// its partition waiting for as long.
const maxRetryDelay = 31 * 24 * time.Hour

// retryFields is the header's form. Times are in milliseconds, since 1970 where they
// are instants.
type retryFields struct {
	Attempt   int      `json:"attempt"`
	Due       int64    `json:"due"`
	Delay     int64    `json:"delay"`
	Topic     string   `json:"topic"`
	Partition int32    `json:"partition"`
	Offset    int64    `json:"offset"`
	Streams   []string `json:"streams"`
	Models    []string `json:"models,omitempty"`
	Reason    string   `json:"reason"`
}

// Header writes the retry beside a record.
func (r Retry) Header() Header {
	value, err := json.Marshal(retryFields{
		Attempt: r.Attempt, Due: r.Due.UnixMilli(), Delay: r.Delay.Milliseconds(),
		Topic: r.Origin.Topic, Partition: r.Origin.Partition, Offset: r.Origin.Offset,
		Streams: r.Streams, Models: r.Models, Reason: r.Reason,
	})
	if err != nil {
		panic("event: strings and numbers are always JSON: " + err.Error())
	}
	return Header{retryHeader, value}
}

// Retry reads the header of a record from a retry topic; it is nil for other records.
func (r Record) Retry() (*Retry, error) {
	for _, h := range r.Headers {
		if h.Key == retryHeader {
			return readRetry(h.Value)
		}
	}
	return nil, nil
}

func readRetry(value []byte) (*Retry, error) {
	var f retryFields
	if err := json.Unmarshal(value, &f); err != nil {
		return nil, fmt.Errorf("header %s: %w", retryHeader, err)
	}
	if f.Attempt < 1 || f.Delay < 0 || f.Delay > maxRetryDelay.Milliseconds() || f.Topic == "" || len(f.Streams) == 0 || f.Models != nil && len(f.Models) != len(f.Streams) {
		return nil, fmt.Errorf("header %s: %w", retryHeader, errRetry)
	}
	return &Retry{
		Attempt: f.Attempt, Due: time.UnixMilli(f.Due), Delay: time.Duration(f.Delay) * time.Millisecond,
		Origin:  Source{Topic: f.Topic, Partition: f.Partition, Offset: f.Offset},
		Streams: f.Streams, Models: f.Models, Reason: f.Reason,
	}, nil
}

var errRetry = errors.New("attempt, delay, topic, streams and models must say which event is to be tried again")

// Wait is how long the record is not to be tried yet.
func (r *Retry) Wait(now time.Time) time.Duration {
	return min(max(0, r.Due.Sub(now)), r.Delay)
}

// Wants tells whether a model's answer in a stream is still to be given.
func (r *Retry) Wants(stream, model string) bool {
	for i, s := range r.Streams {
		if s == stream && (r.Models == nil || r.Models[i] == model) {
			return true
		}
	}
	return false
}
