package retry

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Config says what is tried again, when, and what becomes of it in the end.
type Config struct {
	Stream string          `yaml:"stream" help:"Events to be tried again go to the topics produce.topic_prefix, this name, a dot and the delay, as in revscore.retry.1m, which this service reads as well; empty: none, and what fails for now is an error event at once. Without the source kafka there are none."`
	Delays []time.Duration `yaml:"delays" help:"How long the first, the second and each further attempt waits, increasing; each has a topic."`
	Table  []Line          `yaml:"table" help:"What is tried again how often, and what then; the first line with the reason counts."`
}

// Line is what becomes of failures of some reasons.
type Line struct {
	Reasons  []string `yaml:"reasons" help:"Why the text could not be had: not_replicated, maxlag, readonly, ratelimited, internal_api_error, timeout, connection, invalid_json, broken_body, left_out (the answer does not mention it), no_turn (no call could begin in time), http_503 and other 5xx, http_408, http_425, http_429; or /regular expressions/ (RE2, whole reason)."`
	Attempts int      `yaml:"attempts" help:"How often it is tried again; 0: it is not."`
	Then     Final    `yaml:"then" help:"What comes after the last attempt: error_event in the model's stream, dead_letter, or both."`
}

// Final is what becomes of an event that is not tried again.
type Final string

// All finals.
const (
	ErrorEvent Final = "error_event"
	DeadLetter Final = "dead_letter"
	Both       Final = "both"
)

// Event tells whether consumers get an error event.
func (f Final) Event() bool { return f != DeadLetter }

// Letter tells whether there is a dead letter.
func (f Final) Letter() bool { return f == DeadLetter || f == Both }

// DefaultConfig outlasts an outage of an hour. A revision that is still not there after
// a minute was deleted: replicas lag for seconds.
func DefaultConfig() Config {
	return Config{
		Stream: "revscore.retry",
		Delays: []time.Duration{time.Minute, 10 * time.Minute, time.Hour},
		Table: []Line{
			{Reasons: []string{"not_replicated"}, Attempts: 1, Then: ErrorEvent},
			{Reasons: []string{"/.*/"}, Attempts: 3, Then: ErrorEvent},
		},
	}
}

// minDelay and maxDelay bound a wait: shorter ones are fetch's, and what waits longer
// meets the retention of its topic.
const (
	minDelay = 10 * time.Millisecond
	maxDelay = 7 * 24 * time.Hour
)

// topicName is what Kafka takes.
var topicName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,200}$`)

// Validate reports every fault of the settings. Without a stream they are not used.
func (c Config) Validate() error {
	if c.Stream == "" {
		return nil
	}
	var errs []error
	fault := func(format string, args ...any) { errs = append(errs, fmt.Errorf("retry."+format, args...)) }
	if !topicName.MatchString(c.Stream) {
		fault("stream is %q, must be letters, digits, dots, hyphens and underscores", c.Stream)
	}
	if len(c.Delays) == 0 {
		fault("delays is empty, must have at least one, or retry.stream must be empty")
	}
	for i, d := range c.Delays {
		switch {
		case d < minDelay || d > maxDelay || d%time.Millisecond != 0:
			fault("delays[%d] is %v, must be whole milliseconds from %v to %v", i, d, minDelay, maxDelay)
		case i > 0 && d <= c.Delays[i-1]:
			fault("delays[%d] is %v, must exceed the one before (%v)", i, d, c.Delays[i-1])
		}
	}
	if len(c.Table) == 0 {
		fault("table is empty, must have at least one line, or retry.stream must be empty")
	}
	for i, l := range c.Table {
		l.check(len(c.Delays), func(format string, args ...any) { fault(fmt.Sprintf("table[%d].", i)+format, args...) })
	}
	if len(errs) == 0 {
		errs = c.shadowed()
	}
	return errors.Join(errs...)
}

// shadowed finds what is never reached, since a line above has the same reasons. Whether
// one pattern takes all that another does is only looked at where it takes everything.
func (c Config) shadowed() (errs []error) {
	for i, l := range c.Table {
		for j, above := range c.Table[:i] {
			if slices.ContainsFunc(above.Reasons, everything) {
				errs = append(errs, fmt.Errorf("retry.table[%d] is never reached, must stand before table[%d], which has every reason", i, j))
				break
			}
			for _, r := range l.Reasons {
				if Exact(r) && above.has(r) {
					errs = append(errs, fmt.Errorf("retry.table[%d].reasons has %q, which table[%d] has already: the first line counts", i, r, j))
				}
			}
		}
	}
	return errs
}

func everything(reason string) bool { return reason == "/.*/" || reason == "/.+/" }

// has tells whether a line that was checked names a reason.
func (l Line) has(reason string) bool {
	return slices.ContainsFunc(l.Reasons, func(r string) bool {
		p, err := pattern(r)
		return err == nil && p.MatchString(reason)
	})
}

func (l Line) check(delays int, fault func(format string, args ...any)) {
	if len(l.Reasons) == 0 {
		fault("reasons is empty, must have at least one")
	}
	for _, r := range l.Reasons {
		if _, err := pattern(r); err != nil {
			fault("reasons has %q: %w", r, err)
		}
	}
	if l.Attempts < 0 || l.Attempts > delays {
		fault("attempts is %d, must be from 0 to %d, the number of retry.delays", l.Attempts, delays)
	}
	if !slices.Contains([]Final{ErrorEvent, DeadLetter, Both}, l.Then) {
		fault("then is %q, must be %s, %s or %s", l.Then, ErrorEvent, DeadLetter, Both)
	}
}

// Exact tells a reason of a table from a /pattern/ of reasons.
func Exact(reason string) bool {
	return len(reason) < 2 || !strings.HasPrefix(reason, "/") || !strings.HasSuffix(reason, "/")
}

// pattern matches a reason as a whole.
func pattern(reason string) (*regexp.Regexp, error) {
	if reason == "" {
		return nil, errors.New("it is empty")
	}
	expr := regexp.QuoteMeta(reason)
	if !Exact(reason) {
		expr = reason[1 : len(reason)-1]
		if _, err := regexp.Compile(expr); err != nil {
			return nil, err // which quotes what the user wrote
		}
	}
	return regexp.Compile("^(?:" + expr + ")$")
}
