package score

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"revscore/internal/dedupe"
	"revscore/internal/event"
	"revscore/internal/score/fetch"
)

// Config of the scoring stage.
type Config struct {
	Workers       int `yaml:"workers" help:"Revisions whose features are computed at once; 0 means one for each CPU."`
	TextsInFlight int `yaml:"texts_in_flight" help:"Revisions whose texts are fetched or held at once, at most half of them of one wiki; bounds memory."`
}

// DefaultConfig computes on all CPUs.
func DefaultConfig() Config {
	// 200 revisions of 100 kB with their parents are 40 MB, and enough for
	// full API calls of 50 ids to two wikis at once.
	return Config{Workers: 0, TextsInFlight: 200}
}

// Validate reports every fault of the settings.
func (c Config) Validate() error {
	var errs []error
	if c.Workers < 0 {
		errs = append(errs, fmt.Errorf("score.workers is %d, must not be negative", c.Workers))
	}
	if c.TextsInFlight < 1 {
		errs = append(errs, fmt.Errorf("score.texts_in_flight is %d, must be positive", c.TextsInFlight))
	}
	return errors.Join(errs...)
}

// Texts gets the text of a revision and of its parent.
type Texts interface {
	Texts(ctx context.Context, r fetch.Request) (fetch.Texts, error)
}

// Publisher hands the messages of one event on, in their order; done is called once:
// with nil when all are there for good, or with an error when one is not. An event
// publishes at most once, with the context of its task, so that a transaction can
// hold all its messages and its offset, or none.
type Publisher interface {
	PublishAll(ctx context.Context, messages []event.Message, done func(error))
}

// Letters says how dead letters and canaries are written.
type Letters struct {
	Stream   string // of dead letters
	Topic    string // of dead letters
	Emitter  string
	MaxRaw   int // bytes of an unreadable record that a dead letter keeps
	Canaries bool
	// Check says why the topic would not take a letter for its size; nil: all are taken.
	Check func(event.Message) error
}

// Offerer hands a message to a broker only if that needs no waiting: else done gets
// an error at once. It is called once in any case.
type Offerer interface {
	Offer(ctx context.Context, m event.Message, done func(error))
}

// Parts are what a pipeline is made of. All but Hidings, Retry, Combined,
// Differences and Observe are required.
type Parts struct {
	Routes  *Routes
	Engine  *Engine
	Texts   Texts
	Store   dedupe.Store
	Hidings Hidings // nil: nothing is hidden of the revisions before
	Publish Publisher
	Letters Letters
	Retry   Retries
	// Combined takes an event with the answers of all models, beside each one's own;
	// without a name there is none.
	Combined Stream
	MaxAge   time.Duration // 0: any age
	Registry prometheus.Registerer
	// Differences takes the messages of shadows whose route has a topic for them;
	// without it they are dropped, which is counted.
	Differences Offerer
	// Observe, if set, is told of every message acknowledged and every record
	// that made none, and of a sample of what shadows answer differently. It must
	// return quickly.
	Observe func(Report)
}

// Pipeline takes events through the stages. It is safe for concurrent use and
// has no goroutines of its own: the consumer's carry it.
type Pipeline struct {
	Parts
	metrics *metrics
	turns   *turns
	slots   *slots        // of revisions whose texts are fetched or held
	offered chan struct{} // one token for each difference that the broker has not answered
}

// New builds a pipeline.
func New(cfg Config, parts Parts) *Pipeline {
	p := &Pipeline{
		Parts: parts, metrics: newMetrics(parts.Registry), turns: newTurns(),
		slots: newSlots(cfg.TextsInFlight), offered: make(chan struct{}, maxOffered),
	}
	for _, name := range parts.Routes.Models() {
		p.metrics.lost.WithLabelValues(name) // so that an increase is seen from the first on
	}
	return p
}

// job is one event on its way.
type job struct {
	rec     event.Record // of an event that is tried again, as if it came from the source
	retry   *event.Retry // nil: it comes from the source
	rev     *event.Revision
	targets []Target
	turn    *turn
	// combined: the event of all models together is still to be sent, which needs the
	// answers of all targets, also of those that have theirs.
	combined bool
}

