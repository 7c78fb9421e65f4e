package score

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"revscore/internal/dedupe"
	"revscore/internal/event"
	"revscore/internal/score/analysis"
	"revscore/internal/score/fetch"
	"revscore/internal/score/registry"
	"revscore/models"
)

// broker takes messages in order and acknowledges them, at once or when told.
type broker struct {
	mu       sync.Mutex
	messages []event.Message
	hold     bool // keep acknowledgements until release
	held     []func(error)
	arrived  chan struct{} // capacity: messages of the test
}

func newBroker() *broker { return &broker{arrived: make(chan struct{}, 1000)} }

func (b *broker) PublishAll(_ context.Context, messages []event.Message, done func(error)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range messages {
		b.messages = append(b.messages, m)
		b.arrived <- struct{}{}
	}
	if b.hold {
		b.held = append(b.held, done)
		return
	}
	done(nil)
}

func (b *broker) release(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.hold = false
	for _, done := range b.held {
		done(err)
	}
	b.held = nil
}

func (b *broker) events(t *testing.T) []map[string]any {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []map[string]any
	for _, m := range b.messages {
		var doc map[string]any
		if err := json.Unmarshal(m.Value, &doc); err != nil {
			t.Fatal(err)
		}
		out = append(out, doc)
	}
	return out
}

// textsFunc is a wiki in a function.
type textsFunc func(context.Context, fetch.Request) (fetch.Texts, error)

func (f textsFunc) Texts(ctx context.Context, r fetch.Request) (fetch.Texts, error) { return f(ctx, r) }

func plainTexts(_ context.Context, r fetch.Request) (fetch.Texts, error) {
	texts := fetch.Texts{Revision: &fetch.Text{RevID: r.RevID, ContentModel: "wikitext", Text: analysis.NewText("Some words here.")}}
	if r.ParentID != 0 {
		texts.Parent = &fetch.Text{RevID: r.ParentID, ContentModel: "wikitext", Text: analysis.NewText("Some words.")}
	}
	return texts, nil
}

// rig is a pipeline over fakes. Tests change parts before start.
type rig struct {
	broker  *broker
	publish Publisher // instead of the broker, if set
	offers  Offerer
	store   dedupe.Store
	texts   textsFunc
	routes  []RouteConfig
	models  []registry.Place
	maxAge  time.Duration
	retry   Retries
	// combined is the stream of all models, if set.
	combined string
	mu       sync.Mutex
	reports  []Report

	// made by start
	registry *registry.Registry
	engine   *Engine
	metrics  *prometheus.Registry
}

func newRig(t *testing.T) *rig {
	t.Helper()
	store := dedupe.NewMemory(dedupe.DefaultConfig(), prometheus.NewRegistry())
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return &rig{
		broker: newBroker(), store: store, texts: plainTexts, routes: []RouteConfig{{Model: "reverted"}, {Model: "revid"}},
		models: []registry.Place{{Bundle: "embedded:enwiki.reverted"}, {Bundle: "embedded:revid"}},
	}
}

func (r *rig) start(t *testing.T) *Pipeline {
	t.Helper()
	r.metrics = prometheus.NewRegistry()
	var err error
	if r.registry, err = registry.New(models.FS, r.models, nil, r.metrics); err != nil {
		t.Fatal(err)
	}
	routes, err := NewRoutes(r.routes, r.registry, func(s string) string { return "dc." + s })
	if err != nil {
		t.Fatal(err)
	}
	r.engine = NewEngine(2, r.metrics)
	if r.publish == nil {
		r.publish = r.broker
	}
	var combined Stream
	if r.combined != "" {
		combined = Stream{r.combined, "dc." + r.combined, event.ScoreSchema}
	}
	hidings, _ := r.store.(Hidings)
	return New(DefaultConfig(), Parts{
		Hidings: hidings,
		Routes:  routes, Engine: r.engine, Texts: r.texts, Store: r.store, Publish: r.publish, Differences: r.offers,
		Letters: Letters{Stream: "errors", Topic: "dc.errors", Emitter: "test", MaxRaw: 1000, Canaries: true},
		MaxAge:  r.maxAge, Retry: r.retry, Combined: combined,
		Registry: r.metrics,
		Observe: func(rep Report) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.reports = append(r.reports, rep)
		},
	})
}

func (r *rig) kinds() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []string
	for _, rep := range r.reports {
		out = append(out, string(rep.Kind))
	}
	return strings.Join(out, " ")
}

func record(value string, offset int64) event.Record {
	return event.Record{Source: event.Source{Topic: "in", Offset: offset}, Value: []byte(value), Received: time.Now()}
}

