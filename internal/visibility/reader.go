package visibility

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"revscore/internal/dedupe"
	"revscore/internal/event"
)

// Texts are the cached texts of this instance.
type Texts interface {
	Forget(wiki, domain string, revs []int64) int
	ForgetPage(wiki, domain string, page int64) []int64
}

// Store remembers what is hidden. It takes changes as [dedupe.Guarded.Apply] does.
type Store interface {
	Apply(ctx context.Context, changes []dedupe.Change) (done int, err error)
}

// Parts are what a reader works with.
type Parts struct {
	Brokers  []kgo.Opt // how they are reached
	Texts    Texts
	Store    Store
	Registry prometheus.Registerer // nil: metrics are not exported
	// Broken is told of each event that cannot be read. It must return quickly, as
	// Trouble.
	Broken func(src event.Source, err error)
	// Trouble is told when topics can no longer be read or the store does not take what
	// they say, and why; and with nil when it is over.
	Trouble func(err error)
}

// Reader follows the topics from Start to Close, in one goroutine.
type Reader struct {
	// immutable
	cfg      Config
	parts    Parts
	metrics  *metrics
	patterns []*regexp.Regexp
	from     time.Time
	most     int // maxPending
	client   *kgo.Client
	admin    *kadm.Client
	caught   chan struct{} // closed when the lookback is applied

	deadline time.Time // of the lookback, set by Start
	cancel   context.CancelFunc
	running  sync.WaitGroup

	condition condition

	// The goroutine's own.
	pending   pending
	positions map[partition]int64 // next offset, of partitions that were looked at
	goals     map[partition]int64 // ends of the lookback that are not reached; nil: not known
	fresh     bool                // something came in since the store was told
	unread    bool                // reading failed since the last look
	anew      anew
	nextLook  time.Time
	looked    time.Time // when it last worked
	nextApply time.Time
	pause     time.Duration // after the last failure of the store
}

type partition struct {
	topic string
	id    int32
}

// New checks the settings. Brokers are asked when Start is called.
func New(cfg Config, parts Parts) (*Reader, error) {
	patterns, err := cfg.patterns()
	if err != nil {
		return nil, err
	}
	r := &Reader{
		cfg: cfg, parts: parts, metrics: newMetrics(parts.Registry), from: time.Now().Add(-cfg.Lookback),
		most: maxPending, caught: make(chan struct{}), positions: map[partition]int64{},
	}
	for _, p := range patterns {
		r.patterns = append(r.patterns, regexp.MustCompile(p)) // it was compiled before
	}
	// No group and no offsets: see the package comment. The client creates no topics,
	// which it could not do beside patterns (see newTransactor in cmd/streamer).
	opts := append([]kgo.Opt{}, parts.Brokers...)
	r.client, err = kgo.NewClient(append(opts,
		kgo.ConsumeRegex(),
		kgo.ConsumeTopics(patterns...),
		kgo.ConsumeStartOffset(kgo.NewOffset().AfterMilli(r.from.UnixMilli())),
		kgo.KeepControlRecords(), // or a topic of transactions would never seem to be read
		kgo.MetadataMaxAge(lookEvery),
		kgo.FetchMaxBytes(16<<20),
		kgo.FetchMaxPartitionBytes(8<<20),
		kgo.FetchMaxWait(time.Second),
	)...)
	if err != nil {
		return nil, fmt.Errorf("visibility.topics: kafka client: %w", err)
	}
	r.admin = kadm.NewClient(r.client)
	return r, nil
}

// Start begins to read, and returns when all of the lookback is applied, or when
// visibility.wait is over, which Warnings tells. Its only error is the context's.
func (r *Reader) Start(ctx context.Context) error {
	own, cancel := context.WithCancel(context.Background())
	r.cancel, r.deadline = cancel, time.Now().Add(r.cfg.Wait)
	r.condition.set(func(c *condition) { c.started = true })
	r.running.Go(func() { r.run(own) })
	timer := time.NewTimer(r.cfg.Wait)
	defer timer.Stop()
	select {
	case <-r.caught:
	case <-timer.C:
	case <-ctx.Done():
	}
	return ctx.Err()
}

// Close ends the reading and waits for it. What the store was not told yet is read
// again at the next start.
func (r *Reader) Close() {
	if r.cancel != nil {
		r.cancel()
	}
	r.running.Wait()
	r.client.Close()
}

// Warnings are what an operator should know.
func (r *Reader) Warnings() []string { return r.condition.warnings(time.Now(), r.from) }