// wants tells whether a target is still to be answered, as far as the record knows.
func (j *job) wants(t Target) bool { return j.retry == nil || j.retry.Wants(t.Stream, t.Name) }

// Begin reads a record and gives its event a place in its page's order. The
// function it returns does the rest. It implements consume.Handler.
func (p *Pipeline) Begin(rec event.Record) func(context.Context) error {
	if rec.Value == nil {
		return p.nothing(rec, nil, SkippedTombstone)
	}
	again, err := rec.Retry()
	if err != nil {
		err = &event.ParseError{Reason: ReasonRetry, Detail: err.Error()}
		return func(ctx context.Context) error { return p.reject(ctx, rec, err) }
	}
	rev, err := event.Parse(rec.Value)
	switch {
	case errors.Is(err, event.ErrNothingToScore):
		return p.nothing(rec, nil, SkippedKind)
	case err != nil:
		return func(ctx context.Context) error { return p.reject(ctx, rec, err) }
	case rev.Canary():
		return func(ctx context.Context) error { return p.passCanary(ctx, rec, rev) }
	case p.MaxAge > 0 && again == nil && rec.Received.Sub(rev.Time) > p.MaxAge: // what was young enough once stays so
		return p.nothing(rec, rev, SkippedAge)
	case rec.CommentHidden():
		rev = rev.Hide(false, true)
	}
	j, err := p.route(rec, rev, again)
	if err != nil {
		err = &event.ParseError{Reason: ReasonRoute, Schema: rev.Schema, Stream: rev.Stream, Detail: err.Error()}
		return func(ctx context.Context) error { return p.reject(ctx, rec, err) }
	}
	if len(j.targets) == 0 {
		return p.nothing(j.rec, rev, SkippedRoute)
	}
	j.turn = p.turns.join(rec.Source, rev) // with a retry topic's own order: nothing of the source's waits for it
	return func(ctx context.Context) error { return p.handle(ctx, j) }
}

// route finds what an event is to become; of one that is tried again, what is still
// missing.
func (p *Pipeline) route(rec event.Record, rev *event.Revision, again *event.Retry) (*job, error) {
	targets, lost, err := p.Routes.For(rev)
	if err != nil {
		return nil, err
	}
	j := &job{rec: rec, rev: rev, targets: targets, retry: again, combined: p.Combined.Name != ""}
	if again != nil {
		j.rec.Source, j.rec.Headers = again.Origin, nil
		if j.combined = j.combined && again.Wants(p.Combined.Name, ""); !j.combined {
			j.targets = slices.DeleteFunc(targets, func(t Target) bool { return !j.wants(t) })
		}
		lost = slices.DeleteFunc(lost, func(name string) bool { return !slices.Contains(again.Models, name) })
	}
	for _, name := range lost {
		p.metrics.lost.WithLabelValues(name).Inc()
	}
	return j, nil
}

// ReasonRoute is the error_type of a dead letter whose routes could not be
// decided: a configured expression took too long on the event's field.
const ReasonRoute = "RouteUndecided"

// handle is the way of one event.
func (p *Pipeline) handle(ctx context.Context, j *job) error {
	defer j.turn.leave()
	if err := j.turn.first(ctx); err != nil {
		return err
	}
	work, err := p.claim(ctx, j)
	if err != nil {
		return err
	}
	defer p.Store.Release(work.Claim) // on every way out; nothing is left of it after publish
	if err := p.hide(ctx, j, work.Hidden); err != nil {
		return err
	}
	answers := p.unsent(j, work.States)
	gone, err := p.answer(ctx, j.rev, answers, work.Gone)
	if err != nil {
		return err
	}
	f, err := p.settle(ctx, j, answers)
	if err != nil {
		return err
	}
	if err := j.turn.wait(ctx); err != nil {
		return err
	}
	if err := p.publish(ctx, j, answers, f); err != nil {
		return err
	}
	if f.again != nil {
		gone = "" // else the next attempt would not ask
	}
	p.end(ctx, work.Claim, dedupe.Result{Entries: p.entries(j, answers, f), Gone: gone})
	p.compare(ctx, j, answers)
	return nil
}

