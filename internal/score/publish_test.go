package score

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"revscore/internal/dedupe"
	"revscore/internal/event"
	"revscore/internal/score/fetch"
)

// change is a page_change of the revision that edit is about.
func change(page, rev, parent int64) string {
	return fmt.Sprintf(`{"$schema":"/mediawiki/page/change/1.2.0","changelog_kind":"update","page_change_kind":"edit","dt":"2026-01-02T03:04:06Z",
"meta":{"stream":"mediawiki.page_change.v1","domain":"en.wikipedia.example","id":"c-%d"},
"wiki_id":"enwiki","page":{"page_id":%d,"page_title":"T","namespace_id":0,"is_redirect":false},
"performer":{"user_text":"Reviewer","groups":["*","user"],"user_id":5,"registration_dt":"2020-05-06T07:08:09Z"},
"revision":{"rev_id":%d,"rev_parent_id":%d,"rev_dt":"2026-01-02T03:04:05Z","rev_sha1":"abc","rev_size":9,
"editor":{"user_text":"Reviewer","groups":["*","user"],"user_id":5,"registration_dt":"2020-05-06T07:08:09Z"}}}`, rev, page, rev, parent)
}

const predictionStream = "mediawiki.page_reverted_prediction_change.v1"

// A prediction route turns page_change into the event of its own schema, once.
func TestPredictions(t *testing.T) {
	r := newRig(t)
	r.routes = []RouteConfig{{Model: "reverted", Output: OutputPrediction}, {Model: "reverted"}}
	p := r.start(t)
	do(t, p, record(change(7, 1234, 1233), 0), record(change(7, 1234, 1233), 1), record(edit(7, 1234, 1233), 2))
	if got, want := r.topics(), predictionStream+" "+revertedStream; got != want {
		t.Fatalf("messages to %s, want %s", got, want)
	}
	events := r.broker.events(t)
	predicted := events[0]["predicted_classification"].(map[string]any)
	score := events[1]["scores"].(map[string]any)["reverted"].(map[string]any)
	if events[0]["$schema"] != event.PredictionSchema || predicted["model_name"] != "reverted" ||
		fmt.Sprint(predicted["predictions"], predicted["probabilities"]) != fmt.Sprint(score["prediction"], score["probability"]) {
		t.Errorf("got %v, the score is %v", events[0], score)
	}
	if string(r.broker.messages[0].Key) != string(r.broker.messages[1].Key) {
		t.Error("a prediction has another key than a score")
	}
	if got := r.kinds(); got != "score score duplicate duplicate duplicate" {
		t.Errorf("reports: %s", got)
	}
}

// What has no form in the schema is a dead letter, one for each model, that comes once.
func TestFailedPredictions(t *testing.T) {
	noTime := strings.Replace(change(7, 1234, 0), `"dt":"2026-01-02T03:04:06Z",`, "", 1)
	for _, c := range []struct {
		name, value string
		err         error
		kind        string
		again       int // messages of a second delivery
	}{
		{"hidden", change(7, 1234, 0), &fetch.Error{Type: fetch.TextDeleted, RevID: 1234, Err: errors.New("hidden")}, "TextDeleted", 0},
		{"API down", change(7, 1234, 0), &fetch.Error{Type: fetch.CaughtDependencyError, Transient: true, Code: "http_503", RevID: 1234, Err: errors.New("503")}, "CaughtDependencyError", 2},
		{"what the schema refuses", noTime, nil, "MissingField", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			if c.err != nil {
				r.texts = failing(c.err)
			}
			r.routes = []RouteConfig{{Model: "reverted", Output: OutputPrediction}, {Model: "reverted", Output: OutputPrediction, Stream: "other"}}
			p := r.start(t)
			do(t, p, record(c.value, 5))
			events := r.broker.events(t)
			if got := r.topics(); got != "errors errors" {
				t.Fatalf("messages to %s", got)
			}
			for _, e := range events {
				if e["error_type"] != c.kind || e["raw_event"] != c.value || !strings.HasPrefix(e["message"].(string), "record in/0@5: "+c.kind) {
					t.Errorf("got %v", e)
				}
			}
			if id := func(i int) any { return events[i]["meta"].(map[string]any)["id"] }; id(0) == id(1) {
				t.Error("two letters have one id")
			}
			for _, rep := range r.reports {
				if rep.Kind != KindFailure || rep.Outcome.Failure.Type != c.kind {
					t.Errorf("reported as %s, %+v", rep.Kind, rep.Outcome)
				}
			}
			do(t, p, record(c.value, 5))
			if got := len(r.broker.messages) - 2; got != c.again {
				t.Errorf("a second delivery made %d messages, want %d", got, c.again)
			}
		})
	}
}

