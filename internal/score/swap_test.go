package score

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"revscore/internal/dedupe"
	"revscore/internal/event"
	"revscore/internal/score/registry"
)

// ledger is a broker that writes down the version of every message.
type ledger struct {
	mu       sync.Mutex
	versions map[int64]map[string][]int // by revision and model
	faults   []string
}

func (l *ledger) PublishAll(_ context.Context, messages []event.Message, done func(error)) {
	for _, m := range messages {
		l.note(m)
	}
	go done(nil)
}

func (l *ledger) note(m event.Message) {
	var doc struct {
		RevID  int64 `json:"rev_id"`
		Scores map[string]struct {
			Version string `json:"model_version"`
		}
	}
	err := json.Unmarshal(m.Value, &doc)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil || len(doc.Scores) != 1 {
		l.faults = append(l.faults, fmt.Sprintf("%s: %v", m.Value, err))
	}
	for name, s := range doc.Scores {
		version, err := strconv.Atoi(s.Version)
		if err != nil {
			l.faults = append(l.faults, err.Error())
		}
		if l.versions[doc.RevID] == nil {
			l.versions[doc.RevID] = map[string][]int{}
		}
		l.versions[doc.RevID][name] = append(l.versions[doc.RevID][name], version)
	}
}

// span is which versions may have been in service when an event was routed.
type span struct{ first, last int64 }

// Models are exchanged all the time while events stream through: every event gets
// one message of each model, from a version that was in service when it was routed,
// also around reloads that fail; and in the end nothing holds the old ones.
func TestHotSwapUnderLoad(t *testing.T) {
	const swaps, workers, between = 24, 16, 50 // between: events that finish from one swap to the next, at least
	reverted := bundleOnDisk(t, "enwiki.reverted", setKey("version", "'0'"))
	revid := bundleOnDisk(t, "revid", setKey("version", "'0'"))
	r := newRig(t)
	l := &ledger{versions: map[int64]map[string][]int{}}
	r.publish, r.models = l, []registry.Place{{Bundle: reverted}, {Bundle: revid}}
	p := r.start(t)

	var begun, ready atomic.Int64 // the newest version whose reload has begun, and has ended
	var mu sync.Mutex
	spans := map[int64]span{}
	next, stop := make(chan int64), make(chan struct{})
	finished := make(chan struct{})
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for id := range next {
				first := ready.Load()
				task := p.Begin(record(edit(id%97+1, id, id-1), id))
				last := begun.Load()
				mu.Lock()
				spans[id] = span{first, last}
				mu.Unlock()
				if err := task(t.Context()); err != nil {
					t.Error(err)
				}
				select {
				case finished <- struct{}{}:
				default: // nobody counts: a reload is under way
				}
			}
		})
	}
	all.Go(func() { // as fast as the workers take them, until the last swap
		defer close(next)
		for id := int64(1); ; id++ {
			select {
			case next <- id:
			case <-stop:
				return
			}
		}
	})
	for i := range int64(swaps) {
		for range between {
			<-finished
		}
		begun.Store(i + 1)
		version := setKey("version", fmt.Sprintf("'%d'", i+1))
		writeCard(t, reverted, version)
		writeCard(t, revid, version)
		mustReload(t, r.registry, "changed")
		ready.Store(i + 1)
		if i%8 == 7 {
			writeCard(t, revid, setKey("version", "["))
			mustReload(t, r.registry, "failed")
			writeCard(t, revid, version)
		}
	}
	for range between {
		<-finished
	}
	close(stop)
	all.Wait()
	for _, fault := range l.faults {
		t.Error(fault)
	}
	seen := map[int]bool{}
	for id := range spans {
		for _, name := range []string{"reverted", "revid"} {
			got := l.versions[id][name]
			if len(got) != 1 {
				t.Fatalf("revision %d has %d messages of %s", id, len(got), name)
			}
			if v := int64(got[0]); v < spans[id].first || v > spans[id].last {
				t.Errorf("revision %d has version %d of %s, in service were %d to %d", id, v, name, spans[id].first, spans[id].last)
			}
			seen[got[0]] = true
		}
	}
	if len(spans) < swaps*between || len(l.versions) != len(spans) || len(seen) != swaps+1 {
		t.Errorf("%d events, %d answered, by %d versions", len(spans), len(l.versions), len(seen))
	}
	t.Logf("%d events over %d swaps of two models", len(spans), swaps)
	awaitPlans(t, r.engine, 3) // of the two in service, and of each alone
}

