package produce

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"revscore/internal/event"
)

const topic = "t"

func broker(t *testing.T, opts ...kfake.Opt) *kfake.Cluster {
	t.Helper()
	c, err := kfake.NewCluster(append(opts, kfake.NumBrokers(1), kfake.DefaultNumPartitions(1), kfake.SeedTopics(4, topic))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func producer(t *testing.T, c *kfake.Cluster, change func(*Config)) (*Producer, *prometheus.Registry) {
	t.Helper()
	cfg := DefaultConfig()
	if change != nil {
		change(&cfg)
	}
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	reg := prometheus.NewRegistry()
	p, err := New(cfg, []kgo.Opt{kgo.SeedBrokers(c.ListenAddrs()...)}, reg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p, reg
}

// consumed reads all n records of a topic, in the order of each partition.
func consumed(t *testing.T, c *kfake.Cluster, topic string, n int) []*kgo.Record {
	t.Helper()
	cl, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...), kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var out []*kgo.Record
	for len(out) < n {
		fetches := cl.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			t.Fatalf("%d of %d records: %v", len(out), n, err)
		}
		out = append(out, fetches.Records()...)
	}
	return out
}

// acks counts how often each message's callback was called, and keeps errors.
type acks struct {
	mu    sync.Mutex
	calls map[int]int
	errs  map[int]error
	done  sync.WaitGroup
}

func newAcks() *acks { return &acks{calls: map[int]int{}, errs: map[int]error{}} }

// of returns the callback of one message. A second call is noted, not waited for.
func (a *acks) of(i int) func(error) {
	a.done.Add(1)
	return func(err error) {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.calls[i]++
		a.errs[i] = err
		if a.calls[i] == 1 {
			a.done.Done()
		}
	}
}

func (a *acks) check(t *testing.T, n int) {
	t.Helper()
	a.done.Wait()
	a.mu.Lock()
	defer a.mu.Unlock()
	for i := range n {
		if a.calls[i] != 1 || a.errs[i] != nil {
			t.Errorf("message %d: %d callbacks, last with %v", i, a.calls[i], a.errs[i])
		}
	}
}

func message(i, keys int) event.Message {
	return event.Message{Topic: topic, Key: fmt.Appendf(nil, "key %d", i%keys), Value: fmt.Append(nil, i)}
}

// publishes n messages of some keys and checks that each was acknowledged once
// and is in the topic once, in its key's order.
func publishInOrder(t *testing.T, c *kfake.Cluster, p *Producer, n, keys int) {
	t.Helper()
	a := newAcks()
	for i := range n {
		p.Publish(t.Context(), message(i, keys), a.of(i))
	}
	a.check(t, n)
	if err := p.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	last := map[string]int{}
	records := consumed(t, c, topic, n)
	for _, r := range records {
		var i int
		if _, err := fmt.Sscan(string(r.Value), &i); err != nil {
			t.Fatal(err)
		}
		key := string(r.Key)
		if before, ok := last[key]; (ok && i != before+keys) || (!ok && i >= keys) {
			t.Errorf("%s has %d after %d", key, i, before)
		}
		last[key] = i
	}
	if len(records) != n {
		t.Errorf("%d records of %d messages", len(records), n)
	}
}

func counter(t *testing.T, reg *prometheus.Registry, name string) (sum float64) {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			for _, m := range f.GetMetric() {
				sum += m.GetCounter().GetValue()
			}
		}
	}
	return sum
}

func TestEachMessageOnceInTheOrderOfItsKey(t *testing.T) {
	for codec := range codecs {
		t.Run(codec, func(t *testing.T) {
			c := broker(t)
			p, reg := producer(t, c, func(cfg *Config) { cfg.Compression = codec })
			publishInOrder(t, c, p, 2000, 7)
			if got := counter(t, reg, "revscore_produce_messages_total"); got != 2000 {
				t.Errorf("%v messages counted", got)
			}
		})
	}
}

func TestHeadersGoOut(t *testing.T) {
	c := broker(t)
	p, _ := producer(t, c, nil)
	a := newAcks()
	p.PublishAll(t.Context(), []event.Message{
		{Topic: topic, Key: []byte("k"), Value: []byte("1"), Headers: []event.Header{{Key: "a", Value: []byte("x")}, {Key: "b"}}},
		{Topic: topic, Key: []byte("k"), Value: []byte("2")},
	}, a.of(0))
	a.check(t, 1)
	records := consumed(t, c, topic, 2)
	if got, want := fmt.Sprintf("%q %q", records[0].Headers, records[1].Headers), `[{"a" "x"} {"b" ""}] []`; got != want {
		t.Errorf("headers %s, want %s", got, want)
	}
}

