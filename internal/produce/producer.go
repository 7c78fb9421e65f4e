package produce

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kgo"

	"revscore/internal/event"
)

// Config of the producing stage.
type Config struct {
	TopicPrefix string        `yaml:"topic_prefix" help:"Put before the stream name to make a topic name, e.g. the data centre \"eqiad.\"."`
	ErrorStream string        `yaml:"error_stream" help:"Stream of dead letters: records that could not be read, were tried again in vain, or made events that a sink refused; see streamer dlq."`
	Combined    string        `yaml:"combined_stream" help:"Stream that gets, of each revision, one event with the scores and errors of all models that routes ask, beside the streams of the routes, whatever their output; empty: none."`
	Emitter     string        `yaml:"emitter" help:"Name of this service in dead letters (emitter_id)."`
	Linger      time.Duration `yaml:"linger" help:"How long a message may wait for others to share a request."`
	Compression string        `yaml:"compression" help:"Compression of batches: none, snappy, lz4, zstd or gzip."`
	CreateTopic bool          `yaml:"create_topics" help:"Let the broker create missing topics, where it allows that."`
	MaxMessage  int           `yaml:"max_message_bytes" help:"Largest message; must not exceed the broker's message.max.bytes."`
	Buffered    int           `yaml:"max_buffered" help:"Messages waiting for a broker before the pipeline is held up."`
	Canaries    bool          `yaml:"canaries" help:"Pass canary events on to every output stream, so that hourly ingestion completes."`
}

// DefaultConfig waits little: latency matters more than batch size here.
func DefaultConfig() Config {
	return Config{
		ErrorStream: "revscore.error",
		Emitter:     "revscore",
		// At 500 events/s a linger of 2 ms costs a fifth of the p99 budget; at
		// 25,000 events/s batches fill without any linger.
		Linger:      2 * time.Millisecond,
		Compression: "snappy",
		CreateTopic: true,
		MaxMessage:  1_000_000,
		Buffered:    10_000,
		Canaries:    true,
	}
}

var codecs = map[string]kgo.CompressionCodec{
	"none": kgo.NoCompression(), "snappy": kgo.SnappyCompression(), "lz4": kgo.Lz4Compression(),
	"zstd": kgo.ZstdCompression(), "gzip": kgo.GzipCompression(),
}

// minMessage fits every score event: package event bounds what one repeats of
// its source at 8 KiB, of which JSON may write a byte in six, key included.
const minMessage = 128 << 10

// Validate reports every fault of the settings.
func (c Config) Validate() error {
	var errs []error
	fault := func(format string, args ...any) { errs = append(errs, fmt.Errorf("produce."+format, args...)) }
	if c.ErrorStream == "" {
		fault("error_stream is empty, must name the stream of dead letters")
	}
	if c.Emitter == "" {
		fault("emitter is empty, must name this service")
	}
	if c.Linger < 0 {
		fault("linger is %v, must not be negative", c.Linger)
	}
	if _, ok := codecs[c.Compression]; !ok {
		fault("compression is %q, must be none, snappy, lz4, zstd or gzip", c.Compression)
	}
	if c.MaxMessage < minMessage {
		fault("max_message_bytes is %d, must be at least %d", c.MaxMessage, minMessage)
	}
	if c.Buffered < 1 {
		fault("max_buffered is %d, must be positive", c.Buffered)
	}
	return errors.Join(errs...)
}

// MaxRaw is how many bytes of an unreadable record fit into a dead letter:
// JSON may write a byte in six, and the rest of the event needs room.
func (c Config) MaxRaw() int { return (c.MaxMessage - 4096) / 6 }

// Topic is the topic of a stream.
func (c Config) Topic(stream string) string { return c.TopicPrefix + stream }

// Producer writes to Kafka. It is safe for concurrent use.
type Producer struct {
	client  *kgo.Client
	alone   *alone
	limits  *Limits
	metrics *metrics
	closing sync.Once
}

// Options say how messages are written, by whichever client writes them.
func (c Config) Options() []kgo.Opt {
	opts := []kgo.Opt{
		kgo.RequiredAcks(kgo.AllISRAcks()),
		kgo.ProducerBatchCompression(codecs[c.Compression]),
		kgo.ProducerLinger(c.Linger),
		kgo.ProducerBatchMaxBytes(int32(c.MaxMessage)),
		kgo.MaxBufferedRecords(c.Buffered),
		// A topic that was just created is asked for again soon: by default the
		// first message to a new topic waits 2.5 s for the second look.
		kgo.MetadataMinAge(250 * time.Millisecond),
		kgo.UnknownTopicRetries(20),
	}
	if c.CreateTopic {
		opts = append(opts, kgo.AllowAutoTopicCreation())
	}
	return opts
}

