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

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// session is one member of the group with one transactional producer. It works
// in turns: records are read and worked on, messages produced; then the gate is
// shut, the transaction ended, a rebalance let in if one waits, and the gate
// opened again. So a rebalance finds no transaction under way and aborts none.
//
// The goroutine of run (after it, that of drain) owns the turns and the shares.
// The group's goroutines only note what changed.
type session struct {
	settings
	group  *kgo.GroupTransactSession
	client *kgo.Client // of group
	admin  *kadm.Client
	tx     *transaction
	fatal  chan error // capacity 1: why the service must stop

	ctx    context.Context // done: give up messages that are not sent
	cancel context.CancelFunc
	wake   atomic.Pointer[context.CancelFunc] // ends the poll under way

	shares map[topicPartition]*share
	first  map[topicPartition]int64 // offset of the first record that was read
	turned time.Time                // when the last turn was
	begun  bool                     // a transaction is
	worked bool                     // a transaction was committed

	draining bool // no share is begun any more

	mu       sync.Mutex // guards what follows
	assigned map[topicPartition]bool
	revoked  map[topicPartition]bool // since the last look; they may be assigned anew
	changed  bool
	joined   chan struct{} // nil: the group is at rest; else closed when it is again
	synced   bool          // between joining and assigned
	again    bool          // one more round follows
}

