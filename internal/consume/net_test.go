package consume

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"revscore/internal/event"
	"revscore/internal/produce"
)

// fakeNet is a cluster in memory, so that hours of its groups pass in no time.
type fakeNet struct {
	*kfake.Cluster
	opts []kgo.Opt
}

func newFakeNet(t *testing.T, opts ...kfake.Opt) *fakeNet {
	t.Helper()
	var network kfake.VirtualNetwork
	c, err := kfake.NewCluster(append(opts, kfake.SeedTopics(1, out), kfake.NumBrokers(1), kfake.Ports(9092), kfake.ListenFn(network.Listen))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	// A client asks for a topic that was deleted again and again, at once. Where time
	// stands still while anybody works, an answer that takes none would have no end.
	c.ControlKey(int16(kmsg.Fetch), func(kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		time.Sleep(time.Millisecond)
		return nil, nil, false
	})
	return &fakeNet{c, []kgo.Opt{kgo.SeedBrokers(c.ListenAddrs()...), kgo.Dialer(network.DialContext)}}
}

// write puts each message into a partition of its own.
func (n *fakeNet) write(t *testing.T, messages ...event.Message) {
	t.Helper()
	cl, err := kgo.NewClient(append(n.opts, kgo.RecordPartitioner(kgo.ManualPartitioner()))...)
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	for i, m := range messages {
		r := produce.Record(m)
		r.Partition = int32(i)
		if err := cl.ProduceSync(t.Context(), r).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
}

// values are messages for one partition.
func (n *fakeNet) values(t *testing.T, topic string, values ...string) {
	t.Helper()
	for _, v := range values {
		n.write(t, event.Message{Topic: topic, Value: []byte(v)})
	}
}

// times are when each record was handled, since the beginning of a test.
type times struct {
	start time.Time

	mu sync.Mutex // guards what follows
	at map[string][]time.Duration
}

func newTimes() *times { return &times{start: time.Now(), at: map[string][]time.Duration{}} }

func (h *times) note(r event.Record) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at[string(r.Value)] = append(h.at[string(r.Value)], time.Since(h.start).Truncate(time.Second))
}

// reader is a source that runs: a Kafka or a Transactor.
type reader struct {
	source interface {
		Run(context.Context) error
		Drain(context.Context) error
		Commit(context.Context) error
		Ready(context.Context) error
		Warnings() []string
		Close()
	}
	t       *testing.T
	cancel  context.CancelFunc
	done    chan error // what Run returned
	metrics *metrics
	logs    *observer.ObservedLogs
}

// reader runs a source that notes its records, each by its value.
func (n *fakeNet) reader(t *testing.T, exactly bool, h *times, change func(*Config)) *reader {
	t.Helper()
	core, logs := observer.New(zapcore.InfoLevel)
	r := &reader{t: t, done: make(chan error, 1), logs: logs}
	cfg := DefaultConfig()
	cfg.Topics, cfg.Group, cfg.Start = []string{"t"}, "g", "earliest"
	if change != nil {
		change(&cfg)
	}
	if exactly {
		timing := DefaultTransactionConfig()
		timing.Interval = 500 * time.Millisecond // an hour has many
		x, err := NewTransactor(cfg, timing, TransactorParts{
			Brokers: n.opts, Produced: func(string, time.Time, error) {}, Limits: produce.DefaultConfig().Limits(),
			Registry: prometheus.NewRegistry(), Log: zap.New(core),
		})
		if err != nil {
			t.Fatal(err)
		}
		x.Handle(handlerFunc(func(ctx context.Context, rec event.Record) error {
			answer := make(chan error, 1)
			x.Publish(ctx, event.Message{Topic: out, Value: rec.Value, Headers: rec.Headers}, func(err error) { answer <- err })
			err := <-answer
			if err == nil {
				h.note(rec)
			}
			return err
		}))
		r.source, r.metrics = x, x.metrics
	} else {
		k, err := NewKafka(cfg, n.opts, handlerFunc(func(_ context.Context, rec event.Record) error { h.note(rec); return nil }), prometheus.NewRegistry(), zap.New(core))
		if err != nil {
			t.Fatal(err)
		}
		r.source, r.metrics = k, k.metrics
	}
	ctx, cancel := context.WithCancel(t.Context())
	r.cancel = cancel
	go func() { r.done <- r.source.Run(ctx) }()
	return r
}

// stop stops in order, which must succeed.
func (r *reader) stop() {
	r.t.Helper()
	r.cancel()
	if err := errors.Join(<-r.done, r.source.Drain(r.t.Context()), r.source.Commit(r.t.Context())); err != nil {
		r.t.Error(err)
	}
	r.source.Close()
}

func (r *reader) transactionFaults() float64 {
	x, ok := r.source.(*Transactor)
	if !ok {
		return 0
	}
	return testutil.ToFloat64(x.txMetrics.aborted) + testutil.ToFloat64(x.txMetrics.replaced)
}

// logged returns what was said in this message, nil if nothing.
func (r *reader) logged(message string) []map[string]any {
	var found []map[string]any
	for _, e := range r.logs.FilterMessage(message).All() {
		found = append(found, e.ContextMap())
	}
	return found
}
