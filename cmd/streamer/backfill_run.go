package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"revscore/internal/backfill"
	"revscore/internal/consume"
	"revscore/internal/feed"
	"revscore/internal/score"
	"revscore/internal/score/fetch"
)

// backfillRun is one run of a job. It is the service's source, and stands before the
// wikis' texts.
type backfillRun struct {
	cfg     Config
	o       backfillOptions
	journal *backfill.Journal
	log     *zap.Logger
	live    *liveWatch // nil: nobody looks
	tally   *feed.Tally

	// Made while the service is built.
	client *fetch.Client
	held   *backfill.Texts
	src    *backfill.Source
}

// newBackfillRun finds out how far the job is; live is the service's own configuration.
func newBackfillRun(ctx context.Context, cfg, live Config, o backfillOptions, job backfill.Job, log *zap.Logger) (*backfillRun, error) {
	journal, err := backfill.OpenJournal(o.state, job, o.path(), o.restart)
	if err != nil {
		return nil, err
	}
	r := &backfillRun{cfg: cfg, o: o, journal: journal, log: log.Named("backfill"), tally: feed.NewTally()}
	if o.lag > 0 && live.Consume.Source == consume.SourceKafka {
		if r.live, err = newLiveWatch(ctx, live, o, r.log); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func (r *backfillRun) close() {
	if r.live != nil {
		r.live.close()
	}
}

// texts implements feeding.
func (r *backfillRun) texts(client *fetch.Client) score.Texts {
	r.client = client
	if r.journal.Job().Kind != backfill.Dump {
		return client
	}
	var others score.Texts = client
	if r.o.offline {
		others = nil
	}
	r.held = backfill.NewTexts(others, r.cfg.Fetch.MaxTextBytes)
	return r.held
}

// source implements feeding.
func (r *backfillRun) source(handler consume.Handler, reg prometheus.Registerer) (source, error) {
	from, err := r.open()
	if err != nil {
		return nil, err
	}
	parts := backfill.Parts{
		Feed: from, Journal: r.journal, Path: r.o.path(), Pace: backfill.NewPace(r.o.rate), Texts: r.held,
		Handler: handler, Window: r.cfg.Consume.Window, Registry: reg, Warn: r.warn,
	}
	if r.live != nil {
		parts.Live = r.live
	}
	r.src = backfill.NewSource(parts)
	return r.src, nil
}

// open opens the feed where the journal says.
func (r *backfillRun) open() (backfill.Feed, error) {
	ask := backfill.Patiently(r.client, func(err error) { r.warn("the wiki does not answer; it is asked again", err) })
	job, at := r.journal.Job(), r.journal.At()
	if job.Kind == backfill.Dump {
		from, err := backfill.OpenDump(r.o.path(), at, job.Namespaces)
		if err != nil || r.o.offline {
			return from, err
		}
		return backfill.WithUsers(from, ask), nil
	}
	domain, err := r.o.domainOf()
	if err != nil {
		return nil, err
	}
	if job.Kind == backfill.Range {
		return backfill.WithUsers(backfill.OpenSpan(job, domain, ask, at), ask), nil
	}
	from, err := backfill.OpenIDs(r.o.path(), job.Wiki, domain, ask, at, job.Namespaces)
	if err != nil {
		return nil, err
	}
	return backfill.WithUsers(from, ask), nil
}

func (r *backfillRun) warn(message string, err error) { r.log.Warn(message, zap.Error(err)) }

// run does the job, or what is left of it, and sums up.
func (r *backfillRun) run(ctx context.Context, out, stderr io.Writer) error {
	if r.journal.Finished() {
		_, err := fmt.Fprintf(out, "nothing left to do: %s says that %s were fed, all of them; --restart feeds them again\n", r.o.state, r.journal.Job())
		return err
	}
	if at := r.journal.At(); at.Records > 0 {
		r.log.Info("going on", zap.Int64("behind_record", at.Records), zap.String("state", r.o.state))
	}
	began := time.Now()
	var shown *backfillProgress
	err := run(ctx, r.cfg, r.log, hooks{
		feed:    r,
		observe: r.tally.Observe,
		started: func(string) { shown = showBackfill(r, stderr, began) },
	})
	if shown != nil {
		shown.close()
	}
	if r.src == nil {
		return err
	}
	if _, printed := io.WriteString(out, r.summary(time.Since(began))); printed != nil {
		err = errors.Join(err, printed)
	}
	switch at := r.journal.At(); {
	case err != nil && r.o.state != "":
		return fmt.Errorf("%w\n%d records are done, as %s says: once this is mended the same command goes on there", err, at.Records, r.o.state)
	case err != nil:
		return err
	case !r.journal.Finished() && r.o.state != "":
		return fmt.Errorf("stopped behind record %d, before the end: the same command goes on there, by %s", at.Records, r.o.state)
	case !r.journal.Finished():
		return fmt.Errorf("stopped behind record %d, before the end; without --state the next run begins anew", at.Records)
	}
	return nil
}

// reasons say what was left out, for people.
var leftReasons = map[string]string{
	backfill.LeftBroken:    "broken",
	backfill.LeftNotFound:  "not on the wiki, or deleted",
	backfill.LeftNamespace: "in other namespaces",
	backfill.LeftWiki:      "of other wikis",
}

// summary says what became of the revisions of this run.
func (r *backfillRun) summary(took time.Duration) string {
	var b strings.Builder
	n, end := r.src.Progress().Revisions, "stopped before its end"
	if r.journal.Finished() {
		end = "finished"
	}
	fmt.Fprintf(&b, "backfill of %s: %s\n%d revisions in %.1f s, %.0f a second\n",
		r.journal.Job(), end, n, took.Seconds(), float64(n)/max(took.Seconds(), 1e-3))
	if n > 0 {
		b.WriteString(r.tally.Summary())
	}
	left := r.src.Left()
	for _, reason := range slices.Sorted(maps.Keys(left)) {
		l := left[reason]
		fmt.Fprintf(&b, "%d records left out, %s: %s", l.Count, leftReasons[reason], strings.Join(l.Examples, ", "))
		if more := l.Count - int64(len(l.Examples)); more > 0 {
			fmt.Fprintf(&b, " and %d more", more)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
