package consume

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/zap"

	"revscore/internal/event"
	"revscore/internal/produce"
)

// TransactionConfig is used when delivery is exactly_once.
type TransactionConfig struct {
	ID       string        `yaml:"id" help:"Transactional id of this instance, different for each: the broker fences an earlier holder of the same id. Empty: consume.group and consume.member, or without a member a new id at each start, so that the transaction of a crashed instance holds readers up until its timeout."`
	Interval time.Duration `yaml:"interval" help:"How long messages may wait for others to share a transaction; readers that ask for read_committed see them after it."`
	Timeout  time.Duration `yaml:"timeout" help:"How long a transaction may be open before the broker aborts it, at most the broker's transaction.max.timeout.ms."`
}

// DefaultTransactionConfig commits ten times a second.
func DefaultTransactionConfig() TransactionConfig {
	return TransactionConfig{Interval: 100 * time.Millisecond, Timeout: 15 * time.Second}
}

// Validate reports every fault of the settings, also against the consumer's.
func (c TransactionConfig) Validate(consumer Config) error {
	var errs []error
	fault := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if consumer.Source != SourceKafka {
		fault("consume.source is %q, must be %s for exactly_once: a stream has no offsets to put into a transaction", consumer.Source, SourceKafka)
	}
	if c.Interval < 10*time.Millisecond {
		fault("transactions.interval is %v, must be at least 10ms", c.Interval)
	}
	if c.Timeout < time.Second || c.Timeout > 15*time.Minute {
		fault("transactions.timeout is %v, must be between 1s and 15m", c.Timeout)
	}
	if c.Interval >= c.Timeout/2 {
		fault("transactions.interval is %v, must be less than half of transactions.timeout (%v)", c.Interval, c.Timeout)
	}
	if consumer.Window > maxSpan {
		fault("consume.window is %d, must be at most %d for exactly_once: what is finished early is written beside the offset", consumer.Window, maxSpan)
	}
	return errors.Join(errs...)
}

// Transactor is a member of a consumer group whose messages and offsets are
// committed together: both the source of records and the publisher of what they
// become. A message is published by the task of a record, with its context.
type Transactor struct {
	settings
	session atomic.Pointer[session] // nil while there is none
}

// settings are what all sessions of a transactor share. They are immutable once
// it runs.
type settings struct {
	cfg       Config
	timing    TransactionConfig
	id        string
	opts      []kgo.Opt
	handler   Handler
	produced  func(topic string, since time.Time, err error)
	limits    *produce.Limits
	log       *zap.Logger
	metrics   *metrics
	inputs    *inputs
	clock     steady
	txMetrics *transactionMetrics
}

// TransactorParts are what a transactor is made of; all are required.
type TransactorParts struct {
	Brokers  []kgo.Opt                                      // how brokers are reached
	Messages []kgo.Opt                                      // how messages are written
	Produced func(topic string, since time.Time, err error) // told of each answer of a broker
	Limits   *produce.Limits                                // how large messages may be
	Registry prometheus.Registerer
	Log      *zap.Logger
}

// NewTransactor checks the settings; brokers are reached when Run begins.
func NewTransactor(cfg Config, timing TransactionConfig, parts TransactorParts) (*Transactor, error) {
	id := timing.ID
	switch {
	case id != "":
	case cfg.Member != "":
		id = cfg.Group + "-" + cfg.Member
	default:
		id = cfg.Group + "-" + rand.Text()
	}
	metrics := newMetrics(parts.Registry)
	inputs, err := newInputs(cfg, metrics, parts.Log)
	if err != nil {
		return nil, err
	}
	opts := append(slices.Concat(parts.Brokers, parts.Messages),
		parts.Limits.Option(),
		kgo.TransactionalID(id),
		kgo.TransactionTimeout(timing.Timeout),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
	)
	if err := kgo.ValidateOpts(slices.Concat(opts, cfg.options(inputs.wanted, newStarts(cfg, inputs, metrics, parts.Log)))...); err != nil {
		return nil, fmt.Errorf("kafka transactions: %w", err)
	}
	return &Transactor{settings: settings{
		cfg: cfg, timing: timing, id: id, opts: opts, produced: parts.Produced, limits: parts.Limits, log: parts.Log,
		metrics: metrics, inputs: inputs, clock: newSteady(), txMetrics: newTransactionMetrics(parts.Registry),
	}}, nil
}

// Handle sets who works on the records, once and before Run: a handler publishes
// through the transactor, so one of the two has to be made first.
func (t *Transactor) Handle(h Handler) { t.handler = h }

// Pauses before a broken session is replaced, doubled while none works.
const (
	firstPause = 200 * time.Millisecond
	lastPause  = 10 * time.Second
)

