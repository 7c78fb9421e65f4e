package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"

	"revscore/internal/dedupe"
)

// cacheConfig is a configuration file for a Redis at an address.
func cacheConfig(t *testing.T, address string) string {
	t.Helper()
	return writeFile(t, "streamer.yaml", fmt.Sprintf("dedupe:\n  redis:\n    addresses: [%q]\n    timeout: 1s\n", address))
}

// cacheWith starts a Redis in which the service remembers, of each of two wikis, two
// revisions by two models in two versions, and that a third revision is gone; and of
// one what is hidden.
func cacheWith(t *testing.T) (*miniredis.Miniredis, string) {
	t.Helper()
	server := miniredis.RunT(t)
	path := cacheConfig(t, server.Addr())
	cfg, err := readConfig(path, noEnvironment)
	if err != nil {
		t.Fatal(err)
	}
	store, err := dedupe.NewRedis(cfg.Dedupe, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, wiki := range []string{"enwiki", "frwiki"} {
		var entries []dedupe.Entry
		for _, model := range []string{"damaging", "goodfaith"} {
			for _, version := range []string{"0.5.0", "0.5.1"} {
				for rev := range int64(2) {
					key := dedupe.Key{Stream: "s", Wiki: wiki, Model: model, Version: version, RevID: rev + 1}
					entries = append(entries, dedupe.Entry{Key: key, Score: []byte(`{"prediction":true,"probability":{"true":1}}`)})
				}
			}
		}
		if err := store.Remember(t.Context(), entries); err != nil {
			t.Fatal(err)
		}
		work, err := store.Begin(t.Context(), []dedupe.Key{{Stream: "s", Wiki: wiki, Model: "damaging", Version: "0.5.1", RevID: 3}})
		if err != nil {
			t.Fatal(err)
		}
		if err := store.End(t.Context(), work.Claim, dedupe.Result{Gone: "TextDeleted"}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := store.Hide(t.Context(), "enwiki", []int64{4}, dedupe.Hidden{Text: true, User: true}); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	return server, path
}

func cacheStatsOf(t *testing.T, path string) (stats dedupe.Stats) {
	t.Helper()
	out, err := execute(t, "", "cache", "stats", "--json", "--config", path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(out[strings.Index(out, "{"):]), &stats); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	return stats
}

func TestCacheStats(t *testing.T) {
	server, path := cacheWith(t)
	// Anybody may write keys; a terminal must not obey their names.
	if err := server.Set("ores:x\x1b[2J:damaging:1:0.5.1", "{}"); err != nil {
		t.Fatal(err)
	}
	out, err := execute(t, "", "cache", "stats", "--config", path)
	if err != nil {
		t.Fatal(err)
	}
	goldenText(t, "cache_stats.txt", strings.ReplaceAll(out, server.Addr(), "ADDRESS"))
	stats := cacheStatsOf(t, path)
	if stats.Scores != 17 || stats.Gone != 2 || stats.Hidden != 1 || stats.Sent != 16 || stats.Claims != 0 || len(stats.Models) != 9 || len(stats.Servers) != 1 {
		t.Errorf("%+v", stats)
	}
}

// What a server tells of itself is shown, and nothing of what it does not.
func TestCacheStatsDescribesServers(t *testing.T) {
	snapshots := "3600 1"
	var out strings.Builder
	err := writeStats(&out, dedupe.Stats{
		Scores: 12,
		Models: []dedupe.ModelStats{{Wiki: "enwiki", Model: "damaging", Version: "0.5.1", Scores: 5}},
		Servers: []dedupe.Server{
			{Address: "a:1"},
			{
				Address: "b:2", Keys: 40, Version: "7.0.15", Role: "master", UsedMemory: 5e6, MaxMemory: 1e8, Policy: "volatile-ttl",
				EvictedKeys: 1, ExpiredKeys: 2, Hits: 3, Misses: 4, AppendOnly: true, Snapshots: &snapshots,
			},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	goldenText(t, "cache_servers.txt", out.String())
}

func TestCachePurge(t *testing.T) {
	for _, tt := range []struct {
		flags              string
		scores, gone, sent int64
	}{
		{"--wiki enwiki", 8, 1, 0},
		{"--wiki enwiki --sent", 8, 1, 8},
		{"--model damaging", 8, 0, 0},
		{"--version 0.5.1 --sent", 8, 0, 8},
		{"--wiki frwiki --model goodfaith --version 0.5.0", 2, 0, 0},
		{"--wiki enwiki --rev 1", 4, 0, 0},
		{"--wiki enwiki --rev 3", 0, 1, 0},
		{"--wiki nowiki", 0, 0, 0},
		{"--wiki *", 0, 0, 0}, // no pattern
		{"--all", 16, 2, 0},
		{"--all --sent", 16, 2, 16},
	} {
		_, path := cacheWith(t)
		out, err := execute(t, "", append([]string{"cache", "purge", "--config", path}, strings.Fields(tt.flags)...)...)
		if want := fmt.Sprintf("deleted: scores %d, negative entries %d, sent-marks %d\n", tt.scores, tt.gone, tt.sent); err != nil || out != want {
			t.Errorf("%s: %v, got %q, want %q", tt.flags, err, out, want)
		}
		left := cacheStatsOf(t, path)
		if left.Scores != 16-tt.scores || left.Gone != 2-tt.gone || left.Hidden != 1 || left.Sent != 16-tt.sent {
			t.Errorf("%s leaves %+v", tt.flags, left)
		}
	}
}

// Nothing is deleted on a command that may not be meant so.
func TestCachePurgeRefuses(t *testing.T) {
	_, path := cacheWith(t)
	for _, tt := range []struct {
		flags []string
		want  string
	}{
		{nil, "--all"},
		{[]string{"--sent"}, "--all"},
		{[]string{"--wiki", "enwiki", "--all"}, "either everything"},
		{[]string{"--rev", "1"}, "needs a wiki"},
		{[]string{"--wiki", "", "--model", "damaging"}, "--wiki is empty"},
		{[]string{"--wiki", "enwiki", "--version="}, "--version is empty"},
		{[]string{"--wiki", "enwiki", "--rev", "0"}, "--rev is 0"},
		{[]string{"--wiki", "enwiki", "--rev", "-4"}, "--rev is -4"},
		{[]string{"enwiki"}, "unknown command"},
	} {
		out, err := execute(t, "", append([]string{"cache", "purge", "--config", path}, tt.flags...)...)
		if err == nil || out != "" || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: %v, want an error with %q; printed %q", tt.flags, err, tt.want, out)
		}
	}
	if left := cacheStatsOf(t, path); left.Scores != 16 || left.Gone != 2 || left.Sent != 16 {
		t.Errorf("what was refused left %+v", left)
	}
}

// interrupted is a store whose purge was broken off.
type interrupted struct {
	dedupe.Keeper
	deleted dedupe.Purged
}

func (s interrupted) Purge(context.Context, dedupe.Filter) (dedupe.Purged, error) {
	return s.deleted, context.Canceled
}

// What an interrupted purge deleted is said, and so is that it was interrupted.
func TestCachePurgeInterrupted(t *testing.T) {
	for want, deleted := range map[string]dedupe.Purged{
		"": {},
		"deleted: scores 3, negative entries 0, sent-marks 1\n": {Scores: 3, Sent: 1},
	} {
		var out strings.Builder
		err := cachePurge(t.Context(), &out, interrupted{deleted: deleted}, dedupe.Filter{All: true})
		if !errors.Is(err, context.Canceled) || out.String() != want {
			t.Errorf("%v, printed %q, want %q", err, out.String(), want)
		}
	}
}

func TestCacheFaults(t *testing.T) {
	away := miniredis.RunT(t)
	address := away.Addr()
	away.Close()
	awayConfig := cacheConfig(t, address)
	guarded := miniredis.RunT(t)
	guarded.RequireAuth("the right one")
	guardedConfig := cacheConfig(t, guarded.Addr())
	t.Setenv("REVSCORE_REDIS_PASSWORD", "hunter2")
	for _, tt := range []struct {
		name, path string
		want       []string
	}{
		{"away", awayConfig, []string{"redis", address, "refused"}},
		{"another password", guardedConfig, []string{"redis", "WRONGPASS"}},
		{"memory only", writeFile(t, "memory.yaml", "dedupe: {prefix: ores}\n"), []string{"memory.yaml", "dedupe.redis.addresses is empty", "own memory"}},
		{"no such file", "no/such.yaml", []string{"no/such.yaml"}},
		{"broken", writeFile(t, "broken.yaml", "dedupe: {prefix: ''}\n"), []string{"dedupe.prefix"}},
	} {
		for _, args := range [][]string{{"stats"}, {"purge", "--wiki", "enwiki"}} {
			out, err := execute(t, "", append(append([]string{"cache"}, args...), "--config", tt.path)...)
			if err == nil {
				t.Errorf("%s: %s prints %q", tt.name, args[0], out)
				continue
			}
			words(t, err.Error(), tt.want...)
			if out != "" || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%s: %s prints %q and says %v", tt.name, args[0], out, err)
			}
		}
	}
	t.Setenv("REVSCORE_REDIS_PASSWORD", "the right one")
	if _, err := execute(t, "", "cache", "stats", "--config", guardedConfig); err != nil {
		t.Errorf("with the password from the environment: %v", err)
	}
}

// What is hidden by hand is what an event would have hidden.
func TestCacheHide(t *testing.T) {
	server, path := cacheWith(t)
	for _, step := range []struct {
		flags, out, entry string
		scores, hidden    int64
	}{
		{"--rev 1 --user --comment", "noted: 1 revisions; deleted: 0\n", "hidden:uc:", 16, 2},
		{"--rev 1,2 --text", "noted: 2 revisions; deleted: 8\n", "hidden:t:", 8, 3},
		{"--rev 1 --nothing", "noted: 1 revisions; deleted: 1\n", "", 8, 2},
	} {
		out, err := execute(t, "", append([]string{"cache", "hide", "--config", path, "--wiki", "enwiki"}, strings.Fields(step.flags)...)...)
		entry, _ := server.Get("revscore:gone:{enwiki:1}") // "" when there is none
		if err != nil || out != step.out || !strings.HasPrefix(entry, step.entry) || step.entry == "" && entry != "" {
			t.Errorf("%s: %v, got %q, and the entry %q", step.flags, err, out, entry)
		}
		if left := cacheStatsOf(t, path); left.Scores != step.scores || left.Hidden != step.hidden {
			t.Errorf("%s leaves %+v", step.flags, left)
		}
	}
}

// Nothing is shown on a command that may not be meant so.
func TestCacheHideRefuses(t *testing.T) {
	_, path := cacheWith(t)
	for flags, want := range map[string]string{
		"--rev 1 --text":                         "--wiki is missing",
		"--wiki enwiki --text":                   "--rev is missing",
		"--wiki enwiki --rev 1,0 --text":         "--rev has 0",
		"--wiki enwiki --rev 1":                  "either what is hidden",
		"--wiki enwiki --rev 1 --text=false":     "either what is hidden",
		"--wiki enwiki --rev 1 --text --nothing": "either what is hidden",
		"--wiki enwiki --rev x --text":           "invalid argument",
	} {
		out, err := execute(t, "", append([]string{"cache", "hide", "--config", path}, strings.Fields(flags)...)...)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s; %s", flags, err, want, out)
		}
	}
	if left := cacheStatsOf(t, path); left.Hidden != 1 || left.Scores != 16 {
		t.Errorf("left are %+v", left)
	}
}
