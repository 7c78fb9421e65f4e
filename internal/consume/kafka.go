package consume

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"go.uber.org/zap"
)

// Bytes of one fetch. A record of the largest size Kafka's main clusters allow
// (4 MiB) fits, and with the window they bound what is queued.
const (
	fetchMaxBytes          = 16 << 20
	fetchMaxPartitionBytes = 8 << 20
)

// Kafka is a member of a consumer group.
type Kafka struct {
	// immutable
	cfg     Config
	handler Handler
	log     *zap.Logger
	metrics *metrics
	client  *kgo.Client
	inputs  *inputs
	clock   steady
	fatal   chan error // capacity 1: what Run returns

	closing atomic.Bool // Close has begun

	mu         sync.Mutex // guards partitions
	partitions map[topicPartition]*worker[*kgo.Record]
}

type topicPartition struct {
	topic     string
	partition int32
}

func (tp topicPartition) String() string { return fmt.Sprintf("%s/%d", tp.topic, tp.partition) }

// NewKafka begins to join the group at once, so handler must be ready; records
// come with Run. opts say how brokers are reached.
func NewKafka(cfg Config, opts []kgo.Opt, handler Handler, reg prometheus.Registerer, log *zap.Logger) (*Kafka, error) {
	k := &Kafka{
		cfg: cfg, handler: handler, log: log, metrics: newMetrics(reg), clock: newSteady(),
		fatal: make(chan error, 1), partitions: map[topicPartition]*worker[*kgo.Record]{},
	}
	var err error
	if k.inputs, err = newInputs(cfg, k.metrics, log); err != nil {
		return nil, err
	}
	starts := newStarts(cfg, k.inputs, k.metrics, log)
	opts = slices.Concat(opts, cfg.options(k.inputs.wanted, starts))
	k.client, err = kgo.NewClient(append(opts,
		kgo.AutoCommitMarks(),
		kgo.AutoCommitInterval(cfg.CommitInterval),
		kgo.OnPartitionsAssigned(k.assigned),
		kgo.OnPartitionsRevoked(k.revoked),
		kgo.OnPartitionsLost(k.lostPartitions),
	)...)
	if err != nil {
		return nil, fmt.Errorf("kafka consumer: %w", err)
	}
	if err := checkClient(k.client); err != nil {
		k.client.CloseAllowingRebalance()
		return nil, err
	}
	starts.bind(k.client)
	return k, nil
}

// checkClient refuses what would hang: a client that reads by pattern and creates
// topics waits for itself for ever when no broker answers its first question for a new
// one (kgo 1.22, updateMetadata calls bumpMetadataFailForTopics with unknownTopicsMu
// held).
func checkClient(client *kgo.Client) error {
	if create, ok := client.OptValue(kgo.AllowAutoTopicCreation).(bool); ok && create {
		return errors.New("kafka consumer: its client must not create topics: reading by pattern, it could lock up")
	}
	return nil
}

// options are what a member of the group asks of the client, however it commits.
func (c Config) options(all []wanted, starts *starts) []kgo.Opt {
	patterns := make([]string, len(all))
	for i, w := range all {
		patterns[i] = w.pattern.String()
	}
	offset := kgo.NewOffset().AtEnd()
	if c.Start == "earliest" {
		offset = kgo.NewOffset().AtStart()
	}
	opts := []kgo.Opt{
		kgo.ConsumeRegex(),
		kgo.ConsumeTopics(patterns...),
		kgo.ConsumerGroup(c.Group),
		kgo.ConsumeStartOffset(offset),
		// A position that is not in the log any more: what is left was not read. At
		// the end, where consume.start may say, it would never be.
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.AdjustFetchOffsetsFn(starts.adjust),
		kgo.SessionTimeout(c.SessionTimeout),
		// A rebalance may wait for a drain, so the group must wait as long.
		kgo.RebalanceTimeout(c.SessionTimeout),
		kgo.BlockRebalanceOnPoll(),
		kgo.FetchMaxBytes(fetchMaxBytes),
		kgo.FetchMaxPartitionBytes(fetchMaxPartitionBytes),
		kgo.FetchMaxWait(time.Second),
	}
	if c.Member != "" {
		opts = append(opts, kgo.InstanceID(c.Member))
	}
	return opts
}

