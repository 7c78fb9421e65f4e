package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/zap"

	"revscore/internal/avro"
	"revscore/internal/deadletter"
	"revscore/internal/event"
	"revscore/internal/sink"
)

// letterPatience bounds each question to a broker.
const letterPatience = 30 * time.Second

// largestReplay is more than any broker's limit for a record that it has taken before;
// the topic's own limit decides.
const largestReplay = 64 << 20

// letterBox is Kafka as package deadletter sees it. It is for one goroutine.
type letterBox struct {
	cfg      Config
	topic    string            // of dead letters
	topics   deadletter.Topics // the box itself, or through a decoder
	brokers  []kgo.Opt
	producer *kgo.Client
	admin    *kadm.Client            // over the producer's connections
	known    map[string]topicOffsets // of the topics that records were read from
}

// topicOffsets are where the partitions of a topic began and ended when first asked.
type topicOffsets struct{ start, end kadm.ListedOffsets }

// newLetterBox connects to nothing yet. It creates no topics: a topic that is gone is
// news for whoever replays into it.
func newLetterBox(cfg Config, log *zap.Logger) (*letterBox, error) {
	brokers, err := cfg.Kafka.options(log)
	if err != nil {
		return nil, err
	}
	messages := cfg.Produce
	messages.CreateTopic, messages.MaxMessage, messages.Linger = false, largestReplay, 0
	producer, err := kgo.NewClient(slices.Concat(brokers, messages.Options(), []kgo.Opt{
		kgo.RecordPartitioner(kgo.ManualPartitioner()), // where its page's other events are
		kgo.AllowIdempotentProduceCancellation(),
	})...)
	if err != nil {
		return nil, fmt.Errorf("kafka client: %w", err)
	}
	b := &letterBox{
		cfg: cfg, topic: cfg.Produce.Topic(cfg.Produce.ErrorStream), brokers: brokers,
		producer: producer, admin: kadm.NewClient(producer), known: map[string]topicOffsets{},
	}
	b.topics = b
	if !cfg.Sinks.Has(cfg.Produce.ErrorStream, sink.KafkaAvro) {
		return b, nil
	}
	registry, err := avro.NewRegistry(cfg.Sinks.Avro.Registry, prometheus.NewRegistry())
	if err != nil {
		b.Close()
		return nil, err
	}
	b.topics = deadletter.Decoded(b, b.topic, avro.NewSerializer(avro.NewCodec(), registry),
		func(err error) bool { return errors.Is(err, avro.ErrUnreadable) })
	return b, nil
}

// Close ends all connections.
func (b *letterBox) Close() { b.producer.Close() }

// Scan implements deadletter.Topics.
func (b *letterBox) Scan(ctx context.Context, topic string, from deadletter.Start, yield func(deadletter.Record) error) error {
	offsets, err := b.offsets(ctx, topic)
	if err != nil {
		return err
	}
	ends := offsets.end.Offsets().Sorted()
	if len(ends) == 0 {
		return fmt.Errorf("topic %s of dead letters (produce.topic_prefix, produce.error_stream) does not exist, or this user may not see it", topic)
	}
	since := offsets.start
	if !from.Since.IsZero() {
		if since, err = b.since(ctx, topic, from.Since); err != nil {
			return err
		}
	}
	for _, end := range ends {
		start, ok := offsets.start.Lookup(topic, end.Partition)
		first, asked := since.Lookup(topic, end.Partition)
		if !ok || !asked {
			return fmt.Errorf("read %s/%d: the broker does not say where it begins", topic, end.Partition)
		}
		src := event.Source{Topic: topic, Partition: end.Partition, Offset: max(start.Offset, first.Offset, from.Offsets[end.Partition])}
		if err := b.read(ctx, src, end.At, yield, kgo.FetchIsolationLevel(kgo.ReadCommitted())); err != nil {
			return err
		}
	}
	return nil
}

// since finds the first records that are dated at a time or later.
func (b *letterBox) since(ctx context.Context, topic string, at time.Time) (kadm.ListedOffsets, error) {
	ctx, cancel := context.WithTimeout(ctx, letterPatience)
	defer cancel()
	offsets, err := b.admin.ListOffsetsAfterMilli(ctx, at.UnixMilli(), topic)
	if err == nil {
		err = offsets.Error()
	}
	if err != nil {
		return nil, fmt.Errorf("where topic %s is at %s: %w", topic, at.Format(time.RFC3339), err)
	}
	return offsets, nil
}

// Record implements deadletter.Topics.
func (b *letterBox) Record(ctx context.Context, src event.Source) (deadletter.Record, error) {
	known, ok := b.known[src.Topic]
	if !ok {
		var err error
		if known, err = b.offsets(ctx, src.Topic); err != nil {
			return deadletter.Record{}, err
		}
		b.known[src.Topic] = known
	}
	start, hasStart := known.start.Lookup(src.Topic, src.Partition)
	end, hasEnd := known.end.Lookup(src.Topic, src.Partition)
	switch {
	case len(known.end[src.Topic]) == 0:
		return deadletter.Record{}, fmt.Errorf("%w: topic %s does not exist now", deadletter.ErrNoPlace, src.Topic)
	case !hasStart || !hasEnd:
		return deadletter.Record{}, fmt.Errorf("%w: topic %s has no partition %d now, it has %d", deadletter.ErrNoPlace, src.Topic, src.Partition, len(known.end[src.Topic]))
	case src.Offset < start.Offset || src.Offset >= end.Offset:
		return deadletter.Record{}, deadletter.ErrGone
	}
	var found *deadletter.Record
	err := b.read(ctx, src, src.Offset+1, func(rec deadletter.Record) error {
		if rec.Offset == src.Offset {
			found = &rec
		}
		return nil
	}, kgo.FetchMaxPartitionBytes(1)) // a broker sends at least one batch
	if err == nil && found == nil {
		err = deadletter.ErrGone // compacted away
	}
	if err != nil {
		return deadletter.Record{}, err
	}
	return *found, nil
}

