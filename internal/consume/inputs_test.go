package consume

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"go.uber.org/zap"

	"revscore/internal/event"
	"revscore/internal/produce"
)

// both runs a test in both ways of delivery, in fake time.
func both(t *testing.T, test func(t *testing.T, exactly bool)) {
	for _, exactly := range []bool{false, true} {
		t.Run(fmt.Sprintf("exactly once %v", exactly), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test(t, exactly) })
		})
	}
}

// check fails unless exactly these records were handled, each once and not later than
// most after since.
func (h *times) check(t *testing.T, since time.Time, most time.Duration, want ...string) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, v := range want {
		at := h.at[v]
		if len(at) != 1 || at[0] > since.Sub(h.start)+most {
			t.Errorf("record %s was handled %v after the start, want once before %v", v, at, since.Sub(h.start)+most)
		}
		delete(h.at, v)
	}
	if len(h.at) > 0 {
		t.Errorf("more was handled: %v", h.at)
	}
}

func create(t *testing.T, n *fakeNet, topic string, partitions int32) {
	t.Helper()
	if err := n.CreateTopic(topic, partitions, nil); err != nil {
		t.Fatal(err)
	}
}

// A topic that is not there yet is missed at once, and read within seconds once it is
// there, from its first record, also where a group begins at the end.
func TestMissingTopicIsReadWhenItComes(t *testing.T) {
	for _, missing := range []string{"late", `/l.t\w/`} {
		both(t, func(t *testing.T, exactly bool) {
			n := newFakeNet(t, kfake.SeedTopics(1, "t"))
			n.values(t, "t", "old")
			h := newTimes()
			r := n.reader(t, exactly, h, func(c *Config) { c.Topics, c.Start = []string{"t", missing}, "latest" })
			time.Sleep(10 * time.Minute)
			if got := r.logged("topic cannot be read"); len(got) != 1 || got[0]["topic"] != missing {
				t.Errorf("logged %v", got)
			}
			if got := r.source.Warnings(); len(got) != 1 || !strings.Contains(got[0], missing) || r.source.Ready(t.Context()) != nil {
				t.Errorf("warnings %q, ready: %v", got, r.source.Ready(t.Context()))
			}
			create(t, n, "late", 1)
			made := time.Now()
			n.values(t, "late", "1", "2", "3")
			time.Sleep(time.Minute)
			h.check(t, made, 5*time.Second, "1", "2", "3")
			if got := r.source.Warnings(); len(got) != 0 || testutil.ToFloat64(r.metrics.unreadable) != 0 {
				t.Errorf("warnings %q", got)
			}
			n.values(t, "t", "new")
			time.Sleep(time.Second)
			r.stop()
			h.check(t, time.Now(), 0, "new")
		})
	}
}

// With nothing to read at all the service waits, and is not ready.
func TestNothingToRead(t *testing.T) {
	both(t, func(t *testing.T, exactly bool) {
		n := newFakeNet(t)
		h := newTimes()
		r := n.reader(t, exactly, h, func(c *Config) { c.Topics, c.Start = []string{"late", "/x+/"}, "latest" })
		time.Sleep(time.Minute)
		var nothing *NothingToReadError
		if err := r.source.Ready(t.Context()); !errors.As(err, &nothing) || !strings.Contains(err.Error(), "late") || !strings.Contains(err.Error(), "/x+/") {
			t.Errorf("ready: %v", err)
		}
		create(t, n, "late", 1)
		made := time.Now()
		n.values(t, "late", "1")
		time.Sleep(time.Minute)
		h.check(t, made, 5*time.Second, "1")
		if err := r.source.Ready(t.Context()); err != nil {
			t.Errorf("ready: %v", err)
		}
		r.stop()
	})
}

