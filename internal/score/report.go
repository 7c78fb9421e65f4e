package score

import (
	"context"
	"time"

	"revscore/internal/event"
)

// ReportKind says what became of a record, or of one target of it.
type ReportKind string

// What may become of a record.
const (
	KindScore     ReportKind = "score"     // a score was acknowledged
	KindFailure   ReportKind = "failure"   // an event with errors was acknowledged
	KindDuplicate ReportKind = "duplicate" // answered before: nothing sent
	KindRejected  ReportKind = "rejected"  // unreadable: a dead letter was acknowledged
	KindCombined  ReportKind = "combined"  // the event of all models was acknowledged, beside the reports of each
	KindRetry     ReportKind = "retry"     // an answer waits in a retry topic, which was acknowledged
	KindCanary    ReportKind = "canary"    // a heartbeat was passed on
	KindShadow    ReportKind = "shadow"    // a shadow differed: beside the report of the score, for a sample

	// Records that make no message.
	SkippedTombstone ReportKind = "tombstone"      // a record without a value
	SkippedKind      ReportKind = "not_a_revision" // a page_change of another kind
	SkippedAge       ReportKind = "too_old"        // older than consume.max_age
	SkippedRoute     ReportKind = "no_route"       // no stream wants it
)

// Report is told to an observer. Revision is nil for records that were not read.
type Report struct {
	Kind     ReportKind
	Record   event.Record // one from a retry topic has the place of its source's
	Revision *event.Revision
	Stream   string
	Model    string
	Outcome  event.Outcome // of scores and failures; the live one beside a shadow's
	Shadow   *Difference   // of shadows
	Cause    error         // of rejections
	Latency  time.Duration // from receiving the record to the acknowledgement
}

func (p *Pipeline) report(r Report) {
	r.Latency = time.Since(r.Record.Received)
	p.metrics.count(r)
	if p.Observe != nil {
		p.Observe(r)
	}
}

// nothing is the work for a record that makes no message.
func (p *Pipeline) nothing(rec event.Record, rev *event.Revision, kind ReportKind) func(context.Context) error {
	return func(context.Context) error {
		p.report(Report{Kind: kind, Record: rec, Revision: rev})
		return nil
	}
}
