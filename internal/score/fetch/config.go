package fetch

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Config of the client.
type Config struct {
	Wikis []Wiki `yaml:"wikis" help:"Which wikis are served and where their APIs are; the first entry that matches counts."`

	UserAgent string `yaml:"user_agent" help:"User-Agent of all calls; say who runs this and how to reach you."`

	BatchSize    int           `yaml:"batch_size" help:"Revisions in one call at most; the API allows 50, or 500 to bots."`
	BatchWait    time.Duration `yaml:"batch_wait" help:"How long a revision waits for others to share its call."`
	CallsPerWiki int           `yaml:"calls_per_wiki" help:"Calls to one API at once."`
	Queue        int           `yaml:"queue" help:"Revisions of one API asked for and not answered yet; callers beyond it wait."`
	MaxLag       int           `yaml:"max_lag" help:"Seconds of replication lag beyond which the wiki is asked to refuse calls; 0 sends no limit."`

	Timeout  time.Duration `yaml:"timeout" help:"How long one call may take."`
	Deadline time.Duration `yaml:"deadline" help:"How long one revision is tried for; no call begins later."`
	Tries    int           `yaml:"tries" help:"Failed calls after which a revision is given up before the deadline."`
	RetryMin time.Duration `yaml:"retry_min" help:"First pause after a failed call; the following double."`
	RetryMax time.Duration `yaml:"retry_max" help:"Longest pause after a failed call, unless the wiki asks for more."`

	FreshFor   time.Duration `yaml:"fresh_for" help:"Age up to which a missing revision may be one that is not replicated yet."`
	FreshTries int           `yaml:"fresh_tries" help:"How often such a revision is asked for again."`

	MaxTextBytes     int64         `yaml:"max_text_bytes" help:"Longest text that is scored, in bytes."`
	MaxResponseBytes int64         `yaml:"max_response_bytes" help:"Longest answer that is read, in bytes after decompression."`
	CacheBytes       int64         `yaml:"cache_bytes" help:"Memory for texts that were fetched, in bytes; 0 keeps none."`
	CacheFor         time.Duration `yaml:"cache_for" help:"How long a fetched text may be used; one hidden in between is used until then, or until visibility.topics say so."`
}

// Wiki says where the API of one or many wikis is.
type Wiki struct {
	Match   string   `yaml:"match" help:"Database name, or /regular expression/ as in JavaScript (add ^ and $ to match whole names)."`
	API     string   `yaml:"api" help:"URL of api.php; {wiki} becomes the database name and {domain} the event's domain."`
	Domains []string `yaml:"domains" help:"Domains that {domain} may become: host names, or *.suffix for all below it."`
}

// DefaultConfig asks Wikimedia's public APIs. 128 MiB of cache hold some five
// hundred long pages with their tokens, so that the parent of an edit is
// nearly always at hand when its page is edited twice in a row.
func DefaultConfig() Config {
	return Config{
		Wikis: []Wiki{{
			Match: `/^[a-z0-9_]+$/`,
			API:   "https://{domain}/w/api.php",
			Domains: []string{
				"*.wikipedia.org", "*.wiktionary.org", "*.wikibooks.org", "*.wikinews.org", "*.wikiquote.org",
				"*.wikisource.org", "*.wikiversity.org", "*.wikivoyage.org", "*.wikidata.org", "*.wikimedia.org", "*.mediawiki.org",
			},
		}},
		UserAgent:        "revscore/1.0 (https://www.mediawiki.org/wiki/ORES)",
		BatchSize:        50,
		BatchWait:        5 * time.Millisecond,
		CallsPerWiki:     2,
		Queue:            500,
		MaxLag:           5,
		Timeout:          10 * time.Second,
		Deadline:         time.Minute,
		Tries:            10,
		RetryMin:         500 * time.Millisecond,
		RetryMax:         15 * time.Second,
		FreshFor:         time.Minute,
		FreshTries:       5,
		MaxTextBytes:     8 << 20,
		MaxResponseBytes: 64 << 20,
		CacheBytes:       128 << 20,
		CacheFor:         15 * time.Minute,
	}
}

// maxTextBytes is what a wikitext.Document can address.
const maxTextBytes = 1<<32 - 1

// Validate reports every fault of the settings.
func (c Config) Validate() error {
	var errs []error
	fault := func(format string, args ...any) { errs = append(errs, fmt.Errorf("fetch."+format, args...)) }
	if len(c.Wikis) == 0 {
		fault("wikis is empty, must name at least one wiki")
	}
	if _, err := compileRoutes(c.Wikis); err != nil {
		errs = append(errs, err)
	}
	if strings.TrimSpace(c.UserAgent) == "" || strings.ContainsFunc(c.UserAgent, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		fault("user_agent is %q, must be a line of text", c.UserAgent)
	}
	c.validateNumbers(fault)
	if c.RetryMin > c.RetryMax {
		fault("retry_min is %v, must not exceed retry_max, which is %v", c.RetryMin, c.RetryMax)
	}
	if c.Timeout > c.Deadline {
		fault("timeout is %v, must not exceed deadline, which is %v", c.Timeout, c.Deadline)
	}
	if c.MaxTextBytes > c.MaxResponseBytes || c.MaxTextBytes > maxTextBytes {
		fault("max_text_bytes is %d, must not exceed max_response_bytes, which is %d, nor %d", c.MaxTextBytes, c.MaxResponseBytes, int64(maxTextBytes))
	}
	return errors.Join(errs...)
}

func (c Config) validateNumbers(fault func(string, ...any)) {
	for _, n := range []struct {
		name          string
		value, lowest int64
	}{
		{"batch_size", int64(c.BatchSize), 1},
		{"calls_per_wiki", int64(c.CallsPerWiki), 1},
		{"queue", int64(c.Queue), 2}, // a revision and its parent enter together
		{"max_lag", int64(c.MaxLag), 0},
		{"tries", int64(c.Tries), 1},
		{"fresh_tries", int64(c.FreshTries), 0},
		{"max_text_bytes", c.MaxTextBytes, 1},
		{"max_response_bytes", c.MaxResponseBytes, 1},
		{"cache_bytes", c.CacheBytes, 0},
	} {
		if n.value < n.lowest {
			fault("%s is %d, must be at least %d", n.name, n.value, n.lowest)
		}
	}
	if c.BatchSize > 500 {
		fault("batch_size is %d, must not exceed 500, the API's limit", c.BatchSize)
	}
	for _, d := range []struct {
		name  string
		value time.Duration
		zero  bool // allowed
	}{
		{"batch_wait", c.BatchWait, true},
		{"timeout", c.Timeout, false},
		{"deadline", c.Deadline, false},
		{"retry_min", c.RetryMin, false},
		{"retry_max", c.RetryMax, false},
		{"fresh_for", c.FreshFor, true},
		{"cache_for", c.CacheFor, false},
	} {
		switch {
		case d.value < 0:
			fault("%s is %v, must not be negative", d.name, d.value)
		case d.value == 0 && !d.zero:
			fault("%s is %v, must be positive", d.name, d.value)
		}
	}
}