// Run works until ctx is done or an error makes going on wrong. A session that
// breaks is replaced: its records are delivered again from what was committed.
func (t *Transactor) Run(ctx context.Context) error {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		worked, err := t.runSession(ctx)
		if judgeSession(err) == stop {
			return err
		}
		if ctx.Err() != nil {
			return nil
		}
		if worked {
			pause = firstPause
		}
		t.txMetrics.replaced.Inc()
		t.log.Warn("session with the brokers is replaced; what it had not committed is delivered again",
			zap.String("transactional_id", t.id), zap.Duration("in", pause), zap.Error(err))
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
	}
}

// runSession tells whether the session committed anything. It leaves the session
// open for Drain when ctx is done.
func (t *Transactor) runSession(ctx context.Context) (worked bool, err error) {
	s, err := openSession(ctx, t.settings)
	if err != nil {
		return false, err
	}
	t.session.Store(s)
	looking, enough := context.WithCancel(ctx)
	var watch sync.WaitGroup
	defer watch.Wait()
	defer enough()
	watch.Go(func() { t.inputs.watch(looking, s.client, s.madeAnew) })
	if err = s.run(ctx); err != nil && judgeSession(err) != stop {
		t.session.Store(nil)
		s.end()
	}
	return s.worked, err
}

// Publish hands over the only message of the record whose task it is called from.
func (t *Transactor) Publish(ctx context.Context, m event.Message, done func(error)) {
	t.PublishAll(ctx, []event.Message{m}, done)
}

// PublishAll hands over all messages of the record whose task it is called from,
// and calls done once: with nil when they and the record's offset are committed.
// Messages of one key are in the topic in the order of the calls. An error means
// that readers see none of them and that the record is delivered again; the task
// is to return it.
//
// A message that is too large for its topic is refused before any of them is produced,
// with a *[produce.RefusedError] for each: in a transaction it could only be aborted.
// The task may then publish what is to take its place. [Transactor.Check] tells before.
//
// A record publishes once. In two steps its messages could be in two transactions,
// and a crash between them would repeat those of the first.
func (t *Transactor) PublishAll(ctx context.Context, messages []event.Message, done func(error)) {
	d := deliveryOf(ctx)
	switch {
	case len(messages) == 0:
		done(nil)
		return
	case d == nil:
		done(errNoRecord)
		return
	}
	if err := t.check(messages); err != nil {
		done(err)
		return
	}
	s := d.session
	if err := s.tx.join(ctx, d, done); err != nil {
		done(err)
		return
	}
	defer s.tx.leave()
	start := time.Now()
	for _, m := range messages {
		s.client.Produce(s.ctx, produce.Record(m), func(_ *kgo.Record, err error) {
			if err != nil {
				s.tx.refuse(fmt.Errorf("record %s: %w", d.src, produce.Refused(m, err)))
			}
			t.produced(m.Topic, start, err)
		})
	}
}

// Check returns a final *[produce.RefusedError] for a message that is too large.
func (t *Transactor) Check(m event.Message) error { return t.limits.Check(m) }

func (t *Transactor) check(messages []event.Message) error {
	var errs []error
	for _, m := range messages {
		if err := t.Check(m); err != nil {
			t.produced(m.Topic, time.Time{}, err)
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Flush is Drain's business: it commits what it waits for.
func (t *Transactor) Flush(context.Context) error { return nil }

// Drain begins no more records, and waits for those in flight and commits them.
func (t *Transactor) Drain(ctx context.Context) error {
	s := t.session.Load()
	if s == nil {
		return nil
	}
	timeout := t.cfg.DrainTimeout
	if deadline, ok := ctx.Deadline(); ok {
		timeout = min(timeout, time.Until(deadline))
	}
	if err := s.drain(ctx, timeout); err != nil {
		t.metrics.abandoned.Inc()
		return fmt.Errorf("drain: %w", err)
	}
	return nil
}

// Commit has nothing left to do: Drain has committed.
func (t *Transactor) Commit(context.Context) error { return nil }

// Ready tells whether brokers answer, and whether there is a topic to read: else with
// a [*NothingToReadError].
func (t *Transactor) Ready(ctx context.Context) error {
	s := t.session.Load()
	if s == nil {
		return errors.New("no session with the brokers")
	}
	if err := s.client.Ping(ctx); err != nil {
		return err
	}
	return t.inputs.ready()
}

// Warnings are topics that are not read though the settings ask for them.
func (t *Transactor) Warnings() []string { return t.inputs.Warnings() }

// Close leaves the group; Drain comes before it.
func (t *Transactor) Close() {
	if s := t.session.Swap(nil); s != nil {
		s.end()
	}
}
