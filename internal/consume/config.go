package consume

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Where records come from.
const (
	SourceKafka        = "kafka"
	SourceEventStreams = "eventstreams"
)

// Config of the consuming stage.
type Config struct {
	Source string   `yaml:"source" help:"Where events come from: kafka, or eventstreams for a public SSE server."`
	Topics []string `yaml:"topics" help:"Topics to read: exact names, or /regular expressions/ (RE2, whole name)."`
	Group  string   `yaml:"group" help:"Kafka consumer group; instances of one group share the partitions."`
	Member string   `yaml:"member" help:"Name of this instance in the group, different for each (static membership): after a crash the restarted instance has its partitions back at once instead of after session_timeout. Empty: a new member at each start."`
	Own    []string `yaml:"-" help:"Retry topics: read as well, by their exact names, and where the group has no offset from the beginning, whatever start says."`
	Start  string   `yaml:"start" help:"Where a group without committed offsets begins: latest or earliest."`
	Window int      `yaml:"window" help:"Events in flight per partition; also how many more may be queued. With exactly_once twice as many, of which half wait for their commit."`

	CommitInterval time.Duration `yaml:"commit_interval" help:"How often finished offsets are committed."`
	DrainTimeout   time.Duration `yaml:"drain_timeout" help:"How long events in flight may take to finish on a rebalance or a stop."`
	SessionTimeout time.Duration `yaml:"session_timeout" help:"How long the group waits for a silent instance before it gives its partitions away."`
	MaxAge         time.Duration `yaml:"max_age" help:"Revisions older than this are skipped and counted; 0 scores any age."`

	EventStreams EventStreamsConfig `yaml:"eventstreams" help:"Settings of the eventstreams source."`
}

// EventStreamsConfig is used when the source is eventstreams.
type EventStreamsConfig struct {
	URL       string        `yaml:"url" help:"Address of the stream, stream names included."`
	StateFile string        `yaml:"state_file" help:"File that remembers the position across restarts; empty starts at the newest event."`
	Retry     time.Duration `yaml:"retry" help:"Longest pause before a lost connection is opened again."`
}

// DefaultConfig reads revision-create with any data-centre prefix.
func DefaultConfig() Config {
	return Config{
		Source:         SourceKafka,
		Topics:         []string{`/(\w+\.)?mediawiki\.revision-create/`},
		Group:          "revscore",
		Start:          "latest",
		Window:         2048,
		CommitInterval: 500 * time.Millisecond,
		DrainTimeout:   20 * time.Second,
		SessionTimeout: 45 * time.Second,
		EventStreams: EventStreamsConfig{
			URL:   "https://stream.wikimedia.org/v2/stream/mediawiki.page_change.v1",
			Retry: 30 * time.Second,
		},
	}
}

// minSession is Kafka's default of group.min.session.timeout.ms.
const minSession = 6 * time.Second

// Validate reports every fault of the settings.
func (c Config) Validate() error {
	var errs []error
	fault := func(format string, args ...any) { errs = append(errs, fmt.Errorf("consume."+format, args...)) }
	switch c.Source {
	case SourceKafka:
		if len(c.Topics) == 0 {
			fault("topics is empty, must name at least one topic")
		}
		if c.Group == "" {
			fault("group is empty, must name the consumer group")
		}
	case SourceEventStreams:
		if u, err := url.Parse(c.EventStreams.URL); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			fault("eventstreams.url is %q, must be an http or https address", c.EventStreams.URL)
		}
		if c.EventStreams.Retry <= 0 {
			fault("eventstreams.retry is %v, must be positive", c.EventStreams.Retry)
		}
	default:
		fault("source is %q, must be %s or %s", c.Source, SourceKafka, SourceEventStreams)
	}
	if _, err := c.wanted(); err != nil {
		errs = append(errs, err)
	}
	if c.Start != "latest" && c.Start != "earliest" {
		fault("start is %q, must be latest or earliest", c.Start)
	}
	if c.Window < 1 || c.Window > 1<<20 {
		fault("window is %d, must be between 1 and %d", c.Window, 1<<20)
	}
	for _, d := range []struct {
		name  string
		value time.Duration
	}{{"commit_interval", c.CommitInterval}, {"drain_timeout", c.DrainTimeout}, {"session_timeout", c.SessionTimeout}} {
		if d.value <= 0 {
			fault("%s is %v, must be positive", d.name, d.value)
		}
	}
	if c.CommitInterval > 0 && c.CommitInterval < 100*time.Millisecond {
		fault("commit_interval is %v, must be at least 100ms", c.CommitInterval) // the client's own bound
	}
	if c.MaxAge < 0 {
		fault("max_age is %v, must not be negative", c.MaxAge)
	}
	if c.SessionTimeout > 0 && c.SessionTimeout < minSession {
		fault("session_timeout is %v, must be at least %v, a broker's own bound", c.SessionTimeout, minSession)
	}
	if c.DrainTimeout >= c.SessionTimeout {
		fault("drain_timeout is %v, must be less than session_timeout (%v): a slower drain loses the partition anyway", c.DrainTimeout, c.SessionTimeout)
	}
	return errors.Join(errs...)
}

// TopicPatterns reads the topics of a setting, exact names and /regular expressions/, as
// expressions on whole names.
func TopicPatterns(setting string, topics []string) ([]string, error) {
	var out []string
	var errs []error
	for _, t := range topics {
		w, err := readTopic(t)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s has %q: %w", setting, t, err))
			continue
		}
		out = append(out, w.pattern.String())
	}
	return out, errors.Join(errs...)
}

// readTopic reads one topic: a literal name is quoted, for the client subscribes to
// expressions.
func readTopic(t string) (wanted, error) {
	w := wanted{set: t, name: t}
	pattern := regexp.QuoteMeta(t)
	if len(t) > 1 && strings.HasPrefix(t, "/") && strings.HasSuffix(t, "/") {
		w.name, pattern = "", t[1:len(t)-1]
	}
	var err error
	w.pattern, err = regexp.Compile("^(?:" + pattern + ")$")
	return w, err
}

// wanted returns the topics that are to be read.
func (c Config) wanted() ([]wanted, error) {
	var out []wanted
	var errs []error
	for _, t := range c.Topics {
		w, err := readTopic(t)
		if err != nil {
			errs = append(errs, fmt.Errorf("consume.topics has %q: %w", t, err))
			continue
		}
		out = append(out, w)
	}
	for _, t := range c.Own {
		out = append(out, wanted{set: t, own: true, name: t, pattern: regexp.MustCompile("^(?:" + regexp.QuoteMeta(t) + ")$")})
	}
	return out, errors.Join(errs...)
}

// Reads reports whether events of a Kafka topic are consumed.
func (c Config) Reads(topic string) bool {
	all, err := c.wanted()
	if err != nil || c.Source != SourceKafka {
		return false
	}
	return slices.ContainsFunc(all, func(w wanted) bool { return w.pattern.MatchString(topic) })
}
