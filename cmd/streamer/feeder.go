package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/twmb/franz-go/pkg/kgo"
)

// feeder writes records again, to the partition that they are in: those of a page stay
// together also where they have no key. What is hidden now it leaves out. Its queue is
// bounded by produce.max_buffered.
type feeder struct {
	client       *kgo.Client
	privacy      *privacy
	acknowledged atomic.Int64

	mu  sync.Mutex
	err error // the first refusal
}

func newFeeder(cfg Config, options []kgo.Opt, private *privacy) (*feeder, error) {
	messages := cfg.Produce
	messages.CreateTopic = false
	client, err := kgo.NewClient(append(slices.Concat(options, messages.Options()),
		kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.RecordDeliveryTimeout(cfg.Kafka.StartTimeout),
		// Also what was sent and not answered is given up: it may be there twice, which
		// marks make good, where waiting for a silent broker would have no end.
		kgo.AllowIdempotentProduceCancellation())...)
	if err != nil {
		return nil, fmt.Errorf("kafka producer: %w", err)
	}
	return &feeder{client: client, privacy: private}, nil
}

// put waits when the queue is full, and returns what was refused before.
func (f *feeder) put(ctx context.Context, rec *kgo.Record) error {
	source := recordOf(rec).Source
	value, _, err := f.privacy.Redact(ctx, rec.Value)
	if err != nil {
		return fmt.Errorf("feed record %s again: %w", source, err)
	}
	again := &kgo.Record{Topic: rec.Topic, Partition: rec.Partition, Key: rec.Key, Value: value, Headers: rec.Headers}
	f.client.Produce(ctx, again, func(_ *kgo.Record, err error) {
		if err == nil {
			f.acknowledged.Add(1)
			return
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.err == nil {
			f.err = fmt.Errorf("feed record %s again: %w", source, err)
		}
	})
	return f.refusal()
}

func (f *feeder) refusal() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// flush waits until all are acknowledged or refused.
func (f *feeder) flush(ctx context.Context) error {
	return errors.Join(f.client.Flush(ctx), f.refusal())
}

func (f *feeder) close() { f.client.Close() }