func edit(page, rev, parent int64) string {
	return fmt.Sprintf(`{"$schema":"/mediawiki/revision/create/2.0.0",
"meta":{"stream":"mediawiki.revision-create","domain":"en.wikipedia.example","id":"m-%d"},
"database":"enwiki","page_id":%d,"page_title":"T","page_namespace":0,"page_is_redirect":false,
"rev_id":%d,"rev_parent_id":%d,"rev_timestamp":"2026-01-02T03:04:05Z",
"performer":{"user_text":"Reviewer","user_groups":["*","user"],"user_id":5,"user_registration_dt":"2020-05-06T07:08:09Z"}}`, rev, page, rev, parent)
}

func do(t *testing.T, p *Pipeline, recs ...event.Record) {
	t.Helper()
	for _, rec := range recs {
		if err := p.Begin(rec)(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestScoresEachModel(t *testing.T) {
	r := newRig(t)
	do(t, r.start(t), record(edit(7, 1234, 1233), 0))
	events := r.broker.events(t)
	if len(events) != 2 {
		t.Fatalf("%d events", len(events))
	}
	if got := r.broker.messages[0]; got.Topic != "dc.mediawiki.revision-score-reverted" || string(got.Key) != `{"wiki_id":"enwiki","page_id":7}` {
		t.Errorf("message to %s with key %s", got.Topic, got.Key)
	}
	revid := events[1]["scores"].(map[string]any)["revid"].(map[string]any)
	if p := revid["probability"].(map[string]any)["true"]; p != 0.43 { // 34 reversed
		t.Errorf("revid of 1234 is %v", p)
	}
	reverted := events[0]["scores"].(map[string]any)["reverted"].(map[string]any)
	p := reverted["probability"].(map[string]any)
	if sum := p["true"].(float64) + p["false"].(float64); sum < 0.999 || sum > 1.001 {
		t.Errorf("probabilities %v", p)
	}
}

func TestRepeatSendsNothing(t *testing.T) {
	r := newRig(t)
	p := r.start(t)
	do(t, p, record(edit(7, 1234, 0), 0), record(edit(7, 1234, 0), 1))
	if got := r.kinds(); got != "score score duplicate duplicate" {
		t.Errorf("reports: %s", got)
	}
	if len(r.broker.messages) != 2 {
		t.Errorf("%d messages", len(r.broker.messages))
	}
}

// Two deliveries in flight at once: the second must not look for the mark
// before the first has its acknowledgement.
func TestRepeatInFlightSendsNothing(t *testing.T) {
	r := newRig(t)
	r.broker.hold = true
	p := r.start(t)
	tasks := []func(context.Context) error{p.Begin(record(edit(7, 1234, 0), 0)), p.Begin(record(edit(7, 1234, 0), 1))}
	done := make(chan error, 2)
	for _, task := range tasks {
		go func() { done <- task(t.Context()) }()
	}
	<-r.broker.arrived
	<-r.broker.arrived // both messages of the first delivery are unacknowledged
	r.broker.release(nil)
	if err := errors.Join(<-done, <-done); err != nil {
		t.Fatal(err)
	}
	if len(r.broker.messages) != 2 {
		t.Errorf("%d messages", len(r.broker.messages))
	}
}

// The first revision of a page is slow: the second is scored meanwhile and yet
// leaves after it, while another page's leaves at once.
func TestPageOrder(t *testing.T) {
	r := newRig(t)
	slow := make(chan struct{})
	r.texts = func(ctx context.Context, req fetch.Request) (fetch.Texts, error) {
		if req.RevID == 1 {
			<-slow
		}
		return plainTexts(ctx, req)
	}
	r.routes = []RouteConfig{{Model: "reverted"}}
	p := r.start(t)
	done := make(chan error, 3)
	for i, value := range []string{edit(7, 1, 0), edit(7, 2, 1), edit(8, 3, 0)} {
		task := p.Begin(record(value, int64(i)))
		go func() { done <- task(t.Context()) }()
	}
	<-r.broker.arrived
	close(slow)
	if err := errors.Join(<-done, <-done, <-done); err != nil {
		t.Fatal(err)
	}
	var order []float64
	for _, e := range r.broker.events(t) {
		order = append(order, e["rev_id"].(float64))
	}
	if fmt.Sprint(order) != "[3 1 2]" {
		t.Errorf("left in order %v, want 3 at once, then 1 before 2", order)
	}
}

// An event that is given up takes the later ones of its page with it.
func TestGivenUpEventIsNotOvertaken(t *testing.T) {
	r := newRig(t)
	r.texts = func(ctx context.Context, req fetch.Request) (fetch.Texts, error) {
		if req.RevID == 1 {
			<-ctx.Done()
			return fetch.Texts{}, ctx.Err()
		}
		return plainTexts(ctx, req)
	}
	p := r.start(t)
	first, second := p.Begin(record(edit(7, 1, 0), 0)), p.Begin(record(edit(7, 2, 1), 1))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 2)
	go func() { done <- first(ctx) }()
	go func() { done <- second(t.Context()) }()
	cancel()
	if err := errors.Join(<-done, <-done); !errors.Is(err, errOvertaken) || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if len(r.broker.messages) != 0 {
		t.Errorf("%d messages were sent", len(r.broker.messages))
	}
}

// A message that the broker refuses is an error and leaves no mark.
func TestRefusedMessageIsNotMarked(t *testing.T) {
	r := newRig(t)
	r.routes = []RouteConfig{{Model: "revid"}}
	r.broker.hold = true
	p := r.start(t)
	done := make(chan error, 1)
	task := p.Begin(record(edit(7, 1, 0), 0))
	go func() { done <- task(t.Context()) }()
	<-r.broker.arrived
	boom := errors.New("refused")
	r.broker.release(boom)
	if err := <-done; !errors.Is(err, boom) {
		t.Errorf("got %v", err)
	}
	do(t, p, record(edit(7, 1, 0), 0))
	if len(r.broker.messages) != 2 {
		t.Errorf("%d messages; the second delivery must send again", len(r.broker.messages))
	}
}

func TestFailuresBecomeErrorEvents(t *testing.T) {
	hidden := strings.Replace(edit(7, 5, 0), `"performer":{"user_text":"Reviewer",`, `"performer":{`, 1)
	cases := []struct {
		name     string
		value    string
		texts    textsFunc
		kind     string
		fleeting bool
	}{
		{"missing", edit(7, 5, 0), failing(&fetch.Error{Type: fetch.RevisionNotFound, RevID: 5, Err: errors.New("gone")}), "RevisionNotFound", false},
		{"suppressed", edit(7, 5, 0), failing(&fetch.Error{Type: fetch.TextDeleted, RevID: 5, Err: errors.New("hidden")}), "TextDeleted", false},
		{"too large", edit(7, 5, 0), failing(&fetch.Error{Type: fetch.TextTooLarge, RevID: 5, Err: errors.New("20 MB")}), "TextTooLarge", false},
		{"API down", edit(7, 5, 0), failing(&fetch.Error{Type: fetch.CaughtDependencyError, Transient: true, RevID: 5, Err: errors.New("503")}), "CaughtDependencyError", true},
		{"wiki not configured", edit(7, 5, 0), failing(fetch.ErrWikiNotConfigured), "CaughtDependencyError", true},
		{"not wikitext", edit(7, 5, 0), func(context.Context, fetch.Request) (fetch.Texts, error) {
			return fetch.Texts{Revision: &fetch.Text{RevID: 5, ContentModel: "wikibase-item", Text: analysis.NewText("{}")}}, nil
		}, "UnexpectedContentType", false},
		{"user hidden", hidden, plainTexts, "UserDeleted", false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.texts = c.texts
			p := r.start(t)
			do(t, p, record(c.value, 0))
			events := r.broker.events(t)
			errs, ok := events[0]["errors"].(map[string]any)
			if !ok || errs["reverted"].(map[string]any)["type"] != c.kind || events[0]["scores"] != nil {
				t.Errorf("got %v", events[0])
			}
			if events[1]["scores"] == nil {
				t.Errorf("the model that needs no text failed too: %v", events[1])
			}
			do(t, p, record(c.value, 0))
			want := 2
			if c.fleeting {
				want = 3 // what may be mended is tried again when it comes again
			}
			if len(r.broker.messages) != want {
				t.Errorf("%d messages after a second delivery, want %d", len(r.broker.messages), want)
			}
		})
	}
}

// A text of another kind fails the models that are not for it, and no others.
func TestContentFailsModelsApart(t *testing.T) {
	dir := bundleOnDisk(t, "enwiki.reverted", func(card string) string {
		return strings.Replace(setKey("name", "items")(card), "is_anon(revision.user.id)", "len(labels(revision.text)) > 1", 1)
	})
	for content, failing := range map[string]string{"wikibase-item": "reverted", "wikitext": "items", "json": "reverted items"} {
		r := newRig(t)
		r.models = append(r.models, registry.Place{Bundle: dir})
		r.routes = append(r.routes, RouteConfig{Model: "items"})
		r.texts = func(context.Context, fetch.Request) (fetch.Texts, error) {
			text := analysis.NewText(`{"labels":{"en":{"language":"en","value":"a"}}}`)
			return fetch.Texts{Revision: &fetch.Text{RevID: 5, ContentModel: content, Text: text}}, nil
		}
		do(t, r.start(t), record(edit(7, 5, 0), 0))
		for i, name := range []string{"reverted", "revid", "items"} {
			e := r.broker.events(t)[i]
			if failed := e["errors"] != nil; failed != strings.Contains(failing, name) || failed == (e["scores"] != nil) {
				t.Errorf("%s: %s answers %v", content, name, e)
			}
		}
	}
}

func failing(err error) textsFunc {
	return func(context.Context, fetch.Request) (fetch.Texts, error) { return fetch.Texts{}, err }
}

func TestRecordsWithoutScores(t *testing.T) {
	canary := strings.Replace(edit(7, 5, 0), "en.wikipedia.example", "canary", 1)
	cases := []struct {
		name, kinds string
		rec         event.Record
		messages    int
	}{
		{"tombstone", "tombstone", event.Record{Received: time.Now()}, 0},
		{"empty", "rejected", record("", 1), 1},
		{"no JSON", "rejected", record("{", 1), 1},
		{"4 MiB", "rejected", record(strings.Repeat("x", 4<<20), 1), 1},
		{"another wiki, no model", "no_route", record(strings.Replace(edit(7, 5, 0), `"enwiki"`, `"dewiki"`, 1), 1), 0},
		{"canary", "canary", record(canary, 1), 1},
		{"a year old", "too_old", record(edit(7, 5, 0), 1), 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.routes = []RouteConfig{{Model: "reverted"}}
			if c.name == "a year old" {
				r.maxAge = time.Hour
			}
			p := r.start(t)
			do(t, p, c.rec)
			if got := r.kinds(); got != c.kinds || len(r.broker.messages) != c.messages {
				t.Errorf("reports %q and %d messages, want %q and %d", got, len(r.broker.messages), c.kinds, c.messages)
			}
			do(t, p, c.rec)
			if len(r.broker.messages) != c.messages {
				t.Errorf("a second delivery sent %d more", len(r.broker.messages)-c.messages)
			}
		})
	}
}

