package dedupe

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"revscore/internal/secret"
)

func TestDefaultConfig(t *testing.T) {
	c := DefaultConfig()
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
	if c.Redis.Enabled() {
		t.Error("Redis is on without an address")
	}
	c.Redis.Addresses = []string{"redis.example:6379"}
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
	if c.ScoreTTL.Seconds() != 60*60*24*365*16 {
		t.Errorf("score_ttl is %v, ORES has 16 years", c.ScoreTTL)
	}
}

// Every fault is reported, by the name of its setting.
func TestValidate(t *testing.T) {
	tests := map[string]struct {
		change func(*Config)
		want   []string
	}{
		"all at once": {func(c *Config) {
			*c = Config{Redis: RedisConfig{Addresses: []string{"x"}}}
		}, []string{"dedupe.prefix", "dedupe.score_ttl", "dedupe.sent_ttl", "dedupe.negative_ttl", "dedupe.hidden_ttl", "dedupe.memory.entries", "dedupe.memory.bytes",
			"dedupe.redis.addresses[0]", "dedupe.redis.timeout", "dedupe.redis.dial_timeout", "dedupe.redis.batch",
			"dedupe.redis.collectors", "dedupe.redis.breaker_failures", "dedupe.redis.breaker_open"}},
		"prefix of marks":   {func(c *Config) { c.Prefix = "revscore" }, []string{"dedupe.prefix"}},
		"prefix with colon": {func(c *Config) { c.Prefix = "a:b" }, []string{"dedupe.prefix"}},
		"long prefix":       {func(c *Config) { c.Prefix = strings.Repeat("x", 200) }, []string{"dedupe.prefix"}},
		"lifetime of 1ns":   {func(c *Config) { c.SentTTL = 1 }, []string{"dedupe.sent_ttl"}},
		"many addresses":    {func(c *Config) { c.Redis.Addresses = []string{"a:1", "b:1"} }, []string{"dedupe.redis.addresses"}},
		"cluster with sentinel": {func(c *Config) {
			c.Redis.Cluster, c.Redis.MasterName, c.Redis.DB = true, "m", 1
		}, []string{"dedupe.redis.master_name", "dedupe.redis.db"}},
		"claims": {func(c *Config) { c.Claim = ClaimConfig{TTL: time.Millisecond, Wait: -1} },
			[]string{"dedupe.claim.ttl", "dedupe.claim.wait"}},
		"jitter":      {func(c *Config) { c.TTLJitter = 1 }, []string{"dedupe.ttl_jitter"}},
		"no negative": {func(c *Config) { c.NegativeTTL = 0 }, []string{"dedupe.negative_ttl"}},
		"certificate alone": {func(c *Config) { c.Redis.TLS.CertFile = "f" },
			[]string{"dedupe.redis.tls.cert_file", "dedupe.redis.tls.key_file"}},
		"negative db":     {func(c *Config) { c.Redis.DB = -1 }, []string{"dedupe.redis.db"}},
		"tls not enabled": {func(c *Config) { c.Redis.TLS.CAFile, c.Redis.TLS.ServerName = "f", "n" }, []string{"dedupe.redis.tls.ca_file", "dedupe.redis.tls.server_name"}},
		"small pool":      {func(c *Config) { c.Redis.PoolSize = 3 }, []string{"dedupe.redis.pool_size"}},
		"too many":        {func(c *Config) { c.Redis.Batch, c.Redis.Collectors = 1e6, 1e6 }, []string{"dedupe.redis.batch", "dedupe.redis.collectors", "dedupe.redis.pool_size"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := DefaultConfig()
			c.Redis.Addresses = []string{"127.0.0.1:6379"}
			tt.change(&c)
			err := c.Validate()
			if err == nil {
				t.Fatal("no fault found")
			}
			lines := strings.Split(err.Error(), "\n")
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want+" ") {
					t.Errorf("%s is missing in:\n%v", want, err)
				}
			}
			if len(lines) != len(tt.want) {
				t.Errorf("%d faults, want %d:\n%v", len(lines), len(tt.want), err)
			}
		})
	}
}

func TestSecretNeverPrints(t *testing.T) {
	c := DefaultConfig()
	c.Redis.Password, c.Redis.SentinelPassword = "hunter2", "hunter2"
	c.Redis.Addresses = []string{"redis://user:hunter2@host:6379"}
	outputs := map[string]string{"Validate": c.Validate().Error()}
	c.Redis.Addresses = nil
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T %[1]v"} {
		outputs[verb] = fmt.Sprintf(verb, c)
		outputs[verb+" alone"] = fmt.Sprintf(verb, c.Redis.Password)
	}
	if b, err := json.Marshal(c); err != nil {
		t.Error(err)
	} else {
		outputs["json"] = string(b)
	}
	if b, err := yaml.Marshal(c); err != nil {
		t.Error(err)
	} else {
		outputs["yaml"] = string(b)
	}
	for how, out := range outputs {
		if strings.Contains(out, "hunter2") || strings.Contains(out, "68756e74657232") || strings.Contains(out, "104 117 110") {
			t.Errorf("%s shows the password: %s", how, out)
		}
	}
	if got := secret.Value("").String(); got != "" {
		t.Errorf("no password prints as %q", got)
	}
}

func TestConfigFromYAML(t *testing.T) {
	c := DefaultConfig()
	const text = `
prefix: scores
sent_ttl: 48h
memory: {entries: 5}
redis:
  addresses: ["a:1", "b:2"]
  master_name: m
  password: hunter2
  timeout: 100ms
  tls: {enabled: true}
`
	if err := yaml.UnmarshalWithOptions([]byte(text), &c, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	if c.Prefix != "scores" || c.SentTTL != 48*time.Hour || c.Memory.Entries != 5 || c.Redis.Password != "hunter2" ||
		c.Redis.Timeout != 100*time.Millisecond || !c.Redis.TLS.Enabled || len(c.Redis.Addresses) != 2 || c.Redis.PoolSize != DefaultConfig().Redis.PoolSize {
		t.Errorf("read %+v", c)
	}
}

// The reference documentation is made of these tags.
func TestEverySettingHasHelp(t *testing.T) {
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		for f := range typ.Fields() {
			if f.Tag.Get("yaml") == "" || !strings.HasSuffix(f.Tag.Get("help"), ".") {
				t.Errorf("%s.%s has tag %q", typ, f.Name, f.Tag)
			}
			if f.Type.Kind() == reflect.Struct {
				walk(f.Type)
			}
		}
	}
	walk(reflect.TypeFor[Config]())
}

// Files from before there were claims may have any timeout.
func TestClaimOutlastsItsRenewals(t *testing.T) {
	c := testConfig("localhost:6379")
	c.Redis.Timeout, c.Claim.TTL = 5*time.Second, 10*time.Second
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
	if got := c.resolved().Claim.TTL; got != 30*time.Second {
		t.Errorf("a claim lasts %v", got)
	}
	c.Claim.TTL = 0
	if got := c.resolved().Claim.TTL; got != 0 {
		t.Errorf("no claim lasts %v", got)
	}
}
