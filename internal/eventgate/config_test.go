package eventgate

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestDefaultsAreValid(t *testing.T) {
	c := DefaultConfig()
	if err := c.Validate(); err != nil || c.Enabled() {
		t.Errorf("enabled %v: %v", c.Enabled(), err)
	}
	c.URL, c.Token, c.TLS.ServerName = "https://gate.example:4492/x/", "t", "gate"
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
	if got := c.endpoint(); got != "https://gate.example:4492/x/v1/events" {
		t.Error(got)
	}
}

// Every fault is told, in one go, with the setting's name and value.
func TestEveryFaultIsTold(t *testing.T) {
	c := Config{
		URL: "http://gate.example/?x", Token: "se\ncret", TLS: TLSConfig{CertFile: "cert.pem"}, UserAgent: " ",
		BatchBytes: 20_000_000, QueueBytes: 1, Linger: -1, Timeout: 2 * time.Second, Deadline: time.Second, RetryMin: 2, RetryMax: 1,
	}
	err := c.Validate()
	if err == nil {
		t.Fatal("valid")
	}
	for _, want := range []string{
		"eventgate.url must have no user, query or fragment", "eventgate.token needs an https url", "eventgate.tls is set, needs an https url",
		"eventgate.token must be a line", `tls.cert_file is "cert.pem"`, `user_agent is " "`, "batch_events is 0", "in_flight is 0", "queue is 0",
		"batch_bytes is 20000000", "queue_bytes is 1", "linger is -1ns", "retry_min is 2ns", "timeout is 2s",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not told in:\n%v", want, err)
		}
	}
	if strings.Contains(err.Error(), "cret") {
		t.Errorf("the token is shown: %v", err)
	}
	for _, url := range []string{"gate.example:80", "ftp://gate.example", "http://", "http://user:secret@gate.example", "http://a b", "http://gate.example/v1/events/"} {
		c := DefaultConfig()
		c.URL = url
		if err := c.Validate(); err == nil || strings.Contains(err.Error(), "secret") || strings.Count(err.Error(), "\n") > 0 {
			t.Errorf("%s: %v", url, err)
		}
	}
	c = DefaultConfig()
	c.Timeout, c.Deadline, c.RetryMin, c.RetryMax, c.BatchBytes = 0, -1, 0, 0, 0
	if err := c.Validate(); err == nil || strings.Count(err.Error(), "must be positive") != 3 || !strings.Contains(err.Error(), "deadline is -1ns, must not be negative") {
		t.Errorf("%v", err)
	}
	c = DefaultConfig()
	c.Token = "s3cret"
	if got := fmt.Sprintf("%v %+v %#v", c, c, c); strings.Contains(got, "s3cret") {
		t.Errorf("the token prints: %s", got)
	}
}