// What the broker refuses for a while, or does and then denies, is sent again by
// the client: no message is doubled and none changes places.
func TestRetriesNeitherDoubleNorReorder(t *testing.T) {
	c := broker(t)
	var faults []kfake.Fault
	for _, err := range []*kerr.Error{kerr.NotLeaderForPartition, kerr.NotEnoughReplicas, kerr.NotEnoughReplicasAfterAppend, kerr.RequestTimedOut} {
		faults = append(faults, kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: topic, Err: err, Count: 2})
	}
	h := c.Fault(faults...)
	p, _ := producer(t, c, nil)
	publishInOrder(t, c, p, 500, 5)
	if h.Hits() == 0 {
		t.Error("no request met a fault")
	}
}

func TestRefusedMessagesAreErrors(t *testing.T) {
	c := broker(t)
	p, reg := producer(t, c, nil)
	a := newAcks()
	p.Publish(t.Context(), event.Message{Topic: topic, Value: make([]byte, DefaultConfig().MaxMessage+1)}, a.of(0))
	c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: topic, Err: kerr.TopicAuthorizationFailed, Count: 1})
	p.Publish(t.Context(), message(1, 1), a.of(1))
	if err := p.Flush(t.Context()); err != nil { // after which no callback is outstanding
		t.Fatal(err)
	}
	for i, want := range []error{kerr.MessageTooLarge, kerr.TopicAuthorizationFailed} {
		if err := a.errs[i]; a.calls[i] != 1 || !errors.Is(err, want) || !strings.Contains(err.Error(), "topic "+topic) {
			t.Errorf("message %d: %d callbacks, %v, want %v", i, a.calls[i], err, want)
		}
	}
	if got := counter(t, reg, "revscore_produce_refused_messages_total"); got != 2 {
		t.Errorf("%v refusals counted", got)
	}
	// It goes on after a refusal.
	p.Publish(t.Context(), message(2, 1), a.of(2))
	a.done.Wait()
	if a.errs[2] != nil {
		t.Error(a.errs[2])
	}
}

// The largest message that the settings allow passes, with what Kafka adds.
func TestLargestDeadLetterFits(t *testing.T) {
	cfg := DefaultConfig()
	value, err := event.EncodeDeadLetter(strings.Repeat("s", 249), cfg.Emitter, event.Source{Topic: strings.Repeat("t", 249), Offset: 1 << 60},
		[]byte(strings.Repeat("\x01", 4<<20)), errors.New(strings.Repeat("\x01", 1<<20)), cfg.MaxRaw(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	c := broker(t)
	p, _ := producer(t, c, nil)
	a := newAcks()
	p.Publish(t.Context(), event.Message{Topic: topic, Value: value}, a.of(0))
	a.check(t, 1)
	if len(value) < cfg.MaxMessage*9/10 {
		t.Errorf("the largest dead letter has %d bytes, %d are allowed", len(value), cfg.MaxMessage)
	}
}

// silence makes a broker that takes messages and does not answer.
func silence(c *kfake.Cluster) (met <-chan struct{}) {
	once, first := sync.Once{}, make(chan struct{})
	c.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		once.Do(func() { close(first) })
		return nil, nil, true
	})
	return first
}

// A broker died when it had messages and before it said so, and the group's coordinator
// with it: the tasks that waited were given up, their messages cancelled, and what was
// delivered again came twice. What was sent is waited for now, whatever becomes of the
// task.
func TestSentMessagesOutliveTheirContext(t *testing.T) {
	c := broker(t)
	met, answer := make(chan struct{}), make(chan struct{})
	var one sync.Once
	c.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		one.Do(func() { close(met) })
		c.SleepControl(func() { <-answer })
		return nil, nil, false
	})
	p, _ := producer(t, c, nil)
	ctx, cancel := context.WithCancel(t.Context())
	a := newAcks()
	for i := range 10 {
		p.Publish(ctx, message(i, 1), a.of(i))
	}
	<-met
	cancel()
	again := newAcks() // while the first ten wait
	p.Publish(t.Context(), message(10, 1), again.of(10))
	close(answer)
	again.done.Wait()
	a.check(t, 10)
	if records := consumed(t, c, topic, 11); len(records) != 11 {
		t.Errorf("%d records", len(records))
	}
}

