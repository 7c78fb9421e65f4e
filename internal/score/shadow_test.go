package score

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"revscore/internal/dedupe"
	"revscore/internal/event"
	"revscore/internal/score/feature"
	"revscore/internal/score/fetch"
	"revscore/internal/score/model"
	"revscore/internal/score/registry"
)

// offers takes differences and answers them, or keeps them waiting.
type offers struct {
	mu       sync.Mutex
	messages []event.Message
	err      error
	hold     bool
	held     []func(error)
}

func (o *offers) Offer(ctx context.Context, m event.Message, done func(error)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, ok := ctx.Deadline(); !ok {
		panic("an offer without a deadline could hold up a stop")
	}
	o.messages = append(o.messages, m)
	if o.hold {
		o.held = append(o.held, done)
		return
	}
	done(o.err)
}

// nextVersion is that of the shadow in these tests.
const nextVersion = "9.0.0"

// shadowRig has the model of revision ids in service, and beside it a shadow whose
// answers the test gives.
func shadowRig(t *testing.T, answer func() (event.Score, error)) (*rig, *offers, *Pipeline) {
	t.Helper()
	r := newRig(t)
	o := &offers{}
	r.offers = o
	next := bundleOnDisk(t, "revid", setKey("version", nextVersion))
	r.models = append(r.models, registry.Place{Bundle: next, As: "revid_next", Wikis: []string{"enwiki"}})
	r.routes = []RouteConfig{{Model: "revid", Shadow: ShadowConfig{Model: "revid_next", Tolerance: 0.05, Sample: 1, Topic: "differences"}}}
	p := r.start(t)
	r.engine.ask = func(m *model.Model, revID int64, values []float64) (event.Score, error) {
		if m.Version() == nextVersion {
			return answer()
		}
		return m.Score(revID, values)
	}
	return r, o, p
}

func boolScore(p float64) event.Score {
	return event.Score{Prediction: p > 0.5, Probability: map[string]float64{"true": p, "false": 1 - p}}
}

func (r *rig) shadows() []Report {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []Report
	for _, rep := range r.reports {
		if rep.Kind == KindShadow {
			out = append(out, rep)
		}
	}
	return out
}

// The live answer of revision 1234 is 0.43, false.
func TestShadowIsCompared(t *testing.T) {
	for _, c := range []struct {
		name    string
		answer  func() (event.Score, error)
		result  ShadowResult
		largest float64
	}{
		{"equal", func() (event.Score, error) { return boolScore(0.43), nil }, ShadowSame, 0},
		{"within tolerance", func() (event.Score, error) { return boolScore(0.47), nil }, ShadowSame, 0.04},
		{"beyond tolerance", func() (event.Score, error) { return boolScore(0.3), nil }, ShadowProbability, 0.13},
		{"another prediction", func() (event.Score, error) { return boolScore(0.51), nil }, ShadowPrediction, 0.08},
		{"no probability", func() (event.Score, error) { return boolScore(math.NaN()), nil }, ShadowFailed, 0},
		{"an error", func() (event.Score, error) { return event.Score{}, errors.New("no") }, ShadowFailed, 0},
		{"a panic", func() (event.Score, error) { panic("index out of range") }, ShadowFailed, 0},
		{"a prediction of no known kind", func() (event.Score, error) {
			return event.Score{Prediction: struct{}{}, Probability: map[string]float64{"true": 0.4}}, nil
		}, ShadowFailed, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, o, p := shadowRig(t, c.answer)
			do(t, p, record(edit(7, 1234, 0), 0))
			events := r.broker.events(t)
			if len(events) != 1 || events[0]["scores"].(map[string]any)["revid"] == nil {
				t.Fatalf("published %v", events)
			}
			if got := testutil.ToFloat64(p.metrics.shadows.WithLabelValues("revid", "revid_next", string(c.result))); got != 1 {
				t.Errorf("%s is counted %v times", c.result, got)
			}
			reports := r.shadows()
			if c.result == ShadowSame {
				if len(reports)+len(o.messages) != 0 {
					t.Errorf("reported %v and sent %v", reports, o.messages)
				}
				return
			}
			if len(reports) != 1 || len(o.messages) != 1 {
				t.Fatalf("reported %v and sent %v", reports, o.messages)
			}
			rep := reports[0]
			if rep.Model != "revid" || rep.Outcome.Score == nil || rep.Shadow.Result != c.result || rep.Shadow.Outcome.Model != "revid_next" ||
				rep.Shadow.Outcome.Version != nextVersion || math.Abs(rep.Shadow.Largest-c.largest) > 1e-12 {
				t.Errorf("report %+v of %+v", rep, rep.Shadow)
			}
			if (c.result == ShadowFailed) != (rep.Shadow.Outcome.Failure != nil) || (c.result == ShadowFailed) != (rep.Shadow.Outcome.Score == nil) {
				t.Errorf("shadow's outcome %+v", rep.Shadow.Outcome)
			}
		})
	}
}

