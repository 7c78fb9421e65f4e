package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// span is a stretch of a partition: offsets from from to before to.
type span struct {
	topic     string
	partition int32
	from, to  int64
}

// library finds stretches of topics and reads them, as one does who asks for committed
// transactions alone. Nothing of it waits longer than patience for a broker.
type library struct {
	options  []kgo.Opt
	admin    *kadm.Client
	patience time.Duration
}

func newLibrary(options []kgo.Opt, patience time.Duration) (*library, error) {
	admin, err := kadm.NewOptClient(options...)
	if err != nil {
		return nil, fmt.Errorf("kafka client: %w", err)
	}
	return &library{options: options, admin: admin, patience: patience}, nil
}

func (l *library) close() { l.admin.Close() }

// topics finds the topics of consume.topics; a name or pattern that has none is an error.
func (l *library) topics(ctx context.Context, names []string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, l.patience)
	defer cancel()
	details, err := l.admin.ListTopics(ctx)
	if err != nil {
		return nil, fmt.Errorf("list topics: %w", err)
	}
	var found []string
	var errs []error
	for _, name := range names {
		pattern := regexp.QuoteMeta(name)
		if len(name) > 1 && strings.HasPrefix(name, "/") && strings.HasSuffix(name, "/") {
			pattern = name[1 : len(name)-1]
		}
		whole, err := regexp.Compile("^(?:" + pattern + ")$")
		if err != nil {
			return nil, fmt.Errorf("topic %s: %w", name, err)
		}
		matches := slices.DeleteFunc(details.Names(), func(topic string) bool { return !whole.MatchString(topic) })
		if len(matches) == 0 {
			errs = append(errs, fmt.Errorf("topic %s does not exist, or this user may not see it", name))
		}
		found = append(found, matches...)
	}
	slices.Sort(found)
	return slices.Compact(found), errors.Join(errs...)
}

// offsets asks one question about the partitions of topics.
func (l *library) offsets(ctx context.Context, what string, topics []string, ask func(context.Context, ...string) (kadm.ListedOffsets, error)) (kadm.ListedOffsets, error) {
	ctx, cancel := context.WithTimeout(ctx, l.patience)
	defer cancel()
	offsets, err := ask(ctx, topics...)
	if err == nil {
		err = offsets.Error()
	}
	if err != nil {
		return nil, fmt.Errorf("offsets of %s in %s: %w", what, strings.Join(topics, ", "), err)
	}
	return offsets, nil
}

// since asks for the first offsets at a time.
func (l *library) since(ctx context.Context, at time.Time, topics []string) (kadm.ListedOffsets, error) {
	return l.offsets(ctx, at.Format(time.RFC3339), topics, func(ctx context.Context, topics ...string) (kadm.ListedOffsets, error) {
		return l.admin.ListOffsetsAfterMilli(ctx, at.UnixMilli(), topics...)
	})
}

// between finds what was written from one time to before another, a zero time being the
// end. cut says that older records were deleted, and perhaps some since from.
func (l *library) between(ctx context.Context, topics []string, from, to time.Time) (spans []span, cut []string, err error) {
	if len(topics) == 0 {
		return nil, nil, nil // to a broker no topic means all
	}
	starts, err := l.offsets(ctx, "the beginning", topics, l.admin.ListStartOffsets)
	if err != nil {
		return nil, nil, err
	}
	begin, err := l.since(ctx, from, topics)
	if err != nil {
		return nil, nil, err
	}
	ends, err := l.offsets(ctx, "the end", topics, l.admin.ListCommittedOffsets)
	if err != nil {
		return nil, nil, err
	}
	until := ends
	if !to.IsZero() {
		if until, err = l.since(ctx, to, topics); err != nil {
			return nil, nil, err
		}
	}
	for _, o := range begin.Offsets().Sorted() {
		last, _ := until.Lookup(o.Topic, o.Partition)
		end, _ := ends.Lookup(o.Topic, o.Partition)
		if start, _ := starts.Lookup(o.Topic, o.Partition); start.Offset > 0 && start.Offset == o.At && !slices.Contains(cut, o.Topic) {
			cut = append(cut, o.Topic)
		}
		// What an open transaction holds back cannot be read yet.
		if s := (span{o.Topic, o.Partition, o.At, min(last.Offset, end.Offset)}); s.from < s.to {
			spans = append(spans, s)
		}
	}
	return spans, cut, nil
}

// behind counts the records of spans that a consumer group has not finished.
func (l *library) behind(ctx context.Context, group string, spans []span) (n int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, l.patience)
	defer cancel()
	committed, err := l.admin.FetchOffsets(ctx, group)
	if err == nil {
		err = committed.Error()
	}
	if err != nil && !errors.Is(err, kerr.GroupIDNotFound) { // which has finished nothing
		return 0, fmt.Errorf("offsets of group %s: %w", group, err)
	}
	for _, s := range spans {
		done := s.from
		if o, ok := committed.Lookup(s.topic, s.partition); ok {
			done = max(done, o.At)
		}
		n += max(0, s.to-done)
	}
	return n, nil
}

