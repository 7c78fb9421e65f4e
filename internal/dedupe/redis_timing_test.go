package dedupe

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// BenchmarkRedis is what the pipeline does for one event of three models: one Begin
// of three unknown keys, one End with three entries; and the same without claims, and
// of one model. REVSCORE_TEST_REDIS=host:port measures a real server, and its processor
// time; without it miniredis takes most of the time.
func BenchmarkRedis(b *testing.B) {
	b.Run("one model/callers=2048", func(b *testing.B) { benchModels(b, benchRedis(b, nil), 2048, "revid") })
	for _, callers := range []int{1, 16, 256} {
		b.Run("coalesced/callers="+strconv.Itoa(callers), func(b *testing.B) {
			s := benchRedis(b, nil)
			benchStore(b, s, callers)
		})
		b.Run("no claims/callers="+strconv.Itoa(callers), func(b *testing.B) {
			benchStore(b, plain{benchRedis(b, nil)}, callers)
		})
		b.Run("naive/callers="+strconv.Itoa(callers), func(b *testing.B) {
			benchStore(b, plain{naive{benchRedis(b, nil)}}, callers)
		})
	}
	for _, collectors := range []int{1, 2, 4, 8} {
		b.Run("collectors="+strconv.Itoa(collectors), func(b *testing.B) {
			benchStore(b, benchRedis(b, func(c *Config) { c.Redis.Collectors = collectors; c.Redis.PoolSize = 2 * collectors }), 256)
		})
	}
}

func BenchmarkGuarded(b *testing.B) {
	c := benchConfig(b, nil)
	s, err := New(c, Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	benchStore(b, s, 256)
}

func BenchmarkMemory(b *testing.B) {
	for _, callers := range []int{1, 256} {
		b.Run("callers="+strconv.Itoa(callers), func(b *testing.B) {
			benchStore(b, NewMemory(DefaultConfig(), nil), callers)
		})
	}
}

func benchStore(b *testing.B, s Store, callers int) {
	benchModels(b, s, callers, "damaging", "goodfaith", "articlequality")
}

func benchModels(b *testing.B, s Store, callers int, models ...string) {
	ctx := context.Background()
	score := []byte(`{"prediction":false,"probability":{"false":0.9718282,"true":0.0281718}}`)
	var next atomic.Int64
	var wg sync.WaitGroup
	b.ReportAllocs()
	used, served := cpu(b), serverCPU(b)
	b.ResetTimer()
	for range callers {
		wg.Go(func() {
			keys, entries := make([]Key, len(models)), make([]Entry, len(models))
			for {
				n := next.Add(1)
				if n > int64(b.N) {
					return
				}
				for i, m := range models {
					keys[i] = Key{Stream: "mediawiki.revision_score_damaging", Wiki: "enwiki", Model: m, Version: "0.5.1", RevID: 1_000_000_000 + n}
					entries[i] = Entry{Key: keys[i], Score: score}
				}
				w, err := s.Begin(ctx, keys)
				if err != nil {
					b.Error(err)
					return
				}
				if err := s.End(ctx, w.Claim, Result{Entries: entries}); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric((cpu(b)-used).Seconds()*1e6/float64(b.N), "cpu-µs/op")
	if testRedis() != "" {
		b.ReportMetric((serverCPU(b)-served)*1e6/float64(b.N), "server-µs/op")
	}
	b.ReportMetric(2*float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}

// cpu is the processor time of this process: unlike time on the clock it does not
// tell of whoever else runs.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// serverCPU is the seconds of processor time that the real server has used, if there is one.
func serverCPU(b *testing.B) (seconds float64) {
	if testRedis() == "" {
		return 0
	}
	client := redis.NewClient(&redis.Options{Addr: testRedis()})
	defer func() { _ = client.Close() }()
	info, err := client.Info(context.Background(), "cpu").Result()
	if err != nil {
		b.Fatal(err)
	}
	for _, name := range []string{"used_cpu_user:", "used_cpu_sys:"} {
		_, rest, _ := strings.Cut(info, name)
		value, _, _ := strings.Cut(rest, "\r")
		part, err := strconv.ParseFloat(value, 64)
		if err != nil {
			b.Fatal(err)
		}
		seconds += part
	}
	return seconds
}

func benchConfig(b *testing.B, change func(*Config)) Config {
	c := DefaultConfig()
	c.Prefix = "bench"
	c.ScoreTTL, c.SentTTL = 1e10, 1e10 // ten seconds: the benchmark cleans up after itself
	c.Claim.TTL = time.Minute
	c.Redis.Addresses = []string{testRedis()}
	if c.Redis.Addresses[0] == "" {
		c.Redis.Addresses[0] = miniredis.RunT(b).Addr()
	}
	c.Redis.Timeout = 1e10
	if change != nil {
		change(&c)
	}
	return c
}

func benchRedis(b *testing.B, change func(*Config)) *Redis {
	s, err := NewRedis(benchConfig(b, change), nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	return s
}

// plain does without claims, as of old.
type plain struct{ Store }

func (s plain) Begin(ctx context.Context, keys []Key) (Work, error) {
	states, err := s.Lookup(ctx, keys)
	return Work{States: states}, err
}

func (s plain) End(ctx context.Context, _ *Claim, r Result) error { return s.Remember(ctx, r.Entries) }

// naive asks Redis once per call, as one would without the coalescer.
type naive struct{ *Redis }

func (s naive) Lookup(ctx context.Context, keys []Key) ([]State, error) {
	texts := make([]string, 0, 2*len(keys))
	for i := range keys {
		texts = append(texts, string(appendMarkKey(nil, &keys[i])), string(appendScoreKey(nil, s.config.Prefix, &keys[i])))
	}
	found, err := s.client.MGet(ctx, texts...).Result()
	if err != nil {
		return nil, err
	}
	states := make([]State, len(keys))
	for i := range states {
		states[i] = State{Sent: s.mark(found[2*i]), Score: s.score(found[2*i+1])}
	}
	return states, nil
}

func (s naive) Remember(ctx context.Context, entries []Entry) error {
	_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i := range entries {
			p.Set(ctx, string(appendMarkKey(nil, &entries[i].Key)), sentMark, s.config.SentTTL)
			p.Set(ctx, string(appendScoreKey(nil, s.config.Prefix, &entries[i].Key)), entries[i].Score, s.config.ScoreTTL)
		}
		return nil
	})
	return err
}
