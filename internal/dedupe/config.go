package dedupe

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"revscore/internal/secret"
)

// Config sets the score cache and the marks of sent events.
type Config struct {
	Prefix      string        `yaml:"prefix" help:"First part of a score's key in Redis; the one of ORES is ores."`
	ScoreTTL    time.Duration `yaml:"score_ttl" help:"How long a score is kept; a new model version does not read old ones in any case."`
	SentTTL     time.Duration `yaml:"sent_ttl" help:"How long it is remembered that an event was sent; at least as long as a record may be redelivered."`
	NegativeTTL time.Duration `yaml:"negative_ttl" help:"How long it is remembered that a revision or its text is gone, in which time the wiki is not asked again."`
	HiddenTTL   time.Duration `yaml:"hidden_ttl" help:"How long it is remembered that a text, user or comment was hidden, so that no event made again shows it; sent_ttl at least."`
	TTLJitter   float64       `yaml:"ttl_jitter" help:"Part of score_ttl and negative_ttl, 0 to 0.9, by which lifetimes are shortened at random, so that what was written together does not expire together."`
	Claim       ClaimConfig   `yaml:"claim" help:"How processes keep from working on one revision at once."`
	Memory      MemoryConfig  `yaml:"memory" help:"What this process keeps in memory, with or without Redis."`
	Redis       RedisConfig   `yaml:"redis" help:"The store shared by all processes; without an address each process remembers only what it sent itself."`
}

// ClaimConfig says how long a claim lasts and is waited for.
type ClaimConfig struct {
	TTL  time.Duration `yaml:"ttl" help:"How long a claim outlives a process that crashed; it is renewed while the work goes on, and lasts six times redis.timeout at least; 0: no claims."`
	Wait time.Duration `yaml:"wait" help:"Longest wait for a revision that another process works on; then both do; 0: no wait."`
}

// MemoryConfig bounds the memory of one process.
type MemoryConfig struct {
	Entries int   `yaml:"entries" help:"Most marks kept, and most scores kept; the longest unused go first."`
	Bytes   int64 `yaml:"bytes" help:"Most bytes of marks kept, and most bytes of scores kept, each with its bookkeeping."`
}

// RedisConfig says where Redis is and how it is spoken to.
type RedisConfig struct {
	Addresses        []string      `yaml:"addresses" help:"Redis server as host:port, or several sentinels or cluster nodes; empty: no Redis."`
	MasterName       string        `yaml:"master_name" help:"Name of the master that the sentinels at the addresses watch; empty: no sentinels."`
	Cluster          bool          `yaml:"cluster" help:"Whether the addresses are nodes of a Redis Cluster."`
	Username         string        `yaml:"username" env:"REVSCORE_REDIS_USERNAME" help:"User of the server's access control list; empty: the default user."`
	Password         secret.Value  `yaml:"password" env:"REVSCORE_REDIS_PASSWORD" help:"Password of the server; never printed."`
	SentinelUsername string        `yaml:"sentinel_username" env:"REVSCORE_SENTINEL_USERNAME" help:"User of the sentinels."`
	SentinelPassword secret.Value  `yaml:"sentinel_password" env:"REVSCORE_SENTINEL_PASSWORD" help:"Password of the sentinels; never printed."`
	DB               int           `yaml:"db" help:"Number of the database; a cluster has only 0."`
	TLS              TLSConfig     `yaml:"tls" help:"Encryption of the connections."`
	Timeout          time.Duration `yaml:"timeout" help:"Longest wait for one request to Redis; a call that had to queue waits at most twice that."`
	DialTimeout      time.Duration `yaml:"dial_timeout" help:"Longest time to set up a connection."`
	PoolSize         int           `yaml:"pool_size" help:"Most connections, of a cluster most connections per node; at least two per collector."`
	Batch            int           `yaml:"batch" help:"Most calls merged into one request."`
	Collectors       int           `yaml:"collectors" help:"Requests in flight at once, for lookups and for writes each."`
	BreakerFailures  int           `yaml:"breaker_failures" help:"Failed calls in a row after which Redis is left alone."`
	BreakerOpen      time.Duration `yaml:"breaker_open" help:"How long Redis is left alone before one call tries it again."`
}

