package backfill

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"revscore/internal/consume"
	"revscore/internal/corpus"
	"revscore/internal/event"
)

// Live tells how the live service fares.
type Live interface {
	// Behind tells whether it is too far behind. An error is final; what passes is
	// Live's own concern.
	Behind(context.Context) (bool, error)
}

// Parts are what a [Source] is made of. Texts and Live may be nil.
type Parts struct {
	Feed    Feed
	Journal *Journal
	Path    string // of the feed's file, if it has one
	Pace    *Pace
	Live    Live
	Texts   *Texts // of a dump
	Handler consume.Handler
	Window  int
	// Warn is told of what passes by itself, or only makes a later start slower.
	Warn     func(message string, err error)
	Registry prometheus.Registerer
}

// Source feeds a job to a handler, as consume.Kafka feeds a topic.
type Source struct {
	Parts
	form  corpus.Form
	topic string
	pull  *consume.Pull[Position]

	metrics *metrics

	handed atomic.Int64 // revisions
	ended  atomic.Bool  // the feed has come to its end

	mu   sync.Mutex // guards what follows
	left map[string]*LeftOut
}

// LeftOut are the records that were left out for one reason.
type LeftOut struct {
	Count    int64
	Examples []string // the first
}

// maxExamples is how many are named.
const maxExamples = 20

// saveEvery is how often the position is saved; Live is looked at as often.
const saveEvery = time.Second

// NewSource prepares the source; it reads nothing before Run.
func NewSource(parts Parts) *Source {
	name := parts.Journal.Job().Name()
	s := &Source{
		Parts: parts, topic: "backfill." + name, left: map[string]*LeftOut{},
		form: corpus.Form{Change: parts.Journal.Job().Change, Told: true, RequestID: "backfill-" + name},
	}
	s.metrics = newMetrics(parts.Registry, s)
	s.pull = consume.NewPull(consume.PullParts[Position]{
		Name: "backfill of " + parts.Journal.Job().String(), Window: parts.Window, Handler: holding{s}, Next: s.next,
		Advanced: parts.Journal.advance, Registry: parts.Registry,
	})
	return s
}

// Run feeds the job until it is done, ctx is, or an error makes going on wrong.
func (s *Source) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	var owned sync.WaitGroup
	defer owned.Wait()
	defer cancel(nil)
	if err := s.look(ctx); err != nil { // before the first revision
		return err
	}
	owned.Go(func() { s.tend(ctx, cancel) })
	err := s.pull.Run(ctx)
	if cause := context.Cause(ctx); cause != nil {
		if errors.Is(cause, context.Canceled) {
			return nil
		}
		return cause
	}
	if err == nil && s.ended.Load() {
		err = s.Journal.finish(s.Path)
	}
	return err
}

// tend saves the position and looks at the live service once a second.
func (s *Source) tend(ctx context.Context, cancel context.CancelCauseFunc) {
	tick := time.NewTicker(saveEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := s.Journal.Save(); err != nil {
			s.Warn("the position is not saved; a new start would begin further back", err)
		}
		if err := s.look(ctx); err != nil {
			cancel(err)
			return
		}
	}
}

func (s *Source) look(ctx context.Context) error {
	if s.Live == nil {
		return nil
	}
	behind, err := s.Live.Behind(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	s.Pace.Look(behind)
	return nil
}

// next is the pull's: the next revision as an event, when the pace allows.
func (s *Source) next(ctx context.Context) (consume.Pulled[Position], error) {
	item, err := s.Feed.Next(ctx)
	if err != nil {
		s.ended.Store(err == io.EOF)
		return consume.Pulled[Position]{}, err
	}
	p := consume.Pulled[Position]{At: item.At, Done: true}
	if item.Left != nil {
		s.leave(item.Left)
		return p, nil
	}
	r := item.Revision
	value, err := r.EventAs(s.form)
	if err != nil {
		s.leave(&Left{Reason: LeftBroken, Where: fmt.Sprint(r.RevID), Err: err})
		return p, nil
	}
	if err := s.Pace.wait(ctx); err != nil {
		return p, err
	}
	if s.Texts != nil {
		if err := s.Texts.hold(ctx, item.At.Records, r); err != nil {
			return p, err
		}
	}
	s.handed.Add(1)
	s.metrics.revisions.Inc()
	p.Done = false
	p.Record = event.Record{
		Source: event.Source{Topic: s.topic, Offset: item.At.Records}, Value: value, Received: time.Now(),
	}
	if r.CommentHidden && !s.form.Change {
		p.Record.Headers = []event.Header{event.HideComment()}
	}
	return p, nil
}

func (s *Source) leave(l *Left) {
	s.metrics.left.WithLabelValues(l.Reason).Inc()
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.left[l.Reason]
	if out == nil {
		out = &LeftOut{}
		s.left[l.Reason] = out
	}
	out.Count++
	if len(out.Examples) < maxExamples {
		out.Examples = append(out.Examples, l.String())
	}
}

// holding lets go of a dump's texts when their event is finished.
type holding struct{ *Source }

func (h holding) Begin(rec event.Record) func(context.Context) error {
	task := h.Handler.Begin(rec)
	if h.Texts == nil {
		return task
	}
	return func(ctx context.Context) error {
		defer h.Texts.drop(rec.Offset)
		return task(ctx)
	}
}

// Progress of a job.
type Progress struct {
	Revisions int64   // handed on since the start
	Done      float64 // part of the source that was read
	Still     bool    // standing still for the live service
}

// Progress may be asked for at any time.
func (s *Source) Progress() Progress {
	return Progress{Revisions: s.handed.Load(), Done: min(1, s.Feed.Done()), Still: s.Pace.Still()}
}

// Left lists what was left out since the start, by reason.
func (s *Source) Left() map[string]LeftOut {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[string]LeftOut{}
	for reason, out := range maps.All(s.left) {
		all[reason] = LeftOut{out.Count, slices.Clone(out.Examples)}
	}
	return all
}

// Ended tells whether all of the job was fed.
func (s *Source) Ended() bool { return s.ended.Load() }

// Drain feeds no more revisions and waits for those in flight.
func (s *Source) Drain(ctx context.Context) error { return s.pull.Drain(ctx) }

// Commit saves the position.
func (s *Source) Commit(context.Context) error { return s.Journal.Save() }

// Ready has nothing to ask.
func (s *Source) Ready(context.Context) error { return nil }

// Close closes the feed's file.
func (s *Source) Close() { _ = s.Feed.Close() } // it was only read
