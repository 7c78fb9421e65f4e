package eventgate

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"revscore/internal/secret"
)

// Config of the sink.
type Config struct {
	URL       string       `yaml:"url" help:"Where EventGate is, e.g. https://eventgate.example:4492; /v1/events is put behind it. Empty: no EventGate."`
	Hasty     bool         `yaml:"hasty" help:"Ask for an answer before events are validated and produced: faster, and what the gate then refuses or drops is lost without a word."`
	Token     secret.Value `yaml:"token" env:"REVSCORE_EVENTGATE_TOKEN" help:"Bearer token of each request; never printed. Needs https."`
	TLS       TLSConfig    `yaml:"tls" help:"Certificates, for an https URL."`
	UserAgent string       `yaml:"user_agent" help:"User-Agent of all requests."`

	BatchEvents int           `yaml:"batch_events" help:"Most events in one request."`
	BatchBytes  int           `yaml:"batch_bytes" help:"Most bytes in one request, hence also of one event; what the gate finds too large is sent in smaller ones."`
	Linger      time.Duration `yaml:"linger" help:"How long an event may wait for others to share its request."`
	InFlight    int           `yaml:"in_flight" help:"Requests at once."`
	Queue       int           `yaml:"queue" help:"Events taken and not answered yet; the pipeline waits beyond it."`
	QueueBytes  int           `yaml:"queue_bytes" help:"Bytes of such events; the pipeline waits beyond it."`

	Timeout  time.Duration `yaml:"timeout" help:"How long the gate may take to answer one request; a gate whose broker is gone never does. A gate that has taken nothing for as long is reported as away."`
	Deadline time.Duration `yaml:"deadline" help:"How long one event is tried for, after which the service ends with an error; 0: as long as it takes, while the consumer waits."`
	RetryMin time.Duration `yaml:"retry_min" help:"First pause after a failure; the following double."`
	RetryMax time.Duration `yaml:"retry_max" help:"Longest pause after a failure, unless the gate asks for more."`
}

// TLSConfig says whom to trust and who we are.
type TLSConfig struct {
	CAFile     string `yaml:"ca_file" help:"PEM file of the authorities that may sign the gate's certificate; empty: those of the system."`
	CertFile   string `yaml:"cert_file" help:"PEM file of the certificate by which the gate knows this client; read again for each connection."`
	KeyFile    string `yaml:"key_file" help:"PEM file of that certificate's key."`
	ServerName string `yaml:"server_name" help:"Name the gate's certificate must have; empty: the host of the URL."`
}

// DefaultConfig has no gate, and waits for one as for a broker. At 500 events/s a request carries a few events and
// costs the gate's own 10 ms of linger; under load requests fill.
func DefaultConfig() Config {
	return Config{
		UserAgent:   "revscore/1.0 (https://www.mediawiki.org/wiki/ORES)",
		BatchEvents: 500,
		BatchBytes:  4_000_000,
		Linger:      5 * time.Millisecond,
		InFlight:    8,
		Queue:       10_000,
		QueueBytes:  64 << 20,
		Timeout:     15 * time.Second,
		RetryMin:    100 * time.Millisecond,
		RetryMax:    10 * time.Second,
	}
}

// maxRequest is the largest body that Wikimedia's gates take, 10 MB.
const maxRequest = 10_000_000

// Enabled reports whether there is a gate to use.
func (c Config) Enabled() bool { return c.URL != "" }

// Validate reports every fault of the settings.
func (c Config) Validate() error {
	var errs []error
	fault := func(format string, args ...any) { errs = append(errs, fmt.Errorf("eventgate."+format, args...)) }
	c.validateTarget(fault)
	if strings.TrimSpace(c.UserAgent) == "" || !isLine(c.UserAgent) {
		fault("user_agent is %q, must be a line of text", c.UserAgent)
	}
	for _, n := range []struct {
		name         string
		value, least int
	}{
		{"batch_events", c.BatchEvents, 1},
		{"batch_bytes", c.BatchBytes, 1024},
		{"in_flight", c.InFlight, 1},
		{"queue", c.Queue, 1},
	} {
		if n.value < n.least {
			fault("%s is %d, must be at least %d", n.name, n.value, n.least)
		}
	}
	if c.BatchBytes > maxRequest {
		fault("batch_bytes is %d, must not exceed %d, what gates take", c.BatchBytes, maxRequest)
	}
	if c.QueueBytes < c.BatchBytes {
		fault("queue_bytes is %d, must be at least batch_bytes, which is %d", c.QueueBytes, c.BatchBytes)
	}
	c.validateTimes(fault)
	return errors.Join(errs...)
}

// validateTarget keeps values that may hold a password out of its sentences.
func (c Config) validateTarget(fault func(string, ...any)) {
	u, err := url.Parse(c.URL)
	secure := err == nil && u.Scheme == "https"
	if c.Enabled() {
		switch {
		case err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https"):
			fault("url must be http://host or https://host, with port and path if need be")
			secure = true // or else: the faults below would only repeat this one
		case u.User != nil || u.RawQuery != "" || u.Fragment != "":
			fault("url must have no user, query or fragment; credentials belong into eventgate.token")
		case strings.HasSuffix(c.endpoint(), eventsPath+eventsPath):
			fault("url ends in %s, must not: it is put behind it", eventsPath)
		}
		if !secure && c.Token != "" {
			fault("token needs an https url, must not travel in the open")
		}
		if !secure && c.TLS != (TLSConfig{}) {
			fault("tls is set, needs an https url")
		}
	}
	if !isLine(string(c.Token)) {
		fault("token must be a line of printable text")
	}
	if (c.TLS.CertFile == "") != (c.TLS.KeyFile == "") {
		fault("tls.cert_file is %q and tls.key_file is %q, must be given together", c.TLS.CertFile, c.TLS.KeyFile)
	}
}

func (c Config) validateTimes(fault func(string, ...any)) {
	if c.Linger < 0 {
		fault("linger is %v, must not be negative", c.Linger)
	}
	for _, d := range []struct {
		name  string
		value time.Duration
	}{{"timeout", c.Timeout}, {"retry_min", c.RetryMin}, {"retry_max", c.RetryMax}} {
		if d.value <= 0 {
			fault("%s is %v, must be positive", d.name, d.value)
		}
	}
	if c.RetryMin > c.RetryMax {
		fault("retry_min is %v, must not exceed retry_max, which is %v", c.RetryMin, c.RetryMax)
	}
	switch {
	case c.Deadline < 0:
		fault("deadline is %v, must not be negative", c.Deadline)
	case c.Deadline == 0:
	case c.Timeout > c.Deadline:
		fault("timeout is %v, must not exceed deadline, which is %v", c.Timeout, c.Deadline)
	case c.Linger >= c.Deadline:
		fault("linger is %v, must be below deadline, which is %v", c.Linger, c.Deadline)
	}
}

// isLine reports whether s can stand in a header.
func isLine(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}

// eventsPath is where a gate takes events.
const eventsPath = "/v1/events"

// endpoint is where events are posted.
func (c Config) endpoint() string {
	target := strings.TrimRight(c.URL, "/") + eventsPath
	if c.Hasty {
		target += "?hasty=true"
	}
	return target
}

// header is that of every request.
func (c Config) header() http.Header {
	h := http.Header{"Content-Type": {"application/json"}, "User-Agent": {c.UserAgent}}
	if c.Token != "" {
		h.Set("Authorization", "Bearer "+string(c.Token))
	}
	return h
}