// unfinished are the stretches of topics that a consumer group has not finished. A topic
// that does not exist has none.
func (l *library) unfinished(ctx context.Context, group string, topics []string) (spans []span, err error) {
	ctx, cancel := context.WithTimeout(ctx, l.patience)
	defer cancel()
	details, err := l.admin.ListTopics(ctx, topics...)
	if err != nil {
		return nil, fmt.Errorf("list topics: %w", err)
	}
	topics = slices.DeleteFunc(slices.Clone(topics), func(t string) bool { return !details.Has(t) })
	if len(topics) == 0 {
		return nil, nil
	}
	committed, err := l.admin.FetchOffsets(ctx, group)
	if err == nil {
		err = committed.Error()
	}
	if err != nil && !errors.Is(err, kerr.GroupIDNotFound) { // which has finished nothing
		return nil, fmt.Errorf("offsets of group %s: %w", group, err)
	}
	starts, err := l.offsets(ctx, "the beginning", topics, l.admin.ListStartOffsets)
	if err != nil {
		return nil, err
	}
	// After the group's offsets: what moved on meanwhile is then seen where it is now.
	ends, err := l.offsets(ctx, "the end", topics, l.admin.ListCommittedOffsets)
	if err != nil {
		return nil, err
	}
	for _, end := range ends.Offsets().Sorted() {
		start, _ := starts.Lookup(end.Topic, end.Partition)
		s := span{end.Topic, end.Partition, start.Offset, end.At}
		if o, ok := committed.Lookup(end.Topic, end.Partition); ok {
			s.from = max(s.from, o.At)
		}
		if s.from < s.to {
			spans = append(spans, s)
		}
	}
	return spans, nil
}

// length is the number of offsets in spans.
func length(spans []span) (n int64) {
	for _, s := range spans {
		n += s.to - s.from
	}
	return n
}

// partition names one of a topic.
type partition struct {
	topic string
	n     int32
}

// records reads spans, each partition in its order. It ends with an error when nothing
// comes for as long as patience, or when records were deleted meanwhile.
func (l *library) records(ctx context.Context, spans []span) iter.Seq2[*kgo.Record, error] {
	return func(yield func(*kgo.Record, error) bool) {
		open := map[partition]int64{}
		from := map[string]map[int32]kgo.Offset{}
		for _, s := range spans {
			open[partition{s.topic, s.partition}] = s.to
			if from[s.topic] == nil {
				from[s.topic] = map[int32]kgo.Offset{}
			}
			from[s.topic][s.partition] = kgo.NewOffset().At(s.from)
		}
		client, err := kgo.NewClient(append(slices.Clone(l.options), kgo.ConsumePartitions(from),
			kgo.FetchIsolationLevel(kgo.ReadCommitted()),
			kgo.KeepControlRecords(), // the last offset of a span may be the end of a transaction
			kgo.ConsumeResetOffset(kgo.NoResetOffset()),
			kgo.FetchMaxBytes(16<<20), kgo.FetchMaxPartitionBytes(8<<20))...)
		if err != nil {
			yield(nil, fmt.Errorf("kafka client: %w", err))
			return
		}
		defer client.Close()
		for len(open) > 0 {
			fetches, err := l.poll(ctx, client, open)
			if err != nil {
				yield(nil, err)
				return
			}
			for records := fetches.RecordIter(); !records.Done(); {
				if !within(client, open, records.Next(), yield) {
					return
				}
			}
		}
	}
}

// within hands a record on if it is in an open span, and closes the span at its end.
// It is false when no more are wanted.
func within(client *kgo.Client, open map[partition]int64, rec *kgo.Record, yield func(*kgo.Record, error) bool) bool {
	p := partition{rec.Topic, rec.Partition}
	to, ok := open[p]
	if !ok {
		return true
	}
	if rec.Offset >= to-1 {
		delete(open, p)
		client.PauseFetchPartitions(map[string][]int32{p.topic: {p.n}})
	}
	return rec.Offset >= to || rec.Attrs.IsControl() || yield(rec, nil)
}

func (l *library) poll(ctx context.Context, client *kgo.Client, open map[partition]int64) (kgo.Fetches, error) {
	wait, cancel := context.WithTimeout(ctx, l.patience)
	defer cancel()
	fetches := client.PollFetches(wait)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if faults := fetches.Errors(); len(faults) > 0 {
		fault := faults[0]
		if errors.Is(fault.Err, context.DeadlineExceeded) && wait.Err() != nil {
			return nil, fmt.Errorf("read %s: nothing came for %v (kafka.start_timeout)", anyOf(open), l.patience)
		}
		return nil, fmt.Errorf("read %s/%d: %w", fault.Topic, fault.Partition, fault.Err)
	}
	return fetches, nil
}

// anyOf names what is still open.
func anyOf(open map[partition]int64) string {
	var names []string
	for p := range open {
		names = append(names, fmt.Sprintf("%s/%d", p.topic, p.n))
	}
	slices.Sort(names)
	if len(names) > 1 {
		return fmt.Sprintf("%s and %d more partitions", names[0], len(names)-1)
	}
	return strings.Join(names, "")
}
