package retry

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestDefaultIsValid(t *testing.T) {
	if err := DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
}

func TestNext(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Table = []Line{
		{Reasons: []string{"not_replicated"}, Attempts: 1, Then: ErrorEvent},
		{Reasons: []string{"http_503", "/internal_.*|timeout/"}, Attempts: 3, Then: DeadLetter},
		{Reasons: []string{"maxlag"}, Attempts: 0, Then: Both},
	}
	p := New(cfg, func(s string) string { return "eqiad." + s })
	for _, tc := range []struct {
		reason   string
		attempts int
		want     string
	}{
		{"not_replicated", 0, "eqiad.revscore.retry.1m after 1m0s, else error_event"},
		{"not_replicated", 1, "error_event"},
		{"http_503", 0, "eqiad.revscore.retry.1m after 1m0s, else dead_letter"},
		{"http_503", 1, "eqiad.revscore.retry.10m after 10m0s, else dead_letter"},
		{"http_503", 2, "eqiad.revscore.retry.1h after 1h0m0s, else dead_letter"},
		{"http_503", 3, "dead_letter"},
		{"http_503", 9, "dead_letter"},
		{"internal_api_error", 2, "eqiad.revscore.retry.1h after 1h0m0s, else dead_letter"},
		{"timeout", 3, "dead_letter"},
		{"a_timeout", 0, "error_event"}, // the whole reason must match
		{"httpX503", 0, "error_event"},
		{"maxlag", 0, "both"},
		{"readonly", 0, "error_event"}, // no line
	} {
		step := p.Next(tc.attempts, tc.reason)
		got := string(step.Then)
		if step.Topic != "" {
			got = fmt.Sprintf("%s after %v, else %s", step.Topic, step.Delay, step.Then)
		}
		if got != tc.want {
			t.Errorf("%s after %d attempts: %s, want %s", tc.reason, tc.attempts, got, tc.want)
		}
	}
	if got := strings.Join(p.Topics(), " "); got != "eqiad.revscore.retry.1m eqiad.revscore.retry.10m eqiad.revscore.retry.1h" {
		t.Errorf("topics %s", got)
	}
}

// A record of a longer list of delays comes to a service that has a shorter one.
func TestNextAfterDelaysWereTakenAway(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Delays = cfg.Delays[:1]
	if step := New(cfg, func(s string) string { return s }).Next(2, "timeout"); step.Topic != "" || step.Then != ErrorEvent {
		t.Errorf("got %+v", step)
	}
}

func TestNoStreamIsNoPolicy(t *testing.T) {
	p := New(Config{}, nil)
	if p != nil || p.Topics() != nil || p.Next(0, "timeout") != (Step{Then: ErrorEvent}) {
		t.Errorf("got %v", p)
	}
	if err := (Config{Delays: []time.Duration{-1}}).Validate(); err != nil {
		t.Errorf("what is not used has faults: %v", err)
	}
}

func TestFinal(t *testing.T) {
	for f, want := range map[Final][2]bool{ErrorEvent: {true, false}, DeadLetter: {false, true}, Both: {true, true}} {
		if got := [2]bool{f.Event(), f.Letter()}; got != want {
			t.Errorf("%s: event and letter are %v, want %v", f, got, want)
		}
	}
}

func TestName(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Minute: "1m", 10 * time.Minute: "10m", time.Hour: "1h", 90 * time.Minute: "1h30m", 24 * time.Hour: "24h",
		30 * time.Second: "30s", 90 * time.Second: "1m30s", 100 * time.Second: "1m40s", time.Hour + time.Second: "1h0m1s",
		500 * time.Millisecond: "500ms", 1500 * time.Millisecond: "1.5s", 10 * time.Hour: "10h", 100 * time.Hour: "100h",
	} {
		if got := Name(d); got != want || !topicName.MatchString(got) {
			t.Errorf("%v is called %s, want %s", d, got, want)
		}
		if back, err := time.ParseDuration(Name(d)); err != nil || back != d {
			t.Errorf("%v reads back as %v, %v", d, back, err)
		}
	}
}

func TestFaults(t *testing.T) {
	for _, tc := range []struct {
		change func(*Config)
		want   []string
	}{
		{func(c *Config) { c.Stream = "a b" }, []string{`retry.stream is "a b", must be letters`}},
		{func(c *Config) { c.Delays = nil }, []string{
			"retry.delays is empty", "retry.table[0].attempts is 1, must be from 0 to 0", "retry.table[1].attempts is 3",
		}},
		{func(c *Config) { c.Delays[1] = time.Second }, []string{"retry.delays[1] is 1s, must exceed the one before (1m0s)"}},
		{func(c *Config) { c.Delays[0] = 1500 * time.Microsecond }, []string{"retry.delays[0] is 1.5ms, must be whole milliseconds"}},
		{func(c *Config) { c.Delays[2] = 1000 * time.Hour }, []string{"retry.delays[2] is 1000h0m0s"}},
		{func(c *Config) { c.Table = nil }, []string{"retry.table is empty"}},
		{func(c *Config) { c.Table[0] = Line{Reasons: []string{"", "/(/"}, Attempts: 4} }, []string{
			`retry.table[0].reasons has "": it is empty`, `retry.table[0].reasons has "/(/"`, "retry.table[0].attempts is 4, must be from 0 to 3", `retry.table[0].then is "", must be error_event`,
		}},
		{func(c *Config) { c.Table[0].Reasons = []string{"/[)/"} }, []string{"retry.table[0].reasons has \"/[)/\": error parsing regexp: missing closing ]: `[)`"}},
		{func(c *Config) { slices.Reverse(c.Table) }, []string{"retry.table[1] is never reached, must stand before table[0], which has every reason"}},
		{func(c *Config) {
			c.Table[0].Reasons = []string{"/http_50[0-9]/", "maxlag"}
			c.Table[1].Reasons = []string{"http_503", "maxlag", "http_500x", "/http_5.*/"}
		}, []string{`retry.table[1].reasons has "http_503", which table[0] has already`, `retry.table[1].reasons has "maxlag", which table[0]`}},
		{func(c *Config) { c.Table[1].Reasons, c.Table[1].Then = nil, "never" }, []string{"retry.table[1].reasons is empty", `retry.table[1].then is "never"`}},
	} {
		cfg := DefaultConfig()
		tc.change(&cfg)
		var got []string
		if err := cfg.Validate(); err != nil {
			got = strings.Split(err.Error(), "\n")
		}
		if !slices.EqualFunc(got, tc.want, strings.HasPrefix) {
			t.Errorf("faults\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tc.want, "\n"))
		}
	}
}
