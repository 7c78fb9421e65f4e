package consume

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"go.uber.org/zap"
)

// inputs knows which of the topics that are to be read are there and can be read. It
// outlives the sessions of a [Transactor].
//
// Why it asks by itself. The client's own look at the topics comes every five minutes,
// tells nobody of a name that matches nothing, and takes a topic that was deleted and
// made anew for the old one, for good (kgo 1.22, "we do not adopt the new ID").
type inputs struct {
	// immutable
	wanted  []wanted
	all     bool // there is a pattern: brokers must be asked for all topics
	metrics *metrics
	log     *zap.Logger
	nudge   chan struct{} // capacity 1: look now

	mu      sync.Mutex // guards what follows
	first   map[string]topicFacts
	seen    map[string]topicFacts
	missing map[string]string    // why nothing is read for a setting, by what is set
	denied  map[string]time.Time // topics that may not be read, and when brokers last said so
	stale   map[string]bool      // topics that the client has under an id of the past
	renewed map[string]time.Time // when it was told so
	logged  map[string]time.Time // when an error was
}

// wanted is one of the topics of the settings.
type wanted struct {
	set     string // as it is set
	own     bool   // not by consume.topics, but of Config.Own
	name    string // empty for a pattern
	pattern *regexp.Regexp
}

// topicFacts are what is known of a topic that is there.
type topicFacts struct {
	id         [16]byte
	partitions int
}

func newInputs(cfg Config, metrics *metrics, log *zap.Logger) (*inputs, error) {
	in := &inputs{
		metrics: metrics, log: log, nudge: make(chan struct{}, 1),
		missing: map[string]string{}, denied: map[string]time.Time{}, stale: map[string]bool{}, renewed: map[string]time.Time{}, logged: map[string]time.Time{},
	}
	var err error
	in.wanted, err = cfg.wanted()
	in.all = slices.ContainsFunc(in.wanted, func(w wanted) bool { return w.name == "" })
	return in, err
}

// How often brokers are asked for the topics: soon while something is missing or
// denied, else so that a new topic or partition does not wait for long.
const (
	lookSoon = time.Second
	lookIdle = 30 * time.Second
)

// watch looks until ctx is done. It calls anew with topics that are not those that the
// client has, though they have their names.
func (in *inputs) watch(ctx context.Context, client *kgo.Client, anew func(topics []string)) {
	for {
		pause := lookIdle
		topics, err := in.look(ctx, client)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			pause = lookSoon // the client tells of brokers that are away
		case len(topics) > 0:
			anew(topics)
			pause = lookSoon
		case in.troubled():
			in.tryDenied(client)
			pause = lookSoon
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		case <-in.nudge:
		}
	}
}

// again makes watch look now.
func (in *inputs) again() {
	select {
	case in.nudge <- struct{}{}:
	default:
	}
}

// look asks brokers for the topics, and makes the client ask too if there is something
// new. It returns those that were made anew.
func (in *inputs) look(ctx context.Context, client *kgo.Client) (anew []string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	found, refused, err := in.ask(ctx, client)
	if err != nil {
		return nil, err
	}
	in.mu.Lock()
	anew, grown := in.compare(found)
	in.judgeMissing(found, refused)
	in.mu.Unlock()
	if grown {
		client.ForceMetadataRefresh()
	}
	return anew, nil
}

// ask returns the topics that are to be read and are there, and why one that is asked
// for by its name is not.
func (in *inputs) ask(ctx context.Context, client *kgo.Client) (found map[string]topicFacts, refused map[string]error, err error) {
	found, refused = map[string]topicFacts{}, map[string]error{}
	if in.all {
		if err := in.request(ctx, client, nil, found, refused); err != nil {
			return nil, nil, err
		}
	}
	var names []string
	for _, w := range in.wanted {
		if _, ok := found[w.name]; !ok && w.name != "" {
			names = append(names, w.name)
		}
	}
	if len(names) > 0 {
		err = in.request(ctx, client, names, found, refused)
	}
	return found, refused, err
}

// request asks for some topics, or for all if names is nil. It creates none.
func (in *inputs) request(ctx context.Context, client *kgo.Client, names []string, found map[string]topicFacts, refused map[string]error) error {
	req := kmsg.NewPtrMetadataRequest()
	req.AllowAutoTopicCreation = false
	for _, name := range names {
		topic := kmsg.NewMetadataRequestTopic()
		topic.Topic = kmsg.StringPtr(name)
		req.Topics = append(req.Topics, topic)
	}
	resp, err := req.RequestWith(ctx, client)
	if err != nil {
		return fmt.Errorf("ask for topics: %w", err)
	}
	for _, topic := range resp.Topics {
		switch {
		case topic.Topic == nil || topic.IsInternal || !in.wants(*topic.Topic):
		case topic.ErrorCode == kerr.LeaderNotAvailable.Code: // it is being made, or moved
			if was, ok := in.facts(*topic.Topic); ok {
				found[*topic.Topic] = was
			}
		case topic.ErrorCode != 0:
			refused[*topic.Topic] = kerr.ErrorForCode(topic.ErrorCode)
		case len(topic.Partitions) > 0:
			found[*topic.Topic] = topicFacts{topic.TopicID, len(topic.Partitions)}
		}
	}
	return nil
}

