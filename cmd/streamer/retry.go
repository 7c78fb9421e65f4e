package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"revscore/internal/consume"
	"revscore/internal/retry"
	"revscore/internal/score/fetch"
)

// retryPolicy is nil where nothing is tried again: without a stream for it, and where
// events do not come from Kafka, since nobody would read the retry topics.
func (c Config) retryPolicy() *retry.Policy {
	if c.Consume.Source != consume.SourceKafka {
		return nil
	}
	return retry.New(c.Retry, c.Produce.Topic)
}

// validateRetry holds the retry topics to those of others. A record that this service
// takes for a score is none, and a score in a retry topic would be a dead letter.
func (c Config) validateRetry() error {
	errs := []error{c.Retry.Validate()}
	if errs[0] != nil {
		return errs[0]
	}
	for i, l := range c.Retry.Table {
		for _, r := range l.Reasons {
			if c.Retry.Stream != "" && retry.Exact(r) && !fetch.KnownCode(r) {
				errs = append(errs, fmt.Errorf("retry.table[%d].reasons has %q, which no failure has; docs/config.md lists the reasons", i, r))
			}
		}
	}
	for _, topic := range c.retryPolicy().Topics() {
		for _, s := range c.streamNames() {
			if c.Produce.Topic(s) == topic {
				errs = append(errs, fmt.Errorf("retry.stream is %s, whose topic %s is that of stream %s, must have topics of its own", c.Retry.Stream, topic, s))
			}
		}
		for _, r := range c.Routes {
			if topic == r.Topic || topic == r.Shadow.Topic {
				errs = append(errs, fmt.Errorf("retry.stream is %s, whose topic %s a route has, must have topics of its own", c.Retry.Stream, topic))
			}
		}
	}
	return errors.Join(errs...)
}

// withRetries is the consumer's configuration with the retry topics in it. Where a
// group has no offset they are read from the beginning, whatever consume.start says:
// nobody but this service writes there, and what was written before a first record was
// finished, by an instance that is gone, must not be passed over.
func (c Config) withRetries() consume.Config {
	cfg := c.Consume
	cfg.Own = c.retryPolicy().Topics()
	return cfg
}

// topicPatience is how long a broker may take to make a topic.
const topicPatience = 10 * time.Second

// requireTopics waits until topics are there that the brokers were asked to make. Else
// the first outage of a wiki would end the service.
func requireTopics(ctx context.Context, client *kgo.Client, topics []string, create bool) error {
	ctx, cancel := context.WithTimeout(ctx, topicPatience)
	defer cancel()
	var missing []string
	for {
		resp, err := topicMetadata(ctx, client, topics, create)
		if err == nil {
			if missing = missingTopics(resp); len(missing) == 0 {
				return retryRights(resp)
			}
		}
		select {
		case <-ctx.Done():
			if missing == nil {
				return fmt.Errorf("look for the retry topics: %w", err)
			}
			return fmt.Errorf("retry topics %q are not there, or this user may not see them: create them, or empty retry.stream", missing)
		case <-time.After(topicPatience / 40):
		}
	}
}

func missingTopics(resp *kmsg.MetadataResponse) (missing []string) {
	for _, t := range resp.Topics {
		if kerr.ErrorForCode(t.ErrorCode) != nil && t.Topic != nil {
			missing = append(missing, *t.Topic)
		}
	}
	return missing
}

// retryRights finds retry topics that this user may see and not use: a narrow list of
// rights from before there were any would end the service in the first outage, too.
func retryRights(resp *kmsg.MetadataResponse) error {
	var errs []error
	for _, t := range resp.Topics {
		rights := t.AuthorizedOperations
		if t.Topic == nil || rights == math.MinInt32 { // the broker does not tell
			continue
		}
		for _, op := range []kmsg.ACLOperation{kmsg.ACLOperationRead, kmsg.ACLOperationWrite} {
			if rights&(1<<op) == 0 {
				errs = append(errs, fmt.Errorf("retry topic %s: this user may not %v it: grant that, or empty retry.stream", *t.Topic, op))
			}
		}
	}
	return errors.Join(errs...)
}
