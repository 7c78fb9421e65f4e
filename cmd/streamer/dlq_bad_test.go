package main

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/zap"

	"revscore/internal/deadletter"
	"revscore/internal/event"
	"revscore/internal/score"
)

// A dead letter that is itself broken, or whose record has nowhere to go, is told with
// what is wrong, and the others are replayed. The exit status says that not all were.
func TestDLQReplayOfBrokenLetters(t *testing.T) {
	r := newRig(t)
	r.cfg.Routes = []score.RouteConfig{{Model: "revid"}}
	good := r.put(page("enwiki", 1))
	letter := func(message, raw string) string {
		return fmt.Sprintf(`{"$schema":"/error/2.1.0","meta":{"stream":%q,"id":"i","dt":"2026-01-02T03:04:05Z"},"error_type":"X","message":%q%s}`, errorTopic, message, raw)
	}
	at := func(offset int) string { return fmt.Sprintf("record %s/0@%d: x", createTopic, offset) }
	whole := fmt.Sprintf(`,"raw_event":%q`, good)
	for _, value := range []string{
		"\xff\x00 no JSON",
		letter(at(1), whole)[:200],
		strings.Replace(letter(at(1), whole), "/error/2.1.0", "/mediawiki/revision/score/3.0.0", 1),
		letter(at(1), ""),
		letter(at(1), `,"raw_event":"base64:not that"`),
		letter(at(1), fmt.Sprintf(`,"raw_event":"base64:%s"`, base64.StdEncoding.EncodeToString(good)[:101])),
		letter("no place", whole),
		letter("record someone.elses/0@0: x", whole),
		letter("record "+createTopic+"/7@0: x", whole),
		letter("record "+changeTopic+".old/0@0: x", whole),
		letter(at(70)+" (raw_event holds the first 5 of 900 bytes)", `,"raw_event":"{\"a\":"`),
		letter(at(2), whole),
	} {
		r.feed(errorTopic, []byte(value))
	}
	r.feed(errorTopic, nil)
	path := writeFile(t, "streamer.yaml", strings.Replace(readText(t, r.file("")), changeTopic+"]", changeTopic+", "+changeTopic+".old]", 1))
	for _, dry := range []string{"--dry-run", "--dry-run=false"} {
		out, err := execute(t, "", "dlq", "replay", "--config", path, dry)
		if err == nil || !strings.Contains(err.Error(), "12 dead letters are not replayed, 8 of them broken") {
			t.Errorf("%s: it ends with %v", dry, err)
		}
		for _, want := range []string{
			errorTopic + "/0@0: broken: no error event", errorTopic + "/0@1: broken: no error event", errorTopic + "/0@2: broken: $schema is",
			errorTopic + "/0@3: broken: meta.id, error_type or raw_event is missing", errorTopic + "/0@4: broken: raw_event begins with base64:",
			errorTopic + "/0@5: broken: raw_event begins with base64:", errorTopic + "/0@6: broken: message \"no place\" names no record",
			"someone.elses/0@0: not replayed: the service does not read topic someone.elses",
			createTopic + "/7@0: not replayed: its place is not there: topic " + createTopic + " has no partition 7 now, it has 1",
			changeTopic + ".old/0@0: not replayed: its place is not there: topic " + changeTopic + ".old does not exist now",
			"/0@70: not replayed: holds only the first 5 of 900 bytes, and its source has it no more",
			errorTopic + "/0@12: broken: the record is empty",
			": 1; sent before: 0; not replayed: 4; broken: 8",
		} {
			if !strings.Contains(out, want) {
				t.Errorf("%s: no %q in\n%s", dry, want, out)
			}
		}
	}
	records := r.records(createTopic)
	if len(records) != 1 || string(records[0].Value) != string(good) {
		t.Errorf("%d records were sent", len(records))
	}
	s := r.start()
	if rep := s.await(1)[0]; rep.Kind != score.KindScore {
		t.Errorf("what was sent became %s", rep.Kind)
	}
	s.stop()
}

