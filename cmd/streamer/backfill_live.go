package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"go.uber.org/zap"
)

// liveLag tells whether the live service has records that it has not finished for a time.
//
// Why by time: how many records are bearable depends on the traffic. A broker knows the
// first offset that was written after a moment; what is before it and not committed is
// older. That is two questions a second, and none about records.
type liveLag struct {
	admin  *kadm.Client
	group  string
	reads  func(topic string) bool
	bound  time.Duration
	log    *zap.Logger
	silent time.Time // when brokers last failed to answer and it was logged
}

// lookTimeout bounds the questions of one look.
const lookTimeout = 5 * time.Second

// sayEvery bounds how often it is logged that brokers do not answer.
const sayEvery = time.Minute

func newLiveLag(cfg Config, bound time.Duration, log *zap.Logger) (*liveLag, error) {
	brokers, err := cfg.Kafka.options(log)
	if err != nil {
		return nil, err
	}
	admin, err := kadm.NewOptClient(brokers...)
	if err != nil {
		return nil, fmt.Errorf("kafka client: %w", err)
	}
	return &liveLag{admin: admin, group: cfg.Consume.Group, reads: cfg.Consume.Reads, bound: bound, log: log}, nil
}

func (l *liveLag) close() { l.admin.Close() }

// Behind implements backfill.Live. Brokers that do not answer leave the live service
// behind too, or soon will; what they refuse, they refuse for good.
func (l *liveLag) Behind(ctx context.Context) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	behind, err := l.look(ctx, time.Now())
	var refusal *kerr.Error
	switch {
	case err == nil:
		return behind, nil
	case errors.As(err, &refusal) && !refusal.Retriable:
		return true, fmt.Errorf("look how far the group %s is: %w; the backfill needs to describe group and topics, or --live-lag 0", l.group, err)
	case time.Since(l.silent) > sayEvery:
		l.silent = time.Now()
		l.log.Warn("brokers do not tell how far the live service is; the backfill stands still", zap.Error(err))
	}
	return true, nil
}

func (l *liveLag) look(ctx context.Context, now time.Time) (bool, error) {
	committed, err := l.admin.FetchOffsets(ctx, l.group)
	if errors.Is(err, kerr.GroupIDNotFound) {
		return false, nil // there never was a live service
	}
	if err != nil {
		return false, err
	}
	var topics []string
	for topic := range committed {
		if l.reads(topic) { // not retry topics, whose records are to wait
			topics = append(topics, topic)
		}
	}
	if len(topics) == 0 {
		return false, nil // nor is there one of these topics
	}
	due, err := l.admin.ListOffsetsAfterMilli(ctx, now.Add(-l.bound).UnixMilli(), topics...)
	if err != nil {
		return false, err
	}
	behind := false
	committed.Each(func(o kadm.OffsetResponse) {
		d, ok := due.Lookup(o.Topic, o.Partition)
		// One record is let be: a partition may end with the mark of a transaction, which
		// nobody ever commits.
		behind = behind || ok && d.Err == nil && o.Err == nil && o.At >= 0 && d.Offset-o.At > 1
	})
	return behind, nil
}
