package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"revscore/internal/corpus"
	"revscore/internal/dedupe"
	"revscore/internal/score"
	"revscore/internal/score/registry"
)

const (
	visibilityTopic = "eqiad.mediawiki.revision-visibility-change"
	deleteTopic     = "eqiad.mediawiki.page-delete"
	suppressTopic   = "eqiad.mediawiki.page-suppress"
)

// newHidingRig is a rig with topics that say what is hidden.
func newHidingRig(t *testing.T) *rig {
	t.Helper()
	r := newRig(t)
	r.create(visibilityTopic, deleteTopic, suppressTopic)
	r.cfg.Visibility.Topics = []string{`/(\w+\.)?mediawiki\.(revision-visibility-change|page-delete)/`, suppressTopic}
	r.cfg.Visibility.Wait = patience
	return r
}

// says feeds an event about a revision, made and written some time ago.
func (r *rig) says(topic, schema string, rev *corpus.Revision, ago time.Duration, more string) {
	r.t.Helper()
	at := time.Now().Add(-ago)
	value := fmt.Sprintf(`{"$schema":"/mediawiki/%s/1.0.0","meta":{"stream":%q,"domain":%q,"dt":%q},"database":%q,"page_id":%d,"rev_id":%d%s}`,
		schema, strings.TrimPrefix(topic, "eqiad."), rev.Domain, at.UTC().Format(time.RFC3339Nano), rev.Wiki, rev.PageID, rev.RevID, more)
	rec := &kgo.Record{Topic: topic, Value: []byte(value), Timestamp: at}
	if err := r.client.ProduceSync(r.t.Context(), rec).FirstErr(); err != nil {
		r.t.Fatal(err)
	}
}

// hides feeds what is hidden of a revision.
func (r *rig) hides(rev *corpus.Revision, ago time.Duration, h dedupe.Hidden) {
	r.t.Helper()
	r.says(visibilityTopic, "revision/visibility-change", rev, ago,
		fmt.Sprintf(`,"visibility":{"text":%v,"user":%v,"comment":%v}`, !h.Text, !h.User, !h.Comment))
}

// awaitRedis waits until the entry of a revision begins as it should ("": there is none)
// and there are as many scores.
func (r *rig) awaitRedis(rev *corpus.Revision, entry string, scores int) {
	r.t.Helper()
	key := fmt.Sprintf("revscore:gone:{%s:%d}", rev.Wiki, rev.RevID)
	for deadline := time.Now().Add(patience); ; {
		value, _ := r.redis.Get(key) // "" when there is none
		n := 0
		for _, k := range r.redis.Keys() {
			if strings.HasPrefix(k, "ores:"+rev.Wiki+":") && strings.Contains(k, fmt.Sprintf(":%d:", rev.RevID)) {
				n++
			}
		}
		if n == scores && (entry == "" && value == "" || entry != "" && strings.HasPrefix(value, entry)) {
			return
		}
		if time.Now().After(deadline) {
			r.t.Fatalf("%s is %q with %d scores, want %q and %d", key, value, n, entry, scores)
		}
	}
}

// next puts other versions of the models into service, under other names.
func (r *rig) next() {
	r.cfg.Models = []registry.Place{{Bundle: "embedded:enwiki.reverted", Wikis: []string{"*"}, As: "next"}}
	r.cfg.Routes = []score.RouteConfig{{Model: "next"}}
	r.create("mediawiki.revision-score-next")
}

// A revision is scored; then the wiki hides its text and user. The score goes from Redis
// and the text from memory, and when the event comes again, for a new model and in
// another life of the service, it tells of neither.
func TestHiddenDoesNotReappear(t *testing.T) {
	r := newHidingRig(t)
	rev := page("enwiki", 100)
	value := r.put(rev)
	s := r.start()
	r.feed(createTopic, value)
	s.await(2)
	r.awaitRedis(rev, "", 2)
	r.hides(rev, 0, dedupe.Hidden{Text: true, User: true})
	r.awaitRedis(rev, "hidden:tu:", 0)
	if _, body := s.get("/metrics"); !strings.Contains(body, "\nrevscore_fetch_forgotten_texts_total 1\n") || !strings.Contains(body, `revscore_visibility_events_total{outcome="hidden"} 1`) {
		t.Errorf("/metrics lacks a counter:\n%s", body)
	}
	s.stop()
	for _, e := range r.scores(revertedTopic) {
		if e.Performer == nil || e.Scores == nil {
			t.Errorf("before: %+v", e)
		}
	}
	r.next()
	s = r.start()
	r.feed(createTopic, value)
	s.await(1)
	s.stop()
	r.wantHidden("mediawiki.revision-score-next", 1)
}

