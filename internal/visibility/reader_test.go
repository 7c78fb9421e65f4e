package visibility

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"revscore/internal/dedupe"
	"revscore/internal/event"
)

const (
	visibilityTopic = "eqiad.mediawiki.revision-visibility-change"
	deleteTopic     = "eqiad.mediawiki.page-delete"
	changeTopic     = "mediawiki.page_change.v1"
)

// patience turns a hang into a failure; it is no delay.
const patience = 20 * time.Second

// world is a Kafka, and what a reader tells its store and its texts.
type world struct {
	t      *testing.T
	kafka  *kfake.Cluster
	client *kgo.Client
	shut   atomic.Bool // brokers cannot be reached
	cfg    Config
	reader *Reader

	mu       sync.Mutex
	changed  chan struct{} // closed and replaced with every change below
	hidden   map[revision]dedupe.Hidden
	forgot   map[revision]int
	texts    []string
	pages    map[int64][]int64
	refuse   error // of the store
	calls    int   // of Apply
	changes  int   // that Apply took
	broken   []string
	troubles []string
}

// newWorld also lets the test run beside others, which mostly wait as it does.
func newWorld(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	w := &world{
		t: t, cfg: DefaultConfig(), changed: make(chan struct{}), hidden: map[revision]dedupe.Hidden{}, forgot: map[revision]int{},
		pages: map[int64][]int64{},
	}
	w.cfg.Topics, w.cfg.Wait = []string{`/(\w+\.)?mediawiki\.revision-visibility-change/`, deleteTopic, changeTopic}, patience
	var err error
	w.kafka, err = kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(2, visibilityTopic), kfake.SeedTopics(1, deleteTopic, changeTopic))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.kafka.Close)
	w.client, err = kgo.NewClient(kgo.SeedBrokers(w.kafka.ListenAddrs()...), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.client.Close)
	return w
}

// feed writes an event that was made, and written, some time ago.
func (w *world) feed(topic string, ago time.Duration, value []byte) {
	w.t.Helper()
	rec := &kgo.Record{Topic: topic, Value: value, Timestamp: time.Now().Add(-ago)}
	if err := w.client.ProduceSync(w.t.Context(), rec).FirstErr(); err != nil {
		w.t.Fatal(err)
	}
}

// says is an event about a revision, made some time ago.
func says(t *testing.T, e m, rev int64, ago time.Duration) []byte {
	e["rev_id"] = rev
	e["meta"].(m)["dt"] = time.Now().Add(-ago).UTC().Format(time.RFC3339Nano)
	return encode(t, e)
}

// hide feeds a visibility change.
func (w *world) hide(rev int64, ago time.Duration, h dedupe.Hidden) {
	w.t.Helper()
	w.feed(visibilityTopic, ago, says(w.t, visibilityChange(!h.Text, !h.User, !h.Comment), rev, ago))
}

