package visibility

import (
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"revscore/internal/dedupe"
)

// A topic that is deleted and made anew, with fewer partitions and so with other offsets,
// is read from its beginning; the client by itself would never read it.
func TestReaderTopicMadeAnew(t *testing.T) {
	w := newWorld(t)
	for rev := range int64(4) {
		w.hide(rev+1, time.Minute, everything)
	}
	r := w.start()
	if err := w.kafka.DeleteTopic(visibilityTopic); err != nil {
		t.Fatal(err)
	}
	if err := w.kafka.CreateTopic(visibilityTopic, 1, nil); err != nil {
		t.Fatal(err)
	}
	var err error
	if w.client, err = kgo.NewClient(kgo.SeedBrokers(w.kafka.ListenAddrs()...)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.client.Close)
	w.hide(20, 0, dedupe.Hidden{User: true})
	w.await("what the new topic says", func() bool { return w.hidden[enwiki(20)].User })
	w.hide(21, 0, dedupe.Hidden{User: true})
	w.await("what it says later", func() bool { return w.hidden[enwiki(21)].User })
	r.Close() // its state is the test's now
	if r.positions[partition{visibilityTopic, 0}] != 2 || len(r.goals) != 0 {
		t.Errorf("positions %v, goals %v", r.positions, r.goals)
	}
}
