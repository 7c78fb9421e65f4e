package consume

import (
	"strings"
	"testing"
	"time"
)

func TestDefaultTopicsMatchAnyDataCentre(t *testing.T) {
	all, err := DefaultConfig().wanted()
	if err != nil {
		t.Fatal(err)
	}
	re := all[0].pattern
	for topic, want := range map[string]bool{
		"mediawiki.revision-create":                    true,
		"eqiad.mediawiki.revision-create":              true,
		"codfw.mediawiki.revision-create":              true,
		"eqiad.change-prop.mediawiki.revision-create":  false,
		"eqiad.mediawiki.revision-create.retry":        false,
		"eqiadXmediawikiXrevision-create":              false,
		"change-prop.retry.mediawiki.revision-create":  false,
		"eqiad.mediawiki.revision-visibility-change":   false,
		"xeqiad.eqiad.mediawiki.revision-create.x":     false,
		"mediawiki.revision-create\nmediawiki.private": false,
	} {
		if re.MatchString(topic) != want {
			t.Errorf("%q: match %v, want %v", topic, !want, want)
		}
	}
}

func TestLiteralTopicIsNoPattern(t *testing.T) {
	c := DefaultConfig()
	c.Topics = []string{"a.b"}
	c.Own = []string{"/c+/"}
	all, err := c.wanted()
	if err != nil || all[0].pattern.MatchString("aXb") {
		t.Errorf("%v, %v: a dot in a name matched another character", all, err)
	}
	if all[1].pattern.MatchString("cc") || !all[1].pattern.MatchString("/c+/") {
		t.Errorf("a topic of our own is no pattern: %v", all[1])
	}
}

func TestReads(t *testing.T) {
	c := DefaultConfig()
	c.Topics = []string{"a.b", "/c+/"}
	for topic, want := range map[string]bool{"a.b": true, "aXb": false, "cc": true, "ccd": false, "": false} {
		if c.Reads(topic) != want {
			t.Errorf("%q: read %v, want %v", topic, !want, want)
		}
	}
	c.Source = SourceEventStreams
	if c.Reads("a.b") {
		t.Error("a public stream is no topic that one could write to")
	}
}

func TestValidateReportsEveryFault(t *testing.T) {
	c := DefaultConfig()
	if err := c.Validate(); err != nil {
		t.Fatalf("the defaults are invalid: %v", err)
	}
	c.Topics = []string{"/(/"}
	c.Group = ""
	c.Start = "middle"
	c.Window = 0
	c.CommitInterval = 0
	c.MaxAge = -time.Second
	c.DrainTimeout = time.Hour
	err := c.Validate()
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"consume.topics", "consume.group", "consume.start", "consume.window", "consume.commit_interval", "consume.max_age", "consume.drain_timeout"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not named in:\n%v", want, err)
		}
	}
	c = DefaultConfig()
	c.SessionTimeout, c.DrainTimeout = 3*time.Second, time.Second
	if err := c.Validate(); err == nil || !strings.Contains(err.Error(), "consume.session_timeout is 3s") {
		t.Errorf("got %v", err)
	}
	c = DefaultConfig()
	c.Source, c.EventStreams.URL = SourceEventStreams, "file:///etc/passwd"
	if err := c.Validate(); err == nil || !strings.Contains(err.Error(), "eventstreams.url") {
		t.Errorf("got %v", err)
	}
}
