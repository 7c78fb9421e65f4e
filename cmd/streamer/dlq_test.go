package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"revscore/internal/dedupe"
	"revscore/internal/retry"
	"revscore/internal/score"
)

// file is a configuration file for the rig's broker.
func (r *rig) file(more string) string {
	r.t.Helper()
	return writeFile(r.t, "streamer.yaml", fmt.Sprintf("kafka:\n  brokers: [%q]\nconsume:\n  topics: [%s, %s]\n%s",
		r.kafka.ListenAddrs()[0], createTopic, changeTopic, more))
}

// forget deletes the records of a topic before an offset, as its retention would.
func (r *rig) forget(topic string, before int64) {
	r.t.Helper()
	admin := r.admin()
	defer admin.Close()
	var offsets kadm.Offsets
	offsets.Add(kadm.Offset{Topic: topic, At: before, LeaderEpoch: -1})
	if deleted, err := admin.DeleteRecords(r.t.Context(), offsets); err != nil || deleted.Error() != nil {
		r.t.Fatal(err, deleted.Error())
	}
}

// A replay goes through the true service: what it can read now is scored, once; what
// it cannot becomes a new dead letter, and a second replay repeats no score.
func TestDLQReplay(t *testing.T) {
	r := newRig(t)
	r.cfg.Routes = []score.RouteConfig{{Model: "revid"}}
	good := r.put(page("enwiki", 1))
	bad := with(t, good, map[string]any{"$schema": "/unknown/1.0.0"})
	long := with(t, good, map[string]any{"$schema": "/unknown/1.0.0", "comment": strings.Repeat("ж", 200_000)})
	key := []byte("the key")
	header := kgo.RecordHeader{Key: "h", Value: []byte("v")}
	s := r.start()
	for _, value := range [][]byte{bad, []byte("\xff\x00"), long} {
		rec := &kgo.Record{Topic: createTopic, Key: key, Value: value, Headers: []kgo.RecordHeader{header}}
		if err := r.client.ProduceSync(t.Context(), rec).FirstErr(); err != nil {
			t.Fatal(err)
		}
		s.await(1) // one after the other, so that the letters have this order
	}
	path := r.file("")

	out, err := execute(t, "", "dlq", "replay", "--config", path, "--dry-run")
	if err != nil || !strings.Contains(out, "would be sent: 3; sent before: 0; not replayed: 0; broken: 0") || r.end(createTopic) != 3 {
		t.Fatalf("dry run: %v, %d records, in\n%s", err, r.end(createTopic), out)
	}
	out, err = execute(t, "", "dlq", "replay", "--config", path)
	if err != nil || !strings.Contains(out, "/0@2: sent as "+createTopic+"/0@5: read from its source, whole") {
		t.Fatalf("%v in\n%s", err, out)
	}
	s.await(3) // rejected again: they are still unreadable
	records := r.records(createTopic)
	for i, want := range [][]byte{bad, []byte("\xff\x00"), long} {
		rec := records[3+i]
		if string(rec.Value) != string(want) || string(rec.Key) != string(key) || len(rec.Headers) != 1 || rec.Headers[0].Key != "h" {
			t.Errorf("record %d came back with key %q, %d bytes, headers %v", i, rec.Key, len(rec.Value), rec.Headers)
		}
	}
	out, err = execute(t, "", "dlq", "replay", "--config", path)
	if err != nil || !strings.Contains(out, "sent: 3; sent before: 3; not replayed: 0") {
		t.Errorf("letters of letters: %v in\n%s", err, out)
	}
	s.await(3)
	s.stop()
}

// mended is a dead letter of a record that the service reads, as after an upgrade.
func (r *rig) mended(offset int64, value []byte) {
	r.t.Helper()
	letter, err := json.Marshal(map[string]any{
		"$schema": "/error/2.1.0", "meta": map[string]string{"stream": errorTopic, "id": fmt.Sprint("id-", offset), "dt": "2026-01-02T03:04:05Z"},
		"dt": "2026-01-02T03:04:05Z", "emitter_id": "revscore", "error_type": "UnknownSchema",
		"message": fmt.Sprintf("record %s/0@%d: unknown then", createTopic, offset), "raw_event": string(value),
	})
	if err != nil {
		r.t.Fatal(err)
	}
	r.feed(errorTopic, letter)
}