// TLSConfig sets the encryption of connections to Redis.
type TLSConfig struct {
	Enabled    bool   `yaml:"enabled" help:"Whether connections are encrypted."`
	CAFile     string `yaml:"ca_file" help:"PEM file of the authorities that may sign the server's certificate; empty: those of the system."`
	CertFile   string `yaml:"cert_file" help:"PEM file of this client's certificate, with those that lead to its authority; empty: none is shown."`
	KeyFile    string `yaml:"key_file" help:"PEM file of the key of cert_file."`
	ServerName string `yaml:"server_name" help:"Name the server's certificate must have; empty: the host of the address."`
}

// DefaultConfig works without Redis. The score's lifetime is that of ORES,
// sixteen years; Redis evicts by its own policy long before.
func DefaultConfig() Config {
	return Config{
		Prefix:      "ores",
		ScoreTTL:    16 * 365 * 24 * time.Hour,
		SentTTL:     7 * 24 * time.Hour,
		NegativeTTL: 10 * time.Minute,
		HiddenTTL:   30 * 24 * time.Hour,
		TTLJitter:   0.1,
		// A wait beyond the lifetime sees a crash through.
		Claim:  ClaimConfig{TTL: 10 * time.Second, Wait: 15 * time.Second},
		Memory: MemoryConfig{Entries: 100_000, Bytes: 64 << 20},
		Redis: RedisConfig{
			Timeout:     250 * time.Millisecond,
			DialTimeout: time.Second,
			PoolSize:    8,
			// A whole window of events in two requests: with 256, calls queued for
			// longer than the timeout on a busy machine, and Redis was taken for dead.
			Batch:           1024,
			Collectors:      2,
			BreakerFailures: 5,
			BreakerOpen:     2 * time.Second,
		},
	}
}

// Enabled reports whether there is a Redis to use.
func (c RedisConfig) Enabled() bool { return len(c.Addresses) > 0 }

// Validate reports every fault of the settings.
func (c Config) Validate() error {
	var f faults
	f.prefix("dedupe.prefix", c.Prefix)
	// Redis counts lifetimes in milliseconds; a shorter one would be "SET … PX 0".
	f.check(c.ScoreTTL >= time.Millisecond, "dedupe.score_ttl is %v, must be at least 1ms", c.ScoreTTL)
	f.check(c.SentTTL >= time.Millisecond, "dedupe.sent_ttl is %v, must be at least 1ms", c.SentTTL)
	f.check(c.NegativeTTL >= time.Millisecond, "dedupe.negative_ttl is %v, must be at least 1ms", c.NegativeTTL)
	f.check(c.HiddenTTL >= time.Millisecond, "dedupe.hidden_ttl is %v, must be at least 1ms", c.HiddenTTL)
	f.check(c.TTLJitter >= 0 && c.TTLJitter <= 0.9, "dedupe.ttl_jitter is %v, must be 0 to 0.9", c.TTLJitter)
	f.claim(c)
	f.check(c.Memory.Entries > 0, "dedupe.memory.entries is %d, must be positive", c.Memory.Entries)
	f.check(c.Memory.Bytes >= minMemoryBytes, "dedupe.memory.bytes is %d, must be at least %d", c.Memory.Bytes, minMemoryBytes)
	if c.Redis.Enabled() {
		f.redis(c.Redis)
	}
	return errors.Join(f...)
}

// minMemoryBytes leaves room for the largest score there may be.
const minMemoryBytes = 2 * maxScoreBytes

type faults []error

func (f *faults) check(ok bool, format string, args ...any) {
	if !ok {
		*f = append(*f, fmt.Errorf(format, args...))
	}
}

func (f *faults) prefix(name, v string) {
	f.check(v != "", "%s is empty, must not be", name)
	f.check(!strings.ContainsFunc(v, func(r rune) bool { return r <= ' ' || r > '~' || r == ':' || r == '%' }),
		"%s is %q, must be printable ASCII without space, ':' and '%%'", name, v)
	f.check(v != "revscore", "%s is %q, which is where the marks are", name, v)
	f.check(len(v) <= maxPart, "%s has %d bytes, must have at most %d", name, len(v), maxPart)
}