// The form is that of docs/formats/shadow.md.
func TestShadowMessage(t *testing.T) {
	_, o, p := shadowRig(t, func() (event.Score, error) { return boolScore(0.75), nil })
	do(t, p, record(edit(7, 1210, 0), 0)) // 01: 0.01
	want := `{"stream":"mediawiki.revision-score-revid","wiki":"enwiki","page_id":7,"page_title":"T","rev_id":1210,` +
		`"rev_timestamp":"2026-01-02T03:04:05Z","result":"prediction","difference":0.74,` +
		`"live":{"model":"revid","version":"0.0.0","score":{"prediction":false,"probability":{"false":0.99,"true":0.01}}},` +
		`"shadow":{"model":"revid_next","version":"9.0.0","score":{"prediction":true,"probability":{"false":0.25,"true":0.75}}}}`
	if m := o.messages[0]; string(m.Value) != want || m.Topic != "differences" || string(m.Key) != `{"wiki_id":"enwiki","page_id":7}` {
		t.Errorf("to %s with key %s:\n%s, want\n%s", m.Topic, m.Key, m.Value, want)
	}
	_, o, p = shadowRig(t, func() (event.Score, error) { return event.Score{}, errors.New("no") })
	do(t, p, record(edit(7, 1210, 0), 0))
	var doc struct {
		Difference *float64
		Shadow     struct {
			Error struct{ Type, Message string }
		}
	}
	if err := json.Unmarshal(o.messages[0].Value, &doc); err != nil || doc.Difference != nil || doc.Shadow.Error.Type != typeCaught || doc.Shadow.Error.Message != "no" {
		t.Errorf("%s: %v", o.messages[0].Value, err)
	}
}

// When the shadow is asked, the live answer is at the broker and marked; nothing of
// the shadow is ever in the store.
func TestShadowComesLast(t *testing.T) {
	var r *rig
	asked := 0
	r, _, p := shadowRig(t, func() (event.Score, error) {
		asked++
		live := dedupe.Key{Stream: "mediawiki.revision-score-revid", Wiki: "enwiki", Model: "revid", Version: "0.0.0", RevID: 1234}
		shadow := live
		shadow.Model, shadow.Version = "revid_next", nextVersion
		states, err := r.store.Lookup(context.Background(), []dedupe.Key{live, shadow})
		if err != nil || !states[0].Sent || states[1].Sent || states[1].Score != nil || len(r.broker.messages) != 1 {
			t.Errorf("when the shadow is asked: %+v, %v, %d messages", states, err, len(r.broker.messages))
		}
		return boolScore(0.9), nil
	})
	do(t, p, record(edit(7, 1234, 0), 0), record(edit(7, 1234, 0), 1))
	if asked != 1 || len(r.shadows()) != 1 {
		t.Errorf("asked %d times for an event that came twice, %d reports", asked, len(r.shadows()))
	}
}

// A score from the cache, or no score for want of a text, asks no shadow.
func TestShadowOnlyWhereTheLiveOneIsAsked(t *testing.T) {
	r, _, p := shadowRig(t, func() (event.Score, error) { t.Error("asked"); return boolScore(0.9), nil })
	other := dedupe.Key{Stream: "another", Wiki: "enwiki", Model: "revid", Version: "0.0.0", RevID: 5}
	entry := dedupe.Entry{Key: other, Score: []byte(`{"prediction":true,"probability":{"true":0.625,"false":0.375}}`)}
	if err := r.store.Remember(t.Context(), []dedupe.Entry{entry}); err != nil {
		t.Fatal(err)
	}
	do(t, p, record(edit(7, 5, 0), 0))
	do(t, p, record(strings.Replace(edit(7, 6, 0), `"enwiki"`, `"dewiki"`, 1), 1)) // for which there is no shadow
	if len(r.broker.messages) != 2 {
		t.Errorf("%d messages", len(r.broker.messages))
	}

	r = newRig(t)
	r.texts = failing(&fetch.Error{Type: fetch.RevisionNotFound, RevID: 5, Err: errors.New("gone")})
	r.routes = []RouteConfig{{Model: "reverted", Shadow: ShadowConfig{Model: "revid", Sample: 1}}}
	p = r.start(t)
	do(t, p, record(edit(7, 5, 0), 0))
	if got := r.kinds(); got != "failure" {
		t.Errorf("reports %s", got)
	}
}

