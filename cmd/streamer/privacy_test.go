package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"revscore/internal/dedupe"
	"revscore/internal/score"
)

// hide tells the rig's Redis what is hidden of a revision.
func (r *rig) hide(wiki string, rev int64, h dedupe.Hidden) {
	r.t.Helper()
	cfg := dedupe.DefaultConfig()
	cfg.Redis.Addresses = []string{r.redis.Addr()}
	store, err := dedupe.NewRedis(cfg, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	if _, err := store.Hide(r.t.Context(), wiki, []int64{rev}, h); err != nil {
		r.t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) withRedis() string {
	return fmt.Sprintf("dedupe: {redis: {addresses: [%q], timeout: 5s}}\n", r.redis.Addr())
}

// described is a revision of which the event tells a user and a comment.
func described(t *testing.T, value []byte) []byte {
	t.Helper()
	return with(t, value, map[string]any{"performer": map[string]any{"user_text": "Named"}, "comment": "said", "parsedcomment": "said"})
}

// What was hidden after an event was sent is not in the event that a replay sends: the
// service learns of it by visibility changes, and keeps it in Redis.
func TestDLQReplayLeavesOutWhatIsHidden(t *testing.T) {
	r := newRig(t)
	r.cfg.Routes = []score.RouteConfig{{Model: "revid"}}
	one, two, three := page("enwiki", 1), page("enwiki", 2), page("dewiki", 3)
	values := [][]byte{described(t, r.put(one)), described(t, r.put(two)), described(t, r.put(three))}
	for i, value := range values {
		r.mended(int64(100+i), value)
	}
	r.hide("enwiki", one.RevID, dedupe.Hidden{User: true, Comment: true})
	r.hide("dewiki", three.RevID, dedupe.Hidden{Comment: true})
	path := r.file(r.withRedis())

	address := r.redis.Addr()
	r.redis.Close()
	for _, dry := range []string{"--dry-run", "--dry-run=false"} {
		out, err := execute(t, "", "dlq", "replay", "--config", path, dry)
		if err == nil || !strings.Contains(err.Error(), "nothing is sent without knowing what is hidden now") || !strings.Contains(err.Error(), "dedupe.redis") || r.end(createTopic) > 0 {
			t.Fatalf("without Redis: %v, %d records, in\n%s", err, r.end(createTopic), out)
		}
	}
	if err := r.redis.StartAddr(address); err != nil {
		t.Fatal(err)
	}
	out, err := execute(t, "", "dlq", "replay", "--config", path)
	if err != nil || !strings.Contains(out, "@100: sent as "+createTopic+"/0@0: its source has it no more: without key; without user, comment, hidden since") ||
		!strings.Contains(out, "without comment, hidden since") || strings.Count(out, "hidden since") != 2 {
		t.Fatalf("%v in\n%s", err, out)
	}
	records := r.records(createTopic)
	if len(records) != 3 || !bytes.Equal(records[1].Value, values[1]) {
		t.Fatalf("%d records; one of which nothing is hidden is to be as it was", len(records))
	}
	for i, want := range []string{"", "Named said", "Named"} {
		for _, word := range []string{"Named", "said"} {
			if got := bytes.Contains(records[i].Value, []byte(word)); got != strings.Contains(want, word) {
				t.Errorf("record %d has %q: %v, in %s", i, word, got, records[i].Value)
			}
		}
	}
	s := r.start()
	for _, rep := range s.await(3) {
		if rep.Kind != score.KindScore {
			t.Errorf("%s became %s", rep.Record.Source, rep.Kind)
		}
	}
	s.stop()
	for _, rec := range r.records(revidTopic) {
		if hidden := bytes.Contains(rec.Value, []byte(fmt.Sprintf(`"rev_id":%d,`, one.RevID))); hidden == bytes.Contains(rec.Value, []byte("Named")) {
			t.Errorf("a score tells a hidden user, or no user: %s", rec.Value)
		}
	}
}

// A configuration without Redis has nobody who knows; that is said, and no reason not to
// replay.
func TestDLQReplayWithoutRedisWarns(t *testing.T) {
	r := newRig(t)
	r.mended(100, described(t, r.put(page("enwiki", 1))))
	out, err := execute(t, "", "dlq", "replay", "--config", r.file(""))
	if err != nil || !strings.Contains(out, "warning: dedupe.redis.addresses is empty, so what was hidden since is not known") || r.end(createTopic) != 1 {
		t.Errorf("%v, %d records, in\n%s", err, r.end(createTopic), out)
	}
}

// An audit feeds records without what is hidden, and none when that cannot be known.
func TestAuditFeedLeavesOutWhatIsHidden(t *testing.T) {
	r := newRig(t)
	one, two := page("enwiki", 1), page("enwiki", 2)
	values := [][]byte{described(t, r.put(one)), described(t, r.put(two))}
	r.halfAnHourAgo(createTopic, values...)
	r.hide("enwiki", one.RevID, dedupe.Hidden{User: true, Text: true})
	file := r.auditFile("routes:", r.withRedis()+"routes:")
	address := r.redis.Addr()
	r.redis.Close()
	if out, err := auditHour(t, file, "--feed"); err == nil || !strings.Contains(err.Error(), "nothing is sent without knowing what is hidden now") || r.end(createTopic) != 2 {
		t.Fatalf("without Redis: %v in\n%s", err, out)
	}
	if _, err := auditHour(t, file); err == nil || !strings.Contains(err.Error(), "answers about 2 input records are missing") {
		t.Errorf("an audit that feeds nothing asks nobody: %v", err)
	}
	if err := r.redis.StartAddr(address); err != nil {
		t.Fatal(err)
	}
	if out, err := auditHour(t, file, "--feed"); err != nil || !strings.Contains(out, "fed 2 records again") {
		t.Fatalf("%v in\n%s", err, out)
	}
	records := r.records(createTopic)[2:]
	if bytes.Contains(records[0].Value, []byte("Named")) || !bytes.Contains(records[0].Value, []byte("said")) || !bytes.Equal(records[1].Value, values[1]) {
		t.Errorf("fed\n%s\n%s", records[0].Value, records[1].Value)
	}
	if string(records[0].Key) != "key 0" || len(records[0].Headers) != 1 {
		t.Errorf("fed with key %q, headers %v", records[0].Key, records[0].Headers)
	}
}
