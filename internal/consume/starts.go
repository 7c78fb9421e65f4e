package consume

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"go.uber.org/zap"
)

// starts says where the partitions that a client is assigned are read from.
//
//   - Where the group has a committed offset in the partition: there.
//   - Before the first record that is left, since retention was faster: at that one.
//     What is lost is counted and logged.
//   - Behind the end, since the topic was made anew or lost its end: at the beginning.
//     Nothing is lost; what was read before is repeated, and known as a repeat for as
//     long as marks last. To go on at the end would lose what is there.
//   - Without an offset: where consume.start says if the partition was there when the
//     service began to look, else at the beginning: all that is in a topic that came
//     later came later.
//
// A start that was found is committed at once. Else an instance that dies before its
// first record is finished would leave no trace, and with consume.start latest the next
// would begin behind what has come in between.
type starts struct {
	cfg     Config
	inputs  *inputs
	metrics *metrics
	log     *zap.Logger
	bound   chan struct{} // closed when client is set
	client  *kgo.Client
}

func newStarts(cfg Config, in *inputs, metrics *metrics, log *zap.Logger) *starts {
	return &starts{cfg: cfg, inputs: in, metrics: metrics, log: log, bound: make(chan struct{})}
}

// bind sets the client, which exists only after its options.
func (s *starts) bind(client *kgo.Client) {
	s.client = client
	close(s.bound)
}

// startsTimeout bounds the questions that an assignment waits for.
const startsTimeout = 10 * time.Second

// adjust is called by the client with the offsets that its group has in the partitions
// that it was assigned, before it reads any.
func (s *starts) adjust(ctx context.Context, offsets map[string]map[int32]kgo.Offset) (map[string]map[int32]kgo.Offset, error) {
	select {
	case <-s.bound:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	within, cancel := context.WithTimeout(ctx, startsTimeout)
	defer cancel()
	if err := s.inputs.know(within, s.client, slices.Collect(maps.Keys(offsets))); err != nil {
		return nil, err // the group is joined again
	}
	bounds := s.bounds(within, offsets)
	found := map[string]map[int32]kgo.EpochOffset{}
	for topic, partitions := range offsets {
		for id, committed := range partitions {
			tp := topicPartition{topic, id}
			at, ok := s.choose(tp, committed.EpochOffset().Offset, bounds)
			if !ok {
				continue
			}
			partitions[id] = at
			if o := at.EpochOffset().Offset; o >= 0 {
				put(found, tp, o)
			}
		}
	}
	return offsets, s.commit(within, found)
}

// bounds are the first offset and the one behind the last, of all partitions that can
// be asked. For others the client goes by what is committed.
func (s *starts) bounds(ctx context.Context, offsets map[string]map[int32]kgo.Offset) map[topicPartition][2]int64 {
	topics := slices.Sorted(maps.Keys(offsets))
	if len(topics) == 0 {
		return nil
	}
	admin := kadm.NewClient(s.client)
	begin, err := admin.ListStartOffsets(ctx, topics...)
	end, err2 := admin.ListEndOffsets(ctx, topics...)
	if err := errors.Join(err, err2); err != nil {
		s.log.Warn("asking where partitions begin and end", zap.Error(err))
	}
	out := map[topicPartition][2]int64{}
	begin.Each(func(b kadm.ListedOffset) {
		if e, ok := end.Lookup(b.Topic, b.Partition); ok && b.Err == nil && e.Err == nil {
			out[topicPartition{b.Topic, b.Partition}] = [2]int64{b.Offset, e.Offset}
		}
	})
	return out
}

// choose returns where to read a partition from; false: where the client would.
func (s *starts) choose(tp topicPartition, committed int64, bounds map[topicPartition][2]int64) (kgo.Offset, bool) {
	b, known := bounds[tp]
	begin, end := b[0], b[1]
	fields := []zap.Field{zap.Stringer("partition", tp), zap.Int64("committed", committed), zap.Int64("begin", begin), zap.Int64("end", end)}
	switch {
	case committed < 0 && !known && s.fromBeginning(tp):
		return kgo.NewOffset().AtStart(), true
	case !known:
		return kgo.Offset{}, false
	case committed < 0 && s.fromBeginning(tp):
		return kgo.NewOffset().At(begin), true
	case committed < 0:
		return kgo.NewOffset().At(end), true
	case committed < begin:
		s.metrics.lost.Add(float64(begin - committed))
		s.log.Error("records were deleted before they were read; going on at the first that is left", append(fields, zap.Int64("lost", begin-committed))...)
		return kgo.NewOffset().At(begin), true
	case committed > end:
		s.log.Error("committed offset is behind the end of its partition: the topic was made anew, or has lost its end; it is read from its beginning, which repeats what is left of what was read", fields...)
		return kgo.NewOffset().At(begin), true
	}
	return kgo.Offset{}, false
}

// fromBeginning tells where a partition is read from that the group has no offset in.
func (s *starts) fromBeginning(tp topicPartition) bool {
	return s.cfg.Start == "earliest" || slices.Contains(s.cfg.Own, tp.topic) || !s.inputs.before(tp)
}

// commit keeps starts, in the name of the member that was assigned the partitions. An
// error of the group means that they may be another's by now: it is joined again. One of
// a topic, such as a right that is missing, keeps nothing else from being read.
func (s *starts) commit(ctx context.Context, found map[string]map[int32]kgo.EpochOffset) error {
	if len(found) == 0 {
		return nil
	}
	req := kmsg.NewPtrOffsetCommitRequest()
	req.Group = s.cfg.Group
	req.MemberID, req.Generation = s.client.GroupMetadata()
	if s.cfg.Member != "" {
		req.InstanceID = &s.cfg.Member
	}
	names := map[[16]byte]string{}
	for name, partitions := range found {
		facts, _ := s.inputs.facts(name)
		names[facts.id] = name
		topic := kmsg.NewOffsetCommitRequestTopic()
		topic.Topic, topic.TopicID = name, facts.id
		for id, at := range partitions {
			p := kmsg.NewOffsetCommitRequestTopicPartition()
			p.Partition, p.Offset = id, at.Offset
			topic.Partitions = append(topic.Partitions, p)
		}
		req.Topics = append(req.Topics, topic)
	}
	resp, err := req.RequestWith(ctx, s.client)
	if err != nil {
		return fmt.Errorf("commit where partitions are read from: %w", err)
	}
	for _, topic := range resp.Topics {
		name := cmp.Or(topic.Topic, names[topic.TopicID])
		for _, p := range topic.Partitions {
			switch err := kerr.ErrorForCode(p.ErrorCode); {
			case is(err, kerr.RebalanceInProgress, kerr.IllegalGeneration, kerr.UnknownMemberID, kerr.FencedInstanceID):
				return fmt.Errorf("commit where %s/%d is read from: %w", name, p.Partition, err)
			case err != nil:
				s.log.Warn("committing where a partition is read from", zap.String("topic", name), zap.Int32("partition", p.Partition), zap.Error(err))
			}
		}
	}
	return nil
}
