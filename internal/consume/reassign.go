package consume

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/zap"
)

// yield lets a rebalance that waits do its work, between two transactions, and
// then blocks the next one again.
func (s *session) yield(ctx context.Context) error {
	s.client.AllowRebalance()
	s.client.PollFetches(past())
	s.await()

	s.mu.Lock()
	changed := s.changed
	s.mu.Unlock()
	if !changed {
		return nil
	}
	return s.reassign(ctx)
}

// past is a context that is done. A poll with it takes no records, waits for a
// callback of the group that is to run, and blocks the next.
func past() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// joinGrace is how long a rebalance is waited for: members hear of one by their
// heartbeats, each 3 seconds.
const joinGrace = 5 * time.Second

// await waits until a rebalance that has begun is over. A commit would wait as
// well, for the client sends none while it joins, and then be refused: it would
// name the generation from before. A stop waits too, or would end in an abort.
func (s *session) await() {
	ctx, cancel := context.WithTimeout(context.Background(), joinGrace)
	defer cancel()
	for joined := s.joining(); joined != nil && ctx.Err() == nil; joined = s.joining() {
		s.client.AllowRebalance()
		select {
		case <-joined:
		case <-ctx.Done():
		}
		s.client.PollFetches(past())
	}
}

func (s *session) joining() chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.joined
}

// reassign gives up the shares that are gone, keeps the others with their records
// in flight, and begins the new ones.
func (s *session) reassign(ctx context.Context) error {
	ctx, cancel := s.ending(ctx)
	defer cancel()
	fresh, gone := s.difference()
	for _, tp := range gone {
		s.drop(tp)
	}
	if len(gone) > 0 {
		s.log.Info("partitions revoked", zap.Stringers("partitions", gone))
		// The session would abort the next transaction too, although this rebalance
		// met none. Ending an empty one makes it forget, and also puts reading back
		// to where the last one ended.
		s.begun = false
		if _, err := s.group.End(ctx, kgo.TryAbort); err != nil {
			return fmt.Errorf("end empty transaction: %w", err)
		}
		next := map[string]map[int32]kgo.EpochOffset{}
		for tp, sh := range s.shares {
			if sh.next != unknown {
				put(next, tp, sh.next)
			}
		}
		s.client.SetOffsets(next)
	}
	return s.adopt(ctx, fresh)
}

func put(offsets map[string]map[int32]kgo.EpochOffset, tp topicPartition, offset int64) {
	if offsets[tp.topic] == nil {
		offsets[tp.topic] = map[int32]kgo.EpochOffset{}
	}
	offsets[tp.topic][tp.partition] = kgo.EpochOffset{Epoch: -1, Offset: offset}
}

// difference compares the shares with the assignment. What was revoked and came
// back is both gone and fresh: another instance may have had it between.
func (s *session) difference() (fresh, gone []topicPartition) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for tp := range s.shares {
		if !s.assigned[tp] || s.revoked[tp] {
			gone = append(gone, tp)
		}
	}
	for tp := range s.first {
		if !s.assigned[tp] || s.revoked[tp] {
			delete(s.first, tp)
		}
	}
	for tp := range s.assigned {
		if s.shares[tp] == nil || s.revoked[tp] {
			fresh = append(fresh, tp)
		}
	}
	clear(s.revoked)
	s.changed = false
	return fresh, gone
}

// restart begins all shares anew after an abort, from what the broker says is
// committed: only the broker knows how an end whose answer was lost went.
func (s *session) restart(ctx context.Context, batch []*delivery, cause error) error {
	s.txMetrics.aborted.Inc()
	s.log.Warn("transaction aborted; its records are delivered again", zap.Int("records", len(batch)), zap.Error(cause))
	s.abandon(batch)
	if s.draining {
		return errAborted
	}
	fresh, _ := s.difference()
	return s.adopt(ctx, fresh)
}

// adopt begins shares where the group's progress ends, and reading there too where
// the session has read already.
func (s *session) adopt(ctx context.Context, fresh []topicPartition) error {
	if len(fresh) == 0 {
		return nil
	}
	all, err := s.admin.FetchOffsets(kadm.RequireStable(ctx), s.cfg.Group)
	if err != nil {
		return fmt.Errorf("fetch progress: %w", err)
	}
	back := map[string]map[int32]kgo.EpochOffset{}
	for _, tp := range fresh {
		p := progress{base: unknown}
		at, ok := all.Lookup(tp.topic, tp.partition)
		switch {
		case ok && errors.Is(at.Err, kerr.UnstableOffsetCommit):
			// Another instance's transaction is still open: look again at the next
			// turn. What is read until then is read again.
			s.mu.Lock()
			s.changed = true
			s.mu.Unlock()
			continue
		case ok && at.Err != nil:
			return fmt.Errorf("fetch progress of %s: %w", tp, at.Err)
		case ok && at.At >= 0:
			if p, err = parseProgress(at.At, at.Metadata); err != nil {
				return fmt.Errorf("%s: %w", tp, err)
			}
		}
		s.begin(tp, p)
		if first, read := s.first[tp]; read {
			put(back, tp, max(p.base, first))
		}
	}
	s.client.SetOffsets(back)
	s.log.Info("partitions assigned", zap.Stringers("partitions", fresh))
	return nil
}

func (s *session) begin(tp topicPartition, p progress) {
	sh := newShare(tp, p)
	sh.handler, sh.limit, sh.fatal = s.handler, 2*s.cfg.Window, s.stopped
	sh.scope = func(ctx context.Context, b begun) context.Context {
		return context.WithValue(ctx, deliveryKey{}, &delivery{session: s, share: sh, seq: b.seq, src: b.src})
	}
	sh.settled = func(ctx context.Context) { s.tx.settle(deliveryOf(ctx)) }
	sh.inFlight = func(d int) { s.metrics.inFlight.Add(float64(d)) }
	sh.held = func(d int) { s.metrics.held.Add(float64(d)) }
	paused := map[string][]int32{tp.topic: {tp.partition}}
	sh.pause = func(pause bool) {
		if pause {
			s.client.PauseFetchPartitions(paused)
			s.metrics.paused.Inc()
			return
		}
		s.client.ResumeFetchPartitions(paused)
		s.metrics.paused.Dec()
	}
	sh.start()
	s.shares[tp] = sh
	s.metrics.assigned.Inc()
}

// stopped is told of the error of a task that must stop the service.
func (s *session) stopped(err error) {
	select {
	case s.fatal <- err:
		s.interrupt()
	default: // the first one is the cause
	}
}

// errAnew ends a session whose client takes a topic for one that was deleted. What was
// in flight of that one has gone with it; the others' records are delivered again.
var errAnew = errors.New("a topic was made anew")

func (s *session) madeAnew(topics []string) {
	s.stopped(fmt.Errorf("%w: %s", errAnew, strings.Join(topics, ", ")))
}
