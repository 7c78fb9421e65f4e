package retry

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// Policy is a configuration at work. It is immutable and safe for concurrent use.
type Policy struct {
	delays []time.Duration
	topics []string // of the delays
	lines  []line
}

type line struct {
	reasons  []*regexp.Regexp
	attempts int
	then     Final
}

// New makes the policy of a valid configuration, or nil if that has no stream. topic
// names the topic of a stream.
func New(cfg Config, topic func(stream string) string) *Policy {
	if cfg.Stream == "" {
		return nil
	}
	p := &Policy{delays: slices.Clone(cfg.Delays)}
	for _, d := range cfg.Delays {
		p.topics = append(p.topics, topic(cfg.Stream+"."+Name(d)))
	}
	for _, l := range cfg.Table {
		made := line{attempts: l.Attempts, then: l.Then}
		for _, r := range l.Reasons {
			expr, err := pattern(r)
			if err != nil {
				panic("retry: the configuration was not validated: " + err.Error())
			}
			made.reasons = append(made.reasons, expr)
		}
		p.lines = append(p.lines, made)
	}
	return p
}

// Topics lists the retry topics, the shortest delay first. A nil policy has none.
func (p *Policy) Topics() []string {
	if p == nil {
		return nil
	}
	return slices.Clone(p.topics)
}

// Step is what comes next for an event that failed.
type Step struct {
	// Topic takes the event for its next attempt, which waits for Delay; empty: there
	// is none.
	Topic string
	Delay time.Duration
	// Then is what becomes of the event without a further attempt.
	Then Final
}

// Next decides for an event that failed after so many attempts; the first try, before
// any retry topic, is none. A nil policy tries nothing again.
func (p *Policy) Next(attempts int, reason string) Step {
	if p == nil {
		return Step{Then: ErrorEvent}
	}
	for _, l := range p.lines {
		if !slices.ContainsFunc(l.reasons, func(r *regexp.Regexp) bool { return r.MatchString(reason) }) {
			continue
		}
		// Fewer delays than attempts: the configuration has changed meanwhile.
		if attempts >= min(l.attempts, len(p.delays)) {
			return Step{Then: l.then}
		}
		return Step{Topic: p.topics[attempts], Delay: p.delays[attempts], Then: l.then}
	}
	return Step{Then: ErrorEvent}
}

// Name writes a delay as topics and metrics have it: 1m, 1h30m, 500ms.
func Name(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