// combinedOf says what a combined event holds: names of scores, then of errors.
func combinedOf(doc map[string]any) string {
	names := func(key string) string {
		of, _ := doc[key].(map[string]any)
		return strings.Join(slices.Sorted(maps.Keys(of)), ",")
	}
	return names("scores") + ";" + names("errors")
}

// One event has what all models say of a revision, each once, after their own events.
func TestCombined(t *testing.T) {
	r := newRig(t)
	r.combined = "all"
	r.routes = append(r.routes, RouteConfig{Model: "revid", Stream: "second"})
	p := r.start(t)
	do(t, p, record(edit(7, 1234, 1233), 0), record(edit(7, 1234, 1233), 1))
	if got, want := r.topics(), strings.Join([]string{revertedStream, revidStream, "second", "all"}, " "); got != want {
		t.Fatalf("messages to %s, want %s", got, want)
	}
	events := r.broker.events(t)
	all := events[3]
	if got := combinedOf(all); got != "reverted,revid;" || all["meta"].(map[string]any)["stream"] != "all" {
		t.Errorf("got %v", all)
	}
	for i, model := range []string{"reverted", "revid"} {
		if got, want := all["scores"].(map[string]any)[model], events[i]["scores"].(map[string]any)[model]; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%v, its own event has %v", got, want)
		}
	}
	if got := r.kinds(); got != "score score score combined duplicate duplicate duplicate" {
		t.Errorf("reports: %s", got)
	}
}

// What failed for good stands among the errors; what failed for now too, and then the
// event comes again, under its id.
func TestCombinedWithErrors(t *testing.T) {
	for _, c := range []struct {
		err   *fetch.Error
		again string // topics of a second delivery, the wiki being back
	}{
		{&fetch.Error{Type: fetch.TextDeleted, RevID: 1234, Err: errors.New("hidden")}, ""},
		{&fetch.Error{Type: fetch.CaughtDependencyError, Transient: true, RevID: 1234, Err: errors.New("503")}, " " + revertedStream + " all"},
	} {
		r := newRig(t)
		r.combined, r.texts = "all", failing(c.err)
		do(t, r.start(t), record(edit(7, 1234, 0), 0))
		r.texts = plainTexts
		do(t, r.start(t), record(edit(7, 1234, 0), 0))
		if got, want := r.topics(), strings.Join([]string{revertedStream, revidStream, "all"}, " ")+c.again; got != want {
			t.Fatalf("messages to %s, want %s", got, want)
		}
		events := r.broker.events(t)
		if got := combinedOf(events[2]); got != "revid;reverted" {
			t.Errorf("the first has %s", got)
		}
		if c.again == "" {
			continue
		}
		if got := combinedOf(events[4]); got != "reverted,revid;" {
			t.Errorf("the second has %s", got)
		}
		if id := func(i int) any { return events[i]["meta"].(map[string]any)["id"] }; id(2) != id(4) {
			t.Error("the second has another id")
		}
	}
}

// The event of all models waits for the last of them: with scores from the cache, or
// computed again when that is lost, and sent once.
func TestCombinedWithPartialRetry(t *testing.T) {
	for _, lost := range []bool{false, true} {
		r, o := retryRig(t)
		r.combined = "all"
		p := r.start(t)
		do(t, p, record(edit(7, 1234, 1233), 0))
		if lost {
			r.store = newRig(t).store
			p = r.start(t)
		}
		o.code = ""
		again := r.comesBack(t, 0)
		do(t, p, again)
		if got, want := r.topics(), strings.Join([]string{revidStream, "revscore.retry.1m", revertedStream, "all"}, " "); got != want {
			t.Fatalf("marks lost %v: messages to %s, want %s", lost, got, want)
		}
		if got := combinedOf(r.broker.events(t)[3]); got != "reverted,revid;" {
			t.Errorf("marks lost %v: it has %s", lost, got)
		}
		do(t, p, again)
		if lost {
			do(t, p, record(edit(7, 1234, 1233), 0)) // whose other score was not known to be sent
		} else if got := r.kinds(); got != "score retry retry score combined duplicate" {
			t.Errorf("reports: %s", got)
		}
		if got := strings.Count(r.topics()+" ", "all "); got != 1 {
			t.Errorf("marks lost %v: it came %d times", lost, got)
		}
	}
}

