package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"revscore/internal/audit"
	"revscore/internal/corpus"
	"revscore/internal/event"
	"revscore/internal/score"
)

// auditFile is the rig's configuration as a file; changes are pairs of what is in it and
// what is to be there instead.
func (r *rig) auditFile(changes ...string) string {
	r.t.Helper()
	text := fmt.Sprintf(`kafka: {brokers: [%q], start_timeout: 5s}
consume: {topics: [%s, %s], group: %s}
models: [{bundle: "embedded:enwiki.reverted", wikis: ["*"]}, {bundle: "embedded:revid"}]
routes: [{model: reverted}, {model: revid}]
`, r.kafka.ListenAddrs()[0], createTopic, changeTopic, rigGroup)
	for i := 0; i < len(changes); i += 2 {
		if !strings.Contains(text, changes[i]) {
			r.t.Fatalf("%s is not in %s", changes[i], text)
		}
		text = strings.ReplaceAll(text, changes[i], changes[i+1])
	}
	return writeFile(r.t, "streamer.yaml", text)
}

// halfAnHourAgo feeds events as if the wiki had sent them then, with keys and a header.
func (r *rig) halfAnHourAgo(topic string, values ...[]byte) {
	r.t.Helper()
	for i, v := range values {
		rec := &kgo.Record{
			Topic: topic, Key: fmt.Appendf(nil, "key %d", i), Value: v, Timestamp: time.Now().Add(-30 * time.Minute),
			Headers: []kgo.RecordHeader{{Key: "h", Value: []byte{byte(i)}}},
		}
		if err := r.client.ProduceSync(r.t.Context(), rec).FirstErr(); err != nil {
			r.t.Fatal(err)
		}
	}
}

func auditHour(t *testing.T, file string, args ...string) (string, error) {
	t.Helper()
	return execute(t, "", append([]string{"audit", "--config", file, "--from", "1h", "--to", "10m"}, args...)...)
}

// table reads the numbers of an audit's lines, by wiki, stream and model. Spaces are
// taken together.
func table(out string) map[string]string {
	lines := map[string]string{}
	number := regexp.MustCompile(`^(.*?)((?: \d+){7})$`)
	for line := range strings.Lines(out) {
		if m := number.FindStringSubmatch(strings.Join(strings.Fields(line), " ")); m != nil {
			lines[m[1]] = m[2][1:]
		}
	}
	return lines
}

// perWiki counts revisions, as a wiki's line has them.
func perWiki(revs []*corpus.Revision) map[string]int {
	n := map[string]int{}
	for _, rev := range revs {
		n[rev.Wiki]++
	}
	return n
}

// The service knew one route where there are two now: what the other wants is missing,
// is fed again, and comes, while the first's answers are not sent again.
func TestAuditFindsAndFeeds(t *testing.T) {
	const n = 40
	r := newRig(t)
	revs, values := r.edits(7, n)
	r.halfAnHourAgo(createTopic, values...)
	two := r.cfg.Routes
	r.cfg.Routes = []score.RouteConfig{{Model: "reverted"}}
	s := r.start()
	s.await(n)
	s.stop()

	file, list := r.auditFile(), filepath.Join(t.TempDir(), "missing.jsonl")
	out, err := auditHour(t, file, "--missing", list)
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%d answers about %d input records are missing", n, n)) {
		t.Fatalf("audit ends with %v:\n%s", err, out)
	}
	for wiki, k := range perWiki(revs) {
		if got, want := table(out)[wiki+" "+revertedTopic+" reverted"], fmt.Sprintf("%d %d 0 0 0 0 0", k, k); got != want {
			t.Errorf("%s, reverted: %q, want %q in\n%s", wiki, got, want, out)
		}
		if got, want := table(out)[wiki+" "+revidTopic+" revid"], fmt.Sprintf("%d 0 0 0 %d 0 0", k, k); got != want {
			t.Errorf("%s, revid: %q, want %q in\n%s", wiki, got, want, out)
		}
	}
	checkMissing(t, list, revs)

	if out, err = auditHour(t, file, "--feed"); err != nil || !strings.Contains(out, fmt.Sprintf("fed %d records again", n)) {
		t.Fatalf("feed: %v\n%s", err, out)
	}
	checkFed(t, r.records(createTopic), n)
	r.cfg.Routes = two
	s = r.start()
	s.await(2 * n) // n scores and n that were there
	s.stop()
	out, err = auditHour(t, file, "--missing", list)
	if want := fmt.Sprintf("%d %d 0 0 0 0 0", 2*n, 2*n); err != nil || table(out)["all"] != want {
		t.Errorf("after feeding %v, %q, want %q in\n%s", err, table(out)["all"], want, out)
	}
	if left, err := os.ReadFile(list); err != nil || len(left) > 0 {
		t.Errorf("the list of nothing is %q, %v", left, err)
	}
	distinct(t, slices.Concat(r.scores(revertedTopic), r.scores(revidTopic)))
}

