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
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"go.uber.org/zap"

	"revscore/internal/event"
	"revscore/internal/produce"
)

const out, errorsOut = "out", "errors"

// twice publishes each record to two topics, as a revision that two models want.
// before, if set, runs first.
type twice struct {
	*Transactor
	before func(ctx context.Context, r event.Record) error
	after  func(r event.Record, err error)
}

func (h *twice) Begin(r event.Record) func(context.Context) error {
	return func(ctx context.Context) error {
		if h.before != nil {
			if err := h.before(ctx, r); err != nil {
				return err
			}
		}
		answer := make(chan error, 1)
		h.PublishAll(ctx, []event.Message{
			{Topic: out, Key: []byte{r.Value[len(r.Value)-1]}, Value: r.Value},
			{Topic: errorsOut, Value: r.Value},
		}, func(err error) { answer <- err })
		err := <-answer
		if h.after != nil {
			h.after(r, err)
		}
		return err
	}
}

func transactionBroker(t *testing.T, partitions int32) *kfake.Cluster {
	t.Helper()
	c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(partitions, "t"), kfake.SeedTopics(2, out, errorsOut))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func transactor(t *testing.T, c *kfake.Cluster, change func(*Config, *TransactionConfig)) *Transactor {
	t.Helper()
	cfg, timing := DefaultConfig(), DefaultTransactionConfig()
	cfg.Topics, cfg.Group, cfg.Start = []string{"t"}, "g", "earliest"
	timing.Interval = 20 * time.Millisecond
	if change != nil {
		change(&cfg, &timing)
	}
	if err := errors.Join(cfg.Validate(), timing.Validate(cfg)); err != nil {
		t.Fatal(err)
	}
	x, err := NewTransactor(cfg, timing, TransactorParts{
		Brokers:  []kgo.Opt{kgo.SeedBrokers(c.ListenAddrs()...)},
		Messages: []kgo.Opt{kgo.ProducerLinger(0)},
		Produced: func(string, time.Time, error) {},
		Limits:   produce.DefaultConfig().Limits(),
		Registry: prometheus.NewRegistry(), Log: zap.NewNop(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(x.Close)
	return x
}

// running runs a transactor until the returned function, which stops it in order.
func running(t *testing.T, x *Transactor, h Handler) (stop func()) {
	t.Helper()
	x.Handle(h)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- x.Run(ctx) }()
	return sync.OnceFunc(func() {
		cancel()
		if err := errors.Join(<-done, x.Drain(t.Context()), x.Commit(t.Context())); err != nil {
			t.Error(err)
		}
		x.Close()
	})
}

// visible reads a topic as a read-committed consumer does, until it has n records
// and then whatever else is there.
func visible(t *testing.T, c *kfake.Cluster, topic string, n int) (values []string) {
	t.Helper()
	cl := client(t, c, kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for len(values) < n {
		fetches := cl.PollFetches(ctx)
		if ctx.Err() != nil {
			t.Fatalf("topic %s: %d of %d records", topic, len(values), n)
		}
		fetches.EachRecord(func(r *kgo.Record) { values = append(values, string(r.Value)) })
	}
	more, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	cl.PollFetches(more).EachRecord(func(r *kgo.Record) { values = append(values, string(r.Value)) })
	return values
}

// checkOnce fails unless a reader sees each of n records once in both topics.
func checkOnce(t *testing.T, c *kfake.Cluster, n int) {
	t.Helper()
	for _, topic := range []string{out, errorsOut} {
		count := map[string]int{}
		for _, v := range visible(t, c, topic, n) {
			count[v]++
		}
		for i := range n {
			if times := count[fmt.Sprint(i)]; times != 1 {
				t.Errorf("topic %s has record %d %d times", topic, i, times)
			}
		}
	}
}

// The acknowledgement comes after the commit: what it says a reader sees already.
func TestAcknowledgedIsVisible(t *testing.T) {
	const n = 200
	c := transactionBroker(t, 2)
	seed(t, c, "t", n)
	x := transactor(t, c, nil)
	var acknowledged sync.WaitGroup
	acknowledged.Add(n)
	stop := running(t, x, &twice{Transactor: x, after: func(_ event.Record, err error) {
		if err != nil {
			t.Error(err)
		}
		acknowledged.Done()
	}})
	defer stop()
	acknowledged.Wait()
	checkOnce(t, c, n)
	if got := committed(t, c, "g"); got != n {
		t.Errorf("committed offset %d, want %d", got, n)
	}
}

// A record that takes long holds back neither the messages of those behind it nor
// their progress: the next instance does that one alone.
func TestProgressBehindAnOpenRecord(t *testing.T) {
	const n, stuck = 300, 7
	c := transactionBroker(t, 1)
	seed(t, c, "t", n)
	x := transactor(t, c, func(c *Config, _ *TransactionConfig) { c.DrainTimeout = time.Second })
	var others sync.WaitGroup
	others.Add(n - 1)
	x.Handle(&twice{
		Transactor: x,
		before: func(ctx context.Context, r event.Record) error {
			if r.Offset == stuck {
				<-ctx.Done()
			}
			return ctx.Err()
		},
		after: func(r event.Record, err error) {
			if err == nil {
				others.Done()
			}
		},
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- x.Run(ctx) }()
	others.Wait()
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	short, end := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer end()
	if err := x.Drain(short); !errors.Is(err, errDrain) {
		t.Errorf("drain of a stuck record gave %v", err)
	}
	x.Close()
	if got := committed(t, c, "g"); got != stuck {
		t.Errorf("committed offset %d, want %d", got, stuck)
	}

	next := transactor(t, c, nil)
	again := make(chan int64, n)
	stop := running(t, next, &twice{Transactor: next, after: func(r event.Record, _ error) { again <- r.Offset }})
	if got := <-again; got != stuck {
		t.Errorf("record %d was delivered again", got)
	}
	stop()
	if len(again) > 0 {
		t.Errorf("%d more records were delivered again", len(again))
	}
	checkOnce(t, c, n)
	if got := committed(t, c, "g"); got != n {
		t.Errorf("committed offset %d, want %d", got, n)
	}
}

// Behind an open record no more is begun than what can be written beside its offset.
func TestSpanIsBounded(t *testing.T) {
	const n = maxSpan + 500
	c := transactionBroker(t, 1)
	seed(t, c, "t", n)
	x := transactor(t, c, nil)
	release, full := make(chan struct{}), make(chan struct{})
	var mu sync.Mutex
	begun := 0
	stop := running(t, x, handlerFunc(func(ctx context.Context, r event.Record) error {
		mu.Lock()
		begun++
		if begun == maxSpan {
			close(full)
		}
		select {
		case <-release:
		default:
			if r.Offset >= maxSpan {
				t.Errorf("record %d was begun while record 0 was open", r.Offset)
			}
		}
		mu.Unlock()
		if r.Offset == 0 {
			<-release
		}
		return nil
	}))
	<-full
	mu.Lock()
	close(release)
	mu.Unlock()
	for committed(t, c, "g") < n { // a request and its answer each
	}
	stop()
}

// Records that publish nothing are committed as well.
func TestSilentRecordsAreCommitted(t *testing.T) {
	const n = 50
	c := transactionBroker(t, 1)
	seed(t, c, "t", n)
	x := transactor(t, c, nil)
	var handled sync.WaitGroup
	handled.Add(n)
	stop := running(t, x, handlerFunc(func(context.Context, event.Record) error { handled.Done(); return nil }))
	handled.Wait()
	stop()
	if got := committed(t, c, "g"); got != n {
		t.Errorf("committed offset %d, want %d", got, n)
	}
}

// Whatever goes wrong at the end of a transaction, its records are redone and a
// reader sees each once.
func TestAbortedTransactionIsRedone(t *testing.T) {
	const n = 120
	code := func(err *kerr.Error) int16 { return err.Code }
	for name, fault := range map[string]func(kmsg.Request) (kmsg.Response, error, bool){
		"the group has moved on": func(req kmsg.Request) (kmsg.Response, error, bool) {
			r, ok := req.(*kmsg.TxnOffsetCommitRequest)
			if !ok {
				return nil, nil, false
			}
			resp := r.ResponseKind().(*kmsg.TxnOffsetCommitResponse)
			for _, t := range r.Topics {
				topic := kmsg.TxnOffsetCommitResponseTopic{Topic: t.Topic, TopicID: t.TopicID}
				for _, p := range t.Partitions {
					topic.Partitions = append(topic.Partitions, kmsg.TxnOffsetCommitResponseTopicPartition{Partition: p.Partition, ErrorCode: code(kerr.IllegalGeneration)})
				}
				resp.Topics = append(resp.Topics, topic)
			}
			return resp, nil, true
		},
		"the coordinator wants an abort": func(req kmsg.Request) (kmsg.Response, error, bool) {
			r, ok := req.(*kmsg.EndTxnRequest)
			if !ok || !r.Commit {
				return nil, nil, false
			}
			resp := r.ResponseKind().(*kmsg.EndTxnResponse)
			resp.ErrorCode = code(kerr.TransactionAbortable)
			return resp, nil, true
		},
		"the transaction was fenced": func(req kmsg.Request) (kmsg.Response, error, bool) {
			r, ok := req.(*kmsg.EndTxnRequest)
			if !ok || !r.Commit {
				return nil, nil, false
			}
			resp := r.ResponseKind().(*kmsg.EndTxnResponse)
			resp.ErrorCode = code(kerr.ProducerFenced)
			return resp, nil, true
		},
		"the outcome is unknown": func(req kmsg.Request) (kmsg.Response, error, bool) {
			r, ok := req.(*kmsg.EndTxnRequest)
			if !ok || !r.Commit {
				return nil, nil, false
			}
			resp := r.ResponseKind().(*kmsg.EndTxnResponse)
			resp.ErrorCode = code(kerr.UnknownServerError)
			return resp, nil, true
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := transactionBroker(t, 2)
			seed(t, c, "t", n/2)
			faults := 0
			c.Control(func(req kmsg.Request) (kmsg.Response, error, bool) {
				c.KeepControl()
				if faults == 2 {
					return nil, nil, false
				}
				resp, err, handled := fault(req)
				if handled {
					faults++
				}
				return resp, err, handled
			})
			x := transactor(t, c, func(_ *Config, tc *TransactionConfig) { tc.Timeout = 3 * time.Second })
			var mu sync.Mutex
			failed, good := 0, 0
			stop := running(t, x, &twice{Transactor: x, after: func(_ event.Record, err error) {
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					failed++
				} else {
					good++
				}
			}})
			checkOnce(t, c, n/2)
			cl := client(t, c)
			for i := n / 2; i < n; i++ {
				if err := cl.ProduceSync(t.Context(), &kgo.Record{Topic: "t", Value: fmt.Append(nil, i)}).FirstErr(); err != nil {
					t.Fatal(err)
				}
			}
			checkOnce(t, c, n)
			stop()
			if got := committed(t, c, "g"); got != n {
				t.Errorf("committed offset %d, want %d", got, n)
			}
			mu.Lock()
			defer mu.Unlock()
			if failed == 0 || good != n {
				t.Errorf("%d records were told of an abort, %d of %d of a commit", failed, good, n)
			}
		})
	}
}

// Instances come and go; a reader sees each record once, and since a rebalance
// waits for the end of a transaction it aborts none.
func TestRebalanceAbortsNothing(t *testing.T) {
	const n, step = 3000, 500
	c := transactionBroker(t, 4)
	var stops []func()
	var all []*Transactor
	for from := 0; from < n; from += step {
		cl := client(t, c, kgo.RecordPartitioner(kgo.RoundRobinPartitioner()))
		for i := from; i < from+step; i++ {
			cl.Produce(t.Context(), &kgo.Record{Topic: "t", Value: fmt.Append(nil, i)}, nil)
		}
		x := transactor(t, c, nil)
		all, stops = append(all, x), append(stops, running(t, x, &twice{Transactor: x}))
		if err := cl.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(stops) == 3 { // the eldest leaves
			stops[0]()
			stops = stops[1:]
		}
		visible(t, c, out, from+step/2)
	}
	checkOnce(t, c, n)
	for _, stop := range stops {
		stop()
	}
	for i, x := range all {
		if got := testutil.ToFloat64(x.txMetrics.aborted) + testutil.ToFloat64(x.txMetrics.replaced); got != 0 {
			t.Errorf("instance %d aborted %v transactions", i, got)
		}
	}
	if got := committed(t, c, "g"); got != n {
		t.Errorf("committed offset %d, want %d", got, n)
	}
}

// A second instance of the same transactional id fences the first, which takes its
// id back with a new session; a reader sees each record once all the same.
func TestFencedSessionIsReplaced(t *testing.T) {
	const n = 400
	c := transactionBroker(t, 1)
	seed(t, c, "t", n/2)
	x := transactor(t, c, func(_ *Config, tc *TransactionConfig) { tc.ID = "one" })
	stop := running(t, x, &twice{Transactor: x})
	visible(t, c, out, n/2)
	if _, _, err := client(t, c, kgo.TransactionalID("one")).ProducerID(t.Context()); err != nil {
		t.Fatal(err)
	}
	cl := client(t, c)
	for i := n / 2; i < n; i++ {
		cl.Produce(t.Context(), &kgo.Record{Topic: "t", Value: fmt.Append(nil, i)}, nil)
	}
	checkOnce(t, c, n)
	stop()
	if got := testutil.ToFloat64(x.txMetrics.replaced); got == 0 {
		t.Error("no session was replaced")
	}
}

// A message that is too large is refused before it is produced: its task may publish
// what takes its place, and the transaction with the records around it is committed.
func TestTooLargeIsRefusedBeforeItsTransaction(t *testing.T) {
	const n, large = 50, 7
	c := transactionBroker(t, 1)
	seed(t, c, "t", n)
	x := transactor(t, c, nil)
	var handled sync.WaitGroup
	handled.Add(n)
	stop := running(t, x, handlerFunc(func(ctx context.Context, r event.Record) error {
		defer handled.Done()
		answer := make(chan error, 1)
		told := func(err error) { answer <- err }
		messages := []event.Message{{Topic: out, Value: r.Value}, {Topic: errorsOut, Value: r.Value}}
		if r.Offset == large {
			tooLarge := event.Message{Topic: out, Value: make([]byte, produce.DefaultConfig().MaxMessage)}
			x.PublishAll(ctx, append(messages, tooLarge, tooLarge), told)
			if refused, only := produce.Refusals(<-answer); len(refused) != 2 || !only {
				t.Errorf("%d refusals, nothing else: %v", len(refused), only)
			}
		}
		x.PublishAll(ctx, messages, told)
		return <-answer
	}))
	handled.Wait()
	stop()
	checkOnce(t, c, n)
	if got := testutil.ToFloat64(x.txMetrics.aborted); got != 0 {
		t.Errorf("%v transactions were aborted", got)
	}
}

// A message that no broker takes, and whose limit was not known, stops the service,
// names its record, and leaves nothing of its transaction behind.
func TestRefusedMessageStops(t *testing.T) {
	c := transactionBroker(t, 1)
	seed(t, c, "t", 1)
	x := transactor(t, c, nil)
	wide := produce.DefaultConfig()
	wide.MaxMessage = 8 << 20
	x.limits = wide.Limits()
	x.opts = append(x.opts, x.limits.Option(), kgo.ProducerBatchCompression(kgo.NoCompression()))
	x.Handle(handlerFunc(func(ctx context.Context, r event.Record) error {
		answer := make(chan error, 1)
		x.PublishAll(ctx, []event.Message{{Topic: out, Value: r.Value}, {Topic: out, Value: make([]byte, 4<<20)}}, func(err error) { answer <- err })
		return <-answer
	}))
	err := x.Run(t.Context())
	if !errors.Is(err, kerr.MessageTooLarge) || !strings.Contains(err.Error(), "t/0@0") || !strings.Contains(err.Error(), "max.message.bytes") {
		t.Errorf("got %v", err)
	}
	x.Close()
	if got := visible(t, c, out, 0); len(got) > 0 {
		t.Errorf("a reader sees %q", got)
	}
	if got := committed(t, c, "g"); got != 0 {
		t.Errorf("committed offset %d, want 0", got)
	}
}

// A task's own error stops the service too, as in at least once.
func TestTransactorTaskErrorStops(t *testing.T) {
	c := transactionBroker(t, 1)
	seed(t, c, "t", 10)
	boom := errors.New("boom")
	x := transactor(t, c, nil)
	var others sync.WaitGroup
	others.Add(9)
	x.Handle(&twice{Transactor: x, before: func(_ context.Context, r event.Record) error {
		if r.Offset == 4 {
			others.Wait() // they have begun, so the drain does not leave them out
			return boom
		}
		others.Done()
		return nil
	}})
	if err := x.Run(t.Context()); !errors.Is(err, boom) || !strings.Contains(err.Error(), "t/0@4") {
		t.Errorf("got %v", err)
	}
	if err := x.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := len(visible(t, c, out, 9)); got != 9 {
		t.Errorf("%d records are visible, want the 9 that succeeded", got)
	}
	if got := committed(t, c, "g"); got != 4 {
		t.Errorf("committed offset %d, want 4", got)
	}
}

// What the contract forbids is refused, not committed in halves.
func TestPublishContract(t *testing.T) {
	c := transactionBroker(t, 1)
	seed(t, c, "t", 1)
	x := transactor(t, c, nil)
	answers := make(chan error, 3)
	answered := func(err error) { answers <- err }
	m := event.Message{Topic: out, Value: []byte("0")}
	x.Publish(t.Context(), m, answered)
	if err := <-answers; !errors.Is(err, errNoRecord) {
		t.Errorf("outside a task: %v", err)
	}
	stop := running(t, x, handlerFunc(func(ctx context.Context, _ event.Record) error {
		x.Publish(ctx, m, answered)
		x.Publish(ctx, m, answered)
		return nil
	}))
	if err := <-answers; !errors.Is(err, errTwice) {
		t.Errorf("the second time: %v", err)
	}
	if err := <-answers; err != nil {
		t.Errorf("the first time: %v", err)
	}
	stop()
	if got := visible(t, c, out, 1); len(got) != 1 {
		t.Errorf("a reader sees %q", got)
	}
}

func TestTransactionConfig(t *testing.T) {
	consumer := DefaultConfig()
	if err := DefaultTransactionConfig().Validate(consumer); err != nil {
		t.Error(err)
	}
	consumer.Source, consumer.Window = SourceEventStreams, maxSpan+1
	err := TransactionConfig{Interval: time.Millisecond, Timeout: time.Hour}.Validate(consumer)
	for _, want := range []string{"consume.source", "transactions.interval is 1ms", "transactions.timeout is 1h", "consume.window"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no word of %s in %v", want, err)
		}
	}
	err = TransactionConfig{Interval: time.Second, Timeout: time.Second}.Validate(DefaultConfig())
	if err == nil || !strings.Contains(err.Error(), "half") {
		t.Errorf("an interval as long as the timeout gave %v", err)
	}
}
