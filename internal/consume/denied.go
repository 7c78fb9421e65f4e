package consume

import (
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/zap"
)

const deniedHelp = "may not be read: grant the service's user READ on it; the others are read"

// fetchErrors logs what the client repairs itself, and what is wrong with one topic
// alone, and returns what cannot be gone on with.
func (in *inputs) fetchErrors(client *kgo.Client, group string, fetches kgo.Fetches) error {
	var errs []error
	fetches.EachError(func(topic string, partition int32, err error) {
		var loss *kgo.ErrDataLoss
		switch {
		case errors.As(err, &loss):
			in.metrics.lost.Add(float64(max(0, loss.ResetTo-loss.ConsumedTo)))
		case topic != "" && errors.Is(err, kerr.TopicAuthorizationFailed):
			in.deny(client, topic)
			return
		case topic != "" && is(err, kerr.UnknownTopicID, kerr.UnknownTopicOrPartition):
			in.outdated(topic)
		}
		switch judge(err) {
		case retry:
			if in.news(topic, err) {
				in.log.Warn("fetching records", zap.String("topic", topic), zap.Int32("partition", partition), zap.Error(err))
			}
		case stop:
			errs = append(errs, explain(topic, partition, group, err))
		}
	})
	return errors.Join(errs...)
}

// explain says what an operator can do about an error that ends the service.
func explain(topic string, partition int32, group string, err error) error {
	switch {
	case is(err, kerr.GroupAuthorizationFailed):
		return fmt.Errorf("consumer group %s: %w: grant the service's user READ on the group, or set consume.group to one that it may use", group, err)
	case is(err, kerr.FencedInstanceID):
		return fmt.Errorf("consumer group %s: %w: another instance has the same consume.member", group, err)
	case topic == "":
		return fmt.Errorf("consumer group %s: %w", group, err)
	}
	return fmt.Errorf("consume %s/%d: %w", topic, partition, err)
}

// deny notes that a topic may not be read. Brokers answer such a fetch at once, so the
// topic is paused: the client would ask again as fast as they answer.
func (in *inputs) deny(client *kgo.Client, topic string) {
	client.PauseFetchTopics(topic)
	in.mu.Lock()
	_, known := in.denied[topic]
	in.denied[topic] = time.Now()
	in.metrics.unreadable.Set(float64(len(in.missing) + len(in.denied)))
	in.mu.Unlock()
	if !known {
		in.log.Error("topic "+deniedHelp, zap.String("topic", topic))
		in.again()
	}
}

// How long a denied topic is left alone before it is tried, and how long no denial must
// come after that.
const (
	deniedRest  = 5 * time.Second
	deniedProof = 2*deniedRest - time.Second
)

// tryDenied resumes topics that were denied a while ago: rights change. Those of which
// brokers have said nothing more since then are denied no longer.
func (in *inputs) tryDenied(client *kgo.Client) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for topic, said := range in.denied {
		_, there := in.seen[topic]
		switch since := time.Since(said); {
		case there && since > deniedProof:
			delete(in.denied, topic)
			in.log.Info("topic can be read again", zap.String("topic", topic))
		case since > deniedRest:
			client.ResumeFetchTopics(topic)
		}
	}
	in.metrics.unreadable.Set(float64(len(in.missing) + len(in.denied)))
}

// outdated notes that brokers do not know a topic that the client reads. What was
// fetched before the client was told of that may say so once more.
func (in *inputs) outdated(topic string) {
	in.mu.Lock()
	if time.Since(in.renewed[topic]) > deniedRest {
		in.stale[topic] = true
	}
	in.mu.Unlock()
	in.again()
}

// quiet is how often the same error of a topic is logged.
const quiet = time.Minute

// news reports whether an error of a topic was not logged lately.
func (in *inputs) news(topic string, err error) bool {
	key := topic + "\n" + err.Error()
	in.mu.Lock()
	defer in.mu.Unlock()
	if time.Since(in.logged[key]) < quiet {
		return false
	}
	for old, at := range in.logged {
		if time.Since(at) >= quiet {
			delete(in.logged, old)
		}
	}
	in.logged[key] = time.Now()
	return true
}
