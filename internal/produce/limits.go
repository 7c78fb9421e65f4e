package produce

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"sync"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"revscore/internal/event"
)

// Limits knows how large a message may be: produce.max_message_bytes, or less where a
// topic says so.
//
// Why before it is sent. A broker refuses whole batches, and a transaction in which a
// message was refused can only be aborted. A topic that takes less than the client
// believes would cost every message that shares a batch with others.
type Limits struct {
	most int

	mu     sync.RWMutex // guards what follows
	topics map[string]int
}

// Limits knows no topic yet.
func (c Config) Limits() *Limits { return &Limits{most: c.MaxMessage, topics: map[string]int{}} }

// smallest is the least that the client library takes as a limit.
const smallest = 512

// Of returns the limit of a topic.
func (l *Limits) Of(topic string) int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if n, ok := l.topics[topic]; ok {
		return n
	}
	return l.most
}

// Check returns a final *[RefusedError] for a message that is too large for its topic.
func (l *Limits) Check(m event.Message) error {
	limit := l.Of(m.Topic)
	if n := size(m); n > limit {
		return &RefusedError{Message: m, Size: n, Limit: limit, Final: true, Err: kerr.MessageTooLarge}
	}
	return nil
}

// Option bounds a client's batches.
func (l *Limits) Option() kgo.Opt {
	return kgo.ProducerBatchMaxBytesFn(func(topic string) int32 { return int32(l.Of(topic)) })
}

const maxMessageBytes = "max.message.bytes"

// Learn asks brokers for the limits of topics, which needs DESCRIBE_CONFIGS on them.
// Topics that do not exist are passed over. It returns those that take less than
// produce.max_message_bytes.
func (l *Limits) Learn(ctx context.Context, client *kgo.Client, topics ...string) (smaller []string, err error) {
	all, err := kadm.NewClient(client).DescribeTopicConfigs(ctx, topics...)
	if err != nil {
		return nil, fmt.Errorf("ask for the topics' %s: %w", maxMessageBytes, err)
	}
	var errs []error
	for _, topic := range all {
		if topic.Err != nil && !errors.Is(topic.Err, kerr.UnknownTopicOrPartition) {
			errs = append(errs, fmt.Errorf("ask for %s of topic %s: %w", maxMessageBytes, topic.Name, topic.Err))
		}
		for _, c := range topic.Configs {
			if c.Key != maxMessageBytes {
				continue
			}
			n, err := strconv.Atoi(c.MaybeValue())
			if err == nil && n < l.most {
				l.set(topic.Name, n)
				smaller = append(smaller, topic.Name)
			}
		}
	}
	return smaller, errors.Join(errs...)
}

func (l *Limits) set(topic string, n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.topics[topic] = max(n, smallest)
}

// batchOverhead is what a batch has beside its records, as the client counts it, which
// is up to five bytes more than brokers do.
const batchOverhead = 66

// size is how large the batch is that has one message alone, before compression: what
// the client compares with the limit, or a byte more.
func size(m event.Message) int {
	n := 3 // attributes and deltas, of the first record
	n += varint(len(m.Key)) + len(m.Key) + varint(len(m.Value)) + len(m.Value) + varint(len(m.Headers))
	for _, h := range m.Headers {
		n += varint(len(h.Key)) + len(h.Key) + varint(len(h.Value)) + len(h.Value)
	}
	return batchOverhead + varint(n) + n
}

// varint is how many bytes a length takes: seven bits a byte, the sign among them.
func varint(n int) int { return (bits.Len(uint(n)<<1|1) + 6) / 7 }