// New connects lazily; opts say how brokers are reached.
func New(cfg Config, opts []kgo.Opt, reg prometheus.Registerer) (*Producer, error) {
	opts = slices.Concat(opts, cfg.Options())
	p := &Producer{limits: cfg.Limits()}
	opts = append(opts, p.limits.Option())
	var err error
	if p.client, err = kgo.NewClient(opts...); err != nil {
		return nil, fmt.Errorf("kafka producer: %w", err)
	}
	if p.alone, err = newAlone(opts); err != nil {
		p.client.Close()
		return nil, err
	}
	p.metrics = newMetrics(reg)
	return p, nil
}

// Limits are those that the producer goes by.
func (p *Producer) Limits() *Limits { return p.limits }

// Check returns a final *[RefusedError] for a message that Publish would refuse for its
// size without asking a broker.
func (p *Producer) Check(m event.Message) error { return p.limits.Check(m) }

// Publish takes a message in and calls done once, from another goroutine, when
// the broker has acknowledged or refused it (*[RefusedError]), or ctx has ended before
// it was sent. Once it was sent only the broker's answer counts, or Close: who gave it
// up without one and published it again would double it. It
// blocks while the buffer is full. The message's slices belong to the producer until
// then. A message that is refused costs no other.
func (p *Producer) Publish(ctx context.Context, m event.Message, done func(error)) {
	start := time.Now()
	answered := p.acknowledged(m, start, done)
	p.client.Produce(ctx, Record(m), func(r *kgo.Record, err error) {
		if err == nil || !p.again(ctx, m, start, err, done) {
			answered(r, err)
		}
	})
}

// PublishAll takes the messages of one event in, in their order, and calls done
// once, when the broker has acknowledged all of them or refused one.
func (p *Producer) PublishAll(ctx context.Context, messages []event.Message, done func(error)) {
	if len(messages) == 0 {
		done(nil)
		return
	}
	all := &joint{open: len(messages), done: done}
	for _, m := range messages {
		p.Publish(ctx, m, all.acknowledged)
	}
}

// joint turns the answers to several messages into one.
type joint struct {
	done func(error)

	mu   sync.Mutex // guards what follows
	open int
	errs []error
}

func (j *joint) acknowledged(err error) {
	j.mu.Lock()
	j.open--
	if err != nil {
		j.errs = append(j.errs, err)
	}
	last := j.open == 0
	j.mu.Unlock()
	if last {
		j.done(errors.Join(j.errs...))
	}
}

// Offer hands a message to the broker only if there is room for it: else done gets
// an error at once. It is for what may be lost, which must not hold up what may not.
func (p *Producer) Offer(ctx context.Context, m event.Message, done func(error)) {
	p.client.TryProduce(ctx, Record(m), p.acknowledged(m, time.Now(), done))
}

// Record is a message in the form in which a client takes it.
func Record(m event.Message) *kgo.Record {
	r := &kgo.Record{Topic: m.Topic, Key: m.Key, Value: m.Value}
	if len(m.Headers) > 0 {
		r.Headers = make([]kgo.RecordHeader, len(m.Headers))
		for i, h := range m.Headers {
			r.Headers[i] = kgo.RecordHeader(h)
		}
	}
	return r
}

// acknowledged counts what became of a message and tells who sent it.
func (p *Producer) acknowledged(m event.Message, start time.Time, done func(error)) func(*kgo.Record, error) {
	return func(_ *kgo.Record, err error) {
		p.Count(m.Topic, start, err)
		if err != nil {
			if known := p.limits.Check(m); known != nil && ofTheBatch(err) {
				err = known
			} else {
				err = Refused(m, err)
			}
		}
		done(err)
	}
}

// Count counts a broker's answer to a message, also for who writes by another
// client, as a transaction does.
func (p *Producer) Count(topic string, start time.Time, err error) {
	if err != nil {
		p.metrics.refused.WithLabelValues(topic).Inc()
		return
	}
	p.metrics.messages.WithLabelValues(topic).Inc()
	p.metrics.seconds.Observe(time.Since(start).Seconds())
}

// Flush waits until every message is acknowledged or refused.
func (p *Producer) Flush(ctx context.Context) error {
	if err := p.client.Flush(ctx); err != nil {
		return fmt.Errorf("flush %d messages: %w", p.client.BufferedProduceRecords(), err)
	}
	return p.alone.wait(ctx)
}

// Close gives up what Flush has not waited for: their callbacks get an error. It may be
// called again.
func (p *Producer) Close() {
	p.closing.Do(func() {
		p.client.Close()
		p.alone.close()
	})
}
