package main

import (
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

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