// wantHidden checks that the events of a topic are about hidden texts and users.
func (r *rig) wantHidden(topic string, n int) {
	r.t.Helper()
	events := r.scores(topic)
	_, model, _ := strings.Cut(topic, "revision-score-")
	for _, e := range events {
		if e.failure(model) != "TextDeleted" || e.Performer != nil {
			r.t.Errorf("performer %+v, errors %+v, scores %+v", e.Performer, e.Errors, e.Scores)
		}
	}
	if len(events) != n {
		r.t.Errorf("%d events, want %d", len(events), n)
	}
}

// What was hidden while no instance was there, and Redis has no notion of, is known
// before the first event is taken.
func TestHiddenBeforeTheStart(t *testing.T) {
	r := newHidingRig(t)
	rev, shown, early := page("enwiki", 100), page("enwiki", 101), page("enwiki", 102)
	r.hides(early, 30*time.Hour, dedupe.Hidden{User: true}) // before the lookback
	r.hides(rev, 2*time.Hour, dedupe.Hidden{Text: true, User: true, Comment: true})
	r.hides(shown, 2*time.Hour, dedupe.Hidden{Text: true, User: true})
	r.hides(shown, time.Hour, dedupe.Hidden{})
	r.cfg.Routes = []score.RouteConfig{{Model: "reverted"}}
	r.feed(createTopic, r.put(rev), r.put(shown), r.put(early))
	s := r.start()
	s.await(3)
	s.stop()
	for _, e := range r.scores(revertedTopic) {
		hidden := e.RevID == rev.RevID
		if hidden != (e.failure("reverted") == "TextDeleted") || hidden != (e.Performer == nil) {
			t.Errorf("revision %d: performer %+v, errors %+v", e.RevID, e.Performer, e.Errors)
		}
	}
}

// A page is deleted: its scores and texts go, and the wiki is asked what it says now.
// One that is suppressed has nothing left that could be seen, of all its revisions that
// there are texts of.
func TestDeletedPagesAreForgotten(t *testing.T) {
	r := newHidingRig(t)
	gone, parent, suppressed := page("enwiki", 100), page("enwiki", 101), page("enwiki", 102)
	suppressed.PageID, suppressed.ParentID = parent.PageID, parent.RevID
	r.put(parent)
	r.feed(createTopic, r.put(gone), r.put(suppressed))
	s := r.start()
	s.await(4)
	r.awaitRedis(gone, "", 2)
	r.says(deleteTopic, "page/delete", gone, 0, "")
	r.awaitRedis(gone, "", 0)
	r.says(suppressTopic, "page/delete", suppressed, 0, "")
	r.awaitRedis(suppressed, "hidden:tuc:", 0)
	r.awaitRedis(parent, "hidden:tuc:", 0)
	if _, body := s.get("/metrics"); !strings.Contains(body, "\nrevscore_fetch_forgotten_texts_total 3\n") {
		t.Errorf("/metrics lacks a counter:\n%s", body)
	}
	s.stop()
}

// A topic that is not there, and an event that cannot be read, are no reason to stand
// still, and are told.
func TestHidingTellsWhatIsWrong(t *testing.T) {
	r := newHidingRig(t)
	r.cfg.Visibility.Topics = append(r.cfg.Visibility.Topics, "mediawiki.nothing")
	r.feed(visibilityTopic, []byte(`{"performer":{"user_text":"Somebody's secret"}`))
	s := r.start()
	if _, body := s.get("/healthz"); !strings.Contains(body, "warning: visibility.topics has mediawiki.nothing") {
		t.Errorf("/healthz says %q", body)
	}
	s.stop()
	var told []string
	for _, e := range s.logs.All() {
		told = append(told, fmt.Sprint(e.Message, " ", e.ContextMap()))
	}
	all := strings.Join(told, "\n")
	for _, want := range []string{
		"an event cannot be read; what it hides is not followed map[error:InvalidJSON record:" + visibilityTopic + "/0@0]",
		"what wikis hide is not followed in full map[reason:visibility.topics has mediawiki.nothing",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is missing in the log:\n%s", want, all)
		}
	}
	if strings.Contains(all, "secret") {
		t.Errorf("the log quotes an event:\n%s", all)
	}
}