// checkMissing holds a list of missing answers of revid against the revisions fed.
func checkMissing(t *testing.T, path string, revs []*corpus.Revision) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	if len(lines) != len(revs) {
		t.Fatalf("%d lines, want %d:\n%s", len(lines), len(revs), data)
	}
	for i, line := range lines {
		var m audit.Missing
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		if m.Wiki != revs[i].Wiki || m.RevID != revs[i].RevID || m.Topic != createTopic || m.Offset != int64(i) ||
			!slices.Equal(m.Missing, []audit.Target{{Stream: revidTopic, Model: "revid"}}) {
			t.Errorf("line %d is %s", i+1, line)
		}
	}
}

// checkFed holds the second half of a topic against its first.
func checkFed(t *testing.T, records []*kgo.Record, n int) {
	t.Helper()
	if len(records) != 2*n {
		t.Fatalf("%d records, want %d", len(records), 2*n)
	}
	for i, rec := range records[:n] {
		again := records[n+i]
		if string(again.Key) != string(rec.Key) || string(again.Value) != string(rec.Value) || len(again.Headers) != 1 || again.Headers[0].Value[0] != byte(i) {
			t.Errorf("record %d was fed as key %q, headers %v", i, again.Key, again.Headers)
		}
	}
}

// Transactions that were given up have answered nothing; one that follows has, once.
func TestAuditReadsCommitted(t *testing.T) {
	r := newRig(t)
	_, values := r.edits(7, 3)
	r.halfAnHourAgo(createTopic, values...)
	s := r.start()
	s.await(6)
	s.stop()
	answers := r.records(revidTopic)
	cl, err := kgo.NewClient(kgo.SeedBrokers(r.kafka.ListenAddrs()...), kgo.TransactionalID("audited"))
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	for _, end := range []kgo.TransactionEndTry{kgo.TryAbort, kgo.TryCommit, kgo.TryAbort} {
		if err := cl.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		if err := cl.ProduceSync(t.Context(), &kgo.Record{Topic: revidTopic, Value: answers[0].Value}).FirstErr(); err != nil {
			t.Fatal(err)
		}
		if err := cl.EndTransaction(t.Context(), end); err != nil {
			t.Fatal(err)
		}
	}
	out, err := auditHour(t, r.auditFile())
	if want := "6 6 0 0 0 1 0"; err != nil || table(out)["all"] != want {
		t.Errorf("%v, %q, want %q in\n%s", err, table(out)["all"], want, out)
	}
}

// What waits in a retry topic is told apart from what is missing, and not fed again.
func TestAuditOfWhatWaits(t *testing.T) {
	const n = 6
	r := newRig(t)
	_, values := r.edits(7, n)
	r.halfAnHourAgo(createTopic, values...)
	record := func(i int, models ...string) *kgo.Record {
		retry := event.Retry{Attempt: 1, Due: time.Now(), Delay: time.Minute, Origin: event.Source{Topic: createTopic, Offset: int64(i)}, Reason: "maxlag", Models: models}
		for _, m := range models {
			retry.Streams = append(retry.Streams, "mediawiki.revision-score-"+m)
		}
		header := retry.Header()
		return &kgo.Record{Topic: "revscore.retry.10m", Value: values[i], Headers: []kgo.RecordHeader{{Key: header.Key, Value: header.Value}}}
	}
	admin := r.admin()
	defer admin.Close()
	if _, err := admin.CreateTopic(t.Context(), 1, 1, nil, "revscore.retry.10m"); err != nil {
		t.Fatal(err)
	}
	for _, rec := range []*kgo.Record{record(0, "reverted", "revid"), record(1, "revid"), record(2, "reverted")} {
		if err := r.client.ProduceSync(t.Context(), rec).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	var finished kadm.Offsets // the first of them, whose answers are lost
	finished.Add(kadm.Offset{Topic: "revscore.retry.10m", At: 1, LeaderEpoch: -1})
	if err := admin.CommitAllOffsets(t.Context(), rigGroup, finished); err != nil {
		t.Fatal(err)
	}
	out, err := auditHour(t, r.auditFile(), "--feed")
	if want := fmt.Sprintf("%d 0 0 2 %d 0 0", 2*n, 2*n-2); err != nil || table(out)["all"] != want {
		t.Errorf("%v, %q, want %q in\n%s", err, table(out)["all"], want, out)
	}
	out, err = auditHour(t, r.auditFile("consume:", "retry: {stream: another}\nconsume:"))
	if want := fmt.Sprintf("%d 0 0 0 %d 0 0", 2*n, 2*n); err == nil || table(out)["all"] != want {
		t.Errorf("without these topics: %v, %q, want %q in\n%s", err, table(out)["all"], want, out)
	}
}

// What was not read yet by the service, or cannot be, is said.
func TestAuditWarns(t *testing.T) {
	r := newRig(t)
	_, values := r.edits(7, 3)
	r.halfAnHourAgo(createTopic, values...)
	r.feed(revidTopic, []byte("no JSON"))
	out, err := auditHour(t, r.auditFile("routes:", "sinks: {avro: {files: {dir: d}}, streams: {"+revertedTopic+": [files]}}\nroutes:"))
	if err == nil {
		t.Fatalf("nothing is missing:\n%s", out)
	}
	for _, want := range []string{
		"group rig has not finished 3 records", "1 records of the output topics are no score events",
		"stream " + revertedTopic + " is left out: it does not go to Kafka",
	} {
		if !strings.Contains(out, "warning: "+want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	if want := "3 0 0 0 3 0 0"; table(out)["all"] != want {
		t.Errorf("%q, want %q in\n%s", table(out)["all"], want, out)
	}
}

func TestAuditRefuses(t *testing.T) {
	r := newRig(t)
	_, values := r.edits(7, 1)
	r.halfAnHourAgo(createTopic, values...)
	broker := r.kafka.ListenAddrs()[0]
	cases := []struct {
		name    string
		changes []string
		args    []string
		want    string
	}{
		{"input topic", []string{createTopic, "absent"}, nil, "consume.topics: topic absent does not exist"},
		{"input pattern", []string{createTopic, `"/absent.*/"`}, nil, "topic /absent.*/ does not exist"},
		{"output topic", []string{"{model: revid}", "{model: revid, topic: elsewhere}"}, nil, "topic elsewhere does not exist"},
		{"nothing there", nil, []string{"--from", "10h", "--to", "9h"}, "nothing was written from "},
		{"order", nil, []string{"--from", "2026-01-03", "--to", "2026-01-02"}, "--from is 2026-01-03T00:00:00Z, must be before --to, which is 2026-01-02T00:00:00Z"},
		{"equal", nil, []string{"--from", "2026-01-02", "--to", "2026-01-02T01:00:00+01:00"}, "must be before --to"},
		{"future", nil, []string{"--to", "9999-01-01"}, "--to is 9999-01-01T00:00:00Z, must not be in the future"},
		{"no times", nil, []string{"--from", "yesterday", "--to", "-5m"}, "--from is \"yesterday\", must be a time"},
		{"second time", nil, []string{"--from", "yesterday", "--to", "-5m"}, "--to is \"-5m\", must be a time"},
		{"kafka away", []string{broker, "127.0.0.1:1", "5s", "100ms"}, nil, "reach kafka at 127.0.0.1:1"},
		{"no kafka", []string{"consume: {", "consume: {source: eventstreams, "}, nil, "consume.source is eventstreams"},
		{"no stream", []string{"routes:", "sinks: {avro: {files: {dir: d}}, default: [files]}\nroutes:"}, nil, "no stream of routes goes to Kafka"},
		{"no folder", nil, []string{"--missing", filepath.Join(t.TempDir(), "absent", "f")}, "list what is missing: open "},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			out, err := auditHour(t, r.auditFile(c.changes...), c.args...)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("ends with %v, want %q\n%s", err, c.want, out)
			}
		})
	}
}

