package dedupe

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2/server"
)

// What a server's answers to INFO and CONFIG GET mean for the marks. Every case
// starts from a server that nothing is wrong with.
func TestServerWarnings(t *testing.T) {
	const good = "redis_version:7.0.15\r\nrole:master\r\nmaxmemory:1000000\r\nmaxmemory_policy:volatile-ttl\r\n" +
		"evicted_keys:0\r\naof_enabled:1\r\ncluster_enabled:0\r\n"
	snapshots := func(s string) *string { return &s }
	tests := []struct {
		name     string
		old, new string // in INFO
		save     *string
		config   func(*Config)
		want     []string
	}{
		{name: "good"},
		{name: "lru", old: "volatile-ttl", new: "allkeys-lru"},
		{name: "snapshots", old: "aof_enabled:1", new: "aof_enabled:0", save: snapshots("3600 1")},
		{name: "may not be asked for snapshots", old: "aof_enabled:1", new: "aof_enabled:0"},
		{name: "silent", old: good, want: []string{"INFO"}},
		{name: "old", old: "7.0.15", new: "5.0.7", want: []string{"version 5.0.7"}},
		{name: "replica", old: "role:master", new: "role:slave", want: []string{"replica"}},
		{name: "unbounded", old: "maxmemory:1000000", new: "maxmemory:0", want: []string{"no maxmemory"}},
		{name: "noeviction", old: "volatile-ttl", new: "noeviction", want: []string{"noeviction"}},
		{name: "random", old: "volatile-ttl", new: "allkeys-random", want: []string{"newest marks"}},
		{name: "lfu", old: "volatile-ttl", new: "volatile-lfu", want: []string{"newest marks"}},
		{name: "evicted", old: "evicted_keys:0", new: "evicted_keys:7", want: []string{"evicted 7 keys"}},
		{name: "volatile", old: "aof_enabled:1", new: "aof_enabled:0", save: snapshots(""), want: []string{"disk"}},
		{name: "scores live longer", config: func(c *Config) { c.ScoreTTL = 2 * c.SentTTL }, want: []string{"marks before scores"}},
		{name: "a cluster", old: "cluster_enabled:0", new: "cluster_enabled:1", want: []string{"dedupe.redis.cluster is false"}},
		{name: "no cluster", config: func(c *Config) { c.Redis.Cluster = true }, want: []string{"dedupe.redis.cluster is true"}},
		{name: "several", old: "evicted_keys:0\r\naof_enabled:1", new: "evicted_keys:7\r\naof_enabled:0", save: snapshots(""), want: []string{"evicted", "disk"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := testConfig("")
			c.ScoreTTL = c.SentTTL
			if tt.config != nil {
				tt.config(&c)
			}
			info := good
			if tt.old != "" {
				if !strings.Contains(good, tt.old) {
					t.Fatalf("%q is not there to be replaced", tt.old)
				}
				info = strings.Replace(good, tt.old, tt.new, 1)
			}
			s := Server{Snapshots: tt.save}
			s.read(info)
			got := s.warnings(c)
			if len(got) != len(tt.want) {
				t.Fatalf("warnings %q, want %d", got, len(tt.want))
			}
			for i, want := range tt.want {
				if !strings.Contains(got[i], want) {
					t.Errorf("warning %q, want one of %q", got[i], want)
				}
			}
		})
	}
}

// Over the wire: a server that answers, one that does not let its user ask, one
// that is away, and no server at all.
func TestCheck(t *testing.T) {
	ctx := context.Background()
	srv := mini(t)
	srv.Server().SetPreHook(func(c *server.Peer, cmd string, args ...string) bool {
		switch {
		case cmd == "INFO":
			c.WriteBulk("# Memory\r\nredis_version:7.0.15\r\nmaxmemory:5\r\nmaxmemory_policy:noeviction\r\n")
		case cmd == "CONFIG" && len(args) == 2 && args[1] == "save":
			c.WriteStrings([]string{"save", ""})
		default:
			return false
		}
		return true
	})
	g := newTestGuarded(t, testConfig(srv.Addr()), Options{})
	warnings, err := g.Check(ctx)
	if err != nil || len(warnings) != 2 || !strings.HasPrefix(warnings[0], "redis "+srv.Addr()+" has maxmemory-policy noeviction") {
		t.Errorf("warnings %q: %v", warnings, err)
	}
	stats, err := g.Stats(ctx)
	if err != nil || len(stats.Servers) != 1 || stats.Servers[0].MaxMemory != 5 || stats.Servers[0].Address != srv.Addr() {
		t.Errorf("stats %+v: %v", stats, err)
	}

	srv.Server().SetPreHook(refuse("INFO"))
	if warnings, err := g.Check(ctx); err != nil || len(warnings) != 1 || !strings.Contains(warnings[0], "INFO") {
		t.Errorf("from a server that may not be asked: %q, %v", warnings, err)
	}
	srv.Close()
	if _, err := g.Check(ctx); err == nil || !strings.HasPrefix(err.Error(), "check redis: ") {
		t.Errorf("from a server that is away: %v", err)
	}
	if warnings, err := newTestGuarded(t, testConfig(""), Options{}).Check(ctx); warnings != nil || err != nil {
		t.Errorf("without a server: %q, %v", warnings, err)
	}
}

// A purge or a forgetting that fails in the middle says so, and what it did.
func TestKeeperErrors(t *testing.T) {
	srv := mini(t)
	s := newTestRedis(t, testConfig(srv.Addr()))
	remember(t, s, key(1), someScore)
	srv.Server().SetPreHook(refuse("UNLINK"))
	if n, err := s.Forget(context.Background(), "enwiki", []int64{1}); n != 0 || err == nil || !strings.HasPrefix(err.Error(), "forget 1 revisions of enwiki in redis: ") {
		t.Errorf("forget: %d, %v", n, err)
	}
	if p, err := s.Purge(context.Background(), Filter{Wiki: "enwiki"}); p.Total() != 0 || err == nil || !strings.HasPrefix(err.Error(), "purge redis: ") {
		t.Errorf("purge: %+v, %v", p, err)
	}
	srv.Server().SetPreHook(refuse("SCAN"))
	if _, err := s.Stats(context.Background()); err == nil || !strings.Contains(err.Error(), "scan redis "+srv.Addr()) {
		t.Errorf("stats: %v", err)
	}
}

// Scores of a model are found by whoever forgets, also when the announcement of
// another process was evicted: it is repeated.
func TestModelsAreAnnouncedAgain(t *testing.T) {
	var m models
	k, now := key(1), time.Now()
	if !m.due(&k, now) {
		t.Error("a new model is not announced")
	}
	m.announced(&k, now)
	if m.due(&k, now.Add(announceEvery-1)) || !m.due(&k, now.Add(announceEvery)) {
		t.Error("an announcement is repeated at the wrong time")
	}
	if got := m.of("enwiki"); len(got) != 1 || got[0].Model != k.Model || got[0].Version != k.Version {
		t.Errorf("the models of enwiki are %+v", got)
	}
	k.Version = "next"
	if !m.due(&k, now) {
		t.Error("a new version is not announced")
	}
}