// Letters since a time, or from an offset, are read without those before.
func TestDLQReadsFromATimeAndFromAnOffset(t *testing.T) {
	r := newRig(t)
	for i := range 20 {
		at := time.Now().Add(time.Duration(i-20) * time.Hour)
		letter, err := event.EncodeDeadLetter(errorTopic, "e", event.Source{Topic: createTopic, Offset: int64(i)}, []byte("x"), fmt.Errorf("bad"), 10, at)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.client.ProduceSync(t.Context(), &kgo.Record{Topic: errorTopic, Value: letter, Timestamp: at}).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	box, err := newLetterBox(r.cfg, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	defer box.Close()
	for _, c := range []struct {
		start deadletter.Start
		want  int
	}{
		{deadletter.Start{}, 20},
		{deadletter.Start{Since: time.Now().Add(-5*time.Hour - time.Minute)}, 5},
		{deadletter.Start{Offsets: map[int32]int64{0: 18}}, 2},
		{deadletter.Start{Offsets: map[int32]int64{3: 18}}, 20},
		{deadletter.Start{Since: time.Now().Add(-5 * time.Hour), Offsets: map[int32]int64{0: 19}}, 1},
		{deadletter.Start{Since: time.Now()}, 0},
		{deadletter.Start{Offsets: map[int32]int64{0: 99}}, 0},
	} {
		n := 0
		if err := box.Scan(t.Context(), errorTopic, c.start, func(deadletter.Record) error { n++; return nil }); err != nil || n != c.want {
			t.Errorf("%+v: %d records, %v; want %d", c.start, n, err, c.want)
		}
	}
	path := r.file("")
	for args, want := range map[string]int{"--since 5h10m": 5, "--from 0@18": 2, "--from 1@18 --from 0@17": 3, "--since 5h10m --until 3h10m": 2} {
		out, err := execute(t, "", append([]string{"dlq", "list", "--config", path}, strings.Fields(args)...)...)
		if err != nil || strings.Count(out, "\n") != want+1 {
			t.Errorf("%s: %v, want %d letters:\n%s", args, err, want, out)
		}
	}
}

// Dead letters that are Avro are listed and replayed as others; bytes that are none are
// broken ones, and a registry that is away is said, with its setting.
func TestDLQOfAvro(t *testing.T) {
	r := newRig(t)
	registry := r.registry(errorTopic)
	r.cfg.Routes = []score.RouteConfig{{Model: "revid"}}
	s := r.start()
	for _, value := range []string{"one", "two"} {
		r.feed(createTopic, []byte(value))
		s.await(1) // one after the other, so that the letters have this order
	}
	s.stop()
	r.feed(errorTopic, []byte(`{"$schema":"/error/2.1.0"}`), r.records(errorTopic)[0].Value[:20])
	path := r.file(fmt.Sprintf("sinks: {avro: {registry: {urls: [%q], retry_for: 0s}}, streams: {%s: [kafka_avro]}}\n", registry.URL(), errorTopic))
	out, err := execute(t, "", "dlq", "list", "--config", path)
	if err != nil || strings.Count(out, "\n") != 5 || strings.Count(out, "(broken)") != 2 || !strings.Contains(out, "InvalidJSON") {
		t.Errorf("%v in\n%s", err, out)
	}
	if out, err = execute(t, "", "dlq", "show", "--config", path, errorTopic+"/0/1"); err != nil || !strings.Contains(out, "two") {
		t.Errorf("%v in\n%s", err, out)
	}
	out, err = execute(t, "", "dlq", "replay", "--config", path)
	if err == nil || !strings.Contains(out, "sent: 2; sent before: 0; not replayed: 0; broken: 2") || r.end(createTopic) != 4 {
		t.Errorf("%v in\n%s", err, out)
	}
	registry.Intercept(func(w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(http.StatusServiceUnavailable)
		return true
	})
	if out, err = execute(t, "", "dlq", "replay", "--config", path); err == nil || !strings.Contains(err.Error(), errorTopic+"/0@0: ") || r.end(createTopic) != 4 {
		t.Errorf("without its registry: %v in\n%s", err, out)
	}
}
