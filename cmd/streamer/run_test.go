package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kfake"
	"go.uber.org/zap"

	"revscore/internal/corpus"
	"revscore/internal/event"
	"revscore/internal/score"
	"revscore/internal/score/analysis"
	"revscore/internal/score/model"
	"revscore/internal/score/registry"
	"revscore/internal/secret"
	"revscore/internal/simwiki"
	"revscore/models"
)

// edits makes n revisions of the simulated wikis, known to the API, and their events.
func (r *rig) edits(seed uint64, n int) ([]*corpus.Revision, [][]byte) {
	r.t.Helper()
	w := simwiki.New(seed)
	revs, values := make([]*corpus.Revision, n), make([][]byte, n)
	for i := range revs {
		revs[i] = w.Next()
		r.wiki.Put(revs[i])
		var err error
		if values[i], err = revs[i].Event(); err != nil {
			r.t.Fatal(err)
		}
	}
	return revs, values
}

// expected is what the model makes of a revision when it is asked directly: its
// probability, or the type of the error.
type expected struct {
	engine *score.Engine
	model  *model.Model
}

func newExpected(t *testing.T) expected {
	t.Helper()
	set, err := registry.LoadSet(models.FS, []registry.Place{{Bundle: "embedded:enwiki.reverted"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return expected{score.NewEngine(1, prometheus.NewRegistry()), set.All()[0]}
}

func (e expected) of(t *testing.T, rev *corpus.Revision, value []byte) (p float64, failure string) {
	t.Helper()
	switch {
	case rev.Deleted:
		return 0, "RevisionNotFound"
	case rev.Text == nil, rev.ParentID != 0 && rev.ParentText == nil:
		return 0, "TextDeleted"
	case rev.ContentModel != "wikitext":
		return 0, "UnexpectedContentType"
	case rev.UserHidden:
		return 0, "UserDeleted"
	}
	ev, err := event.Parse(value)
	if err != nil {
		t.Fatal(err)
	}
	in := score.Facts(ev)
	in.Revision = analysis.NewText(*rev.Text)
	if rev.ParentText != nil {
		in.Parent = analysis.NewText(*rev.ParentText)
	}
	result := e.engine.Score(rev.RevID, []*model.Model{e.model}, in)[0]
	if result.Failure != nil {
		return 0, result.Failure.Type
	}
	return result.Score.Probability["true"], ""
}

func TestEveryRevisionIsAnsweredOnce(t *testing.T) {
	const n = 400
	r := newRig(t)
	revs, values := r.edits(7, n)
	r.feed(createTopic, values...)
	s := r.start()
	s.await(2 * n)

	reverted, revid := r.scores(revertedTopic), r.scores(revidTopic)
	if len(reverted) != n || len(revid) != n {
		t.Fatalf("%d and %d events, want %d each", len(reverted), len(revid), n)
	}
	distinct(t, slices.Concat(reverted, revid))
	r.checkScores(revs, values, reverted, revid)
	checkPageOrder(t, revs, reverted)
	checkPageOrder(t, revs, revid)

	// All of it again makes nothing new.
	r.feed(createTopic, values...)
	for _, rep := range s.await(2 * n) {
		if rep.Kind != score.KindDuplicate {
			t.Fatalf("revision %d came again and gave a %s", rep.Revision.RevID, rep.Kind)
		}
	}
	s.stop()
	if got := r.end(revertedTopic) + r.end(revidTopic); got != 2*n {
		t.Errorf("%d messages after the second delivery, want %d", got, 2*n)
	}
	if got := r.committed(createTopic); got != 2*n {
		t.Errorf("committed offset %d of %d", got, 2*n)
	}
	if got := s.warnings(); len(got) != 0 {
		t.Errorf("warnings in peace: %q", got)
	}
}

// checkScores compares what was sent with what each model says when asked.
func (r *rig) checkScores(revs []*corpus.Revision, values [][]byte, reverted, revid []scoreEvent) {
	r.t.Helper()
	type name struct {
		wiki string
		rev  int64
	}
	byName := map[name]scoreEvent{}
	for _, e := range reverted {
		byName[name{e.Database, e.RevID}] = e
	}
	direct := newExpected(r.t)
	scored, failed := 0, map[string]int{}
	for i, rev := range revs {
		e, ok := byName[name{rev.Wiki, rev.RevID}]
		if !ok {
			r.t.Errorf("revision %d of %s has no event", rev.RevID, rev.Wiki)
			continue
		}
		p, failure := direct.of(r.t, rev, values[i])
		if e.failure("reverted") != failure {
			r.t.Errorf("revision %d of %s failed with %q, want %q", rev.RevID, rev.Wiki, e.failure("reverted"), failure)
			continue
		}
		if failure != "" {
			failed[failure]++
			continue
		}
		scored++
		if got := e.Scores["reverted"].Probability["true"]; math.Abs(got-p) > 1e-12 {
			r.t.Errorf("revision %d of %s has probability %v, want %v", rev.RevID, rev.Wiki, got, p)
		}
		checkPerformer(r.t, rev, e)
	}
	for _, e := range revid {
		last := e.RevID % 100
		if got, want := e.Scores["revid"].Probability["true"], float64(last%10*10+last/10)/100; math.Abs(got-want) > 1e-12 {
			r.t.Errorf("revid of %d is %v, want %v", e.RevID, got, want)
		}
	}
	r.t.Logf("%d scores, errors %v", scored, failed)
	if scored < len(revs)*8/10 || failed["TextDeleted"] == 0 || failed["UnexpectedContentType"] == 0 {
		r.t.Errorf("%d scores and errors %v: the simulated wiki no longer shows every kind", scored, failed)
	}
}

func checkPerformer(t *testing.T, rev *corpus.Revision, e scoreEvent) {
	t.Helper()
	if rev.UserHidden != (e.Performer == nil) {
		t.Errorf("revision %d: performer %+v of a user hidden: %v", rev.RevID, e.Performer, rev.UserHidden)
		return
	}
	if e.Performer != nil && (e.Performer.Text != rev.User || e.Performer.ID != rev.UserID) {
		t.Errorf("revision %d: performer %+v, want %s", rev.RevID, e.Performer, rev.User)
	}
}

// checkPageOrder holds the revisions of each page against the order they came in.
func checkPageOrder(t *testing.T, revs []*corpus.Revision, events []scoreEvent) {
	t.Helper()
	came, left := map[string][]int64{}, map[string][]int64{}
	for _, rev := range revs {
		key := string(event.EncodeKey(rev.Wiki, rev.PageID))
		came[key] = append(came[key], rev.RevID)
	}
	for _, e := range events {
		left[e.key] = append(left[e.key], e.RevID)
	}
	longest := 0
	for key, want := range came {
		longest = max(longest, len(want))
		if !slices.Equal(left[key], want) {
			t.Errorf("page %s left in order %v, came as %v", key, left[key], want)
		}
	}
	if longest < 5 {
		t.Errorf("no page has more than %d revisions, which shows no order", longest)
	}
}

// pageChange is the page_change of a revision; who made the change is not
// always who wrote the text.
func pageChange(t *testing.T, rev *corpus.Revision, kind, performer string) []byte {
	t.Helper()
	at := rev.Timestamp.Format(time.RFC3339)
	user := func(name string) map[string]any {
		return map[string]any{"user_text": name, "user_id": 9, "groups": []string{"*", "user"}, "is_bot": false,
			"edit_count": 3, "registration_dt": "2020-01-01T00:00:00Z"}
	}
	value, err := json.Marshal(map[string]any{
		"$schema": "/mediawiki/page/change/1.2.0", "page_change_kind": kind, "changelog_kind": "update", "dt": at, "wiki_id": rev.Wiki,
		"meta": map[string]any{"stream": "mediawiki.page_change.v1", "domain": rev.Domain, "id": "m-" + kind, "dt": at,
			"request_id": "request-" + kind, "uri": "https://" + rev.Domain + "/wiki/P"},
		"page":      map[string]any{"page_id": rev.PageID, "page_title": rev.Title, "namespace_id": rev.Namespace, "is_redirect": rev.Redirect},
		"performer": user(performer),
		"revision": map[string]any{"rev_id": rev.RevID, "rev_parent_id": rev.ParentID, "rev_dt": at, "rev_size": rev.Size, "is_minor_edit": false,
			"editor":        user("Writer"),
			"content_slots": map[string]any{"main": map[string]any{"content_model": rev.ContentModel}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func TestPageChangeOfEveryKind(t *testing.T) {
	r := newRig(t)
	text, parent := "Some words and more of them.", "Some words."
	kinds := []string{"create", "edit", "move", "undelete", "delete", "visibility_change"}
	for i, kind := range kinds {
		rev := &corpus.Revision{
			Wiki: "dewiki", Domain: "de.wikipedia.example", PageID: int64(10 + i), Title: "Page " + kind, RevID: int64(101 + 100*i), ParentID: int64(100 + 100*i),
			Timestamp: simwiki.Start, ContentModel: "wikitext", Text: &text, ParentText: &parent, Size: int64(len(text)),
		}
		if kind == "create" {
			rev.ParentID, rev.ParentText = 0, nil
		}
		r.wiki.Put(rev)
		r.feed(changeTopic, pageChange(t, rev, kind, "Mover"))
	}
	s := r.start()
	skipped := 0
	for _, rep := range s.await(4*2 + 2) {
		if rep.Kind == score.SkippedKind {
			skipped++
		}
	}
	s.stop()
	if skipped != 2 {
		t.Errorf("%d of 2 events without a revision to score were skipped as such", skipped)
	}
	events := r.scores(revertedTopic)
	distinct(t, slices.Concat(events, r.scores(revidTopic)))
	var seen []string
	for _, e := range events {
		kind := strings.TrimPrefix(e.PageTitle, "Page ")
		seen = append(seen, kind)
		if e.failure("reverted") != "" || e.Performer.Text != "Mover" || e.Meta.RequestID != "request-"+kind || e.Database != "dewiki" {
			t.Errorf("%s gave %+v", kind, e)
		}
		if (kind == "create") != (e.RevParentID == 0) {
			t.Errorf("%s has rev_parent_id %d", kind, e.RevParentID)
		}
	}
	slices.Sort(seen)
	if want := []string{"create", "edit", "move", "undelete"}; !slices.Equal(seen, want) {
		t.Errorf("scored %v, want %v", seen, want)
	}
	if got, want := r.committed(changeTopic), int64(len(kinds)); got != want {
		t.Errorf("committed %d of %d", got, want)
	}
}

func TestOperatorsSeeTheService(t *testing.T) {
	r := newRig(t)
	_, values := r.edits(3, 20)
	s := r.start()
	if status, body := s.get("/readyz"); status != http.StatusOK {
		t.Errorf("/readyz of a consuming service: %d %s", status, body)
	}
	r.feed(createTopic, values...)
	s.await(40)
	if status, body := s.get("/healthz"); status != http.StatusOK || body != "ok\n" {
		t.Errorf("/healthz: %d %q", status, body)
	}
	if _, body := s.get("/metrics"); !strings.Contains(body, `revscore_results_total{kind="score",model="revid"} 20`) ||
		!strings.Contains(body, "revscore_produce_messages_total") || !strings.Contains(body, "go_goroutines") {
		t.Errorf("/metrics lacks a counter:\n%s", body)
	}
	if status, body := s.get("/"); status != http.StatusOK || !strings.Contains(body, "<html") {
		t.Errorf("the page: %d %.200s", status, body)
	}
	r.gate.set(true)
	if status, body := s.get("/readyz"); status != http.StatusServiceUnavailable {
		t.Errorf("/readyz without a broker: %d %s", status, body)
	}
	r.gate.set(false)
	s.stop()
}

// A service that drains is not ready any more, and serves its operators until
// it has drained.
func TestNotReadyWhileDraining(t *testing.T) {
	r := newRig(t)
	asked, hold := make(chan struct{}), make(chan struct{})
	release := sync.OnceFunc(func() { close(hold) })
	t.Cleanup(release)
	var first sync.Once
	r.api = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		first.Do(func() { close(asked) })
		<-hold
		r.wiki.ServeHTTP(w, req)
	})
	r.feed(createTopic, r.put(page("enwiki", 1)))
	s := r.start()
	s.until(asked, "an event in flight")
	s.cancel()
	for {
		if status, body := s.get("/readyz"); status == http.StatusServiceUnavailable && strings.Contains(body, "stopping") {
			break
		}
	}
	if status, body := s.get("/metrics"); status != http.StatusOK || !strings.Contains(body, "revscore_consume_in_flight_records 1") {
		t.Errorf("/metrics of a draining service: %d\n%s", status, body)
	}
	release()
	if err := s.result(); err != nil {
		t.Error(err)
	}
	if got := r.committed(createTopic); got != 1 {
		t.Errorf("committed %d, want the event that was in flight too", got)
	}
}

// Before consuming begins and when it ends, the service is alive but not ready.
func TestReadiness(t *testing.T) {
	brokers := errors.New("no broker")
	a, err := startAdmin(AdminConfig{Listen: "127.0.0.1:0"}, adminParts{
		registry: prometheus.NewRegistry(), page: http.NotFoundHandler(),
		ask: func(context.Context) error { return brokers }, warnings: func() []string { return []string{"a dictionary has changed"} },
	})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(want int, when string) {
		t.Helper()
		if status, body := get(t, "http://"+a.address()+"/readyz"); status != want {
			t.Errorf("%s: %d %s", when, status, body)
		}
		if status, body := get(t, "http://"+a.address()+"/healthz"); status != http.StatusOK || body != "ok\nwarning: a dictionary has changed\n" {
			t.Errorf("%s: not alive, or without its warning: %d %s", when, status, body)
		}
	}
	ask(http.StatusServiceUnavailable, "before the first broker answers")
	a.working.Store(true)
	ask(http.StatusServiceUnavailable, "consuming, the brokers are gone")
	brokers = nil
	ask(http.StatusOK, "consuming")
	a.working.Store(false)
	ask(http.StatusServiceUnavailable, "draining")
	if err := a.stop(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestOccupiedAdminAddressIsAnError(t *testing.T) {
	r := newRig(t)
	first := r.start()
	r.cfg.Admin.Listen = first.address
	err := run(t.Context(), r.cfg, zap.NewNop(), hooks{})
	if err == nil || !strings.Contains(err.Error(), first.address) || !strings.Contains(err.Error(), "admin.listen") {
		t.Errorf("got %v", err)
	}
	first.stop()
}

func TestRunNamesWhatCannotBeBuilt(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"embedded:nosuch":       func(c *Config) { c.Models = append(c.Models, registry.Place{Bundle: "embedded:nosuch"}) },
		"routes[0]":             func(c *Config) { c.Routes[0].On = []string{"sometimes"} },
		"kafka.tls.ca_file":     func(c *Config) { c.Kafka.TLS = TLSConfig{Enabled: true, CAFile: "does/not/exist.pem"} },
		"dedupe.redis.tls":      func(c *Config) { c.Dedupe.Redis.TLS.Enabled, c.Dedupe.Redis.TLS.CAFile = true, "does/not/exist.pem" },
		"fetch.wikis[0].domain": func(c *Config) { c.Fetch.Wikis[0].Domains = []string{"a.example"} },
	} {
		t.Run(want, func(t *testing.T) {
			r := newRig(t)
			change(&r.cfg)
			if err := run(t.Context(), r.cfg, zap.NewNop(), hooks{}); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// The password is used, and shows in no error and no log, right or wrong.
func TestAuthentication(t *testing.T) {
	for _, password := range []string{"hunter2", "hunter3"} {
		t.Run(password, func(t *testing.T) {
			cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, createTopic),
				kfake.EnableSASL(), kfake.Superuser("SCRAM-SHA-512", "scorer", "hunter2"))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(cluster.Close)
			r := &rig{t: t, cfg: rigConfig(cluster.ListenAddrs(), "127.0.0.1:1", "http://127.0.0.1:1")}
			r.cfg.Dedupe.Redis.Addresses = nil
			r.cfg.Kafka.SASL = SASLConfig{Mechanism: "scram-sha-512", User: "scorer", Password: secret.Value(password)}
			r.cfg.Kafka.StartTimeout = time.Second
			s, started := r.launch()
			if password == "hunter2" {
				select {
				case <-started:
				case err := <-s.done:
					t.Fatal(err)
				}
				s.stop()
			} else if err := s.result(); err == nil || !strings.Contains(err.Error(), "sasl") || strings.Contains(err.Error(), password) {
				t.Errorf("got %v", err)
			}
			for _, e := range s.logs.All() {
				if line := fmt.Sprintf("%s %v", e.Message, e.ContextMap()); strings.Contains(line, password) {
					t.Errorf("logged %s", line)
				}
			}
		})
	}
}

// A broker behind TLS is reached by whoever trusts its certificate, and by
// nobody else.
func TestTLS(t *testing.T) {
	lender := httptest.NewTLSServer(http.NotFoundHandler()) // of a certificate for 127.0.0.1
	t.Cleanup(lender.Close)
	authority := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: lender.Certificate().Raw}))
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, createTopic), kfake.TLS(&tls.Config{Certificates: lender.TLS.Certificates}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	for name, trust := range map[string]string{"trusted": writeFile(t, "ca.pem", authority), "unknown": ""} {
		t.Run(name, func(t *testing.T) {
			r := &rig{t: t, cfg: rigConfig(cluster.ListenAddrs(), "", "http://127.0.0.1:1")}
			r.cfg.Dedupe.Redis.Addresses = nil
			r.cfg.Kafka.TLS, r.cfg.Kafka.StartTimeout = TLSConfig{Enabled: true, CAFile: trust}, time.Second
			if trust != "" {
				r.cfg.Kafka.StartTimeout = patience
				r.start().stop()
				return
			}
			s, _ := r.launch()
			if err := s.result(); err == nil || !strings.Contains(err.Error(), "certificate") {
				t.Errorf("got %v", err)
			}
		})
	}
}
