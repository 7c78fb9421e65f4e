package score

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"revscore/internal/dedupe"
	"revscore/internal/event"
	"revscore/internal/score/fetch"
)

// named is an event in which every name and comment is a word that is looked for.
func named(value string) string {
	value = strings.ReplaceAll(value, "Reviewer", "Secretive")
	value = strings.Replace(value, `"rev_sha1":"abc"`, `"rev_sha1":"abc","comment":"whispered"`, 1)
	return strings.Replace(value, `"rev_timestamp"`, `"comment":"whispered","rev_timestamp"`, 1)
}

func (r *rig) hide(t *testing.T, rev int64, h dedupe.Hidden) {
	t.Helper()
	if _, err := r.store.(dedupe.Keeper).Hide(t.Context(), "enwiki", []int64{rev}, h); err != nil {
		t.Fatal(err)
	}
}

// told fails if a message of the broker from the n-th on has one of the words. What is
// in a retry topic is the source's record, and is read by this service alone.
func (r *rig) told(t *testing.T, n int, words ...string) {
	t.Helper()
	for _, m := range r.broker.messages[n:] {
		for _, word := range words {
			if !strings.Contains(m.Topic, ".retry.") && strings.Contains(string(m.Value), word) {
				t.Errorf("message to %s tells %s: %s", m.Topic, word, m.Value)
			}
		}
	}
}

// A name or comment that is hidden while the event waits stands in nothing that it
// becomes: scores, predictions, dead letters.
func TestHiddenWhileItWaited(t *testing.T) {
	for _, source := range []string{edit(7, 1234, 1233), change(7, 1234, 1233)} {
		for _, code := range []string{"", "maxlag"} {
			r, o := retryRig(t)
			r.combined, o.code = "all", "maxlag"
			r.routes = append(r.routes, RouteConfig{Model: "revid", Output: OutputPrediction}, RouteConfig{Model: "reverted", Output: OutputPrediction})
			p := r.start(t)
			do(t, p, record(named(source), 0))
			before := len(r.broker.messages)
			r.hide(t, 1234, dedupe.Hidden{User: true, Comment: true})
			for o.code = code; len(r.broker.messages) == before || strings.HasSuffix(r.topics(), "0m") || strings.HasSuffix(r.topics(), "1m"); {
				do(t, p, r.comesBack(t, 0))
			}
			if got := len(r.broker.messages) - before; got < 2 {
				t.Errorf("%d messages after it was hidden", got)
			}
			r.told(t, before, "Secretive", "whispered")
			if code == "" {
				// The model asks for the user, whom nobody is to know any more.
				if e := r.broker.events(t)[before]; failureIn(e, "reverted")["type"] != "UserDeleted" || e["performer"] != nil {
					t.Errorf("got %v", e)
				}
			}
		}
	}
}

// So it is when the event is delivered late, or again for a new stream, and with a
// prediction whose schema requires a performer.
func TestHiddenBeforeALateDelivery(t *testing.T) {
	r := newRig(t)
	r.routes = []RouteConfig{{Model: "revid"}, {Model: "revid", Output: OutputPrediction}}
	p := r.start(t)
	r.hide(t, 1234, dedupe.Hidden{User: true})
	do(t, p, record(named(change(7, 1234, 1233)), 0))
	r.told(t, 0, "Secretive")
	if e := r.broker.events(t)[1]; fmt.Sprint(e["performer"]) != "map[]" || e["revision"].(map[string]any)["is_editor_visible"] != false {
		t.Errorf("got %v", e)
	}
	r.hide(t, 1235, dedupe.Hidden{User: true})
	r.hide(t, 1235, dedupe.Hidden{}) // shown again
	do(t, p, record(named(change(7, 1235, 1234)), 1))
	if !strings.Contains(string(r.broker.messages[2].Value), "Secretive") {
		t.Error("what is shown again stays hidden")
	}
}

// A hidden text is not scored, not even from the cache, and its hash is not told.
func TestHiddenText(t *testing.T) {
	r := newRig(t)
	r.texts = func(context.Context, fetch.Request) (fetch.Texts, error) {
		t.Error("a hidden text was fetched")
		return fetch.Texts{}, errors.New("no")
	}
	r.routes = []RouteConfig{{Model: "reverted"}, {Model: "revid", Output: OutputPrediction}}
	p := r.start(t)
	r.hide(t, 1234, dedupe.Hidden{Text: true})
	do(t, p, record(change(7, 1234, 1233), 0))
	if got := failureIn(r.broker.events(t)[0], "reverted")["type"]; got != fetch.TextDeleted {
		t.Errorf("the failure is %v", got)
	}
	r.told(t, 0, `"abc"`)
}

// before is a page_change that tells of its parent.
func before(value string) string {
	return strings.Replace(value, `"revision":{`,
		`"prior_state":{"revision":{"rev_id":1233,"rev_dt":"2026-01-01T00:00:00Z","comment":"whispered","editor":{"user_text":"Secretive"}}},"revision":{`, 1)
}

// What was hidden of the revision before is not told by an event that is not fresh.
func TestHiddenParent(t *testing.T) {
	now := func(value string) string {
		return strings.Replace(value, `"id":"c-`, `"dt":"`+time.Now().UTC().Format(time.RFC3339)+`","id":"c-`, 1)
	}
	for _, c := range []struct {
		name, value string
		hide, fails bool
		told        bool
	}{
		{"shown", before(change(7, 1234, 1233)), false, false, true},
		{"hidden", before(change(7, 1234, 1233)), true, false, false},
		{"nobody knows", before(change(7, 1234, 1233)), false, true, false},
		{"fresh", now(before(change(7, 1234, 1233))), true, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.routes = []RouteConfig{{Model: "revid", Output: OutputPrediction}}
			p := r.start(t)
			if c.hide {
				r.hide(t, 1233, dedupe.Hidden{User: true, Comment: true})
			}
			if c.fails {
				p.Hidings = hidings(func() ([]dedupe.Hidden, error) { return nil, errors.New("away") })
			}
			do(t, p, record(c.value, 0))
			got := string(r.broker.messages[0].Value)
			if !strings.Contains(got, `"prior_state"`) || strings.Contains(got, "Secretive") != c.told || strings.Contains(got, "whispered") != c.told {
				t.Errorf("got %s", got)
			}
		})
	}
}

type hidings func() ([]dedupe.Hidden, error)

func (f hidings) HiddenOf(context.Context, string, []int64) ([]dedupe.Hidden, error) { return f() }

// A revision-create event cannot say that its comment is hidden; its record can, so that
// features are not told that there is none.
func TestHiddenCommentBesideTheRecord(t *testing.T) {
	for _, hidden := range []bool{true, false} {
		r := newRig(t)
		rec := record(edit(7, 1234, 1233), 0)
		if hidden {
			rec.Headers = []event.Header{{Key: "other"}, event.HideComment()}
		}
		do(t, r.start(t), rec)
		if len(r.reports) == 0 {
			t.Fatal("nothing was reported")
		}
		if got := Facts(r.reports[0].Revision).Comment == nil; got != hidden {
			t.Errorf("features see no comment: %v, want %v", got, hidden)
		}
	}
}