func mustReload(t *testing.T, r *registry.Registry, want string) {
	t.Helper()
	report, err := r.Reload(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := report.Result(); got != want {
		t.Errorf("reload: %s, want %s: %v", got, want, report.Changes)
	}
}

// awaitPlans collects garbage until the engine has at most n plans.
func awaitPlans(t *testing.T, e *Engine, n int) {
	t.Helper()
	count := func() (plans, known int) {
		e.mu.RLock()
		defer e.mu.RUnlock()
		return len(e.plans), len(e.known)
	}
	for start := time.Now(); time.Since(start) < 20*time.Second; {
		runtime.GC() // the models' clean-ups run behind it
		if plans, _ := count(); plans <= n {
			return
		}
		runtime.Gosched()
	}
	plans, known := count()
	t.Errorf("the engine holds %d plans of %d models, want at most %d plans", plans, known, n)
}

// A plan stays while its models are in use, and goes with any of them.
func TestPlansGoWithTheirModels(t *testing.T) {
	reverted, revid := embeddedModels(t)
	r := newRig(t)
	r.start(t)
	list := r.registry.Set().All()
	r.engine.Score(7, append(list, revid), anEdit())
	r.engine.Score(7, append(list[:1:1], variant(t, setKey("name", "damaging"))), anEdit())
	awaitPlans(t, r.engine, 1)
	if got := r.engine.Score(7, append(list, revid), anEdit()); got[0].Score == nil {
		t.Errorf("got %+v", got[0])
	}
	runtime.GC()
	awaitPlans(t, r.engine, 1)
	if len(r.engine.plans) != 1 {
		t.Errorf("%d plans: one was dropped that is in use", len(r.engine.plans))
	}
	runtime.KeepAlive(list)
	runtime.KeepAlive(reverted)
}

// Two bundles of one model and version, under two names, are two models: for
// consumers, for the cache and for the marks.
func TestNameInService(t *testing.T) {
	r := newRig(t)
	r.models = append(r.models, registry.Place{Bundle: "embedded:revid", As: "revid_next"})
	r.routes = []RouteConfig{{Model: "revid"}, {Model: "revid_next"}, {Model: "revid_next", Stream: "mediawiki.revision-score-revid"}}
	p := r.start(t)
	do(t, p, record(edit(7, 1234, 0), 0))
	var got []string
	for _, e := range r.broker.events(t) {
		for key, s := range e["scores"].(map[string]any) {
			got = append(got, fmt.Sprint(e["meta"].(map[string]any)["stream"], " ", key, " ", s.(map[string]any)["model_name"]))
		}
	}
	want := "mediawiki.revision-score-revid revid revid, mediawiki.revision-score-revid_next revid_next revid_next, mediawiki.revision-score-revid revid_next revid_next"
	if strings.Join(got, ", ") != want {
		t.Errorf("published %q", got)
	}
	sent := dedupe.Key{Stream: "mediawiki.revision-score-revid", Wiki: "enwiki", Model: "revid", Version: "0.0.0", RevID: 1235}
	if err := r.store.Remember(t.Context(), []dedupe.Entry{{Key: sent}}); err != nil {
		t.Fatal(err)
	}
	do(t, p, record(edit(7, 1235, 0), 1))
	if got := r.kinds(); got != "score score score duplicate score score" {
		t.Errorf("reports %s", got)
	}
}