// Run polls until ctx is done or an error makes going on wrong. Records are
// still in flight when it returns: call Drain, then Commit, then Close.
func (k *Kafka) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	var watch sync.WaitGroup
	defer watch.Wait()
	defer cancel(nil)
	watch.Go(func() { // a task's error must end a poll that waits for records
		select {
		case err := <-k.fatal:
			cancel(err)
		case <-ctx.Done():
		}
	})
	watch.Go(func() {
		k.inputs.watch(ctx, k.client, func(topics []string) { k.client.PurgeTopicsFromConsuming(topics...) })
	})
	for {
		fetches := k.client.PollFetches(ctx)
		if fetches.IsClientClosed() || ctx.Err() != nil {
			k.client.AllowRebalance()
			if err := context.Cause(ctx); judge(err) == stop {
				return err
			}
			return nil
		}
		err := k.inputs.fetchErrors(k.client, k.cfg.Group, fetches)
		fetches.EachPartition(k.dispatch)
		k.client.AllowRebalance()
		if err != nil {
			return err
		}
	}
}

func (k *Kafka) dispatch(fp kgo.FetchTopicPartition) {
	if len(fp.Records) == 0 {
		return
	}
	k.mu.Lock()
	w := k.partitions[topicPartition{fp.Topic, fp.Partition}]
	k.mu.Unlock()
	if w == nil {
		return // revoked between fetch and poll; its new owner gets them
	}
	now := k.clock.now()
	items := make([]item[*kgo.Record], len(fp.Records))
	for i, r := range fp.Records {
		items[i] = item[*kgo.Record]{rec: received(r, now), at: r}
	}
	k.metrics.records.WithLabelValues(fp.Topic).Add(float64(len(items)))
	last := fp.Records[len(fp.Records)-1].Offset
	k.metrics.lag.WithLabelValues(fp.Topic, strconv.Itoa(int(fp.Partition))).Set(float64(fp.HighWatermark - last - 1))
	w.push(items)
}

func (k *Kafka) assigned(_ context.Context, cl *kgo.Client, added map[string][]int32) {
	// A topic that was made anew is assigned without having been revoked. What is in
	// flight of the old one is of no other topic: it may finish.
	k.stopPartitions(added, k.cfg.DrainTimeout)
	k.mu.Lock()
	defer k.mu.Unlock()
	for topic, ids := range added {
		for _, id := range ids {
			tp := map[string][]int32{topic: {id}}
			w := &worker[*kgo.Record]{
				name: fmt.Sprintf("partition %s/%d", topic, id), handler: k.handler, limit: k.cfg.Window,
				advanced: func(r *kgo.Record) { cl.MarkCommitRecords(r) },
				pause: func(paused bool) {
					if paused {
						cl.PauseFetchPartitions(tp)
						k.metrics.paused.Inc()
						return
					}
					cl.ResumeFetchPartitions(tp)
					k.metrics.paused.Dec()
				},
				fatal:    k.fail,
				inFlight: func(d int) { k.metrics.inFlight.Add(float64(d)) },
				held:     func(d int) { k.metrics.held.Add(float64(d)) },
			}
			w.start()
			k.partitions[topicPartition{topic, id}] = w
			k.metrics.assigned.Inc()
		}
	}
	k.log.Info("partitions assigned", zap.Any("partitions", added))
}

// revoked drains before another instance may have the partitions: it runs
// inside the rebalance, which waits for it.
func (k *Kafka) revoked(ctx context.Context, cl *kgo.Client, gone map[string][]int32) {
	k.stopPartitions(gone, k.cfg.DrainTimeout)
	if !k.closing.Load() { // else the last commit was made, or its time is up
		if err := commit(ctx, cl, k.log); err != nil {
			k.log.Warn("committing on revoke; the events are delivered again", zap.Error(err))
		}
	}
	k.inputs.again()
	k.log.Info("partitions revoked", zap.Any("partitions", gone))
}

// lostPartitions are another instance's already: a commit would be refused, and
// what is in flight will be done again there. Give it up at once.
func (k *Kafka) lostPartitions(_ context.Context, _ *kgo.Client, gone map[string][]int32) {
	k.stopPartitions(gone, 0)
	k.inputs.again()
	k.log.Warn("partitions lost", zap.Any("partitions", gone))
}