// The source's event comes again while its rest waits, and is answered then: the record
// that waited finds nothing to do.
func TestCombinedRedelivery(t *testing.T) {
	r, o := retryRig(t)
	r.combined = "all"
	p := r.start(t)
	do(t, p, record(edit(7, 1234, 1233), 0))
	again := r.comesBack(t, 0)
	o.code = ""
	do(t, p, record(edit(7, 1234, 1233), 0), again)
	if got, want := r.topics(), strings.Join([]string{revidStream, "revscore.retry.1m", revertedStream, "all"}, " "); got != want {
		t.Errorf("messages to %s, want %s", got, want)
	}
}

// When the last attempt fails the table decides about the event of all models, too.
func TestCombinedOfExhaustedRetries(t *testing.T) {
	for code, want := range map[string][]string{
		fetch.NotReplicated: {revidStream, "revscore.retry.1m", revertedStream, "all"},
		"maxlag":            {revidStream, "revscore.retry.1m", "revscore.retry.10m", "errors"},
		"timeout":           {revertedStream, revidStream, "all", "errors"},
	} {
		r, o := retryRig(t)
		r.combined, o.code = "all", code
		p := r.start(t)
		do(t, p, record(edit(7, 1234, 0), 0))
		for strings.Contains(want[len(r.broker.messages)-1], "retry") {
			do(t, p, r.comesBack(t, 0))
		}
		if got := r.topics(); got != strings.Join(want, " ") {
			t.Fatalf("%s: messages to %s, want %s", code, got, want)
		}
		if i := slices.Index(want, "all"); i >= 0 {
			if got := combinedOf(r.broker.events(t)[i]); got != "revid;reverted" {
				t.Errorf("%s: it has %s", code, got)
			}
		} else if got := r.broker.events(t)[3]["message"].(string); !strings.Contains(got, "all models in all") {
			t.Errorf("%s: the letter says %s", code, got)
		}
		// A replay after the outage brings what is missing.
		o.code = ""
		before := len(r.broker.messages)
		do(t, p, record(edit(7, 1234, 0), 9))
		after := strings.Join(strings.Fields(r.topics())[before:], " ")
		if want := map[bool]string{false: revertedStream + " all", true: ""}[code == fetch.NotReplicated]; after != want {
			t.Errorf("%s: a replay gives messages to %q, want %q", code, after, want)
		}
	}
}

// Every stream gets the canary of its own schema, once.
func TestCanaryOfEveryStream(t *testing.T) {
	r := newRig(t)
	r.combined = "all"
	r.routes = []RouteConfig{{Model: "reverted", Output: OutputPrediction}, {Model: "revid"}}
	p := r.start(t)
	canary := record(strings.Replace(edit(7, 5, 0), "en.wikipedia.example", "canary", 1), 0)
	do(t, p, canary, canary)
	if got, want := r.topics(), strings.Join([]string{predictionStream, revidStream, "all"}, " "); got != want {
		t.Fatalf("messages to %s, want %s", got, want)
	}
	for i, schema := range []string{event.PredictionSchema, event.ScoreSchema, event.ScoreSchema} {
		if e := r.broker.events(t)[i]; e["$schema"] != schema || e["meta"].(map[string]any)["domain"] != "canary" {
			t.Errorf("canary %v, want one of %s", e, schema)
		}
	}
}

// What has been said of two models is no mark for the event of others, nor of other
// versions: the mark's name is the event's id.
func TestCombinedMarkIsOfItsModels(t *testing.T) {
	r := newRig(t)
	r.combined = "all"
	p := r.start(t)
	j, err := p.route(record(edit(7, 1234, 0), 0), parsed(t, edit(7, 1234, 0)), nil)
	if err != nil {
		t.Fatal(err)
	}
	all := p.combinedKey(j)
	j.targets = j.targets[:1]
	if one := p.combinedKey(j); one == all || one.RevID != all.RevID || (one == dedupe.Key{}) {
		t.Errorf("key %+v of one model, %+v of two", one, all)
	}
}
