package main

import (
	"encoding/json"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"revscore/internal/event"
	"revscore/internal/score"
	"revscore/internal/sink"
)

// Streams go where the configuration says, and an event is finished when it is there.
func TestStreamsGoToTheirSinks(t *testing.T) {
	const n = 30
	r := newRig(t)
	dir := t.TempDir()
	r.cfg.Sinks.Avro.Files.Dir = dir
	r.cfg.Sinks.Streams = map[string][]string{revidTopic: {sink.Files}, revertedTopic: {sink.Kafka, sink.Files}}
	if err := r.cfg.Sinks.Validate(); err != nil {
		t.Fatal(err)
	}
	_, values := r.edits(7, n)
	r.feed(createTopic, values...)
	s := r.start()
	s.await(2 * n)
	s.stop()
	if got := len(r.scores(revertedTopic)); got != n {
		t.Errorf("%d events in Kafka, want %d", got, n)
	}
	if got := r.end(revidTopic); got != 0 {
		t.Errorf("%d events in Kafka of a stream that goes to files alone", got)
	}
	for _, stream := range []string{revidTopic, revertedTopic} {
		if got := bytesBelow(t, filepath.Join(dir, ".revscore", "0", stream)); got < n*100 {
			t.Errorf("%d bytes of %s in journals, want %d events", got, stream, n)
		}
	}
}

// Streams of other events beside those of scores, in both ways of delivery: topics are
// made where they are missing, and canaries come in the schema of each.
func TestStreamsOfOtherEvents(t *testing.T) {
	for _, mode := range []string{atLeastOnce, exactlyOnce} {
		t.Run(mode, func(t *testing.T) {
			r := newRig(t)
			r.cfg.Delivery, r.cfg.Consume.Member = mode, "first"
			r.cfg.Routes = append(r.cfg.Routes, score.RouteConfig{Model: "reverted", Output: score.OutputPrediction})
			r.cfg.Produce.Combined = "all.models"
			if err := r.cfg.Validate(); err != nil {
				t.Fatal(err)
			}
			_, values := r.edits(7, 1)
			rev := page("dewiki", 1)
			r.put(rev)
			change := pageChange(t, rev, "edit", "Somebody")
			canary := strings.ReplaceAll(string(change), rev.Domain, "canary")
			r.feed(createTopic, values...)
			r.feed(changeTopic, change, []byte(canary))
			s := r.start()
			s.awaitKinds(map[score.ReportKind]int{score.KindCombined: 2, score.KindCanary: 1})
			s.stop()
			if got := r.records(errorTopic); len(got) > 0 {
				t.Errorf("a dead letter: %s", got[0].Value)
			}
			for topic, want := range map[string][]string{
				"mediawiki.page_reverted_prediction_change.v1": {event.PredictionSchema, event.PredictionSchema},
				"all.models": {event.ScoreSchema, event.ScoreSchema, event.ScoreSchema},
				revidTopic:   {event.ScoreSchema, event.ScoreSchema, event.ScoreSchema},
			} {
				var got []string
				canaries := 0
				for _, rec := range r.records(topic) {
					var doc struct {
						Schema string `json:"$schema"`
						Meta   struct {
							Domain string `json:"domain"`
						} `json:"meta"`
					}
					if err := json.Unmarshal(rec.Value, &doc); err != nil {
						t.Fatal(err)
					}
					got = append(got, doc.Schema)
					if doc.Meta.Domain == "canary" {
						canaries++
					}
				}
				if !slices.Equal(got, want) || canaries != 1 {
					t.Errorf("%s has %q, %d of them canaries", topic, got, canaries)
				}
			}
		})
	}
}

// bytesBelow is the size of all files in a folder.
func bytesBelow(t *testing.T, dir string) (size int64) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			size += info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return size
}

// A stream that is not there is a mistake in its name.
func TestSinksOfNoStream(t *testing.T) {
	r := newRig(t)
	r.cfg.Sinks.Streams = map[string][]string{"mediawiki.revision-score-reverte": {sink.Kafka}}
	s, _ := r.launch()
	if err := s.result(); err == nil || !strings.Contains(err.Error(), "sinks.streams has mediawiki.revision-score-reverte") {
		t.Errorf("got %v", err)
	}
}