// A topic that is deleted and made anew, with fewer partitions and so with other
// offsets, is read from its beginning. Others are not disturbed.
func TestTopicMadeAnew(t *testing.T) {
	for _, gap := range []time.Duration{0, 5 * time.Second, time.Minute} {
		both(t, func(t *testing.T, exactly bool) {
			n := newFakeNet(t, kfake.SeedTopics(3, "t"), kfake.SeedTopics(1, "u"))
			h := newTimes()
			n.write(t, event.Message{Topic: "t", Value: []byte("a")}, event.Message{Topic: "t", Value: []byte("b")}, event.Message{Topic: "t", Value: []byte("c")})
			n.values(t, "t", "d", "e")
			r := n.reader(t, exactly, h, func(c *Config) { c.Topics = []string{"t", "u"} })
			time.Sleep(time.Minute)
			h.check(t, h.start, 10*time.Second, "a", "b", "c", "d", "e")
			n.values(t, "u", "other")
			time.Sleep(time.Second)
			if err := n.DeleteTopic("t"); err != nil {
				t.Fatal(err)
			}
			time.Sleep(gap)
			create(t, n, "t", 1)
			made := time.Now()
			n.values(t, "t", "1", "2")
			time.Sleep(2 * time.Minute)
			n.values(t, "t", "3")
			time.Sleep(5 * time.Second)
			n.values(t, "u", "others")
			time.Sleep(5 * time.Second)
			h.mu.Lock()
			t.Logf("gap %v: after %v", gap, h.at["1"][0]-made.Sub(h.start))
			h.mu.Unlock()
			h.check(t, made, 3*time.Minute, "1", "2", "3", "other", "others")
			if got := r.logged("topic was deleted and made anew; it is read from its beginning"); gap == 0 && (len(got) != 1 || got[0]["partitions"] != int64(1) || got[0]["partitions_before"] != int64(3)) {
				t.Errorf("logged %v", got)
			}
			r.stop()
		})
	}
}

func (n *fakeNet) admin(t *testing.T) *kadm.Client {
	t.Helper()
	cl, err := kgo.NewClient(n.opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cl.Close)
	return kadm.NewClient(cl)
}

// The group's offset is not in its partition: behind the end, in a topic that was made
// anew while nobody looked, or before the beginning, where retention was faster.
func TestOffsetOutOfItsPartition(t *testing.T) {
	for name, c := range map[string]struct {
		committed, deleted int64
		want               []string
		lost               float64
		log                string
	}{
		"behind the end":       {1000, 0, []string{"0", "1", "2", "3", "4"}, 0, "committed offset is behind the end of its partition: the topic was made anew, or has lost its end; it is read from its beginning, which repeats what is left of what was read"},
		"before the beginning": {1, 3, []string{"3", "4"}, 2, "records were deleted before they were read; going on at the first that is left"},
		"within":               {4, 3, []string{"4"}, 0, ""},
		"at the end":           {5, 0, nil, 0, ""},
	} {
		both(t, func(t *testing.T, exactly bool) {
			n := newFakeNet(t, kfake.SeedTopics(1, "t"))
			n.values(t, "t", "0", "1", "2", "3", "4")
			admin := n.admin(t)
			offsets := kadm.Offsets{}
			offsets.AddOffset("t", 0, c.committed, -1)
			if _, err := admin.CommitOffsets(t.Context(), "g", offsets); err != nil {
				t.Fatal(err)
			}
			if err := n.DeleteRecords("t", 0, c.deleted); err != nil {
				t.Fatal(err)
			}
			h := newTimes()
			r := n.reader(t, exactly, h, func(c *Config) { c.Start = "latest" })
			time.Sleep(time.Minute)
			r.stop()
			h.check(t, h.start, 10*time.Second, c.want...)
			if got := testutil.ToFloat64(r.metrics.lost); got != c.lost {
				t.Errorf("%s: %v records counted as lost, want %v", name, got, c.lost)
			}
			if got := r.logged(c.log); c.log != "" && (len(got) != 1 || got[0]["committed"] != c.committed || got[0]["end"] != int64(5) || got[0]["begin"] != c.deleted) {
				t.Errorf("%s: logged %v", name, got)
			}
			all, err := admin.FetchOffsets(t.Context(), "g")
			if at, _ := all.Lookup("t", 0); err != nil || at.At != 5 {
				t.Errorf("%s: committed %d, %v", name, at.At, err)
			}
		})
	}
}

