package visibility

import (
	"errors"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
)

// anew knows of topics that were deleted and made anew under the reader. The client takes
// such a topic for the old one, for good (kgo 1.22, "we do not adopt the new ID"): it
// would tell of nothing that is hidden from then on.
type anew struct {
	ids     map[string]kadm.TopicID
	stale   map[string]bool      // brokers do not know what the client calls by these names
	renewed map[string]time.Time // when the client was told to begin anew
}

// renewedRest is how long a topic is left alone after that: what was fetched before may
// still say that it is not known.
const renewedRest = 5 * time.Second

// outdated notes an error of a topic, and reports whether it is worth a look.
func (a *anew) outdated(topic string, err error) bool {
	if topic == "" || !errors.Is(err, kerr.UnknownTopicID) && !errors.Is(err, kerr.UnknownTopicOrPartition) {
		return false
	}
	if time.Since(a.renewed[topic]) < renewedRest {
		return false
	}
	if a.stale == nil {
		a.stale = map[string]bool{}
	}
	a.stale[topic] = true
	return true
}

// compare returns the topics that are not those that the client reads. Of others that
// are missing nothing can be said until they are back.
func (a *anew) compare(found kadm.TopicDetails) (topics []string) {
	if a.ids == nil {
		a.ids, a.renewed = map[string]kadm.TopicID{}, map[string]time.Time{}
	}
	for name, topic := range found {
		was, known := a.ids[name]
		if known && was != topic.ID || a.stale[name] {
			topics = append(topics, name)
			a.renewed[name] = time.Now()
			delete(a.stale, name)
		}
		a.ids[name] = topic.ID
	}
	return topics
}

// begin makes the client read topics from the lookback on, as at the start. What it has
// read of the topics that had their names has been applied, or waits in pending.
func (r *Reader) begin(topics []string) {
	if len(topics) == 0 {
		return
	}
	for _, topic := range topics {
		for p := range r.positions {
			if p.topic == topic {
				delete(r.positions, p)
			}
		}
		for p := range r.goals {
			if p.topic == topic {
				delete(r.goals, p)
			}
		}
	}
	r.client.PurgeTopicsFromConsuming(topics...)
	r.client.ForceMetadataRefresh()
}