// Close gives up a message that is on its way to a broker which does not answer: a stop
// must not wait for that for ever.
func TestCloseEndsTheWait(t *testing.T) {
	c := broker(t)
	met := silence(c)
	p, _ := producer(t, c, nil)
	a := newAcks()
	for i := range 10 {
		p.Publish(t.Context(), message(i, 1), a.of(i))
	}
	<-met
	p.Close()
	a.done.Wait()
	for i := range 10 {
		if a.calls[i] != 1 || a.errs[i] == nil {
			t.Errorf("message %d: %d callbacks, %v", i, a.calls[i], a.errs[i])
		}
	}
}

func TestEndedContextSendsNothing(t *testing.T) {
	c := broker(t)
	p, _ := producer(t, c, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	a := newAcks()
	p.Publish(ctx, message(0, 1), a.of(0))
	a.done.Wait()
	if !errors.Is(a.errs[0], context.Canceled) {
		t.Errorf("got %v", a.errs[0])
	}
	for _, info := range c.PartitionInfos(topic) {
		if info.HighWatermark != 0 {
			t.Errorf("partition %d has a record", info.Partition)
		}
	}
}

// A full buffer holds the caller up; Flush says how much it could not wait for.
func TestFullBufferBlocks(t *testing.T) {
	c := broker(t)
	met := silence(c)
	p, _ := producer(t, c, func(cfg *Config) { cfg.Buffered = 5 })
	a := newAcks()
	for i := range 5 {
		p.Publish(t.Context(), message(i, 1), a.of(i))
	}
	<-met
	blocked, returned := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer returned()
	p.Publish(blocked, message(5, 1), a.of(5)) // returns only when its time is up
	if blocked.Err() == nil {
		t.Error("a sixth message was taken, the buffer holds five")
	}
	short, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	if err := p.Flush(short); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "flush 5 messages") {
		t.Errorf("flush gave %v", err)
	}
	p.Close() // gives the rest up
	a.done.Wait()
	for i := range 6 {
		if a.calls[i] != 1 || a.errs[i] == nil {
			t.Errorf("message %d: %d callbacks, %v", i, a.calls[i], a.errs[i])
		}
	}
}

func TestMissingTopic(t *testing.T) {
	for _, allowed := range []bool{true, false} {
		t.Run(fmt.Sprint(allowed), func(t *testing.T) {
			c := broker(t, kfake.AllowAutoTopicCreation())
			p, _ := producer(t, c, func(cfg *Config) { cfg.CreateTopic = allowed })
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			a := newAcks()
			p.Publish(ctx, event.Message{Topic: "new", Value: []byte("v")}, a.of(0))
			a.done.Wait()
			if allowed && a.errs[0] != nil {
				t.Errorf("a topic that may be created: %v", a.errs[0])
			}
			if !allowed && !errors.Is(a.errs[0], kerr.UnknownTopicOrPartition) {
				t.Errorf("a topic that may not be created: %v", a.errs[0])
			}
		})
	}
}

func TestValidateReportsEveryFault(t *testing.T) {
	if err := DefaultConfig().Validate(); err != nil {
		t.Fatal(err)
	}
	err := Config{Linger: -1, Compression: "brotli", MaxMessage: 1000}.Validate()
	for _, want := range []string{
		"produce.error_stream is empty", "produce.emitter is empty", "produce.linger is -1ns", `produce.compression is "brotli"`,
		"produce.max_message_bytes is 1000", "produce.max_buffered is 0",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %v", want, err)
		}
	}
}

func TestTopicPrefix(t *testing.T) {
	if got := (Config{TopicPrefix: "eqiad."}).Topic("mediawiki.x"); got != "eqiad.mediawiki.x" {
		t.Errorf("got %s", got)
	}
}

// All messages of an event are acknowledged once, together; one that is refused is
// an error for all, after the others are answered too.
func TestPublishAll(t *testing.T) {
	c := broker(t)
	p, _ := producer(t, c, nil)
	answers := make(chan error, 10)
	answered := func(err error) { answers <- err }
	p.PublishAll(t.Context(), nil, answered)
	if err := <-answers; err != nil {
		t.Errorf("no messages: %v", err)
	}
	p.PublishAll(t.Context(), []event.Message{message(0, 1), message(1, 1), message(2, 1)}, answered)
	if err := <-answers; err != nil {
		t.Fatal(err)
	}
	if got := len(consumed(t, c, topic, 3)); got != 3 {
		t.Errorf("%d messages, want 3", got)
	}
	large := event.Message{Topic: topic, Value: make([]byte, 8<<20)}
	p.PublishAll(t.Context(), []event.Message{message(3, 1), large, message(4, 1)}, answered)
	if err := <-answers; !errors.Is(err, kerr.MessageTooLarge) {
		t.Errorf("one too large: %v", err)
	}
	if err := p.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(answers) > 0 {
		t.Errorf("%d answers too many", len(answers))
	}
}