// A shadow costs no API call; without the texts it has no score.
func TestShadowCausesNoFetch(t *testing.T) {
	r := newRig(t)
	r.texts = func(context.Context, fetch.Request) (fetch.Texts, error) {
		t.Error("a text was fetched")
		return fetch.Texts{}, errors.New("no")
	}
	r.routes = []RouteConfig{{Model: "revid", Shadow: ShadowConfig{Model: "reverted", Sample: 1}}}
	do(t, r.start(t), record(edit(7, 5, 0), 0))
	if reports := r.shadows(); len(reports) != 1 || reports[0].Shadow.Outcome.Failure.Message != errNotFetched.Message {
		t.Errorf("reports %+v", reports)
	}
}

// Live and shadow models are evaluated in one pass; when the features of the shadow
// panic, the live ones are computed without them.
func TestShadowSharesTheEvaluation(t *testing.T) {
	next := bundleOnDisk(t, "enwiki.reverted", func(card string) string {
		return strings.Replace(setKey("version", "'2.0.0'")(card), "is_anon(revision.user.id)", "len(tokens(revision.text)) > 5", 1)
	})
	for _, explodes := range []bool{false, true} {
		r := newRig(t)
		r.models = append(r.models, registry.Place{Bundle: next, As: "reverted_next"})
		r.routes = []RouteConfig{{Model: "reverted", Shadow: ShadowConfig{Model: "reverted_next", Sample: 1}}}
		p := r.start(t)
		var passes []string
		sound := r.engine.compute
		r.engine.compute = func(plan *feature.Plan, in feature.Input) feature.Result {
			passes = append(passes, fmt.Sprint(len(plan.Names())))
			if explodes && len(plan.Names()) > 6 {
				panic("a feature of the shadow")
			}
			return sound(plan, in)
		}
		do(t, p, record(edit(7, 5, 4), 0))
		want, result := "7", ShadowProbability
		if explodes {
			want, result = "7 6", ShadowFailed
		}
		if got := strings.Join(passes, " "); got != want {
			t.Errorf("passes over %s features, want %s", got, want)
		}
		if events := r.broker.events(t); len(events) != 1 || events[0]["scores"] == nil {
			t.Errorf("published %v", events)
		}
		reports := r.shadows()
		if len(reports) != 1 || reports[0].Shadow.Result != result {
			t.Fatalf("explodes %v: reports %+v", explodes, reports)
		}
		if f := reports[0].Shadow.Outcome.Failure; explodes != (f != nil && strings.Contains(f.Message, "a feature of the shadow")) {
			t.Errorf("explodes %v: failure %+v", explodes, f)
		}
	}
}

// A topic that takes no differences costs them, and no more.
func TestOffersAreBounded(t *testing.T) {
	r, o, p := shadowRig(t, func() (event.Score, error) { return boolScore(0.999), nil })
	o.hold = true
	const more = 7
	for i := range int64(maxOffered + more) {
		do(t, p, record(edit(7, 100*(i+1), 0), i))
	}
	count := func(result string) float64 { return testutil.ToFloat64(p.metrics.offers.WithLabelValues(result)) }
	if len(o.messages) != maxOffered || count("dropped") != more || len(r.broker.messages) != maxOffered+more {
		t.Errorf("%d offered, %v dropped, %d scores", len(o.messages), count("dropped"), len(r.broker.messages))
	}
	o.hold = false
	for i, done := range o.held {
		if i%2 == 0 {
			done(nil)
		} else {
			done(errors.New("no such topic"))
		}
	}
	do(t, p, record(edit(7, 1, 0), 1000))
	if count("sent") != maxOffered/2+1 || count("refused") != maxOffered/2 || count("dropped") != more {
		t.Errorf("%v sent, %v refused, %v dropped", count("sent"), count("refused"), count("dropped"))
	}
	p.Differences = nil
	do(t, p, record(edit(7, 2, 0), 1001))
	if count("dropped") != more+1 {
		t.Errorf("without a way to send: %v dropped", count("dropped"))
	}
}