// run is the life of a reader.
func (r *Reader) run(ctx context.Context) {
	for ctx.Err() == nil {
		if now := time.Now(); !now.Before(r.nextLook) {
			r.look(ctx, now)
		}
		r.apply(ctx)
		if r.pending.len() < r.most {
			r.poll(ctx)
		} else { // it is for Kafka to keep the rest
			sleep(ctx, time.Until(r.nextApply))
		}
	}
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(max(0, d))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// maxPoll bounds the records between two looks at what else is due.
const maxPoll = 2000

// poll takes in what has come, and waits for it until something else is due.
func (r *Reader) poll(ctx context.Context) {
	waiting, cancel := context.WithDeadline(ctx, r.due())
	defer cancel()
	fetches := r.client.PollRecords(waiting, maxPoll)
	var errs []error
	fetches.EachError(func(topic string, id int32, err error) {
		if waiting.Err() == nil || !errors.Is(err, waiting.Err()) {
			errs = append(errs, fmt.Errorf("read %s/%d: %w", topic, id, err))
			if r.anew.outdated(topic, err) {
				r.lookSoon()
			}
		}
	})
	if err := errors.Join(errs...); err != nil {
		r.unread = true
		r.report(reading, fmt.Errorf("visibility.topics: %w", err))
	}
	fetches.EachRecord(r.take)
	r.waits()
}

// due is when there will be something to do though nothing comes.
func (r *Reader) due() time.Time {
	due := r.nextLook
	if r.pending.len() == 0 {
		return due
	}
	next := r.deadline
	if r.settled() {
		next = r.nextApply
	}
	if next.Before(due) {
		return next
	}
	return due
}

// waits notes how much the store is to be told.
func (r *Reader) waits() {
	r.metrics.waiting.Set(float64(r.pending.len()))
	r.condition.wait(r.pending.len(), time.Now())
}

// take is one record.
func (r *Reader) take(rec *kgo.Record) {
	p := partition{rec.Topic, rec.Partition}
	r.positions[p] = rec.Offset + 1
	if goal, ok := r.goals[p]; ok && rec.Offset+1 >= goal {
		delete(r.goals, p)
	}
	if rec.Attrs.IsControl() {
		return
	}
	e, err := Parse(rec.Value)
	if err != nil {
		r.skip(rec, err)
		return
	}
	// A clock that is ahead must not make an event outlast those that come later.
	if now := time.Now(); e.Time.IsZero() {
		e.Time = rec.Timestamp
	} else if e.Time.After(now) {
		e.Time = now
	}
	r.metrics.events.WithLabelValues(r.note(e)).Inc()
	r.fresh = true
}

func (r *Reader) skip(rec *kgo.Record, err error) {
	outcome := outcomeBroken
	switch {
	case errors.Is(err, errCanary):
		outcome = outcomeCanary
	case errors.Is(err, errIrrelevant):
		outcome = outcomeIrrelevant
	case r.parts.Broken != nil:
		r.parts.Broken(event.Source{Topic: rec.Topic, Partition: rec.Partition, Offset: rec.Offset}, err)
	}
	r.metrics.events.WithLabelValues(outcome).Inc()
}

// note drops the texts of what an event is about, which cannot fail, and adds to what
// the store is to be told.
func (r *Reader) note(e Event) (outcome string) {
	if e.Deleted {
		return r.noteDeleted(e)
	}
	at := revision{e.Wiki, e.Rev}
	switch {
	case e.Hidden == nil:
		r.pending.forget(at)
		return outcomeRestored
	case *e.Hidden == dedupe.Hidden{}:
		r.pending.hide(at, *e.Hidden, e.Time)
		return outcomeShown
	}
	if e.Hidden.Text {
		r.parts.Texts.Forget(e.Wiki, e.Domain, []int64{e.Rev})
	}
	r.pending.hide(at, *e.Hidden, e.Time)
	return outcomeHidden
}

func (r *Reader) noteDeleted(e Event) (outcome string) {
	var revs []int64
	if e.Page > 0 {
		revs = r.parts.Texts.ForgetPage(e.Wiki, e.Domain, e.Page)
	}
	if e.Rev > 0 {
		r.parts.Texts.Forget(e.Wiki, e.Domain, []int64{e.Rev})
		revs = append(revs, e.Rev)
	}
	for _, rev := range revs {
		at := revision{e.Wiki, rev}
		r.pending.forget(at)
		if e.suppressed() || rev == e.Rev && e.Hidden != nil {
			r.pending.hide(at, *e.Hidden, e.Time)
		}
	}
	if e.suppressed() {
		return outcomeHidden
	}
	return outcomeDeleted
}

// settled tells whether what was read may be applied. Until the lookback is read the
// latest of a revision may be yet to come; it is not waited for longer than the start
// waits, nor when there is much.
func (r *Reader) settled() bool {
	return r.goals != nil && len(r.goals) == 0 || !time.Now().Before(r.deadline) || r.pending.len() >= r.most
}

// Pauses before the store is told again, doubled while it does not listen.
const (
	firstPause = 100 * time.Millisecond
	lastPause  = 10 * time.Second
)

// apply tells the store what there is, when it is time to: at once when something came
// in, for this process is to know it whether Redis answers or not.
func (r *Reader) apply(ctx context.Context) {
	if !r.settled() || !r.fresh && time.Now().Before(r.nextApply) {
		return
	}
	if r.pending.len() > 0 {
		changes := r.pending.changes()
		done, err := r.parts.Store.Apply(ctx, changes)
		r.pending.keep(changes[done:])
		r.fresh = false
		if ctx.Err() != nil {
			return
		}
		r.pause = min(max(2*r.pause, firstPause), lastPause)
		if err == nil {
			r.pause = 0
		} else {
			r.metrics.failed.Inc()
		}
		r.nextApply = time.Now().Add(r.pause)
		r.waits()
		r.report(storing, err)
	}
	if r.goals != nil && len(r.goals) == 0 {
		r.catchUp()
	}
}

// catchUp says, once, that this instance knows everything of the lookback.
func (r *Reader) catchUp() {
	select {
	case <-r.caught:
	default:
		r.condition.set(func(c *condition) { c.current, c.lag = true, [2]int64{} })
		r.metrics.current.Set(1)
		r.metrics.lag.Set(0)
		close(r.caught)
	}
}

// report notes whether something worked, and says so if that is news.
func (r *Reader) report(what int, err error) {
	if changed, trouble := r.condition.report(what, err); changed && r.parts.Trouble != nil {
		r.parts.Trouble(trouble)
	}
}
