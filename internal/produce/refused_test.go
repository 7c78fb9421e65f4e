package produce

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"revscore/internal/event"
)

// limit sets what the test's topic takes.
func limit(t *testing.T, c *kfake.Cluster, n int) {
	t.Helper()
	cl, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...))
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	value := strconv.Itoa(n)
	set, err := kadm.NewClient(cl).AlterTopicConfigs(t.Context(), []kadm.AlterConfig{{Op: kadm.SetConfig, Name: maxMessageBytes, Value: &value}}, topic)
	if err != nil || set[0].Err != nil {
		t.Fatal(err, set)
	}
}

func learn(t *testing.T, p *Producer) []string {
	t.Helper()
	smaller, err := p.Limits().Learn(t.Context(), p.client, topic, "missing")
	if err != nil {
		t.Fatal(err)
	}
	return smaller
}

// One message is too large for its topic, whose limit is less than ours: it alone is
// refused, whether the limit could be asked for or not.
func TestTooLargeCostsNoOther(t *testing.T) {
	const n, most = 300, 20_000
	for _, learnt := range []bool{true, false} {
		t.Run(fmt.Sprintf("learnt %v", learnt), func(t *testing.T) {
			c := broker(t)
			limit(t, c, most)
			p, reg := producer(t, c, func(cfg *Config) { cfg.Compression, cfg.Linger = "none", 50*time.Millisecond })
			if learnt {
				if smaller := learn(t, p); len(smaller) != 1 || p.Limits().Of(topic) != most || p.Limits().Of("missing") != DefaultConfig().MaxMessage {
					t.Fatalf("learnt %v, limit %d", smaller, p.Limits().Of(topic))
				}
			}
			answers := make(chan error, n)
			for i := range n {
				m := event.Message{Topic: topic, Key: []byte("k"), Value: fmt.Appendf(make([]byte, 0, 1100), "%-1000d", i)}
				if i == n/2 {
					m.Value = make([]byte, most)
				}
				p.Publish(t.Context(), m, func(err error) { answers <- err })
			}
			if err := p.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			var refused *RefusedError
			for range n {
				switch err := <-answers; {
				case err == nil:
				case refused != nil || !errors.As(err, &refused):
					t.Errorf("one more refusal: %v", err)
				}
			}
			if refused == nil || !refused.Final || refused.Size < most || (refused.Limit == most) != learnt || !strings.Contains(refused.Error(), "topic t") {
				t.Errorf("refused with %#v", refused)
			}
			if got := counter(t, reg, "revscore_produce_refused_messages_total"); got != 1 {
				t.Errorf("%v refusals counted", got)
			}
			records := consumed(t, c, topic, n-1)
			if len(records) != n-1 {
				t.Errorf("the topic has %d messages, want %d", len(records), n-1)
			}
			for i, r := range records {
				want := i
				if i >= n/2 {
					want++
				}
				if got := strings.TrimSpace(string(r.Value)); got != strconv.Itoa(want) {
					t.Fatalf("message %d is %s: out of order", want, got)
				}
			}
		})
	}
}

// What Check lets through, the client and the broker take; what it refuses has more
// bytes than fit. Around the limit, with a key and headers.
func TestCheckAgreesWithTheBroker(t *testing.T) {
	const most = 20_000
	c := broker(t)
	limit(t, c, most)
	p, _ := producer(t, c, func(cfg *Config) { cfg.Compression = "none" })
	learn(t, p)
	passed, refused := 0, 0
	for n := most - 150; n < most; n++ {
		m := event.Message{Topic: topic, Key: []byte("key"), Value: make([]byte, n), Headers: []event.Header{{Key: "h", Value: make([]byte, 20)}}}
		checked := p.Check(m)
		answer := make(chan error, 1)
		p.Publish(t.Context(), m, func(err error) { answer <- err })
		err := <-answer
		if checked == nil {
			passed++
			if err != nil {
				t.Errorf("a value of %d bytes passed, and was refused: %v", n, err)
			}
			continue
		}
		refused++
		var e *RefusedError
		if !errors.As(checked, &e) || e.Size <= e.Limit || n+len("keyh")+20+61 < most-20 {
			t.Errorf("a value of %d bytes: %v", n, checked)
		}
	}
	if passed == 0 || refused == 0 {
		t.Errorf("%d passed, %d did not", passed, refused)
	}
}

// What the broker says of one message of a batch is not said of the others.
func TestInvalidRecordCostsNoOther(t *testing.T) {
	c := broker(t)
	p, _ := producer(t, c, func(cfg *Config) { cfg.Linger = 50 * time.Millisecond })
	c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: topic, Err: kerr.InvalidRecord, Count: 2}) // the batch, and its first message alone
	answers := make(chan error, 1)
	p.PublishAll(t.Context(), []event.Message{message(0, 1), message(1, 1), message(2, 1)}, func(err error) { answers <- err })
	refused, only := Refusals(<-answers)
	if len(refused) != 1 || !only || string(refused[0].Message.Value) != "0" || !errors.Is(refused[0], kerr.InvalidRecord) {
		t.Errorf("refused %v, nothing else: %v", refused, only)
	}
	if got := len(consumed(t, c, topic, 2)); got != 2 {
		t.Errorf("%d messages arrived, want 2", got)
	}
}

// A right that is missing is no fault of the message, and the error says what to do.
func TestDeniedTopic(t *testing.T) {
	c := broker(t)
	p, _ := producer(t, c, nil)
	c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: topic, Err: kerr.TopicAuthorizationFailed, Count: 1})
	answers := make(chan error, 1)
	p.Publish(t.Context(), message(0, 1), func(err error) { answers <- err })
	err := <-answers
	var refused *RefusedError
	if !errors.As(err, &refused) || refused.Final || !strings.Contains(err.Error(), "topic t: TOPIC_AUTHORIZATION_FAILED") || !strings.Contains(err.Error(), "grant the service's user WRITE") {
		t.Errorf("got %v", err)
	}
}

func TestRefusals(t *testing.T) {
	final := &RefusedError{Final: true, Err: kerr.MessageTooLarge}
	denied := &RefusedError{Err: kerr.TopicAuthorizationFailed}
	for _, c := range []struct {
		err  error
		want int
		only bool
	}{
		{nil, 0, true},
		{final, 1, true},
		{fmt.Errorf("record: %w", final), 1, true},
		{errors.Join(final, final), 2, true},
		{errors.Join(final, context.Canceled), 1, false},
		{errors.Join(final, denied), 1, false},
		{fmt.Errorf("x: %w", errors.Join(final, denied)), 1, false},
		{denied, 0, false},
		{context.Canceled, 0, false},
	} {
		if refused, only := Refusals(c.err); len(refused) != c.want || only != c.only {
			t.Errorf("%v: %d refusals, nothing else: %v", c.err, len(refused), only)
		}
	}
}