// An instance that dies before it has finished a record leaves behind where the group
// began: what comes before the next instance is read by that.
func TestStartIsKept(t *testing.T) {
	both(t, func(t *testing.T, exactly bool) {
		n := newFakeNet(t, kfake.SeedTopics(1, "t"))
		n.values(t, "t", "old")
		h := newTimes()
		latest := func(c *Config) { c.Start = "latest" }
		first := n.reader(t, exactly, h, latest)
		time.Sleep(time.Minute)
		first.cancel() // and no commit
		<-first.done
		first.source.Close()
		n.values(t, "t", "between")
		second := n.reader(t, exactly, h, latest)
		time.Sleep(time.Minute)
		second.stop()
		h.check(t, time.Now(), 0, "between")
	})
}

// A topic that may not be read holds up no other, is asked for now and then, and is read
// when the right is there.
func TestDeniedInputTopic(t *testing.T) {
	both(t, func(t *testing.T, exactly bool) {
		n := newFakeNet(t, kfake.SeedTopics(2, "t", "u"))
		denied := n.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Fetch}, Topic: "u", Err: kerr.TopicAuthorizationFailed, Count: -1})
		n.values(t, "u", "denied")
		h := newTimes()
		r := n.reader(t, exactly, h, func(c *Config) { c.Topics = []string{"t", "u"} })
		time.Sleep(time.Minute)
		n.values(t, "t", "1", "2")
		time.Sleep(9 * time.Minute)
		h.check(t, h.start.Add(time.Minute), 5*time.Second, "1", "2")
		if got := r.logs.FilterMessageSnippet("may not be read").All(); len(got) != 1 || got[0].ContextMap()["topic"] != "u" {
			t.Errorf("logged %v", got)
		}
		if got := r.source.Warnings(); len(got) != 1 || !strings.Contains(got[0], "topic u may not be read: grant the service's user READ") || r.source.Ready(t.Context()) != nil {
			t.Errorf("warnings %q, ready %v", got, r.source.Ready(t.Context()))
		}
		if hits := denied.Hits(); hits < 20 || hits > 1000 {
			t.Errorf("the topic was asked for %d times in ten minutes", hits)
		}
		denied.Remove()
		granted := time.Now()
		time.Sleep(time.Minute)
		h.check(t, granted, 15*time.Second, "denied")
		if got := r.source.Warnings(); len(got) != 0 {
			t.Errorf("warnings %q", got)
		}
		r.stop()
	})
}

// With no right to its group the service ends, and says what it needs.
func TestDeniedGroup(t *testing.T) {
	for _, key := range []kmsg.Key{kmsg.JoinGroup, kmsg.FindCoordinator, kmsg.OffsetFetch} {
		both(t, func(t *testing.T, exactly bool) {
			n := newFakeNet(t, kfake.SeedTopics(1, "t"))
			n.Fault(kfake.Fault{Keys: []kmsg.Key{key}, Group: "g", Err: kerr.GroupAuthorizationFailed, Count: -1})
			r := n.reader(t, exactly, newTimes(), nil)
			time.Sleep(5 * time.Minute)
			select {
			case err := <-r.done:
				if err == nil || !strings.Contains(err.Error(), "consumer group g") || !strings.Contains(err.Error(), "READ on the group") {
					t.Errorf("%s: ended with %v", key.Name(), err)
				}
			default:
				t.Errorf("%s: did not end", key.Name())
				r.cancel()
				<-r.done
			}
			r.source.Close()
		})
	}
}

// A client that reads by pattern must not create topics: it could lock up.
func TestNoConsumerCreatesTopics(t *testing.T) {
	c := broker(t, "t", 1)
	opts := []kgo.Opt{kgo.SeedBrokers(c.ListenAddrs()...), kgo.AllowAutoTopicCreation()}
	cfg := DefaultConfig()
	if _, err := NewKafka(cfg, opts, nil, prometheus.NewRegistry(), zap.NewNop()); err == nil {
		t.Error("at least once: a client that creates topics was taken")
	}
	x, err := NewTransactor(cfg, DefaultTransactionConfig(), TransactorParts{
		Brokers: opts, Messages: slices.Clone(opts), Produced: func(string, time.Time, error) {}, Limits: produce.DefaultConfig().Limits(),
		Registry: prometheus.NewRegistry(), Log: zap.NewNop(),
	})
	if err == nil {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		err = x.Run(ctx)
	}
	if err == nil || !strings.Contains(err.Error(), "must not create topics") {
		t.Errorf("exactly once: %v", err)
	}
}