func TestDiffer(t *testing.T) {
	score := func(prediction any, p map[string]float64) event.Outcome {
		return event.Outcome{Score: &event.Score{Prediction: prediction, Probability: p}}
	}
	fails := func(kind string) event.Outcome { return event.Outcome{Failure: &event.Failure{Type: kind}} }
	b := score("b", map[string]float64{"a": 0.4, "b": 0.6})
	for i, c := range []struct {
		live, shadow event.Outcome
		want         ShadowResult
		largest      float64
	}{
		{b, b, ShadowSame, 0},
		{b, score("b", map[string]float64{"a": 0.25, "b": 0.75}), ShadowProbability, 0.15},
		{b, score("b", map[string]float64{"b": 0.6, "c": 0.5}), ShadowProbability, 0.5}, // another set of labels
		{b, score("b", map[string]float64{"b": 0.6}), ShadowProbability, 0.4},
		{b, score("a", map[string]float64{"a": 0.4, "b": 0.6}), ShadowPrediction, 0},
		{score([]string{"x", "y"}, nil), score([]string{"y", "x"}, nil), ShadowSame, 0},
		{score([]string{"x", "y"}, nil), score([]string{"y"}, nil), ShadowPrediction, 0},
		{score(true, nil), score("true", nil), ShadowSame, 0}, // as score events show them
		{fails("A"), fails("A"), ShadowSame, 0},
		{fails("A"), fails("B"), ShadowFailed, 0},
		{b, fails("A"), ShadowFailed, 0},
		{fails("A"), b, ShadowLiveFailed, 0},
	} {
		got := differ(c.live, c.shadow, 0.1)
		if got.Result != c.want || math.Abs(got.Largest-c.largest) > 1e-12 {
			t.Errorf("case %d: %s by %v, want %s by %v", i, got.Result, got.Largest, c.want, c.largest)
		}
	}
}

// Every run samples the same revisions, spread over consecutive ids.
func TestSampled(t *testing.T) {
	const n = 20_000
	picked := func(share float64, wiki string) (ids []int64) {
		for id := range int64(n) {
			if (ShadowConfig{Sample: share}).sampled(&event.Revision{Wiki: wiki, RevID: 1_000_000 + id}) {
				ids = append(ids, id)
			}
		}
		return ids
	}
	if len(picked(0, "enwiki")) != 0 || len(picked(1, "enwiki")) != n {
		t.Error("0 is none and 1 is all")
	}
	tenth := picked(0.1, "enwiki")
	if len(tenth) < n/10-200 || len(tenth) > n/10+200 {
		t.Errorf("a tenth of %d is %d", n, len(tenth))
	}
	if fmt.Sprint(tenth[:5]) != fmt.Sprint(picked(0.1, "enwiki")[:5]) || fmt.Sprint(tenth[:5]) == fmt.Sprint(picked(0.1, "dewiki")[:5]) {
		t.Error("the sample depends on the wiki and the revision, and on nothing else")
	}
}

func TestShadowFaults(t *testing.T) {
	f := func(shadow, want string) {
		t.Helper()
		cfg, set := routesOf(t, "[{model: revid, shadow: "+shadow+"}, {model: reverted, topic: taken}]")
		_, err := NewRoutes(cfg, set, prefixed)
		if want == "" && err == nil {
			return
		}
		if err == nil || want == "" || !strings.Contains(err.Error(), "routes[0]: shadow."+want) {
			t.Errorf("%s: %v, want %q", shadow, err, want)
		}
	}
	f("{}", "")
	f("{model: reverted, tolerance: 0.01, sample: 1, topic: differences}", "")
	f("{sample: 1}", "model is empty")
	f("{model: revid}", "model is revid, which is the route's own")
	f("{model: oracle}", "model oracle is in no bundle")
	f("{model: reverted, tolerance: -1}", "tolerance is -1, must be")
	f("{model: reverted, tolerance: .nan}", "tolerance is NaN, must be")
	f("{model: reverted, sample: 1.5}", "sample is 1.5, must be")
	f("{model: reverted, topic: differences}", "topic is differences and shadow.sample 0")
	f("{model: reverted, sample: 1, topic: taken}", "topic is taken, which has scores")
}

func TestExplainNamesTheShadow(t *testing.T) {
	routes := compileRoutes(t, "[{model: revid, shadow: {model: reverted}}]")
	for wiki, want := range map[string]string{"enwiki": "reverted", "dewiki": ""} {
		rev := &event.Revision{Wiki: wiki, RevID: 5}
		d, err := routes.Explain(rev)
		if err != nil || len(d) != 1 || d[0].Shadow != want || (d[0].ShadowVersion == "") != (want == "") {
			t.Errorf("%s: %+v, %v", wiki, d, err)
		}
	}
}