func (f *faults) claim(c Config) {
	f.check(c.Claim.TTL == 0 || c.Claim.TTL >= minClaimTTL, "dedupe.claim.ttl is %v, must be 0 or at least %v", c.Claim.TTL, minClaimTTL)
	f.check(c.Claim.Wait >= 0, "dedupe.claim.wait is %v, must not be negative", c.Claim.Wait)
}

// resolved lets a claim outlast the requests that renew it, each of which may wait
// for twice the timeout. A file that has a long timeout and knows nothing of claims
// must stay valid.
func (c Config) resolved() Config {
	if c.Redis.Enabled() && c.Claim.TTL > 0 {
		c.Claim.TTL = max(c.Claim.TTL, 6*c.Redis.Timeout)
	}
	return c
}

// hiddenTTL outlasts the marks: what they no longer suppress must not show what was
// hidden. A file that has a long sent_ttl and knows nothing of this stays valid.
func (c Config) hiddenTTL() time.Duration { return max(c.HiddenTTL, c.SentTTL) }

const minClaimTTL = 100 * time.Millisecond

func (f *faults) redis(c RedisConfig) {
	for i, a := range c.Addresses {
		// A URL may hold a password, so the value is not shown.
		host, port, err := net.SplitHostPort(a)
		f.check(err == nil && host != "" && port != "" && !strings.ContainsAny(a, "@/"),
			"dedupe.redis.addresses[%d] must be host:port", i)
	}
	f.check(len(c.Addresses) == 1 || c.Cluster || c.MasterName != "",
		"dedupe.redis.addresses has %d entries, which needs dedupe.redis.cluster or dedupe.redis.master_name", len(c.Addresses))
	f.check(!c.Cluster || c.MasterName == "", "dedupe.redis.master_name is %q, must be empty with dedupe.redis.cluster", c.MasterName)
	f.check(!c.Cluster || c.DB == 0, "dedupe.redis.db is %d, must be 0 with dedupe.redis.cluster", c.DB)
	f.check(c.DB >= 0, "dedupe.redis.db is %d, must not be negative", c.DB)
	f.check(c.TLS.Enabled || c.TLS.CAFile == "", "dedupe.redis.tls.ca_file is %q, needs dedupe.redis.tls.enabled", c.TLS.CAFile)
	f.check(c.TLS.Enabled || c.TLS.CertFile == "", "dedupe.redis.tls.cert_file is %q, needs dedupe.redis.tls.enabled", c.TLS.CertFile)
	f.check((c.TLS.CertFile == "") == (c.TLS.KeyFile == ""), "dedupe.redis.tls.key_file is %q with dedupe.redis.tls.cert_file %q, must be set together", c.TLS.KeyFile, c.TLS.CertFile)
	f.check(c.TLS.Enabled || c.TLS.ServerName == "", "dedupe.redis.tls.server_name is %q, needs dedupe.redis.tls.enabled", c.TLS.ServerName)
	f.check(c.Timeout > 0, "dedupe.redis.timeout is %v, must be positive", c.Timeout)
	f.check(c.DialTimeout > 0, "dedupe.redis.dial_timeout is %v, must be positive", c.DialTimeout)
	f.check(c.Batch > 0 && c.Batch <= maxBatch, "dedupe.redis.batch is %d, must be 1 to %d", c.Batch, maxBatch)
	f.check(c.Collectors > 0 && c.Collectors <= maxCollectors, "dedupe.redis.collectors is %d, must be 1 to %d", c.Collectors, maxCollectors)
	f.check(c.PoolSize >= 2*c.Collectors, "dedupe.redis.pool_size is %d, must be at least twice dedupe.redis.collectors (%d)", c.PoolSize, c.Collectors)
	f.check(c.BreakerFailures > 0, "dedupe.redis.breaker_failures is %d, must be positive", c.BreakerFailures)
	f.check(c.BreakerOpen > 0, "dedupe.redis.breaker_open is %v, must be positive", c.BreakerOpen)
}

// Bounds on what a request may hold and on requests in flight; beyond them the
// answer gets slower and not cheaper.
const (
	maxBatch      = 4096
	maxCollectors = 64
)