func openSession(ctx context.Context, t settings) (*session, error) {
	s := &session{
		settings: t, fatal: make(chan error, 1), shares: map[topicPartition]*share{}, first: map[topicPartition]int64{},
		assigned: map[topicPartition]bool{}, revoked: map[topicPartition]bool{},
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	// While a window of records waits for its commit, another is worked on.
	s.tx = newTransaction(t.cfg.Window, s.interrupt)
	starts := newStarts(t.cfg, t.inputs, t.metrics, t.log)
	opts := append(slices.Concat(t.opts, t.cfg.options(t.inputs.wanted, starts)),
		kgo.Balancers(&watchedBalancer{kgo.CooperativeStickyBalancer(), s}),
		kgo.OnPartitionsAssigned(func(_ context.Context, _ *kgo.Client, added map[string][]int32) { s.note(assigned, added) }),
		kgo.OnPartitionsRevoked(func(_ context.Context, _ *kgo.Client, gone map[string][]int32) { s.note(revoked, gone) }),
		kgo.OnPartitionsLost(func(_ context.Context, _ *kgo.Client, gone map[string][]int32) { s.note(revoked, gone) }),
	)
	var err error
	if s.group, err = kgo.NewGroupTransactSession(opts...); err != nil {
		return nil, fmt.Errorf("kafka transactions: %w", err)
	}
	s.client = s.group.Client()
	if err := checkClient(s.client); err != nil {
		s.close()
		return nil, &finalError{err}
	}
	starts.bind(s.client)
	s.admin = kadm.NewClient(s.client)
	// Asking for the producer's id fences an earlier instance of this name and
	// ends its transaction, which the committed offsets would wait for.
	ctx, cancel := context.WithTimeout(ctx, t.timing.Timeout)
	defer cancel()
	if _, _, err := s.client.ProducerID(ctx); err != nil {
		s.close()
		return nil, fmt.Errorf("transactional id %s: %w", t.id, err)
	}
	if err := s.open(); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// watchedBalancer tells a session when it joins and what it is assigned. The
// callbacks alone do not: a GroupTransactSession leaves those of a second
// revocation before its End out.
type watchedBalancer struct {
	kgo.GroupBalancer
	session *session
}

func (b *watchedBalancer) JoinGroupMetadata(topics []string, owned map[string][]int32, generation int32) []byte {
	b.session.note(joining, nil)
	return b.GroupBalancer.JoinGroupMetadata(topics, owned, generation)
}

func (b *watchedBalancer) ParseSyncAssignment(assignment []byte) (map[string][]int32, error) {
	all, err := b.GroupBalancer.ParseSyncAssignment(assignment)
	if err == nil {
		b.session.note(synced, all)
	}
	return all, err
}

func flat(all map[string][]int32) (out []topicPartition) {
	for topic, ids := range all {
		for _, id := range ids {
			out = append(out, topicPartition{topic, id})
		}
	}
	return out
}

// step is what the group's goroutines tell of a rebalance.
type step int

const (
	joining  step = iota // the session asks to be assigned partitions
	synced               // it has its new assignment
	revoked              // partitions are taken away
	assigned             // partitions were added, perhaps none
)

// note remembers that the assignment changed, for the next turn. The records in
// flight of what is gone are given up then: none of them has published.
func (s *session) note(what step, partitions map[string][]int32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed = true
	if s.joined == nil {
		s.joined = make(chan struct{})
	}
	switch what {
	case synced:
		s.synced = true
		clear(s.assigned)
		for _, tp := range flat(partitions) {
			s.assigned[tp] = true
		}
	case revoked:
		s.inputs.again()
		for _, tp := range flat(partitions) {
			s.revoked[tp] = true
			delete(s.assigned, tp)
		}
		// What a new assignment takes away is given to others by a second round.
		s.again = s.again || s.synced && len(partitions) > 0
	case assigned:
		if !s.again {
			close(s.joined)
			s.joined = nil
		}
		s.synced, s.again = false, false
	}
}

// run works until ctx is done (nil), or an error ends the session.
func (s *session) run(ctx context.Context) error {
	for {
		fetches := s.poll(ctx)
		if ctx.Err() != nil {
			return nil
		}
		select {
		case err := <-s.fatal:
			return err
		default:
		}
		if fetches.IsClientClosed() {
			return kgo.ErrClientClosed
		}
		if err := s.inputs.fetchErrors(s.client, s.cfg.Group, fetches); err != nil {
			return &finalError{err}
		}
		fetches.EachPartition(s.dispatch)
		if time.Since(s.turned) < s.timing.Interval && s.tx.size() < s.tx.limit {
			continue
		}
		if err := s.turn(ctx); err != nil {
			return err
		}
	}
}

// poll returns when there are records or the next turn is due.
func (s *session) poll(ctx context.Context) kgo.Fetches {
	ctx, cancel := context.WithDeadline(ctx, s.turned.Add(s.timing.Interval))
	defer cancel()
	s.wake.Store(&cancel)
	if s.tx.size() >= s.tx.limit {
		return nil // filled before the poll could be woken
	}
	fetches := s.group.PollFetches(ctx)
	if err := fetches.Err0(); errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return nil // our own
	}
	return fetches
}

func (s *session) interrupt() {
	if cancel := s.wake.Load(); cancel != nil {
		(*cancel)()
	}
}

func (s *session) dispatch(fp kgo.FetchTopicPartition) {
	if len(fp.Records) == 0 {
		return
	}
	tp := topicPartition{fp.Topic, fp.Partition}
	if _, ok := s.first[tp]; !ok {
		s.first[tp] = fp.Records[0].Offset
	}
	sh := s.shares[tp]
	if sh == nil {
		return // not begun yet: read again from first
	}
	now := s.clock.now()
	s.metrics.records.WithLabelValues(fp.Topic).Add(float64(len(fp.Records)))
	last := fp.Records[len(fp.Records)-1].Offset
	s.metrics.lag.WithLabelValues(fp.Topic, strconv.Itoa(int(fp.Partition))).Set(float64(fp.HighWatermark - last - 1))
	sh.queue(fp.Records, func(r *kgo.Record) item[int64] {
		return item[int64]{rec: received(r, now), at: r.Offset}
	})
}

// turn ends a transaction and begins the next, with a look at the group between.
func (s *session) turn(ctx context.Context) error {
	if err := s.commit(ctx); err != nil {
		return err
	}
	if err := s.yield(ctx); err != nil {
		return err
	}
	return s.open()
}

func (s *session) open() error {
	s.turned = time.Now()
	if !s.begun {
		if err := s.group.Begin(); err != nil {
			return fmt.Errorf("begin transaction: %w", err)
		}
		s.begun = true
	}
	s.tx.begin()
	return nil
}

// endGrace is how long a transaction's end may take before a rebalance is let in:
// one that has been lost would never answer the heartbeat that the end asks for.
const endGrace = 2 * time.Second

// commit ends the transaction with all that joined it. Only an error of the
// session is returned; an aborted transaction starts its records anew.
func (s *session) commit(ctx context.Context) error {
	ctx, cancel := s.ending(ctx)
	defer cancel()
	defer context.AfterFunc(ctx, s.giveUp(ctx))()

	begun := time.Now()
	batch := s.tx.end()
	if len(batch) == 0 {
		return nil // the transaction that was begun goes on; no broker knows of it
	}
	if err := s.client.Flush(ctx); err != nil {
		return s.fail(batch, fmt.Errorf("flush: %w", err))
	}
	s.begun = false
	refused := s.tx.reason()
	progress := s.finish(batch)
	grace := time.AfterFunc(endGrace, s.client.AllowRebalance)
	defer grace.Stop()
	committed, err := s.group.End(kgo.PreTxnCommitFnContext(ctx, func(req *kmsg.TxnOffsetCommitRequest) error {
		req.Topics = progress
		return nil
	}), kgo.TransactionEndTry(refused == nil))
	switch {
	case err != nil:
		return s.fail(batch, errors.Join(refused, fmt.Errorf("end transaction: %w", err)))
	case refused != nil && judgeMessage(refused) == stop:
		return s.fail(batch, &finalError{fmt.Errorf("%w: %w", errTask, refused)})
	case !committed:
		return s.restart(ctx, batch, refused)
	}
	s.worked = true
	s.txMetrics.committed.Inc()
	s.txMetrics.seconds.Observe(time.Since(begun).Seconds())
	s.txMetrics.records.Observe(float64(len(batch)))
	tell(batch, nil)
	return nil
}

// ending is the context of a transaction's end. A stop must not cut it off, but a
// deadline does, and so does the timeout, past which the broker aborts by itself.
func (s *session) ending(ctx context.Context) (context.Context, context.CancelFunc) {
	timeout := s.timing.Timeout
	if deadline, ok := ctx.Deadline(); ok {
		timeout = min(timeout, time.Until(deadline))
	}
	return context.WithTimeout(context.WithoutCancel(ctx), timeout)
}

// giveUp makes producers that wait for a broker return once ctx is out of time.
func (s *session) giveUp(ctx context.Context) func() {
	return func() {
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			s.cancel()
		}
	}
}