func (k *Kafka) stopPartitions(gone map[string][]int32, timeout time.Duration) {
	var workers []*worker[*kgo.Record]
	k.mu.Lock()
	for topic, ids := range gone {
		for _, id := range ids {
			tp := topicPartition{topic, id}
			if w := k.partitions[tp]; w != nil {
				workers = append(workers, w)
				delete(k.partitions, tp)
				k.metrics.assigned.Dec()
				k.metrics.lag.DeleteLabelValues(topic, strconv.Itoa(int(id)))
			}
		}
	}
	k.mu.Unlock()
	if err := stopAll(timeout, workers); err != nil {
		k.metrics.abandoned.Inc()
		k.log.Warn("draining", zap.Error(err))
	}
}

// Drain begins no more records and waits for those in flight.
func (k *Kafka) Drain(ctx context.Context) error {
	k.mu.Lock()
	workers := make([]*worker[*kgo.Record], 0, len(k.partitions))
	for _, w := range k.partitions {
		workers = append(workers, w)
	}
	k.mu.Unlock()
	timeout := k.cfg.DrainTimeout
	if deadline, ok := ctx.Deadline(); ok {
		timeout = min(timeout, time.Until(deadline))
	}
	if err := stopAll(timeout, workers); err != nil {
		k.metrics.abandoned.Inc()
		return fmt.Errorf("drain: %w", err)
	}
	return nil
}

// Commit commits the offsets of all finished prefixes.
func (k *Kafka) Commit(ctx context.Context) error { return commit(ctx, k.client, k.log) }

// commit returns an error if offsets of topics that are there could not be committed.
func commit(ctx context.Context, client *kgo.Client, log *zap.Logger) error {
	marked := client.MarkedOffsets()
	if len(marked) == 0 {
		return nil
	}
	var errs []error
	client.CommitOffsetsSync(ctx, marked, func(_ *kgo.Client, _ *kmsg.OffsetCommitRequest, resp *kmsg.OffsetCommitResponse, err error) {
		if err != nil {
			errs = append(errs, err)
			return
		}
		for _, topic := range resp.Topics {
			for _, p := range topic.Partitions {
				switch err := kerr.ErrorForCode(p.ErrorCode); {
				case is(err, kerr.UnknownTopicOrPartition, kerr.UnknownTopicID):
					log.Info("offset of a topic that is gone is not committed", zap.String("topic", topic.Topic), zap.Int32("partition", p.Partition))
				case err != nil:
					errs = append(errs, fmt.Errorf("%s/%d: %w", topic.Topic, p.Partition, err))
				}
			}
		}
	})
	if err := errors.Join(errs...); err != nil && judge(err) != ignore {
		return fmt.Errorf("commit offsets: %w", err)
	}
	return nil
}

// Ready tells whether brokers answer, and whether there is a topic to read: else with
// a [*NothingToReadError].
func (k *Kafka) Ready(ctx context.Context) error {
	if err := k.client.Ping(ctx); err != nil {
		return err
	}
	return k.inputs.ready()
}

// Warnings are topics that are not read though the settings ask for them.
func (k *Kafka) Warnings() []string { return k.inputs.Warnings() }

// leaveTimeout bounds the good-bye to the group: by itself the client would wait
// for a broker that is gone until the session ends, long after a stop is due.
const leaveTimeout = 2 * time.Second

// leave closes a client of the group.
func leave(client *kgo.Client, log *zap.Logger) {
	ctx, cancel := context.WithTimeout(context.Background(), leaveTimeout)
	defer cancel()
	client.AllowRebalance()
	if err := client.LeaveGroupContext(ctx); err != nil {
		log.Warn("leaving the group; its partitions are free after session_timeout", zap.Error(err))
	}
	client.CloseAllowingRebalance()
	client.AllowRebalance() // closing polls once more, which a goroutine of the client may wait for
}

// Close leaves the group; Commit comes before it.
func (k *Kafka) Close() {
	k.closing.Store(true)
	leave(k.client, k.log)
}

func (k *Kafka) fail(err error) {
	select {
	case k.fatal <- err:
	default: // the first one is the cause
	}
}