// offsets of a topic that does not exist are empty.
func (b *letterBox) offsets(ctx context.Context, topic string) (topicOffsets, error) {
	ctx, cancel := context.WithTimeout(ctx, letterPatience)
	defer cancel()
	start, err := b.admin.ListStartOffsets(ctx, topic)
	if err == nil {
		err = missingIsNone(start)
	}
	if err != nil {
		return topicOffsets{}, fmt.Errorf("where topic %s begins: %w", topic, err)
	}
	// What a transaction has open is not there yet.
	end, err := b.admin.ListCommittedOffsets(ctx, topic)
	if err == nil {
		err = missingIsNone(end)
	}
	if err != nil {
		return topicOffsets{}, fmt.Errorf("where topic %s ends: %w", topic, err)
	}
	return topicOffsets{start, end}, nil
}

// missingIsNone takes out what a broker says about a topic that it does not know.
func missingIsNone(offsets kadm.ListedOffsets) error {
	for topic, partitions := range offsets {
		for _, o := range partitions {
			if errors.Is(o.Err, kerr.UnknownTopicOrPartition) {
				delete(offsets, topic)
				break
			}
		}
	}
	return offsets.Error()
}

// read hands on the records of a partition from src to before end. Control records
// and gaps are passed over; a broker that sends nothing for long is an error.
func (b *letterBox) read(ctx context.Context, src event.Source, end int64, yield func(deadletter.Record) error, opts ...kgo.Opt) error {
	if src.Offset >= end {
		return nil
	}
	from := kgo.NewOffset().At(src.Offset)
	client, err := kgo.NewClient(slices.Concat(b.brokers, opts, []kgo.Opt{
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{src.Topic: {src.Partition: from}}),
		kgo.KeepControlRecords(), // else the end of a topic of transactions would never come
	})...)
	if err != nil {
		return fmt.Errorf("kafka client: %w", err)
	}
	defer client.Close()
	for next := src.Offset; next < end; {
		records, err := poll(ctx, client)
		if err != nil {
			return fmt.Errorf("read %s/%d@%d: %w", src.Topic, src.Partition, next, err)
		}
		for _, rec := range records {
			next = max(next, rec.Offset+1)
			if rec.Offset >= end || rec.Attrs.IsControl() {
				continue
			}
			if err := yield(letterRecord(rec)); err != nil {
				return err
			}
		}
	}
	return nil
}

func poll(ctx context.Context, client *kgo.Client) ([]*kgo.Record, error) {
	patience, cancel := context.WithTimeoutCause(ctx, letterPatience, fmt.Errorf("no record came for %v", letterPatience))
	defer cancel()
	fetches := client.PollFetches(patience)
	if patience.Err() != nil {
		return nil, context.Cause(patience)
	}
	return fetches.Records(), fetches.Err()
}

func letterRecord(rec *kgo.Record) deadletter.Record {
	out := deadletter.Record{
		Source: event.Source{Topic: rec.Topic, Partition: rec.Partition, Offset: rec.Offset},
		Key:    rec.Key, Value: rec.Value, Time: rec.Timestamp,
	}
	for _, h := range rec.Headers {
		out.Headers = append(out.Headers, deadletter.Header{Key: h.Key, Value: h.Value})
	}
	return out
}

// Send implements deadletter.Sender.
func (b *letterBox) Send(ctx context.Context, rec deadletter.Record) (event.Source, error) {
	ctx, cancel := context.WithTimeout(ctx, letterPatience)
	defer cancel()
	out := &kgo.Record{Topic: rec.Topic, Partition: rec.Partition, Key: rec.Key, Value: rec.Value}
	for _, h := range rec.Headers {
		out.Headers = append(out.Headers, kgo.RecordHeader{Key: h.Key, Value: h.Value})
	}
	if err := b.producer.ProduceSync(ctx, out).FirstErr(); err != nil {
		err = fmt.Errorf("publish to topic %s: %w", rec.Topic, err)
		if isRefusal(err) {
			err = fmt.Errorf("%w: %w", deadletter.ErrRefused, err)
		}
		return event.Source{}, err
	}
	return event.Source{Topic: out.Topic, Partition: out.Partition, Offset: out.Offset}, nil
}

// isRefusal tells what a broker says of one record or topic from what it would say of
// the next, too.
func isRefusal(err error) bool {
	return slices.ContainsFunc([]error{
		kerr.MessageTooLarge, kerr.RecordListTooLarge, kerr.InvalidRecord, kerr.TopicAuthorizationFailed, kerr.UnknownTopicOrPartition,
	}, func(refusal error) bool { return errors.Is(err, refusal) })
}