// finish takes a batch out of the windows and returns the progress that is true
// when it is committed. If it is not, the windows are thrown away.
func (s *session) finish(batch []*delivery) []kmsg.TxnOffsetCommitRequestTopic {
	moved := map[*share]bool{}
	for _, d := range batch {
		d.share.window.finish(d.seq, d.share.advance)
		moved[d.share] = true
	}
	topics := map[string]*kmsg.TxnOffsetCommitRequestTopic{}
	for sh := range moved {
		p := sh.finished()
		metadata := p.String()
		partition := kmsg.NewTxnOffsetCommitRequestTopicPartition()
		partition.Partition, partition.Offset, partition.Metadata = sh.at.partition, p.base, &metadata
		topic := topics[sh.at.topic]
		if topic == nil {
			topic = new(kmsg.NewTxnOffsetCommitRequestTopic())
			topic.Topic = sh.at.topic
			topics[sh.at.topic] = topic
		}
		topic.Partitions = append(topic.Partitions, partition)
	}
	out := make([]kmsg.TxnOffsetCommitRequestTopic, 0, len(topics))
	for _, topic := range topics {
		out = append(out, *topic)
	}
	return out
}

func tell(batch []*delivery, err error) {
	for _, d := range batch {
		if d.done != nil {
			d.done(err)
		}
	}
}

// fail gives up all work: the session cannot go on.
func (s *session) fail(batch []*delivery, err error) error {
	s.abandon(batch)
	return err
}

// abandon ends every share, telling the records of an ended transaction first:
// their tasks wait for that, and must find their context done.
func (s *session) abandon(batch []*delivery) {
	for _, sh := range s.shares {
		sh.cancelIn()
		sh.cancelAll()
	}
	tell(batch, errAborted)
	tell(s.tx.end(), errAborted)
	for tp := range s.shares {
		s.drop(tp)
	}
}

// drop stops a share whose records wait for no transaction.
func (s *session) drop(tp topicPartition) {
	sh := s.shares[tp]
	delete(s.shares, tp)
	s.metrics.assigned.Dec()
	s.metrics.lag.DeleteLabelValues(tp.topic, strconv.Itoa(int(tp.partition)))
	_ = stopAll(0, []*worker[int64]{sh.worker}) // what it gives up is delivered again
	s.tx.forget(sh)                             // also what ended without a message while it stopped
}

// drain begins no more records and commits those that finish in time.
func (s *session) drain(ctx context.Context, timeout time.Duration) error {
	s.draining = true
	workers := make([]*worker[int64], 0, len(s.shares))
	for _, sh := range s.shares {
		workers = append(workers, sh.worker)
	}
	ended := make(chan error, 1)
	go func() { ended <- stopAll(timeout, workers) }()
	tick := time.NewTicker(s.timing.Interval)
	defer tick.Stop()
	for {
		select {
		case err := <-ended:
			s.await()
			return errors.Join(err, s.commit(ctx))
		case <-tick.C:
		}
		s.await()
		if err := s.commit(ctx); err != nil {
			return errors.Join(err, <-ended)
		}
		if err := s.open(); err != nil {
			s.abandon(nil)
			return errors.Join(err, <-ended)
		}
	}
}

// end gives up what Drain has not waited for.
func (s *session) end() {
	s.cancel()
	s.abandon(nil)
	s.close()
}

// close leaves the group and waits for no broker longer than leaveTimeout.
func (s *session) close() {
	s.cancel()
	leave(s.client, s.log)
}