// answer is what one target is to be told.
type answer struct {
	Target
	event.Outcome
	document []byte // the score as JSON, for the cache; nil while there is none
	cached   bool   // the document came from the cache
	fleeting bool   // a failure that may be gone on the next try: no mark
	reason   string // of a failure that a later attempt may mend, in a word; else empty
	silent   bool   // told to nobody now: no message of its own, no mark
	unfit    error  // why there is no event of the score: its source has what the schema refuses
	// shadow asks the target's shadow; nil when there is none, or when the score
	// was not computed now.
	shadow func() event.Outcome
}

// claim looks up what is known of the job's targets, and claims the revision, so that
// no other process works on it meanwhile. A store that does not answer is no reason
// not to score: the event then goes out, perhaps again, under the same meta.id.
func (p *Pipeline) claim(ctx context.Context, j *job) (dedupe.Work, error) {
	keys := make([]dedupe.Key, len(j.targets))
	for i, t := range j.targets {
		keys[i] = scoreKey(j.rev, t)
	}
	if j.combined {
		keys = append(keys, p.combinedKey(j))
	}
	work, err := p.Store.Begin(ctx, keys)
	if err != nil {
		if ctx.Err() != nil {
			return work, ctx.Err()
		}
		p.metrics.storeErrors.Inc()
		work = dedupe.Work{States: make([]dedupe.State, len(keys))}
	}
	if !isGone(work.Gone) {
		work.Gone = "" // a word that is none of ours: ask the wiki
	}
	return work, nil
}

// unsent lists the targets that were not answered yet, with the scores that were in
// the cache. For a combined event it lists all, those that were answered as silent ones.
func (p *Pipeline) unsent(j *job, states []dedupe.State) []*answer {
	if j.combined && states[len(j.targets)].Sent {
		j.combined = false
	}
	open := make([]*answer, 0, len(j.targets))
	for i, t := range j.targets {
		silent := !j.wants(t)
		if states[i].Sent && !silent {
			p.report(Report{Record: j.rec, Revision: j.rev, Kind: KindDuplicate, Stream: t.Stream, Model: t.Name})
			silent = true
		}
		if silent {
			if !j.combined {
				continue
			}
			t.Shadow, t.ShadowModel = nil, nil
		}
		a := &answer{Target: t, Outcome: event.Outcome{Model: t.Name, Version: t.Model.Version()}, silent: silent}
		if states[i].Score != nil {
			var s event.Score
			if err := json.Unmarshal(states[i].Score, &s); err == nil {
				a.Score, a.document, a.cached = &s, states[i].Score, true
				p.metrics.cacheHits.Inc()
			}
		}
		open = append(open, a)
	}
	return open
}

func scoreKey(rev *event.Revision, t Target) dedupe.Key {
	return dedupe.Key{Stream: t.Stream, Wiki: rev.Wiki, Model: t.Name, Version: t.Model.Version(), RevID: rev.RevID}
}

// send hands messages over in order and returns where the acknowledgement of all
// will arrive. Waiting for it needs no context: a publisher calls back always, with
// an error when the context has ended.
func (p *Pipeline) send(ctx context.Context, messages []event.Message) <-chan error {
	acknowledged := make(chan error, 1)
	p.Publish.PublishAll(ctx, messages, func(err error) { acknowledged <- err })
	return acknowledged
}

// end marks what was acknowledged and gives the claim back. A store that fails is
// counted, not waited for: the worst is a repeat that its meta.id gives away. The
// store has deadlines of its own, so a task that is given up between acknowledgement
// and mark still leaves its mark.
func (p *Pipeline) end(ctx context.Context, c *dedupe.Claim, r dedupe.Result) {
	if len(r.Entries) == 0 && r.Gone == "" {
		return
	}
	if err := p.Store.End(context.WithoutCancel(ctx), c, r); err != nil {
		p.metrics.storeErrors.Inc()
	}
}
