package fetch

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/prometheus/client_golang/prometheus"
)

func TestDefaultConfigIsValid(t *testing.T) {
	if err := DefaultConfig().Validate(); err != nil {
		t.Fatal(err)
	}
	rs, err := compileRoutes(DefaultConfig().Wikis)
	if err != nil {
		t.Fatal(err)
	}
	if api, err := rs.resolve("enwiki", "en.wikipedia.org"); err != nil || api != "https://en.wikipedia.org/w/api.php" {
		t.Errorf("enwiki is at %q, %v", api, err)
	}
}

func TestValidate(t *testing.T) {
	f := func(want string, change func(*Config)) {
		t.Helper()
		cfg := testConfig()
		change(&cfg)
		err := cfg.Validate()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want %q in it", err, want)
		}
		if _, err := New(cfg, prometheus.NewRegistry()); err == nil {
			t.Errorf("New took settings with %q", want)
		}
	}
	wiki := func(match, api string, domains ...string) func(*Config) {
		return func(c *Config) { c.Wikis = []Wiki{{match, api, domains}} }
	}
	f("fetch.user_agent is \"\"", func(c *Config) { c.UserAgent = "" })
	f("fetch.user_agent", func(c *Config) { c.UserAgent = " \t" })
	f("fetch.user_agent", func(c *Config) { c.UserAgent = "a\r\nHost: b" })
	f("fetch.batch_size is 0, must be at least 1", func(c *Config) { c.BatchSize = 0 })
	f("fetch.batch_size is 501", func(c *Config) { c.BatchSize = 501 })
	f("fetch.queue is 1", func(c *Config) { c.Queue = 1 })
	f("fetch.max_lag", func(c *Config) { c.MaxLag = -1 })
	f("fetch.timeout is 0s, must be positive", func(c *Config) { c.Timeout = 0 })
	f("fetch.batch_wait is -1ns, must not be negative", func(c *Config) { c.BatchWait = -1 })
	f("fetch.timeout is 2m0s, must not exceed deadline", func(c *Config) { c.Timeout = 2 * time.Minute })
	f("fetch.retry_min is 1m0s, must not exceed retry_max", func(c *Config) { c.RetryMin = time.Minute })
	f("fetch.max_text_bytes is", func(c *Config) { c.MaxTextBytes = 1 << 40 })
	f("fetch.cache_bytes is -1", func(c *Config) { c.CacheBytes = -1 })
	f("fetch.wikis is empty", func(c *Config) { c.Wikis = nil })
	f("fetch.wikis[0].match", wiki("", testAPI))
	f("fetch.wikis[0].match", wiki("en wiki", testAPI))
	f("has no closing slash", wiki("/enwiki", testAPI))
	f("fetch.wikis[0].match: /(/: ", wiki("/(/", testAPI))
	f(`flag 'g'`, wiki("/a/g", testAPI))
	f("must begin with http", wiki("w", "ftp://a.example/api.php"))
	f("must begin with http", wiki("w", ""))
	f("must name a host", wiki("w", "http:///api.php"))
	f("must be a URL", wiki("w", "http://a b/api.php"))
	f("must not hold a user name", wiki("w", "http://a:b@c.example/api.php"))
	f("must end with the path", wiki("w", "http://c.example/api.php?x=y"))
	f("must end with the path", wiki("w", "http://c.example/api.php#x"))
	f("no placeholders but", wiki("w", "http://c.example/{lang}/api.php"))
	f("domains is empty", wiki("w", "http://{domain}/api.php"))
	f("domains is set", wiki("w", "http://a.example/api.php", "*.example"))
	for _, d := range []string{"*", "", "*.", "a.*.b", "A.example", "a.example:80", "**.example", "*example", "a..b"} {
		f("fetch.wikis[0].domains has", wiki("w", "http://{domain}/api.php", d))
	}
}

func TestValidateReportsAllFaults(t *testing.T) {
	err := Config{}.Validate()
	for _, name := range []string{"wikis", "user_agent", "batch_size", "calls_per_wiki", "queue", "timeout", "deadline", "tries", "max_text_bytes", "cache_for"} {
		if !strings.Contains(err.Error(), "fetch."+name+" is ") {
			t.Errorf("fault of %s is not reported in:\n%v", name, err)
		}
	}
}

func TestConfigFromYAML(t *testing.T) {
	cfg := DefaultConfig()
	err := yaml.Unmarshal([]byte("wikis:\n- match: /wiki$/\n  api: https://{domain}/w/api.php\n  domains: ['*.example']\nbatch_wait: 7ms\ncache_bytes: 0\n"), &cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	if cfg.BatchWait != 7*time.Millisecond || cfg.CacheBytes != 0 || cfg.Tries != DefaultConfig().Tries ||
		len(cfg.Wikis) != 1 || !slices.Equal(cfg.Wikis[0].Domains, []string{"*.example"}) {
		t.Errorf("got %+v", cfg)
	}
}
