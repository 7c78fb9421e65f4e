package backfill

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"sync/atomic"
	"time"

	"revscore/internal/corpus"
)

// listLimit is how many revisions one call lists, to those without apihighlimits.
const listLimit = "500"

// span feeds the revisions that were saved in a stretch of a wiki's time, in the order of
// time and, within a second, of their ids.
type span struct {
	job    Job
	ask    Asker
	domain string

	checked bool      // the wiki is the right one
	at      Position  // of the last item that was made
	start   time.Time // of the calls that continue each other
	more    string    // arvcontinue of the next call
	ended   bool
	ready   []Item
	seen    atomic.Int64 // Unix time of the last item handed out
}

// OpenSpan lists a job's stretch from a position on.
func OpenSpan(job Job, domain string, ask Asker, from Position) Feed {
	s := &span{job: job, ask: ask, domain: domain, at: from}
	s.seen.Store(max(job.From.Unix(), from.Time.Unix()))
	return s
}

func (s *span) Close() error { return nil }

// Done takes edits for evenly spread over time.
func (s *span) Done() float64 {
	return float64(s.seen.Load()-s.job.From.Unix()) / s.job.To.Sub(s.job.From).Seconds()
}

func (s *span) Next(ctx context.Context) (Item, error) {
	for len(s.ready) == 0 {
		if s.ended {
			return Item{}, io.EOF
		}
		if err := s.fill(ctx); err != nil {
			return Item{}, err
		}
	}
	item := s.ready[0]
	s.ready = s.ready[1:]
	s.seen.Store(item.At.Time.Unix())
	return item, nil
}

// spanAnswer is what list=allrevisions answers: the revisions of one page together.
type spanAnswer struct {
	Continue struct {
		More string `json:"arvcontinue"`
	} `json:"continue"`
	Query struct {
		Pages []pageAnswer `json:"allrevisions"`
	} `json:"query"`
}

var errNoProgress = errors.New("the wiki answers with the same continuation again")

// question asks for what comes next. A job that goes on asks from the second of its last
// revision, and passes over what it has done of that. With a continuation the start must
// stay what it was.
func (s *span) question() url.Values {
	if s.more == "" {
		s.start = s.job.From
		if s.at.Time.After(s.start) {
			s.start = s.at.Time
		}
	}
	q := url.Values{
		"list": {"allrevisions"}, "arvdir": {"newer"}, "arvstart": {stamp(s.start)}, "arvend": {stamp(s.job.To.Add(-time.Second))},
		"arvprop": {revisionProps}, "arvslots": {"main"}, "arvlimit": {listLimit},
	}
	if len(s.job.Namespaces) > 0 {
		q.Set("arvnamespace", join(s.job.Namespaces))
	}
	if s.more != "" {
		q.Set("arvcontinue", s.more)
	}
	return q
}

// fill makes one call.
func (s *span) fill(ctx context.Context) error {
	if !s.checked {
		if err := checkWiki(ctx, s.ask, s.job.Wiki, s.domain); err != nil {
			return err
		}
		s.checked = true
	}
	var a spanAnswer
	if err := s.ask.Query(ctx, s.job.Wiki, s.domain, s.question(), &a); err != nil {
		return err
	}
	if more := a.Continue.More; more != "" && more == s.more {
		return fmt.Errorf("list revisions of %s at %s: %w", s.job.Wiki, more, errNoProgress)
	}
	s.more, s.ended = a.Continue.More, a.Continue.More == ""
	for _, r := range s.sorted(&a) {
		s.at = Position{Records: s.at.Records + 1, Rev: r.RevID, Time: r.Timestamp}
		item := Item{At: s.at, Left: wanted(s.job.Namespaces, r)}
		if item.Left == nil {
			item.Revision = r
		}
		s.ready = append(s.ready, item)
	}
	return nil
}

// sorted are the revisions of an answer that are behind the position.
func (s *span) sorted(a *spanAnswer) []*corpus.Revision {
	var list []*corpus.Revision
	for i := range a.Query.Pages {
		p := &a.Query.Pages[i]
		for j := range p.Revisions {
			r := p.revision(&p.Revisions[j], s.job.Wiki, s.domain)
			if cmp.Or(r.Timestamp.Compare(s.at.Time), cmp.Compare(r.RevID, s.at.Rev)) > 0 {
				list = append(list, r)
			}
		}
	}
	slices.SortFunc(list, func(a, b *corpus.Revision) int {
		return cmp.Or(a.Timestamp.Compare(b.Timestamp), cmp.Compare(a.RevID, b.RevID))
	})
	return list
}