func (w *world) new() *Reader {
	w.t.Helper()
	dialer := &net.Dialer{Timeout: time.Second}
	r, err := New(w.cfg, Parts{
		Brokers: []kgo.Opt{kgo.SeedBrokers(w.kafka.ListenAddrs()...), kgo.Dialer(func(ctx context.Context, network, host string) (net.Conn, error) {
			if w.shut.Load() {
				return nil, errors.New("the brokers are away")
			}
			return dialer.DialContext(ctx, network, host)
		})},
		Texts: w, Store: w,
		Broken: func(src event.Source, err error) {
			w.do(func() { w.broken = append(w.broken, fmt.Sprintf("%s: %v", src, err)) })
		},
		Trouble: func(err error) { w.do(func() { w.troubles = append(w.troubles, fmt.Sprint(err)) }) },
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(r.Close)
	w.reader = r
	return r
}

func (w *world) start() *Reader {
	w.t.Helper()
	r := w.new()
	if err := r.Start(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	return r
}

// do changes the world and wakes who waits for it.
func (w *world) do(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f()
	close(w.changed)
	w.changed = make(chan struct{})
}

// await waits until something holds.
func (w *world) await(what string, holds func() bool) {
	w.t.Helper()
	deadline := time.After(patience)
	for {
		w.mu.Lock()
		ok, changed := holds(), w.changed
		w.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			w.t.Fatalf("waited for %s: hidden %v, forgot %v, troubles %v", what, w.hidden, w.forgot, w.troubles)
		}
	}
}

// Apply is the store: like a Guarded, it knows everything and takes what it is to.
func (w *world) Apply(_ context.Context, changes []dedupe.Change) (done int, err error) {
	w.do(func() {
		w.calls++
		for _, c := range changes {
			for _, rev := range c.Revs {
				if c.Forget {
					w.forgot[revision{c.Wiki, rev}]++
				} else {
					w.hidden[revision{c.Wiki, rev}] = c.Hidden
				}
			}
		}
		if done, err = len(changes), w.refuse; err != nil {
			done = 0
		}
		w.changes += done
	})
	return done, err
}

func (w *world) Forget(wiki, domain string, revs []int64) int {
	w.do(func() { w.texts = append(w.texts, fmt.Sprint(wiki, " ", domain, " ", revs)) })
	return 0
}

func (w *world) ForgetPage(wiki, domain string, page int64) (revs []int64) {
	w.do(func() {
		w.texts = append(w.texts, fmt.Sprint(wiki, " ", domain, " page ", page))
		revs = w.pages[page]
	})
	return revs
}

func enwiki(rev int64) revision { return revision{"enwiki", rev} }

// Whoever starts knows what was hidden while it was away before it does anything, and
// of each revision only the latest, across topics; and then follows.
func TestReaderCatchesUpAndFollows(t *testing.T) {
	w := newWorld(t)
	w.hide(1, 48*time.Hour, everything) // before the lookback
	w.feed(changeTopic, time.Hour, says(t, pageChange("edit", flags(9, true, true, true)), 9, time.Hour))
	w.hide(2, 3*time.Hour, everything)
	w.hide(2, 2*time.Hour, dedupe.Hidden{User: true})
	w.feed(changeTopic, time.Hour, func() []byte {
		e := pageChange("visibility_change", flags(int64(3), true, true, true)) // shown an hour ago
		return says(t, e, 0, time.Hour)
	}())
	w.hide(3, 2*time.Hour, everything) // and hidden two hours ago, in a topic that is read later or earlier
	r := w.start()
	w.mu.Lock()
	if got := w.hidden; !maps.Equal(got, map[revision]dedupe.Hidden{enwiki(2): {User: true}, enwiki(3): {}}) || w.calls != 1 {
		t.Errorf("at the start %v are hidden, by %d calls", got, w.calls)
	}
	w.mu.Unlock()
	if list := r.Warnings(); len(list) != 0 {
		t.Errorf("warnings %q", list)
	}
	if got := testutil.ToFloat64(r.metrics.current); got != 1 {
		t.Errorf("caught up: %v", got)
	}
	w.hide(4, 0, dedupe.Hidden{Comment: true})
	w.await("revision 4 to be hidden", func() bool { return w.hidden[enwiki(4)].Comment })
	w.hide(4, 0, dedupe.Hidden{})
	w.await("revision 4 to be shown", func() bool { return !w.hidden[enwiki(4)].Comment })
	for outcome, want := range map[string]float64{outcomeHidden: 4, outcomeShown: 2, outcomeIrrelevant: 1, outcomeBroken: 0} {
		if got := testutil.ToFloat64(r.metrics.events.WithLabelValues(outcome)); got != want {
			t.Errorf("%v events %s, want %v", got, outcome, want)
		}
	}
}

// What becomes of texts and scores with each kind of event.
func TestReaderDrops(t *testing.T) {
	w := newWorld(t)
	w.pages[7] = []int64{40, 41}
	w.start()
	steps := []struct {
		topic string
		event m
		rev   int64
		texts string
		want  func() bool
	}{
		{visibilityTopic, visibilityChange(false, true, true), 1, "enwiki en.wikipedia.org [1]",
			func() bool { return w.hidden[enwiki(1)] == dedupe.Hidden{Text: true} }},
		{visibilityTopic, visibilityChange(true, false, true), 2, "", func() bool { return w.hidden[enwiki(2)].User }},
		{deleteTopic, legacyEvent(pageDeleteSchema, "mediawiki.page-delete", nil), 3, "enwiki en.wikipedia.org page 7,enwiki en.wikipedia.org [3]",
			func() bool {
				return w.forgot[enwiki(3)] == 1 && w.forgot[enwiki(40)] == 1 && w.forgot[enwiki(41)] == 1 && len(w.hidden) == 2
			}},
		{deleteTopic, legacyEvent(pageUndeleteSchema, "mediawiki.page-undelete", nil), 3, "", func() bool { return w.forgot[enwiki(3)] == 2 }},
		{deleteTopic, legacyEvent(pageDeleteSchema, "mediawiki.page-suppress", nil), 4, "enwiki en.wikipedia.org page 7,enwiki en.wikipedia.org [4]",
			func() bool {
				return w.hidden[enwiki(4)] == everything && w.hidden[enwiki(40)] == everything && w.hidden[enwiki(41)] == everything
			}},
		{changeTopic, pageChange("undelete", flags(4, true, true, true)), 0, "",
			func() bool { return w.hidden[enwiki(4)] == dedupe.Hidden{} && w.hidden[enwiki(40)] == everything }},
	}
	for i, s := range steps {
		w.do(func() { w.texts = nil })
		w.feed(s.topic, 0, says(t, s.event, s.rev, 0))
		w.await(fmt.Sprintf("step %d", i), s.want)
		w.mu.Lock()
		if got := strings.Join(w.texts, ","); got != s.texts {
			t.Errorf("step %d: texts dropped are %q, want %q", i, got, s.texts)
		}
		w.mu.Unlock()
	}
}

// A store that does not listen is told until it does; meanwhile this process knows what
// comes, and says what is wrong, once.
func TestReaderTellsUntilItSticks(t *testing.T) {
	w := newWorld(t)
	w.refuse = errors.New("redis is away")
	w.hide(1, time.Minute, everything)
	r := w.start() // not held up by it
	w.hide(2, 0, everything)
	w.await("both to be known here", func() bool { return w.hidden[enwiki(1)] == everything && w.hidden[enwiki(2)] == everything })
	w.await("two tries more", func() bool { return w.calls > 4 })
	if n := testutil.ToFloat64(r.metrics.waiting); n != 2 {
		t.Errorf("%v revisions are waiting, want 2", n)
	}
	later := r.condition.warnings(time.Now().Add(time.Hour), r.from)
	if len(later) != 2 || !strings.HasPrefix(later[0], "2 revisions") || later[1] != "redis is away" {
		t.Errorf("warnings %q", later)
	}
	w.do(func() { w.refuse = nil })
	w.await("the store to have both", func() bool { return w.changes == 2 && len(w.troubles) == 2 })
	if w.mu.Lock(); !slices.Equal(w.troubles, []string{"redis is away", "<nil>"}) {
		t.Errorf("troubles %q", w.troubles)
	}
	w.mu.Unlock()
	if list := r.Warnings(); len(list) != 0 {
		t.Errorf("warnings %q", list)
	}
}

// A reader that stays behind says so, and one that had much to read at once does not.
func TestReaderLags(t *testing.T) {
	w := newWorld(t)
	records := make([]*kgo.Record, 2*longLag)
	for i := range records {
		records[i] = &kgo.Record{Topic: visibilityTopic, Value: says(t, visibilityChange(false, true, true), int64(i)+1, 0)}
	}
	if err := w.client.ProduceSync(t.Context(), records...).FirstErr(); err != nil {
		t.Fatal(err)
	}
	r := w.start()
	if list := r.Warnings(); len(list) != 0 || testutil.ToFloat64(r.metrics.lag) != 0 {
		t.Errorf("%v behind, warnings %q", testutil.ToFloat64(r.metrics.lag), list)
	}
	r.Close()
	r = w.new() // one that looks and does not read
	r.goals = map[partition]int64{}
	r.positions[partition{visibilityTopic, 0}] = 5
	for looks, want := range map[int]int{1: 0, 2: 1} {
		r.condition.set(func(c *condition) { c.current, c.lag = true, [2]int64{} })
		for range looks {
			r.look(t.Context(), time.Now())
		}
		if list := r.Warnings(); len(list) != want || want > 0 && !strings.HasPrefix(list[0], "1995 records") {
			t.Errorf("after %d looks: warnings %q", looks, list)
		}
	}
}

// While the store takes nothing no more is read than there is room for, and nothing is
// lost.
func TestReaderIsBounded(t *testing.T) {
	w := newWorld(t)
	w.refuse = errors.New("redis is away")
	r := w.new()
	r.most = 10
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.hide(1, 0, everything)
	w.await("the first", func() bool { return len(w.hidden) == 1 })
	records := make([]*kgo.Record, 3*maxPoll)
	for i := range records {
		records[i] = &kgo.Record{Topic: visibilityTopic, Value: says(t, visibilityChange(false, true, true), int64(i)+2, 0)}
	}
	if err := w.client.ProduceSync(t.Context(), records...).FirstErr(); err != nil {
		t.Fatal(err)
	}
	w.await("a full reader to try again", func() bool { return len(w.hidden) > 10 && w.calls > 4 })
	if n := testutil.ToFloat64(r.metrics.waiting); n > float64(r.most+maxPoll) {
		t.Errorf("%v revisions are waiting", n)
	}
	w.do(func() { w.refuse = nil })
	w.await("all of them", func() bool { return len(w.hidden) == len(records)+1 })
}

// Heartbeats and what cannot be read hold nothing up, are counted and reported by their
// place.
func TestReaderSkipsTheBroken(t *testing.T) {
	w := newWorld(t)
	canary := visibilityChange(false, false, false)
	canary["meta"].(m)["domain"] = "canary"
	w.feed(visibilityTopic, 0, encode(t, canary))
	w.feed(visibilityTopic, 0, []byte(secret))
	w.feed(visibilityTopic, 0, nil)
	w.feed(deleteTopic, 0, []byte(`{"$schema":"/mediawiki/page/delete/1.0.0","rev_id":"`+secret+`"}`))
	w.hide(1, 0, everything)
	r := w.start()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.hidden) != 1 || w.hidden[enwiki(1)] != everything {
		t.Errorf("hidden are %v", w.hidden)
	}
	slices.Sort(w.broken)
	if want := []string{deleteTopic + "/0@0: WrongType", visibilityTopic + "/0@1: InvalidJSON"}; !slices.Equal(w.broken, want) {
		t.Errorf("broken are %q, want %q", w.broken, want)
	}
	for outcome, want := range map[string]float64{outcomeCanary: 1, outcomeBroken: 2, outcomeIrrelevant: 1} {
		if got := testutil.ToFloat64(r.metrics.events.WithLabelValues(outcome)); got != want {
			t.Errorf("%v events %s, want %v", got, outcome, want)
		}
	}
}

// A topic that is not there is no reason not to start, and one to say so.
func TestReaderMissesTopics(t *testing.T) {
	w := newWorld(t)
	w.cfg.Topics = append(w.cfg.Topics, "mediawiki.page-suppress", "/nothing.*/")
	r := w.start()
	list := r.Warnings()
	if len(list) != 1 || !strings.Contains(list[0], "has mediawiki.page-suppress, /nothing.*/, of which") {
		t.Errorf("warnings %q", list)
	}
}

// Brokers that are away at the start are waited for no longer than visibility.wait, and
// read when they are back.
func TestReaderWaitsWithinLimits(t *testing.T) {
	w := newWorld(t)
	w.hide(1, time.Hour, everything)
	w.cfg.Wait = 50 * time.Millisecond
	w.shut.Store(true)
	r := w.start()
	if list := r.Warnings(); len(list) == 0 || !strings.HasPrefix(list[0], "what was hidden since ") {
		t.Errorf("warnings %q", list)
	}
	if n := testutil.ToFloat64(r.metrics.current); n != 0 {
		t.Error("it says that it has caught up")
	}
	w.shut.Store(false)
	w.await("the revision to be hidden", func() bool { return w.hidden[enwiki(1)] == everything })
	select {
	case <-r.caught:
	case <-time.After(patience):
		t.Fatal("it never catches up")
	}
	w.await("trouble to be over", func() bool { return len(w.troubles) == 0 || w.troubles[len(w.troubles)-1] == "<nil>" })
	if list := r.Warnings(); len(list) != 0 {
		t.Errorf("warnings %q", list)
	}
}

// Start ends with its context, and Close with whatever is under way.
func TestReaderStops(t *testing.T) {
	w := newWorld(t)
	w.shut.Store(true)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := w.new()
	if err := r.Start(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("start: %v", err)
	}
	r.Close()
	w.new().Close() // never started
}

func TestConfig(t *testing.T) {
	if err := DefaultConfig().Validate(); err != nil || DefaultConfig().Enabled() {
		t.Errorf("by default: enabled %v, %v", DefaultConfig().Enabled(), err)
	}
	c := Config{Topics: []string{"a", "/(/", "/ok/"}, Lookback: 0, Wait: -1}
	err := c.Validate()
	if err == nil {
		t.Fatal("no fault found")
	}
	for _, want := range []string{`visibility.topics has "/(/"`, "visibility.lookback is 0s", "visibility.wait is -1ns"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%s is missing in:\n%v", want, err)
		}
	}
	if _, err := New(c, Parts{}); err == nil {
		t.Error("a reader of nothing that can be named")
	}
}
