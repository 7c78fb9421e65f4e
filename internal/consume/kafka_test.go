package consume

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/zap"

	"revscore/internal/event"
)

// handlerFunc is a handler whose records are all worked on by one function.
type handlerFunc func(context.Context, event.Record) error

func (h handlerFunc) Begin(r event.Record) func(context.Context) error {
	return func(ctx context.Context) error { return h(ctx, r) }
}

func broker(t *testing.T, topic string, partitions int32) *kfake.Cluster {
	t.Helper()
	c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(partitions, topic))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func client(t *testing.T, c *kfake.Cluster, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	cl, err := kgo.NewClient(append(opts, kgo.SeedBrokers(c.ListenAddrs()...))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cl.Close)
	return cl
}

func seed(t *testing.T, c *kfake.Cluster, topic string, n int) {
	t.Helper()
	cl := client(t, c, kgo.RecordPartitioner(kgo.RoundRobinPartitioner()))
	records := make([]*kgo.Record, n)
	for i := range records {
		records[i] = &kgo.Record{Topic: topic, Value: fmt.Append(nil, i)}
	}
	if err := cl.ProduceSync(t.Context(), records...).FirstErr(); err != nil {
		t.Fatal(err)
	}
}

func committed(t *testing.T, c *kfake.Cluster, group string) (sum int64) {
	t.Helper()
	offsets, err := kadm.NewClient(client(t, c)).FetchOffsets(t.Context(), group)
	if err != nil {
		t.Fatal(err)
	}
	offsets.Each(func(o kadm.OffsetResponse) { sum += o.At })
	return sum
}

func consumer(t *testing.T, c *kfake.Cluster, topic string, h Handler, change func(*Config)) *Kafka {
	t.Helper()
	cfg := DefaultConfig()
	cfg.Topics, cfg.Group, cfg.Start = []string{topic}, "g", "earliest"
	cfg.CommitInterval = 100 * time.Millisecond
	if change != nil {
		change(&cfg)
	}
	k, err := NewKafka(cfg, []kgo.Opt{kgo.SeedBrokers(c.ListenAddrs()...)}, h, prometheus.NewRegistry(), zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Close)
	return k
}

// A slow first record holds back the commit of all that finished behind it, and
// what a drain gives up is not committed.
func TestCommitsOnlyTheUnbrokenPrefix(t *testing.T) {
	const n, stuck = 100, 30
	c := broker(t, "t", 1)
	seed(t, c, "t", n)
	var others sync.WaitGroup
	others.Add(n - 1)
	k := consumer(t, c, "t", handlerFunc(func(ctx context.Context, r event.Record) error {
		if r.Offset == stuck {
			<-ctx.Done()
			return ctx.Err()
		}
		others.Done()
		return nil
	}), nil)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- k.Run(ctx) }()
	others.Wait() // records after the stuck one are done too
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	short, stop := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer stop()
	if err := k.Drain(short); !errors.Is(err, errDrain) {
		t.Errorf("drain of a stuck record gave %v", err)
	}
	if err := k.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := committed(t, c, "g"); got != stuck {
		t.Errorf("committed offset %d, want %d", got, stuck)
	}
}

// A task's error stops the consumer, names the record, and leaves it uncommitted.
func TestTaskErrorStops(t *testing.T) {
	c := broker(t, "t", 1)
	seed(t, c, "t", 10)
	boom := errors.New("boom")
	k := consumer(t, c, "t", handlerFunc(func(_ context.Context, r event.Record) error {
		if r.Offset == 4 {
			return boom
		}
		return nil
	}), nil)
	err := k.Run(t.Context())
	if !errors.Is(err, boom) || !strings.Contains(err.Error(), "t/0@4") {
		t.Errorf("got %v", err)
	}
	if err := k.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := k.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := committed(t, c, "g"); got != 4 {
		t.Errorf("committed offset %d, want 4", got)
	}
}

// More records than windows: the queue is bounded by pausing, and all arrive.
func TestSmallWindowHandlesAll(t *testing.T) {
	const n = 3000
	c := broker(t, "t", 4)
	seed(t, c, "t", n)
	var mu sync.Mutex
	inFlight, most, handled := 0, 0, 0
	all := make(chan struct{})
	h := handlerFunc(func(context.Context, event.Record) error {
		mu.Lock()
		defer mu.Unlock()
		handled++
		if handled == n {
			close(all)
		}
		return nil
	})
	k := consumer(t, c, "t", countInFlight{h, &mu, &inFlight, &most}, func(c *Config) { c.Window = 3 })
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- k.Run(ctx) }()
	<-all
	cancel()
	if err := errors.Join(<-done, k.Drain(t.Context()), k.Commit(t.Context())); err != nil {
		t.Fatal(err)
	}
	if most > 4*3 {
		t.Errorf("%d records in flight at once, 4 partitions allow 12", most)
	}
	if got := committed(t, c, "g"); got != n {
		t.Errorf("committed %d of %d", got, n)
	}
}

type countInFlight struct {
	Handler
	mu       *sync.Mutex
	now, top *int
}

func (c countInFlight) Begin(r event.Record) func(context.Context) error {
	task := c.Handler.Begin(r)
	c.mu.Lock()
	*c.now++
	*c.top = max(*c.top, *c.now)
	c.mu.Unlock()
	return func(ctx context.Context) error {
		defer func() {
			c.mu.Lock()
			*c.now--
			c.mu.Unlock()
		}()
		return task(ctx)
	}
}

// A second instance joins in the middle: each record is handled, and none twice,
// because the first drains and commits before it lets a partition go.
func TestRebalanceLosesAndDoublesNothing(t *testing.T) {
	const n = 2000
	c := broker(t, "t", 4)
	seed(t, c, "t", n/2)
	var mu sync.Mutex
	seen := map[string]int{}
	half, all := make(chan struct{}), make(chan struct{})
	h := handlerFunc(func(_ context.Context, r event.Record) error {
		mu.Lock()
		defer mu.Unlock()
		seen[r.Source.String()]++
		switch len(seen) {
		case n / 2:
			select {
			case <-half:
			default:
				close(half)
			}
		case n:
			select {
			case <-all:
			default:
				close(all)
			}
		}
		return nil
	})
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	start := func() *Kafka {
		k := consumer(t, c, "t", h, nil)
		running.Go(func() {
			if err := k.Run(ctx); err != nil {
				t.Error(err)
			}
		})
		return k
	}
	first := start()
	<-half
	second := start()
	seed(t, c, "t", n/2)
	<-all
	cancel()
	running.Wait()
	for _, k := range []*Kafka{first, second} {
		if err := errors.Join(k.Drain(t.Context()), k.Commit(t.Context())); err != nil {
			t.Fatal(err)
		}
	}
	for source, times := range seen {
		if times != 1 {
			t.Errorf("%s was handled %d times", source, times)
		}
	}
}