// A broker that goes away while topics are read ends the audit, in time, and without an
// account that would be wrong.
func TestAuditLosesKafka(t *testing.T) {
	r := newRig(t)
	_, values := r.edits(7, 1)
	r.halfAnHourAgo(createTopic, values...)
	lib, err := newLibrary([]kgo.Opt{kgo.SeedBrokers(r.kafka.ListenAddrs()...)}, 300*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	defer lib.close()
	r.gate.set(true)
	for _, err := range lib.records(t.Context(), []span{{createTopic, 0, 0, 1}}) {
		if err == nil || !strings.Contains(err.Error(), "read "+createTopic+"/0: nothing came for 300ms") {
			t.Errorf("reading ends with %v", err)
		}
	}
	if _, _, err := lib.between(t.Context(), []string{createTopic}, time.Now(), time.Time{}); err == nil || !strings.Contains(err.Error(), "offsets of the beginning in "+createTopic) {
		t.Errorf("asking ends with %v", err)
	}
}

// A record that no broker takes is named, and does not hold the command up for ever.
func TestFeedLosesKafka(t *testing.T) {
	r := newRig(t)
	r.cfg.Kafka.StartTimeout = time.Second
	f, err := newFeeder(r.cfg, []kgo.Opt{kgo.SeedBrokers(r.kafka.ListenAddrs()...)}, &privacy{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	rec := &kgo.Record{Topic: createTopic, Offset: 14, Value: []byte("v")}
	if err := errors.Join(f.put(t.Context(), rec), f.flush(t.Context())); err != nil {
		t.Fatal(err)
	}
	r.gate.set(true)
	err = errors.Join(f.put(t.Context(), rec), f.flush(t.Context()))
	if err == nil || !strings.Contains(err.Error(), "feed record "+createTopic+"/0@14 again: ") {
		t.Errorf("feeding ends with %v", err)
	}
	if got := f.acknowledged.Load(); got != 1 {
		t.Errorf("%d records acknowledged, want 1", got)
	}
}

func TestMeterLine(t *testing.T) {
	m := newMeter(nil, "input", 1000)
	m.at(250)
	if got, want := m.line(10*time.Second), "input: 250 of 1000 records (25 %), 25/s, 30s left"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	empty := newMeter(nil, "output", 0)
	if got, want := empty.line(0), "output: 0 of 0 records (0 %), 0/s, ? left"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