func TestDLQReplayOfWhatIsReadableNow(t *testing.T) {
	r := newRig(t)
	r.cfg.Routes = []score.RouteConfig{{Model: "revid"}}
	value := r.put(page("enwiki", 1))
	r.feed(createTopic, []byte("x"))
	r.forget(createTopic, 1) // the record is gone; the dead letter has it
	r.mended(0, value)
	path := r.file("")
	s := r.start()
	for i, want := range []score.ReportKind{score.KindScore, score.KindDuplicate, score.KindDuplicate} {
		out, err := execute(t, "", "dlq", "replay", "--config", path, "--reason", "UnknownSchema", "--wiki", "enwiki")
		if err != nil || !strings.Contains(out, "its source has it no more: without key") {
			t.Fatalf("%v in\n%s", err, out)
		}
		if rep := s.await(1)[0]; rep.Kind != want || rep.Record.Offset != int64(1+i) {
			t.Errorf("replay %d: %s of %s, want %s", i, rep.Kind, rep.Record.Source, want)
		}
	}
	s.stop()
	if got := r.scores(revidTopic); len(got) != 1 {
		t.Errorf("%d scores of three replays, want 1", len(got))
	}
}

// What was tried in vain is answered by a replay when the wiki is back, once, and without
// what was hidden meanwhile.
func TestDLQReplayOfExhaustedRetries(t *testing.T) {
	const n = 4
	r := newRig(t)
	away := outageRig(t, r, 50*time.Millisecond, 100*time.Millisecond)
	r.cfg.Retry.Table = []retry.Line{{Reasons: []string{"/.*/"}, Attempts: 2, Then: retry.DeadLetter}}
	r.cfg.Routes = []score.RouteConfig{{Model: "reverted"}}
	revs, values := r.edits(7, n)
	for i, value := range values {
		value = with(t, value, map[string]any{"performer": map[string]any{"user_text": fmt.Sprintf("Named%d", i)}})
		rec := &kgo.Record{Topic: createTopic, Key: fmt.Appendf(nil, "key %d", i), Value: value}
		if err := r.client.ProduceSync(t.Context(), rec).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	s := r.start()
	s.awaitKind(score.KindRejected, n)
	away.Store(false)
	r.hide(revs[0].Wiki, revs[0].RevID, dedupe.Hidden{User: true})
	for range 2 {
		out, err := execute(t, "", "dlq", "replay", "--config", r.file(r.withRedis()), "--reason", "RetriesExhausted")
		if err != nil || !strings.Contains(out, fmt.Sprintf("sent: %d; sent before: 0; not replayed: 0; broken: 0", n)) {
			t.Fatalf("%v in\n%s", err, out)
		}
		s.await(n)
	}
	s.stop()
	distinct(t, r.scores(revertedTopic))
	if got := len(r.scores(revertedTopic)); got != n || r.end(errorTopic) != n {
		t.Errorf("%d answers, %d dead letters; want %d of each", got, r.end(errorTopic), n)
	}
	for _, rec := range r.records(createTopic)[n:] {
		var i int
		_, err := fmt.Sscanf(string(rec.Key), "key %d", &i)
		if err != nil || bytes.Contains(rec.Value, []byte("Named0")) || i > 0 && !bytes.Contains(rec.Value, fmt.Appendf(nil, "Named%d", i)) {
			t.Errorf("sent with key %q: %s", rec.Key, rec.Value)
		}
	}
	for _, rec := range r.records(revertedTopic) {
		if bytes.Contains(rec.Value, []byte("Named0")) {
			t.Errorf("a hidden user: %s", rec.Value)
		}
	}
}

func TestDLQListAndShow(t *testing.T) {
	r := newRig(t)
	long := []byte(`{"database":"dewiki","x":"` + strings.Repeat("x", 300_000))
	r.feed(createTopic, []byte("{\"database\":\"enwiki\",\"t\":\"\u009b31m\"}"), []byte("\xff"), long)
	s := r.start()
	s.await(3)
	s.stop()
	cut := r.letters()[2].Meta.ID
	r.feed(errorTopic, []byte(`{"$schema":`))
	path := r.file("")
	list := func(args ...string) []string {
		t.Helper()
		out, err := execute(t, "", append([]string{"dlq", "list", "--config", path}, args...)...)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Split(strings.TrimSpace(out), "\n")[1:]
	}
	rows := list()
	if len(rows) != 4 || !strings.Contains(rows[3], "(broken)") || !strings.Contains(rows[3], errorTopic+"/0@3") {
		t.Errorf("list is\n%s", strings.Join(rows, "\n"))
	}
	if rows = list("--wiki", "dewiki", "--reason", "InvalidJSON"); len(rows) != 2 || !strings.Contains(rows[0], createTopic+"/0@2") {
		t.Errorf("of dewiki is\n%s", strings.Join(rows, "\n"))
	}
	if rows = list("--until", "1h"); len(rows) != 0 {
		t.Errorf("of an hour ago is\n%s", strings.Join(rows, "\n"))
	}
	if rows = list("--since", "1h", "--limit", "1"); len(rows) != 2 || !strings.Contains(rows[1], "more: --limit is 1") {
		t.Errorf("one is\n%s", strings.Join(rows, "\n"))
	}
	for name, want := range map[string]string{
		createTopic + "/0/0":           `\u009b31m`,
		createTopic + "/0@1":           "00000000  ff",
		cut:                            "of 300026 bytes",
		errorTopic + "/0/3":            "broken",
		"00000000-0000-0000-0000-0000": "has no dead letter",
	} {
		out, err := execute(t, "", "dlq", "show", "--config", path, name)
		if err != nil {
			out += err.Error()
		}
		if !strings.Contains(out, want) || strings.Contains(out, "\u009b") {
			t.Errorf("show %s: %.600q has no %q", name, out, want)
		}
	}

	r.forget(createTopic, 3)
	out, err := execute(t, "", "dlq", "replay", "--config", path, "--wiki", "dewiki")
	if err == nil || !strings.Contains(out, "not replayed: holds only the first") || !strings.Contains(out, "not replayed: 1; broken: 1") {
		t.Errorf("replay of a cut one: %v in\n%s", err, out)
	}
}

func TestDLQRefuses(t *testing.T) {
	r := newRig(t)
	path := r.file("")
	for _, c := range []struct {
		path, args, want string
	}{
		{path, "list --wiki=", "--wiki is empty"},
		{path, "list --limit -1", "limit is -1"},
		{path, "list --from 5", `--from is "5", must be PARTITION@OFFSET`},
		{path, "list --from 0@1x", `--from is "0@1x"`},
		{path, "replay --from 0@-1", "from is 0@-1, neither number must be negative"},
		{path, "replay --since yesterday", "--since is \"yesterday\""},
		{path, "replay --since 1h --until 2h", "must be before until"},
		{path, "show", "accepts 1 arg"},
		{path, "drop", "unknown command"},
		{r.file("produce:\n  error_stream: nowhere\n"), "list", "topic nowhere of dead letters (produce.topic_prefix, produce.error_stream) does not exist"},
		{r.file("  source: eventstreams\n"), "replay", "consume.source is eventstreams"},
		{r.file("sinks:\n  avro:\n    files:\n      dir: " + t.TempDir() + "\n  streams:\n    revscore.error: [files]\n"), "list", "goes neither to kafka nor to kafka_avro"},
	} {
		args := append([]string{"dlq"}, strings.Fields(c.args)...)
		if c.args != "drop" {
			args = append(args, "--config", c.path)
		}
		if out, err := execute(t, "", args...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q; printed %s", c.args, err, c.want, out)
		}
	}
}

// A topic made anew with fewer partitions cannot take a record back to where it was;
// another topic than those that are read is not written to.
func TestDLQReplayToAnotherPlace(t *testing.T) {
	r := newRig(t)
	for _, place := range []string{createTopic + "/5@0", "someone.elses/0@0"} {
		letter := fmt.Sprintf(`{"$schema":"/error/2.1.0","meta":{"stream":"s","id":"i","dt":%q},"error_type":"X","message":"record %s: x","raw_event":"{}"}`,
			time.Now().Format(time.RFC3339), place)
		r.feed(errorTopic, []byte(letter))
	}
	out, err := execute(t, "", "dlq", "replay", "--config", r.file(""))
	for _, want := range []string{"has no partition 5", "does not read topic someone.elses", "not replayed: 2"} {
		if err == nil || !strings.Contains(out, want) {
			t.Errorf("%v, no %q in\n%s", err, want, out)
		}
	}
	if r.end(createTopic) != 0 {
		t.Error("something was sent")
	}
}

// Dead letters of transactions end in a control record, which no poll without it
// would reach; those of a transaction that is open are not there yet.
func TestDLQListOfTransactions(t *testing.T) {
	r := transactionRig(t)
	r.feed(createTopic, []byte("bad"))
	s := r.start()
	s.await(1)
	s.stop()
	writer, err := kgo.NewClient(kgo.SeedBrokers(r.kafka.ListenAddrs()...), kgo.TransactionalID("open"))
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	if err := writer.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	if err := writer.ProduceSync(t.Context(), &kgo.Record{Topic: errorTopic, Value: []byte("uncommitted")}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	out, err := execute(t, "", "dlq", "list", "--config", r.file(""))
	if err != nil || strings.Count(out, "\n") != 2 || !strings.Contains(out, createTopic+"/0@0") {
		t.Errorf("%v in\n%s", err, out)
	}
}