func (in *inputs) facts(topic string) (topicFacts, bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	f, ok := in.seen[topic]
	return f, ok
}

func (in *inputs) wants(topic string) bool {
	return slices.ContainsFunc(in.wanted, func(w wanted) bool { return w.pattern.MatchString(topic) })
}

// compare notes what is there now, and logs what has become of what was. Called with mu.
func (in *inputs) compare(found map[string]topicFacts) (anew []string, grown bool) {
	if in.first == nil {
		in.first, in.seen = found, map[string]topicFacts{}
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		now, was := found[name], in.seen[name]
		other := was.partitions > 0 && was.id != now.id
		switch {
		case other || in.stale[name]:
			in.log.Warn("topic was deleted and made anew; it is read from its beginning",
				zap.String("topic", name), zap.Int("partitions", now.partitions), zap.Int("partitions_before", was.partitions))
			anew = append(anew, name)
			in.renewed[name] = time.Now()
		case now.partitions > was.partitions:
			in.log.Info("topic found", zap.String("topic", name), zap.Int("partitions", now.partitions), zap.Int("partitions_before", was.partitions))
			grown = true
		}
		if other {
			delete(in.first, name)
		}
	}
	for name := range in.seen {
		if _, ok := found[name]; !ok {
			in.log.Warn("topic is gone; it is read again when it is back", zap.String("topic", name))
			delete(in.first, name)
		}
	}
	clear(in.stale)
	in.seen = found
	return anew, grown
}

// judgeMissing notes and logs which settings match nothing. Called with mu.
func (in *inputs) judgeMissing(found map[string]topicFacts, refused map[string]error) {
	for _, w := range in.wanted {
		why := "is not there, or this user may not DESCRIBE it; it is read when it is there"
		if w.name == "" {
			why = "matches nothing that is there and that this user may DESCRIBE; what matches is read when it is there"
		}
		if errors.Is(refused[w.name], kerr.TopicAuthorizationFailed) {
			why = "may not be seen: grant the service's user DESCRIBE and READ on it"
		}
		for name := range found {
			if w.pattern.MatchString(name) {
				why = ""
				break
			}
		}
		switch before := in.missing[w.set]; {
		case why == before:
		case why == "":
			in.log.Info("topic is there now", zap.String("topic", w.set))
			delete(in.missing, w.set)
		default:
			in.log.Warn("topic cannot be read", zap.String("topic", w.set), zap.Bool("retry_topic", w.own), zap.String("reason", why))
			in.missing[w.set] = why
		}
	}
	in.metrics.unreadable.Set(float64(len(in.missing) + len(in.denied)))
}

// before reports whether a partition was there when the service began to read.
func (in *inputs) before(tp topicPartition) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	return int(tp.partition) < in.first[tp.topic].partitions
}

// know makes sure that there was a look, and since topics were made that are known to
// the client already.
func (in *inputs) know(ctx context.Context, client *kgo.Client, topics []string) error {
	in.mu.Lock()
	known := in.first != nil
	for _, topic := range topics {
		known = known && in.seen[topic].partitions > 0
	}
	in.mu.Unlock()
	if known {
		return nil
	}
	found, _, err := in.ask(ctx, client)
	if err != nil {
		return err
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	in.compare(found)
	return nil
}

func (in *inputs) troubled() bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	return len(in.missing)+len(in.denied) > 0
}

// Warnings are what is not read though the settings ask for it.
func (in *inputs) Warnings() []string {
	in.mu.Lock()
	defer in.mu.Unlock()
	var out []string
	for _, set := range slices.Sorted(maps.Keys(in.missing)) {
		out = append(out, fmt.Sprintf("topic %s %s", set, in.missing[set]))
	}
	for _, topic := range slices.Sorted(maps.Keys(in.denied)) {
		out = append(out, fmt.Sprintf("topic %s %s", topic, deniedHelp))
	}
	return out
}

// NothingToReadError tells that none of the topics can be read.
type NothingToReadError struct{ Reasons []string }

func (e *NothingToReadError) Error() string {
	return "no topic can be read: " + strings.Join(e.Reasons, "; ")
}

// ready returns a [*NothingToReadError] if there is nothing that can be read.
func (in *inputs) ready() error {
	in.mu.Lock()
	readable := in.first == nil
	for name := range in.seen {
		_, denied := in.denied[name]
		readable = readable || !denied
	}
	in.mu.Unlock()
	if readable {
		return nil
	}
	return &NothingToReadError{in.Warnings()}
}