// deadStore is a Redis that never answers well.
type deadStore struct{ dedupe.Store }

func (deadStore) Lookup(context.Context, []dedupe.Key) ([]dedupe.State, error) {
	return nil, errors.New("connection refused")
}
func (deadStore) Remember(context.Context, []dedupe.Entry) error {
	return errors.New("connection refused")
}
func (deadStore) Begin(context.Context, []dedupe.Key) (dedupe.Work, error) {
	return dedupe.Work{}, errors.New("connection refused")
}
func (deadStore) End(context.Context, *dedupe.Claim, dedupe.Result) error {
	return errors.New("connection refused")
}

func TestStoreDownScoresOn(t *testing.T) {
	r := newRig(t)
	r.store = deadStore{r.store}
	p := r.start(t)
	do(t, p, record(edit(7, 5, 0), 0), record(edit(7, 5, 0), 0))
	events := r.broker.events(t)
	if len(events) != 4 {
		t.Fatalf("%d events", len(events))
	}
	first, again := events[0]["meta"].(map[string]any)["id"], events[2]["meta"].(map[string]any)["id"]
	if first != again {
		t.Errorf("a repeat got id %v after %v", again, first)
	}
}

// A cached score is used as it is, and no text is fetched.
func TestCachedScoreIsReused(t *testing.T) {
	r := newRig(t)
	r.routes = []RouteConfig{{Model: "reverted"}}
	r.texts = func(context.Context, fetch.Request) (fetch.Texts, error) {
		t.Error("a text was fetched")
		return fetch.Texts{}, errors.New("no")
	}
	p := r.start(t)
	other := dedupe.Key{Stream: "another", Wiki: "enwiki", Model: "reverted", Version: "1.0.0", RevID: 5}
	score := []byte(`{"prediction":true,"probability":{"true":0.625,"false":0.375}}`)
	if err := r.store.Remember(t.Context(), []dedupe.Entry{{Key: other, Score: score}}); err != nil {
		t.Fatal(err)
	}
	do(t, p, record(edit(7, 5, 0), 0))
	got := r.broker.events(t)[0]["scores"].(map[string]any)["reverted"].(map[string]any)
	if got["probability"].(map[string]any)["true"] != 0.625 || fmt.Sprint(got["prediction"]) != "[true]" {
		t.Errorf("got %v", got)
	}
}
