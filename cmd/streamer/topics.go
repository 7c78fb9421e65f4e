package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"go.uber.org/zap"

	"revscore/internal/sink"
)

// prepareTopics looks at the topics that are written to: what this user may not see is
// an error, what does not exist is created where a transactor cannot, those that are
// needed only when a wiki fails must be there, and how large messages may be is found out.
func (o *outlet) prepareTopics(ctx context.Context) error {
	var topics []string
	for _, s := range o.streams {
		if o.cfg.Sinks.Has(s.Name, sink.Kafka) || o.cfg.Sinks.Has(s.Name, sink.KafkaAvro) {
			topics = append(topics, s.Topic)
		}
	}
	retries := o.cfg.retryPolicy().Topics()
	if len(topics)+len(retries) == 0 {
		return nil
	}
	client, err := kgo.NewClient(o.brokers...)
	if err != nil {
		return fmt.Errorf("kafka client: %w", err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(ctx, o.cfg.Kafka.StartTimeout)
	defer cancel()
	if err := o.askForTopics(ctx, client, topics); err != nil {
		return err
	}
	if err := requireTopics(ctx, client, retries, o.cfg.Produce.CreateTopic); err != nil {
		return err
	}
	o.learnLimits(ctx, client, append(topics, retries...))
	return nil
}

// learnLimits asks how large messages may be. Without the right to ask, brokers tell of
// it message by message.
func (o *outlet) learnLimits(ctx context.Context, client *kgo.Client, topics []string) {
	smaller, err := o.producer.Limits().Learn(ctx, client, topics...)
	if err != nil {
		o.log.Warn("how large messages may be is not known; grant DESCRIBE_CONFIGS on the output topics, or see that they take produce.max_message_bytes",
			zap.Int("produce.max_message_bytes", o.cfg.Produce.MaxMessage), zap.Error(err))
	}
	for _, topic := range smaller {
		o.log.Warn("the topic takes less than produce.max_message_bytes; a larger message is refused before it is sent",
			zap.String("topic", topic), zap.Int("max.message.bytes", o.producer.Limits().Of(topic)))
	}
}

// topicMetadata asks for topics, in a way that makes brokers create them, where they do
// that and it is wanted. To ask for none would be to ask for all.
func topicMetadata(ctx context.Context, client *kgo.Client, topics []string, create bool) (*kmsg.MetadataResponse, error) {
	if len(topics) == 0 {
		return kmsg.NewPtrMetadataResponse(), nil
	}
	req := kmsg.NewPtrMetadataRequest()
	req.AllowAutoTopicCreation = create
	req.IncludeTopicAuthorizedOperations = true
	for _, name := range topics {
		topic := kmsg.NewMetadataRequestTopic()
		topic.Topic = kmsg.StringPtr(name)
		req.Topics = append(req.Topics, topic)
	}
	return req.RequestWith(ctx, client)
}

// askForTopics makes brokers create topics, where they do that and a transactor, which
// cannot, is to write to them. What else they answer of each is the first message's
// concern.
func (o *outlet) askForTopics(ctx context.Context, client *kgo.Client, topics []string) error {
	resp, err := topicMetadata(ctx, client, topics, o.transactor != nil && o.cfg.Produce.CreateTopic)
	if err != nil {
		return fmt.Errorf("ask for the output topics: %w", err)
	}
	var errs []error
	for _, topic := range resp.Topics {
		if err := kerr.ErrorForCode(topic.ErrorCode); errors.Is(err, kerr.TopicAuthorizationFailed) && topic.Topic != nil {
			errs = append(errs, fmt.Errorf("output topic %s: %w: grant the service's user DESCRIBE and WRITE on it, and CREATE where it is to be created", *topic.Topic, err))
		}
	}
	return errors.Join(errs...)
}
